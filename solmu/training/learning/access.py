"""Whether a participant may study today, and what they can do when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from solmu.lib import clock
from solmu.training.models import Enrolment

State = Enrolment.State
# States in which the way goes on; what has ended stays readable until the access ends.
_WAITS = frozenset({State.UNCONFIRMED, State.WAITING, State.APPLIED})
_ENDED = frozenset({State.WITHDRAWN})

OPEN, SOON, PAUSED, OVER, NO_START, ENDED = "open", "soon", "paused", "over", "no-start", "ended"

WORDS: dict[str, Any] = {
    OPEN: gettext_lazy("open"),
    SOON: gettext_lazy("not started yet"),
    PAUSED: gettext_lazy("paused"),
    OVER: gettext_lazy("time ran out"),
    NO_START: gettext_lazy("no start yet"),
    ENDED: gettext_lazy("ended"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What a participant's time allows on a day."""

    state: str
    starts_on: date | None
    until: date | None
    days_left: int = 0

    @property
    def is_open(self) -> bool:
        """Tell whether the pages open."""
        return self.state == OPEN


def of(enrolment: Enrolment, day: date | None = None) -> Access:
    """The access of an enrolment (loaded with its cohort) on a day."""
    day = day or clock.today()
    cohort = enrolment.cohort
    until = enrolment.access_until or (cohort.access_until if cohort else None)
    starts = cohort.starts_on if cohort else None
    if enrolment.state in _ENDED:
        return Access(ENDED, starts, until)
    if cohort is None or until is None or enrolment.state in _WAITS:
        has_place = cohort is not None and enrolment.state == State.APPLIED
        if has_place and starts is not None and day < starts:
            return Access(SOON, starts, until)
        return Access(NO_START, starts, until)
    if enrolment.paused_on is not None:
        return Access(PAUSED, starts, until)
    if day < cohort.starts_on:
        return Access(SOON, starts, until)
    if day > until:
        return Access(OVER, starts, until)
    return Access(OPEN, starts, until, (until - day).days + 1)
