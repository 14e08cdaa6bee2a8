"""Checking a goal: what was measured, what shows it, how it stands, when it is looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.drafting import promising
from solmu.agreements.living.duties import LifeError
from solmu.agreements.living.lights import SOON
from solmu.agreements.models import Agreement
from solmu.audit import history
from solmu.goals import setting
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.people.models import Person
from solmu.people.viewer import Viewer

RHYTHM = 6  # months between checks, where nobody says otherwise


@transaction.atomic
def check(
    agreement: Agreement,
    goal: Goal,
    *,
    by: Viewer,
    on: date,
    values: Mapping[int, Decimal],
    note: str = "",
    state: str = Goal.State.OPEN,
    next_check_on: date | None = None,
    owners: Mapping[int, Person] | None = None,
    person: Person | None = None,
) -> Goal:
    """Write down what a check found: values by indicator, and `note`, which says what shows them.

    `owners` are named anew where they are given; `person` says so where nobody is signed in.
    """
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if row.state != Agreement.State.ACTIVE:
        raise LifeError(_("Goals are checked while the agreement is in force."))
    if on > clock.today():
        raise LifeError(_("A value can't be measured on a day to come."))
    if next_check_on and next_check_on <= clock.today():
        raise LifeError(_("The next check lies ahead."))
    for indicator in goal.indicators.filter(pk__in=values.keys()):
        setting.measure(
            indicator, on=on, value=values[indicator.pk], note=note.strip()[:300], by=by,
            person=person,
        )  # fmt: skip
    with history.acting(by, gettext_noop("goal checked")):
        goal.state = state
        goal.next_check_on = next_check_on if state == Goal.State.OPEN else None
        goal.save(update_fields=["state", "next_check_on"])
        if owners is not None:
            promising.set_owners(row, goal, owners)
    return goal


def next_check(goal: Goal) -> date | None:
    """When a goal is looked at again once it has been checked today; one not due yet stays."""
    today = clock.today()
    if goal.next_check_on and goal.next_check_on > today + SOON:
        return goal.next_check_on
    last = goal.valid.upper
    if last and last <= today:
        return None
    on = months_later(today, RHYTHM)
    return min(on, last) if last else on
