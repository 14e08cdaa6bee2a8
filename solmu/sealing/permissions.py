"""Who may set how an institution seals."""

from solmu.organisations.models import Affiliation
from solmu.people.viewer import Viewer


def can_set(viewer: Viewer, institution_id: int) -> bool:
    """See and change an institution's seal: its leaders, and administrators."""
    return viewer.is_admin or viewer.has_role(institution_id, Affiliation.Role.LEADER)
