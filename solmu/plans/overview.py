"""A plan as people read it: themes, goals and measures with how far they have come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.networks.models import Network
from solmu.plans.models import Measure, Plan, PlanGoal, TakingPart, Theme


@dataclass(slots=True)
class Counts:
    """How many measures, and how they stand; dropped ones are counted apart."""

    all: int = 0
    done: int = 0
    late: int = 0
    dropped: int = 0
    shares: int = 0

    def add(self, status: str, ends_on: date, today: date) -> None:
        """Count one more measure."""
        if status == Measure.Status.DROPPED:
            self.dropped += 1
            return
        self.all += 1
        self.shares += Measure.DONE_SHARE[status]
        self.done += status == Measure.Status.DONE
        self.late += status in Measure.OPEN and ends_on < today

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
    """The plan of a year with its themes and goals, also those without a measure yet.

    Without `measures` it has the plan's own, each with as much as a list says of it.
    """
    today = clock.today()
    strategy = plan.strategy_id
    themes = {theme.pk: ThemePart(theme) for theme in _themes(strategy=strategy)}
    parts = {one.pk: GoalPart(one) for one in _goals(strategy=strategy)}
    for part in parts.values():
        themes[part.planned.theme_id].goals.append(part)
    counts = Counts()
    for measure in _listed(plan=plan.pk) if measures is None else measures:
        measure.plan = plan  # so that addresses need no query
        goal = parts.get(measure.goal_id)
        if goal is None:  # carried on from an earlier strategy
            theme = themes.setdefault(measure.goal.theme_id, ThemePart(measure.goal.theme))
            goal = parts[measure.goal_id] = GoalPart(measure.goal)
            theme.goals.append(goal)
        goal.measures.append(measure)
        stands = measure.status, measure.ends_on, today
        counts.add(*stands)
        themes[measure.goal.theme_id].counts.add(*stands)
    return Overview(plan, list(themes.values()), counts, today)


@compiled
def _themes(*, strategy: int) -> QuerySet[Theme]:
    return Theme.objects.filter(strategy=strategy)


@compiled
def _goals(*, strategy: int) -> QuerySet[PlanGoal]:
    return PlanGoal.objects.filter(theme__strategy=strategy).select_related("goal", "group")


@compiled
def _listed(*, plan: int) -> QuerySet[Measure]:
    """Measures with what a list says of them; `others` is how many take part."""
    others = TakingPart.objects.filter(measure=OuterRef("pk")).order_by().values("measure")
    own = ("plan", "uuid", "title", "language", "starts_on", "ends_on", "status")
    names = [
        f"{of}__name_{language}"
        for of in ("group", "organisation")
        for language in ("fi", "sv", "en")
    ]
    person = [f"person__{name}" for name in ("given_name", "family_name", "email")]
    goal = ("goal__goal__title", "goal__goal__language", "goal__theme__title", "goal__theme__place")
    return (
        Measure.objects.filter(plan=plan)
        .select_related("group", "organisation", "person", "goal__goal", "goal__theme")
        .only(*own, *names, *person, *goal)
        .annotate(others=Coalesce(Subquery(others.annotate(n=Count("pk")).values("n")), 0))
        .order_by("goal__theme__place", "goal__place", "place", "starts_on", "pk")
    )


def progress(plan: Plan) -> tuple[list[ThemePart], Counts]:
    """How far each theme with measures is, and all together; one query, no goals or measures."""
    today, counts = clock.today(), Counts()
    themes: dict[int, ThemePart] = {}
    for pk, title, status, ends_on in _standings(plan=plan.pk):
        if pk not in themes:
            themes[pk] = ThemePart(Theme(pk=pk, title=title))
        themes[pk].counts.add(status, ends_on, today)
        counts.add(status, ends_on, today)
    return list(themes.values()), counts


@compiled
def _standings(*, plan: int) -> QuerySet[Measure, tuple[int, str, str, date]]:
    measures = Measure.objects.filter(plan=plan).order_by("goal__theme__place", "goal__theme", "pk")
    return measures.values_list("goal__theme_id", "goal__theme__title", "status", "ends_on")


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
    word = Measure.Status(measure.status).label
    if is_late(measure, today):
        return _("%(status)s, late") % {"status": word}, "berry"
    tones: dict[str, str] = {"done": "lake", "dropped": "quiet", "planned": "quiet"}
    return word, tones.get(measure.status, "neutral")


def by[K](measures: Iterable[Measure], key: Callable[[Measure], K]) -> dict[K, list[Measure]]:
    """Measures grouped by something of theirs, in the order in which it comes up."""
    groups: dict[K, list[Measure]] = {}
    for measure in measures:
        groups.setdefault(key(measure), []).append(measure)
    return groups


def plans_of(network: Network) -> dict[int, Plan]:
    """The network's plans by year, the latest first."""
    plans = {plan.year: plan for plan in _plans(network=network.pk)}
    for plan in plans.values():
        plan.network = network
    return plans


def plan_of(network: Network, year: int) -> Plan | None:
    """The network's plan of a year."""
    return plans_of(network).get(year)


@compiled
def _plans(*, network: int) -> QuerySet[Plan]:
    return Plan.objects.filter(network=network).select_related("strategy").order_by("-year")
