"""Reads of agreements, scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


def agreement_scope(viewer: Viewer, at: str = "") -> Q:
    """Condition: the drafting institution's people, other parties' once it was sent, the network's.

    A party's people are those of the organisation, its contact person and whoever is asked to sign
    for it. `at` is the way to the agreement, such as `agreement__`.
    """
    if viewer.is_admin:
        return Q()
    own = viewer.institutions
    party: Any = apps.get_model("agreements", "Party")
    signature: Any = apps.get_model("agreements", "Signature")
    # The drafter, at position 0, is left out: it alone can be in a hundred thousand of them.
    others = party.objects.filter(position__gt=0)
    named = Q(**{f"{at}id__in": others.filter(organisation_id__in=own).values("agreement_id")})
    if viewer.person_id:
        mine = others.filter(contact_id=viewer.person_id)
        signs = signature.objects.filter(person_id=viewer.person_id)
        named |= Q(**{f"{at}id__in": mine.values("agreement_id")})
        named |= Q(**{f"{at}id__in": signs.values("party__agreement_id")})
    return (
        Q(**{f"{at}institution_id__in": own})
        | ~Q(**{f"{at}state": "draft"}) & named
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
        return self.none() if viewer.is_anonymous else self.filter(agreement_scope(viewer))

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


class BulkQuerySet(models.QuerySet):
    """Many agreements made at a time."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of institutions for which the viewer drafts."""
        own = [key for key in viewer.institutions if viewer.has_role(key, "leader", "coordinator")]
        return self.filter(institution_id__in=own)
