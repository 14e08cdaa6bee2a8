"""Reads of the index, scoped by who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class EntryQuerySet(models.QuerySet):
    """What can be found."""

    def visible_to(self, viewer: Viewer) -> EntryQuerySet:
        """Public entries, the institutions' and networks' own; narrowed notes to their few."""
        if viewer.is_admin:  # administrators see all but what is limited
            limited = Q(leaders_only=True, network_id=None)
            return self.filter(~limited | Q(author_id=viewer.person_id or 0))
        inside = [key for key, roles in viewer.networks.items() if roles - {"guest"}]
        lead = [key for key in viewer.institutions if viewer.has_role(key, "leader")]
        return self.filter(
            Q(public=True)
            | Q(network_id__in=viewer.networks.keys(), leaders_only=False)
            | Q(network_id__in=inside)
            | Q(institution_id__in=viewer.institutions, leaders_only=False)
            | Q(institution_id__in=lead)
            | Q(institution_id__in=viewer.institutions, author_id=viewer.person_id or 0)
        )
