"""Nobody is stuck: more time, a pause, its end, another start, each by the participant's click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training import extending, mails, placing, states
from solmu.training.learning import access
from solmu.training.learning.access import Access
from solmu.training.models import Enrolment

State = Enrolment.State
NEAR_THE_END = 7  # days left, from when more time is offered

MORE, PAUSE, RESUME, MOVE = "more", "pause", "resume", "move"


class NoWayError(ValueError):
    """A way on that is not there for the participant, in words for them."""

    def __init__(self) -> None:
        super().__init__(_("This can't be done any more. Please write to us: we help."))


@dataclass(frozen=True, slots=True)
class Way:
    """A way on that is open to the participant: what it does, and the button."""

    key: str
    text: str
    verb: str
    quiet: bool = False


def ways(enrolment: Enrolment, allowed: Access) -> list[Way]:
    """The ways that are open today."""
    found = []
    if allowed.state == access.PAUSED:
        found.append(
            Way(RESUME, _("The days that you were away are added to your time."), _("Go on now"))
        )
    until = _longer(enrolment, allowed)
    if until is not None:
        found.append(
            Way(
                MORE,
                _("You can study until %(day)s.") % {"day": _day(until)},
                _("Take two weeks more"),
                quiet=allowed.is_open,
            )
        )
    if _may_move(enrolment, allowed) and (start := placing.next_with_room(enrolment)) is not None:
        text = _("You start again on %(day)s. The pages that you have done stay done.")
        found.append(
            Way(MOVE, text % {"day": _day(start.starts_on)}, _("Move to that start"), quiet=True)
        )
    if allowed.is_open and enrolment.state in {State.STARTED, State.STUDYING}:
        found.append(
            Way(
                PAUSE,
                _("Your days stop running, and the pages close until you go on."),
                _("Pause"),
                quiet=True,
            )
        )
    return found


@transaction.atomic
def take(enrolment: Enrolment, way: str, *, by: Viewer) -> str:
    """Go a way, if it is open under lock; what has happened, in a sentence."""
    row = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort", "programme__institution__organisation", "person")
        .get(pk=enrolment.pk)
    )
    allowed = access.of(row)
    if way not in {one.key for one in ways(row, allowed)}:
        raise NoWayError
    with history.acting(by, gettext_noop("the participant went on")):
        if way == MORE:
            return _extend(row, allowed, by)
        if way == PAUSE:
            row.paused_on = clock.today()
            row.save(update_fields=["paused_on"])
            return _("Paused. Come back when it suits you.")
        if way == RESUME:
            return _resume(row, allowed)
        return _move(row, by)


def recording_of(enrolment: Enrolment) -> str:
    """The recording of the opening meeting, if there is one."""
    own = enrolment.cohort.recording_url if enrolment.cohort else ""
    return own or enrolment.programme.recording_url


def opening_is_over(enrolment: Enrolment) -> bool:
    """Tell whether the opening meeting was on an earlier day."""
    return enrolment.cohort is not None and enrolment.cohort.starts_on < clock.today()


def _longer(enrolment: Enrolment, allowed: Access) -> date | None:
    """Until when more time would last; None when there is none to be had."""
    if has_enough(enrolment):
        return None
    near = allowed.is_open and allowed.days_left <= NEAR_THE_END
    over = allowed.state == access.OVER
    ongoing = enrolment.state in states.UNDER_WAY | states.BEFORE_START | {State.LAPSED}
    if not (near or over) or not ongoing or enrolment.cohort is None or allowed.until is None:
        return None
    until = extending.longer(allowed.until)
    most = enrolment.cohort.access_until + timedelta(days=enrolment.programme.access_days)
    return until if until <= most else None


def has_enough(enrolment: Enrolment) -> bool:
    """Tell whether the test is passed, also where its result is held to the end."""
    # Each attempt keeps what it was by the limit of its day.
    return enrolment.score is not None and enrolment.attempts.filter(passed=True).exists()


def _may_move(enrolment: Enrolment, allowed: Access) -> bool:
    if has_enough(enrolment):
        return False
    if allowed.state in {access.OVER, access.PAUSED}:
        return enrolment.state not in states.DONE
    return allowed.is_open and enrolment.state in states.UNDER_WAY | states.BEFORE_START


def _extend(row: Enrolment, allowed: Access, by: Viewer) -> str:
    until = _longer(row, allowed)
    if until is None or not extending.extend(row, by=by, why=gettext_noop("more time taken")):
        raise NoWayError
    return _("You have time until %(day)s.") % {"day": _day(until)}


def _resume(row: Enrolment, allowed: Access) -> str:
    if row.paused_on is None or allowed.until is None:
        raise NoWayError
    away = clock.today() - row.paused_on
    row.access_until = allowed.until + away
    row.paused_on = None
    row.save(update_fields=["access_until", "paused_on"])
    return _("Welcome back. You have time until %(day)s.") % {"day": _day(row.access_until)}


def _move(row: Enrolment, by: Viewer) -> str:
    start = placing.next_with_room(row)
    if start is None:
        raise NoWayError
    if placing.place(row, start, by=by, why=gettext_noop("moved to another start")):
        mails.start_changed(row)
    else:
        # Somebody took the last place in this very moment.
        raise NoWayError
    return _("You start on %(day)s.") % {"day": _day(start.starts_on)}


def _day(day: date) -> Any:
    return date_format(day, "SHORT_DATE_FORMAT")
