"""Reads of the directory, each scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class OrganisationQuerySet(models.QuerySet):
    """Organisations of the directory."""

    def visible_to(self, viewer: Viewer) -> OrganisationQuerySet:
        """Public entries, and those that the viewer's own institutions brought."""
        current = self.filter(merged_into=None)
        if viewer.is_admin:
            return current
        if not viewer.institutions:
            return current.filter(public=True)
        own = self.model._meta.get_field("sources").related_model.objects.filter(  # noqa: SLF001
            institution_id__in=viewer.institutions, organisation_id=models.OuterRef("pk")
        )
        return current.filter(Q(public=True) | models.Exists(own))

    def named_like(self, text: str) -> OrganisationQuerySet:
        """Entries whose name in any language contains the text."""
        return self.filter(
            Q(name_fi__icontains=text) | Q(name_sv__icontains=text) | Q(name_en__icontains=text)
        )


class InstitutionQuerySet(models.QuerySet):
    """Institutions that use Solmu."""

    def visible_to(self, viewer: Viewer) -> InstitutionQuerySet:
        """Administrators see all; others those where they have a role."""
        return self if viewer.is_admin else self.filter(pk__in=viewer.institutions)


class AffiliationQuerySet(models.QuerySet):
    """Roles of people in institutions."""

    def visible_to(self, viewer: Viewer) -> AffiliationQuerySet:
        """Colleagues in the viewer's own institutions."""
        return self if viewer.is_admin else self.filter(institution_id__in=viewer.institutions)

    def on(self, day: date) -> AffiliationQuerySet:
        """Roles held on a day."""
        return self.filter(valid__contains=day)
