"""The day of those who run trainings, over all cohorts: what runs, what waits, who is stuck."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training import states
from solmu.training.autopilot import board, running, steps
from solmu.training.autopilot.models import StepRun
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.page import trail

SHOWN = 30
OPEN = (StepRun.State.PLANNED, StepRun.State.CLICK, StepRun.State.RUNNING)


def runs_of(viewer: Viewer) -> Any:
    """The steps to come in cohorts that the viewer runs."""
    return (
        StepRun.objects.filter(cohort__in=Cohort.objects.visible_to(viewer), state__in=OPEN)
        .exclude(cohort__state=Cohort.State.CANCELLED)
        .select_related("cohort__programme")
        .order_by("due_on", "pk")
    )


@require_safe
@login_required
def day(request: HttpRequest) -> HttpResponse:
    """What runs today and this week, what waits for a click, who is stuck, who has applied."""
    viewer = request.viewer
    run_ = list(Programme.objects.run_by(viewer)[:1])
    if not run_:
        raise PermissionDenied(_("Only those who run the training can do this."))
    today = clock.today()
    week = today + timedelta(days=7)
    runs = [_told(one) for one in runs_of(viewer).filter(due_on__lte=week)]
    mine = Enrolment.objects.visible_to(viewer)
    stuck_rows = board.only_stuck(mine.filter(state__in=board.HELPED))
    stuck = list(
        stuck_rows.select_related("person", "cohort", "programme").order_by(
            "cohort__starts_on", "pk"
        )[: SHOWN + 1]
    )
    new = mine.filter(applied_at__gte=clock.now() - timedelta(days=7)).exclude(
        state=states.State.WITHDRAWN
    )
    applied = list(
        new.select_related("person", "cohort", "programme").order_by("-applied_at", "-pk")[
            : SHOWN + 1
        ]
    )
    under_way = list(
        Cohort.objects.visible_to(viewer)
        .filter(Q(state=Cohort.State.RUNNING) | Q(state=Cohort.State.PLANNED, starts_on__lte=week))
        .select_related("programme")
        .annotate(
            taken=Count("enrolments", filter=Q(enrolments__state__in=states.PLACED)),
            passed=Count("enrolments", filter=Q(enrolments__state__in=states.DONE)),
        )
        .order_by("starts_on", "pk")[:SHOWN]
    )
    return render(
        request,
        "autopilot/day.html",
        {
            "trail": trail(),
            "waiting": [
                one
                for one in runs
                if one["run"].state == StepRun.State.CLICK
                or one["run"].problem not in ("", running.NOT_OVER)
            ],
            "today_runs": [one for one in runs if one["run"].due_on <= today],
            "week_runs": [one for one in runs if one["run"].due_on > today],
            "stuck": [
                {
                    "row": one,
                    "why": board.WHY[one.stuck],
                    "url": board.help_url(one.stuck, one.programme),
                }
                for one in stuck[:SHOWN]
            ],
            "stuck_more": len(stuck) > SHOWN,
            "applied": applied[:SHOWN],
            "applied_n": new.count(),
            "running": under_way,
            "today": today,
        },
    )


def _told(run: StepRun) -> dict[str, Any]:
    return {
        "run": run,
        "cohort": run.cohort,
        "programme": run.cohort.programme,
        "problem": _(run.problem) if run.problem else "",
        "order": steps.ORDER.index(run.kind),
    }
