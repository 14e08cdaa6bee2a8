"""Terms that end before long: reminded once, and waiting in my day until somebody follows."""

from datetime import date, timedelta

import pytest

from solmu.lib import clock
from solmu.networks import reminding
from solmu.networks.models import Network, Term
from solmu.networks.tests.group_factories import (
    contact,
    group,
    lead,
    member,
    network,
    seat,
    term,
)
from solmu.notifications.models import Message
from solmu.organisations.tests import factories as organisations
from solmu.ui.menu import told

pytestmark = pytest.mark.django_db


def ending(of: Network, *, days: int = 30) -> Term:
    """A term that ends within some days, in a seat of a member with a contact person."""
    whose = member(of)
    contact(of, whose)
    return term(seat(group(of, "Viestintä"), whose), last=clock.today() + timedelta(days=days))


def test_the_contact_person_is_reminded_once() -> None:
    held = ending(network())

    reminding.remind()
    reminding.remind()

    message = Message.objects.get()
    assert "Viestintä" in message.text
    assert f"/seats/{held.seat.uuid}/" in message.text
    held.refresh_from_db()
    assert held.reminded_on == clock.today()


@pytest.mark.parametrize("days", [-1, 61, 200])
def test_terms_that_end_later_or_have_ended_are_left_alone(days: int) -> None:
    ending(network(), days=days)

    reminding.remind()

    assert not Message.objects.exists()


def test_a_term_that_somebody_follows_is_left_alone() -> None:
    held = ending(network())
    term(held.seat, first=held.valid.upper)

    reminding.remind()

    assert not Message.objects.exists()


def test_a_term_that_ends_with_its_seat_is_left_alone() -> None:
    held = ending(network())
    held.seat.valid = held.valid
    held.seat.save()

    reminding.remind()

    assert not Message.objects.exists()


def test_without_a_contact_person_the_coordinators_are_reminded() -> None:
    of = network()
    coordinator = lead(of)
    term(seat(group(of), member(of)), last=clock.today() + timedelta(days=10))

    reminding.remind()

    assert Message.objects.get().to == coordinator.email


def test_one_message_tells_all_terms_of_an_organisation() -> None:
    of = network()
    whose = member(of)
    contact(of, whose)
    for name in ("Viestintä", "Talous"):
        term(seat(group(of, name), whose), last=clock.today() + timedelta(days=10))

    reminding.remind()

    text = Message.objects.get().text
    assert "Viestintä" in text
    assert "Talous" in text


def test_an_ended_term_waits_for_contact_and_coordinator_until_filled() -> None:
    of = network()
    coordinator, whose = lead(of), member(of)
    named = contact(of, whose)
    held = seat(group(of, "Viestintä"), whose)
    term(held, last=clock.today() - timedelta(days=3))
    stranger = contact(of, member(of))

    for person in (coordinator, named):
        waits = told(reminding.waits(organisations.viewer(person)))
        assert [wait.url for wait in waits] == [f"/networks/{of.slug}/seats/{held.uuid}/name/"]
    assert told(reminding.waits(organisations.viewer(stranger))) == []

    term(held, first=clock.today())
    assert told(reminding.waits(organisations.viewer(named))) == []


def test_many_open_seats_are_one_line() -> None:
    of = network()
    coordinator = lead(of)
    made = group(of)
    for _number in range(8):
        seat(made, member(of), first=date(2015, 1, 1))

    waits = told(reminding.waits(organisations.viewer(coordinator)))

    assert [wait.url for wait in waits] == [f"/networks/{of.slug}/groups/"]
