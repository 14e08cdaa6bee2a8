"""What every page of a network shares: finding it, who may open it, its tabs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib.composed import composed
from solmu.networks.models import Network
from solmu.networks.permissions import can_lead, can_open


def open_network(request: HttpRequest, slug: str) -> Network:
    """Return the network at the address; 404 for those who may not know it, 403 if not in it."""
    known = Network.objects.known_to(request.viewer).select_related("organisation", "led_by")
    network = known.filter(organisation__slug=slug).first()
    if network is None:
        raise Http404
    if not can_open(request.viewer, network):
        raise PermissionDenied(_("Only those who are in the network can read this."))
    return network


def shell(request: HttpRequest, network: Network, current: str, **more: Any) -> dict[str, Any]:
    """The context of a network's page; `current` is the name of its tab's address."""
    tabs = [
        (label, reverse(name, args=[network.slug]), name == current)
        for label, name in composed("NETWORK_TABS")
    ]
    return {
        "network": network,
        "network_tabs": tabs,
        "can_lead": can_lead(request.viewer, network),
        **more,
    }
