"""Who belonged on a day, with the figures of that year: what the home and the members page show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from solmu.lib.periods import covers, first_day, last_day
from solmu.networks.models import Membership, Network
from solmu.organisations.models import Figure, Organisation

# A year's figures come out late: those of the years just before stand in, and say so.
YEARS_BACK = 2


@dataclass(slots=True)
class Total:
    """A sum over the members, and who is missing from it."""

    sum: int = 0
    missing: list[Organisation] = field(default_factory=list)
    earlier: list[Organisation] = field(default_factory=list)
    known: int = 0


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
    every = list(
        Membership.objects.filter(network=network)
        .select_related("organisation")
        .order_by("valid", "pk")
    )
    now = [each for each in every if covers(each.valid, on)]
    now.sort(key=lambda each: str(each.organisation.name).lower())
    full = [each.organisation for each in now if each.role in Membership.FULL]
    figures = figures_of([one.pk for one in full], on.year)
    return Belonging(
        on=on,
        every=every,
        now=now,
        figures=figures,
        students=_total(full, figures, on.year, "students"),
        staff=_total(full, figures, on.year, "staff"),
    )


def figures_of(organisations: Iterable[int], year: int) -> dict[int, Figure]:
    """The figures of a year, else of the latest of the years just before, by organisation."""
    rows = Figure.objects.filter(
        organisation_id__in=list(organisations), year__range=(year - YEARS_BACK, year)
    ).order_by("year")
    return {row.organisation_id: row for row in rows}


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
    """Memberships over the years: a line for each organisation, in the order of joining."""
    lines: dict[int, list[Membership]] = {}
    for each in memberships:
        lines.setdefault(each.organisation_id, []).append(each)
    days = max(1, (last - first).days)

    def at(day: date) -> float:
        return 100 * min(days, max(0, (day - first).days)) / days

    rows = []
    for several in lines.values():
        told = "; ".join(_told(each) for each in several)
        drawn = "".join(
            f'<rect class="bar-fill{_tone(each, last)}" x="{begins:.2f}%"'
            f' width="{max(0.4, ends - begins):.2f}%" height="100%" rx="5"/>'
            for each in several
            for begins in [at(each.valid.lower or first)]
            for ends in [at(last_day(each.valid) or last)]
        )
        rows.append(
            f"<li><span>{conditional_escape(str(several[0].organisation))}"
            f'<span class="visually-hidden">, {conditional_escape(told)}</span></span>'
            f'<svg aria-hidden="true">{drawn}<line class="day-mark" x1="{at(on):.2f}%"'
            f' x2="{at(on):.2f}%" y1="0" y2="100%"/></svg></li>'
        )
    return mark_safe(
        f'<ul class="chart spans">{"".join(rows)}<li class="scale" aria-hidden="true">'
        f"<span>{''.join(f'<span>{year}</span>' for year in _years(first, last))}</span></li></ul>"
    )


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


def _told(membership: Membership) -> str:
    first, last = first_day(membership.valid), last_day(membership.valid)
    return _("%(role)s %(first)s–%(last)s") % {
        "role": membership.get_role_display(),
        "first": date_format(first, "SHORT_DATE_FORMAT") if first else "",
        "last": date_format(last, "SHORT_DATE_FORMAT") if last else "",
    }
