"""The map drawn as SVG: for a page, coloured by its style sheet, and as a file of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.html import escape

from solmu.lib import geo
from solmu.partnerships.picture.marks import HEIGHT, SINGLE, WIDTH, Spot, pixel, tone

BASES = Path(__file__).parents[1] / "static/partnerships/map"
LABELS = 7
# Room for the legend beside the map in a file, in pixels.
KEY_WIDTH = 280


@dataclass(frozen=True)
class Area:
    """A region, country or municipality that is shaded and leads somewhere."""

    id: str  # of its shape in the base map
    title: str
    shade: int
    url: str = ""


@dataclass(frozen=True)
class Scene:
    """All that one map shows; how it says and where it leads is given by the page."""

    extent: geo.Extent
    view: geo.Box
    areas: Sequence[Area]
    spots: Sequence[Spot]
    top: int  # steps of the ladder
    title_of: Callable[[Spot], str]
    label_of: Callable[[Spot], str]
    url_of: Callable[[Spot], str]
    lines: str = ""  # address of municipality outlines, if there are any

    @property
    def unit(self) -> float:
        """Map units a pixel."""
        return pixel(self.view)


def page_svg(scene: Scene, base_url: str, *, name: str) -> str:
    """Return the map as a page shows it: a base map drawn elsewhere, areas and marks as links."""
    box = view_box(scene.view)
    out = [
        f'<svg class="map-svg" viewBox="{box}" role="group" aria-label="{escape(name)}">',
        f'<use href="{escape(base_url)}#base" class="map-base"/>',
        '<g class="map-areas">',
    ]
    for area in scene.areas:
        shape = (
            f'<use href="{escape(base_url)}#{area.id}" class="map-area shade-{area.shade}"'
            f' data-area="{area.id}"><title>{escape(area.title)}</title></use>'
        )
        # The table under the map has the same links; they need not be gone through twice.
        out.append(f'<a href="{escape(area.url)}" tabindex="-1">{shape}</a>' if area.url else shape)
    out.append("</g>")
    if scene.lines:
        out.append(f'<use href="{escape(scene.lines)}#lines" class="map-lines"/>')
    out += ['<g class="map-spots">', *_spots(scene, links=True), "</g></svg>"]
    return "".join(out)


def _spots(scene: Scene, *, links: bool) -> Iterator[str]:
    unit = scene.unit
    for spot in scene.spots:
        place = f'transform="translate({spot.x:.0f} {spot.y:.0f}) scale({unit:.2f})"'
        ring = "".join(_ring(spot, scene.top))
        if spot.changed:
            ring = f'<circle class="changed" r="{spot.radius + 3.5:.1f}"/>{ring}'
        title = f"<title>{escape(scene.title_of(spot))}</title>"
        if links:
            yield (
                f'<a href="{escape(scene.url_of(spot))}" class="spot" {place}>{title}'
                f'<g class="size">{ring}</g></a>'
            )
        else:
            yield f"<g {place}>{title}{ring}</g>"
    for x, y, anchor, text in labels(scene.spots, scene.label_of, scene.view, unit):
        yield (
            f'<text class="map-label" transform="translate({x:.0f} {y:.0f}) scale({unit:.2f})"'
            f' text-anchor="{anchor}" aria-hidden="true">{escape(text)}</text>'
        )


def _ring(spot: Spot, top: int) -> Iterator[str]:
    """Draw a partner as a dot, several as a ring of shares; what is claimed only is dashed."""
    if spot.count == 1:
        share = spot.shares[0]
        claimed = "" if share.proven else " claimed"
        yield '<circle class="hit" r="12"/>'
        yield f'<circle class="dot level-{tone(share.rank, top)}{claimed}" r="{SINGLE}"/>'
        return
    size = spot.radius
    yield f'<circle class="plate" r="{size:.1f}"/>'
    middle, start = size - 3.25, 0.0
    for share in spot.shares:
        end = start + share.count / spot.count
        claimed = "" if share.proven else " claimed"
        kind = f"level-{tone(share.rank, top)}{claimed}"
        if 2 * math.pi * middle * (end - start) > 1:  # what is shorter can't be seen
            yield f'<path class="arc {kind}" d="{_arc(middle, start, end)}"/>'
        start = end
    yield f'<text class="number" dy="3.8">{spot.count if spot.count < 10000 else "9999+"}</text>'


def _arc(r: float, start: float, end: float) -> str:
    """Return the path of a part of a circle; parts count from the top, clockwise."""
    if end - start > 0.9995:
        return f"M0 {-r:.1f}A{r:.1f} {r:.1f} 0 1 1 -0.1 {-r:.1f}"
    a, b = 2 * math.pi * start, 2 * math.pi * end
    large = int(end - start > 0.5)
    return (
        f"M{r * math.sin(a):.1f} {-r * math.cos(a):.1f}"
        f"A{r:.1f} {r:.1f} 0 {large} 1 {r * math.sin(b):.1f} {-r * math.cos(b):.1f}"
    )


def labels(
    found: Sequence[Spot], label_of: Callable[[Spot], str], view: geo.Box, unit: float
) -> list[tuple[float, float, str, str]]:
    """Return the names of the largest spots where they have room: x, y, anchor, text."""
    half = WIDTH * unit / 2
    middle = view.x + view.width / 2
    taken = [(s.x, s.y, s.radius * unit) for s in found]
    boxes: list[tuple[float, float, float, float]] = []
    out: list[tuple[float, float, str, str]] = []
    for spot in sorted(found, key=lambda s: (-s.count, s.y, s.x)):
        if len(out) == LABELS or spot.count < 2:
            break
        text = label_of(spot)
        if not text or any(text == other for *_, other in out):
            continue
        wide, gap = len(text) * 7 * unit, (spot.radius + 4) * unit
        for x, y, west, anchor in (
            (spot.x + gap, spot.y + 4 * unit, spot.x + gap, "start"),
            (spot.x - gap, spot.y + 4 * unit, spot.x - gap - wide, "end"),
            (spot.x, spot.y + gap + 9 * unit, spot.x - wide / 2, "middle"),
            (spot.x, spot.y - gap, spot.x - wide / 2, "middle"),
        ):
            box = (west, y - 10 * unit, west + wide, y + 2 * unit)
            near = any(_meets(box, circle) for circle in taken if circle[:2] != (spot.x, spot.y))
            off = west < middle - half or west + wide > middle + half
            if not near and not off and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                out.append((x, y, anchor, text))
                break
    return out


def _meets(box: tuple[float, float, float, float], circle: tuple[float, float, float]) -> bool:
    x, y, r = circle
    dx = max(box[0] - x, 0, x - box[2])
    dy = max(box[1] - y, 0, y - box[3])
    return dx * dx + dy * dy < r * r


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# Files

# The light colours of ui/css/tokens.css; a file has to stand on its own.
_COLOURS = {
    "water": "#f1f5f3",
    "land": "#e6eeeb",
    "homeland": "#ffffff",
    "soft": "#586a6b",
    "line": "#d3d6cc",
    "ink": "#16282b",
    "card": "#ffffff",
}
_LEVELS = ("#e9e7de", "#cfdcd8", "#8fbab3", "#3f8f8b", "#0c4f55")
_SHADES = ("#ffffff", "#eef5f3", "#dbe9e8", "#c2dada", "#a3c7c7")
_COUNTRY_SHADES = ("#e6eeeb", "#cadcda", "#b2cdcc", "#97bdbb", "#7dacaa")
_STYLE = (
    "text{font-family:'Atkinson Hyperlegible Next',Arial,sans-serif;fill:#16282b}"
    ".map-area,.lines{stroke:#d3d6cc;stroke-width:1;vector-effect:non-scaling-stroke}.lines{fill:none}"
    ".changed{fill:none;stroke:#0c6b6b;stroke-width:2}.hit{fill:none}.dot,.plate{stroke:#586a6b;stroke-width:1.5}.plate{fill:#fff}"
    ".dot.claimed{stroke-dasharray:2.6 1.8}.arc{fill:none;stroke-width:5}"
    ".arc.claimed{stroke-dasharray:2 1.4}"
    ".number{font-size:11px;font-weight:680;text-anchor:middle}.map-label{font-size:12px;font-weight:680}"
    + "".join(
        f".dot.level-{i}{{fill:{c}}}.arc.level-{i}{{stroke:{c}}}" for i, c in enumerate(_LEVELS)
    )
)


@cache
def base_map(key: str) -> tuple[str, Mapping[str, str]]:
    """Return a base map in plain colours, and the path of each region or country in it."""
    text = (BASES / f"{key}.svg").read_text(encoding="utf-8")
    paths = dict(re.findall(r'<path id="(\w+)"[^>]*? d="([^"]*)"', text))
    base = text[text.index('<g id="base"') : text.rindex("</g>") + 4]
    plain = re.sub(r"var\(--(\w+), [^)]*\)", lambda found: _COLOURS[found[1]], base)
    return re.sub(r' id="\w+"', "", plain), paths


def file_svg(
    scene: Scene,
    *,
    title: str,
    note: str,
    legend: Sequence[tuple[int, str, bool]],
    shades: Sequence[tuple[int, str]],
    source: str,
    outlines: Mapping[str, str] | None = None,
) -> str:
    """Return the map as one file that needs nothing else: for a report, a slide, a printer.

    `legend` has the tone, name and proof of each kind of mark, `shades` the shade and its range.
    """
    base, paths = base_map(scene.extent.key)
    shapes = {**paths, **(outlines or {})}
    unit, width, height = scene.unit, WIDTH, HEIGHT
    x, y = scene.view.x + scene.view.width / 2, scene.view.y + scene.view.height / 2
    view = geo.Box(x - width * unit / 2, y - height * unit / 2, width * unit, height * unit)
    areas = "".join(
        f'<path class="map-area shade-{area.shade}" d="{shapes[area.id]}">'
        f"<title>{escape(area.title)}</title></path>"
        for area in scene.areas
        if area.id in shapes
    )
    lines = "".join(f'<path class="lines" d="{path}"/>' for path in (outlines or {}).values())
    head, foot, side = 56, 30, 20
    tall = height + head + foot
    sea = scene.extent.size
    colours = _SHADES if scene.extent.key == "finland" else _COUNTRY_SHADES
    shading = "".join(f".shade-{i}{{fill:{colour}}}" for i, colour in enumerate(colours))
    key = _key(legend, shades)
    wide = width + KEY_WIDTH + 2 * side
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}"'
        f' viewBox="{-side} {-head} {wide} {tall}" role="img"'
        f' aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"<style>{_STYLE}{shading}</style>"
        f'<rect x="{-side}" y="{-head}" width="100%" height="100%" fill="#fff"/>'
        f'<text x="0" y="-30" font-size="20" font-weight="700">{escape(title)}</text>'
        f'<text x="0" y="-10" font-size="13">{escape(note)}</text>'
        f'<svg width="{width}" height="{height}"'
        f' viewBox="{view_box(view)}"><rect x="0" y="0" width="{sea[0]}" height="{sea[1]}"'
        f' fill="{_COLOURS["water"]}"/>{base}{areas}{lines}'
        f"{''.join(_spots(scene, links=False))}</svg>"
        f'{key}<text x="0" y="{height + 20}" font-size="11">{escape(source)}</text></svg>\n'
    )


def _key(legend: Sequence[tuple[int, str, bool]], shades: Sequence[tuple[int, str]]) -> str:
    rows = []
    for at, (level, name, proven) in enumerate(legend):
        claimed = "" if proven else " claimed"
        rows.append(
            f'<circle class="dot level-{level}{claimed}" cx="8" cy="{8 + at * 23}" r="6"/>'
            f'<text x="24" y="{12.5 + at * 23}" font-size="13">{escape(name)}</text>'
        )
    for at, (number, name) in enumerate(shades, len(legend) + 1):
        rows.append(
            f'<rect class="shade-{number}" x="1" y="{at * 23 - 7}" width="14" height="14" rx="3"'
            f' stroke="#586a6b"/>'
            f'<text x="24" y="{at * 23 + 4.5}" font-size="13">{escape(name)}</text>'
        )
    return f'<g transform="translate({WIDTH + 18} 8)">{"".join(rows)}</g>'


def view_box(view: geo.Box) -> str:
    """Return a view as SVG has it."""
    return f"{view.x:g} {view.y:g} {view.width:g} {view.height:g}"
