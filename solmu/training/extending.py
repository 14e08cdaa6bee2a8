"""More time: two weeks at once, and whose time had run out studies again."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training import states
from solmu.training.models import Enrolment

State = Enrolment.State
EXTENSION = 14  # days


def longer(last: date) -> date:
    """The last day after two weeks more: counted from today where the time is over."""
    return max(last, clock.today() - timedelta(days=1)) + timedelta(days=EXTENSION)


@transaction.atomic
def extend(enrolment: Enrolment, *, by: Viewer, why: str) -> bool:
    """Give an enrolment (loaded with its cohort) two weeks more; False where there is no use."""
    row = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    row.cohort = enrolment.cohort
    last = row.last_day
    if last is None or row.state not in {*states.BEFORE_START, *states.UNDER_WAY, State.LAPSED}:
        return False
    row.access_until = longer(last)
    with history.acting(by, why):
        row.save(update_fields=["access_until"])
        if row.state == State.LAPSED:
            states.move(row, State.STUDYING, by=by, why=why)
    enrolment.access_until, enrolment.state = row.access_until, row.state
    return True
