"""The network's annual report, made from the plan, the members, the groups and the outputs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from solmu.audit import history
from solmu.documents import making
from solmu.goals.models import Indicator
from solmu.goals.progress import percent
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Group, Membership, Network
from solmu.people.viewer import Viewer
from solmu.plans import overview
from solmu.plans.models import AnnualReport, Measure, Output

DOCUMENT = Path(__file__).resolve().parent / "documents" / "annual_report.typ"


def report_of(network: Network, year: int) -> AnnualReport:
    """The report of a year; one that nobody has written yet is not stored."""
    report = AnnualReport.objects.filter(network=network, year=year).first()
    if report is None:
        report = AnnualReport(network=network, year=year, language=network.language)
    report.network = network
    return report


@transaction.atomic
def write(
    report: AnnualReport, *, by: Viewer, foreword: str, theme_texts: dict[str, str], language: str
) -> AnnualReport:
    """Write what people say of the year; what is published stays until it is published again."""
    report.foreword, report.theme_texts, report.language = foreword, theme_texts, language
    with history.acting(by, gettext_noop("annual report written")):
        report.save()
    return report


@transaction.atomic
def publish(report: AnnualReport, *, by: Viewer) -> AnnualReport:
    """Keep the report as it is now and show it to everybody who may know of the network."""
    report.snapshot = content(report)
    report.published_on = clock.today()
    with history.acting(by, gettext_noop("annual report published")):
        report.save()
    return report


def content(report: AnnualReport) -> dict[str, Any]:
    """All that the report says, in its own language, as plain values."""
    with override(report.language):
        return _content(report)


def _content(report: AnnualReport) -> dict[str, Any]:
    network, year = report.network, report.year
    span = period(date(year, 1, 1), date(year, 12, 31))
    plan = overview.plan_of(network, year)
    read = overview.read(plan, overview.measures_of(plan)) if plan else None
    members = (
        Membership.objects.filter(network=network, valid__overlap=span)
        .select_related("organisation")
        .order_by("organisation__sort_fi", "pk")
    )
    groups = Group.objects.filter(network=network, valid__overlap=span).order_by(
        "kind", "name_fi", "pk"
    )
    outputs = (
        Output.objects.public()
        .filter(network=network, published_on__year=year)
        .prefetch_related("authors", "organisations")
        .order_by("kind", "title", "pk")
    )
    names: dict[int, str] = {}
    for one in members:
        names[one.organisation_id] = str(one.organisation)
    return {
        "network": str(network),
        "slug": network.slug,
        "purpose": network.purpose,
        "year": year,
        "foreword": report.foreword,
        "made_on": clock.today().isoformat(),
        "members": list(names.values()),
        "groups": [{"name": str(group), "task": group.task} for group in groups],
        "measures": read.counts.all if read else 0,
        "measures_done": read.counts.done if read else 0,
        "themes": [_theme(report, part) for part in read.themes] if read else [],
        "indicators": _indicators(network, year, read) if read else [],
        "outputs": [
            {
                "title": output.title,
                "kind": output.get_kind_display(),
                "authors": _authors(output),
                "licence": output.get_licence_display(),
                "url": reverse("public_plans:output", args=[network.slug, output.uuid]),
            }
            for output in outputs
        ],
    }


def _theme(report: AnnualReport, part: overview.ThemePart) -> dict[str, Any]:
    measures = [one for goal in part.goals for one in goal.measures]
    return {
        "title": part.theme.title,
        "text": report.theme_texts.get(str(part.theme.uuid), ""),
        "percent": part.counts.percent,
        "measures": part.counts.all,
        "measures_done": part.counts.done,
        "done": [_measure(one) for one in measures if one.status == Measure.Status.DONE],
        "under_way": [
            _measure(one)
            for one in measures
            if one.status in {Measure.Status.STARTED, Measure.Status.HALF}
        ],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    together = [measure.organisation] if measure.organisation else []
    together += [part.organisation for part in measure.taking_part.all()]
    return {"title": measure.title, "by": ", ".join(str(one) for one in together)}


def _indicators(network: Network, year: int, read: overview.Overview) -> list[dict[str, Any]]:
    rows = (
        Indicator.objects.filter(goal__in_plan__theme__strategy=read.plan.strategy_id)
        .prefetch_related("values")
        .order_by("goal__in_plan__theme__place", "goal__in_plan__place", "pk")
    )
    told = []
    for indicator in rows:
        values = [one for one in indicator.values.all() if one.on.year <= year]
        latest = max(values, key=lambda one: one.on, default=None)
        value = latest.value if latest else None
        told.append(
            {
                "name": indicator.name,
                "unit": indicator.unit,
                "baseline": _number(indicator.baseline),
                "target": _number(indicator.target),
                "value": _number(value),
                "on": date_format(latest.on, "SHORT_DATE_FORMAT") if latest else "",
                "percent": percent(indicator.baseline, indicator.target, value),
                "source": indicator.source,
            }
        )
    return told


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return number_format(value.normalize() if value % 1 else int(value), use_l10n=True)


def _authors(output: Output) -> str:
    names = [author.name for author in output.authors.all()]
    return ", ".join([*names, *([output.authors_text] if output.authors_text else [])])


def pdf(told: dict[str, Any], language: str) -> bytes:
    """The report as a document."""
    with override(language):
        words: dict[str, Any] = {
            "title": _("Annual report %(year)s") % {"year": told["year"]},
            "foreword": _("Foreword"),
            "members": _("Members"),
            "groups": _("Groups"),
            "themes": _("What we did"),
            "done": _("Done"),
            "under_way": _("Under way"),
            "indicators": _("Indicators"),
            "indicator": _("Indicator"),
            "baseline": _("Baseline"),
            "target": _("Target"),
            "value": _("Measured value"),
            "on": _("On"),
            "outputs": _("Outputs"),
            "made": _("Made on %(day)s")
            % {"day": date_format(date.fromisoformat(told["made_on"]), "SHORT_DATE_FORMAT")},
            "progress": _("Measures done: %(done)s of %(all)s. All together %(percent)s %%."),
            "numbers": [
                {"number": len(told["members"]), "word": _("members")},
                {"number": len(told["groups"]), "word": _("groups")},
                {"number": told["measures"], "word": _("measures")},
                {"number": told["measures_done"], "word": _("done")},
                {"number": len(told["outputs"]), "word": _("outputs")},
            ],
        }
        for theme in told["themes"]:
            theme["progress"] = words["progress"] % {
                "done": theme["measures_done"],
                "all": theme["measures"],
                "percent": theme["percent"],
            }
    return making.pdf(DOCUMENT, {**told, "words": words}, language=language)
