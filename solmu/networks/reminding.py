"""Reminding in time: terms that end before long, and seats that wait for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from solmu.audit import history
from solmu.jobs.tasks import periodic
from solmu.lib import clock
from solmu.networks import seat_mails
from solmu.networks.groups import shown
from solmu.networks.models import Network, Participant, Representative, Seat, Term
from solmu.networks.permissions import LEAD
from solmu.networks.sitting import DAYS_BEFORE, asking_unfilled, seat_name, with_last_days
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 5


@periodic("13 * * * *", "networks.remind_of_terms")
def remind() -> None:
    """Remind organisations, once, of terms that end before long and that nobody follows."""
    today = clock.today()
    due = _due(today).values_list("seat__group__network_id", flat=True).distinct()
    for network_id in sorted(set(due)):
        _remind(network_id, today)


def _due(today: date) -> QuerySet[Term]:
    """Terms that end within the days of notice, with no reminder and no follower."""
    later = Term.objects.filter(
        seat=OuterRef("seat"), deputy=OuterRef("deputy"), valid__startswith__gt=today
    )
    return (
        Term.objects.on(today)
        .filter(reminded_on=None, valid__endswith__lte=today + timedelta(days=DAYS_BEFORE + 1))
        .filter(seat__group__valid__contains=today, seat__group__network__elsewhere_of=None)
        .filter(Q(seat__valid__upper_inf=True) | Q(seat__valid__endswith__gt=F("valid__endswith")))
        .exclude(Exists(later))
    )


@transaction.atomic
def _remind(network_id: int, today: date) -> None:
    network = Network.objects.select_related("organisation").get(pk=network_id)
    terms = list(
        _due(today)
        .filter(seat__group__network=network)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("person", "seat__group", "seat__organisation")
        .order_by("pk")
    )
    if not terms:
        return
    receivers: dict[int, list[Term]] = {}
    people: dict[int, Person] = {}
    contacts = _contacts(network, {term.seat.organisation_id for term in terms}, today)
    leads = list(
        Person.objects.filter(
            participations__network=network,
            participations__way=Participant.Way.LEAD,
            participations__state=Participant.State.APPROVED,
            participations__valid__contains=today,
        ).select_related("user")
    )
    for term in terms:
        contact = contacts.get(term.seat.organisation_id or 0)
        for person in [contact] if contact else leads:
            people[person.pk] = person
            receivers.setdefault(person.pk, []).append(term)
    for key, own in receivers.items():
        seat_mails.terms_end(people[key], network, own, on=today)
    with history.acting(Viewer.system(gettext_noop("reminded of terms that end"))):
        Term.objects.filter(pk__in=[term.pk for term in terms]).update(reminded_on=today)


def _contacts(
    network: Network, organisation_ids: Iterable[int | None], today: date
) -> dict[int, Person]:
    """Each organisation's contact person, else the deputy."""
    named = (
        Representative.objects.filter(network=network, valid__contains=today)
        .filter(organisation_id__in=[key for key in organisation_ids if key])
        .exclude(kind=Representative.Kind.OTHER)
        .select_related("person__user")
    )
    found: dict[int, Person] = {}
    for one in sorted(named, key=lambda one: one.kind == Representative.Kind.CONTACT):
        found[one.organisation_id] = one.person
    return found


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """Seats that wait for somebody: the organisation's for its contacts, all for the leads."""
    theirs = _led(viewer) | {network_id for network_id, _organisation in viewer.represented}
    if not theirs:
        return []
    return [Waits(asking_unfilled(theirs, clock.today()), partial(_empty, viewer))]


def _led(viewer: Viewer) -> set[int]:
    return {key for key, ways in viewer.networks.items() if LEAD in ways}


def _empty(viewer: Viewer, seats: list[Seat]) -> list[Waiting]:
    led = _led(viewer)
    found: dict[int, list[Seat]] = {}
    for seat in with_last_days(seats):
        network_id = seat.group.network_id
        if network_id in led or (network_id, seat.organisation_id) in viewer.represented:
            found.setdefault(network_id, []).append(seat)
    lines: list[Waiting] = []
    for of_network in found.values():
        lines += _lines(of_network)
    return lines


def _lines(seats: list[Seat]) -> list[Waiting]:
    network = seats[0].group.network
    if len(seats) > MOST:
        text = ngettext(
            "one seat waits for somebody", "%(n)s seats wait for somebody", len(seats)
        ) % {"n": len(seats)}
        url = reverse("networks:groups", args=[network.slug])
        return [Waiting(str(network), text, _("Look"), url)]
    return [
        Waiting(
            f"{seat.group}: {seat_name(seat)}",
            why(seat),
            _("Name somebody"),
            reverse("networks:seat-name", args=[network.slug, seat.uuid]),
        )
        for seat in seats
    ]


def why(seat: Seat) -> str:
    """Why a seat of `sitting.unfilled` waits for somebody."""
    last: date | None = seat.last_of_term  # type: ignore[attr-defined]
    if last is None:
        return _("nobody sits in it yet")
    if seat.held:  # type: ignore[attr-defined]
        return _("the term ends on %(day)s and nobody follows") % {"day": shown(last)}
    return _("the term ended on %(day)s and nobody has followed") % {"day": shown(last)}
