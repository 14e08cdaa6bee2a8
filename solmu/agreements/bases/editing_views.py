"""Writing a template: a new one, its facts, and the clauses of its draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements.bases import exchange, owning, samples, writing
from solmu.agreements.bases.exchange import TemplateIn
from solmu.agreements.bases.forms import ClauseForm, DetailsForm, OwnerForm
from solmu.agreements.bases.page import BasePage, edited_base
from solmu.agreements.bases.rules import BaseError
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.lib.translated import LANGUAGES

State = BaseVersion.State


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponseBase:
    """Start an empty template."""
    owners = owning.owners_or_403(request.viewer)
    data = request.POST if request.method == "POST" else None
    owner = OwnerForm(data, owners=owners)
    form = DetailsForm(data, institution_id=None, instance=Base())
    if request.method == "POST" and owner.is_valid() and form.is_valid():
        template = TemplateIn.model_validate(
            {
                "kind": form.cleaned_data["kind"],
                "name": {code: form.cleaned_data[f"name_{code}"] for code in LANGUAGES},
                "about": {code: form.cleaned_data[f"about_{code}"] for code in LANGUAGES},
            }
        )
        made = writing.create(
            template,
            by=request.viewer,
            institution=owner.chosen.institution,
            network=owner.chosen.network,
        )
        return redirect("agreements:base-edit", made.pk)
    return render(
        request,
        "agreements/bases/details.html",
        {"form": form, "owner": owner},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def details(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change what the template is called and meant for."""
    base = edited_base(request, pk)
    form = DetailsForm(
        request.POST if request.method == "POST" else None,
        institution_id=base.institution_id,
        instance=Base.objects.get(pk=base.pk),
    )
    if request.method == "POST" and form.is_valid():
        writing.change_details(base, form.cleaned_data, by=request.viewer)
        messages.success(request, _("Saved."))
        return redirect(base)
    return render(
        request,
        "agreements/bases/details.html",
        {"form": form, "base": base},
        status=422 if form.errors else 200,
    )


@require_POST
@login_required
def start_draft(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Begin the next version."""
    base = edited_base(request, pk)
    writing.start_draft(base, by=request.viewer)
    return redirect("agreements:base-edit", pk)


@require_safe
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The draft's clauses in three languages side by side, to put in order and to write."""
    base = edited_base(request, pk)
    page = BasePage(request.viewer, base)
    if page.draft is None:
        messages.info(request, _("Begin the next version to change the template."))
        return redirect(base)
    page = BasePage(request.viewer, base, version=str(page.draft.number))
    return render(
        request,
        "agreements/bases/edit.html",
        {"base": base, "page": page, "clauses": page.clauses, "last": len(page.clauses)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_clause(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Add a clause; ?after= says where."""
    base = edited_base(request, pk)
    draft = get_object_or_404(base.versions, state=State.DRAFT)
    given = request.GET.get("after", "")
    after = draft.clauses.filter(pk=int(given)).first() if given.isdecimal() else None
    form = _form(request, draft, BaseClause())
    if request.method == "POST" and form.is_valid():
        try:
            made = writing.add_clause(draft, form.facts, after=after, by=request.viewer)
        except BaseError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("The clause was added."))
            return redirect(_after(request, base, draft, made))
    return _clause_page(request, base, draft, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def clause(request: HttpRequest, pk: int, clause: int) -> HttpResponseBase:
    """Write a clause of the draft."""
    base = edited_base(request, pk)
    row = get_object_or_404(
        BaseClause.objects.select_related("version__base"), pk=clause, version__base=base
    )
    if row.version.state != State.DRAFT:
        messages.info(request, _("This version is approved. Begin the next one to change it."))
        return redirect(base)
    form = _form(request, row.version, row)
    if request.method == "POST" and form.is_valid():
        try:
            writing.write_clause(
                BaseClause.objects.select_related("version").get(pk=row.pk),
                form.facts,
                edition=form.cleaned_data["edition"],
                by=request.viewer,
            )
        except writing.ChangedMeanwhileError as error:
            form.add_error(None, str(error))
            return _clause_page(request, base, row.version, form, row, now=error.clause)
        except BaseError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(_after(request, base, row.version, row))
    return _clause_page(request, base, row.version, form, row)


@require_POST
@login_required
def move_clause(request: HttpRequest, pk: int, clause: int) -> HttpResponseBase:
    """Move a clause one place up or down."""
    base = edited_base(request, pk)
    row = get_object_or_404(BaseClause, pk=clause, version__base=base)
    try:
        writing.move_clause(row, up="up" in request.POST, by=request.viewer)
    except BaseError as error:
        messages.warning(request, str(error))
    return redirect(f"{_edit_url(base)}#clause-{row.key}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove_clause(request: HttpRequest, pk: int, clause: int) -> HttpResponseBase:
    """Ask whether a clause is taken out of the draft, then do it."""
    base = edited_base(request, pk)
    row = get_object_or_404(BaseClause, pk=clause, version__base=base)
    if request.method == "POST":
        try:
            writing.remove_clause(row, by=request.viewer)
        except BaseError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("The clause was taken out."))
        return redirect(_edit_url(base))
    return render(request, "agreements/bases/remove.html", {"base": base, "clause": row})


def _form(request: HttpRequest, draft: BaseVersion, row: BaseClause) -> ClauseForm:
    groups = draft.clauses.exclude(alternatives="").values_list("alternatives", flat=True)
    return ClauseForm(
        request.POST if request.method == "POST" else None,
        instance=row,
        groups=groups,
        initial={"edition": row.edition},
    )


def _clause_page(
    request: HttpRequest,
    base: Base,
    draft: BaseVersion,
    form: ClauseForm,
    row: BaseClause | None,
    *,
    now: BaseClause | None = None,
) -> HttpResponseBase:
    rows = list(draft.clauses.all())
    asked = samples.asked(rows)
    facts: dict[str, Any] = {
        "base": base,
        "version": draft,
        "form": form,
        "clause": row,
        "number": next((n for n, one in enumerate(rows, 1) if row and one.pk == row.pk), None),
        "known": samples.KNOWN,
        "asked": asked,
        "now": exchange.clause_told(now) if now else None,
        "now_edition": now.edition if now else None,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "agreements/bases/clause.html", facts, status=status)


def _after(request: HttpRequest, base: Base, draft: BaseVersion, row: BaseClause) -> str:
    """Where one goes after saving: the next clause if that was asked, else the editor."""
    if "next" in request.POST:
        rows = list(draft.clauses.all())
        at = next((number for number, one in enumerate(rows) if one.pk == row.pk), len(rows))
        if at + 1 < len(rows):
            return f"{base.get_absolute_url()}clauses/{rows[at + 1].pk}/"
    return f"{_edit_url(base)}#clause-{row.key}"


def _edit_url(base: Base) -> str:
    return f"{base.get_absolute_url()}edit/"
