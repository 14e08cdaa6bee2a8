"""Setting goals, saying how they are measured, and entering what was measured."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.people.models import Person
from solmu.people.viewer import Viewer


@transaction.atomic
def set_goal(goal: Goal, *, by: Viewer, **facts: Any) -> Goal:
    """Write a goal, new or changed."""
    new = goal.pk is None
    for name, value in facts.items():
        setattr(goal, name, value)
    with history.acting(by, gettext_noop("goal set") if new else gettext_noop("goal changed")):
        goal.save()
    return goal


@transaction.atomic
def set_indicator(indicator: Indicator, *, by: Viewer, **facts: Any) -> Indicator:
    """Write an indicator, new or changed."""
    for name, value in facts.items():
        setattr(indicator, name, value)
    with history.acting(by, gettext_noop("indicator set")):
        indicator.save()
    return indicator


@transaction.atomic
def measure(
    indicator: Indicator,
    *,
    on: date,
    value: Decimal,
    by: Viewer,
    note: str = "",
    person: Person | None = None,
) -> IndicatorValue:
    """Enter what the indicator was on a day; a value of the same day is corrected.

    `person` says so where nobody is signed in.
    """
    with history.acting(by, gettext_noop("value measured")):
        measured, _new = IndicatorValue.objects.update_or_create(
            indicator=indicator,
            on=on,
            defaults={"value": value, "note": note, "by_id": person.pk if person else by.person_id},
        )
    return measured
