"""Whether this database is a demo, and its moved business clock."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from solmu.installation.models import Installation
from solmu.lib import clock
from solmu.lib.compiled import compiled

# A database never becomes a demo and a demo never ceases to be one: read once a process.
_marks: dict[str, bool] = {}


def is_demo() -> bool:
    """Tell whether the database was created as a demo."""
    name = str(connection.settings_dict["NAME"])
    if name not in _marks:
        _marks[name] = Installation.objects.filter(is_demo=True).exists()
    return _marks[name]


def mark() -> None:
    """Mark a database that has just been created as a demo."""
    Installation.objects.update_or_create(id=1, defaults={"is_demo": True})
    forget()


def forget() -> None:
    """Forget what was read of the mark: for tests, and for the process that creates a demo."""
    _marks.clear()


@compiled
def _shifts() -> QuerySet[Installation, timedelta]:
    return Installation.objects.filter(id=1).values_list("clock_shift", flat=True)


def clock_shift() -> timedelta:
    """Return how far a demo's business clock has been moved; zero elsewhere."""
    if not is_demo():
        return timedelta(0)
    return _shifts()[0]


def move_clock(today: date) -> None:
    """Set a demo's business date; all processes follow from their next request or job."""
    with clock.shifted(timedelta(0)):
        shift = today - clock.today()
    Installation.objects.filter(id=1, is_demo=True).update(clock_shift=shift)


class ClockMiddleware:
    """Tell each request whether it is in a demo, and run it on the demo's clock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.demo = is_demo()
        with clock.shifted(clock_shift()):
            return self.get_response(request)
