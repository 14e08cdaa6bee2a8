"""Every "may they?" of networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from solmu.lib.compiled import compiled
from solmu.networks.models import Group, Network, Seat, Term

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

LEAD, CONTACT, DEPUTY, GUEST = "lead", "contact", "deputy", "guest"
MANAGERS = ("leader", "coordinator")


def can_open(viewer: Viewer, network: Network) -> bool:
    """Read what is inside: those in the network; one run elsewhere, its own institution."""
    if viewer.is_admin or network.pk in viewer.networks:
        return True
    return network.elsewhere_of_id is not None and viewer.has_role(network.elsewhere_of_id)


def can_found(viewer: Viewer) -> bool:
    """Start a network: leaders and coordinators of an institution, and administrators."""
    return viewer.is_admin or viewer.has_role(viewer.institution_id, *MANAGERS)


def can_record(viewer: Viewer, institution_id: int | None) -> bool:
    """Record networks that are run elsewhere: leaders and coordinators of the institution."""
    return viewer.has_role(institution_id, *MANAGERS)


def can_lead(viewer: Viewer, network: Network) -> bool:
    """Change the network itself, its members and groups: its coordinators."""
    if viewer.is_admin or LEAD in viewer.networks.get(network.pk, ()):
        return True
    return network.elsewhere_of_id is not None and can_record(viewer, network.elsewhere_of_id)


def can_represent(viewer: Viewer, network: Network, organisation_id: int | None) -> bool:
    """Act for a member: its contact person or deputy, or the network's coordinators."""
    if can_lead(viewer, network):
        return True
    return organisation_id is not None and organisation_id in viewer.represents(network.pk)


def can_name_contacts(viewer: Viewer, network: Network, organisation_id: int) -> bool:
    """Name a member's contact person: also leaders and coordinators of that institution."""
    return can_represent(viewer, network, organisation_id) or viewer.has_role(
        organisation_id, *MANAGERS
    )


def can_take_part(viewer: Viewer, network: Network) -> bool:
    """Write together with the others: everybody in the network but guests."""
    roles = viewer.networks.get(network.pk, frozenset())
    return can_lead(viewer, network) or bool(roles - {GUEST})


def can_run_group(viewer: Viewer, group: Group) -> bool:
    """Change a group's task and run its work: its chairs and secretary, and the coordinators."""
    if can_lead(viewer, group.network):
        return True
    return viewer.groups.get(group.pk, "") in Term.RUNNING


def runs_group_in(viewer: Viewer, network: Network, *kinds: str) -> bool:
    """Tell whether the viewer runs a group of the network (none named: of any kind)."""
    running = {key for key, role in viewer.groups.items() if role in Term.RUNNING}
    return bool(running) and any(
        key in running and (not kinds or kind in kinds) for key, kind in _kinds(network=network.pk)
    )


@compiled
def _kinds(*, network: int) -> QuerySet[Group, tuple[int, str]]:
    return Group.objects.filter(network=network).values_list("pk", "kind")


def can_fill(viewer: Viewer, seat: Seat) -> bool:
    """Say who holds a seat: its organisation's contact persons; a personal one, the group's."""
    if seat.organisation_id is None:
        return can_run_group(viewer, seat.group)
    return can_represent(viewer, seat.group.network, seat.organisation_id)


def can_host(viewer: Viewer, network: Network) -> bool:
    """Invite a guest and be their sponsor: those who take part."""
    return can_take_part(viewer, network)
