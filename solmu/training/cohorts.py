"""Cohorts: made by the rule for the coming year, founded, changed and cancelled by people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.jobs.tasks import periodic
from solmu.lib import clock
from solmu.lib.startrule import starts
from solmu.people.viewer import Viewer
from solmu.training import mails, placing, states
from solmu.training.models import Cohort, Enrolment, Programme, StartException

AHEAD = timedelta(days=365)


class CohortError(ValueError):
    """A cohort can't be made or changed so; the text says why."""


def coming_starts(programme: Programme, first: date, last: date) -> list[date]:
    """The days when the programme starts between two days, by its rule with its exceptions."""
    exceptions = [(one.day, one.other) for one in programme.exceptions.all()]
    return starts(programme.start_rule, first, last, exceptions)


def with_taken(cohorts: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """Cohorts with `taken`, how many hold a place, and `waiting`, how many wait for one."""
    return cohorts.annotate(
        taken=Count("enrolments", filter=Q(enrolments__state__in=states.PLACED)),
        waiting=Count("enrolments", filter=Q(enrolments__state=states.State.WAITING)),
    )


def open_cohorts(programme: Programme, *, most: int | None = None) -> list[Cohort]:
    """Those that can be chosen, the nearest first; each with `taken` and `waiting`."""
    found = with_taken(programme.cohorts.filter(_open())).order_by("starts_on", "pk")
    rows = list(found[:most] if most else found)
    for row in rows:
        row.programme = programme
    return rows


def _open() -> Q:
    return Q(state=Cohort.State.PLANNED, starts_on__gt=clock.today())


@periodic("7 * * * *", "training.make_cohorts")
def make_cohorts() -> None:
    """Make the coming year's cohorts of every programme that is offered."""
    today = clock.today()
    by = Viewer.system(gettext_noop("cohorts made by the rule"))
    for programme in Programme.objects.offered(today).prefetch_related("exceptions"):
        make_coming(programme, by=by)


@transaction.atomic
def make_coming(programme: Programme, *, by: Viewer) -> int:
    """Make the cohorts that the rule gives for a year and that are not there; says how many.

    Those that the rule gives no more, and for which nobody has applied, are cleared away; what a
    person founded or cancelled stays as it is.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    today = clock.today()
    last = today + AHEAD
    if programme.ended_on:
        last = min(last, programme.ended_on - timedelta(days=1))
    wanted = set(coming_starts(programme, today + timedelta(days=1), last))
    planned = programme.cohorts.filter(_open(), by_hand=False)
    there = set(programme.cohorts.filter(starts_on__gt=today).values_list("starts_on", flat=True))
    with history.acting(by, gettext_noop("cohorts made by the rule")):
        planned.exclude(starts_on__in=wanted).exclude(
            Exists(Enrolment.objects.filter(cohort=OuterRef("pk")))
        ).delete()
        made = Cohort.objects.bulk_create(
            Cohort(
                programme=programme,
                starts_on=day,
                access_until=day + timedelta(days=programme.access_days),
                places=programme.places,
                meeting_url=programme.meeting_url,
            )
            for day in sorted(wanted - there)
        )
    return len(made)


def follow_programme(programme: Programme, was: dict[str, Any], *, by: Viewer) -> None:
    """Starts that lie ahead have the programme's new length, places and meeting, if not their own.

    What those who have applied were promised stays: their start keeps its last day.
    """
    ahead = programme.cohorts.filter(_open())
    empty = ahead.exclude(
        Exists(
            Enrolment.objects.filter(cohort=OuterRef("pk")).exclude(state=states.State.WITHDRAWN)
        )
    )
    with history.acting(by, gettext_noop("training changed")):
        if "access_days" in was:
            length = timedelta(days=programme.access_days)
            for cohort in empty:
                cohort.access_until = cohort.starts_on + length
                cohort.save(update_fields=["access_until"])
        for name in ("places", "meeting_url"):
            if name in was:
                ahead.filter(**{name: was[name]}).update(**{name: getattr(programme, name)})
    if "places" in was:
        for cohort in ahead:
            placing.move_up(cohort, by=by)


@transaction.atomic
def found(
    programme: Programme, starts_on: date, *, places: int | None, by: Viewer, note: str = ""
) -> Cohort:
    """Found a cohort beside those of the rule."""
    if starts_on <= clock.today():
        raise CohortError(_("The start must be in the future."))
    try:
        with transaction.atomic(), history.acting(by, gettext_noop("cohort founded")):
            return Cohort.objects.create(
                programme=programme,
                starts_on=starts_on,
                access_until=starts_on + timedelta(days=programme.access_days),
                places=places,
                meeting_url=programme.meeting_url,
                note=note,
                by_hand=True,
            )
    except IntegrityError as error:
        raise CohortError(_("There is a start on that day already.")) from error


@transaction.atomic
def change(
    cohort: Cohort,
    *,
    places: int | None,
    meeting_url: str,
    recording_url: str,
    note: str,
    by: Viewer,
) -> Cohort:
    """Change what a cohort has of its own; more places let people in from the waiting list."""
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    row.places, row.note = places, note
    row.meeting_url, row.recording_url = meeting_url, recording_url
    with history.acting(by, gettext_noop("cohort changed")):
        row.save(update_fields=["places", "meeting_url", "recording_url", "note"])
    placing.move_up(row, by=by)
    return row


@transaction.atomic
def cancel(cohort: Cohort, *, why: str, by: Viewer) -> list[Enrolment]:
    """Cancel a start; those who were coming go to the next one and are told so."""
    row = Cohort.objects.select_for_update().select_related("programme").get(pk=cohort.pk)
    if row.state != Cohort.State.PLANNED:
        raise CohortError(_("Only a start that has not begun can be cancelled."))
    row.state = Cohort.State.CANCELLED
    with history.acting(by, why or gettext_noop("cohort cancelled")):
        row.save(update_fields=["state"])
    moved = []
    coming = row.enrolments.filter(
        state__in=[*states.BEFORE_START, states.State.WAITING, states.State.UNCONFIRMED]
    )
    for enrolment in coming.select_related("person", "programme").order_by("applied_at", "pk"):
        was_unconfirmed = enrolment.state == states.State.UNCONFIRMED
        placing.place(enrolment, None, by=by, why=gettext_noop("the start was cancelled"))
        if not was_unconfirmed:
            mails.start_cancelled(enrolment, row, why)
        moved.append(enrolment)
    return moved


@transaction.atomic
def except_start(
    programme: Programme, *, day: date | None, other: date | None, why: str, by: Viewer
) -> StartException:
    """Skip, move or add a start, and have the cohorts follow where nobody has applied yet."""
    if day is None and other is None:
        raise CohortError(_("Say which start, or which day instead."))
    if day and day not in programme.start_rule.between(day, day):
        raise CohortError(_("The rule gives no start on that day."))
    if other and other <= clock.today():
        raise CohortError(_("The start must be in the future."))
    try:
        with transaction.atomic(), history.acting(by, gettext_noop("exception to the start rule")):
            made = StartException.objects.create(programme=programme, day=day, other=other, why=why)
    except IntegrityError as error:
        raise CohortError(_("There is an exception for that start already.")) from error
    make_coming(programme, by=by)
    if day:
        _follow_exception(programme, day, other, why, by=by)
    return made


def _follow_exception(
    programme: Programme, day: date, other: date | None, why: str, *, by: Viewer
) -> None:
    """Those who had applied for a start that is gone go to the day instead, else to the next."""
    gone = programme.cohorts.filter(_open(), starts_on=day, by_hand=False).first()
    if gone is None:
        return
    cohort = programme.cohorts.filter(starts_on=other).first() if other else None
    gone.state = Cohort.State.CANCELLED
    with history.acting(by, why or gettext_noop("exception to the start rule")):
        gone.save(update_fields=["state"])
    coming = gone.enrolments.filter(
        state__in=[*states.BEFORE_START, states.State.WAITING, states.State.UNCONFIRMED]
    )
    for enrolment in coming.select_related("person", "programme").order_by("applied_at", "pk"):
        unconfirmed = enrolment.state == states.State.UNCONFIRMED
        placing.place(enrolment, cohort, by=by, why=gettext_noop("the start was moved"))
        if not unconfirmed:
            mails.start_cancelled(enrolment, gone, why)


@transaction.atomic
def drop_exception(exception: StartException, *, by: Viewer) -> None:
    """Take an exception back; the rule holds again where nothing has come of it."""
    programme = exception.programme
    with history.acting(by, gettext_noop("exception taken back")):
        if exception.day:
            # The start that it had cancelled comes back, if it lies ahead.
            programme.cohorts.filter(
                starts_on=exception.day,
                starts_on__gt=clock.today(),
                state=Cohort.State.CANCELLED,
                by_hand=False,
            ).update(state=Cohort.State.PLANNED)
        exception.delete()
    make_coming(programme, by=by)
