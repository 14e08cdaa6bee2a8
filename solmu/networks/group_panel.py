"""The panel of a network's home: its groups, and which seats wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from solmu.lib import clock
from solmu.networks import sitting
from solmu.networks.models import Network
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


def panel(request: HttpRequest, network: Network, rows: list[sitting.Row]) -> Panel:
    """The groups of today, as `sitting.rows` gives them."""
    today = clock.today()
    found = sitting.unfilled([network.pk], today)
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
        rows,
        waiting,
        max(0, len(found) - MOST),
        can_lead(request.viewer, network),
    )
