"""Reads of stored files, each seen by those who see what it is attached to."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from solmu.lib.composed import composed


class FileQuerySet(models.QuerySet):
    """Stored files."""

    def visible_to(self, viewer: Any) -> Self:
        """Files whose holders the viewer sees: composition.FILE_HOLDERS says which those are."""
        seen = Q(pk__in=[])
        for kind, holder in composed("FILE_HOLDERS").items():
            seen |= Q(holder_kind=kind, holder_id__in=holder.ids(viewer))
        return self.filter(seen)

    def present(self) -> Self:
        """Files that have not been removed."""
        return self.filter(removed_at=None)

    def of(self, kind: str, *ids: int) -> Self:
        """The files of records of one kind, the oldest first."""
        return self.filter(holder_kind=kind, holder_id__in=ids).order_by("pk")
