"""The panels of plans on a network's home and on its public page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from solmu.networks.models import Network
from solmu.plans import overview, planning
from solmu.plans.models import AnnualReport, Output
from solmu.plans.views import theme_bars
from solmu.ui.charts import Bar


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
    plans = overview.plans_of(network)
    plan = plans.get(planning.year_shown([*plans], ""))
    if plan is None:
        return None
    themes, counts = overview.progress(plan)
    return PlanPanel(
        "plans/_panel.html",
        _("Action plan %(year)s") % {"year": plan.year},
        plan.get_absolute_url(),
        theme_bars(plan, themes),
        overview.sentence(counts),
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
