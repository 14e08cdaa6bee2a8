"""The import's pages: upload, what the columns are, preview, and the result."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.imports.guessing import MappedColumns
from solmu.imports.models import Batch, Line
from solmu.imports.reading import ReadingError
from solmu.lib import sheets_out
from solmu.live import events
from solmu.partnerships.importing import batches as importing
from solmu.partnerships.importing import undoing as import_undoing
from solmu.partnerships.importing.batches import ImportingError
from solmu.partnerships.importing.fields import BY_KEY
from solmu.partnerships.importing.forms import ColumnsForm, RowForm, UploadForm, ValuesForm
from solmu.partnerships.importing.words import KIND, Vocabulary
from solmu.partnerships.models import Stakeholder
from solmu.partnerships.permissions import can_import
from solmu.ui.markup import badge
from solmu.ui.tables import Column, Table

State = Batch.State

# In a larger file a person mends many rows before it is worked out again.
PLANNED_AFTER_EACH_ROW = 5_000

TONES = {"created": "lake", "updated": "lake", "unchanged": "quiet", "rejected": "berry"}
DROPPED = {
    "empty": gettext_lazy("Empty rows"),
    "totals": gettext_lazy("Rows of totals"),
    "headings": gettext_lazy("Repeated headings"),
    "titles": gettext_lazy("Titles between rows"),
    "notes": gettext_lazy("Notes below the table"),
}
STAGES = {
    "reading": gettext_lazy("Reading the file"),
    "comparing": gettext_lazy("Comparing with what is here"),
    "keeping": gettext_lazy("Making the preview"),
    "organisations": gettext_lazy("Writing organisations"),
    "partners": gettext_lazy("Writing partners"),
    "people": gettext_lazy("Writing contact persons"),
    "dialogue": gettext_lazy("Writing dialogue"),
    "search": gettext_lazy("Making all of it findable"),
    "undoing": gettext_lazy("Taking the import back"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Choose a file; earlier imports are listed below."""
    viewer = request.viewer
    institution_id = viewer.institution_id
    if institution_id is None or not can_import(viewer, institution_id):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = importing.upload(
                file.read(), file.name, institution_id=institution_id, by=viewer
            )
        except ReadingError as error:
            form.add_error("file", str(error))
        else:
            return redirect("partnerships:import-columns", made.pk)
    earlier = Batch.objects.visible_to(viewer).filter(institution_id=institution_id, kind=KIND)
    return render(
        request,
        "partnerships/import.html",
        {
            "form": form,
            "earlier": earlier.defer("content", "columns", "unmapped").select_related("by")[:20],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _batch(request: HttpRequest, pk: int) -> Batch:
    viewer = request.viewer
    found: Batch = get_object_or_404(
        Batch.objects.visible_to(viewer).defer("content"), pk=pk, kind=KIND
    )
    return found


@login_required
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the import stands: the way goes on from here."""
    found = _batch(request, pk)
    if found.state == State.UPLOADED:
        return redirect("partnerships:import-columns", pk)
    if found.state in (State.PLANNING, State.APPLYING, State.UNDOING):
        return _progress(request, found)
    if "progress" in request.GET:  # asked by the page that waited: it is done, show the whole page
        response = HttpResponse()
        response["HX-Redirect"] = request.path
        return response if "HX-Request" in request.headers else redirect(request.path)
    if found.state == State.FAILED:
        return render(request, "partnerships/import_failed.html", {"batch": found})
    table = _table(request, found)
    if export := table.export():
        return export
    context = {
        "batch": found,
        "table": table,
        "tabs": _tabs(request, found),
        "figures": _figures(found),
        "left_out": _left_out(found),
        "open_values": sum(entry["rows"] for entry in found.unmapped),
        "is_large": found.total > PLANNED_AFTER_EACH_ROW,
        "unlisted": found.counts.get("kept_after_undo", 0) - len(found.kept_after_undo),
    }
    if found.state == State.PLANNED:
        return render(request, "partnerships/import_preview.html", context)
    return render(request, "partnerships/import_result.html", context)


def _progress(request: HttpRequest, found: Batch) -> HttpResponse:
    response = render(
        request,
        "partnerships/import_progress.html",
        {
            "batch": found,
            "stage": STAGES.get(found.stage, _("Waiting for its turn")),
            "stream": events.stream_address(importing.channel_of(found.pk)),
        },
    )
    # Without JavaScript the page itself comes again; htmx asks oftener and only for the part.
    if "HX-Request" not in request.headers:
        response["Refresh"] = "5"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column is: as guessed, to be corrected."""
    found = _batch(request, pk)
    if found.state not in (State.UPLOADED, State.PLANNED):
        return redirect("partnerships:import-batch", pk)
    mapped = MappedColumns.from_json(found.columns).columns
    form = ColumnsForm(request.POST if request.method == "POST" else None, mapped)
    if request.method == "POST" and form.is_valid():
        viewer = request.viewer
        try:
            importing.map_columns(found, form.chosen, by=viewer)
        except ImportingError as error:
            form.add_error(None, str(error))
        else:
            return _planned(request, found)
    return render(
        request,
        "partnerships/import_columns.html",
        {
            "batch": found,
            "form": form,
            "kept": sum(1 for column in mapped if not column.field),
            "known": sum(1 for column in mapped if column.field),
            "left_out": _left_out(found),
        },
        status=422 if form.is_bound else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def values(request: HttpRequest, pk: int) -> HttpResponse:
    """What unknown values mean: said once, remembered for the next file."""
    found = _batch(request, pk)
    if found.state != State.PLANNED:
        return redirect("partnerships:import-batch", pk)
    vocabulary = Vocabulary(found.institution_id)
    form = ValuesForm(
        request.POST if request.method == "POST" else None, found.unmapped, vocabulary
    )
    if request.method == "POST" and form.is_valid():
        importing.map_values(found, form.meanings, by=request.viewer)
        return _planned(request, found)
    return render(
        request,
        "partnerships/import_values.html",
        {"batch": found, "form": form},
        status=422 if form.is_bound else 200,
    )


def _planned(request: HttpRequest, found: Batch, show: str = "") -> HttpResponse:
    """Plan again and show what would become of the rows now."""
    full = Batch.objects.get(pk=found.pk)
    try:
        importing.start_plan(full, by=request.viewer)
    except ReadingError as error:
        messages.error(request, str(error))
        return redirect("partnerships:import")
    address = reverse("partnerships:import-batch", args=[found.pk])
    return redirect(f"{address}?{urlencode({'show': show})}" if show else address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One row: correct its cells, or say which organisation it is."""
    found = _batch(request, pk)
    line = get_object_or_404(found.lines.select_related("batch"), number=number)
    mapped = MappedColumns.from_json(found.columns).columns
    changeable, words = found.state == State.PLANNED, _Words(found)
    form = RowForm(request.POST if request.method == "POST" else None, line, mapped)
    if request.method == "POST" and form.is_valid():
        try:
            importing.settle(
                line,
                by=request.viewer,
                corrections=form.corrections,
                decision=form.cleaned_data.get("decision"),
            )
        except ImportingError as error:
            messages.error(request, str(error))
            return redirect("partnerships:import-batch", pk)
        if found.total > PLANNED_AFTER_EACH_ROW:
            messages.info(request, _("The row is saved; it is taken in when you write."))
            return redirect("partnerships:import-batch", pk)
        # On to the next of those that were rejected, as long as there are any.
        others = found.lines.filter(action=Line.Action.REJECTED).exclude(pk=line.pk)
        mending = line.action == Line.Action.REJECTED and others.exists()
        return _planned(request, found, Line.Action.REJECTED if mending else "")
    return render(
        request,
        "partnerships/import_row.html",
        {
            "batch": found,
            "line": line,
            "form": form,
            "changeable": changeable,
            "becomes": badge(line.get_action_display(), TONES[line.action]),
            "differences": [_difference(words, both) for both in line.conflicts],
            "changes": [_change(words, change) for change in line.changes],
        },
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the plan: a worker writes it, all or nothing."""
    found = _batch(request, pk)
    try:
        importing.start_apply(found, by=request.viewer)
    except ImportingError as error:
        messages.error(request, str(error))
    return redirect("partnerships:import-batch", pk)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a file away that was not written: nothing of it stays."""
    try:
        importing.discard(_batch(request, pk), by=request.viewer)
    except ImportingError as error:
        messages.error(request, str(error))
        return redirect("partnerships:import-batch", pk)
    messages.success(request, _("The file is thrown away; nothing was written."))
    return redirect("partnerships:import")


@login_required
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a failed import once more."""
    return _planned(request, _batch(request, pk))


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the import back, as far as nobody has built on it."""
    found = _batch(request, pk)
    try:
        import_undoing.start_undo(found, by=request.viewer)
    except ImportingError as error:
        messages.error(request, str(error))
    return redirect("partnerships:import-batch", pk)


@login_required
@require_GET
def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows with their reasons, as a workbook to mend and bring again."""
    found = _batch(request, pk)
    file = importing.rejected_file(found.layout.get("headings", []), importing.rejected_rows(found))
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{found.file_name}.rejected.xlsx",
        content_type=sheets_out.TYPES["xlsx"],
    )


# What the pages show


def _tabs(request: HttpRequest, found: Batch) -> list[tuple[str, str, bool]]:
    shown = request.GET.get("show", "")
    counts = found.counts
    names = [
        ("", _("All"), counts.get("rows", 0)),
        ("created", pgettext("rows", "New"), counts.get("created", 0)),
        ("updated", pgettext("rows", "Changed"), counts.get("updated", 0)),
        ("unchanged", pgettext("rows", "Unchanged"), counts.get("unchanged", 0)),
        ("rejected", pgettext("rows", "Rejected"), counts.get("rejected", 0)),
        ("duplicates", _("Perhaps the same"), counts.get("duplicates", 0)),
        ("conflicts", _("Differs from yours"), counts.get("conflicts", 0)),
    ]
    return [
        (f"{label} {count}", f"?show={key}" if key else "?", key == shown)
        for key, label, count in names
        if count or not key or key == shown
    ]


def _figures(found: Batch) -> list[tuple[Any, ...]]:
    counts = found.counts
    return [
        (counts.get("created", 0), pgettext("rows", "New"), "?show=created"),
        (counts.get("updated", 0), pgettext("rows", "Changed"), "?show=updated"),
        (counts.get("unchanged", 0), pgettext("rows", "Unchanged"), "?show=unchanged"),
        (counts.get("rejected", 0), pgettext("rows", "Rejected"), "?show=rejected"),
    ]


def _left_out(found: Batch) -> list[str]:
    dropped = [
        f"{DROPPED[key]}: {count}"
        for key, count in found.layout.get("dropped", {}).items()
        if key in DROPPED
    ]
    sheets = [
        _("Sheet “%(name)s” (%(why)s)") % {"name": name, "why": why}
        for name, why in found.layout.get("skipped_sheets", [])
    ]
    return [*dropped, *sheets]


def _table(request: HttpRequest, found: Batch) -> Table[Line]:
    lines = found.lines.all()
    shown = request.GET.get("show", "")
    if shown in Line.Action.values:
        lines = lines.filter(action=shown)
    elif shown == "duplicates":
        lines = lines.exclude(candidates=[])
    elif shown == "conflicts":
        lines = lines.exclude(conflicts=[])
    several = len(found.layout.get("sheets", [])) > 1
    changeable = found.state == State.PLANNED

    if found.state == State.APPLIED:  # what was written is read on the partner's own page
        partner = Stakeholder.objects.filter(
            institution_id=found.institution_id, organisation_id=OuterRef("organisation_id")
        )
        lines = lines.annotate(partner=Subquery(partner.values("pk")[:1]))

    def row_link(line: Line, text: object) -> SafeString:
        return format_html('<a href="{}rows/{}/">{}</a>', request.path, line.number, text)

    def name(line: Line) -> SafeString:
        text = line.name or _("no name")
        if partner := getattr(line, "partner", None):
            address = reverse("partnerships:partner", args=[partner])
            return format_html('<a href="{}">{}</a>', address, text)
        return row_link(line, text)

    words = _Words(found)
    columns_shown: list[Column[Line]] = [
        Column("name", _("Organisation"), name, export=lambda line: line.name),
        Column(
            "row",
            _("Row"),
            lambda line: line.row if changeable else row_link(line, line.row),
            numeric=True,
            export=lambda line: line.row,
        ),
        Column(
            "action",
            _("What happens") if changeable else _("What happened"),
            lambda line: badge(line.get_action_display(), TONES[line.action]),
            export=lambda line: line.get_action_display(),
        ),
        Column("why", _("Why, and what to look at"), lambda line: _remarks(words, line),
               export=lambda line: " ".join([*line.reasons, *line.notes])),
    ]  # fmt: skip
    if several:
        columns_shown.insert(2, Column("sheet", _("Sheet"), lambda line: line.sheet))
    return Table(
        request,
        columns_shown,
        lines,
        default_sort="number",
        name="import-rows",
        caption=_("Rows of the file"),
        empty=_("No such rows."),
        unique="number",
    )


def _remarks(words: _Words, line: Line) -> SafeString | str:
    """Reasons first, then what changes, what differs and what may be the same."""
    parts: list[Any] = [*line.reasons]
    parts += [_difference(words, both) for both in line.conflicts]
    parts += [_change(words, change) for change in line.changes]
    if line.candidates and not line.decision:
        like = ", ".join(entry.get("name", "") for entry in line.candidates[:2])
        parts.append(_("Perhaps the same as %(name)s") % {"name": like})
    parts += line.notes
    if line.action == Line.Action.CREATED and not parts:
        parts.append(_gist(words, line))
    return format_html_join("", '<span class="note">{}</span>', ((part,) for part in parts[:6]))


def _gist(words: _Words, line: Line) -> str:
    """What a new row was understood as, in a few words."""
    facts = line.facts
    told = [words.of(key, facts.get(key)) for key in ("level", "contents", "municipality")]
    people = [f"{person[0]} {person[1]}".strip() or person[3] for person in facts.get("people", ())]
    return " · ".join(part for part in (*told, *people) if part)


def _change(words: _Words, change: dict[str, Any]) -> str:
    told = {
        "field": _label(change["field"]),
        "before": words.of(change["field"], change.get("before")),
        "after": words.of(change["field"], change.get("after")),
    }
    if change.get("proposed"):
        return _("%(field)s: “%(after)s” is proposed to the directory") % told
    if not told["before"]:
        return _("%(field)s: %(after)s") % told
    return _("%(field)s: %(before)s → %(after)s") % told


def _difference(words: _Words, both: dict[str, Any]) -> str:
    return _("%(field)s: you have “%(here)s”, the file says “%(file)s”; yours stays") % {
        "field": _label(both["field"]),
        "here": words.of(both["field"], both.get("here")) or "–",
        "file": words.of(both["field"], both.get("file")) or "–",
    }


_NAMED_AS = {
    "contents": "content",
    "themes": "theme",
    "roles": "role",
    "fields": "field",
    "municipality": "place",
    "title": "contact_title",
}


def _label(field: str) -> str:
    known = BY_KEY.get(_NAMED_AS.get(field, field))
    return str(known.label) if known else field


class _Words:
    """What codes in a batch's facts are called, looked up once a page."""

    def __init__(self, found: Batch) -> None:
        self._institution_id = found.institution_id
        self._names: dict[str, dict[str, str]] = {}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._institution_id)

    def of(self, field: str, value: Any) -> str:
        """The words for a value of a field."""
        key = _NAMED_AS.get(field, field)
        if isinstance(value, list):
            return ", ".join(self.of(field, one) for one in value)
        if value in (None, ""):
            return ""
        if key not in BY_KEY:
            return str(value)
        if key not in self._names:
            self._names[key] = dict(self._vocabulary.choices(key))
        return self._names[key].get(str(value), str(value))
