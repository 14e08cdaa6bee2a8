"""Taking the test: opening, answers one by one, submitting once, attempts a day apart."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from solmu.lib import clock
from solmu.training import states
from solmu.training.exam import sheet, taking
from solmu.training.exam.models import Answer, Attempt
from solmu.training.exam.taking import TestError
from solmu.training.exam.tests.making import (
    SYSTEM,
    client_of,
    do_all,
    places,
    ready,
    studying,
)
from solmu.training.exam.tests.making import bank as make_bank
from solmu.training.exam.tests.making import contents as make_contents
from solmu.training.models import Enrolment
from solmu.training.tests import making

pytestmark = pytest.mark.django_db


def test_test_opens_when_all_parts_are_done():
    row = studying()
    make_contents(row.programme)
    make_bank(row.programme)

    before = taking.opening(row).why
    do_all(row)

    assert (before, taking.opening(row).why) == (taking.PARTS, taking.OPEN)


def test_test_draws_forty_questions_evenly_by_part():
    attempt = taking.start(ready(), by=SYSTEM)

    questions = [question for question, _order in attempt.questions]
    assert len(set(questions)) == 40
    known = taking.bank.known(taking.database(), questions)
    assert [sum(known[q].part == part for q in questions) for part in (1, 2, 3, 4)] == [10] * 4


def test_test_that_is_open_goes_on_instead_of_starting_again():
    row = ready()

    first = taking.start(row, by=SYSTEM)

    assert taking.start(row, by=SYSTEM) == first


def test_answer_is_kept_as_the_option_of_the_question_and_changed():
    attempt = taking.start(ready(), by=SYSTEM)
    order = attempt.questions[3][1]

    assert taking.save(attempt.key, 3, 0)
    assert taking.save(attempt.key, 3, 2)

    answer = Answer.objects.get(attempt=attempt)
    assert (answer.item, answer.choice) == (3, order[2])
    assert taking.choices_of(attempt) == {3: 2}


@pytest.mark.parametrize(("item", "option"), [(40, 0), (0, 4), (-1, 0)])
def test_answer_outside_of_the_paper_is_not_kept(item, option):
    attempt = taking.start(ready(), by=SYSTEM)
    if item < 0:
        item = 999

    assert not taking.save(attempt.key, item, option)
    assert not Answer.objects.exists()


def test_answer_needs_the_key_of_the_attempt():
    taking.start(ready(), by=SYSTEM)

    assert not taking.save("somebody else's", 0, 0)


def test_answer_costs_one_statement():
    attempt = taking.start(ready(), by=SYSTEM)
    row = attempt.enrolment
    client = client_of(row)
    url = reverse("exam:answer", args=[row.uuid])
    facts = {"key": attempt.key, "item": 0, "option": 1}
    client.cookies.clear()  # the page sends none
    client.post(url, facts)

    with CaptureQueriesContext(connection) as found:
        answer = client.post(url, facts)

    assert answer.status_code == 204
    assert len(found) == 0  # the one statement goes past Django's own cursor


def test_test_with_twenty_eight_right_answers_is_passed(monkeypatch):
    told = []
    monkeypatch.setattr("solmu.composition.PASSED", (told.append,))
    taking.composed.cache_clear()
    row = ready()
    attempt = taking.start(row, by=SYSTEM)

    done = taking.submit(attempt, options=places(attempt, 28), by=SYSTEM)

    taking.composed.cache_clear()
    row.refresh_from_db()
    assert (done.right_answers, done.score, done.passed) == (28, Decimal("70.00"), True)
    assert (row.state, row.score) == ("passed", Decimal("70.00"))
    assert [one.pk for one in told] == [row.pk]


def test_test_with_twenty_seven_right_answers_is_not_passed():
    row = ready()
    attempt = taking.start(row, by=SYSTEM)

    done = taking.submit(attempt, options=places(attempt, 27), by=SYSTEM)

    row.refresh_from_db()
    assert (done.passed, row.state) == (False, "tested")


def test_test_is_submitted_once_from_two_devices():
    row = ready()
    attempt = taking.start(row, by=SYSTEM)
    first = taking.submit(attempt, options=places(attempt, 10), by=SYSTEM)

    second = taking.submit(attempt, options=places(attempt, 40), by=SYSTEM)

    assert (second.pk, second.right_answers) == (first.pk, 10)
    assert not taking.save(attempt.key, 0, 1)


def test_next_attempt_opens_a_day_later_and_three_are_all():
    row = ready()
    for number in range(3):
        with clock.shifted(timedelta(days=number)):
            attempt = taking.start(row, by=SYSTEM)
            taking.submit(attempt, options=places(attempt, 5), by=SYSTEM)
            if number == 0:
                with pytest.raises(TestError):
                    taking.start(row, by=SYSTEM)
                assert taking.opening(row).opens_on == clock.today() + timedelta(days=1)

    with clock.shifted(timedelta(days=4)):
        assert taking.opening(row).why == taking.USED


def test_days_between_attempts_are_counted_in_days_over_daylight_saving():
    to = date(2027, 3, 28)  # the clocks go forward in the night to this day
    with clock.shifted(timedelta(days=(to - clock.today()).days - 1)):
        row = ready(days=-3)
        attempt = taking.start(row, by=SYSTEM)
        taking.submit(attempt, options=places(attempt, 5), by=SYSTEM)
        assert taking.opening(row).opens_on == to
    with clock.shifted(timedelta(days=(to - clock.today()).days)):
        assert taking.opening(row).may_start


def test_another_start_gives_new_attempts():
    row = ready()
    for number in range(3):
        with clock.shifted(timedelta(days=number)):
            attempt = taking.start(row, by=SYSTEM)
            taking.submit(attempt, options=places(attempt, 5), by=SYSTEM)

    row.cohort = making.cohort(row.programme, days=10, state="running")
    row.save()

    with clock.shifted(timedelta(days=12)):
        assert taking.start(row, by=SYSTEM).number == 4


def test_result_that_is_held_comes_by_release():
    row = ready(holds_results=True)
    attempt = taking.start(row, by=SYSTEM)

    taking.submit(attempt, options=places(attempt, 40), by=SYSTEM)
    row.refresh_from_db()
    held = row.state, taking.opening(row).why
    page = client_of(row).get(reverse("exam:test", args=[row.uuid])).content.decode()

    assert held == ("tested", taking.HELD)
    assert "100" not in page
    assert taking.release(row, by=SYSTEM)
    row.refresh_from_db()
    assert row.state == "passed"
    assert not taking.release(row, by=SYSTEM)


@pytest.mark.parametrize(("right", "ways"), [(40, set()), (26, {"more", "move"})])
def test_way_on_is_open_to_who_has_not_passed_also_when_the_limit_has_changed(right, ways):
    row = ready(holds_results=True)
    making.cohort(row.programme)
    attempt = taking.start(row, by=SYSTEM)
    taking.submit(attempt, options=places(attempt, right), by=SYSTEM)
    row.programme.pass_percent = 50
    row.programme.save()
    row.cohort.access_until = clock.today() - timedelta(days=1)
    row.cohort.save()

    home = client_of(row).get(reverse("learning:home", args=[row.uuid]))

    assert {way.key for way in home.context["ways"]} == ways
    assert ('id="go-on"' in home.content.decode()) == bool(ways)


def test_time_limit_has_extra_time_for_those_who_need_it():
    row = ready(minutes=60)
    row.extra_time_percent = 50
    row.save()

    attempt = taking.start(row, by=SYSTEM)

    assert attempt.ends_at - attempt.started_at == timedelta(minutes=90)


def test_answers_after_the_time_are_not_kept_and_the_page_submits():
    row = ready(minutes=60)
    attempt = taking.start(row, by=SYSTEM)
    taking.save(attempt.key, 0, 0)
    Attempt.objects.update(ends_at=clock.real_now() - timedelta(minutes=5))

    kept = taking.save(attempt.key, 1, 0)
    client_of(row).get(reverse("exam:test", args=[row.uuid]))

    attempt.refresh_from_db()
    assert (kept, attempt.submitted_at is not None) == (False, True)
    assert Answer.objects.filter(attempt=attempt).count() == 1


def test_what_was_left_open_is_submitted_at_the_end():
    row = ready()
    attempt = taking.start(row, by=SYSTEM)
    taking.save_all(attempt, places(attempt, 30))

    count = taking.submit_left_open([row.pk], by=SYSTEM)

    row.refresh_from_db()
    assert (count, row.state) == (1, states.State.PASSED)


def test_paper_tells_nothing_of_the_right_options():
    row = ready()
    client = client_of(row)
    url = reverse("exam:test", args=[row.uuid])
    client.post(url, {"start": "1"})

    page = client.get(url).content.decode()

    attempt = Attempt.objects.get()
    assert page.count('class="question"') == 40
    assert "Koska." not in page
    assert len(page) < 100_000
    # Options lie in the order drawn and are called by their place.
    first, order = attempt.questions[0]
    shown = [page.index(f"vaihtoehto {n}", page.index('id="q-1"')) for n in order]
    assert shown == sorted(shown)
    assert first


def test_whole_page_is_saved_and_submitted_without_javascript():
    row = ready()
    client = client_of(row)
    url = reverse("exam:test", args=[row.uuid])
    client.post(url, {"start": "1"})
    attempt = Attempt.objects.get()
    options = places(attempt, 40)
    posted = {f"a{item}": place for item, place in options.items() if item < 10}

    saved = client.post(url, {**posted, "was": "," * 39, "number": 1, "save": "11"})
    asked = client.post(url, {"was": "", "number": 1, "submit": "1"})
    rest = {f"a{item}": place for item, place in options.items()}
    done = client.post(url, {**rest, "was": "", "number": 1, "submit": "1"})

    assert saved["Location"].endswith("#q-11")
    assert asked.status_code == 422
    assert (done.status_code, Attempt.objects.get().right_answers) == (302, 40)
    assert "40" in client.get(url).content.decode()


def test_stale_page_changes_no_newer_answers():
    row = ready()
    attempt = taking.start(row, by=SYSTEM)
    taking.save(attempt.key, 0, 1)
    was = sheet.written(taking.choices_of(attempt), 40)
    taking.save(attempt.key, 0, 3)  # on another device

    found = sheet.read({"a0": "1", "a1": "2", "was": was}, 40)

    assert found == {1: 2}


def test_page_of_an_earlier_attempt_submits_nothing():
    row = ready()
    client = client_of(row)
    url = reverse("exam:test", args=[row.uuid])
    client.post(url, {"start": "1"})

    client.post(url, {"number": 7, "submit": "1", "sure": "1"})

    assert Attempt.objects.get().submitted_at is None


def test_test_is_the_participants_own():
    row = ready()
    other = studying(number=2)
    url = reverse("exam:test", args=[row.uuid])

    assert client_of(other).get(url).status_code == 404


def test_answer_of_a_submitted_test_is_refused_with_conflict(client):
    row = ready()
    attempt = taking.start(row, by=SYSTEM)
    taking.submit(attempt, options={}, by=SYSTEM)
    url = reverse("exam:answer", args=[row.uuid])

    late = client.post(url, {"key": attempt.key, "item": 1, "option": 1})
    odd = client.post(url, {"key": "x", "item": 1, "option": 1})

    assert (late.status_code, odd.status_code) == (409, 404)


@pytest.mark.django_db(transaction=True)
def test_answer_waits_for_a_lost_connection():
    attempt = taking.start(ready(), by=SYSTEM)
    taking.save(attempt.key, 0, 0)
    connection.connection.close()  # as after a restart of the database

    assert taking.save(attempt.key, 1, 0)
    assert Answer.objects.filter(attempt=attempt).count() == 2
    assert Enrolment.objects.count() == 1
