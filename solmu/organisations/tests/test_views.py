"""The directory's pages."""

import json

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.organisations import institutions
from solmu.organisations.models import Figure, Organisation, OrganisationSource, Relation
from solmu.organisations.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return factories.institution("Ammattiopisto Tavastia", slug="tavastia")


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


@pytest.fixture
def coordinator(ours):
    return client_of(factories.person_with_role(ours))


def private(institution, name="Salainen Oy") -> Organisation:
    made = factories.organisation(name, public=False)
    OrganisationSource.objects.create(organisation=made, institution=institution, origin="import")
    return made


def test_list_shows_what_the_viewer_may_see(ours, coordinator):
    factories.organisation("Julkinen Oy")
    private(ours, "Oma Oy")
    private(factories.institution(), "Vieras Oy")

    page = coordinator.get("/organisations/").content.decode()

    assert "Julkinen Oy" in page
    assert "Oma Oy" in page
    assert "Vieras Oy" not in page


def test_list_is_filtered_and_exported(coordinator):
    factories.organisation(
        "Leipomo Oy", municipality=factories.municipality(), region=factories.region()
    )
    factories.organisation("Kunta", kind="municipality")

    rows = b"".join(coordinator.get("/organisations/?kind=company&format=json"))

    assert [row["name"] for row in json.loads(rows)] == ["Leipomo Oy"]


@pytest.mark.parametrize("rows", [1, 5])
def test_list_costs_the_same_whatever_its_length(coordinator, django_assert_num_queries, rows):
    for _number in range(rows):
        factories.organisation(municipality=factories.municipality(), region=factories.region())

    with django_assert_num_queries(5):
        coordinator.get("/organisations/")


def test_entry_of_another_is_not_there(coordinator):
    other = private(factories.institution())

    assert coordinator.get(f"/organisations/{other.pk}/").status_code == 404
    assert coordinator.get(f"/organisations/{other.slug}/").status_code == 404
    assert coordinator.get(f"/organisations/{other.pk}/edit/").status_code == 404


def test_directory_asks_to_sign_in(client):
    assert (
        client.get("/organisations/").headers["Location"] == "/accounts/login/?next=/organisations/"
    )


def test_organisation_is_added_and_edited_by_form(ours, coordinator):
    made = coordinator.post(
        "/organisations/new/",
        {
            "name_fi": "Uusi Oy",
            "kind": "company",
            "country": "FI",
            "business_id": "15728600",
            "field_codes": ["ict"],
        },
    )
    found = Organisation.objects.get(name_fi="Uusi Oy")
    coordinator.post(
        f"/organisations/{found.pk}/edit/",
        {"name_fi": "Uusin Oy", "kind": "company", "country": "FI", "business_id": "1572860-0"},
    )

    assert made.headers["Location"] == f"/organisations/{found.pk}/"
    found.refresh_from_db()
    assert (found.name_fi, found.business_id, found.fields) == ("Uusin Oy", "1572860-0", [])


def test_organisation_is_part_of_another(ours, coordinator):
    group, made = factories.organisation("Konserni Oyj"), private(ours, "Tytär Oy")
    facts = {"name_fi": "Tytär Oy", "kind": "company", "country": "FI"}
    address = f"/organisations/{made.pk}/edit/"

    coordinator.post(address, facts | {"parent": f"Konserni Oyj #{group.pk}"})
    page = coordinator.get(f"/organisations/{made.pk}/").content.decode()
    form = coordinator.get(address).context["form"]
    loop = coordinator.post(address, facts | {"parent": f"#{made.pk}"})

    assert "Part of" in page
    assert "Konserni Oyj" in page
    assert form["parent"].value() == f"Konserni Oyj #{group.pk}"
    assert loop.status_code == 422
    offered = coordinator.get("/organisations/suggest/?parent=konserni").content.decode()
    assert f"Konserni Oyj #{group.pk}" in offered


def test_parent_that_the_viewer_does_not_know_stays(ours, coordinator):
    hidden = private(factories.institution(), "Salainen Konserni")
    made = private(ours, "Tytär Oy")
    Organisation.objects.filter(pk=made.pk).update(parent=hidden)

    coordinator.post(
        f"/organisations/{made.pk}/edit/",
        {"name_fi": "Tytär Oyj", "kind": "company", "country": "FI", "parent": ""},
    )

    made.refresh_from_db()
    assert (made.name_fi, made.parent_id) == ("Tytär Oyj", hidden.pk)


def test_contributor_proposes_facts_of_what_they_do_not_own(ours, coordinator):
    contributor = client_of(factories.person_with_role(ours, "contributor"))
    made = private(ours, "Leipomo Oy")
    facts = {"name_fi": "Leipomo Oyj", "kind": "company", "country": "FI"}

    page = contributor.get(f"/organisations/{made.pk}/edit/").content.decode()
    contributor.post(f"/organisations/{made.pk}/edit/", facts)

    made.refresh_from_db()
    assert "proposed to those who answer for the facts" in page
    assert made.name_fi == "Leipomo Oy"
    assert [
        row["can_decide"] for row in coordinator.get("/organisations/proposals/").context["mine"]
    ]


def test_coordinator_proposes_facts_of_what_is_not_their_institutions(coordinator):
    public = factories.organisation("Julkinen Oy")
    facts = {"name_fi": "Julkinen Oy", "kind": "company", "country": "FI"}

    coordinator.post(
        f"/organisations/{public.pk}/edit/", facts | {"website": "https://julkinen.example"}
    )

    public.refresh_from_db()
    assert public.website == ""


def test_wrong_business_id_is_said_on_the_form(coordinator):
    answer = coordinator.post(
        "/organisations/new/",
        {"name_fi": "Uusi Oy", "kind": "company", "country": "FI", "business_id": "1572860-1"},
    )

    assert answer.status_code == 422
    assert "check digit" in answer.content.decode()


def test_reader_changes_nothing(ours):
    client = client_of(factories.person_with_role(ours, "reader"))
    found = factories.organisation()

    assert client.get(f"/organisations/{found.pk}/").status_code == 200
    assert client.get(f"/organisations/{found.pk}/edit/").status_code == 403
    assert client.get("/organisations/new/").status_code == 403
    assert client.post(f"/organisations/{found.pk}/relations/", {}).status_code == 403
    assert client.get(f"/organisations/{found.pk}/merge/").status_code == 403


def test_relation_reads_from_both_ends_and_ends(ours, coordinator):
    one, other = factories.organisation("Emo Oy"), factories.organisation("Tytär Oy")
    coordinator.post(
        f"/organisations/{one.pk}/relations/",
        {"kind": "owner", "other": f"Tytär Oy #{other.pk}", "since": "2024-01-01"},
    )
    relation = Relation.objects.get()
    forward = coordinator.get(f"/organisations/{one.pk}/").content.decode()
    backward = coordinator.get(f"/organisations/{other.pk}/").content.decode()
    coordinator.post(
        f"/organisations/{one.pk}/relations/{relation.pk}/end/", {"on": clock.today().isoformat()}
    )

    assert "Owner of" in forward
    assert "Owned by" in backward
    relation.refresh_from_db()
    assert relation.valid.upper > clock.today()
    stranger = client_of(factories.person_with_role(factories.institution()))
    assert "Tytär Oy" not in stranger.get(f"/organisations/{one.pk}/").content.decode()


def test_relation_that_overlaps_is_refused(coordinator):
    one, other = factories.organisation(), factories.organisation()
    facts = {"kind": "-supplier", "other": f"#{other.pk}"}
    coordinator.post(f"/organisations/{one.pk}/relations/", facts)

    again = coordinator.post(f"/organisations/{one.pk}/relations/", facts)

    assert again.status_code == 422
    assert Relation.objects.get().source == other


def test_own_figures_are_recorded_and_corrected(ours, coordinator):
    for students in (2900, 3000):
        coordinator.post(f"/organisations/{ours.pk}/figures/", {"year": 2025, "students": students})

    assert Figure.objects.get().students == 3000
    other = factories.organisation()
    assert (
        coordinator.post(f"/organisations/{other.pk}/figures/", {"year": 2025}).status_code == 403
    )


def test_suggestions_are_what_the_viewer_may_see(ours, coordinator):
    seen = factories.organisation("Leipomo Rinkeli")
    private(factories.institution(), "Leipomo Salainen")

    options = coordinator.get("/organisations/suggest/?other=leipomo").content.decode()

    assert f"Leipomo Rinkeli #{seen.pk}" in options
    assert "Salainen" not in options


def test_proposal_is_shown_to_both_and_decided(ours, coordinator):
    theirs = factories.institution()
    other = client_of(factories.person_with_role(theirs))
    found = factories.organisation("Vanha Oy", fact_sources={"name_fi": ours.pk, "kind": ours.pk})
    facts = {"name_fi": "Uusi Oy", "kind": "company", "country": "FI"}

    other.post(f"/organisations/{found.pk}/edit/", facts)
    proposal = found.proposals.get()
    pending = other.get("/organisations/proposals/").content.decode()
    refused = other.post(f"/organisations/proposals/{proposal.pk}/", {"answer": "accept"})
    asked = coordinator.get("/organisations/proposals/").content.decode()
    coordinator.post(f"/organisations/proposals/{proposal.pk}/", {"answer": "accept"})

    assert "Uusi Oy" in pending
    assert "proposed by another institution" in asked
    assert str(theirs) not in asked
    assert refused.status_code == 403
    found.refresh_from_db()
    assert found.name_fi == "Uusi Oy"
    stranger = client_of(factories.person_with_role(factories.institution()))
    assert stranger.post(f"/organisations/proposals/{proposal.pk}/").status_code == 404


def test_operating_area_is_in_the_history():
    institution = factories.institution()
    institution.regions.add(factories.region())
    person = factories.person_with_role(institution, "leader")
    other = factories.region("06", "Pirkanmaa")
    institutions.change_area(
        institution, by=factories.viewer(person), regions=[other],
        municipalities=[factories.municipality()], fields=[],
    )  # fmt: skip

    page = client_of(person).get(f"/institutions/{institution.organisation.slug}/")

    told = page.content.decode().partition("History")[2]
    for line in (
        "Added: region of the operating area, Pirkanmaa",
        "Added: municipality of the operating area, Hämeenlinna",
        "Removed: region of the operating area, Kanta-Häme",
    ):
        assert line in told, line
