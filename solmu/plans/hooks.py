"""What plans give to other rooms' pages: panels, what waits, the hand-over pack, the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day
from solmu.networks.groups import Follower, Moved
from solmu.networks.models import Group, Network, Term
from solmu.people.viewer import Viewer
from solmu.plans import overview, planning
from solmu.plans.goal_holder import NETWORK
from solmu.plans.models import (
    AnnualReport,
    Measure,
    Output,
    Plan,
    PlanGoal,
    Proof,
    StatusChange,
    Strategy,
    TakingPart,
    Theme,
)
from solmu.plans.views import theme_bars
from solmu.ui.charts import Bar
from solmu.ui.menu import Waiting

MOST = 10
SOON = timedelta(days=30)
# An indicator of an open measure is measured at least so often.
MEASURED = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class PlanPanel:
    """How far each theme of the year's plan is."""

    template: str
    title: str
    url: str
    bars: list[Bar]
    sentence: str


def panel(request: HttpRequest, network: Network) -> PlanPanel | None:
    """Progress by theme, for the network's home."""
    plan = overview.plan_of(network, planning.year_shown(network, ""))
    if plan is None:
        return None
    read = overview.read(plan)
    return PlanPanel(
        "plans/_panel.html",
        _("Action plan %(year)s") % {"year": plan.year},
        plan.get_absolute_url(),
        theme_bars(read),
        overview.sentence(read.counts),
    )


@dataclass(frozen=True, slots=True)
class PublicPanel:
    """Public outputs and published annual reports."""

    template: str
    network: Network
    outputs: list[Output]
    reports: list[int]


def public_panel(request: HttpRequest, network: Network) -> PublicPanel | None:
    """What everybody may read of the network's work."""
    outputs = list(
        Output.objects.public().filter(network=network).order_by("-published_on", "pk")[:10]
    )
    reports = list(
        AnnualReport.objects.filter(network=network, published_on__isnull=False)
        .order_by("-year")
        .values_list("year", flat=True)
    )
    if not outputs and not reports:
        return None
    return PublicPanel("plans/_public_panel.html", network, outputs, reports)


def waits(viewer: Viewer) -> list[Waiting]:
    """The viewer's own measures that are late or soon due, and indicators to be measured."""
    if viewer.person_id is None:
        return []
    today = clock.today()
    own = (
        Measure.objects.visible_to(viewer)
        .filter(person_id=viewer.person_id)
        .open()
        .select_related("plan__network__organisation", "indicator")
        .prefetch_related("indicator__values")
    )
    found = []
    for measure in own.filter(ends_on__lt=today + SOON).order_by("ends_on", "pk")[:MOST]:
        day = {"day": date_format(measure.ends_on, "SHORT_DATE_FORMAT")}
        late = measure.ends_on < today
        found.append(
            Waiting(
                measure.title,
                _("should have been ready by %(day)s") % day
                if late
                else _("is to be ready by %(day)s") % day,
                _("Say how far it is"),
                measure.get_absolute_url(),
            )
        )
    for measure in own.filter(indicator__isnull=False, starts_on__lte=today).order_by("pk"):
        indicator: Any = measure.indicator
        values = [one.on for one in indicator.values.all()]
        if max(values, default=measure.starts_on) < today - MEASURED:
            found.append(
                Waiting(
                    indicator.name,
                    _("has not been measured for half a year"),
                    _("Enter a value"),
                    f"{measure.get_absolute_url()}#indicator",
                )
            )
    return found[:MOST]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the pack that a successor in a seat is given."""

    title: str
    url: str
    detail: str = ""


def hand_over(term: Term) -> list[Line]:
    """The open measures and the outputs of the term's group."""
    group = term.seat.group
    measures = (
        Measure.objects.filter(group=group)
        .open()
        .select_related("plan__network__organisation")
        .order_by("ends_on", "pk")
    )
    outputs = Output.objects.filter(group=group).select_related("network__organisation")
    lines = [
        Line(
            measure.title,
            measure.get_absolute_url(),
            _("measure, by %(day)s") % {"day": date_format(measure.ends_on, "SHORT_DATE_FORMAT")},
        )
        for measure in measures
    ]
    lines += [
        Line(output.title, output.get_absolute_url(), str(output.get_kind_display()))
        for output in outputs.order_by("-published_on", "pk")
    ]
    return lines


def _group_lines(group: Group) -> list[Moved]:
    measures = Measure.objects.filter(group=group).open()
    return [
        Moved(measure.title, measure.get_absolute_url())
        for measure in measures.select_related("plan__network__organisation").order_by("pk")
    ]


def _follow_group(ended: Group, later: Group, on: date, by: Viewer) -> None:
    planning.hand_on(ended, later, on, by)


FOLLOWER = Follower(_group_lines, _follow_group)


def archive(network: Network) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    """Strategies, goals, plans, measures, outputs and reports, as plain rows."""
    yield (
        "strategies",
        (
            {
                "uuid": row.uuid,
                "title": row.title,
                "text": row.text,
                "language": row.language,
                "valid_from": first_day(row.valid),
                "valid_to": last_day(row.valid),
            }
            for row in Strategy.objects.filter(network=network).order_by("pk")
        ),
    )
    yield (
        "themes",
        (
            {
                "uuid": row.uuid,
                "strategy": row.strategy.uuid,
                "place": row.place,
                "title": row.title,
                "text": row.text,
            }
            for row in Theme.objects.filter(strategy__network=network)
            .select_related("strategy")
            .order_by("pk")
        ),
    )
    themes = dict(
        PlanGoal.objects.filter(theme__strategy__network=network).values_list(
            "goal_id", "theme__uuid"
        )
    )
    yield (
        "goals",
        (
            {
                "uuid": row.uuid,
                "theme": themes.get(row.pk),
                "title": row.title,
                "text": row.text,
                "language": row.language,
                "state": row.state,
                "valid_from": first_day(row.valid),
                "valid_to": last_day(row.valid),
                "next_check_on": row.next_check_on,
            }
            for row in Goal.objects.of(NETWORK, network.pk).order_by("pk")
        ),
    )
    of_goal = {"goal__holder_kind": NETWORK, "goal__holder_id": network.pk}
    yield (
        "indicators",
        (
            {
                "uuid": row.uuid,
                "goal": row.goal.uuid,
                "name": row.name,
                "unit": row.unit,
                "baseline": _text(row.baseline),
                "target": _text(row.target),
                "direction": row.direction,
                "source": row.source,
            }
            for row in Indicator.objects.filter(**of_goal).select_related("goal").order_by("pk")
        ),
    )
    of_indicator = {f"indicator__{key}": value for key, value in of_goal.items()}
    yield (
        "indicator_values",
        (
            {
                "uuid": row.uuid,
                "indicator": row.indicator.uuid,
                "on": row.on,
                "value": _text(row.value),
                "note": row.note,
            }
            for row in IndicatorValue.objects.filter(**of_indicator)
            .select_related("indicator")
            .order_by("pk")
        ),
    )
    yield (
        "plans",
        (
            {
                "uuid": row.uuid,
                "strategy": row.strategy.uuid,
                "year": row.year,
                "state": row.state,
                "adopted_on": row.adopted_on,
            }
            for row in Plan.objects.filter(network=network)
            .select_related("strategy")
            .order_by("pk")
        ),
    )
    measures = Measure.objects.filter(plan__network=network).select_related(
        "plan", "goal__goal", "group", "organisation", "person", "indicator", "continues"
    )
    yield (
        "measures",
        (
            {
                "uuid": row.uuid,
                "plan": row.plan.uuid,
                "goal": row.goal.goal.uuid,
                "title": row.title,
                "text": row.text,
                "language": row.language,
                "group": row.group.uuid if row.group else None,
                "organisation": row.organisation.uuid if row.organisation else None,
                "person": row.person.uuid if row.person else None,
                "starts_on": row.starts_on,
                "ends_on": row.ends_on,
                "indicator": row.indicator.uuid if row.indicator else None,
                "status": row.status,
                "continues": row.continues.uuid if row.continues else None,
            }
            for row in measures.order_by("pk")
        ),
    )
    of = {"measure__plan__network": network}
    yield (
        "measures_together",
        (
            {"measure": row.measure.uuid, "organisation": row.organisation.uuid}
            for row in TakingPart.objects.filter(**of)
            .select_related("measure", "organisation")
            .order_by("pk")
        ),
    )
    yield (
        "measure_statuses",
        (
            {"measure": row.measure.uuid, "status": row.status, "on": row.on, "note": row.note}
            for row in StatusChange.objects.filter(**of).select_related("measure").order_by("pk")
        ),
    )
    yield (
        "measure_evidence",
        (
            {"uuid": row.uuid, "measure": row.measure.uuid, "on": row.on, "text": row.text}
            | {"url": row.url}
            for row in Proof.objects.filter(**of).select_related("measure").order_by("pk")
        ),
    )
    outputs = Output.objects.filter(network=network).select_related("goal__goal", "group")
    yield (
        "outputs",
        (
            {
                "uuid": row.uuid,
                "kind": row.kind,
                "title": row.title,
                "text": row.text,
                "language": row.language,
                "authors": [one.uuid for one in row.authors.all()],
                "other_authors": row.authors_text,
                "organisations": [one.uuid for one in row.organisations.all()],
                "licence": row.licence,
                "links": row.links,
                "goal": row.goal.goal.uuid if row.goal else None,
                "group": row.group.uuid if row.group else None,
                "public": row.public,
                "published_on": row.published_on,
            }
            for row in outputs.prefetch_related("authors", "organisations").order_by("pk")
        ),
    )
    yield (
        "annual_reports",
        (
            {
                "year": row.year,
                "foreword": row.foreword,
                "language": row.language,
                "theme_texts": row.theme_texts,
                "published_on": row.published_on,
                "as_published": row.snapshot,
            }
            for row in AnnualReport.objects.filter(network=network).order_by("pk")
        ),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
