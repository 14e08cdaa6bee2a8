"""Seats as a spreadsheet: the file of a day, and reading one with a preview."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from solmu.imports.previews import SheetForm, StaleError
from solmu.imports.reading import ReadingError
from solmu.lib import clock
from solmu.networks import groups, seat_sheets
from solmu.networks.groups_views import TAB, asked_day, led, open_here
from solmu.networks.page import shell
from solmu.networks.permissions import can_take_part
from solmu.ui import files_out


@require_GET
@login_required
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Seats and who sits in them on a day (?on=all: all there have been), as XLSX or CSV."""
    network = open_here(request, slug)
    if not can_take_part(request.viewer, network):
        raise PermissionDenied(_("Guests read the pages; the file with addresses is for members."))
    day: date | None = None
    if request.GET.get("on") != "all":
        day = asked_day(request, network.valid.lower, clock.today())
    headings, rows = seat_sheets.headings(), seat_sheets.lines(network, day)
    form = "csv" if request.GET.get("format") == "csv" else "xlsx"
    name = f"{network.slug}-seats-{day.isoformat() if day else 'all'}"
    return files_out.answer(request, form, headings, rows, name=name)


@require_http_methods(["GET", "POST"])
@login_required
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Read seats from a file, show what would happen, and make it so."""
    network = led(request, slug)
    if request.method == "POST" and "seal" in request.POST:
        try:
            count = seat_sheets.apply(network, request.POST["seal"], by=request.viewer)
        except (groups.GroupError, StaleError) as error:
            messages.error(request, str(error))
            return redirect("networks:groups-import", network.slug)
        text = ngettext("One row is written.", "%(n)s rows are written.", count)
        messages.success(request, text % {"n": count})
        return redirect(TAB, network.slug)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    rows: list[seat_sheets.Row] = []
    if form.is_bound and form.is_valid():
        try:
            rows = seat_sheets.read(network, form.cleaned_data["file"].read(), by=request.viewer)
        except ReadingError as error:
            form.add_error("file", str(error))
    taken = [row for row in rows if not row.reason and not row.there]
    return render(
        request,
        "networks/groups_import.html",
        shell(
            request,
            network,
            TAB,
            form=form,
            read=form.is_bound and form.is_valid(),
            taken=taken,
            rejected=[row for row in rows if row.reason],
            there=[row for row in rows if row.there],
            seal=seat_sheets.sealed(network, rows) if taken else "",
        ),
        status=422 if form.is_bound and not form.is_valid() else 200,
    )
