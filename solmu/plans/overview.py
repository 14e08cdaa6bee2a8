"""A plan as people read it: themes, goals and measures with how far they have come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib import clock
from solmu.networks.models import Network
from solmu.plans.models import Measure, Plan, PlanGoal, Theme


@dataclass(slots=True)
class Counts:
    """How many measures, and how they stand; dropped ones are counted apart."""

    all: int = 0
    done: int = 0
    late: int = 0
    dropped: int = 0
    shares: int = 0

    def add(self, measure: Measure, today: date) -> None:
        """Count one more."""
        if measure.status == Measure.Status.DROPPED:
            self.dropped += 1
            return
        self.all += 1
        self.shares += Measure.DONE_SHARE[measure.status]
        self.done += measure.status == Measure.Status.DONE
        self.late += is_late(measure, today)

    @property
    def percent(self) -> int:
        """How much of the measures is done: the mean of what each of them is."""
        return round(self.shares / self.all) if self.all else 0


@dataclass(slots=True)
class GoalPart:
    """A goal with its measures."""

    planned: PlanGoal
    measures: list[Measure] = field(default_factory=list)


@dataclass(slots=True)
class ThemePart:
    """A theme with its goals, and how far its measures are."""

    theme: Theme
    goals: list[GoalPart] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


@dataclass(slots=True)
class Overview:
    """A year's plan."""

    plan: Plan
    themes: list[ThemePart]
    counts: Counts
    today: date

    @property
    def measures(self) -> list[Measure]:
        """All measures in the order of themes and goals."""
        return [one for part in self.themes for goal in part.goals for one in goal.measures]


def is_late(measure: Measure, today: date) -> bool:
    """Tell whether the measure should have been ready already."""
    return measure.status in Measure.OPEN and measure.ends_on < today


def measures_of(plan: Plan) -> QuerySet[Measure]:
    """A plan's measures with all that a list shows of them."""
    return (
        Measure.objects.filter(plan=plan)
        .select_related("group", "organisation", "person", "goal__goal", "goal__theme")
        .prefetch_related("taking_part__organisation")
        .order_by("goal__theme__place", "goal__place", "place", "starts_on", "pk")
    )


def read(plan: Plan, measures: Iterable[Measure] | None = None) -> Overview:
    """The plan of a year with its themes and goals, also those without a measure yet."""
    today = clock.today()
    goals = PlanGoal.objects.filter(theme__strategy=plan.strategy_id).select_related(
        "goal", "group"
    )
    themes = {theme.pk: ThemePart(theme) for theme in plan.strategy.themes.all()}
    parts = {one.pk: GoalPart(one) for one in goals}
    for part in parts.values():
        themes[part.planned.theme_id].goals.append(part)
    counts = Counts()
    for measure in measures_of(plan) if measures is None else measures:
        measure.plan = plan  # so that addresses need no query
        goal = parts.get(measure.goal_id)
        if goal is None:  # carried on from an earlier strategy
            theme = themes.setdefault(measure.goal.theme_id, ThemePart(measure.goal.theme))
            goal = parts[measure.goal_id] = GoalPart(measure.goal)
            theme.goals.append(goal)
        goal.measures.append(measure)
        counts.add(measure, today)
        themes[measure.goal.theme_id].counts.add(measure, today)
    return Overview(plan, list(themes.values()), counts, today)


def sentence(counts: Counts) -> str:
    """How a plan stands, in one sentence."""
    parts = [
        ngettext("%(n)s measure", "%(n)s measures", counts.all) % {"n": counts.all},
        ngettext("%(n)s done", "%(n)s done", counts.done) % {"n": counts.done},
    ]
    if counts.late:
        parts.append(ngettext("%(n)s late", "%(n)s late", counts.late) % {"n": counts.late})
    told = ", ".join(parts)
    if counts.dropped:
        return _("%(told)s. %(n)s dropped.") % {"told": told, "n": counts.dropped}
    return f"{told}."


def status_word(measure: Measure, today: date) -> tuple[Any, str]:
    """A measure's status in a word, and the tone of its badge."""
    if is_late(measure, today):
        return _("%(status)s, late") % {"status": measure.get_status_display()}, "berry"
    tones: dict[str, str] = {"done": "lake", "dropped": "quiet", "planned": "quiet"}
    return measure.get_status_display(), tones.get(measure.status, "neutral")


def by[K](measures: Iterable[Measure], key: Callable[[Measure], K]) -> dict[K, list[Measure]]:
    """Measures grouped by something of theirs, in the order in which it comes up."""
    groups: dict[K, list[Measure]] = {}
    for measure in measures:
        groups.setdefault(key(measure), []).append(measure)
    return groups


def plan_of(network: Network, year: int) -> Plan | None:
    """The network's plan of a year."""
    plan = Plan.objects.filter(network=network, year=year).select_related("strategy").first()
    if plan is not None:
        plan.network = network
    return plan
