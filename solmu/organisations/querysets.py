"""Reads of the directory, each scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

DECIDERS = ("leader", "coordinator")
# Merges that an institution would have an administrator take back.
UNDO_ASKED = Q(state="done", undo_asked_at__isnull=False)


def called(text: str, at: str = "") -> Q:
    """Condition: a name in any language has the text, or the business ID begins with it."""
    condition = Q(**{f"{at}called__contains": text.lower()})
    if any(character.isdecimal() for character in text):
        condition |= Q(**{f"{at}business_id__startswith": text.upper()})
    return condition


class OrganisationQuerySet(models.QuerySet):
    """Organisations of the directory."""

    def visible_to(self, viewer: Viewer) -> OrganisationQuerySet:
        """Public entries, and those that the viewer's own institutions brought."""
        current = self.filter(merged_into=None)
        if viewer.is_admin:
            return current
        if not viewer.institutions:
            return current.filter(public=True)
        source: Any = self.model._meta.get_field("sources").related_model  # noqa: SLF001
        own = source.objects.filter(
            institution_id__in=viewer.institutions, organisation_id=models.OuterRef("pk")
        )
        return current.filter(Q(public=True) | models.Exists(own))

    def named_like(self, text: str) -> OrganisationQuerySet:
        """Entries that the text calls by a name or by the beginning of the business ID."""
        return self.filter(called(text))


class RelationQuerySet(models.QuerySet):
    """Relations between organisations."""

    def visible_to(self, viewer: Viewer) -> RelationQuerySet:
        """Those known to all, and those that the viewer's own institutions recorded."""
        if viewer.is_admin:
            return self
        return self.filter(Q(public=True) | Q(institution_id__in=viewer.institutions))


class ProposalQuerySet(models.QuerySet):
    """Facts that somebody would change."""

    def visible_to(self, viewer: Viewer) -> ProposalQuerySet:
        """One's own institutions' proposals, and those that one may decide."""
        if viewer.is_admin:
            return self
        decides = [key for key in viewer.institutions if viewer.has_role(key, *DECIDERS)]
        return self.filter(
            Q(institution_id__in=viewer.institutions)
            | Q(organisation_id__in=decides)
            | Q(giver_id__in=decides)
        )


class MergeQuerySet(models.QuerySet):
    """Merges, asked for and done."""

    def visible_to(self, viewer: Viewer) -> MergeQuerySet:
        """Those that one's own institutions asked for; administrators see all."""
        return self if viewer.is_admin else self.filter(institution_id__in=viewer.institutions)


class InstitutionQuerySet(models.QuerySet):
    """Institutions that use Solmu."""

    def visible_to(self, viewer: Viewer) -> InstitutionQuerySet:
        """Administrators see all; others those where they have a role."""
        return self if viewer.is_admin else self.filter(pk__in=viewer.institutions)

    def at(self, slug: str) -> InstitutionQuerySet:
        """The one that has this readable address, or once had it."""
        former = self.model._base_manager.filter(organisation__old_slugs__slug=slug)  # noqa: SLF001
        return self.filter(Q(organisation__slug=slug) | Q(pk__in=former.values("pk")))


class AffiliationQuerySet(models.QuerySet):
    """Roles of people in institutions."""

    def visible_to(self, viewer: Viewer) -> AffiliationQuerySet:
        """Colleagues in the viewer's own institutions."""
        return self if viewer.is_admin else self.filter(institution_id__in=viewer.institutions)

    def on(self, day: date) -> AffiliationQuerySet:
        """Roles held on a day."""
        return self.filter(valid__contains=day)
