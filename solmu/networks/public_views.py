"""A network's public page: bare, in the network's own colour, open to all."""

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.networks import belonging
from solmu.networks.models import Network, Participant
from solmu.networks.permissions import can_open


@require_GET
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """What everybody may know of a public network."""
    found = (
        Network.objects.run_here()
        .filter(organisation__public=True)
        .select_related("organisation__region", "led_by")
    )
    network = found.filter(organisation__slug=slug).first()
    if network is None:
        former = found.filter(organisation__old_slugs__slug=slug).first()
        if former is None:
            raise Http404
        return redirect("public-network", former.slug)
    today = clock.today()
    picture = belonging.belonging(network, today)
    first, last = belonging.first_and_last(network, today)
    groups = network.groups.on(today).order_by("kind", "name_fi")
    panels: list[Any] = [
        panel for make in composed("PUBLIC_PANELS") if (panel := make(request, network)) is not None
    ]
    return render(
        request,
        "networks/public.html",
        {
            "network": network,
            "picture": picture,
            "bars": belonging.bars(picture.every, first, last, today),
            "groups": groups,
            "panels": panels,
            "emblem": emblem(network, len(picture.full)),
            "contact": _contact(network) if network.contact_public else None,
            "is_in": can_open(request.viewer, network),
        },
    )


def _contact(network: Network) -> Any:
    lead = (
        Participant.objects.on(clock.today())
        .filter(network=network, way=Participant.Way.LEAD)
        .select_related("person")
        .order_by("pk")
        .first()
    )
    return lead.person if lead else None


def emblem(network: Network, members: int) -> SafeString:
    """A drawn emblem: a ring of as many knots as there are members, joined to each other."""
    count = min(max(members, 3), 16)
    return mark_safe(_knots(count))


def _knots(count: int) -> str:
    spots = [
        (
            60 + 44 * math.cos(2 * math.pi * at / count - math.pi / 2),
            60 + 44 * math.sin(2 * math.pi * at / count - math.pi / 2),
        )
        for at in range(count)
    ]
    step = max(2, count // 3)
    lines = "".join(
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{spots[(at + step) % count][0]:.1f}"'
        f' y2="{spots[(at + step) % count][1]:.1f}"/>'
        for at, (x, y) in enumerate(spots)
    )
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5"/>' for x, y in spots)
    return (
        '<svg class="emblem" viewBox="0 0 120 120" aria-hidden="true">'
        f'<circle class="ring" cx="60" cy="60" r="44"/>{lines}{dots}</svg>'
    )
