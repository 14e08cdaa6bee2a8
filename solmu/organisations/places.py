"""Places: what a spreadsheet calls a place, its municipality and point; the tables behind them.

The tables come with Solmu (data/SOURCES.md says from where); `solmu places load` writes them anew.
Official boundaries are loaded by an administrator.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from solmu.lib import geo, names
from solmu.organisations.models import Boundary, Municipality, PostalCode, Region

DATA = Path(__file__).parent / "data"
LARGEST_FILE = 200 * 1024 * 1024
# Metres that an outline may be off: nobody sees it on a map of a municipality.
COARSE = 150


class Place(NamedTuple):
    """Where something is. Codes are those of Municipality and Region; the point is in degrees."""

    municipality: str | None
    region: str | None
    country: str
    lat: float | None
    lon: float | None


class PlacesError(Exception):
    """A file of boundaries can't be used; the message says why."""


# The tables that come with Solmu


@transaction.atomic
def load_places() -> None:
    """Write regions, municipalities and postal codes; running it again changes nothing."""
    Region.objects.bulk_create(
        [
            Region(
                **{key: row[key] for key in ("code", "iso_code", "name_fi", "name_sv", "name_en")}
            )
            for row in _regions()
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["iso_code", "name_fi", "name_sv", "name_en"],
    )
    rows = list(_table("municipalities.csv"))
    # Those that another was merged into come first, so that they are there to be named.
    rows.sort(key=lambda row: row["merged_into"] != "")
    Municipality.objects.bulk_create(
        [
            Municipality(
                code=row["code"],
                name_fi=row["name_fi"],
                name_sv=row["name_sv"],
                region_id=row["region"],
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                valid=DateRange(None, date.fromisoformat(row["until"]) if row["until"] else None),
                merged_into_id=row["merged_into"] or None,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_fi", "name_sv", "region", "lat", "lon", "valid", "merged_into"],
    )
    PostalCode.objects.bulk_create(
        [
            PostalCode(
                code=row["code"],
                name_fi=row["name_fi"],
                name_sv=row["name_sv"],
                municipality_id=row["municipality"],
            )
            for row in _table("postal_codes.csv")
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_fi", "name_sv", "municipality"],
        batch_size=2000,
    )


def _regions() -> list[dict[str, Any]]:
    return json.loads((DATA / "regions.json").read_text("utf-8"))


@cache
def region_points() -> dict[str, geo.Point]:
    """Return where on the map a region is named: latitude and longitude by its code."""
    return {row["code"]: (row["lat"], row["lon"]) for row in _regions()}


@cache
def region_boxes() -> dict[str, tuple[float, float, float, float]]:
    """Return west, south, east and north of each region, in metres of ETRS-TM35FIN."""
    return {row["code"]: tuple(row["box"]) for row in _regions()}


def _table(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@dataclass(frozen=True, slots=True)
class Country:
    """A country, its names, and the point where a partner known by country alone is shown."""

    code: str
    names: Mapping[str, str] = field(hash=False)
    lat: float
    lon: float
    # nordic (with the Baltic countries), europe or world: the smallest map that shows it.
    area: str


@cache
def countries() -> dict[str, Country]:
    """Return every country by its ISO 3166 code of two letters."""
    return {
        row["code"]: Country(
            row["code"],
            {language: row[f"name_{language}"] for language in ("fi", "sv", "en")},
            float(row["lat"]),
            float(row["lon"]),
            row["area"],
        )
        for row in _table("countries.csv")
    }


# Finding a place


@lru_cache(maxsize=50_000)
def locate(text: str = "", postal_code: str = "", country: str = "") -> Place | None:
    """Find what a spreadsheet calls a place: a municipality, village, region, town abroad, country.

    A postal code decides over the text, as post goes by it. None: nothing was understood.
    """
    index = _index()
    nation = country_code(country)
    code = _postal(postal_code, alone=not text) or _postal(text)
    if code and nation in {"FI", "AX", None} and (found := index.postal.get(code)):
        return found
    for part in _parts(text):
        if nation in {"FI", "AX", None} and (found := index.finland.get(part)):
            return found
    for part in _parts(text):
        found = index.abroad.get((nation, part)) if nation else index.towns.get(part)
        if found:
            return found
    if nation is None:
        nation = next(filter(None, map(country_code, reversed(re.split(r"[,;/()]", text)))), None)
        if nation and nation not in {"FI", "AX"}:
            return locate(text, postal_code, nation)
    if nation == "AX":
        return index.finland.get("ahvenanmaa")
    if nation == "FI":
        return Place(None, None, "FI", None, None)
    if nation:
        there = countries()[nation]
        return Place(None, None, nation, there.lat, there.lon)
    return None


def country_code(text: str) -> str | None:
    """Return the ISO code of a country written in any of our languages, or as its code."""
    text = text.strip()
    if len(text) == 2 and text.upper() in countries():
        return text.upper()
    return _index().countries.get(names.folded(text))


# What spreadsheets call countries beside their names.
_OTHER_COUNTRY_NAMES = {
    "uk": "GB",
    "englanti": "GB",
    "england": "GB",
    "skotlanti": "GB",
    "skottland": "GB",
    "scotland": "GB",
    "wales": "GB",
    "iso-britannia": "GB",
    "usa": "US",
    "yhdysvallat": "US",
    "hollanti": "NL",
    "holland": "NL",
    "tsekki": "CZ",
    "czech republic": "CZ",
    "turkki": "TR",
    "turkey": "TR",
    "eire": "IE",
    "finnland": "FI",
    "sverige": "SE",
    "norge": "NO",
    "danmark": "DK",
    "eesti": "EE",
    "deutschland": "DE",
    "latvija": "LV",
    "lietuva": "LT",
    "espana": "ES",
    "italia": "IT",
    "polska": "PL",
}
# Words beside a municipality's name that say nothing about where it is.
_FILLING = re.compile(r"\b(kaupunki|kunta|kommun|stad|city of|municipality of|keskusta|centrum)\b")
_CODE = re.compile(r"(?:^|\b)(?:FI|FIN|AX)?[-\s]?(\d{5})\b", re.IGNORECASE)


def _postal(text: str, *, alone: bool = False) -> str | None:
    if alone and text.isdecimal() and len(text) == 4:
        return f"0{text}"  # a spreadsheet took it for a number
    found = _CODE.search(text)
    return found[1] if found else None


def _parts(text: str) -> list[str]:
    """Return the text, and its pieces between commas and the like, as names are compared."""
    whole = _plain(text)
    pieces = [_plain(piece) for piece in re.split(r"[,;/()|]|\s-\s", text)]
    return [part for part in dict.fromkeys([whole, *pieces]) if part]


def _plain(text: str) -> str:
    text = _FILLING.sub(" ", names.folded(_CODE.sub(" ", text)))
    return " ".join(text.split()).strip(" .-")


@dataclass
class _Index:
    """Every place by its name as compared."""

    postal: dict[str, Place]
    finland: dict[str, Place]
    abroad: dict[tuple[str, str], Place]
    towns: dict[str, Place]
    countries: dict[str, str]


@cache
def _index() -> _Index:
    rows = {row["code"]: row for row in _table("municipalities.csv")}
    homes: dict[str, Place] = {}
    for code, row in rows.items():
        now = row["merged_into"] or code
        homes[code] = Place(now, rows[now]["region"], "FI", float(row["lat"]), float(row["lon"]))
    finland: dict[str, Place] = {}
    for row in _regions():
        here = Place(None, row["code"], "FI", None, None)
        for language in ("fi", "sv", "en"):
            finland[_plain(row[f"name_{language}"])] = here
    postal: dict[str, Place] = {}
    villages: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in _table("postal_codes.csv"):
        postal[row["code"]] = homes[row["municipality"]]
        for name in {_plain(row["name_fi"]), _plain(row["name_sv"])}:
            villages[name][row["municipality"]] += 1
    for name, municipalities in villages.items():
        # A village's name may be in use in several places: the one with most codes, if it is alone.
        best, *others = sorted(municipalities.items(), key=lambda pair: (-pair[1], pair[0]))
        if not others or best[1] > others[0][1]:
            finland[name] = homes[best[0]]
    for code, row in rows.items():
        for name in (row["name_sv"], row["name_fi"]):
            finland[_plain(name)] = homes[code]
    abroad: dict[tuple[str, str], Place] = {}
    towns: dict[str, Place] = {}
    for row in _table("cities.csv"):
        town = Place(None, None, row["country"], float(row["lat"]), float(row["lon"]))
        for name in (row["name"], *filter(None, row["other_names"].split("|"))):
            # The table is in order of population: a name without a country means the largest.
            abroad.setdefault((row["country"], _plain(name)), town)
            towns.setdefault(_plain(name), town)
    named = {
        names.folded(name): code
        for code, country in countries().items()
        for name in country.names.values()
    }
    return _Index(postal, finland, abroad, towns, named | _OTHER_COUNTRY_NAMES)


# Official boundaries


@dataclass
class Loaded:
    """What a file of boundaries brought."""

    municipalities: int
    points: int
    unknown: list[str]
    source: str


def import_boundaries(path: Path, *, source: str = "") -> Loaded:
    """Load municipality outlines from GeoJSON, in degrees or in ETRS-TM35FIN (EPSG:3067).

    Features are known by NATCODE or `code`. What the file does not have stays as it was.
    """
    outlines, unknown = _outlines(_collection(path))
    if not outlines:
        raise PlacesError(
            _("No municipality was found: features need NATCODE or code, three digits each.")
        )
    source = source or _("National Land Survey of Finland, CC BY 4.0")
    shared = geo.simplify_together([ring for rings in outlines.values() for ring in rings], COARSE)
    simple = iter(shared)
    boundaries = []
    for code, rings in outlines.items():
        kept = [ring for ring in (next(simple) for _ring in rings) if len(ring) > 3]
        whole = [[round(value) for point in ring for value in point] for ring in kept]
        boundaries.append(Boundary(municipality_id=code, rings=whole, source=source))
    with transaction.atomic():
        Boundary.objects.bulk_create(
            boundaries,
            update_conflicts=True,
            unique_fields=["municipality"],
            update_fields=["rings", "source", "loaded_at"],
        )
    points = sum(len(ring) // 2 for boundary in boundaries for ring in boundary.rings)
    return Loaded(len(boundaries), points, unknown, source)


def _collection(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_FILE:
        raise PlacesError(_("The file is too large; take one of a smaller scale."))
    try:
        collection = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise PlacesError(_("The file is not GeoJSON."))
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise PlacesError(_("The file is not a GeoJSON FeatureCollection."))
    return collection


def _outlines(collection: dict[str, Any]) -> tuple[dict[str, list[geo.Ring]], list[str]]:
    known = set(Municipality.objects.values_list("code", flat=True))
    outlines: dict[str, list[geo.Ring]] = {}
    unknown: list[str] = []
    for feature in collection["features"]:
        try:
            facts = {key.lower(): value for key, value in feature["properties"].items()}
            code = str(facts.get("natcode") or facts.get("code") or "").zfill(3)
            rings = _rings(feature["geometry"])
        except (AttributeError, KeyError, TypeError, ValueError):
            raise PlacesError(_("A feature of the file has no outline or no properties."))
        if code in known:
            outlines.setdefault(code, []).extend(rings)
        else:
            unknown.append(f"{code} {facts.get('namefin') or facts.get('name_fi') or ''}".strip())
    return outlines, unknown


def _rings(geometry: dict[str, Any]) -> list[geo.Ring]:
    """Return an area's rings in metres of ETRS-TM35FIN."""
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    rings = []
    for polygon in polygons[geometry["type"]]:
        for ring in polygon:
            points = [(float(point[0]), float(point[1])) for point in ring]
            # Degrees never reach 200; metres of this projection never stay below.
            if all(abs(x) < 200 and abs(y) < 200 for x, y in points):
                points = [geo.tm35fin(y, x) for x, y in points]
            if not all(-1e6 < x < 2e6 and 6e6 < y < 8.5e6 for x, y in points):
                raise PlacesError(_("The file's coordinates are not in Finland."))
            rings.append(points)
    return rings
