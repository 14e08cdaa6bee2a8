"""The panel of a network's home: its groups, and which seats wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from solmu.lib import clock
from solmu.networks import sitting
from solmu.networks.models import Network, Seat
from solmu.networks.permissions import can_lead
from solmu.networks.reminding import why

MOST = 6


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel's template prints."""

    template: str
    url: str
    rows: list[sitting.Row]
    waiting: list[tuple[str, str, str]]
    more: int
    may_found: bool


def panel(request: HttpRequest, network: Network) -> Panel | None:
    """The groups of today; nothing for a network that is run elsewhere."""
    if network.elsewhere_of_id is not None:
        return None
    today = clock.today()
    found = sitting.unfilled(today, Seat.objects.filter(group__network=network))
    waiting = [
        (
            f"{seat.group}: {sitting.seat_name(seat)}",
            why(seat),
            reverse("networks:seat", args=[network.slug, seat.uuid]),
        )
        for seat in found[:MOST]
    ]
    return Panel(
        "networks/group_panel.html",
        reverse("networks:groups", args=[network.slug]),
        sitting.rows(network, today),
        waiting,
        max(0, len(found) - MOST),
        can_lead(request.viewer, network),
    )
