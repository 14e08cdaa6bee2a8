"""The map without a database: what is joined, shaded and drawn."""

import re
from xml.etree import ElementTree as ET

import pytest

from solmu.lib import geo
from solmu.partnerships.picture import map_drawing
from solmu.partnerships.picture import marks as mapping
from solmu.partnerships.picture.marks import Mark

FINLAND = geo.EXTENTS["finland"]
UNIT = mapping.pixel(FINLAND.view)


def mark(lat=61.0, lon=24.46, rank=1, *, proven=True, **facts):
    return Mark(lat, lon, rank, proven, **{"name": "Oy", "municipality": "109", **facts})


def scene(marks, **facts):
    return map_drawing.Scene(
        **{
            "extent": FINLAND,
            "view": FINLAND.view,
            "areas": [map_drawing.Area("r05", "Kanta-Häme: <2>", 3, "/partners/?region=05")],
            "spots": mapping.spots(marks, FINLAND, UNIT),
            "top": 4,
            "title_of": lambda spot: f"<{spot.count}>",
            "label_of": lambda _spot: "Hämeenlinna",
            "url_of": lambda _spot: "/partners/?a=1&b=2",
            **facts,
        }
    )


def test_spots_join_neighbours_and_stand_where_most_are():
    marks = [
        mark(60.81, 23.62, municipality="061"),
        *[mark(61.0, 24.46 + i / 1000, rank=2) for i in range(5)],
        mark(65.0, 25.5, municipality="564"),
    ]
    joined = mapping.spots(marks, FINLAND, UNIT)
    assert sorted(spot.count for spot in joined) == [1, 6]
    big = max(joined, key=lambda spot: spot.count)
    assert big.most("municipality") == "109"
    assert abs(big.x - FINLAND.place(61.0, 24.46)[0]) < 1
    assert big.common("municipality") is None
    assert big.common("country") == "FI"


def test_spots_come_apart_when_one_looks_closer():
    marks = [mark(61.0, 24.4), mark(61.0, 24.6)]
    assert len(mapping.spots(marks, FINLAND, UNIT)) == 1
    assert len(mapping.spots(marks, FINLAND, UNIT / 10)) == 2


def test_spots_leave_out_what_is_not_on_the_map():
    assert mapping.spots([mark(-33.9, 151.2, country="AU")], FINLAND, UNIT) == []
    assert mapping.off_map([mark(-33.9, 151.2), mark()], FINLAND) == 1


def test_shares_are_by_level_and_what_is_claimed_comes_last():
    spot = mapping.Spot(0, 0, (mark(rank=1), mark(rank=3, proven=False), mark(rank=3, number=4)))
    shares = [(share.rank, share.proven, share.count) for share in spot.shares]
    assert shares == [(3, True, 4), (3, False, 1), (1, True, 1)]


@pytest.mark.parametrize("highest", [0, 1, 3, 4, 5, 12, 154, 4000, 99999])
def test_shade_bounds_rise_and_reach_the_deepest(highest):
    bounds = mapping.bounds(highest)
    assert bounds == sorted(set(bounds))
    assert len(bounds) <= 4
    assert mapping.shade(0, bounds) == 0
    if highest:
        assert bounds[0] == 1
        assert mapping.shade(highest, bounds) == 4
        assert mapping.shade(1, bounds) >= 1


@pytest.mark.parametrize(
    ("top", "tones"), [(4, [1, 2, 3, 4]), (3, [1, 2, 3]), (6, [1, 2, 2, 3, 3, 4])]
)
def test_tone_follows_ladders_of_any_length(top, tones):
    assert [mapping.tone(rank, top) for rank in range(1, top + 1)] == tones
    assert mapping.tone(None, top) == 0


@pytest.mark.parametrize(
    "text", ["", "1,2", "a,b,c", "1,2,3,4", "9999999,1,100", "1,2,1e9", "٣,1,100"]
)
def test_a_view_that_is_none_is_not_read(text):
    assert mapping.read_view(text, FINLAND) is None


def test_a_view_far_off_is_brought_back():
    view = mapping.read_view("-99999,99999,99999", FINLAND)
    assert view.width <= FINLAND.size[0]
    assert (view.x + view.width / 2, view.y + view.height / 2) in FINLAND.whole


def test_page_drawing_links_and_escapes_everything():
    marks = [mark(), mark(65.0, 25.5, rank=None, proven=False, municipality="564")]
    svg = map_drawing.page_svg(scene(marks), "/static/f.svg", name="Kartta & <muuta>")
    root = ET.fromstring(svg)
    links = root.findall(".//a")
    assert [link.get("href") for link in links] == [
        "/partners/?region=05",
        "/partners/?a=1&b=2",
        "/partners/?a=1&b=2",
    ]
    assert all(link.find(".//title") is not None for link in links)
    assert "style=" not in svg
    assert svg.count("dot level-0 claimed") == 1


def test_page_drawing_has_a_ring_of_shares():
    marks = [mark(rank=4), mark(rank=1), mark(rank=1, proven=False)]
    svg = map_drawing.page_svg(scene(marks), "/static/f.svg", name="x")
    assert re.findall(r'class="arc ([^"]+)"', svg) == ["level-4", "level-1", "level-1 claimed"]
    assert ">3</text>" in svg


@pytest.mark.parametrize("key", geo.EXTENTS)
def test_a_file_stands_alone(key):
    extent = geo.EXTENTS[key]
    svg = map_drawing.file_svg(
        scene([mark(), mark(rank=2)], extent=extent, view=extent.view),
        title="Tavastia <25.11.2026>",
        note="Kaksi kumppania & muuta",
        legend=[(4, "Strateginen kumppani", True), (0, "katkoviiva", False)],
        shades=[(1, "1–5 kumppania")],
        source="GeoNames",
    )
    ET.fromstring(svg)
    assert "var(" not in svg
    assert "href" not in svg
    assert len(svg) < 200_000


def test_every_base_map_has_its_shapes():
    assert {f"r{code}" for code in ("01", "05", "19", "21")} <= set(
        map_drawing.base_map("finland")[1]
    )
    for key in ("nordic", "europe", "world"):
        assert {"FI", "SE", "EE", "NO"} <= set(map_drawing.base_map(key)[1])
