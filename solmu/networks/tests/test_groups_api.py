"""The API's groups and who sits in them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.networks.models import Group, Seat, Term

pytestmark = [pytest.mark.demo, pytest.mark.django_db]

API = "/api/v1"


def ask(
    client: Client, persona: str, method: str, path: str, body: Any = None
) -> tuple[int, dict[str, Any]]:
    """Send a request with a persona's token; gives the status and the answer."""
    facts: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer demo-{persona}"}
    if body is not None:
        facts |= {"data": body, "content_type": "application/json"}
    got = getattr(client, method)(f"{API}{path}", **facts)
    return got.status_code, got.json() if got.content else {}


def test_groups_of_a_day(client: Client) -> None:
    _status, now = ask(client, "member", "get", "/groups?network=valkky&on=2026-01-01&limit=100")
    _status, then = ask(client, "member", "get", "/groups?network=valkky&on=2011-01-01&limit=100")

    assert {one["slug"] for one in now["items"] if one["kind"] == "steering"} == {"johtoryhma"}
    assert len(now["items"]) == 8
    assert "simulaatiot" in {one["slug"] for one in then["items"]}
    assert "viestinta" not in {one["slug"] for one in then["items"]}


def test_groups_are_for_those_in_the_network(client: Client) -> None:
    status, _answer = ask(client, "outsider", "get", "/groups?network=valkky")
    _status, every = ask(client, "outsider", "get", "/groups")

    assert status == 403
    assert every["items"] == []


def test_group_is_founded_changed_and_closed(client: Client) -> None:
    sent = {"network": "valkky", "name_fi": "Kokeilut", "meetings_a_year": 6}
    assert ask(client, "rector", "post", "/groups", sent)[0] == 403
    status, made = ask(client, "network-lead", "post", "/groups", sent)
    assert (status, made["slug"], made["name"]) == (201, "kokeilut", "Kokeilut")

    path = f"/groups/{made['id']}"
    status, changed = ask(client, "network-lead", "patch", path, {"task": "Kokeilee."})
    assert (status, changed["task"], changed["meetings_a_year"]) == (200, "Kokeilee.", 6)
    assert ask(client, "network-lead", "patch", path, {"colour": "red"})[0] == 422
    assert ask(client, "network-lead", "delete", path)[0] == 204
    assert Group.objects.get(pk=made["id"]).valid.upper == clock.today() + timedelta(days=1)


def test_terms_of_a_day_in_a_group(client: Client) -> None:
    path = "/group-memberships?network=valkky&group=johtoryhma&limit=100"
    _status, answer = ask(client, "coordinator", "get", f"{path}&on={clock.today()}")

    held = [one for one in answer["items"] if not one["deputy"]]
    assert len(held) == 8
    assert {one["role"] for one in held} == {"chair", "vice", "member"}
    assert {"organisation_name", "person", "valid_from", "valid_to"} <= set(held[0])


def test_somebody_is_named_by_the_contact_person(client: Client) -> None:
    own = Seat.objects.get(group__slug="johtoryhma", organisation__slug="tavastia")
    other = Seat.objects.get(group__slug="johtoryhma", organisation__slug="hami")
    sent = {"given_name": "Uusi", "family_name": "Tulija", "email": "uusi@solmu.example",
            "valid_from": "2029-01-01", "hand_over": True}  # fmt: skip

    named = {**sent, "seat": str(other.uuid)}
    assert ask(client, "coordinator", "post", "/group-memberships", named)[0] == 403
    named["seat"] = str(own.uuid)
    status, made = ask(client, "coordinator", "post", "/group-memberships", named)

    assert (status, made["person"], made["valid_from"]) == (201, "Uusi Tulija", "2029-01-01")
    path = f"/group-memberships/{made['id']}"
    assert ask(client, "coordinator", "patch", path, {"role": "expert"})[1]["role"] == "expert"
    assert ask(client, "coordinator", "patch", path, {"valid_to": "2028-01-01"})[0] == 422
    assert ask(client, "coordinator", "delete", path)[0] == 204
    assert not Term.objects.filter(pk=made["id"]).exists()


def test_pages_and_api_know_the_same(client_as: Callable[[str], Client]) -> None:
    page = client_as("member").get("/networks/valkky/groups/")

    assert page.status_code == 200
    assert len(page.context["rows"]) == 8
