"""The trainers' pages: contents in versions, their parts and pages, the original's improvements."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.files import panel as file_panel
from solmu.lib.composed import composed
from solmu.organisations.models import Institution
from solmu.training.learning import adopting, comparing, loading, origins, shipped, writing
from solmu.training.learning.forms import AdoptForm, NoteForm, PageForm, PartForm, SourcesForm
from solmu.training.learning.models import FILES, Page, Part, Version
from solmu.training.learning.rendering import Reader, language_of
from solmu.training.learning.writing import ContentError
from solmu.training.models import Programme
from solmu.training.page import known_programme, programme_shell, run_programme, trail
from solmu.training.permissions import can_found, can_teach

TAB = "learning:contents"


def _taught(request: HttpRequest, slug: str) -> Programme:
    """A programme whose contents the viewer may change."""
    programme = run_programme(request, slug)
    if not can_teach(request.viewer, programme):
        raise PermissionDenied(_("Only trainers change the contents."))
    return programme


def _version(programme: Programme, number: int) -> Version:
    return get_object_or_404(
        Version.objects.select_related("programme"), programme=programme, number=number
    )


def _page(programme: Programme, number: int, key: str) -> Page:
    rows = Page.objects.select_related("part__version__programme")
    return get_object_or_404(
        rows, part__version__programme=programme, part__version__number=number, key=key
    )


def _shell(request: HttpRequest, programme: Programme, **more: Any) -> dict[str, Any]:
    steps = trail(programme)
    if version := more.get("version"):
        address = reverse("learning:version", args=[programme.slug, version.number])
        steps += [
            (_("Contents"), reverse(TAB, args=[programme.slug])),
            (_("Version %(n)s") % {"n": version.number}, address),
        ]
    may = can_teach(request.viewer, programme)
    shell = programme_shell(request, programme, TAB, may_teach=may)
    return {**shell, **more, "trail": steps}


@require_safe
@login_required
def contents(request: HttpRequest, slug: str) -> HttpResponse:
    """The versions of the contents: what participants read, the draft, earlier ones."""
    programme = run_programme(request, slug)
    versions = list(Version.objects.filter(programme=programme).order_by("-number"))
    current = next((one for one in versions if one.published_at), None)
    draft = next((one for one in versions if one.state == Version.State.DRAFT), None)
    origin = origins.of(programme, current)
    improved = (
        [
            one
            for one in comparing.against_original(current, origin)
            if one.may_take and one.kind != comparing.AWAY
        ]
        if current and origin
        else []
    )
    context = {
        "current": current,
        "draft": draft,
        "earlier": [one for one in versions if one.published_at and one != current],
        "parts": _parts(current or draft),
        "original": programme.adopted_from,
        "origin": origin,
        "improved": improved,
        "files": file_panel.of(request.viewer, FILES, programme.pk),
        "shipped": shipped.names() if not versions else [],
    }
    return render(request, "learning/contents.html", _shell(request, programme, **context))


@require_POST
@login_required
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a draft, or go on with the one that there is; throw it away."""
    programme = _taught(request, slug)
    if "drop" in request.POST:
        row = get_object_or_404(Version, programme=programme, state=Version.State.DRAFT)
        writing.drop(row, by=request.viewer)
        messages.success(request, _("The draft is gone; what is published stays."))
        return redirect(TAB, slug)
    row = writing.draft_of(programme, by=request.viewer)
    return redirect("learning:version", slug, row.number)


@require_POST
@login_required
def load(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin with the material that comes with Solmu; its questions come along."""
    programme = _taught(request, slug)
    name = request.POST.get("name", "")
    if name not in shipped.names():
        raise Http404
    loading.load(programme, name, by=request.viewer)
    for follow in composed("LOADED"):
        follow(programme, name, request.viewer)
    messages.success(request, _("The material is there. Read it, and make it your own."))
    return redirect(TAB, slug)


@require_safe
@login_required
def version(request: HttpRequest, slug: str, version_number: int) -> HttpResponse:
    """One version: its parts and pages; a draft can be changed."""
    programme = run_programme(request, slug)
    shown = _version(programme, version_number)
    context = {
        "version": shown,
        "parts": _parts(shown),
        "is_draft": shown.state == Version.State.DRAFT,
        "sources": list(shown.sources.all()),
        "before": Version.objects.filter(programme=programme, number__lt=version_number).exists(),
        "kinds": Page.Kind.choices,
    }
    return render(request, "learning/version.html", _shell(request, programme, **context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish(request: HttpRequest, slug: str, version_number: int) -> HttpResponse:
    """What the draft changes, and the button that lets participants read it."""
    programme = _taught(request, slug)
    shown = _version(programme, version_number)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            writing.publish(shown, note=form.cleaned_data["note"], by=request.viewer)
        except ContentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Participants read this version from now on."))
            return redirect(TAB, slug)
    current = writing.published(programme)
    differences = comparing.compare(current, shown) if current else []
    context = {
        "version": shown,
        "form": form,
        "current": current,
        "differences": differences,
        "told": comparing.summed_up(differences) if current else "",
    }
    status = 422 if form.errors else 200
    page_context = _shell(request, programme, **context)
    return render(request, "learning/publish.html", page_context, status=status)


@require_safe
@login_required
def compare(request: HttpRequest, slug: str, version_number: int) -> HttpResponse:
    """A version beside the one before it."""
    programme = run_programme(request, slug)
    shown = _version(programme, version_number)
    rows = Version.objects.filter(programme=programme, number__lt=version_number).order_by(
        "-number"
    )
    before = rows.first()
    if before is None:
        raise Http404
    differences = comparing.compare(before, shown)
    context = {
        "version": shown,
        "before": before,
        "differences": differences,
        "told": comparing.summed_up(differences),
    }
    return render(request, "learning/compare.html", _shell(request, programme, **context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def original(request: HttpRequest, slug: str) -> HttpResponse:
    """What the original, or Solmu's own material, has improved; POST takes it into the draft."""
    programme = run_programme(request, slug)
    if request.method == "POST":
        programme = _taught(request, slug)
    own = Version.objects.filter(
        programme=programme, state=Version.State.DRAFT
    ).first() or writing.published(programme)
    origin = origins.of(programme, own)
    if own is None or origin is None:
        raise Http404
    if request.method == "POST":
        key = request.POST.get("key", "")
        if "all" not in request.POST and key not in origin.pages:
            raise Http404
        row = writing.draft_of(programme, by=request.viewer)
        if "all" in request.POST:
            n = adopting.take_free(row, origin, by=request.viewer)
            told = ngettext(
                "One page is in your draft. Publish it when you have read it.",
                "%(n)s pages are in your draft. Publish it when you have read them.",
                n,
            )
            messages.success(request, told % {"n": n})
            return redirect("learning:original", slug)
        adopting.take(row, origin, key, by=request.viewer)
        messages.success(request, _("The page is in your draft. Publish it when you have read it."))
        return redirect("learning:original", slug)
    differences = comparing.against_original(own, origin)
    context = {
        "original": origin.programme,
        "differences": differences,
        "free": sum(one.is_free for one in differences),
        "told": comparing.summed_up(differences),
        "is_draft": own.state == Version.State.DRAFT,
        "own": own,
    }
    return render(request, "learning/original.html", _shell(request, programme, **context))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sources(request: HttpRequest, slug: str, version_number: int) -> HttpResponse:
    """The laws and pages that the contents rest on."""
    programme = _taught(request, slug)
    shown = _version(programme, version_number)
    written = "\n".join(
        " | ".join(
            [
                one.key, one.checked.isoformat() if one.checked else "", one.address,
                one.title_fi, one.title_sv,
                one.title_en, " ".join(one.pages),
            ]
        )
        for one in shown.sources.all()
    )  # fmt: skip
    form = SourcesForm(
        request.POST if request.method == "POST" else None, initial={"sources": written}
    )
    if request.method == "POST" and form.is_valid():
        try:
            writing.set_sources(shown, form.cleaned_data["sources"], by=request.viewer)
        except ContentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("learning:version", slug, version_number)
    context = _shell(request, programme, version=shown, form=form)
    return render(request, "learning/sources.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def part(request: HttpRequest, slug: str, version_number: int, part_number: int) -> HttpResponse:
    """A part's title and introduction; part 0 of a POST adds one."""
    programme = _taught(request, slug)
    shown = _version(programme, version_number)
    if part_number == 0 and request.method == "POST":
        try:
            row = writing.add_part(shown, by=request.viewer)
        except ContentError as error:
            messages.error(request, str(error))
            return redirect("learning:version", slug, version_number)
        return redirect("learning:edit-part", slug, version_number, row.number)
    row = get_object_or_404(
        Part.objects.select_related("version"), version=shown, number=part_number
    )
    form = PartForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            writing.change_part(row, form.cleaned_data, by=request.viewer)
        except ContentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("learning:version", slug, version_number)
    context = _shell(request, programme, version=shown, part=row, form=form)
    return render(request, "learning/edit_part.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest, slug: str, version_number: int, page_key: str) -> HttpResponse:
    """A page in three languages, with a preview; the key `new` adds one to ?part=."""
    programme = _taught(request, slug)
    shown = _version(programme, version_number)
    row: Page | None = None
    if page_key == "new":
        asked = request.GET.get("part", "")
        into = get_object_or_404(
            Part.objects.select_related("version"),
            version=shown,
            number=int(asked) if asked.isdecimal() else 0,
        )
    else:
        row = _page(programme, version_number, page_key)
        into = row.part
    form = PageForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            if row is None:
                row = writing.add_page(into, form.cleaned_data, by=request.viewer)
            else:
                writing.change_page(row, form.cleaned_data, by=request.viewer)
        except ContentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            if "preview" in request.POST:
                return redirect("learning:preview", slug, version_number, row.key)
            return redirect("learning:version", slug, version_number)
    context = _shell(
        request,
        programme,
        version=shown,
        part=into,
        page=row,
        form=form,
        files=file_panel.of(request.viewer, FILES, programme.pk),
    )
    return render(request, "learning/edit_page.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def preview(request: HttpRequest, slug: str, version_number: int, page_key: str) -> HttpResponse:
    """A page as participants read it."""
    programme = run_programme(request, slug)
    row = _page(programme, version_number, page_key)
    reader = Reader(row.part.version)
    context = {
        "version": row.part.version,
        "page": row,
        "body": reader.body(row),
        "checks": reader.checks(row, request.GET.dict()),
        "answered": [(k, v) for k, v in request.GET.items() if k.startswith("c")],
        "sources": reader.named_sources(row),
        "language": language_of(row),
        "page_url": reverse("learning:preview", args=[slug, version_number, page_key]),
        "is_draft": row.part.version.state == Version.State.DRAFT,
    }
    return render(request, "learning/preview.html", _shell(request, programme, **context))


@require_POST
@login_required
def move(request: HttpRequest, slug: str, version_number: int, page_key: str) -> HttpResponse:
    """Move a page up or down, or take it off the draft."""
    programme = _taught(request, slug)
    row = _page(programme, version_number, page_key)
    try:
        if "remove" in request.POST:
            writing.remove_page(row, by=request.viewer)
        else:
            writing.move_page(row, up="up" in request.POST, by=request.viewer)
    except ContentError as error:
        messages.error(request, str(error))
    return redirect(
        reverse("learning:version", args=[slug, version_number]) + f"#part-{row.part.number}"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def adopt(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Take another institution's programme over under one's own name."""
    source = known_programme(request, slug)
    viewer = request.viewer
    if not can_found(viewer) or viewer.institution_id == source.institution_id:
        raise PermissionDenied(_("Leaders and coordinators of another institution adopt it."))
    form = AdoptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        institution = Institution.objects.get(pk=viewer.institution_id)
        try:
            made = adopting.adopt(
                source,
                institution,
                slug=form.cleaned_data["slug"],
                names=form.names,
                by=viewer,
            )
        except ContentError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is yours now. It is not public before you make it so."))
            return redirect(TAB, made.slug)
    context = {"programme": source, "form": form}
    return render(request, "learning/adopt.html", context, status=422 if form.errors else 200)


def _parts(version: Version | None) -> list[tuple[Part, list[Page]]]:
    if version is None:
        return []
    pages: dict[int, list[Page]] = {}
    rows = Page.objects.filter(part__version=version).order_by("part__number", "order")
    for one in rows.defer("body_sv", "body_en"):
        pages.setdefault(one.part_id, []).append(one)
    return [(part, pages.get(part.pk, [])) for part in version.parts.order_by("number")]
