"""What waits for those who run trainings, on their day: steps for a click, people who are stuck."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from solmu.people.viewer import Viewer
from solmu.training.autopilot import board, running
from solmu.training.autopilot.models import StepRun
from solmu.training.models import Cohort, Enrolment
from solmu.ui.menu import Waiting


def waits(viewer: Viewer) -> list[Waiting]:
    """Lines for the staff of programmes; nothing is asked for others."""
    if not viewer.programmes:
        return []
    runs = (
        StepRun.objects.filter(
            Q(state=StepRun.State.CLICK) | (Q(state=StepRun.State.RUNNING) & ~Q(problem="")),
            cohort__programme__in=viewer.programmes.keys(),
        )
        .exclude(cohort__state=Cohort.State.CANCELLED)
        .exclude(problem=running.NOT_OVER)
        .select_related("cohort__programme")
        .order_by("due_on", "pk")[:10]
    )
    found = [
        Waiting(
            run.get_kind_display(),
            _("%(programme)s, start of %(day)s")
            % {
                "programme": run.cohort.programme,
                "day": date_format(run.cohort.starts_on, "DATE_FORMAT"),
            },
            _("Look and start"),
            reverse("autopilot:run", args=[run.cohort_id, run.kind]),
        )
        for run in runs
    ]
    mine = Enrolment.objects.filter(programme__in=viewer.programmes.keys(), state__in=board.HELPED)
    stuck = board.only_stuck(mine).count()
    if stuck:
        found.append(
            Waiting(
                ngettext("One participant is stuck", "%(n)s participants are stuck", stuck)
                % {"n": stuck},
                _("in the trainings that you run"),
                pgettext("a verb", "Help"),
                reverse("autopilot:day"),
            )
        )
    return found
