"""Strategies, themes and goals; a year's plan, begun from the one before, and adopted."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.goals import setting
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Group, Network
from solmu.people.viewer import Viewer
from solmu.plans import evidence, indexing
from solmu.plans.goal_holder import NETWORK
from solmu.plans.models import Measure, Plan, PlanGoal, Strategy, TakingPart, Theme


class PlanningError(ValueError):
    """The plan can't be written so; the message says why."""


def set_strategy(strategy: Strategy, *, by: Viewer, **facts: Any) -> Strategy:
    """Write a strategy, new or changed."""
    for name, value in facts.items():
        setattr(strategy, name, value)
    try:
        _save_strategy(strategy, by)
    except IntegrityError as error:
        if "strategy_periods_do_not_overlap" not in str(error):
            raise
        raise PlanningError(
            _("The network has another strategy for a part of that time.")
        ) from error
    else:
        return strategy


@transaction.atomic
def _save_strategy(strategy: Strategy, by: Viewer) -> None:
    with history.acting(by, gettext_noop("strategy set")):
        strategy.save()


@transaction.atomic
def set_theme(theme: Theme, *, by: Viewer, **facts: Any) -> Theme:
    """Write a theme, new or changed; a new one comes last."""
    if not theme.place:
        theme.place = theme.strategy.themes.count() + 1
    for name, value in facts.items():
        setattr(theme, name, value)
    with history.acting(by, gettext_noop("theme set")):
        theme.save()
    return theme


@transaction.atomic
def set_goal(
    planned: PlanGoal, *, by: Viewer, theme: Theme, group: Group | None, **facts: Any
) -> PlanGoal:
    """Write a goal of a theme, new or changed."""
    new = planned.pk is None
    with history.acting(by, gettext_noop("goal set") if new else gettext_noop("goal changed")):
        if new:
            goal = Goal(holder_kind=NETWORK, holder_id=theme.strategy.network_id)
            goal.valid = theme.strategy.valid
            planned.place = theme.goals.count() + 1
        else:
            goal = planned.goal
        planned.goal = setting.set_goal(goal, by=by, **facts)
        planned.theme, planned.group = theme, group
        planned.save()
    if not new:
        indexing.index_measures(list(planned.measures.values_list("pk", flat=True)))
    return planned


def open_plan(
    network: Network,
    strategy: Strategy,
    year: int,
    *,
    by: Viewer,
    continuing: Iterable[Measure] = (),
) -> Plan:
    """Begin a year's plan; the chosen open measures of the one before go on in it."""
    try:
        with transaction.atomic(), history.acting(by, gettext_noop("plan begun")):
            plan = Plan.objects.create(network=network, strategy=strategy, year=year)
            for earlier in continuing:
                _continue(earlier, plan)
    except IntegrityError as error:
        if "plan_is_one_a_year" not in str(error):
            raise
        raise PlanningError(_("That year has a plan already.")) from error
    return plan


def _continue(earlier: Measure, plan: Plan) -> None:
    # The goal of an earlier strategy serves on: measures say themselves where they belong.
    measure = Measure.objects.create(
        plan=plan,
        goal=earlier.goal,
        title=earlier.title,
        text=earlier.text,
        language=earlier.language,
        group=earlier.group,
        organisation=earlier.organisation,
        person=earlier.person,
        starts_on=date(plan.year, 1, 1),
        ends_on=date(plan.year, 12, 31),
        indicator=earlier.indicator,
        continues=earlier,
        place=earlier.place,
    )
    TakingPart.objects.bulk_create(
        TakingPart(measure=measure, organisation_id=part.organisation_id)
        for part in earlier.taking_part.all()
    )
    evidence.write(measure)
    indexing.index_measures([measure.pk])


@transaction.atomic
def adopt(plan: Plan, *, by: Viewer, on: date) -> None:
    """Adopt a plan: it is what the network has decided to do."""
    now = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if now.state == Plan.State.ADOPTED:
        raise PlanningError(_("The plan has been adopted already."))
    if not now.measures.exists():
        raise PlanningError(_("A plan without measures can't be adopted."))
    now.state, now.adopted_on, now.adopted_by_id = Plan.State.ADOPTED, on, by.person_id
    with history.acting(by, gettext_noop("plan adopted")):
        now.save()


@transaction.atomic
def hand_on(earlier: Group, later: Group, on: date, by: Viewer) -> None:
    """Lead a group's goals and open measures to the group that goes on with its work."""
    with history.acting(by, gettext_noop("work handed on to another group")):
        PlanGoal.objects.filter(group=earlier).update(group=later)
        Measure.objects.filter(group=earlier).open().update(group=later)


def strategy_of(network: Network, year: int) -> Strategy | None:
    """The strategy that a year of the network belongs to."""
    of_year = network.strategies.filter(valid__overlap=period(date(year, 1, 1), date(year, 12, 31)))
    return of_year.order_by("-valid").first()


def year_shown(years: list[int], asked: str) -> int:
    """The year asked for, else this year's if it is planned, else the latest that is."""
    if asked.isdecimal() and len(asked) == 4:
        return int(asked)
    today = clock.today().year
    return today if today in years or not years else years[0]
