"""The API's agreement templates: those that the viewer may read, written as drafts."""

from http import HTTPStatus
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.agreements.bases import exchange, owning, writing
from solmu.agreements.bases.exchange import ClauseIn, Names, TemplateIn, Texts
from solmu.agreements.bases.owning import Owner
from solmu.agreements.bases.page import sees_drafts
from solmu.agreements.bases.rules import MOST_CLAUSES, BaseError
from solmu.agreements.models import Base, BaseVersion
from solmu.agreements.permissions import can_edit_base
from solmu.lib.api_types import Input, Listed, Listing, body_field, listing
from solmu.lib.problems import invalid
from solmu.people.api_access import ApiRequest, Bearer

router = Router()

State = BaseVersion.State


class VersionOut(BaseModel):
    """A version of a template."""

    number: int
    state: str = Field(description="draft, approved or replaced")
    note: str


class BaseOut(BaseModel):
    """A template."""

    id: int
    uuid: str
    kind: str
    name: str
    names: dict[str, str]
    about: dict[str, str]
    institution: str | None = Field(description="The owner's slug")
    network: str | None = Field(description="The owner's slug; without any owner it is Solmu's own")
    published: bool
    copied_from: int | None
    copied_version: int | None
    in_use: bool = Field(description="Has an approved version, and isn't out of use")
    versions: list[VersionOut]


class BaseWhole(BaseOut):
    """A template with its clauses."""

    version: int | None = Field(description="The version whose clauses these are")
    clauses: list[dict[str, Any]]


class Filters(Listed):
    """Which templates."""

    kind: Literal["work_life", "project", "network", "intent", "other"] | None = None
    own: bool | None = Field(None, description="Those of the viewer's institutions and networks")


class NewBase(TemplateIn):
    """A template; it is a draft until it is approved on its page."""

    network: str | None = Field(None, description="The owner's slug; else your institution")


class BaseChange(Input):
    """What changes; clauses are written into the draft, which is begun where there is none."""

    name: Names | None = None
    about: Texts | None = None
    clauses: list[ClauseIn] | None = Field(None, max_length=MOST_CLAUSES)


def _visible(request: ApiRequest) -> QuerySet[Base]:
    viewer = request.viewer
    seen: QuerySet[Base] = Base.objects.visible_to(viewer)
    if not viewer.is_admin:
        approved = BaseVersion.objects.filter(base=OuterRef("pk")).exclude(state=State.DRAFT)
        own = Q(institution_id__in=viewer.institutions) | Q(network_id__in=viewer.networks.keys())
        seen = seen.filter(own | Exists(approved))
    return seen.select_related(
        "institution__organisation", "network__organisation"
    ).prefetch_related(Prefetch("versions", BaseVersion.objects.order_by("-number")))


def _seen(request: ApiRequest, id: int) -> Base:  # noqa: A002
    return get_object_or_404(_visible(request), pk=id)


def _writable(request: ApiRequest, id: int) -> Base:  # noqa: A002
    base = _seen(request, id)
    if not can_edit_base(request.viewer, base):
        raise PermissionDenied
    return base


def _founding(request: ApiRequest) -> Owner:
    found = owning.owners(request.viewer)
    slug = body_field(request, "network", str)
    if slug is not None:
        chosen = [one for one in found if one.network and one.network.slug == slug]
    else:
        chosen = [one for one in found if one.institution] or found
    if not chosen:
        raise PermissionDenied
    return chosen[0]


@router.get("/agreement-templates", response=Listing[BaseOut], summary="List templates")
def agreement_templates(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the templates that the viewer may read."""
    rows = _visible(request)
    viewer = request.viewer
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.own is not None:
        own = Q(institution_id__in=viewer.institutions) | Q(network_id__in=viewer.networks.keys())
        rows = rows.filter(own) if asked.own else rows.exclude(own)
    return listing(
        rows, [("id", "asc")], asked, lambda page: [BaseOut(**_told(request, r)) for r in page]
    )


@router.get(
    "/agreement-templates/{int:id}",
    response=BaseWhole,
    auth=Bearer(_seen),
    summary="Read a template",
)
def agreement_template(
    request: ApiRequest,
    id: int,  # noqa: A002
    version: int | None = None,
) -> BaseWhole:
    """Read a template with the clauses of one version: the one in use, else the draft."""
    return _whole(request, request.record, version)


@router.post(
    "/agreement-templates",
    response={201: BaseWhole},
    auth=Bearer(_founding),
    summary="Start a template",
)
def add_agreement_template(request: ApiRequest, body: NewBase) -> Status[BaseWhole]:
    """Start a template with its first draft."""
    owner: Owner = request.record
    if body.network is not None and owner.network is None:
        raise invalid("network", "isn't a network that you lead")
    if not any(exchange.names_of(body.name).values()):
        raise invalid("name", "is required in at least one language")
    try:
        base = writing.create(
            body, by=request.viewer, institution=owner.institution, network=owner.network
        )
    except BaseError as error:
        raise invalid(error.field, str(error)) from error
    return Status(HTTPStatus.CREATED, _whole(request, _seen(request, base.pk), None))


@router.patch(
    "/agreement-templates/{int:id}",
    response=BaseWhole,
    auth=Bearer(_writable),
    summary="Change a template",
)
def change_agreement_template(
    request: ApiRequest,
    id: int,  # noqa: A002
    body: BaseChange,
) -> BaseWhole:
    """Change its name; write its draft's clauses anew. What is approved doesn't change."""
    base: Base = request.record
    names = {
        part: exchange.names_of(value)
        for part, value in (("name", body.name), ("about", body.about))
        if value is not None
    }
    draft: int | None = None
    try:
        with transaction.atomic():
            if names:
                writing.change_details(base, exchange.flat(names), by=request.viewer)
            if body.clauses is not None:
                draft = writing.replace_clauses(base, body.clauses, by=request.viewer).number
    except BaseError as error:
        raise invalid(error.field.partition("_")[0], str(error)) from error
    return _whole(request, _seen(request, id), draft)


def _whole(request: ApiRequest, base: Base, number: int | None) -> BaseWhole:
    versions = _versions(request, base)
    if number is not None:
        chosen = next((one for one in versions if one.number == number), None)
        if chosen is None:
            raise invalid("version", "there is no such version")
    else:
        in_use = [one for one in versions if one.state == State.APPROVED]
        chosen = next(iter([*in_use, *versions]), None)
    return BaseWhole(
        **_told(request, base),
        version=chosen.number if chosen else None,
        clauses=[exchange.clause_told(one) for one in chosen.clauses.all()] if chosen else [],
    )


def _versions(request: ApiRequest, base: Base) -> list[BaseVersion]:
    all_ = sees_drafts(request.viewer, base)
    return [one for one in base.versions.all() if all_ or one.state != State.DRAFT]


def _told(request: ApiRequest, base: Base) -> dict[str, Any]:
    versions = _versions(request, base)
    return {
        "id": base.pk,
        "uuid": str(base.uuid),
        "kind": base.kind,
        "name": base.name,
        "names": exchange.in_languages(base, "name"),
        "about": exchange.in_languages(base, "about"),
        "institution": base.institution.organisation.slug if base.institution else None,
        "network": base.network.slug if base.network else None,
        "published": base.published,
        "copied_from": base.copied_from_id,
        "copied_version": base.copied_version,
        "in_use": base.ended_on is None and any(one.state == State.APPROVED for one in versions),
        "versions": [
            VersionOut(number=one.number, state=one.state, note=one.note) for one in versions
        ],
    }
