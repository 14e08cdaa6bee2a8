"""Every "may they?" of workplace coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


def can_count(viewer: Viewer, institution_id: int) -> bool:
    """Write how many students there are: leaders and coordinators of the institution."""
    return viewer.is_admin or viewer.has_role(institution_id, "leader", "coordinator")
