"""The text of an agreement: read, written clause by clause, filled in, and compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements import document, files
from solmu.agreements.drafting import comparing, drafting, facts, rebasing, shown, wording
from solmu.agreements.drafting.drafting import ChangedMeanwhileError, DraftingError
from solmu.agreements.forms import ClauseForm, VariablesForm
from solmu.agreements.models import Agreement, Clause, Comment
from solmu.agreements.overview import Overview
from solmu.agreements.page import edited_agreement, open_agreement, shell
from solmu.agreements.permissions import can_edit, can_see_confidential

TAB = "agreements:text"


@require_safe
@login_required
def text(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole text, its languages side by side; those who draft change it clause by clause."""
    agreement = open_agreement(request, pk)
    read = files.text(request.viewer, agreement)
    writes = read.version is None and can_edit(request.viewer, agreement) and agreement.is_open
    drafted = list(agreement.clauses.all()) if writes else []
    clauses = shown.clauses(read.content, hide=read.hide, drafted=drafted)
    if writes:
        open_ones = Comment.objects.filter(agreement=agreement, state=Comment.State.OPEN)
        counted: dict[str, int] = {}
        for key in open_ones.values_list("key", flat=True):
            counted[key] = counted.get(key, 0) + 1
        for one in clauses:
            one.comments = [None] * counted.get(one.key, 0)
    more = {
        "page": Overview(request.viewer, agreement),
        "read": read,
        "clauses": clauses,
        "codes": shown.languages(read.content),
        "writes": writes,
        "language_names": document.LANGUAGE_NAMES,
    }
    return render(request, "agreements/text.html", shell(request, agreement, TAB, **more))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def variables(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything that the text leaves open, asked in one form."""
    agreement = edited_agreement(request, pk)
    names = wording.variables(drafting.texts_of(agreement))
    form = VariablesForm(
        request.POST if request.method == "POST" else None,
        agreement=agreement,
        names=names,
        missing=set(drafting.missing(agreement)),
    )
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                facts.write(agreement, {"valid": form.term(agreement)}, by=request.viewer)
                drafting.set_values(agreement, form.values(), by=request.viewer)
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Filled in."))
            return redirect("agreements:text", pk)
    status = 422 if form.is_bound else 200
    context = shell(request, agreement, TAB, form=form)
    return render(request, "agreements/variables.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def clause(request: HttpRequest, pk: int, clause: int) -> HttpResponseBase:
    """Write a clause in the agreement's languages, with what it will look like beside it."""
    agreement = edited_agreement(request, pk)
    held = get_object_or_404(Clause.objects.filter(agreement=agreement), pk=clause)
    form = ClauseForm(
        request.POST if request.method == "POST" else None, agreement=agreement, clause=held
    )
    if request.method == "POST" and "preview" in request.GET:
        return _preview(request, agreement, form, held)
    theirs: list[dict[str, Any]] = []
    if form.is_bound and form.is_valid():
        try:
            drafting.write_clause(
                held,
                form.texts(),
                edition=form.cleaned_data["edition"] or 0,
                by=request.viewer,
            )
        except ChangedMeanwhileError as error:
            form.add_error(None, str(error))
            theirs = _both(form, error.clause)
            # Saved once more, it is meant.
            form.take_edition(error.clause.edition)
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The clause is saved."))
            return redirect(f"{_text_url(agreement)}#{held.key}")
    return _clause_page(request, agreement, form, held, theirs=theirs)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def clause_add(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Add a clause of one's own, at the end or after another."""
    agreement = edited_agreement(request, pk)
    after = agreement.clauses.filter(key=request.GET.get("after", "")).first()
    form = ClauseForm(request.POST if request.method == "POST" else None, agreement=agreement)
    if request.method == "POST" and "preview" in request.GET:
        return _preview(request, agreement, form, None)
    if form.is_bound and form.is_valid():
        try:
            made = drafting.add_clause(agreement, form.texts(), after=after, by=request.viewer)
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The clause is added."))
            return redirect(f"{_text_url(agreement)}#{made.key}")
    return _clause_page(request, agreement, form, None)


@require_POST
@login_required
def clause_move(request: HttpRequest, pk: int, clause: int) -> HttpResponse:
    """Move a clause up or down by one."""
    agreement = edited_agreement(request, pk)
    held = get_object_or_404(Clause.objects.filter(agreement=agreement), pk=clause)
    return _done(
        request,
        agreement,
        lambda: drafting.move_clause(held, up="up" in request.POST, by=request.viewer),
        at=held.key,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def clause_remove(request: HttpRequest, pk: int, clause: int) -> HttpResponseBase:
    """Ask, then take a clause out."""
    agreement = edited_agreement(request, pk)
    held = get_object_or_404(Clause.objects.filter(agreement=agreement), pk=clause)
    if request.method == "POST":
        return _done(request, agreement, lambda: drafting.remove_clause(held, by=request.viewer))
    return render(
        request, "agreements/clause_remove.html", shell(request, agreement, TAB, clause=held)
    )


@require_safe
@login_required
def compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What differs word by word: from the template, or between two versions."""
    agreement = open_agreement(request, pk)
    viewer = request.viewer
    writes = can_edit(viewer, agreement)
    versions = list(agreement.versions.order_by("-number"))
    by_number = {str(one.number): one for one in versions}
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if not before:
        # Only those who draft see the template; to the others, what they read before.
        before = "base" if writes and agreement.base_version_id else ""
    if not writes:
        if len(versions) < 2 and not before:
            raise Http404
        before = before if before in by_number else str(versions[min(1, len(versions) - 1)].number)
        after = after if after in by_number else str(versions[0].number)
    if before == "base" and not writes:
        raise PermissionDenied
    if before == "base" and agreement.base_version_id:
        differences = rebasing.from_base(agreement)
    else:
        old = by_number.get(before) or (versions[-1] if versions else None)
        new = by_number.get(after)
        if old is None:
            raise Http404
        newest = new.content if new else drafting.content_of(agreement)
        differences = comparing.compare(
            old.content["clauses"], newest["clauses"], shown.languages(newest)
        )
        before = str(old.number)
    hide = not can_see_confidential(viewer, agreement)
    more = {
        "before": before,
        "after": after,
        "versions": versions,
        "has_base": writes and agreement.base_version_id is not None,
        "writes": writes,
        "rows": _rows(comparing.changed(differences), hide=hide),
        "same": sum(one.what == "same" for one in differences),
        "language_names": document.LANGUAGE_NAMES,
    }
    return render(request, "agreements/compare.html", shell(request, agreement, TAB, **more))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def base(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The template has changed: take over what is new in it, clause by clause."""
    agreement = edited_agreement(request, pk)
    version = rebasing.newer(agreement)
    if version is None or not agreement.is_open:
        messages.info(request, _("The draft follows the template's version in use."))
        return redirect("agreements:text", pk)
    if request.method == "POST":
        chosen = request.POST.getlist("take")
        return _done(
            request,
            agreement,
            lambda: rebasing.take_over(agreement, version, chosen, by=request.viewer),
        )
    changes = rebasing.changes(agreement, version)
    more = {
        "version": version,
        "rows": [
            {**row, "change": change}
            for row, change in zip(
                _rows([change.difference for change in changes], hide=False), changes, strict=True
            )
        ],
        "language_names": document.LANGUAGE_NAMES,
    }
    return render(request, "agreements/base.html", shell(request, agreement, TAB, **more))


def _rows(differences: list[comparing.Difference], *, hide: bool) -> list[dict[str, Any]]:
    labels = {
        "added": _("added"),
        "removed": _("removed"),
        "changed": _("changed"),
        "moved": _("moved"),
    }
    return [
        {
            "key": one.key,
            "title": one.title,
            "what": one.what,
            "label": labels[one.what],
            "hidden": hide and one.confidential,
            "sides": [
                {
                    "code": words.code,
                    "title": shown.compared(words.title),
                    "text": shown.compared(words.text),
                }
                for words in one.words
                if one.what != "moved" and not (hide and one.confidential)
            ],
        }
        for one in differences
    ]


def _both(form: ClauseForm, now: Clause) -> list[dict[str, Any]]:
    """What stands there now against what was just written, for each text that differs."""
    texts = form.texts()
    found = []
    for code, title, body in form.sides:
        for bound in (title, body):
            saved = getattr(now, bound.name)
            if wording.differs(saved, texts[bound.name]):
                pieces = wording.compared(saved, texts[bound.name])
                found.append(
                    {"label": bound.label, "code": code, "saved": saved,
                     "compared": shown.compared(pieces)}
                )  # fmt: skip
    return found


def _preview(
    request: HttpRequest, agreement: Agreement, form: ClauseForm, held: Clause | None
) -> HttpResponse:
    form.full_clean()
    sides = []
    for code in form.codes:
        written = str(form.data.get(f"text_{code}", ""))[:20_000]
        filled = wording.filled(written, agreement.values)
        title = wording.filled(str(form.data.get(f"title_{code}", "")), agreement.values)
        sides.append(
            {
                "code": code,
                "title": title,
                "text": shown.paragraphs(filled),
                "wrong": wording.mistakes(written),
            }
        )
    return render(request, "agreements/clause.html#preview", {"preview": sides})


def _clause_page(
    request: HttpRequest,
    agreement: Agreement,
    form: ClauseForm,
    held: Clause | None,
    *,
    theirs: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    values = agreement.values
    preview = []
    for code, title, body in form.sides:
        written = str(body.value() or "")
        preview.append(
            {
                "code": code,
                "title": wording.filled(str(title.value() or ""), values),
                "text": shown.paragraphs(wording.filled(written, values)),
                "wrong": wording.mistakes(written),
            }
        )
    more = {
        "form": form,
        "clause": held,
        "preview": preview,
        "theirs": theirs or [],
        "variables": sorted({*values, *wording.variables(drafting.texts_of(agreement))}),
        "from_base": _from_base(agreement, held),
        "note": _note(agreement, held),
        "comments": _comments(agreement, held),
        "language_names": document.LANGUAGE_NAMES,
    }
    status = 422 if form.is_bound else 200
    context = shell(request, agreement, TAB, **more)
    return render(request, "agreements/clause.html", context, status=status)


def _from_base(agreement: Agreement, held: Clause | None) -> list[dict[str, Any]]:
    if held is None or agreement.base_version is None:
        return []
    original = agreement.base_version.clauses.filter(key=held.key).first()
    if original is None:
        return []
    differences = comparing.compare(
        [rebasing.raw(original)], [rebasing.raw(held)], agreement.languages
    )
    return _rows(comparing.changed(differences), hide=False)


def _note(agreement: Agreement, held: Clause | None) -> str:
    """What the template says to the drafter of this clause."""
    if held is None or agreement.base_version is None:
        return ""
    notes = agreement.base_version.clauses.filter(key=held.key).values_list("note", flat=True)
    return notes.first() or ""


def _comments(agreement: Agreement, held: Clause | None) -> list[Comment]:
    if held is None:
        return []
    rows = Comment.objects.filter(agreement=agreement, key=held.key, state=Comment.State.OPEN)
    return list(rows.select_related("organisation", "author").order_by("at", "pk"))


def _text_url(agreement: Agreement) -> str:
    return f"{agreement.get_absolute_url()}text/"


def _done(request: HttpRequest, agreement: Agreement, job: Any, *, at: str = "") -> HttpResponse:
    try:
        job()
    except DraftingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect(f"{_text_url(agreement)}{f'#{at}' if at else ''}")
