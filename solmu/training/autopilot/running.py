"""Steps carried out: each person once, whatever is repeated, interrupted or late."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.notifications import outbox
from solmu.people import links
from solmu.people.viewer import Viewer
from solmu.training import mails, placing, states
from solmu.training.autopilot import accounts, invitations, letters, steps
from solmu.training.autopilot.invitations import Opening
from solmu.training.autopilot.models import Kind, Mode, Step, StepRun, Trace
from solmu.training.exam import taking
from solmu.training.exam.models import Attempt
from solmu.training.learning.models import Done, Page, Version
from solmu.training.learning.progress import KICK_OFF as OPENING_CHECK
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.systems import working
from solmu.training.systems.models import System, Work

logger = logging.getLogger(__name__)

BATCH = 500
BY = gettext_noop("autopilot")
State, Run = Enrolment.State, StepRun.State
# What the trace calls the main thing that a step does for a person.
MAIN = {
    Kind.PICK: "invited",
    Kind.CHECK: "asked to check",
    Kind.KICK_OFF: "started",
    Kind.REMIND: "reminded",
    Kind.CLOSE: "closed",
}
NO_EMAIL = "no e-mail"
NOT_OVER = gettext_noop("waits until the last day is over")


@dataclass(slots=True)
class Carrying:
    """A step under way: all that it needs to know of its cohort, read once."""

    run: StepRun
    step: Step
    cohort: Cohort
    systems: dict[str, System]
    opening: Opening
    by: Viewer
    _letters: dict[str, letters.Letter] = field(default_factory=dict)
    _pages: int | None = None

    @classmethod
    def of(cls, run: StepRun, by: Viewer | None = None) -> Carrying:
        """Read a run with what belongs to it."""
        cohort = Cohort.objects.select_related("programme__institution__organisation").get(
            pk=run.cohort_id
        )
        run.cohort = cohort
        return cls(
            run=run,
            step=steps.of(cohort.programme)[run.kind],
            cohort=cohort,
            systems=working.chosen(cohort.programme),
            opening=Opening.of(cohort),
            by=by or Viewer.system(BY),
        )

    @property
    def own_environment(self) -> bool:
        """Tell whether participants study with Solmu's own accounts alone."""
        return System.Kind.ACCOUNTS not in self.systems

    @property
    def pages(self) -> int:
        """How many pages the contents have."""
        if self._pages is None:
            version = (
                Version.objects.published()
                .filter(programme=self.cohort.programme)
                .order_by("-number")
                .first()
            )
            self._pages = Page.objects.filter(part__version=version).count() if version else 0
        return self._pages

    def letter(self, language: str) -> letters.Letter:
        """The step's letter in a language, made once."""
        if language not in self._letters:
            self._letters[language] = letters.letter(
                self.run.kind,
                self.cohort,
                language,
                step=self.step,
                meeting=self.opening.told,
                pages=self.pages if self.run.kind == Kind.REMIND else 0,
            )
        return self._letters[language]

    def send(
        self,
        rows: Sequence[Enrolment],
        values: Callable[[Enrolment], dict[str, str]],
        *,
        calendars: dict[int, str] | None = None,
        key: str = "",
    ) -> None:
        """Write the step's letter to each who has an address, with the trace beside it."""
        outbox.write_all(
            invitations.draft(
                key or self.run.kind,
                self.cohort,
                row,
                self.letter(row.language),
                values(row),
                calendar=(calendars or {}).get(row.pk, ""),
            )
            for row in rows
            if row.person.email
        )

    def trace(self, rows: Sequence[Enrolment], what: str) -> None:
        """Write down what was done for whom."""
        Trace.objects.bulk_create(
            [
                Trace(cohort=self.cohort, enrolment=row, step=self.run.kind, what=what)
                for row in rows
            ],
            ignore_conflicts=True,
        )


# Whom a step concerns.


def waiting_for(run: StepRun, cohort: Cohort, day: date | None = None) -> QuerySet[Enrolment]:
    """Those whom a step has still to handle, were it run on a day."""
    day = day or clock.today()
    rows = cohort.enrolments.all()
    traced = Trace.objects.filter(cohort=cohort, enrolment=OuterRef("pk"), step=run.kind)
    if run.kind in (Kind.PICK, Kind.KICK_OFF):
        rows = rows.filter(state__in=states.BEFORE_START)
    elif run.kind == Kind.CHECK:
        # Who was picked before the systems were connected has no account there to check.
        asked = Work.objects.filter(
            enrolment=OuterRef("pk"), action__in=(Work.Action.ACCOUNT, Work.Action.INVITE)
        )
        rows = rows.filter(Exists(asked), state__in=(State.INVITED, State.ACCOUNT_READY))
    elif run.kind == Kind.REMIND:
        rows = rows.filter(
            Q(access_until=None, cohort__access_until__gte=day) | Q(access_until__gte=day),
            state__in=states.UNDER_WAY,
            paused_on=None,
        ).exclude(_has_passed())
    else:
        step = steps.of(cohort.programme)[Kind.CLOSE]
        last = Coalesce(F("access_until"), F("cohort__access_until"))
        over = day - timedelta(days=1 + step.days)
        if day > steps.closes_after(run, step, cohort):
            # Where a person has set an earlier day, the cohort's own time ends with it.
            over = max(over, cohort.access_until)
        return rows.annotate(last=last).filter(
            last__lte=over, state__in=states.BEFORE_START | states.UNDER_WAY, paused_on=None
        )
    return rows.exclude(Exists(traced.filter(what=MAIN[Kind(run.kind)])))


def concerned(run: StepRun, cohort: Cohort) -> QuerySet[Enrolment]:
    """Those whom a step will concern on its day, as things stand: for the dry run."""
    if run.kind in (Kind.PICK, Kind.CHECK, Kind.KICK_OFF):
        traced = Trace.objects.filter(
            cohort=cohort, enrolment=OuterRef("pk"), step=run.kind, what=MAIN[Kind(run.kind)]
        )
        return cohort.enrolments.filter(state__in=states.BEFORE_START).exclude(Exists(traced))
    # Who passes before the day is left out of it; nobody knows yet who that is.
    coming = states.BEFORE_START | states.UNDER_WAY
    rows = cohort.enrolments.filter(state__in=coming, paused_on=None)
    return rows.exclude(_has_passed()) if run.kind == Kind.REMIND else rows


def _has_passed() -> Exists:
    """Where results are held to the end, who has passed waits for nothing but that."""
    return Exists(Attempt.objects.filter(enrolment=OuterRef("pk"), passed=True))


# What each step does for a batch of people, in one transaction.


def _pick(work: Carrying, rows: list[Enrolment]) -> None:
    # Also where they study elsewhere: results and certificates are here, and so is the way in
    # when an account there fails.
    accounts.open_for(rows)
    states.move_all(
        [row for row in rows if row.state == State.APPLIED], State.INVITED, by=work.by, why=BY
    )
    if not work.own_environment:
        working.ask(work.systems[System.Kind.ACCOUNTS], Work.Action.ACCOUNT, enrolments=rows)
    elif classroom := work.systems.get(System.Kind.CLASSROOM):
        working.ask(classroom, Work.Action.INVITE, enrolments=rows)
    written = [row for row in rows if row.person.email]
    if not work.opening.lies_ahead:
        return
    calendars = invitations.invite_all(work.opening, written)
    tokens = links.create_all(
        mails.OWN,
        mails.RECORD,
        [(row.pk, row.person) for row in written],
        days=max((work.cohort.access_until - clock.today()).days, 0) + 60,
    )
    work.send(
        written, lambda row: {"link": _address("training:own", tokens[row.pk])}, calendars=calendars
    )


def _check(work: Carrying, rows: list[Enrolment]) -> None:
    # Asked once more at once: who has accepted since need not be written to.
    Work.objects.filter(
        enrolment__in=rows, action=Work.Action.CHECK, state=Work.State.WAITING
    ).update(next_at=clock.real_now())
    work.send(rows, _to_studies)


def _kick_off(work: Carrying, rows: list[Enrolment]) -> None:
    accounts.open_for(rows)
    states.move_all(rows, State.STARTED, by=work.by, why=BY)
    work.send(rows, _to_studies)


def _remind(work: Carrying, rows: list[Enrolment]) -> None:
    done: dict[int, int] = dict(
        Done.objects.filter(enrolment__in=rows)
        .exclude(page=OPENING_CHECK)
        .values_list("enrolment")
        .annotate(n=Count("pk"))
    )
    work.send(rows, lambda row: {"done": str(done.get(row.pk, 0)), **_to_studies(row)})


def _close(work: Carrying, rows: list[Enrolment]) -> None:
    for row in rows:
        last = row.last_day
        if taking.submit_left_open([row.pk], by=work.by):
            row.refresh_from_db(fields=["state", "score"])
        taking.release(row, by=work.by)
        if row.state not in states.DONE:
            to = State.FAILED if row.state == State.TESTED else State.LAPSED
            states.move(row, to, by=work.by, why=gettext_noop("the time has ended"))
            # Who took more time is told again when that ends too.
            work.send([row], _to_studies, key=f"close-{last}")
        work.trace([row], f"{MAIN[Kind.CLOSE]} {last}")
    _close_accounts(work, work.cohort.enrolments.filter(pk__in=[row.pk for row in rows]))


def _close_accounts(work: Carrying, rows: QuerySet[Enrolment]) -> None:
    """Have the accounts closed that were made for participants."""
    if system := work.systems.get(System.Kind.ACCOUNTS):
        made = system.works.filter(action=Work.Action.ACCOUNT).exclude(state=Work.State.FAILED)
        rows = rows.filter(pk__in=made.values("enrolment"))
        working.ask(system, Work.Action.SUSPEND, enrolments=rows)


HANDLERS: dict[str, Callable[[Carrying, list[Enrolment]], None]] = {
    Kind.PICK: _pick,
    Kind.CHECK: _check,
    Kind.KICK_OFF: _kick_off,
    Kind.REMIND: _remind,
    Kind.CLOSE: _close,
}
# Closing touches tests, results and certificates: each person's is a transaction of its own.
SIZES = {Kind.CLOSE: 1}


def _to_studies(row: Enrolment) -> dict[str, str]:
    return {"link": _address("learning:home", row.uuid)}


def _address(name: str, *args: Any) -> str:
    return settings.SOLMU_ADDRESS + reverse(name, args=args)


# Before the first and after the last of the people.


def _begin(work: Carrying) -> str:
    """What a step does for the cohort first; the text tells what it still has to wait for."""
    cohort, systems = work.cohort, work.systems
    if work.run.kind == Kind.PICK:
        placing.move_up(cohort, by=work.by)
        return _meeting(work)
    if work.run.kind == Kind.KICK_OFF:
        if cohort.state == Cohort.State.PLANNED:
            cohort.state = Cohort.State.RUNNING
            with history.acting(work.by, BY):
                cohort.save(update_fields=["state"])
        if forms := systems.get(System.Kind.FORMS):
            working.ask(forms, Work.Action.RESULTS, cohort=cohort)
    if work.run.kind == Kind.CLOSE:
        if clock.today() <= steps.closes_after(work.run, work.step, cohort):
            return NOT_OVER
        if forms := systems.get(System.Kind.FORMS):
            return _results(work, forms)
    return ""


def _meeting(work: Carrying) -> str:
    """Have the meeting made; for one day the invitation waits for its address."""
    teams, own = work.systems.get(System.Kind.TEAMS), work.cohort.meeting_url
    # An address that a person gave this start stays; the programme's standing one makes room.
    if teams is None or (own and own != work.cohort.programme.meeting_url):
        return ""
    working.ask(teams, Work.Action.MEETING, cohort=work.cohort)
    waits = Work.objects.filter(
        system=teams, action=Work.Action.MEETING, cohort=work.cohort, state=Work.State.WAITING
    ).exists()
    if waits and clock.today() <= work.run.due_on:
        return gettext_noop("waits for the meeting to be made")
    return ""


def _results(work: Carrying, forms: System) -> str:
    """Nobody lapses while results may be missing: a failed fetch waits for a person."""
    working.ask(forms, Work.Action.RESULTS, cohort=work.cohort)
    row = Work.objects.get(system=forms, action=Work.Action.RESULTS, cohort=work.cohort)
    if row.state == Work.State.DONE or work.run.person_id:
        return ""
    if row.state == Work.State.WAITING:
        Work.objects.filter(pk=row.pk).update(next_at=clock.real_now())
        working.start(forms)
        return gettext_noop("waits for the results of the test to be fetched")
    return gettext_noop("the results of the test could not be fetched: a person decides")


def _finish(work: Carrying) -> None:
    """What a step does for the cohort last, with the run's end, in one transaction."""
    run, cohort = work.run, work.cohort
    if run.kind == Kind.KICK_OFF:
        # Everybody has started: there is nobody left to pick, and no account to check beforehand.
        for late in cohort.runs.filter(kind__in=(Kind.PICK, Kind.CHECK), state=Run.CLICK):
            late.state, late.note = Run.SKIPPED, gettext_noop("the start came first")
            late.save(update_fields=["state", "note"])
    if run.kind == Kind.CLOSE and cohort.state != Cohort.State.CLOSED:
        for kind in (System.Kind.STUDENTA_API, System.Kind.STUDENTA_FILES):
            if system := work.systems.get(kind):
                working.ask(system, Work.Action.SEND, cohort=cohort)
        # Those who passed long ago too; who has a longer time keeps the account for it.
        over = Q(state__in=states.FINAL) | Q(access_until=None, paused_on=None)
        _close_accounts(work, cohort.enrolments.filter(over))
        cohort.state = Cohort.State.CLOSED
        cohort.save(update_fields=["state"])


# The run itself.


def run_step(run: StepRun, *, by: Viewer | None = None) -> bool:
    """Carry a run out, or go on where it was interrupted; True when it is done."""
    with transaction.atomic():
        row = StepRun.objects.select_for_update().get(pk=run.pk)
        if row.state in (Run.SKIPPED, Run.CLICK):
            return False
        work = Carrying.of(row, by)
        if work.cohort.state == Cohort.State.CANCELLED:
            return False
        late = row.state == Run.DONE
        with history.acting(work.by, BY):
            row.problem = "" if late else _begin(work)
            if not late:
                row.state = Run.RUNNING
                row.started_at = row.started_at or clock.now()
            row.save(update_fields=["state", "problem", "started_at"])
    if row.problem:
        return False
    failed = 0
    for batch in _batches(work):
        failed += _handle(work, batch)
    if late:
        return True
    with transaction.atomic(), history.acting(work.by, BY):
        row = StepRun.objects.select_for_update().get(pk=run.pk)
        if row.state != Run.RUNNING:
            return row.state == Run.DONE
        work.run = row
        if failed:
            row.problem = gettext_noop("some participants could not be handled; it is tried again")
            row.save(update_fields=["problem"])
            return False
        _finish(work)
        row.state, row.done_at, row.problem = Run.DONE, clock.now(), ""
        row.save(update_fields=["state", "done_at", "problem"])
    return True


def _batches(work: Carrying) -> Iterator[list[int]]:
    found = list(waiting_for(work.run, work.cohort).order_by("pk").values_list("pk", flat=True))
    size = SIZES.get(Kind(work.run.kind), BATCH)
    for at in range(0, len(found), size):
        yield found[at : at + size]


def _handle(work: Carrying, ids: list[int]) -> int:
    """Handle a batch in one transaction; when that fails, each alone. Says how many failed."""
    try:
        handle(work, ids)
    except Exception:
        if len(ids) == 1:
            logger.exception("step %s failed for enrolment %s", work.run.pk, ids[0])
            return 1
        return sum(_handle(work, [pk]) for pk in ids)
    return 0


@transaction.atomic
def handle(work: Carrying, ids: list[int]) -> None:
    """Do a step for some people: what is done, what is sent and the trace stand or fall together.

    The run is locked meanwhile, so that two workers never have the same person.
    """
    StepRun.objects.select_for_update().get(pk=work.run.pk)
    rows = list(
        waiting_for(work.run, work.cohort)
        .filter(pk__in=ids)
        .select_for_update(of=("self",))
        .select_related("person")
        .order_by("pk")
    )
    for row in rows:
        row.cohort, row.programme = work.cohort, work.cohort.programme
    if not rows:
        return
    HANDLERS[work.run.kind](work, rows)
    if work.run.kind != Kind.CLOSE:  # closing says with which last day: it can happen twice
        work.trace(rows, MAIN[Kind(work.run.kind)])
    work.trace([row for row in rows if not row.person.email], NO_EMAIL)


@tasks.task("training.step")
def step(run: int) -> None:
    """Carry a step out that a person has started."""
    row = StepRun.objects.filter(pk=run, state=Run.RUNNING).first()
    if row:
        run_step(row)


@tasks.periodic("*/5 * * * *", "training.steps")
def sweep() -> None:
    """Do what is due in every cohort, the oldest first, and bring calendars up to date."""
    by = Viewer.system(BY)
    today = clock.today()
    for programme in Programme.objects.offered(today):
        steps.of(programme)
    near = Cohort.objects.filter(
        state__in=(Cohort.State.PLANNED, Cohort.State.RUNNING),
        starts_on__lte=today + steps.AHEAD,
    ) | Cohort.objects.filter(
        # Whose time goes on after the others' are closed one by one.
        state=Cohort.State.CLOSED, enrolments__state__in=states.UNDER_WAY
    )  # fmt: skip
    for cohort in near.distinct().select_related("programme").order_by("starts_on", "pk"):
        try:
            _do_due(cohort, by)
        except Exception:
            # Another cohort's people don't wait for it; the next sweep tries again.
            logger.exception("autopilot failed in cohort %s", cohort.pk)
    _skip_cancelled()
    invitations.follow()


def _do_due(cohort: Cohort, by: Viewer) -> None:
    runs = (
        list(cohort.runs.all())
        if cohort.state == Cohort.State.CLOSED
        else steps.plan(cohort, by=by)
    )
    kinds = steps.of(cohort.programme)
    for run in sorted(runs, key=lambda one: (one.due_on, steps.ORDER.index(one.kind))):
        step = kinds[run.kind]
        if run.state == Run.PLANNED and steps.has_come(run, step, cohort):
            if steps.mode_of(run, step) == Mode.CLICK:
                StepRun.objects.filter(pk=run.pk, state=Run.PLANNED).update(state=Run.CLICK)
                continue
            run_step(run, by=by)
        elif run.state == Run.RUNNING or (run.state == Run.DONE and _has_late(run, cohort)):
            run_step(run, by=by)


def _has_late(run: StepRun, cohort: Cohort) -> bool:
    """Who applied after the others were picked, or had time of their own, is handled too."""
    ahead = run.kind == Kind.PICK and cohort.starts_on > clock.today()
    return (ahead or run.kind == Kind.CLOSE) and waiting_for(run, cohort).exists()


def _skip_cancelled() -> None:
    StepRun.objects.filter(
        cohort__state=Cohort.State.CANCELLED, state__in=(Run.PLANNED, Run.CLICK, Run.RUNNING)
    ).update(state=Run.SKIPPED, note=gettext_noop("the start was cancelled"))


# What people do with a run.


class RunError(ValueError):
    """The step can't be taken so; the text says why."""


@transaction.atomic
def run_now(run: StepRun, *, by: Viewer) -> None:
    """Start a step now, whatever its day; also one that was skipped.

    Closing waits for the end of the last day all the same: nobody's time is cut by a click.
    """
    row = StepRun.objects.select_for_update().get(pk=run.pk)
    if row.state == Run.DONE:
        return
    row.state, row.person_id, row.note = Run.RUNNING, by.person_id, ""
    if row.due_on > clock.today() and row.kind != Kind.CLOSE:
        row.due_on, row.by_hand = clock.today(), True
    with history.acting(by, gettext_noop("step started")):
        row.save(update_fields=["state", "person", "note", "due_on", "by_hand"])
    tasks.enqueue("training.step", key=f"training.step-{row.pk}", run=row.pk)


@transaction.atomic
def skip(run: StepRun, *, by: Viewer, why: str = "") -> None:
    """Leave a step out in this cohort; what it has done for some stays done."""
    row = StepRun.objects.select_for_update().get(pk=run.pk)
    if row.state == Run.DONE:
        return
    row.state, row.note, row.person_id = Run.SKIPPED, why[:200], by.person_id
    with history.acting(by, gettext_noop("step skipped")):
        row.save(update_fields=["state", "note", "person"])


@transaction.atomic
def set_run(run: StepRun, *, due_on: date, mode: str, by: Viewer) -> None:
    """Give a step in this cohort its own day, and say whether it waits for a click."""
    row = StepRun.objects.select_for_update().get(pk=run.pk)
    if row.state == Run.DONE or (row.state == Run.RUNNING and row.problem != NOT_OVER):
        return
    row.by_hand = row.by_hand or due_on != row.due_on
    row.due_on, row.mode, row.state = due_on, mode, Run.PLANNED
    row.note = row.problem = ""
    with history.acting(by, gettext_noop("step changed")):
        row.save(update_fields=["due_on", "mode", "state", "by_hand", "note", "problem"])
