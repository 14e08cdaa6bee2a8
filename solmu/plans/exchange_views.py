"""Importing a plan: the file, what it would change, and the change itself."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.imports import previews
from solmu.networks.page import shell
from solmu.plans import exchange, overview, planning
from solmu.plans.models import Plan
from solmu.plans.page import planning_network
from solmu.plans.permissions import can_plan

SEALED = "measures of the plan"
SHOWN = 200


@login_required
@require_http_methods(["GET", "POST"])
def import_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Read a spreadsheet, show what it would change, and do it when that is accepted.

    What was previewed travels with the page, signed; if the plan has changed meanwhile, the
    preview is shown anew.
    """
    network = planning_network(request, slug)
    if not can_plan(request.viewer, network):
        raise PermissionDenied
    plans = overview.plans_of(network)
    plan = plans.get(planning.year_shown([*plans], request.GET.get("year", "")))
    if plan is None:
        messages.error(request, _("Begin a plan for the year first."))
        return redirect("plans:plan", slug)
    form = previews.SheetForm()
    facts: dict[str, Any] = {"plan": plan}
    if request.method == "POST" and "accepted" in request.POST:
        try:
            kept = previews.unseal(SEALED, plan.pk, request.POST["accepted"])
        except previews.StaleError as error:
            messages.error(request, str(error))
        else:
            planned = exchange.plan_rows(plan, kept["rows"])
            if planned.counts == kept["counts"]:
                exchange.apply(plan, kept["rows"], by=request.viewer)
                messages.success(request, _("The plan is imported."))
                return redirect(plan)
            messages.warning(request, _("The plan has changed meanwhile. Look once more."))
            facts |= _preview(plan, kept["rows"])
    elif request.method == "POST":
        form = previews.SheetForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                rows = exchange.read(form.cleaned_data["file"].read())
            except exchange.ExchangeError as error:
                form.add_error("file", str(error))
            else:
                facts |= _preview(plan, rows)
    return render(
        request,
        "plans/import.html",
        shell(
            request,
            network,
            "plans:plan",
            form=form,
            columns=list(exchange.COLUMNS.values()),
            **facts,
        ),
        status=422 if form.is_bound and form.errors else 200,
    )


def _preview(plan: Plan, rows: list[exchange.Row]) -> dict[str, Any]:
    planned = exchange.plan_rows(plan, rows)
    kept = {"rows": rows, "counts": planned.counts}
    shown = [line for line in planned.lines if line.does != "unchanged"]
    return {
        "planned": planned,
        "counts": planned.counts,
        "changes": planned.counts["created"] + planned.counts["updated"],
        "lines": shown[:SHOWN],
        "more": max(0, len(shown) - SHOWN),
        "accepted": previews.seal(SEALED, plan.pk, kept),
    }
