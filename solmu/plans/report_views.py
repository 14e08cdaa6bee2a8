"""The annual report: written, published, read by everybody, as a page and as a document."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.networks.models import Network
from solmu.networks.page import shell
from solmu.plans import overview, reporting
from solmu.plans.forms import PlainText, language_field
from solmu.plans.models import AnnualReport, Plan
from solmu.plans.page import planning_network
from solmu.plans.permissions import can_adopt, can_plan


class ReportForm(forms.Form):
    """What people say of the year: a foreword, and a text of each theme."""

    foreword = PlainText(label=_("Foreword"), required=False, rows=8)
    language = language_field()

    def __init__(self, data: Any = None, *, report: AnnualReport, plan: Plan) -> None:
        initial = {"foreword": report.foreword, "language": report.language}
        themes = list(plan.strategy.themes.all())
        for theme in themes:
            initial[f"theme-{theme.uuid}"] = report.theme_texts.get(str(theme.uuid), "")
        super().__init__(data, initial=initial)
        for theme in themes:
            self.fields[f"theme-{theme.uuid}"] = PlainText(
                label=theme.title, required=False, rows=4
            )

    @property
    def theme_texts(self) -> dict[str, str]:
        """The texts by the themes' uuids."""
        return {
            name.removeprefix("theme-"): text
            for name, text in self.cleaned_data.items()
            if name.startswith("theme-") and text
        }


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The year's report as it would be published now, with its texts to be written."""
    network, plan = _plan(request, slug, year)
    held = reporting.report_of(network, year)
    may = can_plan(request.viewer, network)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = (
        ReportForm(request.POST if request.method == "POST" else None, report=held, plan=plan)
        if may
        else None
    )
    if form is not None and request.method == "POST" and form.is_valid():
        reporting.write(
            held,
            by=request.viewer,
            foreword=form.cleaned_data["foreword"],
            theme_texts=form.theme_texts,
            language=form.cleaned_data["language"],
        )
        messages.success(request, _("The texts are saved."))
        return redirect("plans:report", slug, year)
    return render(
        request,
        "plans/report.html",
        shell(
            request,
            network,
            "plans:plan",
            plan=plan,
            report=held,
            told=reporting.content(held),
            form=form,
            can_publish=can_adopt(request.viewer, plan),
        ),
        status=422 if form is not None and form.is_bound else 200,
    )


@login_required
@require_POST
def publish(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Publish the year's report as it is now."""
    network, plan = _plan(request, slug, year)
    if not can_adopt(request.viewer, plan):
        raise PermissionDenied
    reporting.publish(reporting.report_of(network, year), by=request.viewer)
    messages.success(request, _("The report is published."))
    return redirect("plans:report", slug, year)


@login_required
@require_safe
def pdf(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The year's report as a document: as published, else as it is now."""
    network, _plan_of_year = _plan(request, slug, year)
    held = reporting.report_of(network, year)
    return _document(held, held.snapshot or reporting.content(held))


@require_safe
def public_report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """A published report, for everybody."""
    held = _published(slug, year)
    return render(
        request,
        "plans/public_report.html",
        {"network": held.network, "report": held, "told": held.snapshot},
    )


@require_safe
def public_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """A published report as a document, for everybody."""
    held = _published(slug, year)
    return _document(held, held.snapshot)


def _plan(request: HttpRequest, slug: str, year: int) -> tuple[Network, Plan]:
    network = planning_network(request, slug)
    plan = overview.plan_of(network, year)
    if plan is None:
        raise Http404
    return network, plan


def _published(slug: str, year: int) -> AnnualReport:
    reports = AnnualReport.objects.filter(
        network__organisation__slug=slug,
        network__organisation__public=True,
        network__elsewhere_of=None,
        published_on__isnull=False,
    ).select_related("network__organisation")
    return get_object_or_404(reports, year=year)


def _document(report: AnnualReport, told: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(reporting.pdf(told, report.language), content_type="application/pdf")
    name = f"{report.network.slug}-{report.year}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
