"""The steps of a programme: made by default, hidden where the systems make them needless, dated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock, startrule
from solmu.people.viewer import Viewer
from solmu.training.autopilot.models import Kind, Mode, Step, StepRun
from solmu.training.models import Cohort, Programme
from solmu.training.systems import working
from solmu.training.systems.models import System

# Counted from the last day of access; the others from the start.
FROM_END = frozenset({Kind.REMIND, Kind.CLOSE})
# They offer help: somebody has to be there to answer.
NEEDS_PEOPLE = frozenset({Kind.CHECK, Kind.REMIND})
ORDER = [kind.value for kind in Kind]
FIRST_HOUR = time(9)
# Without accounts elsewhere there is nothing to check.
_OF_ACCOUNTS = frozenset({System.Kind.ACCOUNTS, System.Kind.CLASSROOM})


def defaults(programme: Programme) -> list[Step]:
    """The steps that a new programme has."""
    days = {
        Kind.PICK: -programme.pick_days,
        Kind.CHECK: -1,
        Kind.KICK_OFF: 0,
        Kind.REMIND: -7,
        Kind.CLOSE: 0,
    }
    return [
        Step(
            programme=programme,
            kind=kind,
            days=days[kind],
            mode=Mode.AUTOMATIC,
            meets_at=FIRST_HOUR if kind == Kind.KICK_OFF else None,
        )
        for kind in Kind
    ]


def of(programme: Programme) -> dict[str, Step]:
    """All steps of a programme by kind, in order; those that are missing are made."""
    found = {one.kind: one for one in programme.steps.all()}
    if len(found) < len(Kind):
        with (
            transaction.atomic(),
            history.acting(Viewer.system(gettext_noop("steps made")), gettext_noop("steps made")),
        ):
            Step.objects.bulk_create(
                [one for one in defaults(programme) if one.kind not in found],
                ignore_conflicts=True,
            )
        found = {one.kind: one for one in programme.steps.all()}
    return {kind: found[kind] for kind in ORDER}


def needless(kind: str, systems: Mapping[str, System]) -> bool:
    """Tell whether the chosen systems make a step needless."""
    return kind == Kind.CHECK and not _OF_ACCOUNTS & systems.keys()


def shown(programme: Programme, systems: Mapping[str, System] | None = None) -> dict[str, Step]:
    """The steps that the chosen systems leave, in order."""
    systems = working.chosen(programme) if systems is None else systems
    return {kind: one for kind, one in of(programme).items() if not needless(kind, systems)}


def due_on(step: Step, cohort: Cohort, mode: str = "") -> date:
    """The day of a step in a cohort: a working day, or the one before, where people are needed."""
    if step.kind == Kind.CHECK and step.days < 0:
        return startrule.working_days_before(cohort.starts_on, -step.days)
    since = cohort.access_until if step.kind in FROM_END else cohort.starts_on
    day = since + timedelta(days=step.days)
    if (mode or step.mode) == Mode.CLICK or step.kind in NEEDS_PEOPLE:
        return startrule.working_on_or_before(day)
    return day


def closes_after(run: StepRun, step: Step, cohort: Cohort) -> date:
    """The day with whose end a start is closed: its last day of access, whatever falls before it.

    The last day is the participants': what is given in its evening counts. Only a day that a person
    has set for the step itself ends a start earlier.
    """
    return run.due_on if run.by_hand else cohort.access_until + timedelta(days=step.days)


def has_come(run: StepRun, step: Step, cohort: Cohort) -> bool:
    """Tell whether a step's time has come: its day, or the end of the day for closing."""
    if run.kind == Kind.CLOSE and mode_of(run, step) == Mode.AUTOMATIC:
        return clock.today() > closes_after(run, step, cohort)
    return run.due_on <= clock.today()


@transaction.atomic
def change(step: Step, facts: Mapping[str, Any], *, by: Viewer) -> None:
    """Change a step of a programme; what is planned in its cohorts follows."""
    row = Step.objects.select_for_update().get(pk=step.pk)
    for name, value in facts.items():
        setattr(row, name, value)
    with history.acting(by, gettext_noop("step changed")):
        row.save(update_fields=list(facts))
    for cohort in row.programme.cohorts.filter(
        state__in=(Cohort.State.PLANNED, Cohort.State.RUNNING)
    ):
        plan(cohort, by=by)


AHEAD = timedelta(days=70)


@transaction.atomic
def plan(cohort: Cohort, *, by: Viewer) -> list[StepRun]:
    """Bring what is planned in a cohort up to date with the steps; gives all runs in order."""
    systems = working.chosen(cohort.programme)
    steps = of(cohort.programme)
    runs = {one.kind: one for one in cohort.runs.select_for_update()}
    today = clock.today()
    with history.acting(by, gettext_noop("autopilot")):
        for kind, step in steps.items():
            run = runs.get(kind)
            wanted = step.on and not needless(kind, systems)
            day = due_on(step, cohort, run.mode if run else "")
            if run is None:
                if wanted:
                    before = day < step.made_on and day < today
                    runs[kind] = StepRun.objects.create(
                        cohort=cohort,
                        kind=kind,
                        due_on=day,
                        state=StepRun.State.SKIPPED if before else StepRun.State.PLANNED,
                        note=gettext_noop("was due before the autopilot came") if before else "",
                    )
            elif run.state in (StepRun.State.PLANNED, StepRun.State.CLICK):
                if not wanted:
                    run.delete()
                    del runs[kind]
                elif not run.by_hand and run.due_on != day:
                    run.due_on = day
                    if day > today:
                        run.state = StepRun.State.PLANNED
                    run.save(update_fields=["due_on", "state"])
    for run in runs.values():
        run.cohort = cohort
    return sorted(runs.values(), key=lambda one: ORDER.index(one.kind))


def mode_of(run: StepRun, step: Step) -> str:
    """Whether a run waits for a click: its own word, else the programme's."""
    return run.mode or step.mode


def meeting_time(programme: Programme, systems: Mapping[str, System]) -> tuple[time, int]:
    """When the opening meeting begins and how many minutes it takes."""
    step = of(programme)[Kind.KICK_OFF]
    teams = systems.get(System.Kind.TEAMS)
    if teams:
        hour, _colon, minute = str(teams.settings.get("at", "9:00")).partition(":")
        return time(int(hour), int(minute or 0)), 60
    return step.meets_at or FIRST_HOUR, step.minutes


def day_text(day: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(day, "DATE_FORMAT")
