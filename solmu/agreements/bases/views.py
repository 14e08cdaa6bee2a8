"""The pages of templates: the list, a template, its versions compared, and what is done with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from solmu.agreements import document
from solmu.agreements.bases import copying, differing, exchange, owning, samples, word_out, writing
from solmu.agreements.bases.forms import ApproveForm, OwnerForm
from solmu.agreements.bases.page import BasePage, edited_base, open_base, owner_name, words_of
from solmu.agreements.bases.rules import BaseError
from solmu.agreements.drafting import wording
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.agreements.permissions import can_approve_base
from solmu.audit.changes import Part
from solmu.lib.translated import text_in
from solmu.ui import markup
from solmu.ui.tables import Column, Table

State = BaseVersion.State
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
@login_required
def bases(request: HttpRequest) -> HttpResponseBase:
    """The templates that the viewer may use or copy; ?format= gives a file."""
    viewer = request.viewer
    kind = request.GET.get("kind", "")
    table = _table(request, kind)
    if file := table.export():
        return file
    own = Base.objects.visible_to(viewer).filter(
        Q(institution_id__in=viewer.institutions) | Q(network_id__in=viewer.networks.keys())
    )
    kinds = [(value, label, value == kind) for value, label in Base.Kind.choices]
    return render(
        request,
        "agreements/bases/list.html",
        {
            "table": table,
            "kinds": kinds,
            "kind": kind,
            "own": own.filter(ended_on=None).count(),
            "behind": copying.behind(own).select_related("copied_from"),
            "may_write": bool(owning.owners(viewer)),
        },
    )


def _table(request: HttpRequest, kind: str) -> Table[Any]:
    viewer = request.viewer
    versions = BaseVersion.objects.filter(base=OuterRef("pk"))
    rows = (
        Base.objects.visible_to(viewer)
        .filter(
            Q(institution_id__in=viewer.institutions)
            | Q(network_id__in=viewer.networks.keys())
            | Exists(versions.filter(state=State.APPROVED))
        )
        .select_related("institution__organisation", "network__organisation")
        .annotate(
            used=Subquery(versions.filter(state=State.APPROVED).values("number")[:1]),
            drafted=Subquery(versions.filter(state=State.DRAFT).values("number")[:1]),
        )
    )
    if kind in Base.Kind.values:
        rows = rows.filter(kind=kind)

    def state(row: Any) -> SafeString | str:
        if row.ended_on:
            return markup.badge(_("out of use"), "quiet")
        if row.used is None:
            return markup.badge(_("draft"), "quiet")
        return markup.badge(_("version %(n)s") % {"n": row.used}, "lake")

    columns: list[Column[Any]] = [
        Column(
            "name",
            _("Template"),
            lambda row: markup.link(row.get_absolute_url(), row.name),
            sort="name_fi",
            export=lambda row: row.name,
        ),
        Column("kind", _("Kind"), lambda row: row.get_kind_display(), sort="kind",
               export=lambda row: row.get_kind_display()),
        Column("owner", _("Belongs to"), owner_name, export=owner_name),
        Column("state", _("State"), state, export=lambda row: row.used or ""),
    ]  # fmt: skip
    return Table(
        request,
        columns,
        rows,
        default_sort="name",
        name="templates",
        caption=_("Templates"),
        empty=_("No templates of this kind yet."),
    )


@require_safe
@login_required
def base(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A template: its clauses in one language, with sample values if asked."""
    found = open_base(request, pk)
    page = BasePage(
        request.viewer,
        found,
        version=request.GET.get("version", ""),
        language=request.GET.get("language", ""),
    )
    if not page.versions:
        raise Http404
    sampled = "sample" in request.GET
    return render(
        request,
        "agreements/bases/base.html",
        {
            "page": page,
            "base": found,
            "sampled": sampled,
            "clauses": page.sampled if sampled else page.plain,
            "acts": _acts(page),
            "original_differs": len(page.from_original or []),
        },
    )


@require_safe
@login_required
def compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Two versions compared word by word; without ?from the version before; ?from=original."""
    found = open_base(request, pk)
    page = BasePage(request.viewer, found, version=request.GET.get("to", ""))
    if not page.versions:
        raise Http404
    later = page.version
    original = copying.copied(found) if page.sees_drafts else None
    asked = request.GET.get("from", "")
    earlier: BaseVersion | None
    if asked == "original":
        earlier = original
    else:
        earlier = next((one for one in page.versions if str(one.number) == asked), None)
        if earlier is None:
            earlier = next((one for one in page.versions if one.number < later.number), None)
        # A copy in its first version has only its original before it.
        earlier = earlier or original
    differences = differing.changed(earlier.clauses.all(), later.clauses.all()) if earlier else []
    return render(
        request,
        "agreements/bases/compare.html",
        {
            "page": page,
            "base": found,
            "earlier": earlier,
            "later": later,
            "original": original,
            "from_original": bool(original and earlier and earlier.pk == original.pk),
            "differences": words_of(differences),
            "says": ngettext("%(n)s clause differs.", "%(n)s clauses differ.", len(differences))
            % {"n": len(differences)},
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def copy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Copy a template into one's own institution or network."""
    found = open_base(request, pk)
    owners = owning.owners_or_403(request.viewer)
    form = OwnerForm(request.POST if request.method == "POST" else None, owners=owners)
    if request.method == "POST" and form.is_valid():
        owner = form.chosen
        try:
            made = copying.copy(
                found, by=request.viewer, institution=owner.institution, network=owner.network
            )
        except BaseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("The copy is a draft of your own. It is approved before it is used.")
            )
            return redirect(made)
    return render(
        request,
        "agreements/bases/copy.html",
        {"base": found, "form": form, "owner": owner_name(found)},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def changes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the original has changed since the copy, to take over clause by clause."""
    found = edited_base(request, pk)
    newer = copying.newer_original(found)
    if newer is None:
        messages.info(request, _("The original has nothing new."))
        return redirect(found)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            draft = copying.take_over(
                found,
                request.POST.getlist("take"),
                seen=int(seen) if seen.isdecimal() and len(seen) < 6 else 0,
                by=request.viewer,
            )
        except BaseError as error:
            messages.warning(request, str(error))
            return redirect("agreements:base-changes", pk)
        if draft is None:
            messages.success(request, _("Your template stays as it is."))
            return redirect(found)
        messages.success(request, _("The changes are in your draft. Approve it to take them in."))
        return redirect("agreements:base-edit", pk)
    offered = copying.changes(found)
    told = words_of(one.difference for one in offered)
    return render(
        request,
        "agreements/bases/changes.html",
        {
            "base": found,
            "newer": newer,
            "offered": list(zip(offered, told, strict=True)),
            "owner": owner_name(newer.base),
        },
    )


@dataclass(frozen=True, slots=True)
class Act:
    """Something done with a whole template, asked about on a page of its own first."""

    job: Callable[..., Any]
    title: Any
    text: Any
    verb: Any
    done: Any
    approves: bool = False
    note: bool = False


ACTS: dict[str, Act] = {
    "ask": Act(
        writing.ask_approval,
        gettext_lazy("Ask for approval"),
        gettext_lazy("Those who approve see it on their day. Writing on takes the question back."),
        gettext_lazy("Ask them"),
        gettext_lazy("Approval has been asked."),
    ),
    "approve": Act(
        writing.approve,
        gettext_lazy("Approve"),
        gettext_lazy(
            "New agreements start from this version. Agreements that were made earlier keep theirs."
        ),
        gettext_lazy("Approve it for use"),
        gettext_lazy("The version is in use."),
        approves=True,
        note=True,
    ),
    "drop-draft": Act(
        writing.drop_draft,
        gettext_lazy("Drop the draft"),
        gettext_lazy("What was written in it is gone; the version in use stays."),
        gettext_lazy("Drop it"),
        gettext_lazy("The draft was dropped."),
    ),
    "publish": Act(
        writing.publish,
        gettext_lazy("Publish for other institutions"),
        gettext_lazy(
            "Everybody who has signed in to Solmu can read the version in use, and other"
            " institutions can copy it. They are told when you approve a new version."
        ),
        gettext_lazy("Publish it"),
        gettext_lazy("The template is published."),
        approves=True,
    ),
    "unpublish": Act(
        writing.unpublish,
        gettext_lazy("Stop publishing"),
        gettext_lazy("Copies that others have made stay theirs; they are told of nothing new."),
        gettext_lazy("Stop publishing"),
        gettext_lazy("The template is your own again."),
        approves=True,
    ),
    "end": Act(
        writing.end,
        gettext_lazy("Take out of use"),
        gettext_lazy("No agreement starts from it any more. It can be taken into use again."),
        gettext_lazy("Take it out of use"),
        gettext_lazy("The template is out of use."),
        approves=True,
    ),
    "offer-again": Act(
        writing.offer_again,
        gettext_lazy("Take into use again"),
        gettext_lazy("Agreements can start from it again."),
        gettext_lazy("Take it into use"),
        gettext_lazy("The template is in use again."),
        approves=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Ask whether it is meant, then do it."""
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    found = edited_base(request, pk)
    if chosen.approves and not can_approve_base(request.viewer, found):
        raise PermissionDenied(
            _("The institution's leaders, or the network's coordinators, do this.")
        )
    form = ApproveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {"note": form.cleaned_data["note"]} if chosen.note else {}
        try:
            chosen.job(found, by=request.viewer, **facts)
        except BaseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, chosen.done)
            return redirect(found)
    page = BasePage(request.viewer, found)
    return render(
        request,
        "agreements/bases/act.html",
        {"base": found, "page": page, "act": chosen, "name": act, "form": form},
        status=422 if form.errors else 200,
    )


def _acts(page: BasePage) -> list[tuple[Any, str]]:
    """What the viewer can do with the whole template now, beside its main button."""
    if not page.may_edit:
        return []
    offered: list[str] = []
    if page.draft and page.in_use:
        offered.append("drop-draft")
    if page.may_approve:
        if page.base.ended_on:
            offered.append("offer-again")
        else:
            if page.base.published:
                offered.append("unpublish")
            elif page.in_use:
                offered.append("publish")
            offered.append("end")
    return [
        (ACTS[name].title, reverse("agreements:base-act", args=[page.base.pk, name]))
        for name in offered
    ]


@require_safe
@login_required
def history(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every change of the template."""
    found = open_base(request, pk)
    page = BasePage(request.viewer, found)
    if not page.sees_drafts:
        raise PermissionDenied(_("The owner's own people see how it was written."))
    keys = list(found.versions.values_list("pk", flat=True))
    parts = [
        Part(Base, Q(pgh_obj_id=found.pk), _("template")),
        Part(BaseVersion, Q(base_id=found.pk), _("version"), title=("number",)),
        Part(
            BaseClause,
            Q(version_id__in=keys),
            _("clause"),
            title=("title",),
            hidden=frozenset({"edition", "position"}),
        ),
    ]
    return render(
        request, "agreements/bases/history.html", {"base": found, "page": page, "parts": parts}
    )


@require_safe
@login_required
def export(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The version shown as a file: Word, JSON, or a PDF filled with sample values."""
    found = open_base(request, pk)
    page = BasePage(
        request.viewer,
        found,
        version=request.GET.get("version", ""),
        language=request.GET.get("language", ""),
    )
    if not page.versions:
        raise Http404
    content, kind = _file(page, form, all_languages=request.GET.get("language") == "all")
    name = slugify(text_in(found, "name", page.language))[:60] or "template"
    mark = "-demo" if getattr(request, "demo", False) else ""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{name}-{page.version.number}{mark}.{form}"'
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _file(page: BasePage, form: str, *, all_languages: bool) -> tuple[bytes, str]:
    languages = page.spoken if all_languages else [page.language]
    if form == "docx":
        return word_out.document(page.base, page.version, page.clauses, languages), WORD
    if form == "json":
        told = exchange.told(page.base, page.version, page.clauses)
        return json.dumps(told, ensure_ascii=False, indent=1).encode(), "application/json"
    return _preview(page), "application/pdf"


def _preview(page: BasePage) -> bytes:
    """The document as it would be, with sample values and a mark that it is no agreement."""
    code = page.language
    values = samples.values(code)
    content = {
        "title": text_in(page.base, "name", code),
        "kind": page.base.kind,
        "languages": [code],
        "prevailing": code,
        "case_number": "",
        "parties": [
            {
                "name": values[f"{side}.name"],
                "business_id": values[f"{side}.business_id"],
                "called": values[f"{side}.called"],
                "contact": values[f"{side}.contact"],
            }
            for side in ("institution", "partner")
        ],
        "clauses": [
            {
                "key": one.key,
                "kind": one.kind,
                "confidential": False,
                "title": {code: wording.filled(text_in(one, "title", code), values)},
                "text": {code: wording.filled(getattr(one, f"text_{code}"), values)},
            }
            for one in page.clauses
        ],
        "goals": [],
        "duties": [],
    }
    return document.pdf(
        content, version=page.version.number, watermark=_("Template with sample values")
    )
