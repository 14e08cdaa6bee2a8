"""Reads of programmes, cohorts and enrolments, scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from solmu.lib import clock

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


def run_by(viewer: Viewer, at: str = "") -> Q:
    """Condition: the programme is run by the viewer, or by an institution that they lead.

    `at` is the way to the programme, such as `programme__`.
    """
    if viewer.is_admin:
        return Q()
    leads = [key for key, held in viewer.roles.items() if held & {"leader", "coordinator"}]
    return Q(**{f"{at}pk__in": viewer.programmes.keys()}) | Q(**{f"{at}institution_id__in": leads})


class ProgrammeQuerySet(models.QuerySet):
    """Programmes."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Public ones, and those that one runs."""
        return self.filter(Q(public=True) | run_by(viewer))

    def run_by(self, viewer: Viewer) -> Self:
        """Those whose cohorts and participants one sees."""
        return self.none() if viewer.is_anonymous else self.filter(run_by(viewer))

    def offered(self, day: date) -> Self:
        """Those that take enrolments on a day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day))


class OfProgrammeQuerySet(models.QuerySet):
    """Rows of a programme; read through it."""

    def on(self, day: date) -> Self:
        """Those that hold on a day."""
        return self.filter(valid__contains=day)


class CohortQuerySet(models.QuerySet):
    """Cohorts."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Cohorts of programmes that one runs."""
        return self.none() if viewer.is_anonymous else self.filter(run_by(viewer, "programme__"))

    def coming(self) -> Self:
        """Those that have not started yet."""
        return self.filter(starts_on__gt=clock.today())


class EnrolmentQuerySet(models.QuerySet):
    """Enrolments."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs."""
        return self.none() if viewer.is_anonymous else self.filter(run_by(viewer, "programme__"))

    def own(self, viewer: Viewer) -> Self:
        """The viewer's own."""
        if viewer.person_id is None:
            return self.none()
        return self.filter(person_id=viewer.person_id)

    def known_to(self, viewer: Viewer) -> Self:
        """Those of programmes that one runs, and one's own."""
        if viewer.is_anonymous:
            return self.none()
        if viewer.is_admin:
            return self
        seen = run_by(viewer, "programme__")
        if viewer.person_id is not None:
            seen |= Q(person_id=viewer.person_id)
        return self.filter(seen)

    def called(self, text: str) -> Self:
        """Those whose name, address or workplace has each of the words."""
        found = self
        for word in text.split()[:6]:
            found = found.filter(
                Q(person__given_name__icontains=word)
                | Q(person__family_name__icontains=word)
                | Q(person__email__icontains=word)
                | Q(workplace_name__icontains=word)
            )
        return found
