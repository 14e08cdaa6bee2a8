"""Who sits where on a day: seats with their holders, deputies, ended and coming terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib.compiled import Asked, compiled, several
from solmu.lib.periods import covers, last_day
from solmu.networks.models import Group, Network, Placement, Seat, Term

# A term that ends within so many days without a follower waits for the organisation.
DAYS_BEFORE = 60

_RHYTHMS = (
    gettext_lazy("once a year"),
    gettext_lazy("twice a year"),
    gettext_lazy("three times a year"),
    gettext_lazy("four times a year"),
    gettext_lazy("five times a year"),
    gettext_lazy("six times a year"),
)


def rhythm(group: Group) -> str:
    """How often a group meets, in words; empty where nobody has said."""
    number = group.meetings_a_year
    if not number:
        return ""
    if number <= len(_RHYTHMS):
        return str(_RHYTHMS[number - 1])
    return _("%(n)s times a year") % {"n": number}


@dataclass(slots=True)
class Sitting:
    """A seat on a day: who holds it and who is the deputy; if nobody, whose term has ended."""

    seat: Seat
    holder: Term | None = None
    deputy: Term | None = None
    ended: Term | None = None
    coming: Term | None = None

    @property
    def vacant(self) -> bool:
        """Nobody holds the seat."""
        return self.holder is None

    @property
    def ended_on(self) -> date | None:
        """The last day of the term that nobody has followed."""
        return last_day(self.ended.valid) if self.ended else None

    @property
    def last(self) -> date | None:
        """The last day of the holder's term."""
        return last_day(self.holder.valid) if self.holder else None

    def ends_soon(self, today: date) -> bool:
        """The term ends before long, and nobody is to follow."""
        if self.holder is None or self.coming is not None or self.last is None:
            return False
        if self.seat.valid.upper and self.holder.valid.upper >= self.seat.valid.upper:
            return False
        return (self.last - today).days <= DAYS_BEFORE


def seats_with_terms(seats: QuerySet[Seat]) -> list[Seat]:
    """Seats with their organisation and all their terms, oldest first; two queries."""
    terms = Term.objects.select_related("person").order_by("valid", "pk")
    return list(
        seats.select_related("organisation").prefetch_related(Prefetch("terms", queryset=terms))
    )


def sitting(seat: Seat, day: date) -> Sitting:
    """Who sits in a seat on a day; its terms are loaded."""
    found = Sitting(seat)
    for term in seat.terms.all():
        if covers(term.valid, day):
            if term.deputy:
                found.deputy = term
            else:
                found.holder = term
        elif term.deputy:
            continue
        elif term.valid.upper and term.valid.upper <= day:
            found.ended = term
        elif found.coming is None:
            found.coming = term
    if found.holder is not None:
        found.ended = None
    return found


def sittings(seats: Iterable[Seat], day: date) -> list[Sitting]:
    """The seats that are there on a day: those who run the group first, then by name."""
    order = {role: number for number, role in enumerate(Term.Role.values)}

    def place(one: Sitting) -> tuple[Any, ...]:
        role = one.holder.role if one.holder else Term.Role.MEMBER
        return order[role], seat_name(one.seat).casefold(), one.seat.pk

    return sorted((sitting(seat, day) for seat in seats if covers(seat.valid, day)), key=place)


def seat_name(seat: Seat) -> str:
    """Whose the seat is, or what it is for."""
    if seat.organisation is None:
        return seat.title
    if seat.title:
        return f"{seat.organisation} – {seat.title}"
    return str(seat.organisation)


@dataclass(slots=True)
class Row:
    """A group on a day, for the list: who runs it, how many seats, how many need somebody."""

    group: Group
    depth: int = 0
    seats: int = 0
    vacant: int = 0
    ended: int = 0
    chairs: list[str] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Seats that nobody has held yet."""
        return self.vacant - self.ended

    @property
    def rhythm(self) -> str:
        """How often the group meets."""
        return rhythm(self.group)


def rows(network: Network, day: date, *, chairs: bool = True) -> list[Row]:
    """The groups of a day, the steering group first, sub-groups under theirs; three queries.

    Without `chairs`, two.
    """
    at: dict[str, Any] = {"network": network.pk, "day": day}
    found = {group.pk: Row(group) for group in _groups(**at)}
    for row in found.values():
        row.group.network = network
    for counted in _counts(**at):
        row = found[counted["group_id"]]
        row.seats, row.vacant, row.ended = counted["n"], counted["vacant"], counted["over"]
    for chair in _chairs(**at) if chairs else ():
        found[chair.seat.group_id].chairs.append(chair.person.name)
    return _nested(list(found.values()))


@compiled
def _groups(*, network: int, day: date) -> QuerySet[Group]:
    placed = Placement.objects.on(day).filter(group=OuterRef("pk")).order_by("-pk")
    return (
        Group.objects.on(day)
        .filter(network=network)
        .annotate(parent=Subquery(placed.values("parent_id")[:1]))
        .order_by("pk")
    )


@compiled
def _chairs(*, network: int, day: date) -> QuerySet[Term]:
    chairs = Term.objects.on(day).filter(role=Term.Role.CHAIR, deputy=False)
    held = chairs.filter(seat__valid__contains=day, seat__group__valid__contains=day)
    named = (f"person__{name}" for name in ("given_name", "family_name", "email"))
    return (
        held.filter(seat__group__network=network)
        .select_related("person", "seat")
        .only("person", "seat__group", *named)
        .order_by("pk")
    )


@compiled
def _counts(*, network: int, day: date) -> QuerySet[Any, Any]:
    """How many seats there are on a day, how many have no holder, and whose term has ended."""
    holders = Term.objects.filter(seat=OuterRef("pk"), deputy=False)
    return (
        Seat.objects.on(day)
        .filter(group__network=network, group__valid__contains=day)
        .annotate(
            held=Exists(holders.filter(valid__contains=day)),
            was_held=Exists(holders.filter(valid__endswith__lte=day)),
        )
        .values("group_id")
        .annotate(
            n=Count("pk"),
            vacant=Count("pk", filter=Q(held=False)),
            over=Count("pk", filter=Q(held=False, was_held=True)),
        )
        .order_by("group_id")
    )


def _nested(found: Sequence[Row]) -> list[Row]:
    order = {kind: number for number, kind in enumerate(Group.Kind.values)}

    def place(row: Row) -> tuple[Any, ...]:
        return order[row.group.kind], row.group.name.casefold(), row.group.pk

    known = {row.group.pk for row in found}
    children: dict[int | None, list[Row]] = {}
    for row in sorted(found, key=place):
        over = row.group.parent  # type: ignore[attr-defined]
        children.setdefault(over if over in known else None, []).append(row)
    lined: list[Row] = []

    def add(parent: int | None, depth: int) -> None:
        for row in children.get(parent, []):
            row.depth = depth
            lined.append(row)
            add(row.group.pk, depth + 1)

    add(None, 0)
    return lined


def unfilled(networks: Iterable[int], today: date) -> list[Seat]:
    """The networks' seats that wait for somebody: open, or their term ends soon unfollowed.

    Each has `held`, and the last day of the term in question as `last_of_term`.
    """
    return with_last_days(asking_unfilled(networks, today).rows())


def asking_unfilled(networks: Iterable[int], today: date) -> Asked[Seat]:
    """The same, not read yet and without the last days."""
    before = today + timedelta(days=DAYS_BEFORE + 1)
    return _unfilled.asked(today=today, before=before, **several(networks))


def with_last_days(seats: list[Seat]) -> list[Seat]:
    """Seats of `asking_unfilled` with the last day of the term in question."""
    for seat in seats:
        latest = seat.latest  # type: ignore[attr-defined]
        seat.last_of_term = last_day(latest) if latest else None  # type: ignore[attr-defined]
    return seats


@compiled
def _unfilled(*, today: date, before: date, **networks: int) -> QuerySet[Seat]:
    holders = Term.objects.filter(seat=OuterRef("pk"), deputy=False)
    outlived = Q(seat__valid__upper_inf=True) | Q(seat__valid__endswith__gt=F("valid__endswith"))
    ending = Q(valid__contains=today, valid__endswith__lte=before)
    soon = holders.filter(ending, outlived)
    begun = holders.filter(valid__startswith__lte=today).order_by("-valid")
    return (
        Seat.objects.on(today)
        .filter(group__network__in=[*networks.values()], group__valid__contains=today)
        .annotate(
            held=Exists(holders.filter(valid__contains=today)),
            ends=Exists(soon),
            followed=Exists(holders.filter(valid__startswith__gt=today)),
            latest=Subquery(begun.values("valid")[:1]),
        )
        .filter(Q(held=False) | Q(ends=True), followed=False)
        .select_related("group__network__organisation", "organisation")
        .order_by("group_id", "pk")
    )
