import csv
import json

import pytest

from solmu.lib import geo
from solmu.organisations import places
from solmu.organisations.models import Boundary, Municipality, PostalCode, Region

HAMEENLINNA = ("109", "05", "FI")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("Hämeenlinna",), HAMEENLINNA),
        (("HÄMEENLINNA",), HAMEENLINNA),
        (("hameenlinna ",), HAMEENLINNA),
        (("Tavastehus",), HAMEENLINNA),
        (("Hämeenlinnan seutu / Hämeenlinna",), HAMEENLINNA),
        (("", "13100"), HAMEENLINNA),
        (("", "FI-13100"), HAMEENLINNA),
        (("13100 Hämeenlinna",), HAMEENLINNA),
        (("Lammi",), HAMEENLINNA),
        (("", "1300"), ("092", "01", "FI")),
        (("Parola",), ("082", "05", "FI")),
        (("Mariehamn",), ("478", "21", "FI")),
        (("Kanta-Häme",), (None, "05", "FI")),
        (("Egentliga Tavastland",), (None, "05", "FI")),
        (("Suomi",), (None, None, "FI")),
        (("Tukholma",), (None, None, "SE")),
        (("Tartto, Viro",), (None, None, "EE")),
        (("", "", "Saksa"), (None, None, "DE")),
        (("Oslo", "0150", "Norja"), (None, None, "NO")),
        (("Oslo", "0150"), (None, None, "NO")),
        (("London", "", "UK"), (None, None, "GB")),
    ],
)
def test_locate_understands_what_spreadsheets_say(asked, found):
    assert places.locate(*asked)[:3] == found


@pytest.mark.parametrize("text", ["", "xyzzy", "-", "12", "<b>", "\0", "a" * 5000])
def test_locate_says_when_it_does_not_know(text):
    assert places.locate(text) is None


def test_locate_leads_a_merged_municipality_to_what_it_became():
    found = places.locate("Pertunmaa")
    assert found.municipality == "507"
    assert (found.lat, found.lon) != places.locate("Mäntyharju")[3:]


def test_every_municipality_is_in_or_near_its_region():
    with (places.DATA / "municipalities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 309
    assert sum(not row["until"] for row in rows) == 308
    for row in rows:
        west, south, east, north = places.region_boxes()[row["region"]]
        x, y = geo.tm35fin(float(row["lat"]), float(row["lon"]))
        # Some changed region after the regions' shapes were drawn.
        assert west - 30_000 < x < east + 30_000
        assert south - 30_000 < y < north + 30_000


def test_countries_have_names_in_three_languages_and_points():
    found = places.countries()
    assert found["EE"].names == {"fi": "Viro", "sv": "Estland", "en": "Estonia"}
    assert {"FI", "SE", "NO", "DK", "IS", "EE", "LV", "LT"} <= set(found)
    assert all(country.names["fi"] and -90 < country.lat < 90 for country in found.values())


@pytest.mark.django_db
@pytest.mark.database
def test_load_places_can_be_run_again():
    places.load_places()
    places.load_places()
    assert Region.objects.count() == 19
    assert Region.objects.get(code="05").name_fi == "Kanta-Häme"
    assert Municipality.objects.filter(region="21").count() == 16
    gone = Municipality.objects.get(code="588")
    assert (gone.merged_into_id, str(gone.valid.upper)) == ("507", "2025-01-01")
    assert PostalCode.objects.get(code="13100").municipality_id == "109"


SQUARES = {"109": (24.2, 60.9), "082": (24.4, 60.9)}


def feature(code, west, south, *, metres=False, key="NATCODE"):
    corners = [(0, 0), (0.2, 0), (0.2, 0.1), (0, 0.1), (0, 0)]
    ring = [(west + dx, south + dy) for dx, dy in corners]
    if metres:
        ring = [geo.tm35fin(y, x) for x, y in ring]
    return {
        "type": "Feature",
        "properties": {key: code, "NAMEFIN": "Paikka"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write(path, features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("metres", [False, True])
def test_boundaries_are_loaded_in_degrees_and_in_metres(tmp_path, metres):
    places.load_places()
    features = [feature(c, *at, metres=metres) for c, at in SQUARES.items()]
    features.append(feature("999", 24, 61, metres=metres, key="code"))
    loaded = places.import_boundaries(write(tmp_path / "b.geojson", features))
    assert (loaded.municipalities, loaded.unknown) == (2, ["999 Paikka"])
    ring = Boundary.objects.get(municipality="109").rings[0]
    corners = [geo.from_tm35fin(*point) for point in zip(ring[::2], ring[1::2], strict=True)]
    assert len(corners) == 5
    assert [min(values) for values in zip(*corners, strict=True)] == pytest.approx(
        [60.9, 24.2], abs=0.01
    )
    again = places.import_boundaries(write(tmp_path / "b.geojson", features[:1]), source="Me")
    assert again.municipalities == 1
    assert Boundary.objects.count() == 2
    assert Boundary.objects.get(municipality="109").source == "Me"


PARIS = b'{"type": "Polygon", "coordinates": [[[2, 48], [3, 48], [3, 49], [2, 48]]]}'
POINT = b'{"type": "Point", "coordinates": [24, 60]}'
ONE = b'{"type": "FeatureCollection", "features": [{"properties": {"code": "109"}%s}]}'


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b'{"type": "FeatureCollection", "features": []}',
        ONE % b"",
        ONE % (b', "geometry": ' + PARIS),
        ONE % (b', "geometry": ' + POINT),
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_file_that_is_no_boundaries_is_refused(tmp_path, content):
    places.load_places()
    path = tmp_path / "b.geojson"
    path.write_bytes(content)
    with pytest.raises(places.PlacesError):
        places.import_boundaries(path)
    assert Boundary.objects.count() == 0
