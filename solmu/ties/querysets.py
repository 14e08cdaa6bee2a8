"""Reads of evidence, scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class EvidenceQuerySet(models.QuerySet):
    """What organisations have done together."""

    def visible_to(self, viewer: Viewer) -> EvidenceQuerySet:
        """An institution's own evidence, and what both ends know, at either end."""
        if viewer.is_admin:
            return self
        own = viewer.institutions
        return self.filter(
            Q(institution_id__in=own) | Q(institution=None) & (Q(a_id__in=own) | Q(b_id__in=own))
        )

    def between(self, one: int, other: int) -> EvidenceQuerySet:
        """Evidence between two organisations, in whichever order they are given."""
        return self.filter(a_id=min(one, other), b_id=max(one, other))

    def by(self, day: date) -> EvidenceQuerySet:
        """Evidence that had begun by a day."""
        return self.filter(valid__startswith__lte=day)
