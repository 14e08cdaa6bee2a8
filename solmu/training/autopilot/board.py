"""A cohort's participants with what is stuck and why, and what is done for many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from solmu.lib import clock, startrule
from solmu.lib.compiled import compiled
from solmu.notifications import outbox
from solmu.notifications.models import Message
from solmu.people.viewer import Viewer
from solmu.training import enrolling, extending, mails, placing, states
from solmu.training.autopilot import invitations, letters
from solmu.training.certificates.models import Certificate
from solmu.training.learning.models import Done
from solmu.training.learning.progress import KICK_OFF as OPENING_CHECK
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.systems.models import System, Work

State = Enrolment.State
QUIET_AFTER = 7  # days from the start without signing in

SYSTEM, NO_EMAIL, UNDELIVERED, UNCHECKED, ABSENT, QUIET, LETTERS = (
    "system", "no-email", "undelivered", "unchecked", "absent", "quiet", "letters",
)  # fmt: skip
WHY: dict[str, Any] = {
    SYSTEM: gettext_lazy("the institution's own system needs a person"),
    NO_EMAIL: gettext_lazy("no e-mail address"),
    UNDELIVERED: gettext_lazy("a message could not be delivered"),
    UNCHECKED: gettext_lazy("the account has not been checked"),
    ABSENT: gettext_lazy("has not signed in"),
    QUIET: gettext_lazy("has not begun to study"),
    LETTERS: gettext_lazy("the certificate's font lacks letters of the name: write it otherwise"),
}
# In these somebody can be stuck.
HELPED = states.OPEN | {State.PASSED}
# States that only accounts elsewhere give.
OF_ACCOUNTS = frozenset({State.ACCOUNT_READY, State.ACCOUNT_CHECKED})


def shown_states(systems: Iterable[str], there: Iterable[str] = ()) -> list[State]:
    """The states of the way that the chosen systems leave, and those that somebody is in."""
    kinds, held = set(systems), set(there)
    accounts = {System.Kind.ACCOUNTS, System.Kind.CLASSROOM} & kinds
    found = []
    for state in (*states.WAY, State.FAILED, State.LAPSED, State.WITHDRAWN):
        needless = state in OF_ACCOUNTS and not accounts
        rare = state in (State.UNCONFIRMED, State.WAITING)
        if state in held or not (needless or rare):
            found.append(state)
    return found


def days() -> dict[str, date]:
    """The days by which it is told who is stuck, as values of a query that is made once."""
    today = clock.today()
    return {
        "today": today,
        "near": startrule.working_on_or_after(today + timedelta(days=1)),
        "quiet": today - timedelta(days=QUIET_AFTER),
    }


def with_stuck(rows: QuerySet[Enrolment], *, today: date, near: date, quiet: date) -> QuerySet[Any]:
    """Enrolments with `stuck`, why one needs a person; empty for those who don't."""
    # Few have failed: both are read once for all rows, by indexes that hold only those.
    works = Work.objects.filter(state=Work.State.FAILED).exclude(enrolment=None)
    lost = Message.objects.filter(
        state=Message.State.FAILED, kind__startswith="training", person__isnull=False
    )
    elsewhere = System.objects.filter(
        programme=OuterRef("programme_id"),
        on=True,
        kind__in=(System.Kind.ACCOUNTS, System.Kind.CLASSROOM),
    )
    open_ = Q(state__in=sorted(states.OPEN))
    started = Q(state=State.STARTED, cohort__starts_on__lte=quiet)
    unchecked = Q(
        state__in=(State.INVITED, State.ACCOUNT_READY),
        cohort__starts_on__lte=near,
        cohort__starts_on__gte=today,
    )
    why = Case(
        When(open_ & Q(pk__in=works.values("enrolment")), then=Value(SYSTEM)),
        When(
            Q(state=State.PASSED, pk__in=Certificate.objects.unmade().values("enrolment")),
            then=Value(LETTERS),
        ),
        When(open_ & Q(person__email=""), then=Value(NO_EMAIL)),
        When(open_ & Q(person__in=lost.values("person")), then=Value(UNDELIVERED)),
        When(unchecked & Q(Exists(elsewhere)), then=Value(UNCHECKED)),
        When(
            started & Q(paused_on=None, person__user__last_login=None),
            then=Value(ABSENT),
        ),
        When(started & Q(paused_on=None), then=Value(QUIET)),
        default=Value(""),
        output_field=CharField(),
    )
    return rows.annotate(stuck=why)


def with_done(rows: QuerySet[Enrolment]) -> QuerySet[Any]:
    """Enrolments with `pages_done` and the `last` day of access."""
    done = (
        Done.objects.filter(enrolment=OuterRef("pk"))
        .exclude(page=OPENING_CHECK)
        .order_by()
        .values("enrolment")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return rows.annotate(
        pages_done=Coalesce(Subquery(done, output_field=IntegerField()), 0),
        last=Coalesce(F("access_until"), F("cohort__access_until")),
    )


def only_stuck(rows: QuerySet[Enrolment]) -> QuerySet[Any]:
    """Those of some enrolments that need a person."""
    return with_stuck(rows, **days()).filter(~Q(stuck=""))


def help_url(why: str, programme: Programme) -> str:
    """Where somebody who is stuck is helped; empty: on their own page."""
    if why != LETTERS:
        return ""
    return reverse("certificates:list", args=[programme.slug]) + "?state=unmade"


def counts(cohort: Cohort) -> dict[str, tuple[int, int]]:
    """By state: how many there are, and how many of them are stuck. One query."""
    return {row["state"]: (row["n"], row["held"]) for row in _counts(cohort=cohort.pk, **days())}


@compiled
def _counts(*, cohort: int, today: date, near: date, quiet: date) -> QuerySet[Any, Any]:
    rows = Enrolment.objects.filter(cohort_id=cohort)
    return (
        with_stuck(rows, today=today, near=near, quiet=quiet)
        .values("state")
        .annotate(n=Count("pk"), held=Count("pk", filter=~Q(stuck="")))
        .order_by()
    )


# What is done for many at once.

MOVE, EXTEND, CHECKED, WITHDRAW = "move", "extend", "checked", "withdraw"


@dataclass(slots=True)
class Outcome:
    """How many it was done for, and how many it could not be done for."""

    done: int = 0
    left: int = 0


def act(cohort: Cohort, rows: Iterable[Enrolment], what: str, *, by: Viewer) -> Outcome:
    """Do something for each of some participants; one that can't is left as it is."""
    acts: dict[str, Callable[[Enrolment], bool]] = {
        EXTEND: lambda row: extending.extend(row, by=by, why=gettext_noop("more time given")),
        CHECKED: lambda row: _checked(row, by),
        WITHDRAW: lambda row: _withdraw(row, by),
    }
    if what == MOVE:
        start = next_start(cohort)
        acts[MOVE] = lambda row: start is not None and _move(row, start, by)
    outcome = Outcome()
    for row in rows:
        row.cohort, row.programme = cohort, cohort.programme
        if acts[what](row):
            outcome.done += 1
        else:
            outcome.left += 1
    return outcome


def next_start(cohort: Cohort) -> Cohort | None:
    """The next start of the programme after this one."""
    day = max(cohort.starts_on, clock.today())
    coming = cohort.programme.cohorts.filter(state=Cohort.State.PLANNED, starts_on__gt=day)
    return coming.order_by("starts_on", "pk").first()


@transaction.atomic
def _move(row: Enrolment, start: Cohort, by: Viewer) -> bool:
    movable = {*states.BEFORE_START, *states.UNDER_WAY, State.WAITING, State.FAILED, State.LAPSED}
    if row.state not in movable:
        return False
    try:
        placing.place(row, start, by=by, why=gettext_noop("moved to another start"))
    except placing.PlacingError:
        return False
    mails.start_changed(row)
    return True


def _checked(row: Enrolment, by: Viewer) -> bool:
    if row.state not in states.BEFORE_START or not states.can_move(row, State.ACCOUNT_CHECKED):
        return False
    return states.move(row, State.ACCOUNT_CHECKED, by=by, why=gettext_noop("checked by a person"))


def _withdraw(row: Enrolment, by: Viewer) -> bool:
    try:
        enrolling.withdraw(row, by=by, why=gettext_noop("withdrawn by the staff"))
    except enrolling.EnrolError:
        return False
    return True


@transaction.atomic
def write(
    cohort: Cohort, rows: Iterable[Enrolment], *, subject: str, body: str, key: str
) -> Outcome:
    """Write a message to each of some participants; the same form sent twice writes once."""
    outcome, made = Outcome(), {}
    drafts = []
    for row in rows:
        row.cohort = cohort
        if not row.person.email:
            outcome.left += 1
            continue
        if row.language not in made:
            made[row.language] = letters.plain(subject, body, row.language)
        drafts.append(invitations.draft(f"message-{key}", cohort, row, made[row.language], {}))
    outbox.write_all(drafts)
    outcome.done = len(drafts)
    return outcome
