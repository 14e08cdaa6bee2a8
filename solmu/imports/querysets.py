"""Reads of imports, scoped by who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

IMPORTERS = ("leader", "coordinator")


class BatchQuerySet(models.QuerySet):
    """Imports of files."""

    def visible_to(self, viewer: Viewer) -> BatchQuerySet:
        """Imports of the institutions where the viewer may import."""
        if viewer.system_reason:
            return self
        own = [key for key in viewer.institutions if viewer.has_role(key, *IMPORTERS)]
        return self.filter(institution_id__in=own)


class LineQuerySet(models.QuerySet):
    """Rows of imports."""

    def visible_to(self, viewer: Viewer) -> LineQuerySet:
        """Rows of the institutions where the viewer may import."""
        if viewer.system_reason:
            return self
        own = [key for key in viewer.institutions if viewer.has_role(key, *IMPORTERS)]
        return self.filter(batch__institution_id__in=own)
