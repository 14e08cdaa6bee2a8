"""Figures of a programme for those who lead it, by month of the start, by field, by region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncMonth
from django.utils.dateformat import format as formatted
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Municipality, Region
from solmu.training import states
from solmu.training.certificates import feedback
from solmu.training.certificates.feedback import Group
from solmu.training.certificates.models import Feedback
from solmu.training.models import Enrolment, Programme

State = Enrolment.State
BY = ("month", "field", "region")
MONTHS = 24


@dataclass(slots=True)
class Row:
    """A month, field or region: how many came, started, passed, how well, how fast."""

    label: str
    applied: int = 0
    started: int = 0
    tested: int = 0
    passed: int = 0
    ended: int = 0  # of those who started, who has a result or has left
    score: float | None = None
    days: float | None = None
    satisfaction: float | None = None

    @property
    def pass_rate(self) -> float | None:
        """Of those who started and whose training is over, how many per cent passed."""
        return 100 * self.passed / self.ended if self.ended else None


def of(programme: Programme, by: str) -> tuple[list[Row], Row]:
    """Rows by month, field or region, and the whole, of starts within two years."""
    since = _first(clock.today() - timedelta(days=MONTHS * 30))
    base: Any = Enrolment.objects.filter(programme=programme, cohort__starts_on__gte=since).exclude(
        state=State.UNCONFIRMED
    )
    whole = _row(_("All"), base.aggregate(**_measures()))
    satisfaction, whole.satisfaction = _satisfaction(programme, since)
    rows = []
    if by == "month":
        found = base.annotate(month=TruncMonth("cohort__starts_on")).values("month")
        for one in found.annotate(**_measures()).order_by("month"):
            row = _row(capfirst(formatted(one["month"], "F Y")), one)
            row.satisfaction = satisfaction.get(_first(one["month"]))
            rows.append(row)
    elif by == "field":
        told = feedback.satisfaction(programme, by)
        found = base.values("field").annotate(**_measures()).order_by("-applied", "field")
        for one in found:
            row = _row(str(FIELDS.get(one["field"], _("not known"))), one)
            row.satisfaction = told.get(one["field"])
            rows.append(row)
    else:
        rows = _by_region(base, feedback.satisfaction(programme, by))
    return rows, whole


def _by_region(base: Any, satisfaction: dict[str, float]) -> list[Row]:
    regions = {
        one.code: one.region
        for one in Municipality.objects.select_related("region").filter(
            code__in=base.order_by().values("municipality")
        )
    }
    # Means can't be added: sums with their counts can.
    sums: dict[Region | None, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in base.values("municipality").annotate(**_measures()).order_by():
        into = sums[regions.get(one["municipality"])]
        for name in ("applied", "started", "tested", "passed", "ended"):
            into[name] += one[name]
        into["scores"] += float(one["mean"] or 0) * one["tested"]
        if one["days"]:
            into["times"] += one["days"].total_seconds() / 86400 * one["timed"]
            into["timed"] += one["timed"]
    rows = [
        Row(
            str(region or _("not known")),
            applied=int(into["applied"]),
            started=int(into["started"]),
            tested=int(into["tested"]),
            passed=int(into["passed"]),
            ended=int(into["ended"]),
            score=into["scores"] / into["tested"] if into["tested"] else None,
            days=into["times"] / into["timed"] if into["timed"] else None,
            satisfaction=satisfaction.get(region.pk if region else ""),
        )
        for region, into in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.applied, row.label))


def _measures() -> dict[str, Any]:
    timed = Q(state__in=states.DONE, started_at__isnull=False, finished_at__isnull=False)
    took = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    return {
        "applied": Count("pk"),
        "started": Count("pk", filter=Q(started_at__isnull=False)),
        "tested": Count("pk", filter=Q(score__isnull=False)),
        "passed": Count("pk", filter=Q(state__in=states.DONE)),
        "ended": Count("pk", filter=Q(started_at__isnull=False, state__in=states.FINAL)),
        "timed": Count("pk", filter=timed),
        # Named apart from the field that it is the mean of.
        "mean": Avg("score"),
        "days": Avg(took, filter=timed),
    }


def _row(label: str, one: dict[str, Any]) -> Row:
    days = one["days"]
    return Row(
        label,
        one["applied"],
        one["started"],
        one["tested"],
        one["passed"],
        one["ended"],
        None if one["mean"] is None else float(one["mean"]),
        None if days is None else days.total_seconds() / 86400,
    )


def _satisfaction(programme: Programme, since: date) -> tuple[dict[date, float], float | None]:
    """The mean of what was answered, by month of the start, where enough have answered."""
    whole = Group("")
    groups: dict[date, Group] = {}
    rows = Feedback.objects.filter(programme=programme, cohort__starts_on__gte=since)
    for row in rows.select_related("cohort"):
        month = _first(row.cohort.starts_on)  # type: ignore[union-attr]
        whole.add(row)
        groups.setdefault(month, Group(month)).add(row)
    told = {month: mean for month, one in groups.items() if (mean := one.overall) is not None}
    return told, whole.overall


def _first(day: date) -> date:
    return date(day.year, day.month, 1)
