"""The API's contacts: people at stakeholders."""

from collections.abc import Callable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import AfterValidator, BaseModel, Field

from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, Sent, body_field, listing
from solmu.lib.periods import first_day, last_day
from solmu.lib.problems import ProblemError
from solmu.organisations.models import Institution
from solmu.partnerships.models import Contact, Stakeholder
from solmu.partnerships.partner import contacts
from solmu.partnerships.permissions import can_edit
from solmu.people.api_access import ApiRequest, Bearer
from solmu.people.viewer import Viewer

router = Router()

LegalBasis = Literal[
    "legitimate_interest", "public_task", "contract", "consent", "legal_obligation"
]
Language = Literal["", "fi", "sv", "en"]
EDITORS = ("leader", "coordinator", "contributor")


def _email(value: str) -> str:
    if value:
        try:
            validate_email(value)
        except DjangoValidationError:
            raise ValueError("must be an e-mail address") from None
    return value


class ContactOut(BaseModel):
    """A person at a stakeholder."""

    id: int
    partnership: int
    institution: str = Field(description="The institution's slug")
    organisation: int
    organisation_name: str
    person: str = Field(description="The person's UUID; one person can be a contact of many")
    name: str
    given_name: str
    family_name: str
    email: str
    phone: str
    language: str
    title: str
    note: str
    note_language: str
    legal_basis: str
    retention_until: date | None
    valid_from: date | None
    valid_to: date | None


class Filters(Listed):
    """Which contacts, on which day."""

    institution: str = Field("", description="The institution's slug; all of one's own by default")
    partnership: int | None = None
    organisation: int | None = None
    on: Day | None = Field(None, description="Contacts on this day; today by default")
    q: str = Field("", max_length=200, description="Part of a name or an address")


class _Facts(Input):
    given_name: str = Field("", max_length=100)
    family_name: str = Field("", max_length=100)
    email: Annotated[str, AfterValidator(_email)] = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    language: Language = ""
    legal_basis: LegalBasis = "public_task"
    retention_until: Day | None = None
    title: str = Field("", max_length=100)
    note: str = Field("", max_length=200)
    note_language: Language = Field("", description="Of the note; one's own by default")


class NewContact(_Facts):
    """A person to add to a stakeholder."""

    partnership: int
    on: Day | None = Field(None, description="The first day; today by default")


class ContactChange(_Facts):
    """What changes of a contact."""


class Ending(Sent):
    """When a contact ends."""

    on: Day | None = Field(None, description="The last day; today by default")


def visible_contacts(viewer: Viewer) -> QuerySet[Contact]:
    """Contacts that the viewer can see, with what is shown of them."""
    seen: QuerySet[Contact] = Contact.objects.visible_to(viewer)
    return seen.select_related(
        "person", "stakeholder__organisation", "stakeholder__institution__organisation"
    )


def _seen(request: ApiRequest, id: int) -> Contact:  # noqa: A002
    return get_object_or_404(visible_contacts(request.viewer), pk=id)


def _editable(request: ApiRequest, id: int) -> Contact:  # noqa: A002
    contact = _seen(request, id)
    if not can_edit(request.viewer, contact.stakeholder):
        raise PermissionDenied
    return contact


def named_stakeholder(
    request: ApiRequest, may: Callable[[Viewer, Stakeholder], bool]
) -> Stakeholder | None:
    """The stakeholder that the body names; None where it names none and some could be named."""
    viewer = request.viewer
    key = body_field(request, "partnership", int)
    if key is None:
        if not any(viewer.has_role(institution, *EDITORS) for institution in viewer.institutions):
            raise PermissionDenied
        return None
    stakeholder = get_object_or_404(Stakeholder.objects.visible_to(viewer), pk=key)
    if not may(viewer, stakeholder):
        raise PermissionDenied
    return stakeholder


def _adding(request: ApiRequest) -> Stakeholder | None:
    return named_stakeholder(request, can_edit)


@router.get("/contacts", response=Listing[ContactOut], summary="List contacts")
def list_contacts(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the people at stakeholders on a day."""
    rows = visible_contacts(request.viewer).on(asked.on or clock.today())  # type: ignore[attr-defined]
    rows = of_institution(rows, request.viewer, asked.institution)
    if asked.partnership is not None:
        rows = rows.filter(stakeholder_id=asked.partnership)
    if asked.organisation is not None:
        rows = rows.filter(stakeholder__organisation_id=asked.organisation)
    for word in asked.q.split():
        rows = rows.filter(
            Q(person__given_name__icontains=word)
            | Q(person__family_name__icontains=word)
            | Q(person__email__icontains=word)
        )
    return listing(rows, [("id", "asc")], asked, _shown)


@router.get("/contacts/{int:id}", response=ContactOut, auth=Bearer(_seen), summary="Read a contact")
def contact(request: ApiRequest, id: int) -> ContactOut:  # noqa: A002
    """Read one contact."""
    return _shown([request.record])[0]


@router.post("/contacts", response={201: ContactOut}, auth=Bearer(_adding), summary="Add a contact")
def add_contact(request: ApiRequest, body: NewContact) -> Status[ContactOut]:
    """Add a person to a stakeholder; somebody known by address is not entered twice."""
    facts = body.given
    facts.pop("partnership")
    try:
        added = contacts.add(request.record, by=request.viewer, **facts)
    except contacts.ContactError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return Status(HTTPStatus.CREATED, _shown([_seen(request, added.pk)])[0])


@router.patch(
    "/contacts/{int:id}",
    response=ContactOut,
    auth=Bearer(_editable),
    summary="Change a contact",
)
def change_contact(request: ApiRequest, id: int, body: ContactChange) -> ContactOut:  # noqa: A002
    """Change a contact and the person's facts; who has an account keeps their own facts."""
    kept = request.record
    facts = {"title": kept.title, "note": kept.note} | body.given
    if kept.person.user_id and facts.keys() - {"title", "note", "note_language"}:
        raise ProblemError(
            HTTPStatus.CONFLICT, "This person has an account and keeps their own facts."
        )
    try:
        contacts.edit(kept, by=request.viewer, **facts)
    except contacts.ContactError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return _shown([_seen(request, id)])[0]


@router.delete(
    "/contacts/{int:id}", response={204: None}, auth=Bearer(_editable), summary="End a contact"
)
def end_contact(request: ApiRequest, id: int, asked: Query[Ending]) -> Status[None]:  # noqa: A002
    """End a contact; the day given is the last one."""
    try:
        contacts.end(request.record, by=request.viewer, on=asked.on)
    except contacts.ContactError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def of_institution[Row: QuerySet[Any]](rows: Row, viewer: Viewer, slug: str) -> Row:
    """Rows of the institution with the slug, when one is given; 404 where it can't be seen."""
    if not slug:
        return rows
    seen = Institution.objects.visible_to(viewer).at(slug)
    key = seen.values_list("pk", flat=True).first()
    if key is None:
        raise Http404
    return rows.filter(stakeholder__institution_id=key)


def _shown(rows: Sequence[Contact]) -> list[ContactOut]:
    return [
        ContactOut(
            id=row.pk,
            partnership=row.stakeholder_id,
            institution=row.stakeholder.institution.organisation.slug,
            organisation=row.stakeholder.organisation_id,
            organisation_name=row.stakeholder.organisation.name,
            person=str(row.person.uuid),
            name=row.person.name,
            given_name=row.person.given_name,
            family_name=row.person.family_name,
            email=row.person.email,
            phone=row.person.phone,
            language=row.person.language,
            title=row.title,
            note=row.note,
            note_language=row.note_language,
            legal_basis=row.person.legal_basis,
            retention_until=row.person.retention_until,
            valid_from=first_day(row.valid),
            valid_to=last_day(row.valid),
        )
        for row in rows
    ]
