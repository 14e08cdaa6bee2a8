"""The API's networks, and who belongs to them on a day."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from ninja import Query, Router
from ninja.responses import Status
from pydantic import AfterValidator, BaseModel, Field

from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, Sent, body_field, listing
from solmu.lib.periods import first_day, last_day
from solmu.lib.problems import ProblemError, invalid
from solmu.networks import founding, membering
from solmu.networks.models import Membership, Network
from solmu.networks.permissions import can_found, can_lead, can_open
from solmu.organisations.api import region_called, web_address
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.querysets import called
from solmu.people.api_access import ApiRequest, Bearer
from solmu.people.viewer import Viewer

router = Router()

Kind = Literal[
    "partnership", "peer", "competence_ecosystem", "innovation_ecosystem", "business_ecosystem"
]
Language = Literal["fi", "sv", "en"]
Role = Literal["founder", "member", "observer", "supporter"]
Name = Annotated[str, Field(max_length=200)]
Theme = Annotated[str, Field(min_length=1, max_length=80)]


class NetworkOut(BaseModel):
    """A network that is run in Solmu."""

    id: int = Field(description="The id of its entry in the directory of organisations")
    uuid: UUID
    slug: str
    name: str = Field(description="In the language of the request, else the first that there is")
    name_fi: str
    name_sv: str
    name_en: str
    kind: str = Field(
        description="`partnership`, `peer`, `competence_ecosystem`, `innovation_ecosystem` or"
        " `business_ecosystem`"
    )
    public: bool = Field(description="It has a public page, and its members are known to all")
    purpose: str
    vision: str
    motto: str
    language: str = Field(description="The language of the texts")
    languages: list[str] = Field(description="Working languages")
    themes: list[str]
    coordination: str = Field(description="`loose` or `led`")
    led_by: int | None = Field(description="The id of the organisation that coordinates")
    led_by_name: str | None
    region: str | None = Field(description="The maakunta's name in Finnish")
    website: str
    valid_from: date | None
    valid_to: date | None = Field(description="The last day; null: until further notice")


class MembershipOut(BaseModel):
    """An organisation's membership of a network, in one role."""

    id: int
    network: str = Field(description="The network's slug")
    organisation: int
    organisation_name: str
    role: str = Field(description="`founder`, `member`, `observer` or `supporter`")
    note: str | None = Field(description="For those in the network; else null")
    valid_from: date | None
    valid_to: date | None = Field(description="The last day; null: until further notice")


class Networks(Listed):
    """Which networks."""

    q: str = Field("", max_length=200, description="Part of a name")
    kind: Kind | None = None


class Memberships(Listed):
    """Which memberships, on which day."""

    network: str = Field("", max_length=80, description="The network's slug; all by default")
    on: Day | None = Field(None, description="Those of that day; all, also ended ones, by default")


class Closing(Sent):
    """The last day."""

    on: Day | None = Field(None, description="The last day; today by default")


class _NetworkFacts(Input):
    name: Name = Field("", description="The name in the language of the request")
    name_fi: Name = ""
    name_sv: Name = ""
    name_en: Name = ""
    kind: Kind = "partnership"
    public: bool = False
    purpose: str = Field("", min_length=1, max_length=4000)
    vision: str = Field("", max_length=4000)
    motto: str = Field("", max_length=160)
    language: Language = "fi"
    languages: list[Language] = Field([], max_length=3)
    themes: list[Theme] = Field([], max_length=30)
    coordination: Literal["loose", "led"] = "loose"
    led_by: int | None = Field(None, description="The id of an organisation")
    led_until: Day | None = None
    funding: str = Field("", max_length=4000)
    funding_source: str = Field("", max_length=200)
    cost_rule: Literal["every", "majority", "steering"] = "every"
    hue: Literal["lake", "forest", "sky", "heather", "rowan", "cloudberry"] = "lake"
    contact_public: bool = Field(
        False, description="The public page tells the coordinator's name and e-mail address"
    )
    region: str | None = Field(None, description="The maakunta's name, or its code")
    website: Annotated[str, AfterValidator(web_address)] = Field("", max_length=200)
    valid_from: Day | None = Field(None, description="The day when it began")


class NewNetwork(_NetworkFacts):
    """A network to start; whoever starts it is its coordinator."""

    purpose: str = Field(min_length=1, max_length=4000)
    members: list[int] = Field(
        [], max_length=500, description="Other founding members, by the ids of organisations"
    )


class NetworkChange(_NetworkFacts):
    """What changes in a network; a last day ends it."""

    valid_to: Day | None = Field(None, description="The last day: the network ends")
    reason: str = Field("", max_length=200, description="Why it ends")


class NewMembership(Input):
    """An organisation that joins."""

    network: str = Field(max_length=80, description="The network's slug")
    organisation: int
    role: Role = "member"
    valid_from: Day | None = Field(None, description="The first day; today by default")
    valid_to: Day | None = None
    note: str = Field("", max_length=200)


class MembershipChange(Input):
    """What changes in a membership: its role from a day on, its last day, what was recorded."""

    role: Role = "member"
    on: Day | None = Field(None, description="The first day of the role; today by default")
    valid_from: Day | None = None
    valid_to: Day | None = Field(None, description="The last day: the member leaves")
    note: str = Field("", max_length=200)
    reason: str = Field("", max_length=200, description="Why the role changes, or why it leaves")


# What the API of groups needs too


def known(request: ApiRequest, slug: str) -> Network:
    """A network that the viewer may know of."""
    network: Network = get_object_or_404(_networks(request), organisation__slug=slug)
    return network


def opened(request: ApiRequest, slug: str) -> Network:
    """A network that is open to the viewer."""
    network = known(request, slug)
    if not can_open(request.viewer, network):
        raise PermissionDenied
    return network


def leads_any(viewer: Viewer) -> bool:
    """Tell whether the viewer coordinates some network."""
    return viewer.is_admin or any("lead" in ways for ways in viewer.networks.values())


def led(request: ApiRequest) -> Network | None:
    """The network that the body names, for those who lead it."""
    slug = body_field(request, "network", str)
    if not slug:
        if not leads_any(request.viewer):
            raise PermissionDenied
        return None
    network = opened(request, slug)
    if not can_lead(request.viewer, network):
        raise PermissionDenied
    return network


def named(given: dict[str, Any]) -> dict[str, Any]:
    """What was sent, the `name` as the name in the language of the request."""
    facts = dict(given)
    if name := facts.pop("name", ""):
        facts.setdefault(f"name_{(get_language() or 'fi')[:2]}", name)
    return facts


def _networks(request: ApiRequest) -> QuerySet[Network]:
    seen: QuerySet[Network] = Network.objects.known_to(request.viewer).run_here()
    return seen.select_related("organisation__region", "led_by")


def _network(request: ApiRequest, slug: str) -> Network:
    return known(request, slug)


def _led_network(request: ApiRequest, slug: str) -> Network:
    network = opened(request, slug)
    if not can_lead(request.viewer, network):
        raise PermissionDenied
    return network


def _starting(request: ApiRequest) -> None:
    if not can_found(request.viewer):
        raise PermissionDenied


def _memberships(request: ApiRequest) -> QuerySet[Membership]:
    seen: QuerySet[Membership] = Membership.objects.visible_to(request.viewer)
    # What an institution has recorded of networks run elsewhere is its own alone.
    own = Q(network__elsewhere_of=None) | Q(network__elsewhere_of__in=request.viewer.institutions)
    return seen.filter(own).select_related("organisation", "network__organisation")


def _membership(request: ApiRequest, id: int) -> Membership:  # noqa: A002
    return get_object_or_404(_memberships(request), pk=id)


def _led_membership(request: ApiRequest, id: int) -> Membership:  # noqa: A002
    membership = _membership(request, id)
    if not can_lead(request.viewer, membership.network):
        raise PermissionDenied
    return membership


@router.get("/networks", response=Listing[NetworkOut], tags=["networks"], summary="List networks")
def list_networks(request: ApiRequest, asked: Query[Networks]) -> dict[str, Any]:
    """List the networks that the viewer may know of."""
    rows = _networks(request)
    if text := asked.q.strip():
        rows = rows.filter(called(text, "organisation__"))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return listing(
        rows, [("organisation_id", "asc")], asked, lambda page: [_shown(one) for one in page]
    )


@router.get(
    "/networks/{slug:slug}",
    response=NetworkOut,
    auth=Bearer(_network),
    tags=["networks"],
    summary="Read a network",
)
def read_network(request: ApiRequest, slug: str) -> NetworkOut:
    """Read one network."""
    return _shown(request.record)


@router.post(
    "/networks",
    response={201: NetworkOut},
    auth=Bearer(_starting),
    tags=["networks"],
    summary="Start a network",
)
def start_network(request: ApiRequest, body: NewNetwork) -> Status[NetworkOut]:
    """Start a network; one's own institution is a founding member, and so are those named."""
    viewer = request.viewer
    own = Institution.objects.filter(pk=viewer.institution_id).select_related("organisation")
    members = [
        founding.First(_organisation(request, key, "members"))
        for key in dict.fromkeys(body.members)
    ]
    try:
        made = founding.found(
            _facts(request, body),
            by=viewer,
            institution=own.first(),
            on=body.valid_from,
            members=members,
            public=body.public,
        )
    except (founding.FoundingError, membering.MemberingError) as error:
        raise _refused(error) from error
    return Status(HTTPStatus.CREATED, _shown(_anew(made)))


@router.patch(
    "/networks/{slug:slug}",
    response=NetworkOut,
    auth=Bearer(_led_network),
    tags=["networks"],
    summary="Change or end a network",
)
def change_network(request: ApiRequest, slug: str, body: NetworkChange) -> NetworkOut:
    """Change what is told of a network; with `valid_to` it ends, and all memberships with it."""
    network: Network = request.record
    given = body.given
    facts = _facts(request, body)
    if given.get("valid_from"):
        facts["founded_on"] = body.valid_from
    try:
        with transaction.atomic():
            if facts or "public" in given:
                founding.change(network, facts, by=request.viewer, public=given.get("public"))
            if body.valid_to:
                founding.end(network, by=request.viewer, on=body.valid_to, reason=body.reason)
    except (founding.FoundingError, membering.MemberingError) as error:
        raise _refused(error) from error
    return _shown(_anew(network))


@router.get(
    "/memberships",
    response=Listing[MembershipOut],
    tags=["memberships"],
    summary="List who belongs to networks",
)
def list_memberships(request: ApiRequest, asked: Query[Memberships]) -> dict[str, Any]:
    """List the memberships of networks that the viewer may know of."""
    rows = _memberships(request)
    if asked.network:
        networks = Network.objects.known_to(request.viewer).filter(
            Q(elsewhere_of=None) | Q(elsewhere_of__in=request.viewer.institutions),
            organisation__slug=asked.network,
        )
        rows = rows.filter(network=get_object_or_404(networks))
    if asked.on:
        rows = rows.filter(valid__contains=asked.on)
    return listing(
        rows, [("id", "asc")], asked, lambda page: [_told(one, request.viewer) for one in page]
    )


@router.get(
    "/memberships/{int:id}",
    response=MembershipOut,
    auth=Bearer(_membership),
    tags=["memberships"],
    summary="Read a membership",
)
def read_membership(request: ApiRequest, id: int) -> MembershipOut:  # noqa: A002
    """Read one membership."""
    return _told(request.record, request.viewer)


@router.post(
    "/memberships",
    response={201: MembershipOut},
    auth=Bearer(led),
    tags=["memberships"],
    summary="Let an organisation join",
)
def add_membership(request: ApiRequest, body: NewMembership) -> Status[MembershipOut]:
    """Make an organisation a member of a network that the viewer leads."""
    network: Network | None = request.record
    if network is None:  # the body named none that could be read
        raise Http404
    try:
        made = membering.join(
            network,
            _organisation(request, body.organisation, "organisation"),
            by=request.viewer,
            role=body.role,
            on=body.valid_from,
            until=body.valid_to,
            reason=body.note,
        )
    except membering.MemberingError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.CREATED, _told(_membership(request, made.pk), request.viewer))


@router.patch(
    "/memberships/{int:id}",
    response=MembershipOut,
    auth=Bearer(_led_membership),
    tags=["memberships"],
    summary="Change or end a membership",
)
def change_membership(
    request: ApiRequest,
    id: int,  # noqa: A002
    body: MembershipChange,
) -> MembershipOut:
    """Give a member another role from a day on, let it leave, or put right what was recorded.

    Another role is a membership of its own, which the answer tells; the earlier one ends the day
    before. `valid_from`, `note` and a `valid_to` of null put right what was recorded.
    """
    membership: Membership = request.record
    given = body.given
    if not given.keys() - {"on", "reason"}:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Say what changes.")
    by, reason = request.viewer, body.reason
    reopened = "valid_to" in given and body.valid_to is None
    try:
        with transaction.atomic():
            if reopened or given.keys() & {"valid_from", "note"}:
                membership = membering.correct(
                    membership,
                    by=by,
                    role=membership.role,
                    first=given.get("valid_from", first_day(membership.valid)),
                    last=None if reopened else last_day(membership.valid),
                    note=given.get("note", membership.note),
                    reason=reason,
                )
            if "role" in given and body.role != membership.role:
                membership = membering.change_role(
                    membership, body.role, by=by, on=body.on or clock.today(), reason=reason
                )
            if body.valid_to:
                membership = membering.leave(membership, by=by, on=body.valid_to, reason=reason)
    except membering.MemberingError as error:
        raise _refused(error, on="valid_to" if body.valid_to else "on") from error
    return _told(_membership(request, membership.pk), by)


@router.delete(
    "/memberships/{int:id}",
    response={204: None},
    auth=Bearer(_led_membership),
    tags=["memberships"],
    summary="End a membership",
)
def end_membership(request: ApiRequest, id: int, asked: Query[Closing]) -> Status[None]:  # noqa: A002
    """End a membership; its years stay."""
    membership: Membership = request.record
    on, ends = asked.on or clock.today(), last_day(membership.valid)
    if asked.on is None and ends is not None and ends <= on:
        raise ProblemError(HTTPStatus.CONFLICT, "The membership has ended already.")
    try:
        membering.leave(membership, by=request.viewer, on=on)
    except membering.MemberingError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def _anew(network: Network) -> Network:
    """The network as it is after a change."""
    return Network.objects.select_related("organisation__region", "led_by").get(pk=network.pk)


def _organisation(request: ApiRequest, key: int, field: str) -> Organisation:
    found = Organisation.objects.visible_to(request.viewer).filter(pk=key).first()
    if found is None:
        raise invalid(field, f"there is no organisation {key}")
    return found


def _facts(request: ApiRequest, body: _NetworkFacts) -> dict[str, Any]:
    given = named(body.given)
    facts = {key: given[key] for key in (*founding.ENTRY, *founding.OWN) if key in given}
    if "region" in facts:
        facts["region"] = region_called(facts["region"]) if facts["region"] else None
    if facts.get("led_by") is not None:
        facts["led_by"] = _organisation(request, facts["led_by"], "led_by")
    for key in ("themes", "languages"):
        if key in facts:
            facts[key] = list(dict.fromkeys(facts[key]))
    return facts


def _shown(network: Network) -> NetworkOut:
    entry = network.organisation
    return NetworkOut(
        id=entry.pk,
        uuid=entry.uuid,
        slug=entry.slug,
        name=entry.name,
        name_fi=entry.name_fi,
        name_sv=entry.name_sv,
        name_en=entry.name_en,
        kind=network.kind,
        public=network.public,
        purpose=network.purpose,
        vision=network.vision,
        motto=network.motto,
        language=network.language,
        languages=network.languages,
        themes=network.themes,
        coordination=network.coordination,
        led_by=network.led_by_id,
        led_by_name=str(network.led_by) if network.led_by else network.led_by_name or None,
        region=entry.region.name_fi if entry.region else None,
        website=entry.website,
        valid_from=first_day(network.valid),
        valid_to=last_day(network.valid),
    )


def _told(membership: Membership, viewer: Viewer) -> MembershipOut:
    return MembershipOut(
        id=membership.pk,
        network=membership.network.slug,
        organisation=membership.organisation_id,
        organisation_name=membership.organisation.name,
        role=membership.role,
        note=membership.note if can_open(viewer, membership.network) else None,
        valid_from=first_day(membership.valid),
        valid_to=last_day(membership.valid),
    )


def _refused(error: ValueError, *, on: str = "on") -> ProblemError:
    field = getattr(error, "field", "")
    field = on if field == "on" else field
    return invalid(field, str(error)) if field else ProblemError(422, str(error))
