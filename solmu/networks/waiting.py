"""What waits for somebody in networks: to be a member's contact person, and who asks to join."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib.compiled import compiled, several
from solmu.networks import inviting
from solmu.networks.models import MemberInvitation, Participant
from solmu.networks.permissions import LEAD
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 10


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """Invitations to speak for a member, then requests to join that the viewer may answer."""
    found: list[Waits[Any]] = []
    if viewer.person_id is not None and viewer.user_id is not None:
        found.append(Waits(inviting.asking_of(viewer.user_id), _invitations))
    theirs = _led(viewer) | {network_id for network_id, _organisation in viewer.represented}
    if theirs:
        found.append(Waits(_asked.asked(**several(theirs)), partial(_requests, viewer)))
    return found


def _led(viewer: Viewer) -> set[int]:
    return {key for key, ways in viewer.networks.items() if LEAD in ways}


def _invitations(questions: list[MemberInvitation]) -> list[Waiting]:
    return [
        Waiting(
            str(one.network),
            _("you are asked to be the contact person of %(organisation)s")
            % {"organisation": one.organisation},
            _("Answer"),
            reverse("networks:question", args=[one.pk]),
        )
        for one in inviting.in_time(questions)[:MOST]
    ]


def _requests(viewer: Viewer, rows: list[Participant]) -> list[Waiting]:
    led = _led(viewer)
    asked = [
        one
        for one in rows
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
