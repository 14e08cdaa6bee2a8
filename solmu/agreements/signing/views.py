"""The tab of signing: choosing who signs, sending, following, and who may sign at all."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements.models import Agreement, Mandate, Signature
from solmu.agreements.page import edited_agreement, open_agreement, shell
from solmu.agreements.permissions import can_draft
from solmu.agreements.signing import (
    choosing,
    elsewhere,
    identifying,
    mandates,
    reminding,
    signing,
)
from solmu.agreements.signing.forms import EndForm, MandateForm, PartyForm, UploadedForm, WayForm
from solmu.agreements.signing.mandates import MandateError
from solmu.agreements.signing.page import SigningPage
from solmu.agreements.signing.signing import SigningError
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.ui import markup
from solmu.ui.tables import Column, Table

TAB = "agreements:signing"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def signing_tab(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who signs and how, until it is sent; then who has signed and who is waited for."""
    if request.method == "POST":
        return _choose(request, edited_agreement(request, pk))
    agreement = open_agreement(request, pk)
    return _page(request, agreement)


def _choose(request: HttpRequest, agreement: Agreement) -> HttpResponseBase:
    if not agreement.is_open:
        messages.error(request, _("Signatures have been asked for already."))
        return redirect(TAB, agreement.pk)
    way, parties = _forms(request.POST, agreement)
    if not all([way.is_valid(), *[form.is_valid() for form in parties]]):
        return _page(request, agreement, way=way, parties=parties, status=422)
    try:
        choosing.choose(
            agreement,
            way.way(),
            {form.party.pk: form.choice() for form in parties},
            by=request.viewer,
        )
        if "send" in request.POST:
            signing.ask(agreement, by=request.viewer, sign_by=way.cleaned_data["sign_by"])
            messages.success(request, _("Sent. Each signer gets a personal link by e-mail."))
        else:
            messages.success(request, _("Kept. Nobody has been asked yet."))
    except SigningError as error:
        agreement = open_agreement(request, agreement.pk)
        return _page(request, agreement, refused=str(error), status=422)
    return redirect(TAB, agreement.pk)


def _forms(data: Any, agreement: Agreement) -> tuple[WayForm, list[PartyForm]]:
    known = mandates.known(agreement)
    parties = agreement.parties.select_related("organisation").prefetch_related("signatories")
    way = WayForm(data, agreement, identity=identifying.available())
    return way, [PartyForm(data, party, known.get(party.organisation_id, [])) for party in parties]


def _page(
    request: HttpRequest,
    agreement: Agreement,
    *,
    way: WayForm | None = None,
    parties: list[PartyForm] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    page = SigningPage(request.viewer, agreement)
    more: dict[str, Any] = {"page": page, "refused": refused}
    if page.choosing:
        if way is None or parties is None:
            way, parties = _forms(None, agreement)
        chosen = signing.chosen(agreement)
        more |= {
            "way": way,
            "parties": parties,
            "problems": signing.problems_of(agreement, chosen),
            "errors": any(form.errors for form in (way, *parties)),
        }
    context = shell(request, agreement, TAB, **more)
    return render(request, "agreements/signing/signing.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the request back, asked about on a page of its own first."""
    agreement = edited_agreement(request, pk)
    if request.method == "POST":
        try:
            signing.cancel(agreement, by=request.viewer)
        except SigningError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Taken back. The text can be changed again."))
        return redirect(TAB, pk)
    page = SigningPage(request.viewer, agreement)
    return render(
        request, "agreements/signing/cancel.html", shell(request, agreement, TAB, page=page)
    )


@require_POST
@login_required
def remind(request: HttpRequest, pk: int, uuid: uuids.UUID) -> HttpResponseBase:
    """Remind one who is waited for."""
    agreement = edited_agreement(request, pk)
    signature = _signature(agreement, uuid)
    try:
        reminding.remind(signature, by=request.viewer)
    except SigningError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s was reminded.") % {"name": signature.name})
    return redirect(TAB, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def uploaded(request: HttpRequest, pk: int, uuid: uuids.UUID) -> HttpResponseBase:
    """Hand in a signature made on paper or in another service."""
    agreement = edited_agreement(request, pk)
    signature = _signature(agreement, uuid)
    form = UploadedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            elsewhere.hand_in(
                signature,
                form.cleaned_data["file"],
                signed_on=form.cleaned_data["signed_on"],
                proof=form.cleaned_data["proof"],
                by=request.viewer,
            )
        except SigningError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The signature is in the record, with its document."))
            return redirect(TAB, pk)
    more = {"form": form, "signature": signature}
    return render(
        request,
        "agreements/signing/uploaded.html",
        shell(request, agreement, TAB, **more),
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def party_mandate(request: HttpRequest, pk: int, party_pk: int) -> HttpResponseBase:
    """Write down that somebody may sign for a party of this agreement."""
    agreement = edited_agreement(request, pk)
    party = get_object_or_404(agreement.parties.select_related("organisation"), pk=party_pk)
    people = mandates.people_of(party, agreement.institution)
    form = MandateForm(request.POST if request.method == "POST" else None, people)
    if (
        request.method == "POST"
        and form.is_valid()
        and _record(request, form, party.organisation, agreement.institution)
    ):
        return redirect(TAB, pk)
    more = {"form": form, "organisation": party.organisation}
    return render(
        request,
        "agreements/signing/mandate.html",
        shell(request, agreement, TAB, **more),
        status=422 if request.method == "POST" else 200,
    )


@require_safe
@login_required
def mandate_list(request: HttpRequest) -> HttpResponseBase:
    """Who may sign for whom, as the viewer's institutions know; ?format= gives a file."""
    seen: QuerySet[Mandate] = Mandate.objects.visible_to(request.viewer)
    rows = seen.select_related("person", "organisation", "institution__organisation")
    over = request.GET.get("over") == "1"
    today = clock.today()
    if not over:
        rows = rows.filter(Q(valid__endswith__gt=today) | Q(valid__endswith=None))
    may_record = can_draft(request.viewer, request.viewer.institution_id)
    table: Table[Mandate] = Table(
        request,
        _mandate_columns(may_record),
        rows,
        default_sort="organisation",
        empty=_("Nobody's right to sign has been written down yet."),
        name="mandates",
        caption=_("Who may sign"),
    )
    if file := table.export():
        return file
    more = {"table": table, "may_record": may_record, "over": over}
    return render(request, "agreements/signing/mandates.html", more)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mandate_new(request: HttpRequest) -> HttpResponseBase:
    """Write down that somebody may sign for an organisation."""
    viewer = request.viewer
    if not can_draft(viewer, viewer.institution_id):
        raise PermissionDenied(_("Those who draft the institution's agreements can do this."))
    institution = Institution.objects.get(pk=viewer.institution_id)
    form = MandateForm(
        request.POST if request.method == "POST" else None,
        [],
        viewer=viewer,
        with_organisation=True,
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and _record(request, form, form.cleaned_data["organisation"], institution)
    ):
        return redirect("agreements:mandates")
    return render(
        request,
        "agreements/signing/mandate_new.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mandate_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let a right to sign end."""
    seen: QuerySet[Mandate] = Mandate.objects.visible_to(request.viewer)
    mandate = get_object_or_404(seen.select_related("person", "organisation"), pk=pk)
    if not can_draft(request.viewer, mandate.institution_id):
        raise PermissionDenied(_("Those who draft the institution's agreements can do this."))
    data = request.POST if request.method == "POST" else None
    form = EndForm(data, initial={"last": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            mandates.end(mandate, last=form.cleaned_data["last"], by=request.viewer)
        except MandateError as error:
            form.add_error("last", str(error))
        else:
            messages.success(request, _("Written down."))
            return redirect("agreements:mandates")
    return render(
        request,
        "agreements/signing/mandate_end.html",
        {"form": form, "mandate": mandate},
        status=422 if request.method == "POST" else 200,
    )


def _record(
    request: HttpRequest,
    form: MandateForm,
    organisation: Organisation,
    institution: Institution,
) -> bool:
    data = form.cleaned_data
    try:
        person = form.known() or mandates.new_person(
            data["given_name"],
            data["family_name"],
            data["email"],
            known=_known_at(organisation, institution),
            by=request.viewer,
        )
        mandates.record(
            organisation,
            person,
            institution=institution,
            title=data["title"],
            basis=data["basis"],
            first=data["first"],
            last=data["last"],
            by=request.viewer,
        )
    except MandateError as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        _("%(name)s may sign for %(party)s.") % {"name": person.name, "party": organisation},
    )
    return True


def _known_at(organisation: Organisation, institution: Institution) -> list[Person]:
    """Those who have signed or have been named for the organisation in this institution's books."""
    held = Mandate.objects.filter(organisation=organisation, institution=institution)
    named = Person.objects.filter(mandates__in=held)
    contacts = Person.objects.filter(
        contacts__stakeholder__institution=institution,
        contacts__stakeholder__organisation=organisation,
    )
    return [*named.distinct(), *contacts.distinct()]


def _mandate_columns(may_end: bool) -> list[Column[Mandate]]:
    def day(value: Any) -> str:
        return date_format(value, "SHORT_DATE_FORMAT") if value else ""

    def last(row: Mandate) -> Any:
        ends = last_day(row.valid)
        if not may_end or (ends and ends < clock.today()):
            return day(ends)
        end = format_html('{}<span class="visually-hidden">: {}</span>', _("End"), row.person.name)
        url = reverse("agreements:mandate-end", args=[row.pk])
        return markup.joined([day(ends), markup.link(url, end)])

    return [
        Column(
            "organisation",
            _("Organisation"),
            lambda row: str(row.organisation),
            sort="organisation__name_key",
            export=lambda row: str(row.organisation),
        ),
        Column(
            "person",
            _("Who"),
            lambda row: row.person.name,
            sort="person__family_name",
            export=lambda row: row.person.name,
        ),
        Column("title", _("Title"), lambda row: row.title),
        Column("basis", _("Based on"), lambda row: row.basis),
        Column(
            "first",
            _("First day"),
            lambda row: day(first_day(row.valid)),
            export=lambda row: first_day(row.valid),
        ),
        Column("last", _("Last day"), last, export=lambda row: last_day(row.valid)),
    ]


def _signature(agreement: Agreement, uuid: uuids.UUID) -> Signature:
    row = (
        Signature.objects.select_related("party__organisation", "person", "version")
        .filter(party__agreement=agreement, uuid=uuid)
        .first()
    )
    if row is None:
        raise Http404
    return row
