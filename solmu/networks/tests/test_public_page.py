"""A network's public page: for everybody, about organisations, not about people."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks import founding
from solmu.networks.models import Membership, Network
from solmu.networks.tests.group_factories import SYSTEM
from solmu.organisations.models import Organisation
from solmu.organisations.tests import factories as organisations
from solmu.people.models import Person

pytestmark = [pytest.mark.demo, pytest.mark.django_db]

PUBLIC = "/n/valkky/"


@pytest.fixture
def valkky() -> Network:
    return Network.objects.get(organisation__slug="valkky")


def people_in(text: str, network: Network) -> set[str]:
    """The people of a network whose name or address a page tells."""
    known = Person.objects.filter(represents__network=network) | Person.objects.filter(
        participations__network=network
    )
    sitting = Person.objects.filter(terms__seat__group__network=network)
    return {
        each.name
        for each in {*known, *sitting}
        if each.name in text or (each.email and each.email in text)
    }


def test_everybody_reads_who_belongs(client: Client, valkky: Network) -> None:
    page = client.get(PUBLIC)

    assert page.status_code == 200
    text = page.content.decode()
    assert len(page.context["picture"].full) == 8
    for each in page.context["picture"].full:
        assert each.name in text
    assert valkky.purpose in text
    assert valkky.motto in text
    assert len(text) < 100_000


def test_no_person_is_named_unless_it_was_ticked(client: Client, valkky: Network) -> None:
    assert people_in(client.get(PUBLIC).content.decode(), valkky) == set()

    Network.objects.filter(pk=valkky.pk).update(contact_public=True)

    page = client.get(PUBLIC).content.decode()
    assert people_in(page, valkky) == {"Venla Kivikumpu"}
    assert "network-lead@solmu.example" in page


def test_pages_below_it_name_no_person_of_the_network(client: Client, valkky: Network) -> None:
    year = clock.today().year - 1
    listed = client.get(f"{PUBLIC}outputs/").content.decode()
    outputs = set(re.findall(rf'href="{PUBLIC}(outputs/[0-9a-f-]{{36}}/)"', listed))
    assert outputs
    paths = ["outputs/", f"report/{year}/", *outputs]

    for path in paths:
        page = client.get(f"{PUBLIC}{path}")
        assert page.status_code == 200, path
        told = people_in(page.content.decode(), valkky)
        written_by = page.content.decode().partition("authors")[2]
        assert all(path.startswith("outputs/") and name in written_by for name in told), path


def test_a_private_network_has_none(
    client: Client, valkky: Network, client_as: Callable[[str], Client]
) -> None:
    founding.change(valkky, {}, by=SYSTEM, public=False)

    for one in (client, client_as("outsider"), client_as("member"), client_as("network-lead")):
        for path in ("", "outputs/"):
            assert one.get(f"{PUBLIC}{path}").status_code == 404
    # Those in it read on; its member institutions know of it; others don't.
    assert client_as("member").get("/networks/valkky/").status_code == 200
    assert client_as("outsider").get("/networks/valkky/").status_code == 404
    assert client_as("outsider").get(f"/organisations/{valkky.pk}/").status_code == 404
    assert client_as("coordinator").get(f"/organisations/{valkky.pk}/").status_code == 200


def test_what_runs_elsewhere_has_none_even_if_its_entry_is_public(client: Client) -> None:
    Organisation.objects.filter(slug="hameen-ruokaketju").update(public=True)

    assert client.get("/n/hameen-ruokaketju/").status_code == 404


def test_former_addresses_lead_to_it(client: Client, valkky: Network) -> None:
    valkky.organisation.old_slugs.create(slug="entinen-valkky")

    assert client.get("/n/entinen-valkky/").headers["Location"] == PUBLIC
    assert client.get("/n/ei-mikaan/").status_code == 404


def test_queries_do_not_grow_with_the_members(client: Client, valkky: Network) -> None:
    counts = []
    for _turn in range(2):
        client.get(PUBLIC)
        with CaptureQueriesContext(connection) as queries:
            client.get(PUBLIC)
        counts.append(len(queries))
        for _number in range(10):
            Membership.objects.create(
                network=valkky, organisation=organisations.organisation(), valid=valkky.valid
            )

    assert counts[0] == counts[1]


def test_a_network_without_anything_has_a_page(client: Client) -> None:
    entry = organisations.organisation("Tyhjä verkosto", kind=Organisation.Kind.NETWORK)
    Network.objects.create(organisation=entry, valid=period(clock.today()))

    assert client.get(f"/n/{entry.slug}/").status_code == 200
