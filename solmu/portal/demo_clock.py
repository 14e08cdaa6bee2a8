"""The demo's clock moved: day by day, with every sweep that would have run in between."""

import logging
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module

from django.conf import settings

from solmu.installation import demo
from solmu.jobs.tasks import SWEEPS
from solmu.lib import clock
from solmu.portal import demo_life

log = logging.getLogger("solmu.demo")

FARTHEST = 400  # days that are lived through at a time
# What only clears away by real time, and has nothing to do with days.
_NOT_OF_DAYS = frozenset({"organisations.forget_tries", "people.forget_idempotency_keys"})


class ClockError(ValueError):
    """The clock can't be moved there; the text says why."""


@dataclass(slots=True)
class Moved:
    """From which day to which, and which sweeps failed on the way."""

    was: date
    today: date
    failed: list[str] = field(default_factory=list)


def move(today: date) -> Moved:
    """Bring the demo to a day. Forward, each day is lived through; back, only the date changes."""
    if not demo.is_demo():
        raise ClockError("Only a demo's clock can be moved.")
    was = clock.today()
    moved = Moved(was, today)
    if today <= was:
        demo.move_clock(today)
        return moved
    if (today - was).days > FARTHEST:
        raise ClockError(f"At most {FARTHEST} days at a time.")
    for module in settings.PROCRASTINATE_IMPORT_PATHS:
        import_module(module)
    day = was
    while day < today:
        day += timedelta(days=1)
        demo.move_clock(day)
        with clock.shifted(demo.clock_shift()):
            _sweep(moved)
            _live(moved)
    return moved


def _live(moved: Moved) -> None:
    """Invented people do what they do that day, after what Solmu has done by itself."""
    try:
        demo_life.live_a_day()
    except Exception:
        log.exception("invented people failed on %s", clock.today())
        if "demo.life" not in moved.failed:
            moved.failed.append("demo.life")


def _sweep(moved: Moved) -> None:
    for name, sweep in sorted(SWEEPS.items()):
        if name in _NOT_OF_DAYS:
            continue
        try:
            sweep()
        except Exception:
            # The other sweeps of the day have their own work; this one is tried again next day.
            log.exception("%s failed on %s", name, clock.today())
            if name not in moved.failed:
                moved.failed.append(name)
