"""Reads of a programme's contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Subquery

from solmu.training.querysets import run_by

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class VersionQuerySet(models.QuerySet):
    """Versions of contents."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs."""
        return self.none() if viewer.is_anonymous else self.filter(run_by(viewer, "programme__"))

    def published(self) -> Self:
        """Those that participants have read."""
        return self.filter(state="published")

    def current(self) -> Self:
        """Of each programme the one that participants read now."""
        latest = (
            self.model._default_manager.filter(state="published")  # noqa: SLF001
            .filter(programme=OuterRef("programme"))
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(latest))
