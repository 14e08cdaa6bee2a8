"""Places on a plane: map projections, the maps' extents, clusters of points, simpler outlines.

Pure numbers: degrees (WGS 84) in, metres or map units out. A map unit is a whole step of an
extent's own grid, x to the right and y down, as SVG counts.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

Point = tuple[float, float]
Ring = list[Point]

# GRS 80, which WGS 84 agrees with to a tenth of a millimetre.
_A = 6378137.0
_F = 1 / 298.257222101
_E = math.sqrt(_F * (2 - _F))
_N = _F / (2 - _F)
_A1 = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_FORWARD = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16,
    13 * _N**2 / 48 - 3 * _N**3 / 5,
    61 * _N**3 / 240,
)
_BACK = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96,
    _N**2 / 48 + _N**3 / 15,
    17 * _N**3 / 480,
)
_SCALE, _EAST, _MERIDIAN = 0.9996, 500_000.0, math.radians(27)


def tm35fin(lat: float, lon: float) -> Point:
    """Return ETRS-TM35FIN (EPSG:3067) easting and northing in metres; Krüger's series."""
    phi, lam = math.radians(lat), math.radians(lon) - _MERIDIAN
    q = math.asinh(math.tan(phi)) - _E * math.atanh(_E * math.sin(phi))
    beta = math.atan(math.sinh(q))
    eta0 = math.atanh(math.cos(beta) * math.sin(lam))
    xi0 = math.asin(math.sin(beta) * math.cosh(eta0))
    xi, eta = xi0, eta0
    for k, h in enumerate(_FORWARD, 1):
        xi += h * math.sin(2 * k * xi0) * math.cosh(2 * k * eta0)
        eta += h * math.cos(2 * k * xi0) * math.sinh(2 * k * eta0)
    return _A1 * eta * _SCALE + _EAST, _A1 * xi * _SCALE


def from_tm35fin(east: float, north: float) -> Point:
    """Return latitude and longitude of a point in ETRS-TM35FIN (EPSG:3067)."""
    xi0, eta0 = north / (_A1 * _SCALE), (east - _EAST) / (_A1 * _SCALE)
    xi, eta = xi0, eta0
    for k, h in enumerate(_BACK, 1):
        xi -= h * math.sin(2 * k * xi0) * math.cosh(2 * k * eta0)
        eta -= h * math.cos(2 * k * xi0) * math.sinh(2 * k * eta0)
    beta = math.asin(math.sin(xi) / math.cosh(eta))
    lam = math.asin(math.tanh(eta) / math.cos(beta))
    q = q0 = math.asinh(math.tan(beta))
    for _ in range(4):
        q = q0 + _E * math.atanh(_E * math.tanh(q))
    return math.degrees(math.atan(math.sinh(q))), math.degrees(lam + _MERIDIAN)


def lambert(
    south: float, north: float, lat0: float, lon0: float
) -> Callable[[float, float], Point]:
    """Return Lambert's conformal cone on a sphere, true at two parallels."""
    radius = 6371000.0

    def t(lat: float) -> float:
        return math.tan(math.pi / 4 + math.radians(lat) / 2)

    p1, p2 = math.radians(south), math.radians(north)
    n = math.log(math.cos(p1) / math.cos(p2)) / math.log(t(north) / t(south))
    f = math.cos(p1) * t(south) ** n / n
    r0 = radius * f / t(lat0) ** n

    def project(lat: float, lon: float) -> Point:
        r = radius * f / t(lat) ** n
        angle = n * math.radians((lon - lon0 + 540) % 360 - 180)
        return r * math.sin(angle), r0 - r * math.cos(angle)

    return project


def natural_earth(lat: float, lon: float) -> Point:
    """Return the Natural Earth projection in metres, cut at the Bering Strait."""
    phi = math.radians(lat)
    east = (lon - 11 + 180) % 360 - 180
    p2 = phi * phi
    p4 = p2 * p2
    x = 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
    y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    return 6371000.0 * math.radians(east) * x, 6371000.0 * y


@dataclass(frozen=True)
class Box:
    """A rectangle in map units."""

    x: float
    y: float
    width: float
    height: float

    def __contains__(self, point: Point) -> bool:
        x, y = point
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


@dataclass(frozen=True)
class Extent:
    """A map: its projection, the grid its drawings are on, and the part shown first."""

    key: str
    project: Callable[[float, float], Point]
    west: float
    north: float
    unit: float
    size: tuple[int, int]
    view: Box

    def place(self, lat: float, lon: float) -> Point:
        """Return where a point lies on the map, in map units."""
        return _place(self.key, lat, lon)

    @property
    def whole(self) -> Box:
        """All that is drawn; more than what is shown first."""
        return Box(0, 0, *self.size)


EXTENTS = {
    extent.key: extent
    for extent in (
        Extent("finland", tm35fin, -700e3, 8150e3, 200, (11000, 9250), Box(3640, 1690, 3700, 6210)),
        Extent(
            "nordic",
            lambert(57, 68, 62, 15),
            -3000e3,
            2100e3,
            500,
            (11600, 7600),
            Box(2350, 1850, 5500, 4300),
        ),
        Extent(
            "europe",
            lambert(43, 62, 30, 15),
            -5000e3,
            5800e3,
            1000,
            (10400, 6600),
            Box(2600, 850, 4900, 4500),
        ),
        Extent("world", natural_earth, -17600e3, 8900e3, 5000, (7040, 3060), Box(0, 0, 7040, 3060)),
    )
}


@lru_cache(maxsize=200_000)
def _place(key: str, lat: float, lon: float) -> Point:
    # The same places come up on every page and every date.
    extent = EXTENTS[key]
    x, y = extent.project(lat, lon)
    return (x - extent.west) / extent.unit, (extent.north - y) / extent.unit


@dataclass
class Cluster[T]:
    """Points that would lie on each other on the screen; it stands where its weightiest one is."""

    x: float
    y: float
    members: list[T]


def cluster[T](points: Iterable[tuple[float, float, int, T]], radius: float) -> list[Cluster[T]]:
    """Join points (x, y, weight, what) nearer than a radius, the weightiest first.

    The answer depends on nothing but the points; the time grows with their number alone.
    """
    clusters: list[Cluster[T]] = []
    grid: dict[int, list[Cluster[T]]] = {}
    reach = radius * radius
    for x, y, _weight, member in sorted(points, key=lambda p: (-p[2], p[0], p[1])):
        cell = int(x // radius) * _ROWS + int(y // radius)
        nearest, best = None, reach
        for step in _AROUND:
            for other in grid.get(cell + step, ()):
                far = (other.x - x) ** 2 + (other.y - y) ** 2
                if far < best:
                    nearest, best = other, far
        if nearest is None:
            nearest = Cluster(x, y, [])
            clusters.append(nearest)
            grid.setdefault(cell, []).append(nearest)
        nearest.members.append(member)
    return clusters


# Cells of the grid are numbered column by column; so many rows a column are enough for any map.
_ROWS = 1_000_003
_AROUND = tuple(dx * _ROWS + dy for dx in (-1, 0, 1) for dy in (-1, 0, 1))


def inside(point: Point, rings: Iterable[Sequence[Point]]) -> bool:
    """Tell whether a point lies in an area of rings, holes counted out (even-odd rule)."""
    x, y = point
    odd = False
    for ring in rings:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
            x1, y1 = x2, y2
    return odd


def distance_to(point: Point, ring: Sequence[Point]) -> float:
    """Return how far a point is from the line of a ring."""
    return math.sqrt(
        min(_segment_distance(point, a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
    )


def _segment_distance(p: Point, a: Point, b: Point) -> float:
    """Return the square of the distance from a point to a segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    if dx or dy:
        t = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)))
        a = (a[0] + t * dx, a[1] + t * dy)
    return (p[0] - a[0]) ** 2 + (p[1] - a[1]) ** 2


def simplify(line: Sequence[Point], tolerance: float) -> Ring:
    """Leave out the points that a line can do without (Douglas–Peucker); its ends stay."""
    if len(line) < 3:
        return list(line)
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    limit = tolerance * tolerance
    if line[0] == line[-1]:
        # A closed line has no direction of its own: start from its two farthest points.
        far = max(range(len(line)), key=lambda i: math.dist(line[0], line[i]))
        keep.add(far)
        todo = [(0, far), (far, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        worst, at = limit, -1
        for i in range(first + 1, last):
            far2 = _segment_distance(line[i], line[first], line[last])
            if far2 > worst:
                worst, at = far2, i
        if at >= 0:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def area(ring: Sequence[Point]) -> float:
    """Return the area inside a ring; negative when it turns the other way."""
    return (
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2
    )


def svg_path(rings: Iterable[Sequence[Point]]) -> str:
    """Return rings as the shortest SVG path in whole map units; rings that vanish are left out."""
    out = []
    for ring in rings:
        whole = [(round(x), round(y)) for x, y in ring]
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(whole) if a != b]
        if len(steps) < 2:
            continue
        if whole[0] == whole[-1]:
            steps.pop()
        numbers = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
        out.append(f"M{whole[0][0]} {whole[0][1]}l{numbers}z")
    return "".join(out)


def simplify_together(rings: Sequence[Sequence[Point]], tolerance: float) -> list[Ring]:
    """Simplify the outlines of neighbours so that a border stays the same line from both sides."""
    # Points of two neighbours are the same point only when they are as near as this.
    grain = tolerance / 10
    snapped = [_snapped(ring, grain) for ring in rings]
    neighbours: dict[Point, set[Point]] = {}
    for ring in snapped:
        for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    junctions = {point for point, others in neighbours.items() if len(others) != 2}
    return [_simple_ring(ring, junctions, tolerance) if len(ring) > 2 else [] for ring in snapped]


def _snapped(ring: Sequence[Point], grain: float) -> Ring:
    points = [(round(x / grain) * grain, round(y / grain) * grain) for x, y in ring]
    return [p for i, p in enumerate(points) if p != points[i - 1]]


def _simple_ring(ring: Ring, junctions: set[Point], tolerance: float) -> Ring:
    """Simplify a ring piece by piece, each piece always read in the same direction."""
    at = [i for i, point in enumerate(ring) if point in junctions]
    start = at[0] if at else ring.index(min(ring))
    turned = [*ring[start:], *ring[:start], ring[start]]
    cuts = [0, *(i for i in range(1, len(ring)) if turned[i] in junctions), len(ring)]
    out = [turned[0]]
    for first, last in pairwise(cuts):
        piece = turned[first : last + 1]
        backwards = (piece[0], piece[1]) > (piece[-1], piece[-2])
        simple = simplify(piece[::-1] if backwards else piece, tolerance)
        out += (simple[::-1] if backwards else simple)[1:]
    return out
