"""Reads of goals, scoped by who sees what they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from solmu.lib.composed import composed

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


def _held(viewer: Viewer, at: str) -> Q:
    """Condition: the goal under the path belongs to something that the viewer sees."""
    seen = Q(pk__in=[])
    for kind, holder in composed("GOAL_HOLDERS").items():
        seen |= Q(**{f"{at}holder_kind": kind, f"{at}holder_id__in": holder.seen_by(viewer)})
    return seen


class GoalQuerySet(models.QuerySet):
    """Goals."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Goals of what the viewer sees."""
        return self.filter(_held(viewer, ""))

    def of(self, kind: str, holder_id: int) -> Self:
        """Goals that belong to one thing."""
        return self.filter(holder_kind=kind, holder_id=holder_id)


class IndicatorQuerySet(models.QuerySet):
    """Indicators."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Indicators of visible goals."""
        return self.filter(_held(viewer, "goal__"))


class IndicatorValueQuerySet(models.QuerySet):
    """Measured values."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Values of visible goals' indicators."""
        return self.filter(_held(viewer, "indicator__goal__"))
