"""The states of an enrolment, and the one way from each to the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training.models import Enrolment, StateChange

State = Enrolment.State

# The way forward, in order; a step that the chosen systems make needless is jumped over.
WAY: tuple[State, ...] = (
    State.UNCONFIRMED,
    State.WAITING,
    State.APPLIED,
    State.INVITED,
    State.ACCOUNT_READY,
    State.ACCOUNT_CHECKED,
    State.STARTED,
    State.STUDYING,
    State.TESTED,
    State.PASSED,
    State.CERTIFIED,
)
BEFORE_START = frozenset({State.APPLIED, State.INVITED, State.ACCOUNT_READY, State.ACCOUNT_CHECKED})
UNDER_WAY = frozenset({State.STARTED, State.STUDYING, State.TESTED})
DONE = frozenset({State.PASSED, State.CERTIFIED})
ENDED = frozenset({State.FAILED, State.LAPSED, State.WITHDRAWN})
FINAL = DONE | ENDED
# Those who hold a place in a start.
PLACED = BEFORE_START | UNDER_WAY | DONE | {State.FAILED, State.LAPSED}
# Those who are on their way: a second enrolment of the same person is the first one again.
OPEN = BEFORE_START | UNDER_WAY | {State.UNCONFIRMED, State.WAITING}

TONES = {
    **dict.fromkeys((State.UNCONFIRMED, State.WAITING), "berry"),
    **dict.fromkeys(BEFORE_START, ""),
    **dict.fromkeys(UNDER_WAY, "lake"),
    **dict.fromkeys(DONE, "good"),
    **dict.fromkeys(ENDED, "soft"),
}


def _allowed() -> dict[State, frozenset[State]]:
    allowed: dict[State, set[State]] = {state: set() for state in State}
    for number, state in enumerate(WAY):
        allowed[state] = set(WAY[number + 1 :])
    # Nobody passes without a test, and nobody has a certificate without having passed.
    for state in WAY:
        if state not in (State.TESTED, *DONE):
            allowed[state] -= DONE
    allowed[State.TESTED] -= {State.CERTIFIED}
    for state in OPEN:
        allowed[state].add(State.WITHDRAWN)
    for state in (*BEFORE_START, *UNDER_WAY):
        allowed[state] |= {State.LAPSED, State.FAILED}
    # Moved to a later start, or back on the waiting list; a new period after the end of one.
    for state in (*BEFORE_START, *UNDER_WAY, State.FAILED, State.LAPSED):
        allowed[state] |= {State.APPLIED, State.WAITING}
    allowed[State.STUDYING].add(State.STARTED)
    allowed[State.TESTED].add(State.STUDYING)
    for state in (State.FAILED, State.LAPSED):
        allowed[state] |= {State.STARTED, State.STUDYING, State.TESTED}
    allowed[State.WITHDRAWN] = {State.APPLIED, State.WAITING}
    # A certificate is revoked, or an answer key was wrong.
    allowed[State.PASSED] |= {State.TESTED, State.FAILED}
    allowed[State.CERTIFIED] |= {State.PASSED}
    return {state: frozenset(to - {state}) for state, to in allowed.items()}


ALLOWED = _allowed()


class StateError(ValueError):
    """The enrolment can't come from its state to the other; the text says so."""


def can_move(enrolment: Enrolment, to: str) -> bool:
    """Tell whether the state may follow the present one."""
    return State(to) in ALLOWED[State(enrolment.state)]


@transaction.atomic
def move(enrolment: Enrolment, to: str, *, by: Viewer, why: str = "") -> bool:
    """Bring one enrolment to a state and write it down; False where it is there already."""
    row = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    was = row.state
    if was == to:
        _copy(row, enrolment)
        return False
    if not can_move(row, to):
        raise StateError(
            _("From “%(was)s” there is no way to “%(to)s”.")
            % {"was": State(was).label, "to": State(to).label}
        )
    _stamp(row, to, why, clock.now())
    with history.acting(by, why or gettext_noop("state changed")):
        row.save(update_fields=_STAMPED)
    StateChange.objects.create(
        enrolment=row, was=was, state=to, at=row.state_since, person_id=by.person_id, why=why[:200]
    )
    _copy(row, enrolment)
    return True


@transaction.atomic
def move_all(
    enrolments: Iterable[Enrolment], to: str, *, by: Viewer, why: str = ""
) -> list[Enrolment]:
    """Bring many to a state in a few queries; those that can't come there are left as they are."""
    ids = [one.pk for one in enrolments]
    rows = list(Enrolment.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    moved = [row for row in rows if row.state != to and can_move(row, to)]
    changes, now = [], clock.now()
    for row in moved:
        was = row.state
        _stamp(row, to, why, now)
        changes.append(
            StateChange(
                enrolment=row,
                was=was,
                state=to,
                at=row.state_since,
                person_id=by.person_id,
                why=why[:200],
            )
        )
    with history.acting(by, why or gettext_noop("state changed")):
        # One statement for all, with what `_stamp` does to each.
        Enrolment.objects.filter(pk__in=[row.pk for row in moved]).update(**_stamps(to, why, now))
    StateChange.objects.bulk_create(changes, batch_size=2000)
    return moved


_STAMPED = ["state", "state_since", "ended_why", "started_at", "finished_at", "confirmed_at"]


def _stamps(to: str, why: str, now: datetime) -> dict[str, Any]:
    kept = {"started_at": to in UNDER_WAY, "finished_at": to in FINAL,
            "confirmed_at": to in BEFORE_START | {State.WAITING}}  # fmt: skip
    return {
        "state": to,
        "state_since": now,
        "ended_why": why[:200] if to in ENDED else "",
        "finished_at": None,
        **{name: Coalesce(name, Value(now)) for name, set_ in kept.items() if set_},
    }


def _stamp(row: Enrolment, to: str, why: str, now: datetime) -> None:
    row.state, row.state_since = to, now
    row.ended_why = why[:200] if to in ENDED else ""
    if to in UNDER_WAY:
        row.started_at = row.started_at or now
    if to in FINAL:
        row.finished_at = row.finished_at or now
    else:
        row.finished_at = None
    if to in BEFORE_START | {State.WAITING}:
        row.confirmed_at = row.confirmed_at or now


def _copy(row: Enrolment, enrolment: Enrolment) -> None:
    for name in _STAMPED:
        setattr(enrolment, name, getattr(row, name))


# What the participant reads, rather than what the staff calls it.
FOR_PARTICIPANT: dict[str, str | Promise] = {
    State.UNCONFIRMED: pgettext_lazy("to the participant", "waits for you to confirm your e-mail"),
    State.WAITING: pgettext_lazy("to the participant", "you are on the waiting list"),
    **dict.fromkeys(BEFORE_START, pgettext_lazy("to the participant", "you have a place")),
    State.STARTED: pgettext_lazy("to the participant", "you can study now"),
    State.STUDYING: pgettext_lazy("to the participant", "you are studying"),
    State.TESTED: pgettext_lazy("to the participant", "you have taken the test"),
    State.PASSED: pgettext_lazy("to the participant", "you have passed"),
    State.CERTIFIED: pgettext_lazy("to the participant", "you have passed"),
    State.FAILED: pgettext_lazy("to the participant", "the test was not passed this time"),
    State.LAPSED: pgettext_lazy("to the participant", "your time to study has ended"),
    State.WITHDRAWN: pgettext_lazy("to the participant", "you have withdrawn"),
}
