"""Workplace coverage: all workplaces of an institution, one of them, and counts from a file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from solmu.imports import previews, reading
from solmu.lib import clock
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.picture.picture import Picture
from solmu.training.coverage import counting, covering
from solmu.training.coverage.covering import Cover
from solmu.training.coverage.forms import AgeForm, CountForm
from solmu.training.coverage.models import CoverageSettings, StudentCount
from solmu.training.coverage.permissions import can_count
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.markup import badge
from solmu.ui.tables import Column, Table

BAD = HTTPStatus.UNPROCESSABLE_ENTITY
_TONES = {covering.TRAINED: "good", covering.UNTRAINED: "berry", covering.UNKNOWN: "soft"}


def _institution(request: HttpRequest) -> Institution:
    """The institution whose partners the viewer looks at; 403 for those who have none."""
    found: Institution = Picture.from_request(request).institution
    return found


def _counting(request: HttpRequest) -> Institution:
    found = _institution(request)
    if not can_count(request.viewer, found.pk):
        raise PermissionDenied(_("Leaders and coordinators write how many students there are."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def workplaces(request: HttpRequest) -> HttpResponseBase:
    """Workplaces of which something is known; POST sets when training counts as old."""
    institution = _institution(request)
    may = can_count(request.viewer, institution.pk)
    settings = CoverageSettings.objects.filter(institution=institution).first()
    form = AgeForm(request.POST if request.method == "POST" else None, instance=settings)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if "age" in request.POST and form.is_valid():
            years = form.cleaned_data["old_after_years"]
            counting.set_age(institution, years, by=request.viewer)
            messages.success(request, _("It is saved."))
            return redirect("coverage:workplaces")
    today = clock.today()
    choices = [one for one in covering.options() if one[0] != covering.UNKNOWN]
    bar = FilterBar(
        request, [Filter("state", _("Coverage"), choices)], search="q",
        search_label=_("Workplace"),
    )  # fmt: skip
    table = Table(
        request,
        _columns(institution.pk, bar, today),
        _rows(institution.pk, bar, request),
        default_sort="name",
        name="coverage",
        caption=_("Workplaces"),
        empty=_("Nothing is known of any workplace yet."),
    )
    if answer := table.export():
        return answer
    return render(
        request,
        "coverage/workplaces.html",
        {"bar": bar, "table": table, "form": form, "may_count": may, "institution": institution},
        status=BAD if request.method == "POST" else HTTPStatus.OK,
    )


def _rows(institution_id: int, bar: FilterBar, request: HttpRequest) -> Any:
    today = clock.today()
    known = Exists(
        StudentCount.objects.filter(institution=institution_id, organisation=OuterRef("pk"))
    )
    own = Exists(
        covering.passed(today).filter(
            workplace=OuterRef("pk"), programme__institution=institution_id
        )
    )
    partner = Exists(
        Organisation.objects.filter(
            pk=OuterRef("pk"), stakeholders__institution=institution_id
        ).filter(Q(enrolments__in=covering.passed(today)))
    )
    rows = Organisation.objects.visible_to(request.viewer).filter(known | own | partner)
    if chosen := bar.chosen["state"]:
        asked = covering.condition(institution_id, chosen, today)
        rows = rows.filter(for_organisations(asked))
    if bar.text:
        rows = rows.filter(called_like(bar.text))
    return rows


def for_organisations(condition: Any) -> Q:
    """The condition of `covering.condition`, said of organisations themselves."""
    return Q(
        *(
            for_organisations(one) if isinstance(one, Q) else ("pk__in", one[1])
            for one in condition.children
        ),
        _connector=condition.connector,
        _negated=condition.negated,
    )


def called_like(text: str) -> Q:
    """Organisations whose name has the text in it."""
    return Q(name_fi__icontains=text) | Q(name_sv__icontains=text) | Q(name_en__icontains=text)


class _Covers:
    """Coverage of the rows of a page, read once for all of them."""

    def __init__(self, institution_id: int, on: Any) -> None:
        self.institution_id, self.on = institution_id, on
        self.found: dict[int, Cover] | None = None

    def of(self, key: int) -> Cover:
        if self.found is None:
            ids = StudentCount.objects.filter(institution=self.institution_id)
            keys = set(ids.values_list("organisation_id", flat=True))
            keys |= set(covering.passed(self.on).values_list("workplace_id", flat=True))
            self.found = covering.of(self.institution_id, keys, self.on)
        return self.found.get(key, Cover())


def _columns(institution_id: int, bar: FilterBar, on: Any) -> list[Column[Organisation]]:
    covers = _Covers(institution_id, on)
    names = dict(covering.options())

    def cell(row: Organisation) -> Any:
        state = covers.of(row.pk).state
        return badge(names[state], _TONES[state])

    return [
        Column(
            "name",
            _("Workplace"),
            lambda row: format_html(
                '<a href="{}">{}</a>', reverse("coverage:workplace", args=[row.pk]), row
            ),
            sort="sort_fi",
            export=str,
        ),
        Column("students", _("Students"), lambda row: _known(covers.of(row.pk).students),
               numeric=True, export=lambda row: covers.of(row.pk).students),
        Column("trained", _("Trained instructors"), lambda row: covers.of(row.pk).trained,
               numeric=True, export=lambda row: covers.of(row.pk).trained),
        Column("old", _("Trained long ago"), lambda row: covers.of(row.pk).old, numeric=True,
               shown=False, export=lambda row: covers.of(row.pk).old),
        Column("state", _("Coverage"), cell,
               export=lambda row: str(names[covers.of(row.pk).state])),
    ]  # fmt: skip


def _known(number: int | None) -> str:
    return _("not known") if number is None else str(number)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def workplace(request: HttpRequest, pk: int) -> HttpResponse:
    """One workplace: what is known, and how many students there are by hand."""
    institution = _institution(request)
    organisation = get_object_or_404(Organisation.objects.visible_to(request.viewer), pk=pk)
    may = can_count(request.viewer, institution.pk)
    if request.method == "POST" and not may:
        raise PermissionDenied(_("Leaders and coordinators write how many students there are."))
    rows = StudentCount.objects.filter(institution=institution, organisation=organisation)
    form = CountForm(request.POST if "add" in request.POST else None)
    if (key := request.POST.get("drop", "")).isdecimal():
        counting.drop(get_object_or_404(rows, pk=key), by=request.viewer)
        messages.success(request, _("The count is taken off."))
        return redirect("coverage:workplace", organisation.pk)
    if form.is_bound and form.is_valid():
        facts = form.cleaned_data
        try:
            made = counting.count(institution, organisation, **facts, by=request.viewer)
        except counting.CountError as error:
            form.add_error("last", str(error))
        else:
            messages.success(request, _("It is saved."))
            if counting.sums_of(institution, organisation, made):
                messages.warning(
                    request,
                    _("Students without a field are added to those told by field. If one count is "
                      "a total of the others, take it off."),
                )  # fmt: skip
            return redirect("coverage:workplace", organisation.pk)
    cover = covering.of(institution.pk, [organisation.pk], clock.today())
    return render(
        request,
        "coverage/workplace.html",
        {
            "organisation": organisation,
            "cover": cover.get(organisation.pk, Cover()),
            "counts": [
                (row, FIELDS.get(row.field, _("not told by field")))
                for row in rows.order_by("-period", "-pk")
            ],
            "form": form,
            "may_count": may,
            "trail": [(_("Workplace coverage"), reverse("coverage:workplaces"))],
        },
        status=BAD if request.method == "POST" else HTTPStatus.OK,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Counts from a file: read, looked at, then written."""
    institution = _counting(request)
    form = previews.SheetForm()
    rows: list[counting.Row] = []
    if request.method == "POST" and "seal" in request.POST:
        try:
            written = counting.apply(institution, request.POST["seal"], by=request.viewer)
        except previews.StaleError as error:
            messages.error(request, str(error))
            return redirect("coverage:read")
        messages.success(
            request,
            ngettext("One row is written.", "%(n)s rows are written.", written) % {"n": written},
        )
        return redirect("coverage:workplaces")
    if request.method == "POST":
        form = previews.SheetForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                rows = counting.read(form.cleaned_data["file"].read(), viewer=request.viewer)
                counting.note_sums(institution, rows)
            except reading.ReadingError as error:
                form.add_error("file", str(error))
    taken = [row for row in rows if not row.reason]
    return render(
        request,
        "coverage/read.html",
        {
            "form": form,
            "rows": rows,
            "taken": taken,
            "noted": sum(bool(row.note) for row in taken),
            "rejected": [row for row in rows if row.reason],
            "seal": counting.sealed(institution, rows) if taken else "",
            "trail": [(_("Workplace coverage"), reverse("coverage:workplaces"))],
        },
        status=BAD if request.method == "POST" and not rows else HTTPStatus.OK,
    )
