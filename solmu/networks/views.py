"""The list of networks, and a network's home."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from solmu.networks.models import Network
from solmu.networks.page import open_network, shell


@require_GET
@login_required
def networks(request: HttpRequest) -> HttpResponse:
    """The networks that the viewer is in or may know of."""
    known = Network.objects.known_to(request.viewer).select_related("organisation")
    return render(request, "networks/list.html", {"networks": known})


@require_GET
@login_required
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """A network's home."""
    network = open_network(request, slug)
    return render(request, "networks/home.html", shell(request, network, "networks:home"))
