"""How people come into a network, and how what they may see ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.lib.periods import last_day, period
from solmu.networks import guests, taking_part
from solmu.networks.models import Membership, Network, Participant
from solmu.networks.tests.group_factories import SYSTEM
from solmu.notifications.models import Message
from solmu.organisations.models import Affiliation, Institution
from solmu.organisations.tests import factories as organisations
from solmu.people.models import Person

pytestmark = [pytest.mark.demo, pytest.mark.django_db]

HOME = "/networks/valkky/"
JOIN = f"{HOME}join/"
PEOPLE = f"{HOME}people/"


@pytest.fixture
def valkky() -> Network:
    return Network.objects.get(organisation__slug="valkky")


def colleague(slug: str = "tavastia", role: str = Affiliation.Role.CONTRIBUTOR) -> Person:
    """Somebody on the staff of an institution, with an account."""
    return organisations.person_with_role(
        Institution.objects.get(organisation__slug=slug), role, given_name="Kollega"
    )


def signed_in(person: Person) -> Client:
    """A client signed in as a person."""
    client = Client()
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


def asking(person: Person) -> Participant:
    """What somebody has asked, through the page."""
    answer = signed_in(person).post(JOIN, {"purpose": "Haluan kehittää digiopetusta."})
    assert answer.status_code == 302
    return Participant.objects.get(person=person)


@pytest.mark.parametrize("role", ["contributor", "coordinator", "leader"])
def test_being_on_the_staff_of_a_member_is_not_enough(role: str) -> None:
    client = signed_in(colleague(role=role))

    for path in (HOME, f"{HOME}members/", PEOPLE, f"{HOME}groups/"):
        assert client.get(path).status_code == 403
    assert client.get(JOIN).status_code == 200


def test_the_contact_person_lets_somebody_in(client_as: Callable[[str], Client]) -> None:
    person = colleague()
    asked = asking(person)

    told = set(Message.objects.filter(text__contains="digiopetusta").values_list("to", flat=True))
    assert told == {"coordinator@solmu.example", "rector@solmu.example"}
    assert signed_in(person).get(HOME).status_code == 403
    contact = client_as("coordinator")
    assert [one.pk for one in contact.get(PEOPLE).context["asked"]] == [asked.pk]
    contact.post(f"{PEOPLE}{asked.pk}/answer/", {"approve": "1"})

    asked.refresh_from_db()
    assert asked.state == Participant.State.APPROVED
    assert asked.decided_by == Person.objects.get(email="coordinator@solmu.example")
    assert Message.objects.filter(to=person.email).count() == 1
    client = signed_in(person)
    assert client.get(HOME).status_code == 200
    # In, and yet not one who answers or leads.
    assert client.get(f"{HOME}edit/").status_code == 403
    assert client.get(PEOPLE).context["asked"] == []


def test_only_those_who_answer_for_the_organisation_let_in(
    client_as: Callable[[str], Client],
) -> None:
    person = colleague()
    asked = asking(person)

    for client in (client_as("member"), client_as("outsider"), signed_in(person)):
        answer = client.post(f"{PEOPLE}{asked.pk}/answer/", {"approve": "1"})
        assert answer.status_code == 403
    asked.refresh_from_db()
    assert asked.state == Participant.State.ASKED


def test_somebody_who_is_declined_stays_out_and_may_ask_again(
    client_as: Callable[[str], Client],
) -> None:
    person = colleague()
    asked = asking(person)

    contact = client_as("rector")
    contact.post(f"{PEOPLE}{asked.pk}/answer/", {"decline": "1"})
    contact.post(f"{PEOPLE}{asked.pk}/answer/", {"approve": "1"})  # too late

    asked.refresh_from_db()
    assert asked.state == Participant.State.DECLINED
    assert signed_in(person).get(HOME).status_code == 403
    assert signed_in(person).post(JOIN, {}).status_code == 302
    assert Participant.objects.filter(person=person).count() == 2


def test_asking_twice_is_one_question() -> None:
    person = colleague()
    asking(person)
    sent = Message.objects.count()

    signed_in(person).post(JOIN, {"purpose": "Edelleen"})

    assert Participant.objects.filter(person=person).count() == 1
    assert Message.objects.count() == sent


def test_staff_of_others_cannot_ask(client_as: Callable[[str], Client]) -> None:
    assert client_as("outsider").post(JOIN, {"purpose": "Minäkin"}).status_code == 403
    assert not Participant.objects.filter(purpose="Minäkin").exists()


def test_nobody_comes_in_through_a_member_that_has_left(
    valkky: Network, client_as: Callable[[str], Client]
) -> None:
    person = colleague()
    asked = asking(person)
    yesterday = clock.today() - timedelta(days=1)
    Participant.objects.filter(pk=asked.pk).update(valid=period(yesterday, yesterday))
    made = Membership.objects.get(network=valkky, organisation__slug="tavastia")
    Membership.objects.filter(pk=made.pk).update(valid=period(made.valid.lower, yesterday))

    client_as("network-lead").post(f"{PEOPLE}{asked.pk}/answer/", {"approve": "1"})

    asked.refresh_from_db()
    assert asked.state == Participant.State.ASKED
    assert signed_in(person).get(HOME).status_code == 403


def test_what_a_guest_may_see_ends_by_itself_after_the_last_day(
    client_as: Callable[[str], Client],
) -> None:
    today = clock.today()
    answer = client_as("member").post(
        f"{PEOPLE}guest/",
        {"given_name": "Vieno", "family_name": "Vieras", "email": "vieno@solmu.example",
         "purpose": "Arvioi hanketta", "until": today.isoformat()},
    )  # fmt: skip
    assert answer.status_code == 302
    guest = Participant.objects.get(way=Participant.Way.GUEST, person__given_name="Vieno")
    assert guest.sponsor == Person.objects.get(email="member@solmu.example")
    client = signed_in(guest.person)

    assert client.get(HOME).status_code == 200
    assert client.get(f"{HOME}members/").status_code == 200
    # Guests read only.
    for path in (f"{PEOPLE}guest/", f"{HOME}edit/", f"{HOME}members/add/"):
        assert client.get(path).status_code == 403
    yesterday = today - timedelta(days=1)
    Participant.objects.filter(pk=guest.pk).update(valid=period(yesterday, yesterday))
    for path in (HOME, f"{HOME}members/", PEOPLE):
        assert client.get(path).status_code == 403


def test_a_guest_of_tomorrow_is_out_the_day_after() -> None:
    valkky = Network.objects.get(organisation__slug="valkky")
    sponsor = Person.objects.get(email="member@solmu.example")
    last = clock.today() + timedelta(days=1)
    guest = guests.invite(
        valkky, "huomen@solmu.example", by=SYSTEM, sponsor=sponsor, until=last, given_name="Huomen"
    )

    for days, inside in ((0, True), (1, True), (2, False), (400, False)):
        with clock.shifted(timedelta(days=days)):
            assert (valkky.pk in organisations.viewer(guest.person).networks) is inside


@pytest.mark.parametrize("days", [-1, 367])
def test_a_guests_last_day_is_within_a_year(client_as: Callable[[str], Client], days: int) -> None:
    until = clock.today() + timedelta(days=days)
    answer = client_as("member").post(
        f"{PEOPLE}guest/",
        {"given_name": "Vieno", "family_name": "Vieras", "email": "vieno@solmu.example",
         "purpose": "Arvioi hanketta", "until": until.isoformat()},
    )  # fmt: skip

    assert answer.status_code == 422
    assert not Participant.objects.filter(person__given_name="Vieno").exists()


def test_sponsors_are_reminded_once_and_may_prolong(client_as: Callable[[str], Client]) -> None:
    valkky = Network.objects.get(organisation__slug="valkky")
    sponsor = Person.objects.get(email="member@solmu.example")
    last = clock.today() + timedelta(days=3)
    guest = guests.invite(
        valkky, "pian@solmu.example", by=SYSTEM, sponsor=sponsor, until=last, given_name="Pian"
    )

    guests.remind()
    guests.remind()
    assert Message.objects.filter(to=sponsor.email, text__contains="Pian").count() == 1
    later = clock.today() + timedelta(days=90)
    path = f"{PEOPLE}{guest.pk}/prolong/"
    assert client_as("coordinator").post(path, {"until": later.isoformat()}).status_code == 403
    client_as("member").post(path, {"until": later.isoformat()})

    guest.refresh_from_db()
    assert last_day(guest.valid) == later
    assert guest.reminded_on is None


def test_a_guest_who_has_gone_is_not_prolonged() -> None:
    valkky = Network.objects.get(organisation__slug="valkky")
    sponsor = Person.objects.get(email="member@solmu.example")
    guest = guests.invite(
        valkky, "meni@solmu.example", by=SYSTEM, sponsor=sponsor, until=clock.today()
    )

    with clock.shifted(timedelta(days=5)):
        again = guests.invite(
            valkky, "meni@solmu.example", by=SYSTEM, sponsor=sponsor, until=clock.today()
        )
        with pytest.raises(guests.GuestError):
            guests.prolong(guest, by=SYSTEM, until=clock.today())

    assert again.pk != guest.pk


def test_the_last_coordinator_stays() -> None:
    valkky = Network.objects.get(organisation__slug="valkky")
    one = Participant.objects.get(network=valkky, way=Participant.Way.LEAD)

    with pytest.raises(taking_part.TakingPartError):
        taking_part.end(one, by=SYSTEM)

    other = colleague("hyria")
    taking_part.lead(valkky, other, by=SYSTEM)
    taking_part.end(one, by=SYSTEM)
    assert "lead" in organisations.viewer(other).networks[valkky.pk]


def test_a_peer_network_is_joined_for_oneself(client_as: Callable[[str], Client]) -> None:
    path = "/networks/tyopaikkaohjaajakouluttajat/"
    client = client_as("outsider")
    assert client.get(path).status_code == 403

    client.post(f"{path}join/", {})

    assert client.get(path).status_code == 200
    own = Participant.objects.get(person__email="outsider@solmu.example")
    client.post(f"{path}people/{own.pk}/end/")
    assert client.get(path).status_code == 403
