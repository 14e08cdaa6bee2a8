"""Reads of partnerships, scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class OfInstitutionQuerySet(models.QuerySet):
    """Rows that belong to an institution: its ladder and lists."""

    def visible_to(self, viewer: Viewer) -> OfInstitutionQuerySet:
        """Rows of the viewer's own institutions."""
        return self if viewer.is_admin else self.filter(institution_id__in=viewer.institutions)


class StakeholderQuerySet(OfInstitutionQuerySet):
    """An institution's stakeholders, partnerships among them."""


class OfStakeholderQuerySet(models.QuerySet):
    """Rows that belong to a stakeholder."""

    def visible_to(self, viewer: Viewer) -> OfStakeholderQuerySet:
        """Rows about stakeholders of the viewer's own institutions."""
        if viewer.is_admin:
            return self
        return self.filter(stakeholder__institution_id__in=viewer.institutions)

    def on(self, day: date) -> OfStakeholderQuerySet:
        """Rows whose period covers a day."""
        return self.filter(valid__contains=day)


class ContactQuerySet(OfStakeholderQuerySet):
    """People at stakeholders."""


class DialogueQuerySet(OfStakeholderQuerySet):
    """What has been said and done with stakeholders."""

    def visible_to(self, viewer: Viewer) -> DialogueQuerySet:
        """Entries of own institutions; limited ones to their author and the leaders alone."""
        if viewer.system_reason:
            return self
        if viewer.is_admin:  # administrators see all but what is limited
            return self.filter(Q(limited=False) | Q(author_id=viewer.person_id or 0))
        lead = [key for key in viewer.institutions if viewer.has_role(key, "leader")]
        return self.filter(stakeholder__institution_id__in=viewer.institutions).filter(
            Q(limited=False)
            | Q(author_id=viewer.person_id or 0)
            | Q(stakeholder__institution_id__in=lead)
        )
