"""The API's training: programmes with their starts, cohorts, enrolments."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from solmu.imports.cleaning import CleaningError
from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, body_field, listing
from solmu.lib.composed import composed
from solmu.lib.problems import invalid
from solmu.lib.startrule import RuleError, StartRule
from solmu.organisations.fields import FIELDS
from solmu.organisations.models import Institution, Municipality
from solmu.people.api_access import ApiRequest, Bearer
from solmu.training import cohorts, enrolling, placing, setting_up, states, workplaces
from solmu.training.enrolling import Application, EnrolError
from solmu.training.forms import RESERVED
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.permissions import can_found, can_run, can_set_up, is_participant

router = Router()

Language = Literal["fi", "sv", "en"]
State = Literal[
    "unconfirmed", "waiting", "applied", "invited", "account_ready", "account_checked", "started",
    "studying", "tested", "passed", "certified", "failed", "lapsed", "withdrawn",
]  # fmt: skip


class ProgrammeOut(BaseModel):
    """A programme of training."""

    slug: str
    uuid: str
    name: str
    institution: str = Field(description="The institution's slug")
    about: str
    for_whom: str
    price: str
    languages: list[str]
    hours: int
    rule: str = Field(description="When it starts, such as `1 tue working`")
    rule_in_words: str
    access_days: int
    places: int | None
    questions: int
    pass_percent: int
    minutes: int | None
    attempts: int
    attempt_gap_days: int
    public: bool
    ended_on: datetime.date | None


class StartsOut(BaseModel):
    """The days when a programme starts in a year."""

    starts: list[datetime.date]


class _ProgrammeFacts(Input):
    name_sv: str | None = Field(None, max_length=160)
    name_en: str | None = Field(None, max_length=160)
    about_fi: str | None = Field(None, max_length=10000)
    about_sv: str | None = Field(None, max_length=10000)
    about_en: str | None = Field(None, max_length=10000)
    for_whom_fi: str | None = Field(None, max_length=10000)
    price_fi: str | None = Field(None, max_length=160)
    hours: int | None = Field(None, ge=1, le=400)
    access_days: int | None = Field(None, ge=1, le=730)
    places: int | None = Field(None, ge=1, le=100_000)
    questions: int | None = Field(None, ge=1, le=200)
    pass_percent: int | None = Field(None, ge=1, le=100)
    minutes: int | None = Field(None, ge=5, le=600)
    attempts: int | None = Field(None, ge=1, le=20)
    attempt_gap_days: int | None = Field(None, ge=0, le=60)
    public: bool | None = None


class NewProgramme(_ProgrammeFacts):
    """A programme of one's institution."""

    slug: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")
    name_fi: str = Field(min_length=1, max_length=160)
    rule: str = Field("1 tue working", max_length=80)
    languages: list[Language] = Field(["fi"], min_length=1)


class ProgrammeChange(_ProgrammeFacts):
    """What changes."""

    name_fi: str | None = Field(None, min_length=1, max_length=160)
    rule: str | None = Field(None, max_length=80)
    languages: list[Language] | None = Field(None, min_length=1)
    ended_on: Day | None = None


class CohortOut(BaseModel):
    """Those who start on the same day."""

    id: int
    uuid: str
    programme: str = Field(description="The programme's slug")
    starts_on: datetime.date
    access_until: datetime.date = Field(description="The last day of access")
    places: int | None
    participants: int
    waiting: int
    state: str


class NewCohort(Input):
    """A start beside those of the rule."""

    programme: str
    starts_on: Day
    places: int | None = Field(None, ge=1, le=100_000)
    note: str = Field("", max_length=2000)


class CohortChange(Input):
    """What changes."""

    places: int | None = Field(None, ge=1, le=100_000)
    meeting_url: str | None = Field(None, max_length=200)
    recording_url: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=2000)


class EnrolmentOut(BaseModel):
    """Somebody's way through a programme."""

    id: int
    uuid: str
    programme: str = Field(description="The programme's slug")
    name: str
    email: str
    phone: str
    workplace: str
    business_id: str
    field: str
    municipality: str
    language: str
    state: State
    cohort: int | None = Field(description="The cohort's id")
    starts_on: datetime.date | None
    access_until: datetime.date | None
    score: float | None = Field(description="The best test, in per cent")
    certificate: str | None = Field(description="The certificate's code, to verify")
    applied_at: datetime.datetime


class NewEnrolment(Input):
    """An application. From those who run the training it holds at once; else a link confirms it.

    Whoever is enrolled already is answered with that enrolment.
    """

    programme: str
    name: str = Field(min_length=1, max_length=200)
    email: str = Field(min_length=3, max_length=254)
    workplace: str = Field("", max_length=200)
    phone: str = Field("", max_length=40)
    business_id: str = Field("", max_length=20)
    field: str = Field("", max_length=40)
    municipality: str = Field("", max_length=3)
    language: Language = "fi"
    postal_address: str = Field("", max_length=300, description="Only for a certificate on paper")
    cohort: int | None = Field(None, description="By default the next one with room")


class EnrolmentChange(Input):
    """What changes."""

    name: str | None = Field(None, min_length=1, max_length=200)
    phone: str | None = Field(None, max_length=40)
    workplace: str | None = Field(None, max_length=200)
    business_id: str | None = Field(None, max_length=20)
    language: Language | None = None
    cohort: int | None = None


class OfProgramme(Listed):
    """Of which programme."""

    programme: str = Field("", description="The programme's slug")


class EnrolmentFilters(OfProgramme):
    """Which enrolments."""

    cohort: int | None = None
    state: State | None = None


# Programmes


def _programmes(request: ApiRequest) -> QuerySet[Programme]:
    seen = Programme.objects.visible_to(request.viewer)
    return seen.select_related("institution__organisation")


def _programme(request: ApiRequest, slug: str) -> Programme:
    return get_object_or_404(_programmes(request), slug=slug)


def _own_programme(request: ApiRequest, slug: str) -> Programme:
    found = _programme(request, slug)
    if not can_set_up(request.viewer, found):
        raise PermissionDenied
    return found


def _founding(request: ApiRequest) -> Institution:
    if not can_found(request.viewer) or request.viewer.institution_id is None:
        raise PermissionDenied
    return Institution.objects.get(pk=request.viewer.institution_id)


@router.get("/programmes", response=Listing[ProgrammeOut], summary="List programmes")
def programmes(request: ApiRequest, asked: Query[Listed]) -> dict[str, Any]:
    """List the programmes that are public or run by the viewer."""
    return listing(
        _programmes(request), [("id", "asc")], asked, lambda page: [_told(one) for one in page]
    )


@router.get(
    "/programmes/{slug}", response=ProgrammeOut, auth=Bearer(_programme), summary="Read a programme"
)
def programme(request: ApiRequest, slug: str) -> ProgrammeOut:
    """Read one programme."""
    return _told(request.record)


@router.get(
    "/programmes/{slug}/starts",
    response=StartsOut,
    auth=Bearer(_programme),
    summary="When a programme starts in a year",
)
def programme_starts(
    request: ApiRequest, slug: str, year: Query[int | None] = None
) -> dict[str, Any]:
    """Compute the starts of any year by the rule, with its exceptions."""
    chosen = clock.today().year if year is None else year
    if not 1990 <= chosen <= 2100:
        raise invalid("year", "must be from 1990 to 2100")
    first, last = datetime.date(chosen, 1, 1), datetime.date(chosen, 12, 31)
    return {"starts": cohorts.coming_starts(request.record, first, last)}


@router.post(
    "/programmes",
    response={201: ProgrammeOut},
    auth=Bearer(_founding),
    summary="Found a programme",
)
def add_programme(request: ApiRequest, body: NewProgramme) -> Status[ProgrammeOut]:
    """Found a programme of one's institution, with a year of starts."""
    if body.slug in RESERVED or Programme.objects.filter(slug=body.slug).exists():
        raise invalid("slug", "is taken")
    facts = {name: value for name, value in body.given.items() if value is not None}
    facts["languages"] = list(dict.fromkeys(body.languages))
    facts["rule"] = _rule(body.rule)
    made = setting_up.found(request.record, body.slug, facts, by=request.viewer)
    return Status(HTTPStatus.CREATED, _told(_programme(request, made.slug)))


@router.patch(
    "/programmes/{slug}",
    response=ProgrammeOut,
    auth=Bearer(_own_programme),
    summary="Change a programme",
)
def change_programme(request: ApiRequest, slug: str, body: ProgrammeChange) -> ProgrammeOut:
    """Change a programme; starts that nobody has applied for follow."""
    empties = {"places", "ended_on"}
    facts = {n: v for n, v in body.given.items() if v is not None or n in empties}
    if "rule" in facts:
        facts["rule"] = _rule(facts["rule"])
    if "languages" in facts:
        facts["languages"] = list(dict.fromkeys(facts["languages"]))
    setting_up.change(request.record, facts, by=request.viewer)
    return _told(_programme(request, slug))


def _rule(code: str) -> str:
    try:
        return StartRule.parse(code).code
    except RuleError as error:
        raise invalid("rule", str(error)) from error


def _told(one: Programme) -> ProgrammeOut:
    return ProgrammeOut(
        slug=one.slug,
        uuid=str(one.uuid),
        name=one.name,
        institution=one.institution.organisation.slug,
        about=one.about,
        for_whom=one.for_whom,
        price=one.price,
        languages=one.languages,
        hours=one.hours,
        rule=one.rule,
        rule_in_words=one.start_rule.words,
        access_days=one.access_days,
        places=one.places,
        questions=one.questions,
        pass_percent=one.pass_percent,
        minutes=one.minutes,
        attempts=one.attempts,
        attempt_gap_days=one.attempt_gap_days,
        public=one.public,
        ended_on=one.ended_on,
    )


# Cohorts


def _cohorts(request: ApiRequest) -> QuerySet[Cohort]:
    """Those that one runs, and of public programmes those that can be chosen."""
    run = Cohort.objects.visible_to(request.viewer).values("pk")
    seen = Cohort.objects.filter(
        Q(pk__in=run) | Q(programme__public=True, state=Cohort.State.PLANNED)
    )
    return cohorts.with_taken(seen).select_related("programme")


def _cohort(request: ApiRequest, id: int) -> Cohort:  # noqa: A002
    return get_object_or_404(_cohorts(request), pk=id)


def _run_cohort(request: ApiRequest, id: int) -> Cohort:  # noqa: A002
    found = _cohort(request, id)
    if not can_run(request.viewer, found.programme):
        raise PermissionDenied
    return found


def _adding_cohort(request: ApiRequest) -> Programme | None:
    slug = body_field(request, "programme", str)
    if slug is None:
        if not Programme.objects.run_by(request.viewer).exists():
            raise PermissionDenied
        return None
    found = _programme(request, slug)
    if not can_run(request.viewer, found):
        raise PermissionDenied
    return found


@router.get("/cohorts", response=Listing[CohortOut], summary="List cohorts")
def list_cohorts(request: ApiRequest, asked: Query[OfProgramme]) -> dict[str, Any]:
    """List the starts that the viewer may know, the earliest first."""
    rows = _cohorts(request)
    if asked.programme:
        rows = rows.filter(programme__slug=asked.programme)
    return listing(
        rows,
        [("starts_on", "asc"), ("id", "asc")],
        asked,
        lambda page: [_cohort_told(one) for one in page],
    )


@router.get("/cohorts/{int:id}", response=CohortOut, auth=Bearer(_cohort), summary="Read a cohort")
def read_cohort(request: ApiRequest, id: int) -> CohortOut:  # noqa: A002
    """Read one start."""
    return _cohort_told(request.record)


@router.post(
    "/cohorts", response={201: CohortOut}, auth=Bearer(_adding_cohort), summary="Add a cohort"
)
def add_cohort(request: ApiRequest, body: NewCohort) -> Status[CohortOut]:
    """Add a start beside those of the rule."""
    try:
        made = cohorts.found(
            request.record,
            body.starts_on,
            places=body.places,
            note=body.note,
            by=request.viewer,
        )
    except cohorts.CohortError as error:
        raise invalid("starts_on", str(error)) from error
    return Status(HTTPStatus.CREATED, _cohort_told(_cohort(request, made.pk)))


@router.patch(
    "/cohorts/{int:id}", response=CohortOut, auth=Bearer(_run_cohort), summary="Change a cohort"
)
def change_cohort(request: ApiRequest, id: int, body: CohortChange) -> CohortOut:  # noqa: A002
    """Change what a start has of its own."""
    cohort: Cohort = request.record
    given = body.given
    cohorts.change(
        cohort,
        places=given.get("places", cohort.places),
        by=request.viewer,
        **{
            name: given.get(name) or ("" if name in given else getattr(cohort, name))
            for name in ("meeting_url", "recording_url", "note")
        },
    )
    return _cohort_told(_cohort(request, id))


@router.delete(
    "/cohorts/{int:id}", response={204: None}, auth=Bearer(_run_cohort), summary="Cancel a cohort"
)
def cancel_cohort(request: ApiRequest, id: int) -> Status[None]:  # noqa: A002
    """Cancel a start; those who were coming go to the next one."""
    try:
        cohorts.cancel(request.record, why="", by=request.viewer)
    except cohorts.CohortError as error:
        raise invalid("", str(error)) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def _cohort_told(one: Any) -> CohortOut:
    return CohortOut(
        id=one.pk,
        uuid=str(one.uuid),
        programme=one.programme.slug,
        starts_on=one.starts_on,
        access_until=one.access_until,
        places=one.places,
        participants=one.taken,
        waiting=one.waiting,
        state=one.state,
    )


# Enrolments


def _enrolments(request: ApiRequest) -> QuerySet[Enrolment]:
    seen = Enrolment.objects.known_to(request.viewer)
    return seen.select_related("person", "programme", "cohort")


def _enrolment(request: ApiRequest, id: int) -> Enrolment:  # noqa: A002
    return get_object_or_404(_enrolments(request), pk=id)


def _own_enrolment(request: ApiRequest, id: int) -> Enrolment:  # noqa: A002
    found = _enrolment(request, id)
    if not can_run(request.viewer, found.programme) and not is_participant(request.viewer, found):
        raise PermissionDenied
    return found


@router.get("/enrolments", response=Listing[EnrolmentOut], summary="List enrolments")
def enrolments(request: ApiRequest, asked: Query[EnrolmentFilters]) -> dict[str, Any]:
    """List the enrolments in programmes that the viewer runs, and their own."""
    rows = _enrolments(request)
    if asked.programme:
        rows = rows.filter(programme__slug=asked.programme)
    if asked.cohort is not None:
        rows = rows.filter(cohort_id=asked.cohort)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return listing(rows, [("id", "asc")], asked, _enrolments_told)


@router.get(
    "/enrolments/{int:id}",
    response=EnrolmentOut,
    auth=Bearer(_enrolment),
    summary="Read an enrolment",
)
def enrolment(request: ApiRequest, id: int) -> EnrolmentOut:  # noqa: A002
    """Read one enrolment."""
    return _enrolments_told([request.record])[0]


@router.post(
    "/enrolments", response={201: EnrolmentOut, 200: EnrolmentOut}, summary="Enrol somebody"
)
def add_enrolment(request: ApiRequest, body: NewEnrolment) -> Status[EnrolmentOut]:
    """Enrol somebody; who is enrolled already is answered with 200 and that enrolment."""
    found = _programmes(request).filter(slug=body.programme).first()
    if found is None:
        raise invalid("programme", "there is no such programme")
    if not body.name.strip():
        raise invalid("name", "is required")
    given, family = enrolling.split_name(body.name)
    one = Application(
        given_name=given,
        family_name=family,
        email=_email(body.email),
        phone=body.phone,
        workplace_name=body.workplace.strip(),
        business_id=_business_id(body.business_id),
        field=_field(body.field),
        municipality=_municipality(body.municipality),
        language=body.language,
        wants_paper=bool(body.postal_address.strip()),
        postal_address=body.postal_address,
        cohort_id=body.cohort,
        source="api",
    )
    runs = can_run(request.viewer, found)
    try:
        made, new = enrolling.apply(found, one, by=request.viewer, confirmed=runs)
    except EnrolError as error:
        raise invalid(error.field or "programme", str(error)) from error
    row = Enrolment.objects.select_related("person", "programme", "cohort").get(pk=made.pk)
    if not runs and not is_participant(request.viewer, row):
        # Whoever enrols others learns nothing of those who are enrolled: the answer is that of a
        # new application, whether it is one or not.
        answer = _enrolments_told([row])[0]
        return Status(HTTPStatus.CREATED, _as_sent(answer, body))
    status = HTTPStatus.CREATED if new else HTTPStatus.OK
    return Status(status, _enrolments_told([row])[0])


def _as_sent(answer: EnrolmentOut, body: NewEnrolment) -> EnrolmentOut:
    return answer.model_copy(
        update={
            "name": body.name,
            "email": body.email,
            "phone": body.phone,
            "workplace": body.workplace,
            "business_id": body.business_id,
            "field": body.field,
            "municipality": body.municipality,
            "language": body.language,
            "state": "unconfirmed",
            "cohort": body.cohort,
            "starts_on": None,
            "access_until": None,
            "score": None,
            "certificate": None,
            "applied_at": clock.now(),
        }
    )


@router.patch(
    "/enrolments/{int:id}",
    response=EnrolmentOut,
    auth=Bearer(_own_enrolment),
    summary="Change an enrolment",
)
def change_enrolment(request: ApiRequest, id: int, body: EnrolmentChange) -> EnrolmentOut:  # noqa: A002
    """Correct the details, or choose another start."""
    row: Enrolment = request.record
    facts: dict[str, Any] = {}
    if body.name is not None:
        facts["given_name"], facts["family_name"] = enrolling.split_name(body.name)
    if body.business_id is not None:
        facts["business_id"] = _business_id(body.business_id)
    for name, field in (("phone", "phone"), ("workplace", "workplace_name"),
                        ("language", "language")):  # fmt: skip
        if getattr(body, name) is not None:
            facts[field] = getattr(body, name)
    if facts:
        enrolling.correct(row, facts, by=request.viewer)
    if body.cohort is not None and body.cohort != row.cohort_id:
        cohort = Cohort.objects.filter(pk=body.cohort, programme=row.programme).first()
        if cohort is None:
            raise invalid("cohort", "there is no such start")
        try:
            if can_run(request.viewer, row.programme):
                placing.place(row, cohort, by=request.viewer)
            else:
                enrolling.change_start(row, cohort, by=request.viewer)
        except (EnrolError, placing.PlacingError, states.StateError) as error:
            raise invalid("cohort", str(error)) from error
    return _enrolments_told([_enrolment(request, id)])[0]


@router.delete(
    "/enrolments/{int:id}",
    response={204: None},
    auth=Bearer(_own_enrolment),
    summary="Withdraw an enrolment",
)
def withdraw_enrolment(request: ApiRequest, id: int) -> Status[None]:  # noqa: A002
    """Withdraw; the place goes to whoever has waited longest."""
    try:
        enrolling.withdraw(request.record, by=request.viewer)
    except EnrolError as error:
        raise invalid("", str(error)) from error
    return Status(HTTPStatus.NO_CONTENT, None)


def _email(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError as error:
        raise invalid("email", "is no e-mail address") from error
    return text.strip()


def _business_id(text: str) -> str:
    try:
        return workplaces.checked(text)
    except CleaningError as error:
        raise invalid("business_id", str(error)) from error


def _field(code: str) -> str:
    if code and code not in FIELDS:
        raise invalid("field", f"must be one of {', '.join(FIELDS)}")
    return code


def _municipality(code: str) -> str:
    if code and not Municipality.objects.filter(code=code).exists():
        raise invalid("municipality", "there is no municipality of that code")
    return code


def _enrolments_told(rows: Sequence[Enrolment]) -> list[EnrolmentOut]:
    ids = [row.pk for row in rows]
    codes: dict[int, str] = {}
    for of_enrolments in composed("CERTIFICATE_CODES"):
        codes |= of_enrolments(ids)
    return [
        EnrolmentOut(
            id=row.pk,
            uuid=str(row.uuid),
            programme=row.programme.slug,
            name=row.person.name,
            email=row.person.email,
            phone=row.person.phone,
            workplace=row.workplace_name,
            business_id=row.business_id,
            field=row.field,
            municipality=row.municipality,
            language=row.language,
            state=cast("State", row.state),
            cohort=row.cohort_id,
            starts_on=row.cohort.starts_on if row.cohort else None,
            access_until=row.last_day,
            score=None if row.score is None else float(row.score),
            certificate=codes.get(row.pk),
            applied_at=row.applied_at,
        )
        for row in rows
    ]
