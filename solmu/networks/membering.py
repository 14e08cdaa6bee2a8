"""Organisations join, leave and change their role; every change has a day and may have a reason."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.lib.periods import first_day, last_day, period
from solmu.networks import evidence, indexing, seats
from solmu.networks.models import (
    Membership,
    Network,
    Participant,
    Representative,
)
from solmu.organisations.models import Institution, Organisation, OrganisationSource
from solmu.people.viewer import Viewer

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
BEGUN = "membership"


class MemberingError(ValueError):
    """The membership can't be so; the message says why, and `field` which fact is meant."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def join(
    network: Network,
    organisation: Organisation,
    *,
    by: Viewer,
    role: str = Membership.Role.MEMBER,
    on: date | None = None,
    until: date | None = None,
    reason: str = "",
) -> Membership:
    """Make an organisation a member from a day on."""
    return join_many(network, [(organisation, role, on, until, reason)], by=by)[0]


@transaction.atomic
def join_many(
    network: Network,
    rows: Iterable[tuple[Organisation, str, date | None, date | None, str]],
    *,
    by: Viewer,
    reason: str = "",
) -> list[Membership]:
    """Make several organisations members: each with its role, first and last day, and a note."""
    network = _locked(network)
    made = []
    with history.acting(by, reason or gettext_noop("joined the network")):
        for organisation, role, day, last, note in rows:
            first = day or clock.today()
            check(network, organisation, first, last)
            made.append(
                Membership.objects.create(
                    network=network,
                    organisation=organisation,
                    role=role,
                    valid=period(first, last),
                    note=note[:200],
                )
            )
    _follow(network, made)
    return made


@transaction.atomic
def leave(membership: Membership, *, by: Viewer, on: date, reason: str = "") -> Membership:
    """End a membership; the day is its last. What its people may see ends with it."""
    network, membership = _both_locked(membership)
    first = first_day(membership.valid)
    if first and on < first:
        raise MemberingError(
            _("%(name)s joined on %(day)s and can't leave before that.")
            % {"name": membership.organisation, "day": shown(first)},
            "on",
        )
    check(network, membership.organisation, first, on, but=membership)
    with history.acting(by, reason or gettext_noop("left the network")):
        membership.valid = period(first, on)
        membership.note = reason[:200] or membership.note
        membership.save(update_fields=["valid", "note"])
        _end_people(network, membership.organisation_id, on, by=by)
    _follow(network, [membership])
    return membership


@transaction.atomic
def change_role(
    membership: Membership, role: str, *, by: Viewer, on: date, reason: str = ""
) -> Membership:
    """Give a member another role from a day on; the earlier role stays until the day before."""
    network, membership = _both_locked(membership)
    first, last = first_day(membership.valid), last_day(membership.valid)
    if role == membership.role:
        raise MemberingError(_("That is the role already."), "role")
    if (first and on < first) or (last and on > last):
        raise MemberingError(_("On that day the membership was not in force."), "on")
    with history.acting(by, reason or gettext_noop("role in the network changed")):
        if on == first:
            membership.role = role
            membership.save(update_fields=["role"])
            changed = [membership]
        else:
            membership.valid = period(first, on - timedelta(days=1))
            membership.save(update_fields=["valid"])
            later = Membership.objects.create(
                network=network,
                organisation=membership.organisation,
                role=role,
                valid=period(on, last),
                note=reason[:200],
            )
            changed = [membership, later]
    _follow(network, changed)
    return changed[-1]


@transaction.atomic
def correct(
    membership: Membership,
    *,
    by: Viewer,
    role: str,
    first: date | None,
    last: date | None,
    note: str,
    reason: str = "",
) -> Membership:
    """Put right what was recorded of a membership."""
    network, membership = _both_locked(membership)
    check(network, membership.organisation, first, last, but=membership)
    with history.acting(by, reason or gettext_noop("membership corrected")):
        membership.role, membership.note = role, note[:200]
        membership.valid = period(first, last)
        membership.save(update_fields=["role", "note", "valid"])
        if last is not None:
            _end_people(network, membership.organisation_id, last, by=by)
    _follow(network, [membership])
    return membership


def check(
    network: Network,
    organisation: Organisation,
    first: date | None,
    last: date | None,
    *,
    but: Membership | None = None,
) -> None:
    """Say what is wrong with a membership of these days, if something is."""
    for field, day in (("valid_from", first), ("valid_to", last)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise MemberingError(_("The year of that day can't be right."), field)
    if first and last and last < first:
        raise MemberingError(_("The last day is before the first."), "valid_to")
    begun, ended = first_day(network.valid), last_day(network.valid)
    if begun and (first is None or first < begun):
        raise MemberingError(
            _("The network began on %(day)s. Nobody can have joined before it.")
            % {"day": shown(begun)},
            "valid_from",
        )
    if ended and first and first > ended:
        raise MemberingError(
            _("The network ended on %(day)s.") % {"day": shown(ended)}, "valid_from"
        )
    if organisation.pk == network.pk:
        raise MemberingError(_("A network can't be a member of itself."), "organisation")
    others = Membership.objects.filter(
        network=network, organisation=organisation, valid__overlap=period(first, last)
    )
    if other := others.exclude(pk=but.pk if but else 0).order_by("valid").first():
        raise MemberingError(
            _("%(name)s is already recorded as a member %(period)s.")
            % {"name": organisation, "period": told(other)},
            "valid_from",
        )
    if but is None and _is_above(organisation.pk, network.pk):
        raise MemberingError(
            _("%(network)s belongs to %(name)s. Each can't be a part of the other.")
            % {"network": network, "name": organisation},
            "organisation",
        )


def told(membership: Membership) -> str:
    """When a membership was in force, as people say it."""
    return told_of(membership.valid)


def told_of(valid: DateRange) -> str:
    """A membership's period, as people say it."""
    first, last = first_day(valid), last_day(valid)
    if last is None:
        return _("since %(day)s") % {"day": shown(first)} if first else _("all along")
    return f"{shown(first) if first else ''}–{shown(last)}"


def shown(day: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(day, "SHORT_DATE_FORMAT")


def _is_above(organisation_id: int, network_id: int) -> bool:
    """Tell whether an organisation is a network that this one belongs to, through however many."""
    above, layer = set[int](), {network_id}
    while layer:
        layer = set(
            Membership.objects.filter(organisation_id__in=layer).values_list(
                "network_id", flat=True
            )
        )
        layer -= above
        above |= layer
    return organisation_id in above


def _locked(network: Network) -> Network:
    # One change of a network's members at a time: their ties are written from all of them.
    return (
        Network.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=network.pk)
    )


def _both_locked(membership: Membership) -> tuple[Network, Membership]:
    network = _locked(membership.network)
    fresh = Membership.objects.select_related("organisation").get(pk=membership.pk)
    fresh.network = network
    return network, fresh


def _follow(network: Network, changed: list[Membership]) -> None:
    """Write what follows: ties, who finds the network, and that members may know its entry."""
    evidence.write(network, {each.organisation_id for each in changed})
    if not network.organisation.public:
        _let_know(network, [each.organisation_id for each in changed])
    indexing.index_networks([network.pk])
    follow(BEGUN, [each.pk for each in changed])


def _let_know(network: Network, organisation_ids: list[int]) -> None:
    """Let member institutions see the directory's entry of a network that isn't public."""
    members = Institution.objects.filter(pk__in=organisation_ids)
    OrganisationSource.objects.bulk_create(
        [
            OrganisationSource(
                organisation_id=network.pk,
                institution=member,
                origin=OrganisationSource.Origin.PERSON,
            )
            for member in members
        ],
        ignore_conflicts=True,
    )


def _end_people(network: Network, organisation_id: int, on: date, *, by: Viewer) -> None:
    """End what people have in the network through an organisation that leaves it."""
    rows: list[Any] = [
        Representative.objects.filter(network=network, organisation_id=organisation_id),
        Participant.objects.filter(
            network=network, organisation_id=organisation_id, way=Participant.Way.JOINED
        ),
    ]
    after = on + timedelta(days=1)
    later = Membership.objects.filter(
        network=network, organisation_id=organisation_id, valid__overlap=period(after)
    )
    # It goes on in another role, or has joined again later: what people have from then on stays.
    begins = later.order_by("valid").values_list("valid", flat=True).first()
    again = first_day(begins) if begins else None
    if again == after:
        return
    between = period(after, again - timedelta(days=1) if again else None)
    for found in rows:
        for row in found.filter(valid__overlap=between):
            first = first_day(row.valid)
            if first is not None and first > on:  # what was to begin later never does
                row.delete()
                continue
            row.valid = period(first, on)
            row.save(update_fields=["valid"])
    seats.end_of_member(network, organisation_id, last=on, until=last_day(between), by=by)
