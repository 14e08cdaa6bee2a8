"""Taking the test: it opens, is answered one by one, and is submitted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.people.viewer import Viewer
from solmu.training import states
from solmu.training.exam import bank, drawing, scoring
from solmu.training.exam.models import Answer, Attempt
from solmu.training.learning import access, progress
from solmu.training.models import Enrolment

State = Enrolment.State
# What was given in time may still be on its way when the time runs out.
GRACE = timedelta(seconds=30)

OPEN, ONGOING, PARTS, TIME, USED, LATER, PASSED, EMPTY, HELD = (
    "open", "ongoing", "parts", "time", "used", "later", "passed", "empty", "held",
)  # fmt: skip


class TestError(ValueError):
    """Why the test can't be started, in words for the participant."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a participant may start the test today, and if not, why and when."""

    why: str
    attempts: list[Attempt]
    left: int
    opens_on: date | None = None

    @property
    def may_start(self) -> bool:
        """Tell whether an attempt can be started, or the open one goes on."""
        return self.why in {OPEN, ONGOING}

    @property
    def ongoing(self) -> Attempt | None:
        """The attempt that is being answered."""
        return next((one for one in self.attempts if one.submitted_at is None), None)

    @property
    def last(self) -> Attempt | None:
        """The latest that has a result."""
        return next((one for one in reversed(self.attempts) if one.submitted_at), None)

    @property
    def passed(self) -> Attempt | None:
        """The one that was passed."""
        return next((one for one in self.attempts if one.passed), None)

    @property
    def says(self) -> str:
        """Why it isn't open, in a sentence; empty when it is."""
        return {
            PARTS: _("The test opens when all parts are done."),
            TIME: _("The test is open during your access."),
            USED: _(
                "You have used all attempts of this period. With another start you get new ones."
            ),
            LATER: _("You can try again on %(day)s.")
            % {"day": date_format(self.opens_on, "SHORT_DATE_FORMAT") if self.opens_on else ""},
            EMPTY: _("The questions are not ready yet."),
            HELD: _("Your answers are in. The result comes when your access ends."),
        }.get(self.why, "")


def opening(enrolment: Enrolment) -> Opening:
    """Whether the test is open for an enrolment (loaded with its programme and cohort)."""
    programme = enrolment.programme
    attempts = list(Attempt.objects.filter(enrolment=enrolment).order_by("number"))
    # Another start gives new attempts.
    since = enrolment.cohort.starts_on if enrolment.cohort else None
    used = [one for one in attempts if since is None or one.started_on >= since]
    left = max(0, programme.attempts - len(used))
    today = clock.today()

    def told(why: str, opens_on: date | None = None) -> Opening:
        return Opening(why, attempts, left, opens_on)

    if any(one.submitted_at is None for one in attempts):
        return told(ONGOING)
    if programme.holds_results and any(one.passed for one in attempts):
        return told(PASSED if enrolment.state in states.DONE else HELD)
    if any(one.passed for one in attempts):
        return told(PASSED)
    if not access.of(enrolment, today).is_open:
        return told(TIME)
    if not left:
        return told(USED)
    days = [one.submitted_on for one in used if one.submitted_on]
    if days and today < (again := max(days) + timedelta(days=programme.attempt_gap_days)):
        return told(LATER, again)
    if not progress.has_done_all(enrolment):
        return told(PARTS)
    return told(OPEN)


@transaction.atomic
def start(enrolment: Enrolment, *, by: Viewer) -> Attempt:
    """Draw the questions and begin; an attempt that is open already goes on."""
    row = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("programme", "cohort")
        .get(pk=enrolment.pk)
    )
    opened = opening(row)
    if opened.ongoing is not None:
        return opened.ongoing
    if not opened.may_start:
        raise TestError(opened.says)
    paper = drawing.draw(bank.drawn_from(row.programme), row.programme.questions)
    if not paper:
        raise TestError(Opening(EMPTY, [], 0).says)
    now = clock.real_now()
    minutes = row.programme.minutes
    with history.acting(by, gettext_noop("started the test")):
        return Attempt.objects.create(
            enrolment=row,
            number=len(opened.attempts) + 1,
            paper=paper,
            started_on=clock.today(),
            started_at=now,
            ends_at=now + timedelta(minutes=minutes * (100 + row.extra_time_percent) / 100)
            if minutes
            else None,
        )


# One statement for each answer: who holds the key of an attempt that is open writes into it. The
# lock lets an answer and a submission come one after the other, never at once.
_SAVE = """
WITH attempt AS (
    SELECT id, (paper -> %(item)s::int -> 1 ->> %(option)s::int)::smallint AS choice
    FROM training_exam_attempt
    WHERE key = %(key)s AND submitted_at IS NULL
        AND (ends_at IS NULL OR ends_at + %(grace)s > now())
    FOR SHARE
)
INSERT INTO training_exam_answer (attempt_id, item, choice, at)
SELECT id, %(item)s, choice, now() FROM attempt WHERE choice IS NOT NULL
ON CONFLICT (attempt_id, item) DO UPDATE SET choice = excluded.choice, at = excluded.at
"""


def save(key: str, item: int, option: int) -> bool:
    """Keep an answer: the option at a place of the page; False when the attempt isn't open.

    Past Django's own cursor, which writes the values into the SQL and asks first whether the
    connection lives; when it doesn't, a new one is tried once.
    """
    values = {"key": key, "item": item, "option": option, "grace": GRACE}
    for last in (False, True):
        connection.ensure_connection()
        raw: Any = connection.connection
        try:
            with psycopg.Cursor(raw) as cursor:
                return cursor.execute(_SAVE, values).rowcount == 1
        except psycopg.OperationalError:
            if last or connection.in_atomic_block:
                raise
            connection.close()
    return False


@transaction.atomic
def save_all(attempt: Attempt, options: dict[int, int]) -> None:
    """Keep the answers that a whole page has sent, by the places on the page."""
    row = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if row.submitted_at is None and not row.is_over(clock.real_now() - GRACE):
        _keep(row, options)


@transaction.atomic
def submit(attempt: Attempt, *, options: dict[int, int] | None = None, by: Viewer) -> Attempt:
    """Score an attempt, once: who submits it again gets the result that it has."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("programme", "cohort")
        .get(pk=attempt.enrolment_id)
    )
    row = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if row.submitted_at is not None:
        return row
    if options and not row.is_over(clock.real_now() - GRACE):
        _keep(row, options)
    choices = dict(Answer.objects.filter(attempt=row).values_list("item", "choice"))
    questions = [question for question, _order in row.questions]
    known = bank.known(database(), questions)
    key = {pk: (one.part, one.right) for pk, one in known.items()}
    result = scoring.score(questions, choices, key, enrolment.programme.pass_percent)
    row.submitted_at, row.submitted_on = clock.real_now(), clock.today()
    row.right_answers, row.score, row.passed = result.right, result.percent, result.passed
    row.parts = {str(part): list(pair) for part, pair in result.parts.items()}
    with history.acting(by, gettext_noop("submitted the test")):
        row.save()
        best = Attempt.objects.filter(enrolment=enrolment).aggregate(best=Max("score"))["best"]
        if enrolment.score != best:
            enrolment.score = best
            enrolment.save(update_fields=["score"])
        if enrolment.state != State.TESTED and states.can_move(enrolment, State.TESTED):
            states.move(enrolment, State.TESTED, by=by, why=gettext_noop("submitted the test"))
        if row.passed and not enrolment.programme.holds_results:
            release(enrolment, by=by)
    return row


@transaction.atomic
def release(enrolment: Enrolment, *, by: Viewer) -> bool:
    """Let who has passed the test be passed, with all that follows; False where nobody has."""
    if enrolment.state in states.DONE or not states.can_move(enrolment, State.PASSED):
        return False
    if not Attempt.objects.filter(enrolment=enrolment, passed=True).exists():
        return False
    states.move(enrolment, State.PASSED, by=by, why=gettext_noop("passed the test"))
    for follow in composed("PASSED"):
        follow(enrolment)
    return True


def submit_left_open(enrolments: Iterable[int], *, by: Viewer) -> int:
    """Score what was left open by participants whose time has ended; how many there were."""
    attempts = list(Attempt.objects.open().filter(enrolment__in=enrolments))
    for attempt in attempts:
        submit(attempt, by=by)
    return len(attempts)


def choices_of(attempt: Attempt) -> dict[int, int]:
    """The answers given so far, as places on the page."""
    orders = [order for _question, order in attempt.questions]
    return {
        item: orders[item].index(choice)
        for item, choice in Answer.objects.filter(attempt=attempt).values_list("item", "choice")
        if item < len(orders) and choice in orders[item]
    }


def _keep(attempt: Attempt, options: dict[int, int]) -> None:
    orders = [order for _question, order in attempt.questions]
    now = clock.real_now()
    Answer.objects.bulk_create(
        [
            Answer(attempt=attempt, item=item, choice=orders[item][option], at=now)
            for item, option in options.items()
            if 0 <= item < len(orders) and 0 <= option < len(orders[item])
        ],
        update_conflicts=True,
        unique_fields=["attempt", "item"],
        update_fields=["choice", "at"],
    )


def database() -> str:
    """Which database this is, for what a process keeps of it."""
    return str(connection.settings_dict["NAME"])
