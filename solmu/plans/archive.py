"""A network's plans for the archive that it takes along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from solmu.files.models import File
from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.lib.periods import first_day, last_day
from solmu.networks.models import Network
from solmu.plans.files import KIND as OUTPUT
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


def parts(network: Network) -> Iterator[tuple[str, Iterable[dict[str, Any]] | bytes]]:
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
    for file in File.objects.present().filter(
        holder_kind=OUTPUT, holder_id__in=outputs.values("pk")
    ):
        if file.path.exists():
            yield f"{file.uuid}-{file.name}", file.path.read_bytes()
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
