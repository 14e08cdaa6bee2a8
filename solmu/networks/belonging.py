"""Who belonged on a day, with the figures of that year: what the home and the members page show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.db.models import Max, QuerySet
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib.compiled import compiled
from solmu.lib.periods import covers, first_day, last_day
from solmu.networks.models import Membership, Network
from solmu.organisations.models import Figure, Organisation
from solmu.ui.charts import Point, trend

# A year's figures come out late: those of the years just before stand in, and say so.
YEARS_BACK = 2
# A picture with so many lines is still one.
MOST_LINES = 40
# So many names say who is missing from a sum; of more, the number does.
MOST_NAMES = 8


@dataclass(slots=True)
class Total:
    """A sum over the members, and who is missing from it."""

    sum: int = 0
    missing: list[Organisation] = field(default_factory=list)
    earlier: list[Organisation] = field(default_factory=list)
    known: int = 0


def named(organisations: Sequence[Organisation]) -> str:
    """Who they are, as far as one reads it."""
    names = [str(each) for each in organisations[:MOST_NAMES]]
    if rest := len(organisations) - len(names):
        names.append(ngettext("one more", "%(n)s more", rest) % {"n": rest})
    return ", ".join(names)


@dataclass(slots=True)
class Belonging:
    """The memberships of a network as one day sees them."""

    on: date
    every: list[Membership]
    now: list[Membership]
    figures: dict[int, Figure]
    students: Total
    staff: Total

    @property
    def full(self) -> list[Membership]:
        """Founding and other full members on the day."""
        return [each for each in self.now if each.role in Membership.FULL]

    @property
    def former(self) -> list[Membership]:
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
    every = _memberships(network=network.pk)
    for each in every:
        each.network = network
    now = [each for each in every if covers(each.valid, on)]
    now.sort(key=lambda each: str(each.organisation.name).lower())
    full = [each.organisation for each in now if each.role in Membership.FULL]
    rows = _figures(on.year, network=network.pk, on=on)
    figures = {row.organisation_id: row for row in rows}
    return Belonging(
        on=on,
        every=every,
        now=now,
        figures=figures,
        students=_total(full, figures, on.year, "students"),
        staff=_total(full, figures, on.year, "staff"),
    )


@compiled
def _memberships(*, network: int) -> QuerySet[Membership]:
    """The memberships of all times, with as much of the organisations as a list says."""
    named = (f"organisation__{name}" for name in ("slug", "name_fi", "name_sv", "name_en"))
    return (
        Membership.objects.filter(network=network)
        .select_related("organisation")
        .only("network", "organisation", "role", "valid", "note", *named)
        .order_by("valid", "pk")
    )


@compiled
def _figures(year: int, *, network: int, on: date) -> QuerySet[Figure]:
    """The members' figures of a year and the years just before, the latest last."""
    members = Membership.objects.filter(
        network=network, valid__contains=on, role__in=Membership.FULL
    )
    return (
        Figure.objects.filter(organisation__in=members.values("organisation"))
        .filter(year__range=(year - YEARS_BACK, year))
        .only("organisation", "year", "students", "staff")
        .order_by("year")
    )


def _total(
    organisations: Iterable[Organisation], figures: dict[int, Figure], year: int, name: str
) -> Total:
    total = Total()
    for organisation in organisations:
        figure = figures.get(organisation.pk)
        value = getattr(figure, name) if figure else None
        if figure is None or value is None:
            total.missing.append(organisation)
            continue
        total.sum += value
        total.known += 1
        if figure.year != year:
            total.earlier.append(organisation)
    return total


def first_and_last(network: Network, today: date) -> tuple[date, date]:
    """The days between which a network's time can be looked at."""
    begun = first_day(network.valid) or network.memberships.aggregate(first=Max("valid"))["first"]
    first = begun if isinstance(begun, date) else today
    return min(first, today), max(last_day(network.valid) or today, today)


def bars(memberships: Sequence[Membership], first: date, last: date, on: date) -> SafeString:
    """Memberships over the years: a line for each organisation, in the order of joining.

    Of more than MOST_LINES organisations: how many belonged at the end of each year.
    """
    lines: dict[int, list[Membership]] = {}
    for each in memberships:
        lines.setdefault(each.organisation_id, []).append(each)
    if len(lines) > MOST_LINES:
        return _by_year(memberships, first, last)
    days = max(1, (last - first).days)
    # Many joined on the same day.
    day_told = cache(lambda day: date_format(day, "SHORT_DATE_FORMAT") if day else "")

    def at(day: date) -> float:
        return 100 * min(days, max(0, (day - first).days)) / days

    rows = []
    for several in lines.values():
        told = "; ".join(_told(each, day_told) for each in several)
        drawn = "".join(
            f'<rect class="bar-fill{_tone(each, last)}" x="{begins:.2f}%"'
            f' width="{max(0.4, ends - begins):.2f}%" height="100%" rx="5"/>'
            for each in several
            for begins in [at(each.valid.lower or first)]
            for ends in [at(last_day(each.valid) or last)]
        )
        rows.append(
            f"<li><span>{conditional_escape(str(several[0].organisation))}{_beside(several[-1])}"
            f'<span class="visually-hidden">, {conditional_escape(told)}</span></span>'
            f'<svg aria-hidden="true">{drawn}<line class="day-mark" x1="{at(on):.2f}%"'
            f' x2="{at(on):.2f}%" y1="0" y2="100%"/></svg></li>'
        )
    return mark_safe(
        f'<ul class="chart spans">{"".join(rows)}<li class="scale" aria-hidden="true">'
        f"<span>{''.join(f'<span>{year}</span>' for year in _years(first, last))}</span></li></ul>"
    )


def _beside(membership: Membership) -> str:
    """The role of those that stand beside, whose lines are paler."""
    if membership.role in Membership.FULL:
        return ""
    return f' <span class="note" aria-hidden="true">{membership.get_role_display()}</span>'


def _years(first: date, last: date) -> list[int]:
    count = min(5, last.year - first.year + 1)
    return [
        first.year + round(number * (last.year - first.year) / max(1, count - 1))
        for number in range(count)
    ]


def _tone(membership: Membership, last: date) -> str:
    upper = membership.valid.upper
    if upper is not None and upper <= last:
        return " ended"
    return "" if membership.role in Membership.FULL else " beside"


def _told(membership: Membership, day_told: Callable[[date | None], str]) -> str:
    return _("%(role)s %(first)s–%(last)s") % {
        "role": membership.get_role_display(),
        "first": day_told(first_day(membership.valid)),
        "last": day_told(last_day(membership.valid)),
    }


def _by_year(memberships: Sequence[Membership], first: date, last: date) -> SafeString:
    full = [each.valid for each in memberships if each.role in Membership.FULL]
    ends = [min(date(year, 12, 31), last) for year in range(first.year, last.year + 1)]
    return trend(
        [Point(str(end.year), sum(covers(valid, end) for valid in full)) for end in ends],
        _("Members at the end of each year"),
    )
