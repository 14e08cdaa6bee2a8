"""Reads of plans and outputs, scoped by who is in the network."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from solmu.networks.querysets import open_networks

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class OfPlanningQuerySet(models.QuerySet):
    """Rows of a network: strategies, plans, reports."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Rows of networks that are open to the viewer."""
        return self.filter(open_networks(viewer, "network_id"))


class MeasureQuerySet(models.QuerySet):
    """Measures."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Measures of networks that are open to the viewer."""
        return self.filter(open_networks(viewer, "plan__network_id"))

    def open(self) -> Self:
        """Neither done nor dropped."""
        return self.filter(status__in=self.model.OPEN)  # type: ignore[attr-defined]

    def current(self, on: date) -> Self:
        """Open, and not gone on by the day in a later year's plan."""
        return self.open().exclude(continued_by__starts_on__lte=on)

    def of(self, viewer: Viewer) -> Self:
        """Measures that the viewer answers for, or their own group."""
        return self.filter(Q(person_id=viewer.person_id or 0) | Q(group_id__in=viewer.groups))


class OutputQuerySet(models.QuerySet):
    """Outputs: the public ones of public networks are everybody's."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Outputs of open networks, and public ones."""
        return self.filter(open_networks(viewer, "network_id") | self.everybodys)

    def public(self) -> Self:
        """What everybody may read."""
        return self.filter(self.everybodys)

    everybodys = Q(public=True, network__organisation__public=True, network__elsewhere_of=None)
