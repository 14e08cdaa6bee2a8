"""The map page: what it shows, links and exports, and what it costs."""

import json
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from solmu.organisations import places
from solmu.organisations.models import Boundary, Organisation
from solmu.organisations.tests import factories as directory
from solmu.partnerships.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    places.load_places()
    return factories.institution("Ammattiopisto Tavastia")


@pytest.fixture
def client(home):
    person = directory.person_with_role(home)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user)
    return client


def at(name, municipality=None, **facts):
    return directory.organisation(
        name, municipality_id=municipality, **{"region_id": "05" if municipality else None, **facts}
    )


def test_map_shows_a_partner_as_a_link_at_its_municipality(home, client):
    partner = factories.partner(home, at("Pajala & <b>Poika</b> Oy", "109"), 3)
    page = client.get("/partners/map/").text
    assert f'href="/partners/{partner.pk}/" class="spot"' in page
    assert "Pajala &amp; &lt;b&gt;Poika&lt;/b&gt; Oy, Hämeenlinna" in page
    assert "nothing done together yet" in page
    assert "Kanta-Häme: 1 partner" in page


def test_what_changed_since_a_day_has_a_ring(home, client):
    factories.partner(home, at("Pajala Oy", "109"), 3, since=date(2025, 5, 5))
    page = client.get("/partners/map/?on=2025-06-01&since=2025-05-01").text
    assert 'class="changed"' in page
    assert "changed since 1 May 2025" in page
    assert 'class="changed"' not in client.get("/partners/map/?on=2025-06-01").text


def test_evidence_takes_the_dashes_away(home, client):
    partner = factories.partner(home, at("Pajala Oy", "109"), 3)
    assert "dot level-3 claimed" in client.get("/partners/map/").text
    factories.evidence(partner, date(2025, 5, 5))
    assert "dot level-3 claimed" not in client.get("/partners/map/").text


def test_partners_of_one_place_lead_to_its_list(home, client):
    for number in range(3):
        factories.partner(home, at(f"Pajala {number} Oy", "109"), 1)
    page = client.get("/partners/map/").text
    assert 'href="/partners/?municipality=109" class="spot"' in page
    assert "Hämeenlinna: 3 partners (Contact 3)" in page


def test_partners_of_many_places_lead_closer(home, client):
    for number, code in enumerate(("109", "082", "165")):
        factories.partner(home, at(f"Pajala {number} Oy", code), 1)
    page = client.get("/partners/map/").text
    assert 'href="/partners/map/?extent=finland&amp;at=' in page


def test_a_region_filter_moves_the_map(home, client):
    factories.partner(home, at("Pajala Oy", "109"), 1)
    whole = client.get("/partners/map/").context["map"]["home_box"]
    near = client.get("/partners/map/?region=05").context["map"]["home_box"]
    assert float(near.split()[2]) < float(whole.split()[2]) / 2


def test_a_country_filter_takes_the_map_that_has_it(home, client):
    factories.partner(home, at("Tartu Oü", country="EE", lat=58.4, lon=26.7), 1)
    page = client.get("/partners/map/?country=EE")
    assert page.context["map"]["key"] == "nordic"
    assert "Estonia: 1 partner" in page.text


def test_what_is_elsewhere_or_nowhere_is_told(home, client):
    factories.partner(home, at("Berlin GmbH", country="DE"), 1)
    factories.partner(home, at("Jossakin Oy"), 1)
    page = client.get("/partners/map/")
    assert "1 partner is outside this map." in page.text
    assert "1 partner has no place yet." in page.text
    assert page.context["map"]["elsewhere"][1] == "Europe"
    table = page.context["map"]["table"]
    assert [(row["name"], row["number"]) for row in table] == [("Germany", 1)]


def test_the_table_has_the_same_as_the_map(home, client):
    factories.partner(home, at("Pajala Oy", "109"), 3)
    factories.partner(home, at("Tartu Oü", country="EE"), None)
    rows = client.get("/partners/map/").context["map"]["table"]
    assert [(row["name"], row["number"], row["levels"], row["claimed"]) for row in rows] == [
        ("Kanta-Häme", 1, [0, 1, 0, 0, 0], 1),
        ("Estonia", 1, [0, 0, 0, 0, 1], 1),
    ]


def test_marks_for_the_browser(home, client):
    partner = factories.partner(home, at("Pajala Oy", "109"), 3)
    data = client.get("/partners/map/?format=marks").json()
    [row] = data["marks"]
    assert row[2:] == [3, 0, 1, partner.pk, "Pajala Oy", "109", "FI", 0]
    assert data["places"] == {"109": "Hämeenlinna"}
    assert data["levels"]["3"] == [3, "Partner"]


def test_many_partners_are_counted_together(home, client, monkeypatch):
    monkeypatch.setattr("solmu.partnerships.picture.map_picture.ONE_BY_ONE", 2)
    for number in range(3):
        factories.partner(home, at(f"Pajala {number} Oy", "109"), 1)
    data = client.get("/partners/map/?format=marks").json()
    assert [row[2:7] for row in data["marks"]] == [[1, 0, 3, 0, ""]]
    assert len(json.loads(client.get("/partners/map/?format=geojson").text)["features"]) == 3


def test_geojson_has_each_partner_with_its_facts(home, client):
    partner = factories.partner(home, at("Pajala Oy", "109"), 3)
    answer = client.get("/partners/map/?format=geojson")
    assert answer["Content-Type"].startswith("application/geo+json")
    [feature] = json.loads(answer.text)["features"]
    assert feature["id"] == partner.pk
    assert feature["geometry"]["coordinates"] == pytest.approx([24.464, 60.996], abs=0.01)
    assert feature["properties"]["level"] == "Partner"
    assert feature["properties"]["region"] == "Kanta-Häme"


def test_svg_file_opens_alone(home, client):
    factories.partner(home, at("Pajala & Poika Oy", "109"), 3)
    answer = client.get("/partners/map/?format=svg&extent=europe")
    assert answer["Content-Disposition"] == 'attachment; filename="partners.svg"'
    ET.fromstring(answer.content)


def test_others_partners_are_not_on_the_map(home, client):
    other = factories.institution("Toinen opisto")
    factories.partner(other, at("Salainen Oy", "109"), 3)
    for form in ("", "?format=marks", "?format=geojson", "?format=svg"):
        assert "Salainen" not in client.get(f"/partners/map/{form}").text


def test_bad_parameters_give_the_first_map(home, client):
    factories.partner(home, at("Pajala Oy", "109"), 1)
    for query in ("extent=moon", "at=1,2", "at=<b>", "format=png", "extent=world&at=99999,1,50"):
        assert client.get(f"/partners/map/?{query}").status_code == 200


def test_the_map_takes_the_same_queries_for_few_and_many(
    home, client, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(40) as captured:
            client.get("/partners/map/")
        return len(captured)

    def add(first, last):
        codes = ("109", "061", "082", "086", "103", "165", "433", "694")
        for number in range(first, last):
            factories.partner(home, at(f"Pajala {number} Oy", codes[number % 8]), 1 + number % 4)

    add(0, 2)
    client.get("/partners/map/")
    add(2, 4)
    few = queries()
    add(4, 40)
    assert queries() == few


def test_boundaries_are_shapes_by_municipality(home, client):
    assert "<path" not in client.get("/partners/map/boundaries.svg").text
    ring = [362000, 6760000, 372000, 6760000, 372000, 6770000, 362000, 6760000]
    Boundary.objects.create(municipality_id="109", rings=[ring], source="Survey")
    factories.partner(home, at("Pajala Oy", "109"), 1)
    answer = client.get("/partners/map/boundaries.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert 'id="m109"' in answer.text
    page = client.get("/partners/map/").text
    assert "Survey" in page
    assert "boundaries.svg?v=" in page
    assert client.get("/partners/map/?format=marks").json()["areas"][0][0] == "m109"


def test_strangers_do_not_see_the_map(home):
    assert Client().get("/partners/map/").status_code == 302
    assert Client().get("/partners/map/boundaries.svg").status_code == 302
    assert Organisation.objects.count() == 1
