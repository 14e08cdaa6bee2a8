"""States follow each other in allowed ways only, and every change is written down."""

import pytest

from solmu.training import states
from solmu.training.models import Enrolment
from solmu.training.tests import making
from solmu.training.tests.making import SYSTEM

State = Enrolment.State


def test_every_state_has_its_ways_and_its_words() -> None:
    assert set(states.ALLOWED) == set(State) == set(states.TONES) == set(states.FOR_PARTICIPANT)
    assert all(state not in to for state, to in states.ALLOWED.items())


def test_nobody_passes_without_a_test() -> None:
    assert {state for state in State if State.PASSED in states.ALLOWED[state]} == {
        State.TESTED,
        State.CERTIFIED,
    }
    assert {state for state in State if State.CERTIFIED in states.ALLOWED[state]} == {State.PASSED}


def test_steps_that_systems_make_needless_are_jumped_over() -> None:
    assert State.STARTED in states.ALLOWED[State.APPLIED]
    assert State.STARTED in states.ALLOWED[State.INVITED]


@pytest.mark.django_db
def test_move_writes_down_what_happened_once() -> None:
    row = making.enrolment(making.cohort(making.programme()))

    assert states.move(row, State.INVITED, by=SYSTEM, why="kutsu lähti")
    assert not states.move(row, State.INVITED, by=SYSTEM)

    change = row.changes.get()
    assert (change.was, change.state, change.why) == ("applied", "invited", "kutsu lähti")
    assert row.state == State.INVITED


@pytest.mark.django_db
def test_move_refuses_what_is_no_way() -> None:
    row = making.enrolment(making.cohort(making.programme()))
    with pytest.raises(states.StateError):
        states.move(row, State.CERTIFIED, by=SYSTEM)
    row.refresh_from_db()
    assert row.state == State.APPLIED


@pytest.mark.django_db
def test_move_all_leaves_those_that_cannot_come_along() -> None:
    cohort = making.cohort(making.programme())
    rows = [
        making.enrolment(cohort, state, number)
        for number, state in enumerate(("applied", "withdrawn", "invited", "applied"))
    ]

    moved = states.move_all(rows, State.INVITED, by=SYSTEM)

    assert [row.pk for row in moved] == [rows[0].pk, rows[3].pk]
    assert cohort.enrolments.filter(state=State.INVITED).count() == 3


@pytest.mark.django_db
def test_moments_are_stamped() -> None:
    row = making.enrolment(making.cohort(making.programme()))
    states.move(row, State.STARTED, by=SYSTEM)
    assert row.started_at is not None
    states.move(row, State.TESTED, by=SYSTEM)
    states.move(row, State.PASSED, by=SYSTEM)
    assert row.finished_at is not None
