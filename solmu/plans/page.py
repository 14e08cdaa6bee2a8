"""What every page of plans shares: the network, if it is run here."""

from django.http import Http404, HttpRequest

from solmu.networks.models import Network
from solmu.networks.page import open_network


def planning_network(request: HttpRequest, slug: str) -> Network:
    """Return the open network at the address; one that is run elsewhere has no plan here."""
    network = open_network(request, slug)
    if network.elsewhere_of_id is not None:
        raise Http404
    return network
