"""A network as a holder of goals: those in it see them, its coordinators change them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from solmu.goals.holders import Holder
from solmu.networks.models import Network
from solmu.people.viewer import Viewer
from solmu.plans.models import Measure
from solmu.plans.permissions import can_edit, can_plan

NETWORK = "network"


def _seen_by(viewer: Viewer) -> QuerySet[Network, Any]:
    return Network.objects.visible_to(viewer).run_here().values("pk")


def _named(ids: Iterable[int]) -> dict[int, str]:
    networks = Network.objects.filter(pk__in=list(ids))
    return dict(networks.values_list("pk", "organisation__slug"))


def _find(viewer: Viewer, name: str) -> int | None:
    known = Network.objects.known_to(viewer).run_here().filter(organisation__slug=name)
    return known.values_list("pk", flat=True).first()


def _edits(viewer: Viewer, network_id: int) -> bool:
    network = Network.objects.filter(pk=network_id).first()
    return network is not None and can_plan(viewer, network)


def _measures(viewer: Viewer, network_id: int, indicator_id: int) -> bool:
    measures = Measure.objects.filter(
        plan__network_id=network_id, indicator_id=indicator_id
    ).select_related("plan__network", "group__network", "goal__group__network")
    return any(can_edit(viewer, measure) for measure in measures)


HOLDER = Holder(_seen_by, _named, _find, _edits, _measures)
