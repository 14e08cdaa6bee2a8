"""The map with made-up partners, for the living page of the components."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from solmu.lib import geo
from solmu.partnerships.picture import map_drawing
from solmu.partnerships.picture import marks as mapping
from solmu.partnerships.picture.marks import TONES, Mark, Spot
from solmu.ui.examples import LEVELS, Component
from solmu.ui.markup import swatch

# Latitude, longitude, step of the ladder, whether anything was done together, how many.
PARTNERS = (
    (60.99, 24.46, 4, True, 3), (60.99, 24.46, 2, True, 14), (60.99, 24.46, 1, False, 5),
    (61.50, 23.79, 3, True, 6), (61.50, 23.79, 1, True, 2),
    (60.45, 22.27, 2, True, 1), (62.89, 27.68, 3, False, 1), (65.01, 25.47, None, True, 1),
    (66.50, 25.73, 4, True, 1),
)  # fmt: skip
SHADES = (("r05", 4), ("r06", 2), ("r17", 1))


def shown() -> Component:
    """The map of Finland, its marks and its legend."""
    extent = geo.EXTENTS["finland"]
    marks = [
        Mark(lat, lon, rank, proven, number=number) for lat, lon, rank, proven, number in PARTNERS
    ]
    scene = map_drawing.Scene(
        extent=extent,
        view=extent.view,
        areas=[map_drawing.Area(shape, "", shade) for shape, shade in SHADES],
        spots=mapping.spots(marks, extent, mapping.pixel(extent.view)),
        top=TONES,
        title_of=_title,
        label_of=lambda _spot: "",
        url_of=lambda _spot: "#map",
    )
    base = static(f"partnerships/map/{extent.key}.svg")
    drawn = mark_safe(map_drawing.page_svg(scene, base, name=_("Map")))
    html = format_html(
        '<div class="map-figure"><div class="map map-finland">{}</div>'
        '<div class="map-caption"><ul class="map-legend">{}</ul></div></div>',
        drawn,
        _legend(),
    )
    return Component("map", gettext_lazy("Map"), html, ("partnerships/map/map.css",))


def _title(spot: Spot) -> str:
    return ngettext("%(n)s partner", "%(n)s partners", spot.count) % {"n": spot.count}


def _legend() -> SafeString:
    named = [(tone, str(name)) for tone, name in enumerate(LEVELS, 1)]
    return format_html_join(
        "", "<li>{}{}</li>", ((swatch(tone), name) for tone, name in reversed(named))
    )
