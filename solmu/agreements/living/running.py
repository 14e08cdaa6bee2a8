"""The term: notice of the whole agreement, renewal by itself, and the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements import indexing
from solmu.agreements.living import mails
from solmu.agreements.living.duties import LifeError
from solmu.agreements.models import Agreement, Notice, Party
from solmu.agreements.signing import record
from solmu.audit import history
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.lib.months import months_later
from solmu.lib.periods import last_day
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer

State = Agreement.State
A_DAY = timedelta(days=1)
LONGEST_NOTICE = 60  # months
GONE = (Party.State.WITHDRAWN, Party.State.FORMER)
ENDED_WITH_TERM = gettext_noop("The term ended.")
REPLACED = gettext_noop("A new agreement took its place.")


def notice_by(agreement: Agreement) -> date | None:
    """The last day on which notice keeps an agreement from renewing itself."""
    ends = last_day(agreement.valid) if agreement.valid else None
    if ends is None or not agreement.renews_months:
        return None
    return months_later(ends, -agreement.notice_months)


def end_by_notice(agreement: Agreement, told_on: date) -> date:
    """The last day if notice is given on a day: after the notice, of a renewing one with its term.

    A term that ends earlier than the notice would stands.
    """
    last = months_later(told_on, agreement.notice_months)
    term = last_day(agreement.valid) if agreement.valid else None
    if term is None:
        return last
    if not agreement.renews_months:
        return min(last, term)
    while term < last:
        term = months_later(term, agreement.renews_months)
    return term


@transaction.atomic
def give_notice(
    agreement: Agreement,
    organisation: Organisation,
    *,
    told_on: date,
    reason: str,
    by: Viewer,
    agreed_on: date | None = None,
) -> Notice:
    """End an agreement by notice, or on a day that the parties agree on; the others are told."""
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    reason, today = reason.strip(), clock.today()
    if not reason:
        raise LifeError(_("Say why: the others read it too."))
    if row.state != State.ACTIVE or row.valid is None:
        raise LifeError(_("Only an agreement in force can be ended."))
    if Notice.objects.filter(agreement=row).exists():
        raise LifeError(_("Notice has been given already."))
    if told_on > today:
        raise LifeError(_("The day of the notice can't be in the future."))
    if row.valid.lower and told_on < row.valid.lower:
        raise LifeError(_("The agreement wasn't in force yet on that day."))
    if not row.parties.filter(organisation=organisation, bound__contains=today).exists():
        raise LifeError(_("Only a party can end it."))
    if agreed_on and agreed_on < today:
        raise LifeError(_("The last day can't be in the past."))
    last = agreed_on or end_by_notice(row, told_on)
    with history.acting(by, gettext_noop("notice of the agreement given")):
        notice = Notice.objects.create(
            agreement=row,
            organisation=organisation,
            told_on=told_on,
            last_day=last,
            ended_before=last_day(row.valid),
            reason=reason[:300],
            agreed=agreed_on is not None,
            by_id=by.person_id,
        )
        _set_end(row, last + A_DAY)
        record.add(
            row,
            "notice",
            {
                "by": by.name,
                "party": str(organisation),
                "told_on": told_on.isoformat(),
                "last_day": last.isoformat(),
                "reason": reason,
            },
        )
        mails.notice(notice)
        follow("agreement", [row.pk])
    return notice


@transaction.atomic
def take_back_notice(agreement: Agreement, *, reason: str, by: Viewer) -> Agreement:
    """The parties agree that it goes on after all: it ends when it would have without the notice.

    What was told and taken back stays in the signing record; the parties are told.
    """
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    notice = Notice.objects.filter(agreement=row).select_related("organisation").first()
    if notice is None:
        raise LifeError(_("Nobody has given notice."))
    if row.state != State.ACTIVE:
        raise LifeError(_("The agreement has ended already. Make a new one."))
    reason = reason.strip()
    if not reason:
        raise LifeError(_("Say why: the others read it too."))
    before = notice.ended_before
    if before and before < clock.today() and not row.renews_months:
        raise LifeError(_("Its term would have ended already. Make a new one."))
    with history.acting(by, gettext_noop("notice of the agreement taken back")):
        party = str(notice.organisation)
        notice.delete()
        _set_end(row, before + A_DAY if before else None)
        record.add(
            row,
            "notice taken back",
            {
                "by": by.name,
                "party": party,
                "last_day": before.isoformat() if before else "",
                "reason": reason,
            },
        )
        mails.notice_taken_back(row, before, reason)
        follow("agreement", [row.pk])
    return row


@tasks.periodic("10 5 * * *", "agreements.run")
def sweep() -> None:
    """Renew what renews itself, and end what has come to its end; once for each term."""
    today = clock.today()
    due = Agreement.objects.filter(state=State.ACTIVE, valid__endswith__lte=today + A_DAY)
    for key in due.order_by("pk").values_list("pk", flat=True):
        _run(key, today)
    # A renewal or an amended agreement has come into force: the one before it ends.
    replaced = Agreement.objects.filter(state=State.ACTIVE).filter(
        pk__in=_in_force(today, "renews_id")
    ) | Agreement.objects.filter(state=State.ACTIVE, pk__in=_in_force(today, "amends_id"))
    for key in replaced.values_list("pk", flat=True):
        with transaction.atomic():
            row = Agreement.objects.select_for_update().get(pk=key)
            if row.state == State.ACTIVE:
                _set_end(row, min(today, row.valid.upper or today))
                _end(row, REPLACED)


def _in_force(today: date, field: str) -> Any:
    later = Agreement.objects.filter(
        **{f"{field}__isnull": False}, state=State.ACTIVE, valid__startswith__lte=today
    )
    return later.values(field)


@transaction.atomic
def _run(key: int, today: date) -> None:
    row = Agreement.objects.select_for_update().get(pk=key)
    # Asked again under the lock.
    if row.state != State.ACTIVE or row.valid.upper is None or row.valid.upper > today + A_DAY:
        return
    notice = Notice.objects.filter(agreement=row).first()
    if row.renews_months and notice is None:
        _renew(row, today)
    elif row.valid.upper <= today:
        _end(row, notice.reason if notice else ENDED_WITH_TERM)


def _renew(row: Agreement, today: date) -> None:
    """One more term, on the last day of the old one, so that no day is left between."""
    before, ends = row.valid.upper, row.valid.upper - A_DAY
    while ends <= today:
        ends = months_later(ends, row.renews_months or 0)
    with history.acting(Viewer.system(gettext_noop("renewed by itself"))):
        _set_end(row, ends + A_DAY)
        record.add(row, "renewed", {"from": before.isoformat(), "last_day": ends.isoformat()})
        mails.renewed(row, ends)
        follow("agreement", [row.pk])
    indexing.index_agreements([row.pk])


def _set_end(row: Agreement, upper: date | None) -> None:
    """Move the end of the term, and of those whom it binds to its end; None: open again."""
    before = row.valid.upper
    if upper and row.valid.lower:  # one that ended on its first day held on it
        upper = max(upper, row.valid.lower + A_DAY)
    row.valid = DateRange(row.valid.lower, upper, "[)")
    row.save(update_fields=["valid"])
    for party in row.parties.filter(bound__isnull=False).exclude(state__in=GONE):
        goes_along = party.bound.upper == before
        if goes_along or (party.bound.upper or date.max) > (upper or date.max):
            lower = party.bound.lower
            end = max(upper, lower + A_DAY) if upper and lower else upper
            party.bound = DateRange(lower, end, "[)")
            party.save(update_fields=["bound"])


def _end(row: Agreement, reason: str) -> None:
    with history.acting(Viewer.system(gettext_noop("the agreement came to its end"))):
        row.state, row.end_reason = State.ENDED, reason[:300]
        row.save(update_fields=["state", "end_reason"])
        record.add(row, "ended", {"last_day": str(last_day(row.valid)), "reason": reason})
        follow("agreement", [row.pk])
    indexing.index_agreements([row.pk])
