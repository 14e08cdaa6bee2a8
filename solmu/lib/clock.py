"""The two clocks: business dates (Europe/Helsinki, movable in a demo) and real time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")

_shift: ContextVar[timedelta] = ContextVar("business_clock_shift", default=timedelta(0))


def today() -> date:
    """Return the business date in Helsinki; a demo may have moved it."""
    return (real_now() + _shift.get()).astimezone(HELSINKI).date()


def now() -> datetime:
    """Return the business instant in UTC: now, on the business date."""
    return real_now() + _shift.get()


def real_now() -> datetime:
    """Return the real instant in UTC: for sessions, tokens, links, signatures and history."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """Return an instant as clocks in Finland show it."""
    return instant.astimezone(HELSINKI)


@contextmanager
def shifted(shift: timedelta) -> Iterator[None]:
    """Move the business clock for the current request or job."""
    token = _shift.set(shift)
    try:
        yield
    finally:
        _shift.reset(token)
