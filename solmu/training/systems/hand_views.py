"""The exchange with the student management system by hand: a file in, results out."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from solmu.imports import guessing, previews, reading
from solmu.imports.previews import SheetForm, StaleError
from solmu.imports.reading import ReadingError
from solmu.training import applicants, importing
from solmu.training.models import Cohort, Programme
from solmu.training.page import programme_shell, run_cohort, run_programme
from solmu.training.systems import doing
from solmu.training.systems.studenta import RESULT_COLUMNS
from solmu.ui import files_out

SEALED = "training.applications"
MOST, SHOWN = 500, 200  # rows of a file, rows shown
STARTS = 16


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def by_hand(request: HttpRequest, slug: str) -> HttpResponse:
    """Read applications from a file: shown first, written when a person says so."""
    programme = run_programme(request, slug)
    if request.method == "POST" and "seal" in request.POST:
        return _write(request, programme)
    posted = request.method == "POST"
    form = SheetForm(request.POST, request.FILES) if posted else SheetForm()
    outcome, seal = None, ""
    if posted and form.is_valid():
        try:
            text = _as_csv(form.cleaned_data["file"].read())
            outcome = importing.bring_in(
                text.encode("utf-8-sig"), programme=programme, by=request.viewer, dry_run=True
            )
        except ReadingError as error:
            form.add_error("file", str(error))
        else:
            seal = previews.seal(SEALED, programme.pk, text)
    over = programme.cohorts.exclude(state=Cohort.State.CANCELLED).exclude(
        state=Cohort.State.PLANNED
    )
    context: dict[str, Any] = {
        "form": form,
        "outcome": outcome,
        "rejected": outcome.rejected[:SHOWN] if outcome else [],
        "seal": seal,
        "taken": outcome.counts["created"] + outcome.counts["updated"] if outcome else 0,
        "starts": over.order_by("-starts_on")[:STARTS],
    }
    shell = programme_shell(request, programme, "systems:systems", **context)
    return render(request, "systems/by_hand.html", shell, status=422 if form.errors else 200)


def _write(request: HttpRequest, programme: Programme) -> HttpResponse:
    try:
        text = previews.unseal(SEALED, programme.pk, request.POST["seal"])
    except StaleError as error:
        messages.error(request, str(error))
        return redirect("systems:by-hand", programme.slug)
    outcome = importing.bring_in(text.encode("utf-8-sig"), programme=programme, by=request.viewer)
    n = outcome.counts["created"] + outcome.counts["updated"]
    said = ngettext("One application is written.", "%(n)s applications are written.", n)
    messages.success(request, said % {"n": n})
    return redirect("training:run", programme.slug)


def _as_csv(content: bytes) -> str:
    """The file's rows as CSV, whatever it was: what is shown travels with the page."""
    table = guessing.lay_out(reading.read_bytes(content), applicants.COLUMNS)
    if len(table.rows) > MOST:
        raise ReadingError(_("At most %(n)s rows at a time.") % {"n": MOST})
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(table.headings)
    writer.writerows(row.cells for row in table.rows)
    return text.getvalue()


@require_safe
@login_required
def results(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A start's results for the student management system (?format=csv or xlsx)."""
    cohort = run_cohort(request, pk)
    form = "csv" if request.GET.get("format") == "csv" else "xlsx"
    rows = ([row[name] for name in RESULT_COLUMNS] for row in doing.result_rows(cohort))
    name = f"{cohort.programme.slug}-{cohort.starts_on:%Y-%m-%d}"
    return files_out.answer(request, form, RESULT_COLUMNS, rows, name=name)
