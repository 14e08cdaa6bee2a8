"""Pages of groups and seats, as the personas of the demo use them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Group, Network, Seat, Succession, Term
from solmu.notifications.models import Message
from solmu.people.models import Person

pytestmark = [pytest.mark.demo, pytest.mark.django_db]

GROUPS = "/networks/valkky/groups/"


def tavastias_seat() -> Seat:
    """Tavastia's seat in the steering group, which the rector holds."""
    return Seat.objects.get(group__slug="johtoryhma", organisation__slug="tavastia")


def page_of(seat: Seat, page: str = "") -> str:
    """The address of a seat's page."""
    return f"/networks/valkky/seats/{seat.uuid}/{page}"


def test_groups_of_a_day(client_as: Callable[[str], Client]) -> None:
    client = client_as("member")

    now = client.get(GROUPS)
    then = client.get(f"{GROUPS}?on=2011-01-01")

    assert [row.group.kind for row in now.context["rows"]][:2] == ["steering", "working"]
    assert "Simulaatiot" not in {row.group.name for row in now.context["rows"]}
    assert "Simulaatiot" in {row.group.name for row in then.context["rows"]}
    assert sum(row.ended for row in now.context["rows"]) == 1


@pytest.mark.parametrize("on", ["2999-01-01", "1066-10-14", "eilen", "", "2011-02-30"])
def test_a_day_that_cannot_be_is_answered(client_as: Callable[[str], Client], on: str) -> None:
    client = client_as("member")

    for path in (GROUPS, f"{GROUPS}johtoryhma/"):
        assert client.get(path, {"on": on}).status_code == 200


def test_a_network_that_begins_tomorrow_has_a_page_of_groups(
    client_as: Callable[[str], Client],
) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    Network.objects.filter(organisation__slug="valkky").update(valid=period(tomorrow, None))

    assert client_as("network-lead").get(GROUPS).status_code == 200


def test_an_ended_term_is_not_shown_as_current(client_as: Callable[[str], Client]) -> None:
    over = Term.objects.get(
        seat__group__slug="pedagoginen-kehittaminen",
        valid__endswith__lte=clock.today(),
        valid__endswith__gt=clock.today() - timedelta(days=100),
    )

    page = client_as("network-lead").get(f"{GROUPS}pedagoginen-kehittaminen/")

    row = next(row for row in page.context["seats"] if row.one.seat.pk == over.seat_id)
    assert row.one.holder is None
    assert row.one.ended == over
    assert page_of(over.seat, "name/") in page.content.decode()


def test_queries_do_not_grow_with_the_groups(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")
    counts = []
    for turn in range(2):
        for path in (GROUPS, f"{GROUPS}johtoryhma/"):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
        of = Group.objects.get(slug="johtoryhma")
        for number in range(5):
            made = Group.objects.create(
                network=of.network, slug=f"lisa-{turn}-{number}", name_fi="Lisä", valid=of.valid
            )
            for group in (made, of):
                seat = Seat.objects.create(group=group, title="lisä", valid=of.valid)
                person = Person.objects.create(given_name="Lisä", family_name=str(number))
                Term.objects.create(seat=seat, person=person, role="chair", valid=of.valid)

    assert counts[:2] == counts[2:]


def test_a_group_is_founded_with_seats(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")
    form = client.get(f"{GROUPS}new/").context["form"]
    members = [key for key, _label in form.fields["seats_for"].choices]

    answer = client.post(
        f"{GROUPS}new/",
        {"name_fi": "Kokeilut", "kind": "working", "language": "fi", "on": "2026-01-01",
         "meetings_a_year": "6", "seats_for": members[:3]},
    )  # fmt: skip

    assert answer.status_code == 302
    assert Group.objects.get(slug="kokeilut").seats.count() == 3


def test_a_group_without_a_name_is_refused_in_words(client_as: Callable[[str], Client]) -> None:
    answer = client_as("network-lead").post(f"{GROUPS}new/", {"kind": "working"})

    assert answer.status_code == 422
    assert {"name_fi", "on"} <= set(answer.context["form"].errors)


def test_merging_is_shown_before_it_is_done(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")
    path = f"{GROUPS}merge/?group=teknologia&group=viestinta"
    form = client.get(path).context["form"]
    sent: dict[str, Any] = {
        "on": clock.today().isoformat(), "into": "new", "name_fi": "Yhdessä", "kind": "working",
        "language": "fi", "seats": form.fields["seats"].initial,
    }  # fmt: skip

    seen = client.post(path, {**sent, "act": "look"})
    assert seen.status_code == 200
    assert len(seen.context["outcome"]["carried"]) == len(sent["seats"])
    assert not Group.objects.filter(slug="yhdessa").exists()

    done = client.post(path, {**sent, "act": "do"})
    assert done.headers["Location"] == f"{GROUPS}yhdessa/"
    assert Succession.objects.filter(later__slug="yhdessa").count() == 2
    assert client.get(f"{GROUPS}yhdessa/").status_code == 200


def test_splitting_is_shown_before_it_is_done(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")
    path = f"{GROUPS}teknologia/split/?parts=2"
    sent = {
        "on": clock.today().isoformat(), "part0-name_fi": "Yksi", "part0-kind": "working",
        "part0-language": "fi", "part1-name_fi": "Kaksi", "part1-kind": "working",
        "part1-language": "fi",
    }  # fmt: skip

    seen = client.post(path, {**sent, "act": "look"})
    assert len(seen.context["outcome"]["ended"]) == 7
    done = client.post(path, {**sent, "act": "do"})

    assert done.status_code == 302
    assert Group.objects.filter(slug__in=["yksi", "kaksi"]).count() == 2


def test_closing_says_what_ends(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")

    page = client.get(f"{GROUPS}viestinta/close/")
    assert len(page.context["outcome"]["ended"]) == 5
    client.post(f"{GROUPS}viestinta/close/", {"last": clock.today().isoformat(), "act": "do"})

    assert Group.objects.get(slug="viestinta").valid.upper == clock.today() + timedelta(days=1)


def test_the_contact_person_hands_the_seat_over(client_as: Callable[[str], Client]) -> None:
    client, seat = client_as("coordinator"), tavastias_seat()
    on = clock.today() + timedelta(days=20)

    answer = client.post(
        page_of(seat, "hand-over/"),
        {"given_name": "Seija", "family_name": "Seuraaja", "email": "seija@solmu.example",
         "role": "vice", "first": on.isoformat()},
    )  # fmt: skip

    assert answer.status_code == 302
    after = Term.objects.get(seat=seat, valid__startswith=on)
    assert after.person.name == "Seija Seuraaja"
    message = Message.objects.get(to="seija@solmu.example")
    assert page_of(seat, "pack/") in message.text
    # The pack is hers already, although the network opens only when the term begins.
    successor = Client()
    successor.force_login(after.person.user, backend="solmu.people.viewing.ViewerBackend")
    pack = successor.get(page_of(seat, "pack/"))
    assert pack.status_code == 200
    assert pack.context["before"].person.email == "rector@solmu.example"
    assert successor.get(GROUPS).status_code == 403


def test_a_seat_of_others_is_not_filled(client_as: Callable[[str], Client]) -> None:
    other = Seat.objects.get(group__slug="johtoryhma", organisation__slug="hami")

    assert client_as("coordinator").get(page_of(other, "name/")).status_code == 403
    assert client_as("coordinator").get(page_of(other)).status_code == 200


def test_two_who_change_one_group_lose_nothing(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")
    path = f"{GROUPS}viestinta/edit/"
    form = client.get(path).context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) is not None}

    first = client.post(path, {**sent, "task": "Ensimmäisen"})
    second = client.post(path, {**sent, "task": "Toisen"})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "Toisen" in second.content.decode()
    assert Group.objects.get(slug="viestinta").task == "Ensimmäisen"
