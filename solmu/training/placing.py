"""Places in a start: who gets one, who waits, who moves up when one is free."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.jobs.tasks import periodic
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training import mails, states
from solmu.training.models import Cohort, Enrolment, Programme

State = Enrolment.State


class PlacingError(ValueError):
    """The start can't be chosen; the text says why."""


@transaction.atomic
def place(
    enrolment: Enrolment,
    cohort: Cohort | None,
    *,
    by: Viewer,
    why: str = "",
    confirmed: bool = False,
) -> bool:
    """Give a place in a start, or in the next one with room; else on the waiting list (False).

    With a cohort named, only that one: full, it is waited for. Who has not confirmed their address
    keeps the wish and holds no place, until that is `confirmed`.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=enrolment.programme_id)
    coming = _coming(enrolment)
    wanted = next((one for one in coming if cohort and one.pk == cohort.pk), None)
    if cohort and wanted is None:
        raise PlacingError(_("That start can't be chosen any more."))
    free = wanted if wanted and has_room(wanted) else None
    if cohort is None:
        free = next((one for one in coming if has_room(one)), None)
    chosen = free or wanted or (coming[0] if coming else None)
    left = enrolment.cohort_id if enrolment.state in states.PLACED else None
    fields = _to(enrolment, chosen)
    with history.acting(by, why or gettext_noop("start chosen")):
        enrolment.save(update_fields=fields)
    if confirmed or enrolment.state != State.UNCONFIRMED:
        to = State.APPLIED if free else State.WAITING
        states.move(enrolment, to, by=by, why=why)
    if left and left != enrolment.cohort_id:
        move_up(Cohort.objects.get(pk=left), by=by)
    return free is not None


def _to(enrolment: Enrolment, cohort: Cohort | None) -> list[str]:
    """A new start has its own time: what was extended or paused in the former one is over."""
    if enrolment.cohort_id != (cohort.pk if cohort else None):
        enrolment.access_until = enrolment.paused_on = enrolment.started_at = None
    enrolment.cohort = cohort
    return ["cohort", "access_until", "paused_on", "started_at"]


def _coming(enrolment: Enrolment) -> list[Cohort]:
    """The starts that lie ahead; not one where the person is already by another enrolment."""
    taken = Q(enrolments__state__in=states.PLACED) & ~Q(enrolments__pk=enrolment.pk)
    elsewhere = (
        Enrolment.objects.filter(person_id=enrolment.person_id, programme_id=enrolment.programme_id)
        .exclude(pk=enrolment.pk)
        .exclude(state=State.WITHDRAWN)
        .exclude(cohort=None)
    )
    found = (
        Cohort.objects.filter(
            programme_id=enrolment.programme_id,
            state=Cohort.State.PLANNED,
            starts_on__gt=clock.today(),
        )
        .exclude(pk__in=elsewhere.values("cohort_id"))
        .annotate(taken=Count("enrolments", filter=taken))
        .order_by("starts_on", "pk")
    )
    return list(found)


def next_with_room(enrolment: Enrolment) -> Cohort | None:
    """The next start with a place left that the participant could change to."""
    coming = _coming(enrolment)
    return next((one for one in coming if has_room(one) and one.pk != enrolment.cohort_id), None)


def has_room(cohort: Cohort) -> bool:
    """Tell whether a place is free; the cohort has been read with `taken`."""
    return cohort.places is None or cohort.taken < cohort.places  # type: ignore[attr-defined]


@transaction.atomic
def move_up(cohort: Cohort, *, by: Viewer) -> list[Enrolment]:
    """Give what places are free to those who have waited longest for this start."""
    Programme.objects.select_for_update(no_key=True).get(pk=cohort.programme_id)
    cohort.refresh_from_db()
    if cohort.state != Cohort.State.PLANNED or cohort.starts_on <= clock.today():
        return []
    waiting = cohort.enrolments.filter(state=State.WAITING).order_by("applied_at", "pk")
    waiting = waiting.select_related("person", "programme", "cohort")
    if cohort.places is None:
        lucky = list(waiting)
    else:
        taken = cohort.enrolments.filter(state__in=states.PLACED).count()
        lucky = list(waiting[: max(0, cohort.places - taken)])
    for enrolment in lucky:
        states.move(enrolment, State.APPLIED, by=by, why=gettext_noop("a place became free"))
        mails.place_free(enrolment)
    return lucky


@periodic("23 * * * *", "training.serve_waiting_lists")
def serve_waiting_lists() -> None:
    """Give free places to those who wait; whose start has gone by waits for the next one."""
    by = Viewer.system(gettext_noop("waiting list"))
    today = clock.today()
    late = Enrolment.objects.filter(state=State.WAITING).filter(
        Q(cohort=None) | Q(cohort__starts_on__lte=today) | ~Q(cohort__state=Cohort.State.PLANNED)
    )
    for enrolment in late.select_related("programme", "person", "cohort").order_by(
        "applied_at", "pk"
    ):
        if place(enrolment, None, by=by):
            mails.place_free(enrolment)
    full = (
        Cohort.objects.filter(state=Cohort.State.PLANNED, starts_on__gt=today)
        .annotate(
            taken=Count("enrolments", filter=Q(enrolments__state__in=states.PLACED)),
            waiting=Count("enrolments", filter=Q(enrolments__state=State.WAITING)),
        )
        .filter(Q(places=None) | Q(taken__lt=F("places")), waiting__gt=0)
    )
    for cohort in full:
        move_up(cohort, by=by)


def is_late(cohort: Cohort) -> bool:
    """Tell whether applicants have been picked already: one chooses this start or the next."""
    return clock.today() >= cohort.starts_on - timedelta(days=cohort.programme.pick_days)
