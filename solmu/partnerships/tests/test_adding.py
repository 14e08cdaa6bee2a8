"""Adding a partner by hand."""

import pytest

from solmu.lib import clock
from solmu.organisations.models import Organisation
from solmu.organisations.tests import factories as directory
from solmu.partnerships.models import Stakeholder
from solmu.partnerships.tests import factories
from solmu.partnerships.tests.test_list import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return factories.institution("Ammattiopisto Tavastia")


@pytest.fixture
def client(home):
    return signed_in(directory.person_with_role(home))


def test_new_finds_what_the_directory_has(home, client):
    directory.organisation("Metallipaja Kanervala Oy")
    mine = factories.partner(home, "Metalli Oma Oy")
    factories.partner(
        factories.institution("Muu"), directory.organisation("Metalli Salainen", public=False)
    )

    page = client.get("/partners/new/?find=metalli").content.decode()

    assert "Metallipaja Kanervala Oy" in page
    assert f'href="/partners/{mine.pk}/"' in page
    assert "Metalli Salainen" not in page


def test_new_takes_an_organisation_of_the_directory(home, client):
    found = directory.organisation("Metallipaja Kanervala Oy")

    answer = client.post(
        f"/partners/new/?organisation={found.pk}",
        {"roles": ["employer"], "level": factories.level(home, 2).pk, "on": "2024-02-01"},
    )

    made = Stakeholder.objects.get(institution=home, organisation=found)
    standing = made.standings.get()
    assert answer["Location"] == f"/partners/{made.pk}/"
    assert made.roles == ["employer"]
    assert (standing.level.rank, standing.state) == (2, "active")
    assert standing.valid.lower.isoformat() == "2024-02-01"


def test_new_writes_an_organisation_that_is_new(home, client):
    answer = client.post(
        "/partners/new/",
        {"name": "Uusi Oy", "business_id": "0737546-2", "kind": "company", "country": "FI"},
    )

    organisation = Organisation.objects.get(business_id="0737546-2")
    made = Stakeholder.objects.get(organisation=organisation)
    assert answer.status_code == 302
    assert not organisation.public
    assert made.standings.get().state == "potential"
    assert made.standings.get().valid.lower is None


def test_new_says_what_is_wrong_with_a_business_id(home, client):
    answer = client.post(
        "/partners/new/",
        {"name": "Uusi Oy", "business_id": "1234567-8", "kind": "company", "country": "FI"},
    )

    assert answer.status_code == 422
    assert not Stakeholder.objects.exists()


def test_new_enters_nobody_twice(home, client):
    mine = factories.partner(home, "Metalli Oma Oy", 3)

    answer = client.post(f"/partners/new/?organisation={mine.organisation_id}", {"roles": []})

    assert answer["Location"] == f"/partners/{mine.pk}/"
    assert mine.standings.get().level.rank == 3


@pytest.mark.parametrize(
    ("role", "status"), [("reader", 403), ("contributor", 403), ("leader", 200)]
)
def test_new_is_for_leaders_and_coordinators(home, role, status):
    client = signed_in(directory.person_with_role(home, role))

    assert client.get("/partners/new/").status_code == status


def test_new_does_not_offer_a_level_that_a_leader_decides(home, client):
    top = factories.level(home, 4)
    found = directory.organisation("Metallipaja Kanervala Oy")

    answer = client.post(
        f"/partners/new/?organisation={found.pk}",
        {"level": top.pk, "on": clock.today().isoformat()},
    )

    assert answer.status_code == 422
    assert not Stakeholder.objects.exists()
