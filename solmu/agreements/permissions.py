"""Every "may they?" of agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solmu.agreements.models import Agreement, Base, Party
from solmu.networks.permissions import can_lead

if TYPE_CHECKING:
    from solmu.approvals.models import Voice
    from solmu.people.viewer import Viewer

LEADER, COORDINATOR, CONTRIBUTOR = "leader", "coordinator", "contributor"


def can_draft(viewer: Viewer, institution_id: int | None) -> bool:
    """Draft agreements for an institution: its leaders and coordinators."""
    return viewer.has_role(institution_id, LEADER, COORDINATOR)


def can_edit(viewer: Viewer, agreement: Agreement) -> bool:
    """Change the text and ask for signatures: those who draft for the institution."""
    return bool(viewer.system_reason) or can_draft(viewer, agreement.institution_id)


def can_comment(viewer: Viewer, agreement: Agreement) -> bool:
    """Comment on what was sent: those who draft it, and those who speak for a party."""
    return can_edit(viewer, agreement) or bool(spoken_for(viewer, agreement))


def spoken_for(viewer: Viewer, agreement: Agreement) -> list[Party]:
    """The other parties for which the viewer speaks: as leader, coordinator or contact person."""
    return [
        party
        for party in agreement.parties.all()
        if party.organisation_id != agreement.institution_id and speaks_for(viewer, party)
    ]


def speaks_for(viewer: Viewer, party: Party) -> bool:
    """Speak for a party: its leaders and coordinators, and the contact person named."""
    if viewer.person_id and party.contact_id == viewer.person_id:
        return True
    return viewer.has_role(party.organisation_id, LEADER, COORDINATOR)


def can_end(viewer: Viewer, agreement: Agreement) -> bool:
    """End an agreement in force: the institution's leaders."""
    return bool(viewer.system_reason) or viewer.has_role(agreement.institution_id, LEADER)


def can_ask_to_join(viewer: Viewer, agreement: Agreement) -> bool:
    """Let somebody join: those who keep the agreement, its network's coordinators.

    An institution whose people see the agreement may ask for itself.
    """
    if agreement.state != Agreement.State.ACTIVE:
        return False
    if agreement.accession == Agreement.Accession.CLOSED:
        return False
    if can_edit(viewer, agreement):
        return True
    if agreement.network is not None and can_lead(viewer, agreement.network):
        return True
    parties = {one.organisation_id for one in agreement.parties.all() if one.bound}
    return any(
        key not in parties and viewer.has_role(key, LEADER, COORDINATOR)
        for key in viewer.institutions
    )


def can_answer_joinder(viewer: Viewer, voice: Voice) -> bool:
    """Answer about a joining: a party's leaders and coordinators, or whoever holds the seat."""
    if voice.person_id is not None:
        return viewer.person_id == voice.person_id
    return viewer.has_role(voice.organisation_id, LEADER, COORDINATOR)


def can_withdraw(viewer: Viewer, agreement: Agreement, party: Party) -> bool:
    """Give notice for a party: its own leaders, and those who keep the agreement."""
    return can_edit(viewer, agreement) or viewer.has_role(party.organisation_id, LEADER)


def can_see_confidential(viewer: Viewer, agreement: Agreement) -> bool:
    """Read confidential clauses: the parties' leaders and coordinators."""
    return viewer.is_admin or can_comment(viewer, agreement)


def can_edit_base(viewer: Viewer, base: Base) -> bool:
    """Write a template: its institution's leaders and coordinators, its network's coordinators."""
    if base.network is not None:
        return can_lead(viewer, base.network)
    return base.institution_id is not None and can_draft(viewer, base.institution_id)


def can_approve_base(viewer: Viewer, base: Base) -> bool:
    """Approve a template for use: the institution's leaders, the network's coordinators."""
    if base.network is not None:
        return can_lead(viewer, base.network)
    return base.institution_id is not None and viewer.has_role(base.institution_id, LEADER)


def can_copy_base(viewer: Viewer, base: Base) -> bool:
    """Copy a template that one sees into one's own institution."""
    return can_draft(viewer, viewer.institution_id)
