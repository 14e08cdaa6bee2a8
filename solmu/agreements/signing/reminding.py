"""Reminding those who are waited for: a week after they were asked, and before the time ends."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.models import Agreement, Joinder, Signature
from solmu.agreements.signing import mails, signing
from solmu.agreements.signing.signing import SigningError
from solmu.audit import history
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.people.viewer import Viewer

WEEK = timedelta(days=7)
BEFORE_END = timedelta(days=3)


@transaction.atomic
def remind(signature: Signature, *, by: Viewer) -> None:
    """Remind one who is waited for now; at most once a day."""
    agreement, row = signing.locked(signature)
    if found := signing.obstacle(agreement, row):
        raise SigningError(signing.sentence(found))
    today = clock.today()
    if today in {row.reminded_on, row.asked_on}:
        raise SigningError(_("They have had a message today already."))
    with history.acting(by, gettext_noop("reminded")):
        row.reminded_on = today
        row.save(update_fields=["reminded_on"])
        mails.remind(agreement, row)


@tasks.periodic("30 7 * * *", "agreements.remind_signers")
def sweep() -> None:
    """Remind each who is waited for a week after they were asked, and three days before the end."""
    today = clock.today()
    running = Q(version__agreement__state=Agreement.State.SIGNING) | Q(
        joinder__state=Joinder.State.SIGNING
    )
    ends = Q(party__agreement__sign_by__range=(today, today + BEFORE_END), joinder=None) | Q(
        joinder__sign_by__range=(today, today + BEFORE_END)
    )
    due = Signature.objects.filter(
        running,
        Q(asked_on__lte=today - WEEK, reminded_week_on=None)
        | ends & Q(reminded_end_on=None, asked_on__lt=today),
        state=Signature.State.WAITING,
        asked_on__isnull=False,
    )
    for signature in Signature.objects.filter(pk__in=due.values("pk")).select_related("party"):
        _remind_if_due(signature)


@transaction.atomic
def _remind_if_due(signature: Signature) -> None:
    agreement, row = signing.locked(signature)
    # Asked again under the lock: it may have been signed since. One may lack the right by now.
    if signing.obstacle(agreement, row):
        return
    today = clock.today()
    until = row.joinder.sign_by if row.joinder else agreement.sign_by
    asked = row.asked_on or today
    week = row.reminded_week_on is None and asked <= today - WEEK
    end = (
        row.reminded_end_on is None
        and asked < today
        and until is not None
        and until <= today + BEFORE_END
    )
    if not (week or end):
        return
    with history.acting(Viewer.system(gettext_noop("reminder to sign"))):
        # Both due at once are one message.
        row.reminded_week_on = today if week else row.reminded_week_on
        row.reminded_end_on = today if end else row.reminded_end_on
        row.save(update_fields=["reminded_week_on", "reminded_end_on"])
        if row.reminded_on != today:
            mails.remind(
                agreement, row, key=f"agreement-remind-{row.pk}-{'end' if end else 'week'}"
            )
