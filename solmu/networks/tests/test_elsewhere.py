"""Networks run elsewhere: their own institution's record, which nobody else comes across."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from solmu.audit import changes
from solmu.lib.periods import first_day, period
from solmu.networks import evidence, trail
from solmu.networks.models import Membership, Network, Participant, Representative
from solmu.networks.tests.group_factories import SYSTEM
from solmu.networks.tests.test_groups_api import ask
from solmu.organisations.models import Institution, Organisation
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = [pytest.mark.demo, pytest.mark.django_db]

OTHERS = ("network-lead", "member", "outsider", "facilitator")
ClientAs = Callable[[str], Client]


@pytest.fixture
def recorded(client_as: ClientAs) -> Network:
    """A network that Tavastia's coordinator has recorded on the page."""
    client = client_as("coordinator")
    form = client.get("/networks/elsewhere/new/").context["form"]
    sent: dict[str, Any] = {
        "name_fi": "Puurakentajien salaseura", "kind": "partnership", "coordination": "led",
        "led_by_name": "Puuseura ry", "need": "Puurakentamisen osaajia.", "first": "2018-03-01",
        "way_of_working": "Kokous kevättalvella.",
        "representatives": [form.fields["representatives"].queryset.earliest("pk").pk],
    }  # fmt: skip
    answer = client.post("/networks/elsewhere/new/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    return Network.objects.get(led_by_name="Puuseura ry")


def history(network: Network) -> list[changes.Line]:
    """What the page tells to have happened to the network and its members, the newest first."""
    parts = [*trail.of_network(network), *trail.of_members(network)]
    return [line for change in changes.read(parts, SYSTEM).changes for line in change.lines]


def pages(network: Network) -> tuple[str, ...]:
    """Where the network could be come across."""
    key = network.organisation.pk
    return (
        f"/networks/{network.slug}/",
        f"/organisations/{key}/",
        f"/organisations/{network.slug}/",
    )


def test_its_own_institution_reads_it(recorded: Network, client_as: ClientAs) -> None:
    for persona in ("coordinator", "rector"):
        page = client_as(persona).get(f"/networks/{recorded.slug}/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "Puurakentamisen osaajia." in text
        assert "Puuseura ry" in text
        assert (
            f"/networks/{recorded.slug}/" in client_as(persona).get("/networks/").content.decode()
        )
    named = Representative.objects.get(network=recorded)
    assert named.kind == Representative.Kind.OTHER
    assert (
        first_day(Membership.objects.get(network=recorded).valid)
        == first_day(recorded.valid)
        == date(2018, 3, 1)
    )


@pytest.mark.parametrize("persona", OTHERS)
def test_others_come_across_it_nowhere(
    recorded: Network, client_as: ClientAs, client: Client, persona: str
) -> None:
    elsewhere = client_as(persona)

    for path in (*pages(recorded), f"/n/{recorded.slug}/", f"/networks/{recorded.slug}/join/"):
        assert elsewhere.get(path).status_code == 404, path
    for path in ("/networks/", "/partners/", "/search/?q=salaseura", "/organisations/?q=salaseura"):
        page = elsewhere.get(path).content.decode()
        assert recorded.slug not in page, path
        assert "Puurakentajien" not in page, path
    key = recorded.organisation.pk
    assert ask(client, persona, "get", "/search?q=salaseura")[1]["items"] == []
    assert ask(client, persona, "get", "/organisations?q=salaseura")[1]["items"] == []
    assert ask(client, persona, "get", f"/organisations/{key}")[0] == 404
    assert ask(client, persona, "get", f"/networks/{recorded.slug}")[0] == 404
    assert ask(client, persona, "get", f"/memberships?network={recorded.slug}")[0] == 404


def test_its_own_institution_finds_it(
    recorded: Network, client_as: ClientAs, client: Client
) -> None:
    page = client_as("rector").get("/search/?q=salaseura").content.decode()
    found = ask(client, "rector", "get", "/search?q=salaseura")[1]["items"]
    belongs = ask(client, "rector", "get", f"/memberships?network={recorded.slug}")[1]["items"]

    assert "Puurakentajien salaseura" in page
    assert f"/networks/{recorded.slug}/" in {one["url"] for one in found}
    assert [one["organisation_name"] for one in belongs] == ["Ammattiopisto Tavastia"]


def test_its_ties_are_its_own_institutions_alone(recorded: Network, client_as: ClientAs) -> None:
    tavastia = Institution.objects.get(organisation__slug="tavastia")

    rows = Evidence.objects.filter(source_kind=evidence.MEMBERSHIP, a=recorded.pk).union(
        Evidence.objects.filter(source_kind=evidence.MEMBERSHIP, b=recorded.pk)
    )

    assert {row.institution_id for row in rows} == {tavastia.pk}
    assert list(writing.differences({evidence.MEMBERSHIP: evidence.rebuild})) == []
    own = client_as("rector").get("/partners/?q=salaseura").content.decode()
    others = client_as("network-lead").get("/partners/?q=salaseura").content.decode()
    assert "Puurakentajien salaseura" in own
    assert "Puurakentajien salaseura" not in others


def test_who_may_read_it_may_not_write_it(recorded: Network, client_as: ClientAs) -> None:
    tavastia = Institution.objects.get(organisation__slug="tavastia")
    reader = Client()
    person = tavastia.affiliations.filter(role="contributor", person__user__isnull=False).first()
    assert person is not None
    reader.force_login(person.person.user, backend="solmu.people.viewing.ViewerBackend")

    assert reader.get(f"/networks/{recorded.slug}/").status_code == 200
    for path in ("elsewhere/", "move-in/"):
        assert reader.get(f"/networks/{recorded.slug}/{path}").status_code == 403
        assert client_as("network-lead").get(f"/networks/{recorded.slug}/{path}").status_code == 404


def test_what_was_recorded_is_changed(recorded: Network, client_as: ClientAs) -> None:
    client = client_as("rector")
    path = f"/networks/{recorded.slug}/elsewhere/"
    form = client.get(path).context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}
    sent |= {"first": "2017-01-01", "last": "2024-12-31", "need": "Uusi tarve", "funding": ""}

    answer = client.post(path, {**sent, "representatives": []})

    assert answer.status_code == 302, answer.context["form"].errors
    recorded.refresh_from_db()
    assert recorded.need == "Uusi tarve"
    made = Membership.objects.get(network=recorded)
    assert made.valid == period(date(2017, 1, 1), date(2024, 12, 31))
    assert list(writing.differences({evidence.MEMBERSHIP: evidence.rebuild})) == []


@pytest.mark.parametrize("left", [False, True])
def test_moving_in_keeps_the_history(
    recorded: Network, client_as: ClientAs, client: Client, left: bool
) -> None:
    made = Membership.objects.get(network=recorded)
    if left:
        Membership.objects.filter(pk=made.pk).update(
            valid=period(date(2018, 3, 1), date(2020, 12, 31))
        )
    before = [line.happened for line in history(recorded)]
    hami = Organisation.objects.get(slug="hami")
    mover = client_as("coordinator")
    path = f"/networks/{recorded.slug}/move-in/"
    form = mover.get(path).context["form"]
    sent: dict[str, Any] = {
        name: value
        for name in form.fields
        if (value := form[name].value()) not in (None, "", False)
    }
    sent |= {
        "public": "on", "purpose": "Puurakentamisen osaajia.", "founded_on": "2016-01-01",
        "first-TOTAL_FORMS": "1", "first-INITIAL_FORMS": "0", "first-0-organisation": f"#{hami.pk}",
        "first-0-email": "uusi.jasen@solmu.example",
    }  # fmt: skip

    answer = mover.post(path, sent)

    assert answer.status_code == 302, answer.context["form"].errors
    recorded = Network.objects.select_related("organisation").get(pk=recorded.pk)
    assert recorded.elsewhere_of is None
    assert recorded.public
    assert recorded.need == "Puurakentamisen osaajia."
    made.refresh_from_db()
    assert first_day(made.valid) == date(2018, 3, 1)
    after = [line.happened for line in history(recorded)]
    assert before
    assert len(after) > len(before)
    assert after[-len(before) :] == before
    assert Membership.objects.filter(network=recorded).count() == 2
    assert Representative.objects.filter(network=recorded, kind="contact").exists() is not left
    lead = Participant.objects.get(network=recorded)
    assert (lead.way, lead.person.email) == ("lead", "coordinator@solmu.example")
    # Now everybody may know of it, and only those in it read on.
    assert client_as("coordinator").get(f"/networks/{recorded.slug}/").status_code == 200
    assert client_as("outsider").get(f"/networks/{recorded.slug}/").status_code == 403
    assert Client().get(f"/n/{recorded.slug}/").status_code == 200
    assert ask(client, "outsider", "get", f"/networks/{recorded.slug}")[0] == 200
    found = ask(client, "outsider", "get", "/search?q=salaseura")[1]["items"]
    assert "Puurakentajien salaseura" in {one["title"] for one in found}
    assert list(writing.differences({evidence.MEMBERSHIP: evidence.rebuild})) == []


def test_moving_in_does_not_make_it_public(recorded: Network, client_as: ClientAs) -> None:
    mover = client_as("coordinator")
    path = f"/networks/{recorded.slug}/move-in/"
    form = mover.get(path).context["form"]
    sent: dict[str, Any] = {
        name: value
        for name in form.fields
        if (value := form[name].value()) not in (None, "", False)
    }
    others = [Organisation.objects.get(slug=slug) for slug in ("hami", "hyria")]
    sent |= {"first-TOTAL_FORMS": str(len(others)), "first-INITIAL_FORMS": "0"}
    sent |= {f"first-{at}-organisation": f"#{one.pk}" for at, one in enumerate(others)}

    assert mover.post(path, sent).status_code == 302

    recorded = Network.objects.select_related("organisation").get(pk=recorded.pk)
    assert not recorded.public
    assert Client().get(f"/n/{recorded.slug}/").status_code == 404
    assert client_as("outsider").get(f"/networks/{recorded.slug}/").status_code == 404
    assert client_as("member").get(f"/networks/{recorded.slug}/").status_code == 404
