"""A picture on one of the maps: its marks, shades and words, as page, browser and files want it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

from django.db.models import BooleanField, Case, Count, Expression, F, Max, Min, Value, When
from django.db.models.functions import Coalesce, Round
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from solmu.lib import geo
from solmu.lib.translated import LANGUAGES
from solmu.organisations.models import Boundary
from solmu.organisations.places import countries, region_boxes, region_points
from solmu.partnerships.picture import changes, map_drawing
from solmu.partnerships.picture import marks as mapping
from solmu.partnerships.picture.list_views import lead
from solmu.partnerships.picture.map_drawing import Area, Scene
from solmu.partnerships.picture.marks import Mark, Spot
from solmu.partnerships.picture.picture import Picture, country_name

EXTENTS = {
    "finland": gettext_lazy("Finland"),
    "nordic": gettext_lazy("Nordic and Baltic countries"),
    "europe": gettext_lazy("Europe"),
    "world": gettext_lazy("World"),
}
# Up to so many partners are drawn one by one; more are counted together where they are near.
ONE_BY_ONE = 4000
TO_A_KILOMETRE = 20_000
# Municipality outlines are drawn when the view is narrower than this, in map units of 200 m.
NEAR = 1700
LARGEST_PLACES = 6
# What a page shows: made at once, and made of all the marks.
CHEAP = (
    "key",
    "name",
    "extents",
    "exports",
    "marks_url",
    "browser_list_url",
    "whole",
    "near",
    "changed_words",
)
DRAWN = (
    "svg",
    "home_box",
    "lines_url",
    "legend",
    "any_claimed",
    "shades",
    "elsewhere",
    "placeless",
    "source",
    "table",
    "table_levels",
    "largest",
)


def outlines() -> dict[str, str]:
    """Return the paths of the loaded municipalities by their codes."""
    extent = geo.EXTENTS["finland"]

    def ring(flat: list[int]) -> list[geo.Point]:
        return [
            ((x - extent.west) / extent.unit, (extent.north - y) / extent.unit)
            for x, y in zip(flat[::2], flat[1::2], strict=True)
        ]

    return {
        boundary.municipality_id: geo.svg_path(ring(flat) for flat in boundary.rings)
        for boundary in Boundary.objects.order_by("municipality_id")
    }


class MapOfPicture:
    """A picture on one of the maps, as a page, the browser and the files want it."""

    def __init__(self, picture: Picture, extent: str = "", at: str = "") -> None:
        asked = extent if extent in EXTENTS else ""
        self.picture = replace(picture, keeps={"extent": asked} if asked else {})
        self.key = asked or _extent_for(picture)
        self.extent = geo.EXTENTS[self.key]
        self._at = at

    # What is on it

    @cached_property
    def marks(self) -> list[Mark]:
        """Partners that have a place, each at its own point or its municipality's."""
        marks = self._found[0]
        if not self.picture.since:
            return marks
        found = changes.between(self.picture, self.picture.since)
        changed = {row.stakeholder_id for row in found.rows}
        return [m._replace(changed=True) if m.id in changed else m for m in marks]

    @property
    def placeless(self) -> int:
        """How many partners have no place at all."""
        return self._found[1]

    @cached_property
    def spots(self) -> list[Spot]:
        """What is drawn."""
        return mapping.spots(self.marks, self.extent, mapping.pixel(self.view))

    @cached_property
    def view(self) -> geo.Box:
        """The part of the map that is shown."""
        return mapping.read_view(self._at, self.extent) or self.home

    @cached_property
    def home(self) -> geo.Box:
        """The part of the map that is shown first: where the filters lead, else all."""
        filters = self.picture.filters
        if not {"region", "municipality", "country"} & set(filters):
            return self.extent.view
        points = [self.extent.place(mark.lat, mark.lon) for mark in self.marks]
        if self.key == "finland":
            for code in filters.get("region", ()):
                west, south, east, north = region_boxes()[code]
                unit = self.extent.unit
                points += [
                    ((west - self.extent.west) / unit, (self.extent.north - north) / unit),
                    ((east - self.extent.west) / unit, (self.extent.north - south) / unit),
                ]
        inside = [point for point in points if point in self.extent.whole]
        return mapping.fitted(inside, self.extent, self.extent.view.width / 8)

    @cached_property
    def by_region(self) -> Counter[str]:
        """How many in each region of Finland."""
        return self._by("region")

    @cached_property
    def by_country(self) -> Counter[str]:
        """How many in each country."""
        return self._by("country")

    @cached_property
    def areas(self) -> list[Area]:
        """Regions of Finland, else countries with partners, by their counts."""
        if self.key == "finland":
            found = [
                (f"r{code}", name, self.by_region[code], "region", code)
                for code, name in self.picture.words.region_by_code.items()
            ]
        else:
            found = [
                (code, country_name(code), number, "country", code)
                for code, number in sorted(self.by_country.items())
            ]
        return [
            Area(
                shape,
                f"{name}: {_partners(number)}",
                mapping.shade(number, self.shade_bounds),
                self.own_url + self._toggled(key, code),
            )
            for shape, name, number, key, code in found
        ]

    @cached_property
    def municipality_areas(self) -> list[Area]:
        """Municipalities with partners, for the closer map when their outlines are loaded."""
        if not self.lines_url:
            return []
        counts = self._by("municipality")
        name = self.picture.words.municipality
        return [
            Area(
                f"m{code}",
                f"{name(code)}: {_partners(number)}",
                0,
                self.list_url + self._only("municipality", code),
            )
            for code, number in sorted(counts.items())
        ]

    @cached_property
    def shade_bounds(self) -> list[int]:
        """The least count of each shade; the own country is always in the deepest."""
        if self.key == "finland":
            return mapping.bounds(max(self.by_region.values(), default=0))
        abroad = [number for code, number in self.by_country.items() if code != "FI"]
        return mapping.bounds(max(abroad, default=0) or self.by_country["FI"])

    # Its addresses

    @property
    def list_url(self) -> str:
        """The list, without what is asked of it."""
        return reverse("partnerships:list")

    @property
    def browser_list_url(self) -> str:
        """The list under the same filters; the browser adds a place to it."""
        query = self.picture.query_string(extent=None, municipality=None, country=None)
        return f"{self.list_url}{query}{'&' if query else '?'}"

    @property
    def whole(self) -> str:
        """The map's size in map units, for the browser."""
        width, height = self.extent.size
        return f"{width} {height}"

    @property
    def home_box(self) -> str:
        """The view to come back to, for the browser."""
        return map_drawing.view_box(self.home)

    @property
    def near(self) -> str:
        """How narrow a view is that shows municipality outlines, for the browser."""
        return str(NEAR)

    @property
    def own_url(self) -> str:
        """The map, without what is asked of it."""
        return reverse("partnerships:map")

    @property
    def marks_url(self) -> str:
        """Where the browser gets the marks from."""
        return self.own_url + self.picture.query_string(format="marks", extent=self.key)

    @property
    def base_url(self) -> str:
        """The drawing under the marks."""
        return static(f"partnerships/map/{self.key}.svg")

    @cached_property
    def _boundaries(self) -> dict[str, Any]:
        return Boundary.objects.aggregate(at=Max("loaded_at"), source=Max("source"))

    @property
    def lines_url(self) -> str:
        """The outlines of municipalities, if an administrator loaded them."""
        at = self._boundaries["at"] if self.key == "finland" else None
        return f"{reverse('partnerships:boundaries')}?v={at:%Y%m%d%H%M%S}" if at else ""

    @property
    def extents(self) -> list[tuple[str, str, bool]]:
        """The maps to choose from: name, address, is it this one."""
        return [
            (str(label), self.own_url + self.picture.query_string(extent=key), key == self.key)
            for key, label in EXTENTS.items()
        ]

    @property
    def exports(self) -> list[tuple[str, str]]:
        """Files: what, and where."""
        query = self.picture.query_string
        at = {"at": self._at} if self._at else {}
        files = [
            (_("Map (SVG)"), self.own_url + query(format="svg", extent=self.key, **at)),
            (_("Places (GeoJSON)"), self.own_url + query(format="geojson")),
        ]
        tables = (("xlsx", "Excel (XLSX)"), ("csv", "CSV"), ("json", "JSON"))
        return [*files, *((label, self.list_url + query(format=form)) for form, label in tables)]

    def url_of(self, spot: Spot) -> str:
        """Where a spot leads: the partner, the list of a place, or a closer map."""
        if spot.count == 1 and spot.marks[0].id:
            return reverse("partnerships:partner", args=[spot.marks[0].id])
        country, municipality = spot.common("country"), spot.common("municipality")
        if municipality:
            return self.list_url + self._only("municipality", municipality)
        if country and country != "FI":
            return self.list_url + self._only("country", country)
        at = mapping.write_view(spot.x, spot.y, self.view.width / 3)
        return self.own_url + self.picture.query_string(extent=self.key, at=at)

    def _only(self, key: str, value: str) -> str:
        return self.picture.query_string(extent=None, **{key: [value]})

    def _toggled(self, key: str, value: str) -> str:
        on = self.picture.filters.get(key, ()) == (value,)
        return self.picture.query_string(extent=self.key, **{key: [] if on else [value]})

    # Its words

    def place_of(self, spot: Spot) -> str:
        """The place that a spot stands for, or the largest of them."""
        country = spot.most("country")
        if country and (country != "FI" or self.key in {"europe", "world"}):
            return country_name(country)
        if code := spot.most("municipality"):
            return self.picture.words.municipality(code)
        return self.picture.words.region_by_code.get(spot.most("region") or "", "")

    def title_of(self, spot: Spot) -> str:
        """What a spot says: the partner and its level, or the place and how many of which level."""
        if spot.count == 1 and spot.marks[0].name:
            mark = spot.marks[0]
            facts = [mark.name, self.place_of(spot), self.level_name(mark.rank)]
            if not mark.proven:
                facts.append(_("nothing done together yet"))
            if mark.changed:
                facts.append(self.changed_words)
            return ", ".join(filter(None, facts))
        by_level: Counter[int | None] = Counter()
        for share in spot.shares:
            by_level[share.rank] += share.count
        levels = ", ".join(f"{self.level_name(rank)} {n}" for rank, n in by_level.items())
        place = self.place_of(spot)
        head = f"{place}: {_partners(spot.count)}" if place else _partners(spot.count)
        told = f"{head} ({levels})"
        return f"{told}, {self.changed_words}" if spot.changed else told

    @property
    def changed_words(self) -> str:
        """What a mark with a ring around it says."""
        if not self.picture.since:
            return ""
        day = date_format(self.picture.since, "SHORT_DATE_FORMAT")
        return _("changed since %(day)s") % {"day": day}

    def level_name(self, rank: int | None) -> str:
        """The name of a step of the ladder."""
        for level in self.picture.words.levels:
            if level.rank == rank:
                return str(level.name)
        return _("No level yet")

    @property
    def name(self) -> str:
        """What the map is, for those who hear it."""
        return _("Map of partners: %(area)s") % {"area": EXTENTS[self.key]}

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Each step of the ladder in its colour, the highest first."""
        levels = self.picture.words.levels
        steps = [(mapping.tone(level.rank, len(levels)), level.name) for level in reversed(levels)]
        if any(mark.rank is None for mark in self.marks):
            steps.append((0, _("No level yet")))
        return steps

    @property
    def any_claimed(self) -> bool:
        """Tell whether some partner on the map has no evidence."""
        return any(not mark.proven for mark in self.marks)

    @property
    def shades(self) -> list[tuple[int, str]]:
        """Each shade and the counts that it stands for."""
        least = self.shade_bounds
        counts = self.by_region if self.key == "finland" else self.by_country
        ranges = []
        for bound, after in zip_longest(least, least[1:]):
            last = after - 1 if after else max(counts.values())
            ranges.append(
                (mapping.shade(bound, least), f"{bound}–{last}" if last > bound else f"{bound}")
            )
        return ranges

    @property
    def source(self) -> str:
        """Whose data the map is made of."""
        names = ["Natural Earth", "GeoNames (CC BY 4.0)"]
        if self.lines_url:
            names.append(self._boundaries["source"])
        return _("Map: %(sources)s") % {"sources": ", ".join(names)}

    @cached_property
    def elsewhere(self) -> tuple[int, str, str] | None:
        """How many partners the first view leaves out, and the smallest map that has them all."""
        if self.picture.filters.keys() & {"region", "municipality"}:
            return None
        missing = mapping.off_map(self.marks, self.extent)
        if not missing or self.key == "world":
            return None
        keys = list(EXTENTS)
        for key in keys[keys.index(self.key) + 1 :]:
            if key == "world" or not mapping.off_map(self.marks, geo.EXTENTS[key]):
                return (
                    missing,
                    str(EXTENTS[key]),
                    self.own_url + self.picture.query_string(extent=key),
                )
        return None

    @cached_property
    def table(self) -> list[dict[str, Any]]:
        """The map in numbers: regions of Finland, then countries, each by level."""
        levels = [level.rank for level in reversed(self.picture.words.levels)] + [None]
        rows: dict[tuple[str, str], Counter[Any]] = {}
        for mark in self.marks:
            at = ("region", mark.region) if mark.region else ("country", mark.country)
            row = rows.setdefault(at, Counter())
            row[mark.rank] += mark.number
            if not mark.proven:
                row["claimed"] += mark.number
        told = []
        for (key, code), counts in rows.items():
            number = sum(counts[rank] for rank in levels)
            name = self.picture.words.region_by_code.get(code) if key == "region" else None
            told.append(
                {
                    "name": name or country_name(code),
                    "abroad": key == "country",
                    "url": self.list_url + self._only(key, code),
                    "number": number,
                    "levels": [counts[rank] for rank in levels],
                    "claimed": counts["claimed"],
                }
            )
        return sorted(told, key=lambda row: (row["abroad"], -row["number"], row["name"]))

    @property
    def table_levels(self) -> list[str]:
        """The table's columns of levels."""
        return [level.name for level in reversed(self.picture.words.levels)] + [_("No level yet")]

    @cached_property
    def largest(self) -> list[tuple[str, str, int]]:
        """The places with most partners: name, list address, how many."""
        counts = self._by("municipality") if self.key == "finland" else self.by_country
        key = "municipality" if self.key == "finland" else "country"
        name = self.picture.words.municipality if self.key == "finland" else country_name
        top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:LARGEST_PLACES]
        return [(name(code), self.list_url + self._only(key, code), n) for code, n in top]

    # Its forms

    @cached_property
    def scene(self) -> Scene:
        """All that is drawn."""
        near = self.key == "finland" and self.view.width < NEAR and bool(self.lines_url)
        return Scene(
            extent=self.extent,
            view=self.view,
            areas=self.areas,
            spots=self.spots,
            top=self.picture.words.top_rank,
            title_of=self.title_of,
            label_of=self.place_of,
            url_of=self.url_of,
            lines=self.lines_url if near else "",
        )

    @property
    def page(self) -> dict[str, Any]:
        """All that the page shows of the map."""
        cheap = {name: getattr(self, name) for name in CHEAP}
        if self._at:
            return {**cheap, **self._drawn()}
        language = (get_language() or "fi")[:2]
        named = self.picture.names_institution
        what = f"map {language} {self.key} {self.picture.keeps} {named}"
        return {**cheap, **self.picture.remembered(what, self._drawn)}

    def _drawn(self) -> dict[str, Any]:
        """What takes all the marks to make; kept with the picture's counts."""
        return {name: getattr(self, name) for name in DRAWN}

    @property
    def svg(self) -> str:
        """The map for the page."""
        return mark_safe(map_drawing.page_svg(self.scene, self.base_url, name=self.name))

    def as_data(self) -> dict[str, Any]:
        """The marks for the browser: each with its place in map units and what it says."""
        words = self.picture.words
        rows: list[list[Any]] = []
        for mark in self.marks:
            x, y = self.extent.place(mark.lat, mark.lon)
            if (x, y) in self.extent.whole:
                rows.append(
                    [
                        round(x, 1),
                        round(y, 1),
                        mark.rank or 0,
                        int(mark.proven),
                        mark.number,
                        mark.id or 0,
                        mark.name,
                        mark.place,
                        mark.country,
                        int(mark.changed),
                    ]
                )
        names = {
            mark.place: words.municipality(mark.municipality)
            or words.region_by_code.get(mark.region or "", "")
            for mark in self.marks
            if mark.country == "FI"
        }
        return {
            "levels": {
                level.rank: [mapping.tone(level.rank, words.top_rank), level.name]
                for level in words.levels
            },
            "places": names,
            "countries": {row[8]: country_name(row[8]) for row in rows},
            "areas": [[area.id, area.title, area.url] for area in self.municipality_areas],
            "marks": rows,
        }

    def as_svg(self, *, demo: bool) -> str:
        """The map as a file."""
        legend = [(tone, name, True) for tone, name in self.legend]
        if self.any_claimed:
            legend.append((0, _("Dashed: nothing done together yet"), False))
        day = date_format(self.picture.on, "SHORT_DATE_FORMAT")
        source = self.source
        if demo:
            source = f"{_('Fictional demo content')} · {source}"
        return map_drawing.file_svg(
            self.scene,
            title=f"{self.picture.institution}, {day}",
            note=lead(self.picture),
            legend=legend,
            shades=[(number, _partners_range(told)) for number, told in self.shades],
            source=source,
            outlines=outlines() if self.scene.lines else None,
        )

    def as_geojson(self, *, demo: bool) -> str:
        """Every partner that has a place, as a GeoJSON FeatureCollection."""
        words = self.picture.words
        marks, _placeless = self._read(one_by_one=True)
        features = [
            mapping.feature(
                mark,
                {
                    "level": self.level_name(mark.rank) if mark.rank else None,
                    "level_rank": mark.rank,
                    "evidence": mark.proven,
                    "municipality": words.municipality(mark.municipality) or None,
                    "region": words.region_by_code.get(mark.region or ""),
                    "country": mark.country,
                    "url": reverse("partnerships:partner", args=[mark.id]),
                },
            )
            for mark in marks
        ]
        collection: dict[str, Any] = {
            "type": "FeatureCollection",
            "features": features,
            "institution": str(self.picture.institution),
            "on": self.picture.on.isoformat(),
        }
        if demo:
            collection["demo"] = _("Fictional demo content")
        return json.dumps(collection, ensure_ascii=False)

    # How it is found

    @cached_property
    def _found(self) -> tuple[list[Mark], int]:
        language = (get_language() or "fi")[:2]
        few = self.picture.counts().total <= ONE_BY_ONE
        return self.picture.remembered(
            f"marks {language} {few}", lambda: self._read(one_by_one=few)
        )

    def _read(self, *, one_by_one: bool) -> tuple[list[Mark], int]:
        # Counted together, partners are shown to a kilometre; a great many, at their municipality.
        many = not one_by_one and self.picture.counts().total > TO_A_KILOMETRE

        def at(name: str) -> Expression:
            own, home = f"organisation__{name}", f"organisation__municipality__{name}"
            if many:
                return Coalesce(F(home), Round(own, 1))
            return Round(Coalesce(own, home), 5 if one_by_one else 2)

        rows = (
            self.picture.stakeholders()
            .order_by()
            .annotate(
                at_lat=at("lat"),
                at_lon=at("lon"),
                proven=Case(
                    When(self.picture.has_evidence(), then=Value(value=True)),
                    default=Value(value=False),
                    output_field=BooleanField(),
                ),
            )
        )
        keys = (
            "at_lat",
            "at_lon",
            "organisation__country",
            "organisation__region_id",
            "organisation__municipality_id",
            "level_rank",
            "proven",
        )
        if one_by_one:
            names = [f"organisation__name_{language}" for language in _languages()]
            found: Iterable[tuple[Any, ...]] = rows.values_list(*keys, "pk", Value(1), *names)
        else:
            found = rows.values_list(*keys).annotate(first=Min("pk"), n=Count("pk"))
        marks, placeless = [], 0
        for own_lat, own_lon, country, region, home, rank, proven, pk, count, *names in found:
            lat, lon = own_lat, own_lon
            if lat is None or lon is None:
                lat, lon = _point_of(country, region)
            if lat is None or lon is None:
                placeless += count
                continue
            marks.append(
                Mark(
                    lat=lat,
                    lon=lon,
                    rank=rank,
                    proven=proven,
                    name=next(filter(None, names), ""),
                    id=pk if one_by_one else None,
                    municipality=home,
                    region=region,
                    country=country,
                    number=count,
                )
            )
        return marks, placeless

    def _by(self, key: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        for mark in self.marks:
            if value := getattr(mark, key):
                counts[value] += mark.number
        return counts


def _extent_for(picture: Picture) -> str:
    """Return the map that shows what the filters ask for."""
    asked = set(picture.filters.get("country", ()))
    if asked and "FI" not in asked:
        areas = {countries()[code].area for code in asked if code in countries()}
        return next((key for key in ("world", "europe", "nordic") if key in areas), "world")
    if picture.filters.get("scope") == ("international",):
        return "europe"
    return "finland"


def _point_of(country: str, region: str | None) -> tuple[float | None, float | None]:
    """Return where a partner is shown whose place is known as a region or a country alone."""
    if region in region_points():
        return region_points()[region or ""]
    if country != "FI" and country in countries():
        return countries()[country].lat, countries()[country].lon
    return None, None


def _languages() -> list[str]:
    first = (get_language() or "fi")[:2]
    return [first, *(language for language in LANGUAGES if language != first)]


def _partners(number: int) -> str:
    return ngettext("%(n)s partner", "%(n)s partners", number) % {"n": number}


def _partners_range(numbers: str) -> str:
    if numbers.isdecimal():
        return _partners(int(numbers))
    return _("%(numbers)s partners") % {"numbers": numbers}
