"""Every "may they?" of agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solmu.agreements.models import Agreement, Base
from solmu.networks.permissions import can_lead

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

LEADER, COORDINATOR, CONTRIBUTOR = "leader", "coordinator", "contributor"


def can_draft(viewer: Viewer, institution_id: int | None) -> bool:
    """Draft agreements for an institution: its leaders and coordinators."""
    return viewer.has_role(institution_id, LEADER, COORDINATOR)


def can_edit(viewer: Viewer, agreement: Agreement) -> bool:
    """Change the text and ask for signatures: those who draft for the institution."""
    return bool(viewer.system_reason) or can_draft(viewer, agreement.institution_id)


def can_comment(viewer: Viewer, agreement: Agreement) -> bool:
    """Comment on what was sent: leaders and coordinators of any party."""
    if can_edit(viewer, agreement):
        return True
    parties = {party.organisation_id for party in agreement.parties.all()}
    return any(viewer.has_role(key, LEADER, COORDINATOR) for key in parties)


def can_end(viewer: Viewer, agreement: Agreement) -> bool:
    """End an agreement in force: the institution's leaders."""
    return bool(viewer.system_reason) or viewer.has_role(agreement.institution_id, LEADER)


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
