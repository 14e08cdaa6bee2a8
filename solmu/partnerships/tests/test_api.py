from datetime import date, timedelta
from typing import Any, get_args

import pytest

from solmu.lib import clock
from solmu.organisations.models import Institution
from solmu.organisations.tests import factories as directory
from solmu.partnerships import api
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder, Standing
from solmu.partnerships.partner import contacts_api, dialogue_api
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.tests.api_client import ApiClient
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution() -> Institution:
    return factories.institution("Ammattiopisto Aukea", slug="aukea")


@pytest.fixture
def leader(institution: Institution) -> Person:
    return directory.person_with_role(institution, "leader")


@pytest.fixture
def client(leader: Person) -> ApiClient:
    return ApiClient(leader)


def _ids(client: ApiClient, path: str = "partnerships", **query: Any) -> list[int]:
    return [item["id"] for item in client.read(path, **query)["items"]]


def test_choices_are_those_of_the_records() -> None:
    assert set(get_args(api.State)) == set(Standing.State.values)
    assert set(get_args(api.Scope)) == set(Standing.Scope.values)
    assert set(get_args(api.Form)) == set(Standing.Form.values)
    assert set(get_args(api.Role)) == set(Stakeholder.Role.values)
    assert set(get_args(dialogue_api.Kind)) == set(DialogueEntry.Kind.values)
    assert set(get_args(contacts_api.LegalBasis)) == set(Person.LegalBasis.values)


def test_partnership_shows_how_it_stands(client: ApiClient, institution: Institution) -> None:
    content = factories.facet(institution)
    organisation = directory.organisation("Kaarna Oy", region=directory.region())
    partner = factories.partner(
        institution,
        organisation,
        4,
        since=date(2025, 1, 1),
        contents=[content.pk],
        form="network",
        owner=Person.objects.get(),
    )

    shown = client.read(f"partnerships/{partner.pk}")

    assert shown["id"] == partner.pk
    assert shown["institution"] == "aukea"
    assert (shown["organisation"], shown["organisation_name"]) == (organisation.pk, "Kaarna Oy")
    assert (shown["level"], shown["level_rank"]) == ("Strateginen kumppani", 4)
    assert shown["content"] == [content.name_fi]
    assert (shown["scope"], shown["form"], shown["state"]) == ("regional", "network", "active")
    assert (shown["valid_from"], shown["valid_to"]) == ("2025-01-01", None)
    assert shown["owner"] == Person.objects.get().email


def test_list_has_every_stakeholder_whatever_its_state(
    client: ApiClient, institution: Institution
) -> None:
    without = factories.partner(institution, rank=None)
    ended = factories.partner(institution, state="ended")

    shown = client.read("partnerships", institution="aukea")["items"]

    assert [item["id"] for item in shown] == [without.pk, ended.pk]
    assert shown[0]["level"] is None


def test_list_is_of_a_day(client: ApiClient, institution: Institution) -> None:
    partner = factories.stakeholder(institution)
    factories.standing(partner, 1, since=date(2025, 1, 1), last=date(2025, 6, 30))
    factories.standing(partner, 3, since=date(2025, 7, 1))

    assert _ids(client, on="2024-12-31") == []
    (then,) = client.read("partnerships", on="2025-06-30")["items"]
    assert (then["level"], then["valid_to"]) == ("Yhteystaho", "2025-06-30")
    assert client.read(f"partnerships/{partner.pk}", on="2025-07-01")["level"] == "Kumppani"
    assert client.get(f"/api/v1/partnerships/{partner.pk}?on=2024-12-31").status_code == 404


def test_list_is_filtered(client: ApiClient, institution: Institution) -> None:
    content = factories.facet(institution, 2)
    one = factories.partner(
        institution, directory.organisation(region=directory.region()), 3, contents=[content.pk]
    )
    two = factories.partner(institution, directory.organisation(country="SE"), None)

    for name in ("Kumppani", "kumppani", "Partner", "3"):
        assert _ids(client, level=name) == [one.pk]
    assert _ids(client, level="none") == [two.pk]
    for name in (content.name_fi, content.name_sv.upper(), content.name_en):
        assert _ids(client, content=name) == [one.pk]
    assert _ids(client, scope="regional") == [one.pk]
    assert _ids(client, scope="international") == [two.pk]
    assert _ids(client, organisation=two.organisation_id) == [two.pk]
    assert _ids(client, state="paused") == []


def test_administrator_lists_all_institutions_each_with_its_own_scope(
    institution: Institution,
) -> None:
    other = factories.institution("Toinen")
    other.regions.clear()
    organisation = directory.organisation(region=directory.region())
    ours, theirs = (factories.partner(at, organisation) for at in (institution, other))

    shown = ApiClient(directory.admin()).read("partnerships")["items"]

    assert {item["id"]: item["scope"] for item in shown} == {
        ours.pk: "regional",
        theirs.pk: "national",
    }
    assert _ids(ApiClient(directory.admin()), scope="regional") == [ours.pk]


def test_partnerships_of_others_are_not_there(institution: Institution) -> None:
    partner = factories.partner(institution)
    outsider = ApiClient(directory.person_with_role(factories.institution()))

    assert _ids(outsider) == []
    assert outsider.get("/api/v1/partnerships?institution=aukea").status_code == 404
    assert outsider.get(f"/api/v1/partnerships/{partner.pk}").status_code == 404
    assert _ids(ApiClient(directory.person(user=directory.user()))) == []


def test_stakeholder_is_added(client: ApiClient, institution: Institution) -> None:
    organisation = directory.organisation("Kaarna Oy")
    body = {
        "organisation": organisation.pk,
        "level": "strateginen kumppani",
        "content": [factories.facet(institution).name_fi],
        "scope": "national",
        "roles": ["employer"],
        "owner": Person.objects.get().email,
        "next_step": "Kutsutaan käymään",
        "reason": "Sovittu johtoryhmässä",
    }

    answer = client.send("partnerships", body)

    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown["level"] == "Strateginen kumppani"
    assert shown["scope"] == "national"
    assert shown["next_step"] == "Kutsutaan käymään"
    assert shown["valid_from"] == clock.today().isoformat()
    assert Standing.objects.get().reason == "Sovittu johtoryhmässä"
    assert client.send("partnerships", body).status_code == 409


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"organisation": 0}, "organisation"),
        ({"level": "nonsense"}, "level"),
        ({"content": ["nonsense"]}, "content"),
        ({"owner": "nobody@solmu.example"}, "owner"),
        ({"scope": "galactic"}, "scope"),
        ({"on": "yesterday"}, "on"),
        ({"roles": "employer"}, "roles"),
    ],
)
def test_stakeholder_that_makes_no_sense_is_not_added(
    client: ApiClient, facts: dict[str, Any], field: str
) -> None:
    body = {"organisation": directory.organisation().pk} | facts
    answer = client.send("partnerships", body)
    assert answer.status_code == 422
    assert [error["field"].split(".")[0] for error in answer.json()["errors"]] == [field]
    assert not Stakeholder.objects.exists()


def test_change_takes_effect_on_a_day_with_a_reason(
    client: ApiClient, institution: Institution
) -> None:
    partner = factories.partner(institution, rank=2, since=date(2025, 1, 1))
    address = f"partnerships/{partner.pk}"

    assert client.change(address, {"level": 3}).json()["errors"][0]["field"] == "reason"
    changed = client.change(
        address, {"level": "Kumppani", "reason": "Vakiintunut", "on": "2025-09-01"}
    )

    assert changed.status_code == 200, changed.content
    assert (changed.json()["level"], changed.json()["valid_from"]) == ("Kumppani", "2025-09-01")
    assert client.read(address, on="2025-08-31")["level"] == "Yhteistyö"
    assert client.change(address, {"level": 3, "reason": "Sama"}).status_code == 422
    assert client.change(address, {}).status_code == 422
    assert client.change(address, {"next_step": "Soita"}).json()["next_step"] == "Soita"


def test_level_that_leaders_decide_is_not_the_coordinators(institution: Institution) -> None:
    partner = factories.partner(institution, rank=3)
    client = ApiClient(directory.person_with_role(institution))
    body = {"level": "Strateginen kumppani", "reason": "Halu"}
    assert client.change(f"partnerships/{partner.pk}", body).status_code == 403


def test_contributor_changes_what_they_own(institution: Institution) -> None:
    person = directory.person_with_role(institution, "contributor")
    own = factories.partner(institution, owner=person)
    other = factories.partner(institution)
    client = ApiClient(person)
    body = {"goals": "Kymmenen opiskelijaa", "reason": "Sovittu"}

    assert client.change(f"partnerships/{own.pk}", body).status_code == 200
    assert client.change(f"partnerships/{other.pk}", body).status_code == 403
    assert client.send("partnerships", {"organisation": 1}).status_code == 403


def test_delete_ends_a_partnership(client: ApiClient, institution: Institution) -> None:
    partner = factories.partner(institution, since=date(2025, 1, 1))

    answer = client.delete(f"/api/v1/partnerships/{partner.pk}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.read(f"partnerships/{partner.pk}")["state"] == "ended"
    assert client.delete(f"/api/v1/partnerships/{partner.pk}").status_code == 422


# Contacts


def test_contact_is_added_changed_and_ended(client: ApiClient, institution: Institution) -> None:
    partner = factories.partner(institution)
    body = {
        "partnership": partner.pk,
        "given_name": "Aino",
        "family_name": "Kuusela",
        "email": "aino@kaarna.example",
        "title": "johtaja",
    }

    added = client.send("contacts", body)
    assert added.status_code == 201, added.content
    shown = added.json()
    assert (shown["name"], shown["partnership"]) == ("Aino Kuusela", partner.pk)
    assert shown["valid_from"] == clock.today().isoformat()
    assert _ids(client, "contacts", partnership=partner.pk) == [shown["id"]]
    assert _ids(client, "contacts", q="kuus") == [shown["id"]]

    address = f"contacts/{shown['id']}"
    changed = client.change(address, {"phone": "040 123 4567"}).json()
    assert (changed["phone"], changed["title"]) == ("040 123 4567", "johtaja")

    assert client.delete(f"/api/v1/{address}").status_code == 204
    tomorrow = clock.today() + timedelta(days=1)
    assert _ids(client, "contacts", on=tomorrow.isoformat()) == []
    assert client.read(address)["valid_to"] == clock.today().isoformat()


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"email": "nonsense"}, "email"), ({"legal_basis": "whim"}, "legal_basis"), ({"x": 1}, "x")],
)
def test_contact_that_makes_no_sense_is_not_added(
    client: ApiClient, institution: Institution, facts: dict[str, Any], field: str
) -> None:
    body = {"partnership": factories.partner(institution).pk, "family_name": "K"} | facts
    answer = client.send("contacts", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Contact.objects.exists()


def test_contact_without_a_name_is_not_added(client: ApiClient, institution: Institution) -> None:
    body = {"partnership": factories.partner(institution).pk}
    assert client.send("contacts", body).status_code == 422
    assert client.send("contacts", {"family_name": "K"}).status_code == 422


# Dialogue


def test_dialogue_is_logged_changed_and_removed(
    client: ApiClient, institution: Institution
) -> None:
    partner = factories.partner(institution)

    logged = client.send(
        "dialogue", {"partnership": partner.pk, "kind": "meeting", "title": "Vuosisuunnittelu"}
    )
    assert logged.status_code == 201, logged.content
    shown = logged.json()
    assert (shown["on"], shown["kind"]) == (clock.today().isoformat(), "meeting")
    assert shown["author"] == "Aino Esimerkki"
    assert Evidence.objects.count() == 1

    address = f"dialogue/{shown['id']}"
    changed = client.change(address, {"limited": True, "language": "sv"}).json()
    assert (changed["limited"], changed["title"]) == (True, "Vuosisuunnittelu")
    assert changed["language"] == "sv"
    assert Evidence.objects.count() == 0

    assert client.delete(f"/api/v1/{address}").status_code == 204
    assert client.get(f"/api/v1/{address}").status_code == 404


def test_limited_entry_is_seen_by_author_and_leaders_alone(
    client: ApiClient, institution: Institution
) -> None:
    entry = factories.entry(factories.partner(institution), clock.today(), limited=True)
    other = ApiClient(directory.person_with_role(institution))

    assert _ids(client, "dialogue") == [entry.pk]
    assert _ids(other, "dialogue") == []
    assert other.get(f"/api/v1/dialogue/{entry.pk}").status_code == 404
    assert _ids(ApiClient(directory.admin()), "dialogue") == []


def test_dialogue_is_listed_latest_first_and_filtered(
    client: ApiClient, institution: Institution
) -> None:
    partner = factories.partner(institution)
    old = factories.entry(partner, date(2025, 1, 1), kind="call")
    new = factories.entry(partner, date(2025, 2, 1), kind="task", due_on=date(2025, 3, 1))

    assert _ids(client, "dialogue") == [new.pk, old.pk]
    assert _ids(client, "dialogue", kind="call") == [old.pk]
    assert _ids(client, "dialogue", since="2025-01-15") == [new.pk]
    assert _ids(client, "dialogue", until="2025-01-15") == [old.pk]
    assert _ids(client, "dialogue", open="true") == [new.pk]
    assert _ids(client, "dialogue", open="false") == []


def test_contact_of_another_partner_takes_no_part(
    client: ApiClient, institution: Institution
) -> None:
    one, two = (factories.partner(institution) for _ in range(2))
    contact = client.send("contacts", {"partnership": one.pk, "family_name": "Kuusela"}).json()

    answer = client.send(
        "dialogue",
        {"partnership": two.pk, "kind": "call", "title": "Soitto", "contact": contact["id"]},
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "contact"
