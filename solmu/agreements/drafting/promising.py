"""What an agreement promises as live things: goals with indicators, duties with dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.drafting import drafting
from solmu.agreements.drafting.drafting import HOLDER, DraftingError
from solmu.agreements.models import Agreement, Duty, GoalOwner
from solmu.audit import history
from solmu.goals import setting
from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.people.models import Person
from solmu.people.viewer import Viewer

INDICATOR = ("indicator", "unit", "baseline", "target")


@transaction.atomic
def set_goal(
    agreement: Agreement,
    goal: Goal | None,
    *,
    title: str,
    by: Viewer,
    text: str = "",
    organisation_id: int | None = None,
    until: date | None = None,
    next_check_on: date | None = None,
    indicator: str = "",
    unit: str = "",
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    owners: Mapping[int, Person] | None = None,
) -> Goal:
    """Write a goal of a draft, new or changed, with its indicator and its owner on each side."""
    row = drafting.opened(agreement)
    held = goal or Goal(holder_kind=HOLDER, holder_id=row.pk, language=row.prevailing)
    if held.holder_kind != HOLDER or held.holder_id != row.pk:
        raise DraftingError(_("The goal belongs to something else."))
    starts = row.valid.lower if row.valid and row.valid.lower else clock.today()
    if goal is not None and goal.valid.lower:
        starts = goal.valid.lower
    if until and until < starts:
        raise DraftingError(_("The goal ends before it begins."))
    setting.set_goal(
        held, by=by, title=title, text=text, organisation_id=organisation_id,
        valid=period(starts, until), next_check_on=next_check_on,
    )  # fmt: skip
    first = held.indicators.order_by("pk").first()
    if indicator:
        setting.set_indicator(
            first or Indicator(goal=held), by=by, name=indicator, unit=unit, baseline=baseline,
            target=target, direction=_direction(baseline, target),
        )  # fmt: skip
    elif first is not None and not first.values.exists():
        with history.acting(by, gettext_noop("indicator taken out")):
            first.delete()
    with history.acting(by, gettext_noop("owners of the goal named")):
        set_owners(row, held, owners or {})
    return held


@transaction.atomic
def remove_goal(agreement: Agreement, goal: Goal, *, by: Viewer) -> None:
    """Take a goal out of a draft; one that has been measured stays, as dropped."""
    row = drafting.opened(agreement)
    if goal.holder_kind != HOLDER or goal.holder_id != row.pk:
        raise DraftingError(_("The goal belongs to something else."))
    with history.acting(by, gettext_noop("goal taken out")):
        if IndicatorValue.objects.filter(indicator__goal=goal).exists():
            setting.set_goal(goal, by=by, state=Goal.State.DROPPED)
            return
        GoalOwner.objects.filter(goal=goal).delete()
        goal.indicators.all().delete()
        goal.delete()


@transaction.atomic
def set_duty(agreement: Agreement, duty: Duty | None, *, by: Viewer, **facts: Any) -> Duty:
    """Write a duty of a draft, new or changed."""
    row = drafting.opened(agreement)
    parties = {party.organisation_id for party in drafting.parties_of(row)}
    if organisation := facts.pop("organisation", None):
        facts["organisation_id"] = organisation.pk
    if facts.get("organisation_id") not in parties:
        raise DraftingError(_("Choose a party of this agreement."))
    held = duty or Duty(agreement=row)
    if held.agreement_id != row.pk:
        raise DraftingError(_("The duty belongs to another agreement."))
    for name, value in facts.items():
        setattr(held, name, value)
    with history.acting(by, gettext_noop("duty written")):
        held.save()
    return held


@transaction.atomic
def remove_duty(duty: Duty, *, by: Viewer) -> None:
    """Take a duty out of a draft."""
    drafting.opened(duty.agreement)
    with history.acting(by, gettext_noop("duty taken out")):
        duty.delete()


def owners_of(agreement: Agreement) -> dict[int, dict[int, Person]]:
    """Who looks after each goal, by organisation."""
    found: dict[int, dict[int, Person]] = {}
    rows = GoalOwner.objects.filter(agreement=agreement).select_related("person")
    for row in rows:
        found.setdefault(row.goal_id, {})[row.organisation_id] = row.person
    return found


def set_owners(agreement: Agreement, goal: Goal, owners: Mapping[int, Person]) -> None:
    """Name who looks after a goal, by organisation; the caller holds the agreement's lock."""
    held = {row.organisation_id: row for row in GoalOwner.objects.filter(goal=goal)}
    for key, row in held.items():
        if key not in owners:
            row.delete()
    for key, person in owners.items():
        if key not in held:
            GoalOwner.objects.create(
                agreement=agreement, goal=goal, organisation_id=key, person=person
            )
        elif held[key].person_id != person.pk:
            held[key].person = person
            held[key].save(update_fields=["person"])


def _direction(baseline: Decimal | None, target: Decimal | None) -> str:
    if baseline is not None and target is not None and target < baseline:
        return Indicator.Direction.DOWN
    return Indicator.Direction.UP
