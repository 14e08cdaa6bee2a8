"""The picture as a map: partners near each other joined into spots, places shaded by count.

Pure: sizes of marks are in pixels of the screen, positions in map units (lib.geo). The browser
joins and draws the same again at other zooms with static/partnerships/map/map.js.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from solmu.lib import geo

# What a map is taken to be on a screen until the browser says; marks nearer than REACH are joined.
WIDTH, HEIGHT, REACH = 700, 560, 28
TONES = 4
SINGLE = 7


class Mark(NamedTuple):
    """A partner on the map, or several that are alike and at the same point."""

    lat: float
    lon: float
    rank: int | None  # of the level; None has none yet
    proven: bool  # something was done together
    name: str = ""
    id: int | None = None
    municipality: str | None = None
    region: str | None = None
    country: str = "FI"
    number: int = 1
    changed: bool = False  # since the day that the picture is compared with

    @property
    def place(self) -> str:
        """The code of what it is counted to: municipality, else region, else country."""
        if self.country != "FI":
            return self.country
        return self.municipality or f"r{self.region or ''}"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a ring: partners of one level, proven or merely claimed."""

    rank: int | None
    proven: bool
    count: int


@dataclass(frozen=True)
class Spot:
    """What is drawn at one point: a partner, or a ring of shares by level."""

    x: float
    y: float
    marks: tuple[Mark, ...]

    @cached_property
    def count(self) -> int:
        """How many partners."""
        return sum(mark.number for mark in self.marks)

    @cached_property
    def shares(self) -> list[Share]:
        """By level, the highest first, what is proven before what is claimed."""
        found: Counter[tuple[int, bool]] = Counter()
        for mark in self.marks:
            found[mark.rank or 0, mark.proven] += mark.number
        return [
            Share(rank or None, proven, count)
            for (rank, proven), count in sorted(found.items(), reverse=True)
        ]

    @cached_property
    def changed(self) -> bool:
        """Tell whether any of them has changed since the day compared with."""
        return any(mark.changed for mark in self.marks)

    @property
    def radius(self) -> float:
        """How large it is drawn, in pixels."""
        return radius(self.count)

    def common(self, key: str) -> str | None:
        """The municipality, region or country of all of them, if it is one."""
        values = {getattr(mark, key) for mark in self.marks}
        return values.pop() if len(values) == 1 else None

    def most(self, key: str) -> str | None:
        """The municipality, region or country of most of them."""
        counts: Counter[str] = Counter()
        for mark in self.marks:
            if value := getattr(mark, key):
                counts[value] += mark.number
        return min(counts, key=lambda value: (-counts[value], value)) if counts else None

    @cached_property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of its partners in degrees; None when all are at one point."""
        lats, lons = [m.lat for m in self.marks], [m.lon for m in self.marks]
        box = (min(lons), min(lats), max(lons), max(lats))
        return None if box[:2] == box[2:] else box


def radius(count: int) -> float:
    """Return the radius of a spot in pixels, by how many partners it holds."""
    return SINGLE if count == 1 else min(21.0, 10 + 1.1 * math.sqrt(count))


def tone(rank: int | None, top: int) -> int:
    """Return which of the four colours of the ladder a step has; 0 is no level."""
    if not rank:
        return 0
    if top <= TONES:
        return min(rank, TONES)
    return 1 + round((rank - 1) * (TONES - 1) / (top - 1))


def pixel(view: geo.Box, width: float = WIDTH, height: float = HEIGHT) -> float:
    """Return how many map units a pixel is when the view fills a screen area."""
    return max(view.width / width, view.height / height)


def spots(marks: Iterable[Mark], extent: geo.Extent, unit: float) -> list[Spot]:
    """Join marks that would lie on each other where a pixel is so many map units."""
    whole = extent.whole
    marks = list(marks)
    # Those of the place with most partners come first, so that a spot stands at that place.
    weights: Counter[str] = Counter()
    for mark in marks:
        weights[mark.place] += mark.number
    points = []
    for mark in marks:
        x, y = extent.place(mark.lat, mark.lon)
        if (x, y) in whole:
            points.append((round(x, 1), round(y, 1), weights[mark.place], mark))
    found = [
        Spot(group.x, group.y, tuple(group.members)) for group in geo.cluster(points, REACH * unit)
    ]
    return sorted(found, key=lambda spot: (spot.y, spot.x))


def off_map(marks: Iterable[Mark], extent: geo.Extent) -> int:
    """Return how many partners a map does not show."""
    view = extent.view
    return sum(m.number for m in marks if extent.place(m.lat, m.lon) not in view)


# Views


def fitted(points: Sequence[geo.Point], extent: geo.Extent, least: float) -> geo.Box:
    """Return the view that shows all points with room around them, at least so wide."""
    if not points:
        return extent.view
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width = max(max(xs) - min(xs), least) * 1.2
    height = max(max(ys) - min(ys), least * HEIGHT / WIDTH) * 1.2
    return centred((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2, width, height)


def centred(x: float, y: float, width: float, height: float | None = None) -> geo.Box:
    """Return the view around a point."""
    height = height if height is not None else width * HEIGHT / WIDTH
    return geo.Box(round(x - width / 2), round(y - height / 2), round(width), round(height))


_AT = re.compile(r"(-?\d{1,5}),(-?\d{1,5}),(\d{2,5})", re.ASCII)


def read_view(text: str, extent: geo.Extent) -> geo.Box | None:
    """Return the view that an address asks for as x,y,width around a point; None if it doesn't."""
    found = _AT.fullmatch(text)
    if not found:
        return None
    x, y, width = (int(part) for part in found.groups())
    limits = extent.whole
    return centred(
        min(max(x, 0), limits.width),
        min(max(y, 0), limits.height),
        min(max(width, 60), limits.width),
    )


def write_view(x: float, y: float, width: float) -> str:
    """Return a view as an address has it."""
    return f"{round(x)},{round(y)},{round(width)}"


# Shades


def bounds(highest: int) -> list[int]:
    """Return the least count of each shade, at most four, in numbers that read well."""
    if highest <= TONES:
        return list(range(1, highest + 1))
    found = [1]
    for share in (0.35, 0.6, 0.82):
        value = math.ceil(highest**share)
        step = 1 if value < 10 else 5 if value < 50 else 10 if value < 200 else 50
        value = math.ceil(value / step) * step
        if found[-1] < value <= highest:
            found.append(value)
    return found


def shade(count: int, least: Sequence[int]) -> int:
    """Return which shade a count has: 0 for none, else 1 to 4, the deepest for the most."""
    reached = sum(count >= bound for bound in least)
    return reached + TONES - len(least) if reached else 0


def feature(mark: Mark, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a partner as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": mark.id,
        "geometry": {"type": "Point", "coordinates": [round(mark.lon, 5), round(mark.lat, 5)]},
        "properties": {"name": mark.name, **facts},
    }
