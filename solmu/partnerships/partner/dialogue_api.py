"""The API's dialogue: what is said and done with stakeholders."""

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, listing
from solmu.lib.problems import ProblemError, invalid
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder
from solmu.partnerships.partner import dialogue
from solmu.partnerships.partner.contacts_api import named_stakeholder, of_institution
from solmu.partnerships.permissions import can_edit_dialogue, can_log_dialogue
from solmu.people.api_access import ApiRequest, Bearer

router = Router()

Language = Literal["fi", "sv", "en"]
Kind = Literal["meeting", "call", "visit", "note", "task", "contact"]


class EntryOut(BaseModel):
    """A meeting, call, visit, note or task."""

    id: int
    uuid: str
    partnership: int
    institution: str = Field(description="The institution's slug")
    organisation: int
    organisation_name: str
    kind: str
    on: date
    title: str
    text: str
    language: str
    author: str | None
    contact: int | None
    due_on: date | None = Field(description="When a task is due")
    done_on: date | None = Field(description="When a task was done")
    limited: bool = Field(description="Seen by its author and the leaders alone")
    created_at: datetime


class Filters(Listed):
    """Which entries."""

    institution: str = Field("", description="The institution's slug; all of one's own by default")
    partnership: int | None = None
    organisation: int | None = None
    kind: Kind | None = None
    since: Day | None = Field(None, description="On this day or later")
    until: Day | None = Field(None, description="On this day or earlier")
    open: bool | None = Field(None, description="Tasks that are (true) or aren't (false) open")


class _Facts(Input):
    kind: Kind = "note"
    on: Day | None = Field(None, description="Today by default")
    title: str = Field("", max_length=200)
    text: str = Field("", max_length=20000)
    contact: int | None = Field(None, description="A contact of the same partnership")
    due_on: Day | None = None
    done_on: Day | None = None
    limited: bool = False
    language: Language = Field("fi", description="Of the text; one's own by default")


class NewEntry(_Facts):
    """What to log."""

    partnership: int
    kind: Kind
    title: str = Field(min_length=1, max_length=200)


class EntryChange(_Facts):
    """What changes of an entry."""


def _visible(request: ApiRequest) -> QuerySet[DialogueEntry]:
    seen: QuerySet[DialogueEntry] = DialogueEntry.objects.visible_to(request.viewer)
    return seen.select_related(
        "author", "stakeholder__organisation", "stakeholder__institution__organisation"
    )


def _seen(request: ApiRequest, id: int) -> DialogueEntry:  # noqa: A002
    return get_object_or_404(_visible(request), pk=id)


def _editable(request: ApiRequest, id: int) -> DialogueEntry:  # noqa: A002
    entry = _seen(request, id)
    if not can_edit_dialogue(request.viewer, entry):
        raise PermissionDenied
    return entry


def _logging(request: ApiRequest) -> Stakeholder | None:
    return named_stakeholder(request, can_log_dialogue)


@router.get("/dialogue", response=Listing[EntryOut], summary="List dialogue")
def list_dialogue(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List what is said and done with stakeholders, the latest first."""
    rows = of_institution(_visible(request), request.viewer, asked.institution)
    if asked.partnership is not None:
        rows = rows.filter(stakeholder_id=asked.partnership)
    if asked.organisation is not None:
        rows = rows.filter(stakeholder__organisation_id=asked.organisation)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.since:
        rows = rows.filter(on__gte=asked.since)
    if asked.until:
        rows = rows.filter(on__lte=asked.until)
    if asked.open is not None:
        rows = rows.filter(kind=DialogueEntry.Kind.TASK, done_on__isnull=asked.open)
    return listing(rows, [("on", "desc"), ("id", "desc")], asked, _shown)


@router.get("/dialogue/{int:id}", response=EntryOut, auth=Bearer(_seen), summary="Read an entry")
def entry(request: ApiRequest, id: int) -> EntryOut:  # noqa: A002
    """Read one entry."""
    return _shown([request.record])[0]


@router.post("/dialogue", response={201: EntryOut}, auth=Bearer(_logging), summary="Log an entry")
def log_entry(request: ApiRequest, body: NewEntry) -> Status[EntryOut]:
    """Log a meeting, call, visit, note or task; what both sides took part in becomes evidence."""
    stakeholder: Stakeholder = request.record
    facts = body.given
    facts.pop("partnership")
    facts["on"] = body.on or clock.today()
    facts["contact"] = _contact(stakeholder, body.contact)
    try:
        logged = dialogue.log(stakeholder, by=request.viewer, **facts)
    except dialogue.DialogueError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return Status(HTTPStatus.CREATED, _shown([_seen(request, logged.pk)])[0])


@router.patch(
    "/dialogue/{int:id}", response=EntryOut, auth=Bearer(_editable), summary="Change an entry"
)
def change_entry(request: ApiRequest, id: int, body: EntryChange) -> EntryOut:  # noqa: A002
    """Change an entry; its evidence follows."""
    facts = body.given
    if facts.get("on", clock.today()) is None:
        raise invalid("on", "must be a day")
    if "contact" in facts:
        facts["contact"] = _contact(request.record.stakeholder, body.contact)
    try:
        dialogue.edit(request.record, by=request.viewer, **facts)
    except dialogue.DialogueError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return _shown([_seen(request, id)])[0]


@router.delete(
    "/dialogue/{int:id}", response={204: None}, auth=Bearer(_editable), summary="Remove an entry"
)
def remove_entry(request: ApiRequest, id: int) -> Status[None]:  # noqa: A002
    """Take away an entry that was logged by mistake; the history keeps what it said."""
    dialogue.remove(request.record, by=request.viewer)
    return Status(HTTPStatus.NO_CONTENT, None)


def _contact(stakeholder: Stakeholder, key: int | None) -> Contact | None:
    if key is None:
        return None
    found = Contact.objects.filter(stakeholder=stakeholder, pk=key).first()
    if found is None:
        raise invalid("contact", "there is no such contact of this partnership")
    return found


def _shown(rows: Sequence[DialogueEntry]) -> list[EntryOut]:
    return [
        EntryOut(
            id=row.pk,
            uuid=str(row.uuid),
            partnership=row.stakeholder_id,
            institution=row.stakeholder.institution.organisation.slug,
            organisation=row.stakeholder.organisation_id,
            organisation_name=row.stakeholder.organisation.name,
            kind=row.kind,
            on=row.on,
            title=row.title,
            text=row.text,
            language=row.language,
            author=row.author.name if row.author else None,
            contact=row.contact_id,
            due_on=row.due_on,
            done_on=row.done_on,
            limited=row.limited,
            created_at=row.created_at,
        )
        for row in rows
    ]
