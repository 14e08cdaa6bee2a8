"""Reads of networks, scoped by who asks.

A network is *known* to some (they may read of it and ask to join) and *open* to those in it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


def open_networks(viewer: Viewer, at: str) -> Q:
    """Condition: the network whose id is in the field `at` is open to the viewer."""
    if viewer.is_admin:
        return Q()
    return Q(**{f"{at}__in": viewer.networks.keys()})


class DatedQuerySet(models.QuerySet):
    """Rows with a period `valid`."""

    def on(self, day: date) -> Self:
        """Rows whose period covers a day."""
        return self.filter(valid__contains=day)

    def not_over(self, day: date) -> Self:
        """Rows whose period covers a day or begins later."""
        return self.filter(valid__overlap=DateRange(day, None, "[)"))


class NetworkQuerySet(DatedQuerySet):
    """Networks."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Networks open to the viewer: they are in them, or their institution recorded them."""
        if viewer.is_admin:
            return self
        return self.filter(
            Q(pk__in=viewer.networks.keys()) | Q(elsewhere_of_id__in=viewer.institutions)
        )

    def known_to(self, viewer: Viewer) -> Self:
        """Networks that the viewer may know of: also public ones and those of own institutions."""
        if viewer.is_admin:
            return self
        membership: Any = self.model._meta.get_field("memberships").related_model  # noqa: SLF001
        own = membership.objects.filter(
            network_id=OuterRef("pk"), organisation_id__in=viewer.institutions
        )
        return self.filter(
            Q(pk__in=viewer.networks.keys())
            | Q(elsewhere_of_id__in=viewer.institutions)
            | Q(elsewhere_of=None) & (Q(organisation__public=True) | Exists(own))
        )

    def run_here(self) -> Self:
        """Networks that use Solmu."""
        return self.filter(elsewhere_of=None)

    def run_elsewhere(self) -> Self:
        """Networks that institutions have recorded for themselves."""
        return self.exclude(elsewhere_of=None)


class OfNetworkQuerySet(DatedQuerySet):
    """Rows that belong to a network, read by those in it."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Rows of networks that are open to the viewer."""
        if viewer.is_admin:
            return self
        return self.filter(
            open_networks(viewer, "network_id")
            | Q(network__elsewhere_of_id__in=viewer.institutions)
        )


class MembershipQuerySet(OfNetworkQuerySet):
    """Memberships: who belongs to a public network is public."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Memberships of networks known to the viewer."""
        if viewer.is_admin:
            return self
        own: models.QuerySet = models.QuerySet(self.model).filter(
            network_id=OuterRef("network_id"), organisation_id__in=viewer.institutions
        )
        return self.filter(
            Q(network_id__in=viewer.networks.keys())
            | Q(network__elsewhere_of_id__in=viewer.institutions)
            | Q(network__elsewhere_of=None) & (Q(network__organisation__public=True) | Exists(own))
        )

    def full(self) -> Self:
        """Founding and other full members, not observers or supporters."""
        return self.filter(role__in=self.model.FULL)  # type: ignore[attr-defined]


class GroupQuerySet(OfNetworkQuerySet):
    """Groups; every group is open to everybody in its network."""


class OfGroupQuerySet(DatedQuerySet):
    """Seats."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Seats in networks that are open to the viewer."""
        return self.filter(open_networks(viewer, "group__network_id"))


class TermQuerySet(DatedQuerySet):
    """Who holds a seat, when."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Terms in networks that are open to the viewer."""
        return self.filter(open_networks(viewer, "seat__group__network_id"))
