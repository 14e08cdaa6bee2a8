"""Whose a template can be: the institutions and networks that the viewer writes templates for."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from solmu.agreements.permissions import can_draft
from solmu.networks.models import Network
from solmu.networks.permissions import LEAD
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Owner:
    """An institution or a network that a template belongs to."""

    key: str
    name: str
    institution: Institution | None = None
    network: Network | None = None


def owners(viewer: Viewer) -> list[Owner]:
    """The viewer's own institution first, then the networks that they coordinate."""
    found = []
    if can_draft(viewer, viewer.institution_id):
        own = Institution.objects.select_related("organisation").get(pk=viewer.institution_id)
        found.append(Owner("institution", str(own), institution=own))
    led = [key for key, ways in viewer.networks.items() if LEAD in ways]
    if led:
        networks = Network.objects.filter(pk__in=led, elsewhere_of=None).select_related(
            "organisation"
        )
        found += [
            Owner(f"network-{one.pk}", str(one), network=one) for one in sorted(networks, key=str)
        ]
    return found


def owners_or_403(viewer: Viewer) -> list[Owner]:
    """As `owners`; 403 for those who write templates for nobody."""
    if found := owners(viewer):
        return found
    raise PermissionDenied(
        _("Leaders and coordinators of an institution or a network write templates.")
    )
