"""The API's attempts: how the test went, for those who run the training and for oneself."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.lib.api_types import Input, Listed, Listing, body_field, listing
from solmu.lib.problems import invalid
from solmu.people.api_access import ApiRequest, Bearer
from solmu.training.exam import taking
from solmu.training.exam.models import Attempt
from solmu.training.exam.taking import TestError
from solmu.training.models import Enrolment
from solmu.training.permissions import is_participant

router = Router()


class AttemptOut(BaseModel):
    """One attempt at the test."""

    id: int
    uuid: str
    programme: str = Field(description="The programme's slug")
    enrolment: int
    number: int
    questions: int
    started_at: datetime
    ends_at: datetime | None = Field(description="Null: no time limit")
    submitted_at: datetime | None
    submitted_on: date | None
    right: int | None = Field(description="Right answers; null before it is submitted, or held")
    score: str | None = Field(description="Right answers in per cent")
    passed: bool | None
    parts: dict[str, list[int]] = Field(description="Of each part: right answers, questions")


class Filters(Listed):
    """Which attempts."""

    programme: str = Field("", description="The programme's slug")
    cohort: int | None = None
    enrolment: int | None = None
    passed: bool | None = None


class NewAttempt(Input):
    """A start of one's own test; one that is open goes on."""

    enrolment: int


def _visible(request: ApiRequest) -> QuerySet[Attempt]:
    seen: QuerySet[Attempt] = Attempt.objects.visible_to(request.viewer)
    return seen.select_related("enrolment__programme")


def _seen(request: ApiRequest, id: int) -> Attempt:  # noqa: A002
    return get_object_or_404(_visible(request), pk=id)


def _starting(request: ApiRequest) -> Enrolment | None:
    pk = body_field(request, "enrolment", int)
    if pk is None:
        if request.viewer.person_id is None:
            raise PermissionDenied
        return None
    rows = Enrolment.objects.select_related("programme", "cohort")
    own = rows.own(request.viewer).filter(pk=pk).first()
    if own is not None and is_participant(request.viewer, own):
        return own
    get_object_or_404(Enrolment.objects.visible_to(request.viewer), pk=pk)
    raise PermissionDenied


@router.get("/attempts", response=Listing[AttemptOut], summary="List attempts")
def attempts(request: ApiRequest, asked: Query[Filters]) -> dict[str, Any]:
    """List the attempts that the viewer sees, the latest first."""
    rows = _visible(request)
    if asked.programme:
        rows = rows.filter(enrolment__programme__slug=asked.programme)
    if asked.cohort is not None:
        rows = rows.filter(enrolment__cohort=asked.cohort)
    if asked.enrolment is not None:
        rows = rows.filter(enrolment=asked.enrolment)
    if asked.passed is not None:
        rows = rows.filter(passed=asked.passed)
    return listing(
        rows, [("id", "desc")], asked, lambda page: [_told(request, one) for one in page]
    )


@router.get(
    "/attempts/{int:id}", response=AttemptOut, auth=Bearer(_seen), summary="Read an attempt"
)
def attempt(request: ApiRequest, id: int) -> AttemptOut:  # noqa: A002
    """Read one attempt."""
    return _told(request, request.record)


@router.post(
    "/attempts", response={201: AttemptOut}, auth=Bearer(_starting), summary="Start the test"
)
def start_attempt(request: ApiRequest, body: NewAttempt) -> Status[AttemptOut]:
    """Start one's own test; its questions are answered on its page."""
    enrolment: Enrolment = request.record
    try:
        made = taking.start(enrolment, by=request.viewer)
    except TestError as error:
        raise invalid("enrolment", str(error)) from error
    return Status(HTTPStatus.CREATED, _told(request, _seen(request, made.pk)))


def _told(request: ApiRequest, one: Attempt) -> AttemptOut:
    enrolment = one.enrolment
    # A participant's own result is told when the programme tells it.
    held = (
        enrolment.programme.holds_results
        and enrolment.person_id == request.viewer.person_id
        and taking.opening(enrolment).why == taking.HELD
    )
    return AttemptOut(
        id=one.pk,
        uuid=str(one.uuid),
        programme=enrolment.programme.slug,
        enrolment=enrolment.pk,
        number=one.number,
        questions=len(one.paper),
        started_at=one.started_at,
        ends_at=one.ends_at,
        submitted_at=one.submitted_at,
        submitted_on=one.submitted_on,
        right=None if held else one.right_answers,
        score=None if held or one.score is None else str(one.score),
        passed=None if held else one.passed,
        parts={} if held else one.parts,
    )
