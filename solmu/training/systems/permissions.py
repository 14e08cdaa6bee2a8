"""Who may connect a programme with other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer
    from solmu.training.models import Programme


def can_connect(viewer: Viewer, programme: Programme) -> bool:
    """Set up systems and their secrets: the institution's leaders, and administrators."""
    return viewer.is_admin or viewer.has_role(programme.institution_id, "leader")
