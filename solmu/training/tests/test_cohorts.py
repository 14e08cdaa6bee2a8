"""Cohorts make themselves by the rule, respect what people have decided, and are cancelled well."""

from datetime import date, timedelta

import pytest

from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.training import cohorts, enrolling, setting_up
from solmu.training.models import Cohort, Enrolment
from solmu.training.tests import making
from solmu.training.tests.making import SYSTEM, application

pytestmark = pytest.mark.django_db
State = Enrolment.State


def _on(day: date) -> timedelta:
    return day - clock.today()


def test_coming_year_is_made_by_the_rule_and_not_twice() -> None:
    programme = making.programme(places=30)
    with clock.shifted(_on(date(2025, 11, 20))):
        cohorts.make_cohorts()
        cohorts.make_cohorts()
        days = list(programme.cohorts.values_list("starts_on", flat=True))

    assert len(days) == 12
    assert days[:3] == [date(2025, 12, 2), date(2026, 1, 13), date(2026, 2, 3)]
    first = programme.cohorts.first()
    assert first is not None
    assert (first.access_until, first.places) == (date(2026, 1, 1), 30)


def test_cancelled_start_does_not_come_back() -> None:
    programme = making.programme()
    cohorts.make_coming(programme, by=SYSTEM)
    cohorts.cancel(programme.cohorts.earliest("starts_on"), why="sali varattu", by=SYSTEM)

    cohorts.make_coming(programme, by=SYSTEM)

    assert programme.cohorts.filter(state=Cohort.State.CANCELLED).count() == 1
    assert programme.cohorts.values("starts_on").distinct().count() == programme.cohorts.count()


def test_new_rule_clears_empty_starts_and_leaves_those_with_people() -> None:
    programme = making.programme()
    cohorts.make_coming(programme, by=SYSTEM)
    kept = programme.cohorts.earliest("starts_on")
    making.enrolment(kept)
    by_hand = cohorts.found(programme, clock.today() + timedelta(days=3), places=5, by=SYSTEM)

    setting_up.change(programme, {"rule": "day 15 next"}, by=SYSTEM)

    programme.refresh_from_db()
    ahead = set(programme.cohorts.values_list("starts_on", flat=True))
    wanted = set(
        cohorts.coming_starts(
            programme, clock.today() + timedelta(days=1), clock.today() + cohorts.AHEAD
        )
    )
    assert ahead == wanted | {kept.starts_on, by_hand.starts_on}


def test_exception_moves_those_who_had_applied_and_tells_them() -> None:
    programme = making.programme()
    cohorts.make_coming(programme, by=SYSTEM)
    start = programme.cohorts.earliest("starts_on")
    row, _new = enrolling.apply(
        programme, application(cohort_id=start.pk), by=SYSTEM, confirmed=True
    )
    other = start.starts_on + timedelta(days=3)

    exception = cohorts.except_start(
        programme, day=start.starts_on, other=other, why="loma", by=SYSTEM
    )

    row.refresh_from_db()
    assert row.cohort is not None
    assert row.cohort.starts_on == other
    assert Message.objects.filter(kind="training-start-cancelled").count() == 1

    cohorts.drop_exception(exception, by=SYSTEM)
    start.refresh_from_db()
    assert start.state == Cohort.State.PLANNED


def test_cancelled_start_moves_its_people_to_the_next_with_room() -> None:
    first = making.cohort(making.programme(), days=10)
    second = making.cohort(first.programme, days=40, places=1)
    third = making.cohort(first.programme, days=70)
    rows = [
        enrolling.apply(
            first.programme, application(n, cohort_id=first.pk), by=SYSTEM, confirmed=True
        )[0]
        for n in (1, 2)
    ]

    cohorts.cancel(first, why="", by=SYSTEM)

    assert [Enrolment.objects.get(pk=row.pk).cohort for row in rows] == [second, third]
    assert Message.objects.filter(kind="training-start-cancelled").count() == 2
    with pytest.raises(cohorts.CohortError):
        cohorts.cancel(first, why="", by=SYSTEM)


def test_ended_programme_has_no_more_starts() -> None:
    programme = making.programme(ended_on=clock.today() + timedelta(days=40))
    cohorts.make_coming(programme, by=SYSTEM)
    assert all(one.starts_on < programme.ended_on for one in programme.cohorts.all())


def test_longer_access_does_not_change_what_was_promised() -> None:
    programme = making.programme()
    taken, empty = making.cohort(programme, days=10), making.cohort(programme, days=40)
    making.enrolment(taken)
    promised = taken.access_until
    programme.rule = "1 tue in 1"
    programme.save()
    Cohort.objects.update(by_hand=True)

    setting_up.change(programme, {"access_days": 60}, by=SYSTEM)

    taken.refresh_from_db()
    empty.refresh_from_db()
    assert taken.access_until == promised
    assert empty.access_until == empty.starts_on + timedelta(days=60)
