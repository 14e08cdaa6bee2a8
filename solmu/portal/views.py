"""The public front, my day, and the pages that the law asks for."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.ui.menu import told


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """What Solmu is, for whoever has not signed in."""
    if not request.viewer.is_anonymous:
        return redirect("portal:home")
    return render(request, "portal/front.html")


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """My day: what waits for the viewer over all rooms, and each room's panel."""
    panels = [panel for make in composed("HOME_PANELS") if (panel := make(request.viewer))]
    waits = [one for panel in panels for one in panel.waits]
    waits += [one for make in composed("WAITING") for one in make(request.viewer)]
    return render(
        request,
        "portal/home.html",
        {"waiting": told(waits), "panels": panels, "today": clock.today()},
    )


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "portal/accessibility.html")


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of people, why and how long."""
    return render(request, "portal/privacy.html")
