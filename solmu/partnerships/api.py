"""The API's partnerships: an institution's stakeholders, as they stand on a day."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, Sent, body_field, listing
from solmu.lib.periods import first_day, last_day
from solmu.lib.problems import ProblemError, invalid
from solmu.organisations.models import Affiliation, Institution, Organisation
from solmu.organisations.moved import leading
from solmu.organisations.querysets import called
from solmu.partnerships import describing, standing
from solmu.partnerships.models import Facet, Level, Stakeholder, Standing
from solmu.partnerships.partner import adding
from solmu.partnerships.partner.contacts_api import router as contacts
from solmu.partnerships.partner.dialogue_api import router as dialogue
from solmu.partnerships.partner.page import present_partner
from solmu.partnerships.permissions import can_edit, can_edit_any
from solmu.partnerships.picture.picture import standing_on, with_area
from solmu.people.api_access import ApiRequest, Bearer
from solmu.people.models import Person

router = Router()
router.add_router("", contacts, tags=["contacts"])
router.add_router("", dialogue, tags=["dialogue"])

TAGS = ["partnerships"]
NO_LEVEL = "none"

State = Literal["potential", "active", "paused", "ended"]
Scope = Literal["regional", "national", "international"]
Form = Literal["bilateral", "network", "ecosystem"]
Role = Literal[
    "customer",
    "employer",
    "partner",
    "funder",
    "authority",
    "education_provider",
    "supplier",
    "other",
]
Language = Literal["fi", "sv", "en"]
LEVEL_IN = "The level's name in any language, or its rank (1 is the lowest)"
LANGUAGE_IN = "Of goals, next step, notes and reason that are sent; one's own by default"


class PartnershipOut(BaseModel):
    """How an organisation stands with an institution on a day."""

    id: int
    uuid: str
    institution: str = Field(description="The institution's slug")
    organisation: int
    organisation_name: str
    roles: list[str]
    level: str | None = Field(
        description="The level's name in Finnish; null: not a partnership yet"
    )
    level_rank: int | None = Field(description="1 is the lowest step of the institution's ladder")
    content: list[str] = Field(description="Names in Finnish, from the institution's own list")
    themes: list[str] = Field(description="Names in Finnish, from the institution's own list")
    scope: Scope = Field(description="From the partner's place, unless set by hand")
    form: Form
    state: State
    owner: str | None = Field(description="E-mail address of the owner at the institution")
    owner_name: str | None
    goals: str
    goals_language: Language
    next_step: str
    next_step_language: Language
    next_step_on: date | None
    notes: str
    notes_language: Language
    valid_from: date | None = Field(description="First day of all this; null: before the records")
    valid_to: date | None = Field(description="Last day of all this; null: until further notice")


class OnDay(Sent):
    """The day that is asked about."""

    on: Day | None = Field(None, description="The day that is asked about; today by default")


class Filters(Listed):
    """Which partnerships, on which day."""

    institution: str = Field("", description="The institution's slug; all of one's own by default")
    on: Day | None = Field(None, description="The day that is asked about; today by default")
    level: str = Field("", description=f"{LEVEL_IN}; `{NO_LEVEL}` for those without one")
    content: str = Field("", description="The content's name in any language")
    theme: str = Field("", description="The theme's name in any language")
    scope: Scope | None = None
    form: Form | None = None
    state: State | None = None
    organisation: int | None = None
    q: str = Field("", max_length=200, description="Part of the organisation's name")


class _Facts(Input):
    level: str | int | None = Field(None, description=f"{LEVEL_IN}; null: none")
    content: list[str] = Field([], max_length=50, description="Names in any language")
    themes: list[str] = Field([], max_length=50, description="Names in any language")
    scope: Scope | None = Field(None, description="Set by hand; null: from the partner's place")
    form: Form = "bilateral"
    state: State = "active"
    owner: str | None = Field(None, description="E-mail address of a colleague at the institution")
    goals: str = Field("", max_length=5000)


class _Undated(Input):
    roles: list[Role] = Field([], max_length=10)
    next_step: str = Field("", max_length=200)
    next_step_on: Day | None = None
    notes: str = Field("", max_length=5000)


class NewPartnership(_Facts, _Undated):
    """An organisation to put on the institution's list."""

    institution: str = Field("", description="The institution's slug; one's own by default")
    organisation: int
    on: Day | None = Field(None, description="The first day; today by default")
    reason: str = Field("", max_length=2000)
    language: Language | None = Field(None, description=LANGUAGE_IN)


class PartnershipChange(_Facts, _Undated):
    """What changes; the rest stays as it is.

    Roles, next step and notes are not dated; all the rest asks for a reason.
    """

    reason: str = Field("", max_length=2000, description="Why; asked for when a dated fact changes")
    language: Language | None = Field(None, description=LANGUAGE_IN)
    on: Day | None = Field(None, description="The day it takes effect; today by default")


class Ending(Sent):
    """When and why a partnership ends."""

    on: Day | None = Field(None, description="The first day without it; today by default")
    reason: str = Field("", max_length=2000)


def _visible(request: ApiRequest) -> QuerySet[Stakeholder]:
    seen: QuerySet[Stakeholder] = Stakeholder.objects.visible_to(request.viewer)
    return seen


def _seen(request: ApiRequest, id: int) -> Stakeholder:  # noqa: A002
    return get_object_or_404(_visible(request).select_related("institution"), pk=id)


def _editable(request: ApiRequest, id: int) -> Stakeholder:  # noqa: A002
    stakeholder = _seen(request, id)
    if not can_edit(request.viewer, stakeholder):
        raise PermissionDenied
    return stakeholder


def _adding(request: ApiRequest) -> Institution:
    """The institution that the body names, else the viewer's own."""
    viewer = request.viewer
    slug = body_field(request, "institution", str)
    if not slug:
        if not can_edit_any(viewer, viewer.institution_id):
            raise PermissionDenied
        return Institution.objects.get(pk=viewer.institution_id)
    institution = get_object_or_404(Institution.objects.visible_to(viewer).at(slug))
    if not can_edit_any(viewer, institution.pk):
        raise PermissionDenied
    return institution


@router.get(
    "/partnerships", response=Listing[PartnershipOut], tags=TAGS, summary="List partnerships"
)
def partnerships(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List every stakeholder that the viewer can see, as it stands on a day."""
    institutions = _institutions(request, asked.institution)
    rows = _standing(_visible(request), asked.on or clock.today(), institutions)
    words = Words(institution.pk for institution in institutions)
    if asked.level:
        rows = rows.filter(_has_level(words, asked.level))
    if asked.content:
        rows = rows.filter(then__contents__overlap=words.facet_ids("content", asked.content))
    if asked.theme:
        rows = rows.filter(then__themes__overlap=words.facet_ids("theme", asked.theme))
    if asked.scope:
        rows = rows.filter(scope=asked.scope)
    if asked.form:
        rows = rows.filter(then__form=asked.form)
    if asked.state:
        rows = rows.filter(then__state=asked.state)
    if asked.organisation is not None:
        rows = rows.filter(organisation_id=asked.organisation)
    if text := asked.q.strip():
        rows = rows.filter(called(text, "organisation__"))
    return listing(rows, [("id", "asc")], asked, lambda page: _shown(page, words))


@router.get(
    "/partnerships/{int:id}",
    response=PartnershipOut,
    auth=Bearer(leading(_seen, present_partner)),
    tags=TAGS,
    summary="Read a partnership",
)
def partnership(request: ApiRequest, id: int, asked: Query[OnDay]) -> PartnershipOut:  # noqa: A002
    """Read one stakeholder as it stands on a day."""
    return _one(request, id, asked.on or clock.today())


@router.post(
    "/partnerships",
    response={201: PartnershipOut},
    auth=Bearer(_adding),
    tags=TAGS,
    summary="Add a stakeholder",
)
def add_partnership(request: ApiRequest, body: NewPartnership) -> Status[PartnershipOut]:
    """Put an organisation on the institution's list; with a level it is a partnership."""
    institution: Institution = request.record
    seen = Organisation.objects.visible_to(request.viewer)
    organisation = seen.filter(pk=body.organisation).first()
    if organisation is None or organisation.pk == institution.pk:
        raise invalid("organisation", "there is no such organisation")
    day = body.on or clock.today()
    try:
        with transaction.atomic():
            added, new = adding.add(
                institution,
                organisation,
                by=request.viewer,
                on=day,
                reason=body.reason.strip() or _("Added through the API"),
                language=body.language or "",
                roles=list(body.roles),
                **_facts(institution.pk, body),
            )
            if not new:
                detail = f"The organisation is there already: partnership {added.pk}."
                raise ProblemError(HTTPStatus.CONFLICT, detail)
            if undated := _undated(body):
                describing.describe(
                    added, by=request.viewer, language=body.language or "", **undated
                )
    except standing.StandingError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.CREATED, _one(request, added.pk, day))


@router.patch(
    "/partnerships/{int:id}",
    response=PartnershipOut,
    auth=Bearer(_editable),
    tags=TAGS,
    summary="Change how a stakeholder stands",
)
def change_partnership(
    request: ApiRequest,
    id: int,  # noqa: A002
    body: PartnershipChange,
) -> PartnershipOut:
    """Change level, content, scope and the rest from a day on, with a reason."""
    stakeholder, by = request.record, request.viewer
    day = body.on or clock.today()
    facts, undated = _facts(stakeholder.institution_id, body), _undated(body)
    if not facts and not undated:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Say what changes.")
    if facts and not body.reason.strip():
        raise invalid("reason", "is required")
    try:
        with transaction.atomic():
            if undated:
                describing.describe(stakeholder, by=by, language=body.language or "", **undated)
            if facts:
                standing.change(
                    stakeholder,
                    on=day,
                    reason=body.reason,
                    by=by,
                    language=body.language or "",
                    **facts,
                )
    except standing.StandingError as error:
        raise _refused(error) from error
    return _one(request, id, day)


@router.delete(
    "/partnerships/{int:id}",
    response={204: None},
    auth=Bearer(_editable),
    tags=TAGS,
    summary="End a partnership",
)
def end_partnership(request: ApiRequest, id: int, asked: Query[Ending]) -> Status[None]:  # noqa: A002
    """End a partnership from a day; its path and evidence stay."""
    reason = asked.reason.strip() or _("Ended through the API")
    try:
        standing.end(request.record, on=asked.on or clock.today(), reason=reason, by=request.viewer)
    except standing.StandingError as error:
        raise _refused(error) from error
    return Status(HTTPStatus.NO_CONTENT, None)


class Words:
    """Names of levels, contents and themes of some institutions, each read when needed."""

    def __init__(self, institution_ids: Iterable[int]) -> None:
        self.institution_ids = list(institution_ids)

    @cached_property
    def levels(self) -> dict[int, Level]:
        """The ladders' steps by id."""
        return Level.objects.filter(institution__in=self.institution_ids).in_bulk()

    @cached_property
    def facets(self) -> dict[int, Facet]:
        """Contents and themes by id."""
        return Facet.objects.filter(institution__in=self.institution_ids).in_bulk()

    def level_ids(self, text: str | int) -> list[int]:
        """The levels that are called so or have that rank."""
        return [
            key
            for key, level in self.levels.items()
            if _is_called(level, str(text)) or str(level.rank) == str(text).strip()
        ]

    def facet_ids(self, kind: str, text: str) -> list[int]:
        """The contents or themes that are called so; a name that none has is an error."""
        found = [
            key
            for key, facet in self.facets.items()
            if facet.kind == kind and _is_called(facet, text)
        ]
        if not found:
            raise invalid(kind, f"there is no {kind} called {text}")
        return found


def _is_called(named: Level | Facet, text: str) -> bool:
    wanted = text.strip().casefold()
    return any(
        wanted == getattr(named, f"name_{code}").casefold() != "" for code in ("fi", "sv", "en")
    )


def _institutions(request: ApiRequest, slug: str) -> list[Institution]:
    seen = Institution.objects.visible_to(request.viewer)
    found = list(with_area(seen.at(slug) if slug else seen))
    if slug and not found:
        raise Http404
    return found


def _standing(
    stakeholders: QuerySet[Stakeholder], on: date, institutions: list[Institution]
) -> QuerySet[Any]:
    """The stakeholders of the institutions, with how they stand on the day."""
    if not institutions:
        return stakeholders.none()
    own = stakeholders.filter(institution__in=[institution.pk for institution in institutions])
    rows = standing_on(own, on, institutions[0])
    if len(institutions) > 1:
        rows = rows.annotate(scope=_scope_of_each())
    return rows.annotate(
        valid=F("then__valid"),
        institution_slug=F("institution__organisation__slug"),
        owner_email=F("then__owner__email"),
        owner_given_name=F("then__owner__given_name"),
        owner_family_name=F("then__owner__family_name"),
    )


def _scope_of_each() -> Case:
    """The scope of each row by its own institution's operating area."""
    own = {"institution_id": OuterRef("institution_id")}
    regions = Institution.regions.through.objects.filter(
        **own, region_id=OuterRef("organisation__region_id")
    )
    municipalities = Institution.municipalities.through.objects.filter(
        **own, municipality_id=OuterRef("organisation__municipality_id")
    )
    return Case(
        When(~Q(then__scope_override=""), then=F("then__scope_override")),
        When(Exists(regions) | Exists(municipalities), then=Value(Standing.Scope.REGIONAL.value)),
        When(organisation__country="FI", then=Value(Standing.Scope.NATIONAL.value)),
        default=Value(Standing.Scope.INTERNATIONAL.value),
        output_field=CharField(),
    )


def _has_level(words: Words, text: str) -> Q:
    if text.strip().casefold() == NO_LEVEL:
        return Q(then__level=None)
    found = words.level_ids(text)
    if not found and words.levels:
        raise invalid("level", f"there is no level called {text}")
    return Q(then__level__in=found)


def _facts(institution_id: int, body: _Facts) -> dict[str, Any]:
    """What was sent, as `standing.change` takes it."""
    given = {name: value for name, value in body.given.items() if name in _Facts.model_fields}
    words = Words([institution_id])
    facts: dict[str, Any] = {}
    for name, value in given.items():
        if name == "level":
            facts["level"] = _level(words, value)
        elif name == "content":
            facts["contents"] = [key for text in value for key in words.facet_ids("content", text)]
        elif name == "themes":
            facts["themes"] = [key for text in value for key in words.facet_ids("theme", text)]
        elif name == "scope":
            facts["scope_override"] = value or ""
        elif name == "owner":
            facts["owner"] = _owner(institution_id, value) if value else None
        else:
            facts[name] = value
    return facts


def _undated(body: _Undated) -> dict[str, Any]:
    return {name: value for name, value in body.given.items() if name in _Undated.model_fields}


def _level(words: Words, text: str | int | None) -> Level | None:
    if text is None:
        return None
    found = words.level_ids(text)
    if not found:
        raise invalid("level", f"there is no level called {text}")
    return words.levels[found[0]]


def _owner(institution_id: int, email: str) -> Person:
    today = Affiliation.objects.on(clock.today()).filter(institution_id=institution_id)
    found = Person.objects.filter(
        pk__in=today.values("person_id"), email__iexact=email.strip(), merged_into=None
    ).first()
    if found is None:
        raise invalid("owner", "nobody at the institution has that address")
    return found


def _one(request: ApiRequest, id: int, on: date) -> PartnershipOut:  # noqa: A002
    """A visible stakeholder on a day, by its own institution's area."""
    institutions = with_area(Institution.objects.filter(stakeholders=id))
    rows = _standing(_visible(request), on, list(institutions))
    found = get_object_or_404(rows, pk=id)
    return _shown([found], Words([found.institution_id]))[0]


def _shown(rows: Sequence[Any], words: Words) -> list[PartnershipOut]:
    return [
        PartnershipOut(
            id=row.pk,
            uuid=str(row.uuid),
            institution=row.institution_slug,
            organisation=row.organisation_id,
            organisation_name=row.organisation.name,
            roles=row.roles,
            level=words.levels[row.level_id].name_fi if row.level_id else None,
            level_rank=row.level_rank,
            content=[words.facets[key].name_fi for key in row.contents if key in words.facets],
            themes=[words.facets[key].name_fi for key in row.themes if key in words.facets],
            scope=row.scope,
            form=row.form,
            state=row.state,
            owner=row.owner_email,
            owner_name=f"{row.owner_given_name} {row.owner_family_name}".strip()
            if row.owner_id
            else None,
            goals=row.goals,
            goals_language=row.goals_language or "fi",
            next_step=row.next_step,
            next_step_language=row.next_step_language,
            next_step_on=row.next_step_on,
            notes=row.notes,
            notes_language=row.notes_language,
            valid_from=first_day(row.valid),
            valid_to=last_day(row.valid),
        )
        for row in rows
    ]


def _refused(error: standing.StandingError) -> ProblemError:
    forbidden = isinstance(error, PermissionDenied)
    status = HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.UNPROCESSABLE_ENTITY
    return ProblemError(status, str(error))
