"""The API's groups of networks, and who sits in them on a day."""

from datetime import date
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, body_field, listing
from solmu.lib.periods import first_day, last_day
from solmu.lib.problems import ProblemError, invalid
from solmu.networks import groups, terms
from solmu.networks.api import Closing, leads_any, led, named, opened
from solmu.networks.models import Group, Network, Seat, Term
from solmu.networks.permissions import can_fill, can_lead, can_run_group
from solmu.people.api_access import ApiRequest, Bearer
from solmu.people.models import Person

router = Router()

Kind = Literal["steering", "working", "project", "other"]
Role = Literal["chair", "vice", "secretary", "member", "expert"]


class GroupOut(BaseModel):
    """A group of a network."""

    id: int
    uuid: UUID
    network: str = Field(description="The network's slug")
    slug: str
    name: str = Field(description="In the language of the request, else the first that there is")
    name_fi: str
    name_sv: str
    name_en: str
    kind: str = Field(description="`steering`, `working`, `project` or `other`")
    task: str
    meetings_a_year: int | None
    valid_from: date | None
    valid_to: date | None = Field(description="The last day; null: until further notice")


class TermOut(BaseModel):
    """Who sits in a seat of a group, from when to when."""

    id: int
    uuid: UUID
    network: str = Field(description="The network's slug")
    group: str = Field(description="The group's slug")
    seat: UUID
    organisation: int | None = Field(description="Whose seat it is; null: a personal seat")
    organisation_name: str | None
    person: str
    role: str = Field(description="`chair`, `vice`, `secretary`, `member` or `expert`")
    deputy: bool
    valid_from: date | None
    valid_to: date | None = Field(description="The last day; null: until further notice")


class Groups(Listed):
    """Which groups, on which day."""

    network: str = Field("", max_length=80, description="The network's slug; all by default")
    on: Day | None = Field(None, description="Those of that day; all, also ended ones, by default")


class Terms(Groups):
    """Which terms, on which day."""

    group: str = Field("", max_length=80, description="The group's slug")


class _GroupFacts(Input):
    name: str = Field("", max_length=120, description="The name in the language of the request")
    name_fi: str = Field("", max_length=120)
    name_sv: str = Field("", max_length=120)
    name_en: str = Field("", max_length=120)
    kind: Kind = "working"
    task: str = Field("", max_length=4000)
    meetings_a_year: int | None = Field(None, ge=1, le=366)


class NewGroup(_GroupFacts):
    """A group to found."""

    network: str = Field(max_length=80, description="The network's slug")
    valid_from: Day | None = Field(None, description="The first day; today by default")
    valid_to: Day | None = None
    organisations: list[int] = Field([], max_length=500, description="Members that get a seat")


class GroupChange(_GroupFacts):
    """What changes in a group; a last day closes it."""

    valid_from: Day | None = None
    valid_to: Day | None = Field(None, description="The last day: the group is closed")
    closing_note: str = Field("", max_length=300, description="Why it is closed")


class NewTerm(Input):
    """Somebody to name to a seat."""

    seat: str = Field(max_length=36, description="The seat's uuid")
    person: int | None = Field(None, description="The id of somebody known; else name and email")
    given_name: str = Field("", max_length=100)
    family_name: str = Field("", max_length=100)
    email: str = Field("", max_length=254)
    role: Role = "member"
    deputy: bool = False
    valid_from: Day | None = Field(None, description="The first day; today by default")
    valid_to: Day | None = None
    hand_over: bool = Field(
        False, description="The present holder's term ends the day before the first day"
    )


class TermChange(Input):
    """What changes in a term."""

    role: Role = "member"
    valid_from: Day | None = None
    valid_to: Day | None = None


def _groups(request: ApiRequest) -> QuerySet[Group]:
    seen: QuerySet[Group] = Group.objects.visible_to(request.viewer)
    return seen.filter(network__elsewhere_of=None).select_related("network__organisation")


def _terms(request: ApiRequest) -> QuerySet[Term]:
    seen: QuerySet[Term] = Term.objects.visible_to(request.viewer)
    return seen.select_related("person", "seat__organisation", "seat__group__network__organisation")


def _group(request: ApiRequest, id: int) -> Group:  # noqa: A002
    return get_object_or_404(_groups(request), pk=id)


def _run_group(request: ApiRequest, id: int) -> Group:  # noqa: A002
    group = _group(request, id)
    if not can_run_group(request.viewer, group):
        raise PermissionDenied
    return group


def _led_group(request: ApiRequest, id: int) -> Group:  # noqa: A002
    group = _group(request, id)
    if not can_lead(request.viewer, group.network):
        raise PermissionDenied
    return group


def _term(request: ApiRequest, id: int) -> Term:  # noqa: A002
    return get_object_or_404(_terms(request), pk=id)


def _own_term(request: ApiRequest, id: int) -> Term:  # noqa: A002
    term = _term(request, id)
    if not can_fill(request.viewer, term.seat):
        raise PermissionDenied
    return term


def _filling(request: ApiRequest) -> Seat | None:
    """The seat that the body names, for those who say who sits in it."""
    text = body_field(request, "seat", str)
    if not text:
        if not (leads_any(request.viewer) or request.viewer.represented):
            raise PermissionDenied
        return None
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    seat: Seat = get_object_or_404(
        Seat.objects.visible_to(request.viewer).select_related(
            "organisation", "group__network__organisation"
        ),
        uuid=uuid,
    )
    if not can_fill(request.viewer, seat):
        raise PermissionDenied
    return seat


@router.get("/groups", response=Listing[GroupOut], tags=["groups"], summary="List groups")
def list_groups(request: ApiRequest, asked: Query[Groups]) -> dict[str, Any]:
    """List the groups of networks that are open to the viewer."""
    rows = _groups(request)
    if asked.network:
        rows = rows.filter(network=opened(request, asked.network))
    if asked.on:
        rows = rows.filter(valid__contains=asked.on)
    return listing(rows, [("id", "asc")], asked, lambda page: [_shown(one) for one in page])


@router.get(
    "/groups/{int:id}",
    response=GroupOut,
    auth=Bearer(_group),
    tags=["groups"],
    summary="Read a group",
)
def read_group(request: ApiRequest, id: int) -> GroupOut:  # noqa: A002
    """Read one group."""
    return _shown(request.record)


@router.post(
    "/groups",
    response={201: GroupOut},
    auth=Bearer(led),
    tags=["groups"],
    summary="Found a group",
)
def found_group(request: ApiRequest, body: NewGroup) -> Status[GroupOut]:
    """Found a group of a network that the viewer leads."""
    network: Network = request.record or opened(request, body.network)
    try:
        made = groups.found(
            network,
            by=request.viewer,
            on=body.valid_from or clock.today(),
            until=body.valid_to,
            seats_for=body.organisations,
            **_facts(body, all_of=True),
        )
    except groups.GroupError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.CREATED, _shown(made))


@router.patch(
    "/groups/{int:id}",
    response=GroupOut,
    auth=Bearer(_run_group),
    tags=["groups"],
    summary="Change or close a group",
)
def change_group(request: ApiRequest, id: int, body: GroupChange) -> GroupOut:  # noqa: A002
    """Change a group's facts; with `valid_to` it is closed, its seats and terms with it."""
    group: Group = request.record
    if "valid_to" in body.given and not can_lead(request.viewer, group.network):
        raise PermissionDenied
    try:
        facts = _facts(body, all_of=False)
        if facts or body.valid_from:
            groups.edit(group, by=request.viewer, first=body.valid_from, **facts)
        if body.valid_to:
            groups.close(group, last=body.valid_to, by=request.viewer, note=body.closing_note)
    except groups.GroupError as error:
        raise _refused(error) from error
    return _shown(_group(request, id))


@router.delete(
    "/groups/{int:id}",
    response={204: None},
    auth=Bearer(_led_group),
    tags=["groups"],
    summary="Close a group",
)
def close_group(request: ApiRequest, id: int, asked: Query[Closing]) -> Status[None]:  # noqa: A002
    """Close a group; its years stay."""
    try:
        groups.close(request.record, last=asked.on or clock.today(), by=request.viewer)
    except groups.GroupError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.NO_CONTENT, None)


@router.get(
    "/group-memberships",
    response=Listing[TermOut],
    tags=["group-memberships"],
    summary="List who sits in groups",
)
def list_terms(request: ApiRequest, asked: Query[Terms]) -> dict[str, Any]:
    """List the terms in seats of groups, of networks that are open to the viewer."""
    rows = _terms(request)
    if asked.network:
        rows = rows.filter(seat__group__network=opened(request, asked.network))
    if asked.group:
        rows = rows.filter(seat__group__slug=asked.group)
    if asked.on:
        rows = rows.filter(valid__contains=asked.on)
    return listing(rows, [("id", "asc")], asked, lambda page: [_told(one) for one in page])


@router.get(
    "/group-memberships/{int:id}",
    response=TermOut,
    auth=Bearer(_term),
    tags=["group-memberships"],
    summary="Read who sits in a seat",
)
def read_term(request: ApiRequest, id: int) -> TermOut:  # noqa: A002
    """Read one term."""
    return _told(request.record)


@router.post(
    "/group-memberships",
    response={201: TermOut},
    auth=Bearer(_filling),
    tags=["group-memberships"],
    summary="Name somebody to a seat",
)
def name_to_seat(request: ApiRequest, body: NewTerm) -> Status[TermOut]:
    """Name somebody to a seat for a term, or hand the seat over; they are told by mail."""
    seat: Seat | None = request.record
    if seat is None:
        raise invalid("seat", "there is no such seat")
    first = body.valid_from or clock.today()
    facts: dict[str, Any] = {"last": body.valid_to, "role": body.role, "deputy": body.deputy}
    try:
        who = _who(seat, body)
        if body.hand_over:
            term = terms.hand_over(seat, who, on=first, by=request.viewer, **facts)
        else:
            term = terms.name(seat, who, first=first, by=request.viewer, **facts)
    except groups.GroupError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.CREATED, _told(_term(request, term.pk)))


@router.patch(
    "/group-memberships/{int:id}",
    response=TermOut,
    auth=Bearer(_own_term),
    tags=["group-memberships"],
    summary="Change a term",
)
def change_term(request: ApiRequest, id: int, body: TermChange) -> TermOut:  # noqa: A002
    """Change the days or the role of a term."""
    term: Term = request.record
    given = body.given
    if not given:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Say what changes.")
    first = given.get("valid_from") or term.valid.lower
    try:
        terms.edit(
            term,
            by=request.viewer,
            first=first,
            last=given["valid_to"] if "valid_to" in given else last_day(term.valid),
            role=given.get("role", term.role),
        )
    except groups.GroupError as error:
        raise _refused(error) from error
    return _told(_term(request, id))


@router.delete(
    "/group-memberships/{int:id}",
    response={204: None},
    auth=Bearer(_own_term),
    tags=["group-memberships"],
    summary="End a term",
)
def end_term(request: ApiRequest, id: int, asked: Query[Closing]) -> Status[None]:  # noqa: A002
    """End a term; a term that hasn't begun is taken back."""
    term: Term = request.record
    last = asked.on or clock.today()
    try:
        if term.valid.lower and term.valid.lower > last and asked.on is None:
            terms.remove(term, by=request.viewer)
        else:
            ends = last_day(term.valid)
            if asked.on is None and ends is not None and ends <= last:
                raise ProblemError(HTTPStatus.CONFLICT, "The term has ended already.")
            terms.end(term, last=last, by=request.viewer)
    except groups.GroupError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def _facts(body: _GroupFacts, *, all_of: bool) -> dict[str, Any]:
    """The group's facts that were sent; for a new group, all of them."""
    given = named(body.given)
    if not all_of:
        return {key: value for key, value in given.items() if key in groups.FACTS}
    facts = {name: getattr(body, name, "") for name in groups.FACTS if name != "language"}
    facts |= {key: value for key, value in given.items() if key in facts}
    return {**facts, "language": (get_language() or "fi")[:2]}


def _who(seat: Seat, body: NewTerm) -> Person | terms.NewPerson:
    if body.person is not None:
        person: Person | None = terms.choosable(seat).filter(pk=body.person).first()
        if person is None:
            raise invalid("person", "nobody here has that id")
        return person
    return terms.NewPerson(
        body.given_name, body.family_name, body.email, (get_language() or "fi")[:2]
    )


def _shown(group: Group) -> GroupOut:
    return GroupOut(
        id=group.pk,
        uuid=group.uuid,
        network=group.network.slug,
        slug=group.slug,
        name=group.name,
        name_fi=group.name_fi,
        name_sv=group.name_sv,
        name_en=group.name_en,
        kind=group.kind,
        task=group.task,
        meetings_a_year=group.meetings_a_year,
        valid_from=first_day(group.valid),
        valid_to=last_day(group.valid),
    )


def _told(term: Term) -> TermOut:
    seat = term.seat
    return TermOut(
        id=term.pk,
        uuid=term.uuid,
        network=seat.group.network.slug,
        group=seat.group.slug,
        seat=seat.uuid,
        organisation=seat.organisation_id,
        organisation_name=seat.organisation.name if seat.organisation else None,
        person=term.person.name,
        role=term.role,
        deputy=term.deputy,
        valid_from=first_day(term.valid),
        valid_to=last_day(term.valid),
    )


# What a job calls its arguments, and what the API does.
_FIELDS = {"on": "valid_from", "first": "valid_from", "last": "valid_to", "until": "valid_to",
           "seats_for": "organisations"}  # fmt: skip


def _refused(error: groups.GroupError) -> ProblemError:
    field = _FIELDS.get(error.field, error.field)
    return invalid(field, str(error)) if field else ProblemError(422, str(error))
