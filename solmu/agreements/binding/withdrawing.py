"""Leaving an agreement that goes on for the others: notice, reason, and the last day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.binding import binding, mails
from solmu.agreements.models import Agreement, Party, Withdrawal
from solmu.agreements.signing import record
from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.lib.periods import period
from solmu.people.viewer import Viewer


class WithdrawingError(ValueError):
    """The party can't leave so; the sentence says why."""


def last_day(agreement: Agreement, told_on: date) -> date:
    """The last day on which a party that gives notice is bound: so many months later."""
    months = told_on.year * 12 + told_on.month - 1 + agreement.notice_months
    year, month = divmod(months, 12)
    return date(year, month + 1, min(told_on.day, monthrange(year, month + 1)[1]))


@transaction.atomic
def withdraw(party: Party, *, reason: str, told_on: date, by: Viewer) -> Withdrawal:
    """Write down that a party leaves; it is bound to the end of the notice, and no longer."""
    agreement = Agreement.objects.select_for_update().get(pk=party.agreement_id)
    row = Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    today = clock.today()
    reason = reason.strip()
    if not reason:
        raise WithdrawingError(_("Say why: the others read it too."))
    if agreement.state != Agreement.State.ACTIVE or row.bound is None:
        raise WithdrawingError(_("Only a party of an agreement in force can leave it."))
    if row.state == Party.State.WITHDRAWN:
        raise WithdrawingError(
            _("%(party)s has given notice already.") % {"party": row.organisation}
        )
    if told_on > today:
        raise WithdrawingError(_("The day of the notice can't be in the future."))
    if row.bound.lower and told_on < row.bound.lower:
        raise WithdrawingError(_("It wasn't bound yet on that day."))
    last = last_day(agreement, told_on)
    if row.bound.upper and last >= row.bound.upper:
        raise WithdrawingError(_("The agreement ends before the notice would."))
    if binding.bound_on(agreement, last).exclude(pk=row.pk).count() < 2:
        raise WithdrawingError(
            _("With only two parties the agreement itself ends: give notice of it instead.")
        )
    with history.acting(by, gettext_noop("withdrew from the agreement")):
        row.bound = DateRange(row.bound.lower, period(None, last).upper, "[)")
        row.state = Party.State.WITHDRAWN
        row.save(update_fields=["bound", "state"])
        withdrawal = Withdrawal.objects.create(
            party=row, told_on=told_on, last_day=last, reason=reason[:300], by_id=by.person_id
        )
        record.add(
            agreement,
            "withdrew",
            {
                "by": by.name,
                "party": str(row.organisation),
                "told_on": told_on.isoformat(),
                "last_day": last.isoformat(),
                "reason": reason,
            },
        )
        others = binding.bound_on(agreement, today).exclude(pk=row.pk)
        for other in others.select_related("contact__user"):
            if other.contact is not None:
                mails.withdrew(withdrawal, other.contact, other.organisation)
        follow("agreement", [agreement.pk])
    return withdrawal
