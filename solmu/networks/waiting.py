"""What waits for somebody in networks: to be a member's contact person, and who asks to join."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.networks import inviting
from solmu.networks.models import Participant
from solmu.networks.permissions import LEAD
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting

MOST = 10


def waits(viewer: Viewer) -> list[Waiting]:
    """Invitations to speak for a member, then requests to join that the viewer may answer."""
    if viewer.is_anonymous:
        return []
    return [*_invitations(viewer), *_requests(viewer)]


def _invitations(viewer: Viewer) -> list[Waiting]:
    return [
        Waiting(
            str(one.network),
            _("you are asked to be the contact person of %(organisation)s")
            % {"organisation": one.organisation},
            _("Answer"),
            reverse("networks:question", args=[one.pk]),
        )
        for one in inviting.asked_of(viewer).order_by("created_at", "pk")[:MOST]
    ]


def _requests(viewer: Viewer) -> list[Waiting]:
    led = [key for key, ways in viewer.networks.items() if LEAD in ways]
    if not led and not viewer.represented:
        return []
    mine = Q(network_id__in=led)
    for network_id, organisation_id in viewer.represented:
        mine |= Q(network_id=network_id, organisation_id=organisation_id)
    asked = Participant.objects.filter(mine, state=Participant.State.ASKED)
    return [
        Waiting(
            f"{one.person.name}, {one.network}",
            _("asks to join for %(name)s") % {"name": one.organisation},
            _("Answer"),
            reverse("networks:people", args=[one.network.slug]) + "#asked",
        )
        for one in asked.select_related("person", "organisation", "network__organisation").order_by(
            "asked_at", "pk"
        )[:MOST]
    ]
