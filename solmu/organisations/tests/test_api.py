import pytest

from solmu.organisations.models import Affiliation, FactProposal, Institution, Organisation
from solmu.organisations.tests import factories
from solmu.people.models import Person
from solmu.people.tests.api_client import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution() -> Institution:
    return factories.institution("Ammattiopisto Aukea", slug="aukea")


@pytest.fixture
def coordinator(institution: Institution) -> Person:
    return factories.person_with_role(institution)


def _names(client: ApiClient, **query: str) -> list[str]:
    return [item["name"] for item in client.read("organisations", **query)["items"]]


def test_organisation_shows_its_public_facts(coordinator: Person) -> None:
    municipality = factories.municipality()
    made = factories.organisation(
        "Aukea Oy",
        name_sv="Aukea Ab",
        business_id="0112038-9",
        region=municipality.region,
        municipality=municipality,
        lat=61.0,
        lon=24.5,
    )

    shown = ApiClient(coordinator).read(f"organisations/{made.pk}")

    assert shown["id"] == made.pk
    assert shown["slug"] == made.slug
    assert shown["name"] == "Aukea Oy"
    assert (shown["kind"], shown["business_id"], shown["country"]) == ("company", "0112038-9", "FI")
    assert (shown["region"], shown["municipality"]) == ("Kanta-Häme", "Hämeenlinna")
    assert (shown["lat"], shown["lon"]) == (61.0, 24.5)


def test_name_comes_in_the_language_of_the_request(coordinator: Person) -> None:
    made = factories.organisation("Aukea Oy", name_sv="Aukea Ab")
    client = ApiClient(coordinator)

    answer = client.get(f"/api/v1/organisations/{made.pk}", headers={"accept-language": "sv"})

    assert answer.json()["name"] == "Aukea Ab"


def test_list_is_filtered(coordinator: Person) -> None:
    region = factories.region()
    factories.organisation("Kaarnametsä Oy", region=region)
    factories.organisation("Kaarnan kunta", kind="municipality")
    client = ApiClient(coordinator)

    assert _names(client, q="kaarna") == ["Kaarnametsä Oy", "Kaarnan kunta"]
    assert _names(client, q="kaarna", kind="municipality") == ["Kaarnan kunta"]
    assert _names(client, q="kaarna", region="Kanta-Häme") == ["Kaarnametsä Oy"]
    assert _names(client, q="kaarna", region="05") == ["Kaarnametsä Oy"]
    assert _names(client, q="kaarna", country="se") == []


def test_entry_of_one_institution_is_seen_by_it_alone(coordinator: Person) -> None:
    outsider = factories.person_with_role(factories.institution())
    added = ApiClient(coordinator).send("organisations", {"name": "Piilossa Oy"}).json()

    assert added["public"] is False
    assert "Piilossa Oy" in _names(ApiClient(coordinator))
    assert "Piilossa Oy" not in _names(ApiClient(outsider))
    assert (
        ApiClient(factories.person_with_role(factories.institution()))
        .get(f"/api/v1/organisations/{added['id']}")
        .status_code
        == 404
    )


def test_organisation_is_added_once_by_its_business_id(coordinator: Person) -> None:
    factories.municipality()
    client = ApiClient(coordinator)
    facts = {
        "name": "Aukea Oy",
        "kind": "company",
        "business_id": "0112038-9",
        "municipality": "Hämeenlinna",
        "fields": ["ict"],
    }

    first, again = (client.send("organisations", facts) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["region"] == "Kanta-Häme"
    assert first.json()["name_fi"] == "Aukea Oy"
    assert client.send("organisations", facts | {"business_id": "0112038-8"}).status_code == 422
    assert client.send("organisations", {}).status_code == 422


def test_facts_change_or_are_proposed(coordinator: Person, institution: Institution) -> None:
    own = ApiClient(coordinator).send("organisations", {"name": "Oma Oy"}).json()
    registered = factories.organisation("Rekisteri Oy", fact_sources={"name_fi": "register"})
    client = ApiClient(factories.person_with_role(institution))

    changed = client.change(f"organisations/{own['id']}", {"website": "https://aukea.example"})
    proposed = client.change(f"organisations/{registered.pk}", {"name_fi": "Muu Oy"})

    assert changed.json()["website"] == "https://aukea.example"
    assert changed.json()["proposed"] == []
    assert changed.json()["kind"] == "other"
    assert proposed.json()["name"] == "Rekisteri Oy"
    assert proposed.json()["proposed"] == ["name_fi"]
    assert FactProposal.objects.get().value == "Muu Oy"


def test_contributor_proposes_by_the_api_too(coordinator: Person, institution: Institution) -> None:
    own = ApiClient(coordinator).send("organisations", {"name": "Oma Oy"}).json()
    contributor = factories.person_with_role(institution, Affiliation.Role.CONTRIBUTOR)

    answer = ApiClient(contributor).change(f"organisations/{own['id']}", {"name_fi": "Uusi Oy"})

    assert (answer.json()["name"], answer.json()["proposed"]) == ("Oma Oy", ["name_fi"])


def test_parent_of_another_institution_is_not_told(institution: Institution) -> None:
    hidden = factories.organisation(public=False)
    made = factories.organisation(parent=hidden)
    client = ApiClient(factories.person_with_role(institution))

    assert client.read(f"organisations/{made.pk}")["parent"] is None


def test_reader_may_not_add_or_change(institution: Institution) -> None:
    made = factories.organisation()
    client = ApiClient(factories.person_with_role(institution, Affiliation.Role.READER))

    assert client.send("organisations", {"name": "Aukea Oy"}).status_code == 403
    assert client.change(f"organisations/{made.pk}", {"name_fi": "Muu"}).status_code == 403
    assert client.delete(f"/api/v1/organisations/{made.pk}").status_code == 405
    assert Organisation.objects.get(pk=made.pk).name == made.name
