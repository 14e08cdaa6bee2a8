"""Doing what was promised: a duty ticked by whichever side, and the tick taken back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.living import lights
from solmu.agreements.models import Agreement, Duty, Fulfilment
from solmu.audit import history
from solmu.lib import clock
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer


class LifeError(ValueError):
    """It can't be done so; the sentence says why."""


@transaction.atomic
def tick(
    duty: Duty,
    *,
    by: Viewer,
    organisation: Organisation,
    done_on: date | None = None,
    note: str = "",
    person: Person | None = None,
    seen_due: str | None = None,
) -> Fulfilment:
    """Say that a duty is done; a repeating one is due again after its months.

    `seen_due` is the day that the page showed: a second press of a repeating duty does nothing.
    """
    day = done_on or clock.today()
    row = Duty.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=duty.pk)
    if row.agreement.state != Agreement.State.ACTIVE:
        raise LifeError(_("Duties are ticked while the agreement is in force."))
    if day > clock.today():
        raise LifeError(_("The day can't be in the future."))
    last = row.fulfilments.order_by("pk").last()
    shown = row.due_on.isoformat() if row.due_on else ""
    if last and ((row.done_on and not row.every_months) or seen_due not in {None, shown}):
        return last
    with history.acting(by, gettext_noop("duty done")):
        made = Fulfilment.objects.create(
            duty=row,
            due_on=row.due_on,
            done_on=day,
            note=note.strip()[:300],
            organisation=organisation,
            by_id=person.pk if person else by.person_id,
        )
        row.done_on = day
        if row.every_months:
            row.due_on = lights.next_due(row, day)
        row.save(update_fields=["done_on", "due_on"])
    return made


@transaction.atomic
def untick(duty: Duty, *, by: Viewer) -> None:
    """Take the last tick back: the duty stands as before it."""
    row = Duty.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=duty.pk)
    if row.agreement.state != Agreement.State.ACTIVE:
        raise LifeError(_("Duties are ticked while the agreement is in force."))
    last = row.fulfilments.order_by("pk").last()
    if last is None:
        raise LifeError(_("It hasn't been ticked."))
    with history.acting(by, gettext_noop("tick of a duty taken back")):
        before = row.fulfilments.exclude(pk=last.pk).order_by("pk").last()
        row.due_on = last.due_on
        row.done_on = before.done_on if before else None
        row.save(update_fields=["done_on", "due_on"])
        last.delete()
