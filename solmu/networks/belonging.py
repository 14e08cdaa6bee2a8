"""Who belonged on a day, with the figures of that year: what the home and the members page show."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max, QuerySet
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from solmu.lib.compiled import compiled
from solmu.lib.periods import covers, first_day, last_day
from solmu.lib.translated import column
from solmu.networks.models import Membership, Network
from solmu.organisations.models import Figure
from solmu.ui.charts import Point, trend

# A year's figures come out late: those of the years just before stand in, and say so.
YEARS_BACK = 2
# A picture with so many lines is still one.
MOST_LINES = 40
# So many names say who is missing from a sum; of more, the number does.
MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Member:
    """A membership as the pictures show it: whole records of many members are slow to read."""

    pk: int
    organisation_id: int
    name: str
    role: str
    valid: DateRange

    @property
    def is_full(self) -> bool:
        """It belongs, decides and pays."""
        return self.role in Membership.FULL

    @property
    def role_name(self) -> str:
        """The role in words."""
        return str(Membership.Role(self.role).label)


@dataclass(slots=True)
class Total:
    """A sum over the members, and the names of those that it lacks."""

    sum: int = 0
    missing: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    known: int = 0


def named(every: Sequence[str]) -> str:
    """Who they are, as far as one reads it."""
    names = [*every[:MOST_NAMES]]
    if rest := len(every) - len(names):
        names.append(ngettext("one more", "%(n)s more", rest) % {"n": rest})
    return ", ".join(names)


@dataclass(slots=True)
class Belonging:
    """The memberships of a network as one day sees them."""

    on: date
    every: list[Member]
    now: list[Member]
    students: Total
    staff: Total

    @property
    def full(self) -> list[Member]:
        """Founding and other full members on the day."""
        return [each for each in self.now if each.is_full]

    @property
    def former(self) -> list[Member]:
        """The last membership of each that had left by the day."""
        here = {each.organisation_id for each in self.now}
        gone = {
            each.organisation_id: each
            for each in self.every
            if each.organisation_id not in here
            and (last := last_day(each.valid)) is not None
            and last < self.on
        }
        return list(gone.values())


def belonging(network: Network, on: date) -> Belonging:
    """Read the memberships of all times and the figures of the day's year; two queries."""
    language = (get_language() or "fi")[:2]
    every = [Member(*row) for row in _memberships(language, network=network.pk)]
    now = [each for each in every if covers(each.valid, on)]
    now.sort(key=lambda each: each.name.lower())
    full = [each for each in now if each.is_full]
    students, staff = Total(), Total()
    # The latest of each comes last.
    figures = {row[0]: row for row in _figures(on.year, network=network.pk, on=on)}
    for each in full:
        _of, year, *told = figures.get(each.organisation_id, (0, on.year, None, None))
        for total, value in zip((students, staff), told, strict=True):
            _count(total, each.name, value, is_earlier=year != on.year)
    return Belonging(on=on, every=every, now=now, students=students, staff=staff)


def _count(total: Total, name: str, value: int | None, *, is_earlier: bool) -> None:
    if value is None:
        total.missing.append(name)
        return
    total.sum += value
    total.known += 1
    if is_earlier:
        total.earlier.append(name)


@compiled
def _memberships(language: str, *, network: int) -> QuerySet[Membership, tuple[Any, ...]]:
    """The memberships of all times as a Member has them."""
    name = column("organisation__name", language)
    rows = Membership.objects.filter(network=network).order_by("valid", "pk")
    return rows.values_list("pk", "organisation_id", name, "role", "valid")


@compiled
def _figures(year: int, *, network: int, on: date) -> QuerySet[Figure, tuple[Any, ...]]:
    """The members' figures of a year and the years just before, the latest last."""
    members = Membership.objects.filter(
        network=network, valid__contains=on, role__in=Membership.FULL
    )
    return (
        Figure.objects.filter(organisation__in=members.values("organisation"))
        .filter(year__range=(year - YEARS_BACK, year))
        .order_by("year")
        .values_list("organisation_id", "year", "students", "staff")
    )


def first_and_last(network: Network, today: date) -> tuple[date, date]:
    """The days between which a network's time can be looked at."""
    begun = first_day(network.valid) or network.memberships.aggregate(first=Max("valid"))["first"]
    first = begun if isinstance(begun, date) else today
    return min(first, today), max(last_day(network.valid) or today, today)


def bars(memberships: Sequence[Member], first: date, last: date, on: date) -> SafeString:
    """Memberships over the years: a line for each organisation, in the order of joining.

    Of more than MOST_LINES organisations: how many belonged at the end of each year.
    """
    lines: dict[int, list[Member]] = {}
    for each in memberships:
        lines.setdefault(each.organisation_id, []).append(each)
    if len(lines) > MOST_LINES:
        return _by_year(memberships, first, last)
    days = (last - first).days + 1  # each of them has a length
    # Many joined on the same day.
    day_told = cache(lambda day: date_format(day, "SHORT_DATE_FORMAT") if day else "")

    def at(day: date) -> float:
        return 100 * min(days, max(0, (day - first).days)) / days

    # On the last day the end of the bars is mark enough.
    mark = f'<line class="day-mark" x1="{at(on):.2f}%" x2="{at(on):.2f}%" y1="0" y2="100%"/>'
    mark = mark if on < last else ""
    rows = []
    for several in lines.values():
        told = "; ".join(_told(each, day_told) for each in several)
        drawn = "".join(
            f'<rect class="bar-fill{_tone(each, last)}" x="{begins:.2f}%"'
            f' width="{max(0.4, ends - begins):.2f}%" height="100%" rx="5"/>'
            for each in several
            for begins in [at(each.valid.lower or first)]
            for ends in [at(each.valid.upper or last + timedelta(days=1))]
        )
        rows.append(
            f"<li><span>{conditional_escape(several[0].name)}{_beside(several[-1])}"
            f'<span class="visually-hidden">, {conditional_escape(told)}</span></span>'
            f'<svg aria-hidden="true">{drawn}{mark}</svg></li>'
        )
    return mark_safe(
        f'<ul class="chart spans">{"".join(rows)}<li class="scale" aria-hidden="true">'
        f"<span>{''.join(f'<span>{year}</span>' for year in _years(first, last))}</span></li></ul>"
    )


def _beside(membership: Member) -> str:
    """The role of those that stand beside, whose lines are paler."""
    if membership.is_full:
        return ""
    return f' <span class="note" aria-hidden="true">{membership.role_name}</span>'


def _years(first: date, last: date) -> list[int]:
    count = min(5, last.year - first.year + 1)
    return [
        first.year + round(number * (last.year - first.year) / max(1, count - 1))
        for number in range(count)
    ]


def _tone(membership: Member, last: date) -> str:
    upper = membership.valid.upper
    if upper is not None and upper <= last:
        return " ended"
    return "" if membership.is_full else " beside"


def _told(membership: Member, day_told: Callable[[date | None], str]) -> str:
    return _("%(role)s %(first)s–%(last)s") % {
        "role": membership.role_name,
        "first": day_told(first_day(membership.valid)),
        "last": day_told(last_day(membership.valid)),
    }


def _by_year(memberships: Sequence[Member], first: date, last: date) -> SafeString:
    ends = [min(date(year, 12, 31), last) for year in range(first.year, last.year + 1)]
    # How many more belong at each end than at the one before.
    more = [0] * (len(ends) + 1)
    for each in memberships:
        if each.is_full:
            more[bisect_left(ends, each.valid.lower or first)] += 1
            more[bisect_left(ends, each.valid.upper) if each.valid.upper else -1] -= 1
    return trend(
        [Point(str(end.year), n) for end, n in zip(ends, accumulate(more), strict=False)],
        _("Members at the end of each year"),
    )
