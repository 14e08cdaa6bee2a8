"""Groups of a network: founded, changed, closed, split and merged; the earlier ones stay, ended.

Every write that touches groups, seats or terms takes the network's lock first, so that what was
checked still holds when it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.lib.periods import covers, last_day, period
from solmu.lib.translated import LANGUAGES
from solmu.networks import group_evidence
from solmu.networks.models import (
    Group,
    Membership,
    Network,
    Placement,
    Seat,
    Succession,
    Term,
)
from solmu.people.viewer import Viewer

NAMES = tuple(f"name_{code}" for code in LANGUAGES)
FACTS = (*NAMES, "kind", "task", "language", "meetings_a_year")
# Addresses beside the groups' own.
TAKEN = frozenset({"new", "merge", "import", "export", "timeline"})
EARLIEST = date(1900, 1, 1)
FARTHEST = 30  # years from today


class GroupError(ValueError):
    """It can't be done; the message says why, `field` names what should be changed."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Moved:
    """What a later part of Solmu leads from a group that ends to the one that follows it."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Follower:
    """Something of a higher room that follows a group: a line each in the preview, and the act.

    `composition.GROUP_FOLLOWERS` lists them; `move` is called in the transaction of the merge or
    split, with the group that ends, the one that goes on with its work, and the day.
    """

    lines: Callable[[Group], Iterable[Moved]]
    move: Callable[[Group, Group, date, Viewer], None]


@dataclass(slots=True)
class Outcome:
    """What a closing, split or merge does; the preview shows it before it is done."""

    ended: list[Seat] = field(default_factory=list)
    carried: list[tuple[Seat, Seat]] = field(default_factory=list)
    dropped: int = 0
    subgroups: list[tuple[Group, Group | None]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    made: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """One of the groups that a group is split into: its facts, and what it takes along."""

    facts: Mapping[str, Any]
    seats: frozenset[int] = frozenset()
    subgroups: frozenset[int] = frozenset()


def lock(network_id: int) -> None:
    """Let nobody else change the network's groups and seats until the transaction ends."""
    Network.objects.select_for_update(of=("self",), no_key=True).get(pk=network_id)


def shown(day: date) -> str:
    """A day as the reader writes it."""
    return date_format(day, "SHORT_DATE_FORMAT")


def checked_day(day: date | None, field_name: str) -> None:
    """Refuse days that nobody can mean."""
    if day and (day < EARLIEST or day.year > clock.today().year + FARTHEST):
        raise GroupError(_("That day is too far away."), field_name)


def state_of(group: Group) -> str:
    """What a form was filled in from: another state means that somebody was faster."""
    facts = [str(getattr(group, name)) for name in FACTS]
    return "|".join([*facts, str(group.valid.lower), str(group.valid.upper), group.closing_note])


@transaction.atomic
def found(
    network: Network,
    *,
    by: Viewer,
    on: date,
    until: date | None = None,
    parent: Group | None = None,
    seats_for: Iterable[int] = (),
    **facts: Any,
) -> Group:
    """Found a group, with a seat for each of the organisations named."""
    lock(network.pk)
    with history.acting(by, gettext_noop("group founded")):
        group = _made(network, facts, on, until)
        if parent is not None:
            _placed(group, parent, group.valid)
        members = set(
            Membership.objects.on(on)
            .filter(network=network)
            .values_list("organisation_id", flat=True)
        )
        for organisation_id in dict.fromkeys(seats_for):
            if organisation_id not in members:
                raise GroupError(
                    _("Only members of the network on that day can have a seat."), "seats_for"
                )
            Seat.objects.create(group=group, organisation_id=organisation_id, valid=group.valid)
        group_evidence.write(group.pk)
    return group


@transaction.atomic
def edit(
    group: Group,
    *,
    by: Viewer,
    seen: str = "",
    first: date | None = None,
    **facts: Any,
) -> Group:
    """Change a group's facts; `seen` is the state that the form was filled in from."""
    lock(group.network_id)
    group = Group.objects.select_related("network__organisation").get(pk=group.pk)
    if seen and seen != state_of(group):
        raise GroupError(
            _("Somebody has changed the group meanwhile. Look at it again, then save your change.")
        )
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"a group has no {unknown}")
    with history.acting(by, gettext_noop("group changed")):
        for name, value in facts.items():
            setattr(group, name, value)
        _need_name(group)
        if first is not None and first != group.valid.lower:
            _move_first_day(group, first)
        group.save()
    return group


@transaction.atomic
def place(group: Group, parent: Group | None, *, on: date, by: Viewer) -> None:
    """Make a group a sub-group of another from a day on, or nobody's."""
    lock(group.network_id)
    group.refresh_from_db()
    if not covers(group.valid, on):
        raise GroupError(_("The group doesn't exist on that day."), "on")
    with history.acting(by, gettext_noop("group placed")):
        held = Placement.objects.on(on).filter(group=group).first()
        if (held.parent_id if held else None) == (parent.pk if parent else None):
            return
        for placement in Placement.objects.not_over(on).filter(group=group):
            _cut_placement(placement, on)
        if parent is not None:
            _placed(group, parent, DateRange(on, group.valid.upper, "[)"))


@transaction.atomic
def close(
    group: Group,
    *,
    last: date,
    by: Viewer,
    note: str = "",
    with_subgroups: bool = False,
    try_only: bool = False,
) -> Outcome:
    """Close a group: its seats and terms end with it. Its sub-groups close too, or go on."""
    lock(group.network_id)
    group = _open_group(group.pk)
    on = last + timedelta(days=1)
    outcome = Outcome()
    with history.acting(by, gettext_noop("group closed")):
        _end(group, on, outcome, note=note, with_subgroups=with_subgroups)
    if try_only:
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def split(
    group: Group,
    parts: Sequence[Part],
    *,
    on: date,
    by: Viewer,
    note: str = "",
    try_only: bool = False,
) -> Outcome:
    """Let several groups go on with a group's work from a day; it ends the day before.

    With a single part the group goes on under another name, its years under the old one kept.
    """
    lock(group.network_id)
    group = _open_group(group.pk)
    if not parts:
        raise GroupError(_("Name at least one group that goes on with the work."))
    outcome = Outcome()
    seats = _seats_of([group.pk], on)
    with history.acting(by, gettext_noop("group split")):
        checked_end(group, on)
        over = Placement.objects.on(on).filter(group=group).select_related("parent").first()
        for part in parts:
            later = _made(group.network, part.facts, on, None)
            outcome.made.append(later)
            if over is not None:
                _placed(later, over.parent, DateRange(on, over.valid.upper, "[)"))
        homes = {key: later for part, later in zip(parts, outcome.made, strict=True)
                 for key in part.subgroups}  # fmt: skip
        wanted = [
            (seat, later, True)
            for part, later in zip(parts, outcome.made, strict=True)
            for seat in seats
            if seat.pk in part.seats
        ]
        _follow(group, outcome.made, wanted, on, outcome, by, note=note, homes=homes)
    if try_only:
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def merge(
    groups: Sequence[Group],
    into: Group | Mapping[str, Any],
    *,
    on: date,
    seats: Iterable[int],
    by: Viewer,
    note: str = "",
    try_only: bool = False,
) -> Outcome:
    """Let one group, new or there already, go on with the work of several from a day."""
    network = groups[0].network
    lock(network.pk)
    earlier = [_open_group(group.pk) for group in groups]
    if isinstance(into, Group):
        earlier = [group for group in earlier if group.pk != into.pk]
    if not earlier or (len(earlier) < 2 and not isinstance(into, Group)):
        raise GroupError(_("Choose at least two groups to merge."), "groups")
    if any(group.network_id != network.pk for group in earlier):
        raise GroupError(_("Groups of different networks can't be merged."), "groups")
    chosen = frozenset(seats)
    outcome = Outcome()
    open_seats = _seats_of([group.pk for group in earlier], on)
    with history.acting(by, gettext_noop("groups merged")):
        for group in earlier:
            checked_end(group, on)
        if isinstance(into, Group):
            later = _open_group(into.pk)
            if not covers(later.valid, on):
                raise GroupError(_("%(group)s doesn't exist on that day.") % {"group": later}, "on")
        else:
            later = _made(network, into, on, None)
            outcome.made.append(later)
        # One chair is enough: those who ran the first group go on running, the others are members.
        running = later.pk if isinstance(into, Group) else earlier[0].pk
        for group in earlier:
            wanted = [
                (seat, later, group.pk == running)
                for seat in open_seats
                if seat.group_id == group.pk and seat.pk in chosen
            ]
            _follow(group, [later], wanted, on, outcome, by, note=note)
    if try_only:
        transaction.set_rollback(True)
    return outcome


def seats_to_carry(group_ids: Iterable[int], on: date) -> list[Seat]:
    """The seats that can go over to a follower on a day, with `terms_then` loaded."""
    return _seats_of(group_ids, on)


def checked_end(group: Group, on: date) -> None:
    """Refuse an end that would undo what has been: the group, its seats and terms went on then."""
    checked_day(on, "on")
    if group.valid.lower and on <= group.valid.lower:
        raise GroupError(
            _("%(group)s began on %(day)s: it can't end before that.")
            % {"group": group, "day": shown(group.valid.lower)},
            "on",
        )
    if group.valid.upper and on > group.valid.upper:
        raise GroupError(
            _("%(group)s ends on %(day)s already.")
            % {"group": group, "day": shown(group.valid.upper - timedelta(days=1))},
            "on",
        )
    begun = DateRange(on, clock.today(), "[]")
    if on > clock.today():
        return
    late = Term.objects.filter(seat__group=group, valid__startswith__gte=on)
    late = late.filter(valid__startswith__lte=begun.upper)
    if term := late.select_related("person").order_by("valid").first():
        raise GroupError(
            _("%(name)s began in %(group)s on %(day)s, so the group can't have ended before that.")
            % {"name": term.person.name, "group": group, "day": shown(term.valid.lower)},
            "on",
        )


def _made(network: Network, facts: Mapping[str, Any], on: date, until: date | None) -> Group:
    checked_day(on, "on")
    checked_day(until, "until")
    if until and until < on:
        raise GroupError(_("The last day is before the first."), "until")
    if network.valid.lower and on < network.valid.lower:
        raise GroupError(
            _("The network began on %(day)s: a group can't be older.")
            % {"day": shown(network.valid.lower)},
            "on",
        )
    if network.valid.upper and (until is None or until >= network.valid.upper):
        until = last_day(network.valid)
        if until is not None and until < on:
            raise GroupError(_("The network has ended by that day."), "on")
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"a group has no {unknown}")
    group = Group(network=network, valid=period(on, until), **facts)
    _need_name(group)
    group.slug = _free_slug(network, group)
    group.save(force_insert=True)
    return group


def _need_name(group: Group) -> None:
    for name in NAMES:
        setattr(group, name, " ".join(str(getattr(group, name)).split()))
    if not any(getattr(group, name) for name in NAMES):
        raise GroupError(_("Give a name in at least one language."), "name_fi")
    number = group.meetings_a_year
    if number is not None and not 0 < number <= 366:
        raise GroupError(_("Say how many times a year, from 1 to 366."), "meetings_a_year")


def _free_slug(network: Network, group: Group) -> str:
    name = next(text for text in (getattr(group, key) for key in NAMES) if text)
    base = slugify(name)[:70] or "group"
    taken = TAKEN | set(Group.objects.filter(network=network).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _move_first_day(group: Group, first: date) -> None:
    checked_day(first, "first")
    network = group.network
    if network.valid.lower and first < network.valid.lower:
        raise GroupError(
            _("The network began on %(day)s: a group can't be older.")
            % {"day": shown(network.valid.lower)},
            "first",
        )
    if group.valid.upper and first >= group.valid.upper:
        raise GroupError(_("The last day is before the first."), "first")
    if Succession.objects.filter(later=group, on=group.valid.lower).exists():
        raise GroupError(
            _("The group began when it followed another: the day can't be changed here."), "first"
        )
    seat = Seat.objects.filter(group=group, valid__startswith__lt=first).order_by("valid").first()
    if seat is not None:
        raise GroupError(
            _("A seat of the group begins on %(day)s. Change that first.")
            % {"day": shown(seat.valid.lower)},
            "first",
        )
    group.valid = DateRange(first, group.valid.upper, "[)")
    for placement in Placement.objects.filter(group=group, valid__startswith__lt=first):
        _cut_below(placement, first)
    for placement in Placement.objects.filter(parent=group, valid__startswith__lt=first):
        _cut_below(placement, first)


def _cut_below(placement: Placement, first: date) -> None:
    if placement.valid.upper and placement.valid.upper <= first:
        placement.delete()
        return
    placement.valid = DateRange(first, placement.valid.upper, "[)")
    placement.save(update_fields=["valid"])


def _placed(group: Group, parent: Group, valid: DateRange) -> None:
    """Write that a group is part of another for a time, as long as both are there."""
    if parent.network_id != group.network_id:
        raise GroupError(_("A sub-group belongs to the same network."), "parent")
    if valid.lower is None or not covers(parent.valid, valid.lower):
        raise GroupError(_("%(group)s doesn't exist on that day.") % {"group": parent}, "parent")
    over: Group | None = parent
    seen = {group.pk}
    while over is not None:
        if over.pk in seen:
            raise GroupError(_("A group can't be a part of itself."), "parent")
        seen.add(over.pk)
        above = Placement.objects.on(valid.lower).filter(group=over).select_related("parent")
        found_above = above.first()
        over = found_above.parent if found_above else None
    uppers = [upper for upper in (valid.upper, parent.valid.upper) if upper]
    upper = min(uppers) if uppers else None
    Placement.objects.create(group=group, parent=parent, valid=DateRange(valid.lower, upper, "[)"))


def _cut_placement(placement: Placement, on: date) -> None:
    if placement.valid.lower is not None and placement.valid.lower >= on:
        placement.delete()
        return
    placement.valid = DateRange(placement.valid.lower, on, "[)")
    placement.save(update_fields=["valid"])


def _open_group(pk: int) -> Group:
    return Group.objects.select_related("network__organisation").get(pk=pk)


def _seats_of(group_ids: Iterable[int], on: date) -> list[Seat]:
    """Seats that go on to a day or begin later, each with its terms from then on."""
    ids = list(group_ids)
    seats = list(
        Seat.objects.not_over(on)
        .filter(group_id__in=ids)
        .select_related("organisation", "group")
        .order_by("pk")
    )
    # A seat whose end is the group's own end stands only as long as the group is there.
    by_seat: dict[int, list[Term]] = {}
    terms = Term.objects.not_over(on).filter(seat__in=seats)
    for term in terms.select_related("person").order_by("valid"):
        by_seat.setdefault(term.seat_id, []).append(term)
    for seat in seats:
        seat.terms_then = by_seat.get(seat.pk, [])  # type: ignore[attr-defined]
    at = {key: number for number, key in enumerate(ids)}
    return sorted(seats, key=lambda seat: (at[seat.group_id], seat.pk))


def _follow(
    group: Group,
    followers: Sequence[Group],
    wanted: Sequence[tuple[Seat, Group, bool]],
    on: date,
    outcome: Outcome,
    by: Viewer,
    *,
    note: str,
    homes: Mapping[int, Group] | None = None,
) -> None:
    """End a group, lead its seats, sub-groups and what others keep of it to its followers."""
    kept = {(seat.pk, later.pk) for seat, later, _runs in wanted}
    copies = [
        (seat, later, runs, DateRange(*_cut_to(seat.valid, on, group, later)))
        for seat, later, runs in wanted
    ]
    for later in followers:
        Succession.objects.create(earlier=group, later=later, on=on)
    _end(group, on, outcome, note=note, homes=homes or {}, default=followers[0], kept=kept)
    for seat, later, runs, valid in copies:
        outcome.carried.append((seat, _carry(seat, later, valid, on, runs=runs)))
    for follower in _followers():
        outcome.moved += list(follower.lines(group))
        follower.move(group, followers[0], on, by)
    for later in followers:
        group_evidence.write(later.pk)


def _followers() -> Sequence[Follower]:
    found: Sequence[Follower] = composed("GROUP_FOLLOWERS")
    return found


def _cut_to(valid: DateRange, on: date, group: Group, later: Group) -> tuple[Any, ...]:
    """A seat's period in the group that follows; its end goes with the group that it is in."""
    lower = max(valid.lower, on) if valid.lower else on
    upper = valid.upper
    if upper == group.valid.upper:
        upper = later.valid.upper
    elif later.valid.upper:
        upper = min(upper, later.valid.upper) if upper else later.valid.upper
    return lower, upper, "[)"


def _carry(seat: Seat, later: Group, valid: DateRange, on: date, *, runs: bool) -> Seat:
    """Give a seat to the group that follows, with those who hold it."""
    copy = Seat.objects.create(
        group=later, organisation_id=seat.organisation_id, title=seat.title, valid=valid
    )
    for term in seat.terms_then:  # type: ignore[attr-defined]
        lower = max(term.valid.lower, on) if term.valid.lower else on
        upper = term.valid.upper
        if valid.upper and (upper is None or upper > valid.upper):
            upper = valid.upper
        if upper is not None and upper <= lower:
            continue
        sits = Term.objects.filter(seat__group=later, person_id=term.person_id)
        if sits.filter(valid__overlap=DateRange(lower, upper, "[)")).exists():
            raise GroupError(
                _("%(name)s would sit in %(group)s twice. Leave one of the seats behind.")
                % {"name": term.person.name, "group": later},
                "seats",
            )
        role = term.role if runs or term.role not in Term.RUNNING else Term.Role.MEMBER
        Term.objects.create(
            seat=copy,
            person_id=term.person_id,
            role=role,
            deputy=term.deputy,
            valid=DateRange(lower, upper, "[)"),
            reminded_on=term.reminded_on,
        )
    return copy


def _end(
    group: Group,
    on: date,
    outcome: Outcome,
    *,
    note: str = "",
    with_subgroups: bool = False,
    homes: Mapping[int, Group] | None = None,
    default: Group | None = None,
    kept: Iterable[tuple[int, int]] = (),
) -> None:
    """End a group on the day before `on`, with its seats and terms; nothing of the past goes."""
    checked_end(group, on)
    carried = {seat_id for seat_id, _later in kept}
    gone: list[int] = []
    for seat in Seat.objects.not_over(on).filter(group=group).order_by("pk"):
        for term in Term.objects.not_over(on).filter(seat=seat):
            if term.valid.lower and term.valid.lower >= on:
                outcome.dropped += seat.pk not in carried
                term.delete()
                continue
            term.valid = DateRange(term.valid.lower, on, "[)")
            term.save(update_fields=["valid"])
        if seat.pk not in carried:
            outcome.ended.append(seat)
        if seat.valid.lower and seat.valid.lower >= on:
            gone.append(seat.pk)
            seat.delete()
            continue
        seat.valid = DateRange(seat.valid.lower, on, "[)")
        seat.save(update_fields=["valid"])
    _lead_subgroups(group, on, outcome, with_subgroups, homes or {}, default, note)
    for placement in Placement.objects.not_over(on).filter(group=group):
        _cut_placement(placement, on)
    group.valid = DateRange(group.valid.lower, on, "[)")
    if note:
        group.closing_note = note.strip()
    group.save(update_fields=["valid", "closing_note"])
    group_evidence.write(group.pk, gone=gone)


def _lead_subgroups(
    group: Group,
    on: date,
    outcome: Outcome,
    with_subgroups: bool,
    homes: Mapping[int, Group],
    default: Group | None,
    note: str,
) -> None:
    above = Placement.objects.on(on).filter(group=group).select_related("parent").first()
    under = Placement.objects.not_over(on).filter(parent=group)
    for placement in under.select_related("group__network__organisation").order_by("pk"):
        sub, upper = placement.group, placement.valid.upper
        later_first = max(on, placement.valid.lower or on)
        _cut_placement(placement, on)
        if with_subgroups:
            _end(sub, on, outcome, note=note, with_subgroups=True)
            outcome.subgroups.append((sub, None))
            continue
        parent = homes.get(sub.pk, default)
        if parent is None and above is not None:
            parent = above.parent
        outcome.subgroups.append((sub, parent))
        if parent is not None and parent.pk != sub.pk:
            # Where the period ended with the group's own end, it goes on with the sub-group.
            end = sub.valid.upper if upper == group.valid.upper else upper
            _placed(sub, parent, DateRange(later_first, end, "[)"))
