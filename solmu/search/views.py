"""The search page, and what the command palette shows."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from solmu.lib.composed import composed
from solmu.search import finding

MOST = 50  # on the page
STEMMED = 5  # letters; a longer word is looked for without its last two


@require_GET
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Everything found for the words in the box."""
    text = request.GET.get("q", "").replace("\0", "").strip()
    hits = finding.find(request.viewer, text, limit=MOST)
    return render(
        request,
        "search/search.html",
        {
            "text": text,
            "hits": hits,
            "most": MOST,
            "kinds": {key: kind.label for key, kind in composed("SEARCH_KINDS").items()},
        },
    )


@require_GET
@login_required
def palette(request: HttpRequest) -> JsonResponse:
    """Pages and actions whose name has the words, and the best records."""
    text = request.GET.get("q", "").replace("\0", "").strip()
    kinds = composed("SEARCH_KINDS")
    # Finnish words end in many ways: "sopimus" also means "Sopimukset".
    stem = text.lower()[:-2] if len(text) > STEMMED else text.lower()
    pages = [
        {
            "title": str(item.label),
            "url": reverse(item.url_name),
            "kind": _("page"),
            "hint": "",
            "icon": item.icon,
        }
        for item in (*composed("MENU"), *composed("ACTIONS"))
        if item.visible(request.viewer) and stem in str(item.label).lower()
    ]
    pages.sort(key=lambda page: text.lower() not in str(page["title"]).lower())
    records = [
        {
            "title": hit.title,
            "url": hit.url,
            "kind": str(kinds[hit.kind].label) if hit.kind in kinds else "",
            "hint": " · ".join(hit.excerpt.split(" · ")[:2])[:60],
            "icon": kinds[hit.kind].icon if hit.kind in kinds else "search",
        }
        for hit in finding.find(request.viewer, text, limit=12)
    ]
    groups = [
        {"label": _("Pages and actions"), "items": pages[:8]},
        {"label": _("Records"), "items": records},
    ]
    return JsonResponse({"groups": [group for group in groups if group["items"]]})
