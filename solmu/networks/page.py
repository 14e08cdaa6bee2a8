"""What every page of a network shares: finding it, who may open it, its tabs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib.compiled import compiled
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
    viewer = request.viewer
    for called in (_called, _formerly_called):
        for network in called(slug=slug):
            is_in = viewer.is_admin or network.pk in viewer.networks
            if is_in or Network.objects.known_to(viewer).filter(pk=network.pk).exists():
                return network
    raise Http404


@compiled
def _called(*, slug: str) -> QuerySet[Network]:
    return _with_names(Network.objects.filter(organisation__slug=slug))


@compiled
def _formerly_called(*, slug: str) -> QuerySet[Network]:
    return _with_names(Network.objects.filter(organisation__old_slugs__slug=slug))


def _with_names(networks: QuerySet[Network]) -> QuerySet[Network]:
    return networks.select_related(
        "organisation__region", "led_by", "elsewhere_of__organisation"
    ).order_by("pk")


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
        for label, name, *may in composed("NETWORK_TABS")
        if network.elsewhere_of_id is None
        and all(allows(request.viewer, network) for allows in may)
    ]
    return {
        "network": network,
        "network_tabs": tabs,
        "can_lead": can_lead(request.viewer, network),
        "can_take_part": can_take_part(request.viewer, network),
        **more,
    }
