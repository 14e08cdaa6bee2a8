"""Working with a programme's own systems: what is asked of them once, tried until it is done."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.http import LaterError, RefusedError
from solmu.lib.kept_secrets import LostSecretError
from solmu.people.viewer import Viewer
from solmu.training import states
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.systems import doing, own_environment
from solmu.training.systems.models import System, Work

logger = logging.getLogger(__name__)

TRIES = 8
FIRST_WAIT = 30.0  # seconds; doubled at each try
AT_ONCE = 200  # works of one run of the job
Action, Kind, State = Work.Action, System.Kind, Work.State
BY = gettext_noop("done by the institution's own system")


def chosen(programme: Programme) -> dict[str, System]:
    """The systems in use, by kind."""
    return {one.kind: one for one in programme.systems.filter(on=True)}


@transaction.atomic
def ask(
    system: System,
    action: str,
    *,
    enrolments: Iterable[Enrolment] = (),
    cohort: Cohort | None = None,
) -> int:
    """Ask a system to do something for participants, or for a cohort; what was asked before stays.

    Returns how many works there are now that weren't there.
    """
    wanted = [Work(system=system, action=action, enrolment=one) for one in enrolments]
    if cohort:
        wanted.append(Work(system=system, action=action, cohort=cohort))
    before = Work.objects.filter(system=system, action=action).count()
    Work.objects.bulk_create(wanted, ignore_conflicts=True, batch_size=1000)
    start(system)
    return Work.objects.filter(system=system, action=action).count() - before


def start(system: System) -> None:
    """Have what waits be done soon."""
    tasks.enqueue("training.work", key=f"training.work-{system.pk}", system=system.pk)


def ask_again(work: Work, *, by: Viewer) -> None:
    """Give a work that failed a new round of tries, after a person has mended what was wrong."""
    Work.objects.filter(pk=work.pk, state=State.FAILED).update(
        state=State.WAITING, tries=0, next_at=clock.real_now(), problem=""
    )
    start(work.system)


def of_cohort(cohort: Cohort) -> QuerySet[Work]:
    """What was asked for a cohort and its participants."""
    own = Work.objects.filter(cohort=cohort) | Work.objects.filter(enrolment__cohort=cohort)
    return own.select_related("system", "enrolment__person", "cohort")


@tasks.periodic("* * * * *", "training.systems_due")
def due() -> None:
    """Start what waits and may be tried now."""
    now = clock.real_now()
    waiting = Work.objects.filter(state=State.WAITING, next_at__lte=now)
    for system in System.objects.filter(pk__in=waiting.values("system"), on=True):
        start(system)


@tasks.task("training.work")
def work(system: int) -> None:
    """Do what waits at one system, one after another; stop when it wants to be left alone."""
    one = System.objects.select_related("programme__institution").get(pk=system)
    if not one.on:
        return
    for _count in range(AT_ONCE):
        if not _next(one):
            return
    start(one)


def _next(system: System) -> bool:
    """Do the next work that is due; False when there is none, or all must wait."""
    # The lock is held while the service answers: no two workers ask it the same thing.
    with transaction.atomic():
        row = (
            Work.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("enrolment__person", "enrolment__cohort", "cohort")
            .filter(system=system, state=State.WAITING, next_at__lte=clock.real_now())
            .order_by("next_at", "pk")
            .first()
        )
        if row is None:
            return False
        row.system = system
        row.tries += 1
        try:
            with override(system.programme.languages[0] if system.programme.languages else "fi"):
                done = doing.do(row)
        except LaterError as error:
            return _later(row, error)
        except (RefusedError, LostSecretError) as error:
            _failed(row, str(error) or _("The system's secret has to be given again."))
            return True
        if not done:
            # Asked in good order, and not so yet: an invitation that nobody has accepted.
            row.next_at = clock.real_now() + timedelta(hours=3)
            row.problem = ""
        else:
            row.state, row.done_at, row.problem = State.DONE, clock.real_now(), ""
        row.save()
        if done:
            _follow(row)
    return True


def _later(row: Work, error: LaterError) -> bool:
    if row.tries >= TRIES:
        _failed(row, str(error))
        return not error.all_of_it
    wait = max(error.seconds, FIRST_WAIT * 2 ** (row.tries - 1) if row.tries > 1 else 0)
    row.next_at = clock.real_now() + timedelta(seconds=wait)
    row.problem = str(error)
    row.save()
    if error.all_of_it:
        # The others wait as long, and have not been tried for it.
        Work.objects.filter(system=row.system, state=State.WAITING, next_at__lt=row.next_at).update(
            next_at=row.next_at
        )
    return not error.all_of_it


def _failed(row: Work, problem: str) -> None:
    row.state, row.problem = State.FAILED, problem
    row.save()
    logger.warning("system %s could not %s: %s", row.system.kind, row.action, row.pk)
    if row.enrolment and row.action in (Action.ACCOUNT, Action.INVITE):
        # Nobody is left outside because a system failed: the way in is Solmu's own environment.
        own_environment.open_for(row.enrolment, by=Viewer.system(BY))


def _follow(row: Work) -> None:
    """What comes next for the participant: an account is invited, an invitation looked at."""
    by = Viewer.system(BY)
    following: dict[str, tuple[str, str]] = {
        Action.ACCOUNT: (Kind.CLASSROOM, Action.INVITE),
        Action.INVITE: (Kind.CLASSROOM, Action.CHECK),
    }
    reached: dict[str, str] = {
        Action.ACCOUNT: Enrolment.State.ACCOUNT_READY,
        Action.CHECK: Enrolment.State.ACCOUNT_CHECKED,
    }
    if row.enrolment is None:
        return
    to = reached.get(row.action)
    if to and row.enrolment.state in states.BEFORE_START and states.can_move(row.enrolment, to):
        states.move(row.enrolment, to, by=by, why=BY)
    if row.action in following:
        kind, action = following[row.action]
        if next_system := chosen(row.system.programme).get(kind):
            ask(next_system, action, enrolments=[row.enrolment])
