"""Every "may they?" of costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solmu.lib import clock
from solmu.networks.models import Network, Term
from solmu.networks.permissions import GUEST, can_lead, runs_group_in
from solmu.organisations.models import Affiliation

if TYPE_CHECKING:
    from solmu.approvals.models import Voice
    from solmu.costs.models import CostCase, Transfer
    from solmu.people.viewer import Viewer

LEADER = Affiliation.Role.LEADER


def can_read(viewer: Viewer, network: Network) -> bool:
    """Read the network's costs: everybody in it but guests."""
    if viewer.is_admin:
        return True
    return bool(viewer.networks.get(network.pk, frozenset()) - {GUEST})


def can_prepare(viewer: Viewer, network: Network) -> bool:
    """Start a case: the network's coordinators, and those who run a group of it."""
    if network.elsewhere_of_id is not None:
        return False
    if can_lead(viewer, network):
        return True
    return runs_group_in(viewer, network)


def can_prepare_in(viewer: Viewer, network: Network, group_id: int | None) -> bool:
    """Start a case of a group: its chairs and secretary, and the network's coordinators."""
    if can_lead(viewer, network):
        return True
    return group_id is not None and viewer.groups.get(group_id, "") in Term.RUNNING


def can_write(viewer: Viewer, case: CostCase) -> bool:
    """Change a case: the network's coordinators, and those who run the case's group."""
    return can_prepare_in(viewer, case.network, case.group_id)


def can_answer(viewer: Viewer, case: CostCase, voice: Voice) -> bool:
    """Approve or decline for a payer: its leader, or where it has none in Solmu its contact person.

    A seat's voice is its holder's own.
    """
    if voice.person_id is not None:
        return viewer.person_id == voice.person_id
    if viewer.has_role(voice.organisation_id, LEADER):
        return True
    if voice.organisation_id not in viewer.represents(case.network_id):
        return False
    leaders = Affiliation.objects.on(clock.today()).filter(role=LEADER)
    return not leaders.filter(institution_id=voice.organisation_id).exists()


def can_mark_paid(viewer: Viewer, case: CostCase, transfer: Transfer) -> bool:
    """Say that a payment has come: those who write the case, and the receiver's people."""
    if can_write(viewer, case):
        return True
    return transfer.receiver_id in viewer.represents(case.network_id) or viewer.has_role(
        transfer.receiver_id, LEADER, Affiliation.Role.COORDINATOR
    )
