import math
import time

import pytest

from solmu.lib import geo

HELSINKI = (60.1699, 24.9384)


def test_tm35fin_has_its_meridian_at_27_and_comes_back():
    # The meridian from the equator to 65° is 7,211,339 m long; the grid shortens it by 0.04 %.
    assert geo.tm35fin(65, 27) == pytest.approx((500_000, 7_211_339 * 0.9996), abs=1)
    assert geo.tm35fin(*HELSINKI) == pytest.approx((385_611, 6_672_118), abs=1)
    for place in (HELSINKI, (70.09, 27.9), (60.2, 19.3)):
        assert geo.from_tm35fin(*geo.tm35fin(*place)) == pytest.approx(place, abs=1e-8)


@pytest.mark.parametrize("extent", geo.EXTENTS.values(), ids=geo.EXTENTS)
def test_extent_shows_its_places(extent):
    places = {
        "finland": [HELSINKI, (69.9, 27.0), (60.1, 19.9), (62.9, 31.2)],
        "nordic": [HELSINKI, (64.1, -21.9), (55.7, 12.6), (54.7, 25.3), (71.0, 25.8)],
        "europe": [HELSINKI, (38.7, -9.1), (35.2, 33.4), (64.1, -21.9), (50.4, 30.5)],
        "world": [HELSINKI, (-33.9, 151.2), (64.8, -147.7), (-54.8, -68.3), (35.7, 139.7)],
    }
    for place in places[extent.key]:
        assert extent.place(*place) in extent.view


def test_extent_has_north_up_and_east_right():
    for extent in geo.EXTENTS.values():
        x, y = extent.place(*HELSINKI)
        assert extent.place(62, 24.9384)[1] < y
        assert extent.place(60.1699, 28)[0] > x


def test_cluster_joins_what_is_near_and_nothing_else():
    clusters = geo.cluster([(0, 0, 1, "a"), (5, 0, 3, "b"), (100, 0, 1, "c")], 10)
    assert [(c.x, c.y, sorted(c.members)) for c in clusters] == [
        (5, 0, ["a", "b"]),
        (100, 0, ["c"]),
    ]


def test_cluster_does_not_depend_on_order():
    points = [(math.sin(i) * 500, math.cos(i * 7) * 500, i % 5, i) for i in range(500)]
    one, other = geo.cluster(points, 40), geo.cluster(points[::-1], 40)
    assert [(c.x, c.y, sorted(c.members)) for c in one] == [
        (c.x, c.y, sorted(c.members)) for c in other
    ]
    assert sum(len(c.members) for c in one) == 500


def test_cluster_of_thousands_is_quick():
    points = [(i * 37 % 9973, i * 91 % 9967, 1, i) for i in range(5000)]
    start = time.perf_counter()
    geo.cluster(points, 60)
    assert time.perf_counter() - start < 1


def test_inside_leaves_holes_out():
    square = [(0, 0), (10, 0), (10, 10), (0, 10)]
    hole = [(4, 4), (6, 4), (6, 6), (4, 6)]
    assert geo.inside((2, 2), [square, hole])
    assert not geo.inside((5, 5), [square, hole])
    assert not geo.inside((11, 5), [square, hole])


def test_simplify_keeps_ends_and_corners():
    line = [(0, 0), (1, 0.1), (2, -0.1), (3, 0), (3, 5)]
    assert geo.simplify(line, 0.5) == [(0, 0), (3, 0), (3, 5)]


def test_simplify_together_keeps_a_border_the_same_from_both_sides():
    border = [(10 + math.sin(y), y + 0.3 * math.sin(y * 3)) for y in range(11)]
    west = [(0, 0), *border, (0, border[-1][1])]
    east = [(20, 0), (20, border[-1][1]), *border[::-1]]
    one, other = geo.simplify_together([west, east], 0.5)
    assert one[0] == one[-1]
    assert len(one) < len(west)
    assert {p for p in one if 5 < p[0] < 15} == {p for p in other if 5 < p[0] < 15}


def test_svg_path_is_whole_numbers_and_closed():
    assert geo.svg_path([[(0.2, 0), (10, 0), (10, 9.6), (0.2, 0)]]) == "M0 0l10 0 0 10z"
    assert geo.svg_path([[(0, 0), (0.1, 0.2), (0, 0)]]) == ""
