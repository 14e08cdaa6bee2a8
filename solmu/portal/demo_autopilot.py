"""The demo's steps: those that past months have done, with their traces."""

from datetime import datetime, time, timedelta

from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.portal.demo_training import DemoTraining
from solmu.training import states
from solmu.training.autopilot import steps
from solmu.training.autopilot.models import Kind, Mode, StepRun, Trace
from solmu.training.autopilot.running import MAIN
from solmu.training.models import Cohort, Enrolment

# Steps that each participant of a month has gone through.
ALL_HAVE = (Kind.PICK, Kind.KICK_OFF)


def fill(demo: DemoTraining) -> None:
    """Write the steps, as if they had run for years; what is due just now waits for a click."""
    programme, today = demo.programme, clock.today()
    steps.of(programme)
    programme.steps.update(made_on=today - timedelta(days=900))
    runs, traces = [], []
    people = list(Enrolment.objects.filter(programme=programme).exclude(state=states.State.APPLIED))
    of_cohort: dict[int | None, list[Enrolment]] = {}
    for one in people:
        of_cohort.setdefault(one.cohort_id, []).append(one)
    for cohort in (*demo.past, demo.running):
        for kind, step in steps.shown(programme).items():
            day = steps.due_on(step, cohort)
            if cohort.state == Cohort.State.RUNNING and day >= today:
                continue
            at = datetime.combine(day, time(6), clock.HELSINKI)
            runs.append(
                StepRun(
                    cohort=cohort, kind=kind, due_on=day, state=StepRun.State.DONE,
                    started_at=at, done_at=at,
                )
            )  # fmt: skip
            if kind in ALL_HAVE:
                traces += [
                    Trace(cohort=cohort, enrolment=one, step=kind, what=MAIN[Kind(kind)], at=at)
                    for one in of_cohort.get(cohort.pk, [])
                ]
    StepRun.objects.bulk_create(runs)
    Trace.objects.bulk_create(traces)
    for run in steps.plan(demo.coming, by=Viewer.system("demo")):
        if run.due_on <= today:
            run.mode, run.state = Mode.CLICK, StepRun.State.CLICK
            run.save(update_fields=["mode", "state"])
