"""The API's agreements: drafted from a template, read with the parties bound on any day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.agreements import files
from solmu.agreements.drafting import drafting, facts
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.models import Agreement, Base, BaseVersion, Party, Version
from solmu.agreements.permissions import can_draft, can_edit
from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, Sent, body_field, listing
from solmu.lib.periods import covers, first_day, last_day, period
from solmu.lib.problems import invalid
from solmu.networks.models import Network
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Stakeholder
from solmu.people.api_access import ApiRequest, Bearer
from solmu.sealing.models import Seal

router = Router()

StateName = Literal["draft", "negotiation", "signing", "declined", "expired", "active", "ended"]
Language = Literal["fi", "sv", "en"]


class PartyOut(BaseModel):
    """An organisation in an agreement."""

    organisation: int
    organisation_name: str
    state: str
    bound_from: datetime.date | None
    bound_to: datetime.date | None


class AgreementOut(BaseModel):
    """An agreement."""

    id: int
    uuid: str
    institution: str = Field(description="Slug of the institution that drafts it")
    network: str | None = Field(description="The network's slug")
    partnership: int | None
    template: int | None = Field(description="The template that it was made of")
    template_version: int | None
    kind: str
    title: str
    summary: str
    state: str
    languages: list[str]
    prevailing: str
    parties: list[PartyOut] = Field(description="With `on`, those bound that day")
    valid_from: datetime.date | None
    valid_to: datetime.date | None = Field(description="The last day; null until further notice")
    notice_months: int
    next_review: datetime.date | None
    case_number: str
    verify_code: str | None = Field(description="Null unless Solmu sealed it")


class On(Sent):
    """On which day."""

    on: Day | None = Field(None, description="The parties bound that day")


class Filters(Listed):
    """Which agreements."""

    state: StateName | None = None
    network: str = Field("", description="The network's slug")
    institution: str = Field("", description="Slug of the institution that drafts it")
    organisation: int | None = Field(None, description="A party's id")
    on: Day | None = Field(None, description="In force that day, with the parties bound then")


class NewAgreement(Input):
    """A draft made of an approved template, with a partner or in a network."""

    template: int = Field(description="The template's id")
    partnership: int | None = Field(None, description="With this partner")
    network: str | None = Field(None, description="Or in this network, by slug")
    parties: list[str] = Field(
        default_factory=list, max_length=60, description="Slugs; in a network, else its members"
    )
    title: str = Field("", max_length=200)
    languages: list[Language] = Field(["fi"], min_length=1, max_length=3)
    leave_out: list[str] = Field(
        default_factory=list, max_length=200, description="Keys of optional clauses not taken"
    )
    values: dict[str, str] = Field(default_factory=dict, description="What variables stand for")
    valid_from: Day | None = None
    valid_to: Day | None = None


class AgreementChange(Input):
    """What changes while the text is open."""

    title: str | None = Field(None, min_length=1, max_length=200)
    summary: str | None = Field(None, max_length=2000)
    valid_from: Day | None = None
    valid_to: Day | None = None
    notice_months: int | None = Field(None, ge=0, le=120)
    next_review: Day | None = None
    case_number: str | None = Field(None, max_length=60)


def _visible(request: ApiRequest) -> QuerySet[Agreement]:
    seen: QuerySet[Agreement] = Agreement.objects.visible_to(request.viewer)
    return seen.select_related(
        "institution__organisation", "network__organisation", "base_version"
    ).prefetch_related("parties__organisation")


def _seen(request: ApiRequest, id: int) -> Agreement:  # noqa: A002
    return get_object_or_404(_visible(request), pk=id)


def _writable(request: ApiRequest, id: int) -> Agreement:  # noqa: A002
    agreement = _seen(request, id)
    if not can_edit(request.viewer, agreement):
        raise PermissionDenied
    return agreement


def _drafting(request: ApiRequest) -> Stakeholder | None:
    viewer = request.viewer
    key = body_field(request, "partnership", int)
    own = viewer.institution_id
    stakeholder: Stakeholder | None = None
    if key is not None:
        seen = Stakeholder.objects.visible_to(viewer).select_related("organisation")
        stakeholder = get_object_or_404(seen, pk=key)
        own = stakeholder.institution_id
    if not can_draft(viewer, own):
        raise PermissionDenied
    return stakeholder


@router.get("/agreements", response=Listing[AgreementOut], summary="List agreements")
def agreements(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the agreements that the viewer sees, the latest first."""
    rows = _visible(request)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.network:
        rows = rows.filter(network__organisation__slug=asked.network)
    if asked.institution:
        rows = rows.filter(institution__organisation__slug=asked.institution)
    if asked.organisation is not None:
        parties = Party.objects.filter(organisation_id=asked.organisation)
        rows = rows.filter(pk__in=parties.values("agreement_id"))
    if asked.on:
        rows = rows.filter(valid__contains=asked.on)
    return listing(rows, [("id", "desc")], asked, lambda page: _told(page, asked.on))


@router.get(
    "/agreements/{int:id}",
    response=AgreementOut,
    auth=Bearer(_seen),
    summary="Read an agreement",
)
def agreement(request: ApiRequest, id: int, asked: Query[On]) -> AgreementOut:  # noqa: A002
    """Read one agreement; with `on`, its parties are those bound that day."""
    return _told([request.record], asked.on)[0]


@router.get("/agreements/{int:id}/pdf", auth=Bearer(_seen), summary="Read an agreement as a PDF")
def agreement_pdf(request: ApiRequest, id: int) -> Any:  # noqa: A002
    """Return the sealed document; while there is none, the text as it is now."""
    made = files.pdf(request.viewer, request.record)
    return FileResponse(made.stream, filename=f"{id}.pdf", content_type="application/pdf")


@router.post(
    "/agreements",
    response={201: AgreementOut},
    auth=Bearer(_drafting),
    summary="Draft an agreement",
)
def add_agreement(request: ApiRequest, body: NewAgreement) -> Status[AgreementOut]:
    """Make a draft of the version of a template that is in use."""
    stakeholder: Stakeholder | None = request.record
    viewer = request.viewer
    if (stakeholder is None) == (body.network is None):
        raise invalid("partnership", "give a partnership or a network, and not both")
    key = stakeholder.institution_id if stakeholder else viewer.institution_id
    institution = get_object_or_404(Institution, pk=key)
    network = None
    if body.network is not None:
        seen = Network.objects.visible_to(viewer).filter(organisation__slug=body.network)
        network = seen.first()
        if network is None:
            raise invalid("network", "no such network")
    others = [stakeholder.organisation] if stakeholder else []
    if network is not None:
        others = _members(network, body.parties)
    elif body.parties:
        raise invalid("parties", "only in a network")
    valid = _period("valid_from", body.valid_from, body.valid_to)
    try:
        with transaction.atomic():
            made = drafting.start(
                _version(request, body.template),
                institution=institution,
                organisations=others,
                title=body.title,
                languages=body.languages,
                stakeholder=stakeholder,
                network=network,
                leave_out=body.leave_out,
                by=viewer,
            )
            if valid is not None:
                made = facts.write(made, {"valid": valid}, by=viewer)
            if body.values:
                drafting.set_values(made, body.values, by=viewer)
    except DraftingError as error:
        raise invalid("", str(error)) from error
    return Status(HTTPStatus.CREATED, _told([_seen(request, made.pk)], None)[0])


@router.patch(
    "/agreements/{int:id}",
    response=AgreementOut,
    auth=Bearer(_writable),
    summary="Change an agreement",
)
def change_agreement(request: ApiRequest, id: int, body: AgreementChange) -> AgreementOut:  # noqa: A002
    """Change the title, the term and the like while the text is open."""
    held: Agreement = request.record
    given = body.given
    written: dict[str, Any] = {}
    for name in ("title", "summary", "notice_months", "case_number"):
        if name in given:
            if given[name] is None:
                raise invalid(name, "can't be null")
            written[name] = given[name]
    if "next_review" in given:
        written["next_review_on"] = given["next_review"]
    if {"valid_from", "valid_to"} & set(given):
        starts = given.get("valid_from", first_day(held.valid) if held.valid else None)
        ends = given.get("valid_to", last_day(held.valid) if held.valid else None)
        written["valid"] = _period("valid_to", starts, ends)
    try:
        facts.write(held, written, by=request.viewer)
    except DraftingError as error:
        raise invalid("", str(error)) from error
    return _told([_seen(request, id)], None)[0]


@router.delete(
    "/agreements/{int:id}",
    response={204: None},
    auth=Bearer(_writable),
    summary="Drop a draft",
)
def drop_agreement(request: ApiRequest, id: int) -> Status[None]:  # noqa: A002
    """Drop a draft that nobody goes on with; it stays readable as ended."""
    try:
        facts.drop(request.record, by=request.viewer)
    except DraftingError as error:
        raise invalid("", str(error)) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def _version(request: ApiRequest, template: int) -> BaseVersion:
    bases = Base.objects.visible_to(request.viewer).offered(clock.today())
    found: BaseVersion | None = (
        BaseVersion.objects.filter(
            base__in=bases, base_id=template, state=BaseVersion.State.APPROVED
        )
        .select_related("base")
        .first()
    )
    if found is None:
        raise invalid("template", "no such template in use")
    return found


def _members(network: Network, slugs: Sequence[str]) -> list[Organisation]:
    members = Organisation.objects.filter(
        memberships__network=network, memberships__valid__contains=clock.today()
    ).distinct()
    if not slugs:
        return list(members.order_by("pk"))
    found = {one.slug: one for one in members.filter(slug__in=slugs)}
    if others := [slug for slug in slugs if slug not in found]:
        raise invalid("parties", f"not members of the network today: {', '.join(others)}")
    return list(found.values())


def _period(field: str, starts: datetime.date | None, ends: datetime.date | None) -> Any:
    if starts and ends and ends < starts:
        raise invalid(field, "the last day is before the first")
    return period(starts, ends) if starts or ends else None


def _told(rows: Sequence[Agreement], on: datetime.date | None) -> list[AgreementOut]:
    codes = _codes(rows)
    return [_one(row, on, codes.get(row.pk)) for row in rows]


def _codes(rows: Sequence[Agreement]) -> dict[int, str]:
    """The code of each agreement's latest seal."""
    versions = dict(Version.objects.filter(agreement__in=rows).values_list("pk", "agreement_id"))
    seals = Seal.objects.filter(
        subject_kind=files.SEALED, subject_id__in=versions, state=Seal.State.SEALED
    )
    return {
        versions[subject]: code
        for subject, code in seals.order_by("subject_id").values_list("subject_id", "code")
    }


def _one(row: Agreement, on: datetime.date | None, code: str | None) -> AgreementOut:
    valid: Any = row.valid
    made_of = row.base_version
    parties = [party for party in row.parties.all() if party.state != Party.State.FORMER or on]
    if on:
        parties = [party for party in parties if party.bound and covers(party.bound, on)]
    return AgreementOut(
        id=row.pk,
        uuid=str(row.uuid),
        institution=row.institution.organisation.slug,
        network=row.network.slug if row.network else None,
        partnership=row.stakeholder_id,
        template=made_of.base_id if made_of else None,
        template_version=made_of.number if made_of else None,
        kind=row.kind,
        title=row.title,
        summary=row.summary,
        state=row.state,
        languages=row.languages,
        prevailing=row.prevailing,
        parties=[
            PartyOut(
                organisation=party.organisation_id,
                organisation_name=str(party.organisation),
                state=party.state,
                bound_from=first_day(party.bound) if party.bound else None,
                bound_to=last_day(party.bound) if party.bound else None,
            )
            for party in parties
        ],
        valid_from=first_day(valid) if valid else None,
        valid_to=last_day(valid) if valid else None,
        notice_months=row.notice_months,
        next_review=row.next_review_on,
        case_number=row.case_number,
        verify_code=code,
    )
