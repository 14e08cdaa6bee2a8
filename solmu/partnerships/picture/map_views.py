"""The picture on a map: the page, the marks for the browser, and the files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from solmu.partnerships.picture import waiting
from solmu.partnerships.picture.bar import MAP, bar
from solmu.partnerships.picture.list_views import lead, told_changes
from solmu.partnerships.picture.map_picture import MapOfPicture, outlines
from solmu.partnerships.picture.picture import Picture


@login_required
@require_safe
def partner_map(request: HttpRequest) -> HttpResponseBase:
    """The institution's partners on a date, on a map; ?format= gives marks or a file."""
    picture = Picture.from_request(request)
    drawn = MapOfPicture(picture, request.GET.get("extent", ""), request.GET.get("at", ""))
    form = request.GET.get("format", "")
    demo = bool(getattr(request, "demo", False))
    if form == "marks":
        return JsonResponse(drawn.as_data(), json_dumps_params={"separators": (",", ":")})
    if form == "geojson":
        return _file(drawn.as_geojson(demo=demo), "application/geo+json", "partners.geojson")
    if form == "svg":
        return _file(drawn.as_svg(demo=demo), "image/svg+xml", "partners.svg")
    return render(
        request,
        "partnerships/map.html",
        {
            "picture": drawn.picture,
            "bar": bar(drawn.picture, MAP),
            "lead": lead(picture),
            "map": drawn.page,
            "changes": told_changes(picture),
            "waits": waiting.waiting(picture),
        },
    )


@login_required
@require_safe
def boundaries(request: HttpRequest) -> HttpResponse:
    """The loaded outlines of municipalities, as shapes that the map of Finland uses."""
    paths = "".join(
        f'<path id="m{code}" vector-effect="non-scaling-stroke" d="{path}"/>'
        for code, path in outlines().items()
    )
    response = HttpResponse(
        f'<svg xmlns="http://www.w3.org/2000/svg"><g id="lines">{paths}</g></svg>',
        content_type="image/svg+xml",
    )
    patch_cache_control(response, private=True, max_age=86400)
    return response


def _file(content: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
