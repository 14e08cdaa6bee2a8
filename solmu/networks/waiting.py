"""What waits for somebody in networks: to be a member's contact person, and who asks to join."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib.compiled import compiled, several
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
        for one in inviting.asked_of(viewer)[:MOST]
    ]


def _requests(viewer: Viewer) -> list[Waiting]:
    led = {key for key, ways in viewer.networks.items() if LEAD in ways}
    if not led and not viewer.represented:
        return []
    theirs = led | {network_id for network_id, _organisation in viewer.represented}
    asked = [
        one
        for one in _asked(**several(theirs))
        if one.network_id in led or (one.network_id, one.organisation_id) in viewer.represented
    ]
    return [
        Waiting(
            f"{one.person.name}, {one.network}",
            _("asks to join for %(name)s") % {"name": one.organisation},
            _("Answer"),
            reverse("networks:people", args=[one.network.slug]) + "#asked",
        )
        for one in asked[:MOST]
    ]


@compiled
def _asked(**networks: int) -> QuerySet[Participant]:
    """The open requests to join some networks, the oldest first."""
    asked = Participant.objects.filter(
        network_id__in=[*networks.values()], state=Participant.State.ASKED
    )
    named = asked.select_related("person", "organisation", "network__organisation")
    return named.order_by("asked_at", "pk")
