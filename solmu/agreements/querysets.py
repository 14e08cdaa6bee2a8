"""Reads of agreements, scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


def agreement_scope(viewer: Viewer, at: str = "") -> Q:
    """Condition: the drafting institution's people, other parties' once it was sent, the network's.

    `at` is the way to the agreement, such as `agreement__`.
    """
    if viewer.is_admin:
        return Q()
    own = viewer.institutions
    sent = ~Q(**{f"{at}state": "draft"})
    return (
        Q(**{f"{at}institution_id__in": own})
        | sent & Q(**{f"{at}parties__organisation_id__in": own})
        | Q(
            **{f"{at}network_id__in": viewer.networks.keys(), f"{at}state__in": ("active", "ended")}
        )
    )


class BaseQuerySet(models.QuerySet):
    """Base templates."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Own ones, those of networks one is in, published ones, and those that came with Solmu."""
        if viewer.is_admin:
            return self
        if viewer.is_anonymous:
            return self.none()
        return self.filter(
            Q(institution_id__in=viewer.institutions)
            | Q(network_id__in=viewer.networks.keys())
            | Q(published=True)
            | Q(institution=None, network=None)
        )

    def offered(self, day: date) -> Self:
        """Templates that may be used on a day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day))


class OfBaseQuerySet(models.QuerySet):
    """Versions and clauses of templates; read through their template."""


class AgreementQuerySet(models.QuerySet):
    """Agreements."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Agreements of own institutions, as drafter or party, and of networks that one is in."""
        if viewer.is_admin:
            return self
        mine = self.model._base_manager.filter(agreement_scope(viewer))  # noqa: SLF001
        return self.filter(pk__in=mine.values("pk"))

    def in_force(self, day: date) -> Self:
        """Agreements in force on a day."""
        return self.filter(valid__contains=day)


class OfAgreementQuerySet(models.QuerySet):
    """Rows of an agreement; read through it."""


class MandateQuerySet(models.QuerySet):
    """Who may sign for whom."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Mandates that own institutions recorded."""
        return self if viewer.is_admin else self.filter(institution_id__in=viewer.institutions)

    def on(self, day: date) -> Self:
        """Mandates held on a day."""
        return self.filter(valid__contains=day)
