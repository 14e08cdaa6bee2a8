"""What every page of a network shares: finding it, who may open it, its tabs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib.composed import composed
from solmu.networks.models import Network
from solmu.networks.permissions import can_lead, can_open, can_take_part


class ClosedError(PermissionDenied):
    """The network is known to the viewer but not open; the page says how they could come in."""

    def __init__(self, network: Network) -> None:
        super().__init__(
            _("%(name)s is open to those who are in it.") % {"name": network.organisation.name}
        )
        self.url = reverse("networks:join", args=[network.slug])
        self.verb = _("See how to join")


def known_network(request: HttpRequest, slug: str) -> Network:
    """Return the network at the address, present or former; 404 for those who may not know it."""
    known = Network.objects.known_to(request.viewer).select_related(
        "organisation", "led_by", "elsewhere_of__organisation"
    )
    network = (
        known.filter(organisation__slug=slug).first()
        or known.filter(organisation__old_slugs__slug=slug).first()
    )
    if network is None:
        raise Http404
    return network


def open_network(request: HttpRequest, slug: str) -> Network:
    """Return the network at the address; 404 for those who may not know it, 403 if not in it."""
    network = known_network(request, slug)
    if not can_open(request.viewer, network):
        raise ClosedError(network)
    return network


def led_network(request: HttpRequest, slug: str) -> Network:
    """Return an open network that the viewer runs; 403 for the others in it."""
    network = open_network(request, slug)
    if not can_lead(request.viewer, network):
        raise PermissionDenied(_("Only the network's coordinators can do this."))
    return network


def shell(request: HttpRequest, network: Network, current: str, **more: Any) -> dict[str, Any]:
    """The context of a network's page; `current` is the name of its tab's address."""
    # A network that is run elsewhere has one page only.
    tabs = [
        (label, reverse(name, args=[network.slug]), name == current)
        for label, name in composed("NETWORK_TABS")
        if network.elsewhere_of_id is None
    ]
    return {
        "network": network,
        "network_tabs": tabs,
        "can_lead": can_lead(request.viewer, network),
        "can_take_part": can_take_part(request.viewer, network),
        **more,
    }
