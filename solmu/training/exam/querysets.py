"""Reads of questions and attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from solmu.training.querysets import run_by

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class QuestionQuerySet(models.QuerySet):
    """Questions."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs."""
        return self.none() if viewer.is_anonymous else self.filter(run_by(viewer, "programme__"))

    def active(self) -> Self:
        """Those that are drawn today."""
        return self.filter(active=True)


class AttemptQuerySet(models.QuerySet):
    """Attempts."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs, and one's own."""
        if viewer.is_anonymous:
            return self.none()
        if viewer.is_admin:
            return self
        run = run_by(viewer, "enrolment__programme__")
        if viewer.person_id is None:
            return self.filter(run)
        return self.filter(run | Q(enrolment__person_id=viewer.person_id))

    def submitted(self) -> Self:
        """Those that have a result."""
        return self.filter(submitted_at__isnull=False)

    def open(self) -> Self:
        """Those that are being answered."""
        return self.filter(submitted_at=None)
