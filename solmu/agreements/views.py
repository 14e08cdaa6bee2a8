"""The list of agreements, an agreement's overview, its facts, its history, and its files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements import files, listing, waiting
from solmu.agreements.drafting import drafting, facts, people
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.forms import FactsForm, PartyForm
from solmu.agreements.models import Agreement, Clause, Comment, Duty, Party
from solmu.agreements.overview import Overview
from solmu.agreements.page import edited_agreement, open_agreement, shell
from solmu.agreements.permissions import can_draft
from solmu.audit.changes import Part
from solmu.organisations.models import Organisation
from solmu.organisations.querysets import called
from solmu.ui.menu import told

FOUND = 20


@require_safe
@login_required
def agreements(request: HttpRequest) -> HttpResponseBase:
    """The agreements that the viewer sees; ?format= gives a file."""
    shown = listing.Listing(request)
    if file := shown.table.export():
        return file
    return render(
        request,
        "agreements/list.html",
        {
            "listing": shown,
            "waits_for_me": told(waiting.waits(request.viewer)),
            "may_draft": can_draft(request.viewer, request.viewer.institution_id),
        },
    )


@require_safe
@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An agreement: how it stands, the parties, and the next thing to do."""
    found = open_agreement(request, pk)
    more = {"page": Overview(request.viewer, found), "state": listing.state_badge(found.state)}
    return render(
        request,
        "agreements/agreement.html",
        shell(request, found, "agreements:agreement", **more),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The facts beside the clauses, and the parties."""
    found = edited_agreement(request, pk)
    data = request.POST if request.method == "POST" else None
    form = FactsForm(data, agreement=found)
    parties = drafting.parties_of(found)
    known = people.known_by_party(found, parties)
    forms = [PartyForm(data, party=party, people=known[party.pk]) for party in parties]
    if data is not None and all([form.is_valid(), *[one.is_valid() for one in forms]]):
        try:
            with transaction.atomic():
                facts.write(found, form.facts(), by=request.viewer)
                for one in forms:
                    if one.has_changed():
                        facts.change_party(one.party, by=request.viewer, **one.facts())
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(found)
    find = request.GET.get("find", "").strip().replace("\0", "")
    more = {
        "form": form,
        "party_forms": forms,
        "find": find,
        "candidates": _candidates(request, found, find) if find else [],
    }
    status = 422 if data is not None else 200
    context = shell(request, found, "agreements:agreement", **more)
    return render(request, "agreements/edit.html", context, status=status)


@require_POST
@login_required
def party_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Name one more party."""
    found = edited_agreement(request, pk)
    key = request.POST.get("organisation", "")
    organisation = get_object_or_404(
        Organisation.objects.visible_to(request.viewer), pk=int(key) if key.isdecimal() else 0
    )
    _do(request, lambda: facts.add_party(found, organisation, by=request.viewer))
    return redirect("agreements:edit", pk)


@require_POST
@login_required
def party_remove(request: HttpRequest, pk: int, party: int) -> HttpResponse:
    """Take a party out of a draft."""
    found = edited_agreement(request, pk)
    row = get_object_or_404(Party.objects.filter(agreement=found), pk=party)
    _do(request, lambda: facts.remove_party(row, by=request.viewer))
    return redirect("agreements:edit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask, then drop a draft that nobody goes on with."""
    found = edited_agreement(request, pk)
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        _do(request, lambda: facts.drop(found, reason=reason, by=request.viewer))
        return redirect(found)
    context = shell(request, found, "agreements:agreement")
    return render(request, "agreements/drop.html", context)


@require_safe
@login_required
def trail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every version that was frozen, and every change."""
    found = open_agreement(request, pk)
    page = Overview(request.viewer, found)
    more = {"page": page, "history": _history(found) if page.may_edit else []}
    return render(
        request,
        "agreements/history.html",
        shell(request, found, "agreements:history", **more),
    )


@require_safe
@login_required
def pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The agreement as a PDF: the sealed file, else the text as it is now."""
    found = open_agreement(request, pk)
    made = files.pdf(request.viewer, found)
    return FileResponse(
        made.stream, filename=f"{_file_name(found)}.pdf", content_type="application/pdf"
    )


@require_safe
@login_required
def docx(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The text as it is now as a word processor's document."""
    found = open_agreement(request, pk)
    return FileResponse(
        files.docx(request.viewer, found),
        as_attachment=True,
        filename=f"{_file_name(found)}.docx",
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )


@require_safe
@login_required
def organisation_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreements with an organisation, on its page."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.viewer), pk=pk)
    if "HX-Request" not in request.headers:  # without JavaScript the panel is a link to the list
        return redirect(f"{reverse('agreements:list')}?partner={organisation.pk}")
    panel = waiting.with_organisation(request.viewer, organisation.pk)
    if panel is None:
        return HttpResponse("")
    return render(request, "agreements/_organisation.html", {"panel": panel})


def _candidates(request: HttpRequest, found: Agreement, text: str) -> list[Organisation]:
    seen = Organisation.objects.visible_to(request.viewer).filter(called(text))
    named = [party.organisation_id for party in drafting.parties_of(found)]
    return list(seen.exclude(pk__in=named).order_by("sort_fi")[:FOUND])


def _do(request: HttpRequest, job: Any) -> None:
    try:
        job()
    except DraftingError as error:
        messages.error(request, str(error))


def _file_name(found: Agreement) -> str:
    return slugify(found.title)[:80] or "agreement"


def _history(found: Agreement) -> list[Part]:
    of = Q(agreement_id=found.pk)
    hidden = frozenset({"edition", "values"})
    return [
        Part(Agreement, Q(pgh_obj_id=found.pk), _("agreement"), hidden=hidden),
        Part(Clause, of, _("clause"), title=("title",), hidden=hidden),
        Part(Party, of, _("party"), title=("organisation",)),
        Part(Duty, of, _("duty"), title=("text",)),
        Part(Comment, of, _("comment"), title=("key",)),
    ]
