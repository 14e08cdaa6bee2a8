"""Seats in groups: an organisation's, or personal; they last as long as the group at most."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib.periods import covers, last_day, period
from solmu.networks import group_evidence
from solmu.networks.groups import GroupError, checked_day, lock, shown
from solmu.networks.models import Group, Membership, Network, Seat, Term
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer


def state_of(seat: Seat) -> str:
    """What a form was filled in from: another state means that somebody was faster."""
    return f"{seat.title}|{seat.valid.lower}|{seat.valid.upper}"


@transaction.atomic
def add(
    group: Group,
    organisation: Organisation | None,
    *,
    first: date,
    by: Viewer,
    last: date | None = None,
    title: str = "",
) -> Seat:
    """Add a seat for a member of the network on that day, or a personal one."""
    lock(group.network_id)
    group = Group.objects.select_related("network__organisation").get(pk=group.pk)
    valid = _within(group, first, last)
    title = " ".join(title.split())
    if organisation is not None:
        valid = _as_member(group, organisation, valid, "organisation")
    elif not title:
        raise GroupError(_("Say what a personal seat is for."), "title")
    with history.acting(by, gettext_noop("seat added")):
        seat = Seat.objects.create(group=group, organisation=organisation, title=title, valid=valid)
        group_evidence.write(group.pk)
    return seat


@transaction.atomic
def edit(
    seat: Seat,
    *,
    by: Viewer,
    seen: str = "",
    title: str | None = None,
    first: date | None = None,
    last: date | None = None,
    set_last: bool = False,
) -> Seat:
    """Change what a seat is for, its first day, or (with `set_last`) its last."""
    seat = locked(seat)
    if seen and seen != state_of(seat):
        raise GroupError(
            _("Somebody has changed the seat meanwhile. Look at it again, then save your change.")
        )
    with history.acting(by, gettext_noop("seat changed")):
        if title is not None:
            seat.title = " ".join(title.split())
        lower = first or seat.valid.lower
        end = last if set_last else last_day(seat.valid)
        if (lower, end) != (seat.valid.lower, last_day(seat.valid)):
            _move(seat, lower, end)
        seat.save(update_fields=["title", "valid"])
        group_evidence.write(seat.group_id)
    return seat


@transaction.atomic
def end(seat: Seat, *, last: date, by: Viewer) -> None:
    """End a seat: its terms end with it, those to come fall away."""
    seat = locked(seat)
    checked_day(last, "last")
    if seat.valid.lower and last < seat.valid.lower:
        raise GroupError(
            _("The seat began on %(day)s: it can't end before that. Remove it if it was a mistake.")
            % {"day": shown(seat.valid.lower)},
            "last",
        )
    was = last_day(seat.valid)
    if was is not None and last > was:
        raise GroupError(_("The seat ends on %(day)s already.") % {"day": shown(was)}, "last")
    with history.acting(by, gettext_noop("seat ended")):
        _end(seat, last)
        group_evidence.write(seat.group_id)


@transaction.atomic
def remove(seat: Seat, *, by: Viewer) -> None:
    """Remove a seat that was a mistake: nobody has ever sat in it."""
    seat = locked(seat)
    if Term.objects.filter(seat=seat).exists():
        raise GroupError(_("Somebody has held the seat: end it, so that its history stays."))
    with history.acting(by, gettext_noop("seat removed")):
        key, group_id = seat.pk, seat.group_id
        seat.delete()
        group_evidence.write(group_id, gone=[key])


@transaction.atomic
def end_of_member(
    network: Network, organisation_id: int, *, last: date, by: Viewer, until: date | None = None
) -> int:
    """End a member's seats when it leaves; returns how many ended. Those to come fall away.

    A member that has joined again is away `until` a day: seats that it got later stay.
    """
    lock(network.pk)
    away = period(last + timedelta(days=1), until)
    seats = Seat.objects.filter(
        group__network=network, organisation_id=organisation_id, valid__overlap=away
    ).order_by("pk")
    groups: set[int] = set()
    gone: list[int] = []
    count = 0
    with history.acting(by, gettext_noop("member left")):
        for seat in seats:
            groups.add(seat.group_id)
            count += 1
            if seat.valid.lower and seat.valid.lower > last:
                Term.objects.filter(seat=seat).delete()
                gone.append(seat.pk)
                seat.delete()
            else:
                _end(seat, last)
        group_evidence.write(*groups, gone=gone)
    return count


def membership_from(network_id: int, organisation_id: int, on: date) -> DateRange | None:
    """For how long an organisation is a member without a break from a day on; None: it isn't."""
    rows = Membership.objects.filter(network_id=network_id, organisation_id=organisation_id)
    day, member = on, False
    for valid in rows.order_by("valid").values_list("valid", flat=True):
        if covers(valid, day):
            member = True
            if valid.upper is None:
                return DateRange(on, None, "[)")
            day = valid.upper
    return DateRange(on, day, "[)") if member else None


def locked(seat: Seat) -> Seat:
    """The seat as it is now, nobody else changing it until the transaction ends."""
    lock(seat.group.network_id)
    return Seat.objects.select_related("group__network__organisation", "organisation").get(
        pk=seat.pk
    )


def _within(group: Group, first: date, last: date | None) -> DateRange:
    """The seat's period, inside the group's."""
    checked_day(first, "first")
    checked_day(last, "last")
    if last is not None and last < first:
        raise GroupError(_("The last day is before the first."), "last")
    if group.valid.lower and first < group.valid.lower:
        raise GroupError(
            _("%(group)s began on %(day)s.") % {"group": group, "day": shown(group.valid.lower)},
            "first",
        )
    end_of_group = last_day(group.valid)
    if end_of_group is not None:
        if first > end_of_group:
            raise GroupError(
                _("%(group)s ended on %(day)s.") % {"group": group, "day": shown(end_of_group)},
                "first",
            )
        last = min(last, end_of_group) if last else end_of_group
    return period(first, last)


def _as_member(group: Group, organisation: Organisation, valid: DateRange, field: str) -> DateRange:
    """The seat's period while its organisation is a member; it has to be one on the first day."""
    member = membership_from(group.network_id, organisation.pk, valid.lower)
    if member is None:
        raise GroupError(
            _("%(name)s isn't a member of the network on %(day)s.")
            % {"name": organisation, "day": shown(valid.lower)},
            field,
        )
    uppers = [upper for upper in (valid.upper, member.upper) if upper]
    return DateRange(valid.lower, min(uppers) if uppers else None, "[)")


def _move(seat: Seat, first: date, last: date | None) -> None:
    valid = _within(seat.group, first, last)
    if seat.organisation is not None:
        valid = _as_member(seat.group, seat.organisation, valid, "first")
    outside = Term.objects.filter(seat=seat).exclude(valid__contained_by=valid)
    if term := outside.select_related("person").order_by("valid").first():
        raise GroupError(
            _("%(name)s's term would lie outside the seat's time. Change the term first.")
            % {"name": term.person.name},
            "first",
        )
    seat.valid = valid


def _end(seat: Seat, last: date) -> None:
    on = last + timedelta(days=1)
    for term in Term.objects.not_over(on).filter(seat=seat):
        if term.valid.lower and term.valid.lower >= on:
            term.delete()
            continue
        term.valid = DateRange(term.valid.lower, on, "[)")
        term.save(update_fields=["valid"])
    seat.valid = DateRange(seat.valid.lower, on, "[)")
    seat.save(update_fields=["valid"])
