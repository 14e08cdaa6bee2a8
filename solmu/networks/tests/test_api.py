"""The API's networks and memberships."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.lib import clock
from solmu.lib.periods import last_day
from solmu.networks.models import Membership, Network, Participant, Representative
from solmu.networks.tests.test_groups_api import ask
from solmu.organisations.models import Organisation

pytestmark = [pytest.mark.demo, pytest.mark.django_db]


def of_valkky(slug: str) -> Membership:
    """A member's membership of Välkky."""
    return Membership.objects.get(
        network__organisation__slug="valkky", organisation__slug=slug, valid__endswith=None
    )


@pytest.mark.parametrize(("on", "count"), [("2013-06-01", 7), ("2014-12-31", 9), ("", 8)])
def test_members_of_a_day(client: Client, on: str, count: int) -> None:
    day = on or clock.today().isoformat()

    _status, answer = ask(client, "outsider", "get", f"/memberships?network=valkky&on={day}")

    assert len(answer["items"]) == count
    for one in answer["items"]:
        assert one["network"] == "valkky"
        assert one["organisation_name"]
        assert one["valid_from"] <= day
        assert one["valid_to"] is None or one["valid_to"] >= day


def test_notes_are_for_those_in_the_network(client: Client) -> None:
    made = of_valkky("hami")
    Membership.objects.filter(pk=made.pk).update(note="Sovittu kevätkokouksessa")

    inside = ask(client, "member", "get", f"/memberships/{made.pk}")[1]
    outside = ask(client, "outsider", "get", f"/memberships/{made.pk}")[1]

    assert inside["note"] == "Sovittu kevätkokouksessa"
    assert outside["note"] is None


def test_networks_are_those_that_one_may_know_of(client: Client) -> None:
    Organisation.objects.filter(slug="mewet").update(public=False)

    def slugs(persona: str, query: str = "") -> set[str]:
        answer = ask(client, persona, "get", f"/networks?limit=100{query}")[1]
        return {one["slug"] for one in answer["items"]}

    assert {"valkky", "mewet"} <= slugs("coordinator")
    assert "mewet" not in slugs("outsider")
    assert not slugs("coordinator") & {"hameen-ruokaketju", "pohjoinen-taitoverkosto"}
    assert ask(client, "outsider", "get", "/networks/mewet")[0] == 404
    assert ask(client, "outsider", "get", "/memberships?network=mewet")[0] == 404
    assert slugs("coordinator", "&kind=peer") == {"tyopaikkaohjaajakouluttajat"}
    assert slugs("coordinator", "&q=välk") == {"valkky"}
    _status, one = ask(client, "coordinator", "get", "/networks/valkky")
    assert (one["name"], one["kind"], one["public"]) == ("Välkky", "partnership", True)


def test_lists_need_a_constant_number_of_queries(client: Client) -> None:
    for path in ("/memberships", "/networks"):
        counts = []
        for limit in (1, 1, 100):
            with CaptureQueriesContext(connection) as queries:
                ask(client, "coordinator", "get", f"{path}?limit={limit}")
            counts.append(len(queries))
        assert counts[1] == counts[2]


def test_what_runs_elsewhere_is_known_to_its_own_institution_alone(client: Client) -> None:
    path = "/memberships?network=hameen-ruokaketju"

    assert len(ask(client, "rector", "get", path)[1]["items"]) == 1
    for persona in ("outsider", "network-lead", "admin"):
        assert ask(client, persona, "get", path)[0] == 404
        every = ask(client, persona, "get", "/memberships?limit=500")[1]["items"]
        assert "hameen-ruokaketju" not in {one["network"] for one in every}


def test_a_network_is_started_changed_and_ended(client: Client) -> None:
    hami = Organisation.objects.get(slug="hami")
    sent = {
        "name_fi": "Kokeilijat", "kind": "peer", "purpose": "Kokeillaan yhdessä.",
        "valid_from": "2020-01-01", "members": [hami.pk], "themes": ["Kokeilut", "Kokeilut"],
    }  # fmt: skip
    assert ask(client, "member", "post", "/networks", sent)[0] == 403
    status, made = ask(client, "coordinator", "post", "/networks", sent)
    slug = made["slug"]
    assert (status, made["name"], made["public"]) == (201, "Kokeilijat", False)
    assert made["themes"] == ["Kokeilut"]
    founders = ask(client, "coordinator", "get", f"/memberships?network={slug}")[1]["items"]
    assert {one["role"] for one in founders} == {"founder"}
    assert {one["valid_from"] for one in founders} == {"2020-01-01"}
    assert hami.pk in {one["organisation"] for one in founders}
    assert len(founders) == 2

    path = f"/networks/{slug}"
    assert ask(client, "outsider", "patch", path, {"motto": "x"})[0] == 404
    # Its institution belongs to it, but it isn't in it itself.
    assert ask(client, "rector", "patch", path, {"motto": "x"})[0] == 403
    status, changed = ask(client, "coordinator", "patch", path, {"motto": "Uutta", "public": True})
    assert (status, changed["motto"], changed["public"]) == (200, "Uutta", True)
    # What is public has an address that can be read out; the earlier one leads to it.
    assert changed["slug"] == "kokeilijat"
    assert client.get(f"/n/{slug}/").headers["Location"] == "/n/kokeilijat/"
    path = "/networks/kokeilijat"
    assert changed["purpose"] == "Kokeillaan yhdessä."
    for wrong in ({"hue": "pink"}, {"nonsense": 1}, {"purpose": ""}, {"name_fi": ""},
                  {"valid_from": "2021-01-01"}, {"led_by": 0}, {"region": "Ei"}):  # fmt: skip
        assert ask(client, "coordinator", "patch", path, wrong)[0] == 422, wrong
    today = clock.today().isoformat()
    _status, ended = ask(client, "coordinator", "patch", path, {"valid_to": today})
    assert ended["valid_to"] == today
    lasts = ask(client, "coordinator", "get", "/memberships?network=kokeilijat")[1]["items"]
    assert {one["valid_to"] for one in lasts} == {today}


@pytest.mark.parametrize("begins", [-400, 0, 40])
def test_a_network_may_begin_on_any_day(client: Client, begins: int) -> None:
    first = clock.today() + timedelta(days=begins)
    sent = {"name": "Alkavat", "purpose": "Alkaa.", "valid_from": first.isoformat()}

    status, made = ask(client, "coordinator", "post", "/networks", sent)

    assert (status, made["name_fi"], made["valid_from"]) == (201, "Alkavat", first.isoformat())
    named = Representative.objects.get(network=made["id"])
    assert named.valid.lower == max(first, clock.today())
    assert Participant.objects.get(network=made["id"]).way == "lead"


def test_an_organisation_joins_changes_its_role_and_leaves(client: Client) -> None:
    who = Organisation.objects.filter(slug__startswith="esittely-", public=True).earliest("pk")
    sent = {"network": "valkky", "organisation": who.pk, "valid_from": "2020-01-01"}
    assert ask(client, "coordinator", "post", "/memberships", sent)[0] == 403
    assert ask(client, "network-lead", "post", "/memberships", {**sent, "role": "boss"})[0] == 422
    status, made = ask(client, "network-lead", "post", "/memberships", sent)
    assert (status, made["role"], made["valid_to"]) == (201, "member", None)
    again = ask(client, "network-lead", "post", "/memberships", sent)
    assert (again[0], again[1]["errors"][0]["field"]) == (422, "valid_from")

    path = f"/memberships/{made['id']}"
    change = {"role": "supporter", "on": "2022-01-01", "reason": "Tukee"}
    assert ask(client, "rector", "patch", path, change)[0] == 403
    _status, later = ask(client, "network-lead", "patch", path, change)
    assert (later["role"], later["valid_from"]) == ("supporter", "2022-01-01")
    assert ask(client, "network-lead", "get", path)[1]["valid_to"] == "2021-12-31"

    path = f"/memberships/{later['id']}"
    early = ask(client, "network-lead", "patch", path, {"valid_to": "2021-06-01"})
    assert (early[0], early[1]["errors"][0]["field"]) == (422, "valid_to")
    _status, left = ask(
        client, "network-lead", "patch", path, {"valid_to": "2024-12-31", "reason": "Lopetti"}
    )
    assert (left["valid_to"], left["note"]) == ("2024-12-31", "Lopetti")
    assert ask(client, "network-lead", "delete", path)[0] == 409
    _status, back = ask(client, "network-lead", "patch", path, {"valid_to": None, "note": ""})
    assert (back["valid_to"], back["note"]) == (None, "")
    assert ask(client, "network-lead", "patch", path, {"reason": "x"})[0] == 422


def test_a_membership_ends_today_or_on_the_day_that_is_said(client: Client) -> None:
    hami, vaao = of_valkky("hami"), of_valkky("vaao")
    later = clock.today() + timedelta(days=30)

    assert ask(client, "network-lead", "delete", f"/memberships/{hami.pk}")[0] == 204
    path = f"/memberships/{vaao.pk}?on="
    assert ask(client, "network-lead", "delete", f"{path}{later}")[0] == 204
    assert ask(client, "network-lead", "delete", f"{path}2009-01-01")[0] == 422

    hami.refresh_from_db()
    vaao.refresh_from_db()
    assert (last_day(hami.valid), last_day(vaao.valid)) == (clock.today(), later)


def test_pages_and_api_know_the_same(client: Client, client_as: Callable[[str], Client]) -> None:
    page = client_as("coordinator").get("/networks/valkky/members/?on=2014-12-31")
    _status, answer = ask(
        client, "coordinator", "get", "/memberships?network=valkky&on=2014-12-31&limit=100"
    )

    network = Network.objects.get(organisation__slug="valkky")
    assert network.memberships.on(date(2014, 12, 31)).count() == len(answer["items"])
    shown = {row.name for row in page.context["picture"].now}
    assert shown == {one["organisation_name"] for one in answer["items"]}
