"""Results of tests that were taken elsewhere, such as in a form of the institution's own."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.people.viewer import Viewer
from solmu.training import states
from solmu.training.exam import scoring, taking
from solmu.training.exam.models import Attempt
from solmu.training.models import Enrolment

State = Enrolment.State


@transaction.atomic
def record(
    enrolment: Enrolment, *, right: int, asked: int, at: datetime, source: str, by: Viewer
) -> bool:
    """Write down a test taken elsewhere, once: `source` names it there. False if it is known."""
    key = sha256(source.encode()).hexdigest()[:32]
    row = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("programme", "cohort")
        .get(pk=enrolment.pk)
    )
    if row.state in states.ENDED or Attempt.objects.filter(key=key).exists():
        return False
    taken = Attempt.objects.filter(enrolment=row)
    score = scoring.percent(right, asked)
    with history.acting(by, gettext_noop("result of a test taken elsewhere")):
        Attempt.objects.create(
            enrolment=row,
            number=(taken.aggregate(last=Max("number"))["last"] or 0) + 1,
            paper=[],
            key=key,
            started_on=at.date(),
            started_at=at,
            submitted_on=at.date(),
            submitted_at=at,
            right_answers=right,
            score=score,
            passed=right >= scoring.needed(asked, row.programme.pass_percent),
        )
        if row.score is None or row.score < score:
            row.score = score
            row.save(update_fields=["score"])
        if row.state != State.TESTED and states.can_move(row, State.TESTED):
            states.move(row, State.TESTED, by=by, why=gettext_noop("submitted the test"))
        if not row.programme.holds_results:
            taking.release(row, by=by)
    return True
