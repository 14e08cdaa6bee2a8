"""The month by itself: each step on its day, each person once, whatever is interrupted."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from icalendar import Calendar

from solmu.lib import clock
from solmu.notifications import outbox
from solmu.notifications.models import Message
from solmu.training import cohorts, placing
from solmu.training.autopilot import invitations, running, steps
from solmu.training.autopilot.models import Invitation, Kind, Mode, StepRun, Trace
from solmu.training.exam.models import Attempt
from solmu.training.exam.taking import start, submit
from solmu.training.exam.tests import making as exam_making
from solmu.training.models import Cohort, Enrolment
from solmu.training.systems.models import System, Work
from solmu.training.tests import making

pytestmark = pytest.mark.django_db
SYSTEM = making.SYSTEM
START = date(2027, 2, 2)


def cohort_of(n: int = 3, starts_on: date = START, **facts) -> Cohort:
    """A start with people who have applied."""
    programme = making.programme(contact_email="apu@opisto.example", **facts)
    steps.of(programme)
    programme.steps.update(made_on=date(2026, 1, 1))
    found = Cohort.objects.create(
        programme=programme,
        starts_on=starts_on,
        access_until=starts_on + timedelta(days=30),
        meeting_url="https://meet.example/1",
    )
    for number in range(n):
        making.enrolment(found, "applied", number)
    return found


def killed_while(work: running.Carrying, ids: list[int]) -> None:
    """The worker dies before the transaction of a batch is through."""
    with transaction.atomic():
        running.handle(work, ids)
        raise KeyboardInterrupt


def sweep(day: date) -> None:
    """The sweep of a day."""
    with clock.shifted(making.on(day)):
        running.sweep()


def written(cohort: Cohort) -> Counter:
    """How many messages of each kind there are."""
    key = f"autopilot-{cohort.pk}-"
    return Counter(Message.objects.filter(key__startswith=key).values_list("kind", flat=True))


def test_month_runs_by_itself_and_tells_each_person_once():
    cohort = cohort_of(5)
    exam_making.contents(cohort.programme)
    exam_making.bank(cohort.programme)
    passes, fails, lapses, extended, unreachable = cohort.enrolments.order_by("pk")
    unreachable.person.email = ""
    unreachable.person.save()

    for before in (date(2027, 1, 25), date(2027, 1, 26), date(2027, 1, 26)):
        sweep(before)
    assert written(cohort) == {"training-pick": 4}
    passes.refresh_from_db()
    assert (passes.state, passes.person.user is None) == ("invited", False)

    sweep(date(2027, 2, 1))
    sweep(START)
    cohort.refresh_from_db()
    assert cohort.state == "running"
    assert set(cohort.enrolments.values_list("state", flat=True)) == {"started"}

    for row, right in ((passes, 40), (fails, 5)):
        row.refresh_from_db()
        exam_making.do_all(row)
        with clock.shifted(making.on(date(2027, 2, 10))):
            attempt = start(row, by=SYSTEM)
            submit(attempt, options=exam_making.places(attempt, right), by=SYSTEM)
    sweep(date(2027, 2, 25))  # a Thursday, a week before the last day
    assert written(cohort)["training-remind"] == 3

    extended.refresh_from_db()
    extended.access_until = cohort.access_until + timedelta(days=14)
    extended.save()
    sweep(cohort.access_until)
    assert written(cohort)["training-close"] == 0
    sweep(cohort.access_until + timedelta(days=1))
    cohort.refresh_from_db()
    assert cohort.state == "closed"
    found = [Enrolment.objects.get(pk=row.pk).state for row in (passes, fails, lapses, extended)]
    assert found == ["passed", "failed", "lapsed", "started"]

    for _twice in range(2):
        sweep(extended.access_until + timedelta(days=1))
    extended.refresh_from_db()
    assert extended.state == "lapsed"
    assert written(cohort) == {
        "training-pick": 4, "training-kick-off": 4, "training-remind": 3, "training-close": 3,
    }  # fmt: skip
    assert set(cohort.runs.values_list("state", flat=True)) == {"done"}
    assert Trace.objects.filter(enrolment=unreachable, what=running.NO_EMAIL).count() == 4


def test_month_that_holds_results_tells_them_after_the_last_day_and_hurries_nobody_who_passed():
    cohort = cohort_of(2, holds_results=True)
    exam_making.contents(cohort.programme)
    exam_making.bank(cohort.programme)
    passes, slow = cohort.enrolments.order_by("pk")
    sweep(START)
    passes.refresh_from_db()
    exam_making.do_all(passes)
    with clock.shifted(making.on(date(2027, 2, 10))):
        attempt = start(passes, by=SYSTEM)
        submit(attempt, options=exam_making.places(attempt, 40), by=SYSTEM)

    sweep(date(2027, 2, 25))
    reminded = Message.objects.get(kind="training-remind").person_id
    sweep(cohort.access_until)
    passes.refresh_from_db()
    before = passes.state
    sweep(cohort.access_until + timedelta(days=1))
    passes.refresh_from_db()

    assert reminded == slow.person_id
    assert (before, passes.state) == ("tested", "passed")


@pytest.mark.parametrize(("standing", "asked"), [("https://meet.example/1", 1), ("", 0)])
def test_teams_replaces_the_standing_address_and_leaves_a_start_s_own(standing, asked):
    cohort = cohort_of(1, meeting_url=standing)
    System.objects.create(programme=cohort.programme, kind=System.Kind.TEAMS, on=True)

    sweep(date(2027, 1, 26))

    assert Work.objects.filter(cohort=cohort, action=Work.Action.MEETING).count() == asked


def test_step_that_still_waits_for_a_click_when_all_have_started_is_left_out():
    cohort = cohort_of(1)
    cohort.programme.steps.filter(kind=Kind.PICK).update(mode=Mode.CLICK)

    sweep(date(2027, 1, 26))
    waiting = cohort.runs.get(kind=Kind.PICK).state
    sweep(START)

    assert (waiting, cohort.runs.get(kind=Kind.PICK).state) == ("click", "skipped")
    assert cohort.enrolments.get().state == "started"


@pytest.mark.parametrize(
    ("kind", "state", "days"),
    [
        (Kind.PICK, "applied", -7),
        (Kind.KICK_OFF, "invited", 0),
        (Kind.REMIND, "studying", 23),
        (Kind.CLOSE, "studying", 31),
    ],
)
def test_step_that_was_killed_midway_goes_on_without_repeating(kind, state, days):
    cohort = cohort_of(5)
    cohort.enrolments.update(state=state)
    ids = list(cohort.enrolments.order_by("pk").values_list("pk", flat=True))
    with clock.shifted(making.on(START + timedelta(days=days))):
        run = StepRun.objects.create(cohort=cohort, kind=kind, due_on=clock.today())
        StepRun.objects.filter(pk=run.pk).update(state="running")
        work = running.Carrying.of(run)
        running.handle(work, ids[:2])
        with pytest.raises(KeyboardInterrupt):
            killed_while(work, ids[2:4])

        done = [running.run_step(run) for _twice in range(2)]

    assert done == [True, True]
    assert sorted(
        Message.objects.filter(key__startswith="autopilot").values_list("person", flat=True)
    ) == sorted(cohort.enrolments.values_list("person", flat=True))
    main = Trace.objects.filter(step=kind, what__startswith=running.MAIN[kind])
    assert sorted(main.values_list("enrolment", flat=True)) == ids


def test_one_who_cannot_be_handled_holds_up_nobody_else(caplog):
    cohort = cohort_of(3)
    cohort.enrolments.update(state="studying")
    broken = cohort.enrolments.order_by("pk")[1]
    attempt = Attempt.objects.create(
        enrolment=broken, number=1, paper=["broken"], started_on=START, started_at=clock.now()
    )

    sweep(START + timedelta(days=31))
    run = cohort.runs.get(kind=Kind.CLOSE)
    assert (run.state, bool(run.problem)) == ("running", True)
    assert written(cohort)["training-close"] == 2
    assert f"enrolment {broken.pk}" in caplog.text

    attempt.delete()
    sweep(START + timedelta(days=31))
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    assert written(cohort)["training-close"] == 3


def test_late_steps_are_done_in_order_after_a_pause():
    cohort = cohort_of(2)
    sweep(date(2027, 1, 20))

    sweep(START + timedelta(days=3))

    order = cohort.runs.exclude(done_at=None).order_by("done_at").values_list("kind", flat=True)
    assert list(order) == ["pick", "kick_off"]
    # The meeting is over: nobody is invited to it.
    assert written(cohort) == {"training-kick-off": 2}


def test_who_applies_after_the_others_were_picked_is_invited_too():
    cohort = cohort_of(2)
    sweep(date(2027, 1, 26))
    making.enrolment(cohort, "applied", 9)

    sweep(date(2027, 1, 28))

    assert written(cohort) == {"training-pick": 3}


def test_step_that_waits_for_a_click_does_nothing_before_it():
    cohort = cohort_of(2)
    cohort.programme.steps.filter(kind=Kind.PICK).update(mode=Mode.CLICK)
    sweep(date(2027, 1, 26))
    run = cohort.runs.get(kind=Kind.PICK)
    before = (run.state, written(cohort).total())

    with clock.shifted(making.on(date(2027, 1, 26))):
        running.run_now(run, by=SYSTEM)
        running.step(run=run.pk)

    assert before == ("click", 0)
    assert written(cohort) == {"training-pick": 2}


def test_step_is_skipped_and_closed_early_by_a_person():
    cohort = cohort_of(2)
    sweep(date(2027, 1, 20))
    running.skip(cohort.runs.get(kind=Kind.PICK), by=SYSTEM, why="puhelimella")
    sweep(START)
    close = cohort.runs.get(kind=Kind.CLOSE)
    early = START + timedelta(days=10)
    with clock.shifted(making.on(early)):
        running.run_now(close, by=SYSTEM)
        running.step(run=close.pk)
        close.refresh_from_db()
        waits = (close.state, close.problem, written(cohort)["training-close"])
        running.set_run(close, due_on=early, mode=Mode.AUTOMATIC, by=SYSTEM)
    sweep(early)
    before = written(cohort)["training-close"]
    sweep(early + timedelta(days=1))

    assert waits == ("running", running.NOT_OVER, 0)
    assert before == 0
    assert written(cohort) == {"training-kick-off": 2, "training-close": 2}
    assert set(cohort.enrolments.values_list("state", flat=True)) == {"lapsed"}


@pytest.mark.parametrize(
    ("kind", "starts_on", "day"),
    [
        (Kind.PICK, date(2026, 1, 13), date(2026, 1, 6)),  # by itself: a holiday is no matter
        (Kind.CHECK, date(2026, 1, 7), date(2026, 1, 5)),  # Epiphany lies between
        (Kind.REMIND, date(2026, 12, 1), date(2026, 12, 23)),  # the 24th is Christmas Eve
        (Kind.CLOSE, date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_step_falls_on_its_day(kind, starts_on, day):
    programme = making.programme()
    cohort = Cohort(
        programme=programme, starts_on=starts_on, access_until=starts_on + timedelta(days=30)
    )

    assert steps.due_on(steps.of(programme)[kind], cohort) == day


def test_click_before_a_weekend_closes_when_the_last_day_is_over():
    start_ = date(2027, 2, 4)  # the last day, 6 March, is a Saturday
    cohort = cohort_of(2, start_)
    cohort.programme.steps.filter(kind=Kind.CLOSE).update(mode=Mode.CLICK)
    sweep(start_)
    sweep(date(2027, 3, 5))
    close = cohort.runs.get(kind=Kind.CLOSE)
    asked = close.state
    with clock.shifted(making.on(date(2027, 3, 5))):
        running.run_now(close, by=SYSTEM)
        running.step(run=close.pk)
    sweep(date(2027, 3, 6))
    before = written(cohort)["training-close"]
    sweep(date(2027, 3, 7))

    close.refresh_from_db()
    assert (asked, before) == ("click", 0)
    assert (close.state, written(cohort)["training-close"]) == ("done", 2)


def test_step_of_a_click_falls_on_a_working_day():
    programme = making.programme()
    step = steps.of(programme)[Kind.PICK]
    step.mode = Mode.CLICK
    start_ = date(2026, 1, 13)
    cohort = Cohort(programme=programme, starts_on=start_, access_until=start_)

    assert steps.due_on(step, cohort) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("starts_on", "utc"), [(date(2027, 3, 2), "07:00"), (date(2027, 4, 6), "06:00")]
)
def test_invitation_is_at_nine_in_summer_and_winter(starts_on, utc):
    cohort_of(1, starts_on)
    sweep(starts_on - timedelta(days=7))

    message = Message.objects.get(kind="training-pick")
    event = Calendar.from_ical(message.calendar).walk("VEVENT")[0]

    assert f"{event.decoded('dtstart').astimezone(clock.UTC):%H:%M}" == utc


def test_invitation_says_what_calendars_need():
    cohort = cohort_of(1)
    sweep(date(2027, 1, 26))
    text = Message.objects.get(kind="training-pick").calendar
    calendar = Calendar.from_ical(text)
    event = calendar.walk("VEVENT")[0]

    assert calendar["METHOD"] == "REQUEST"
    assert calendar.walk("VTIMEZONE")
    assert str(event["UID"]).startswith(str(cohort.uuid))
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert str(event["URL"]) == str(event["X-MICROSOFT-SKYPETEAMSMEETINGURL"])
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_invitation_follows_a_meeting_that_changes_and_people_who_leave(mailoutbox):
    cohort = cohort_of(2)
    sweep(date(2027, 1, 26))
    stays, leaves = cohort.enrolments.order_by("pk")
    following = Cohort.objects.create(
        programme=cohort.programme, starts_on=date(2027, 3, 2), access_until=date(2027, 4, 1)
    )
    with clock.shifted(making.on(date(2027, 1, 27))):
        placing.place(leaves, following, by=SYSTEM)
        cohorts.change(
            cohort, places=None, meeting_url="https://meet.example/2", recording_url="", note="",
            by=SYSTEM,
        )  # fmt: skip
        sent = [invitations.follow() for _twice in range(2)]

    assert sent == [2, 0]
    by_person = {
        m.person_id: Calendar.from_ical(m.calendar)
        for m in Message.objects.filter(kind="training-meeting")
    }
    changed, cancelled = by_person[stays.person_id], by_person[leaves.person_id]
    assert (changed["METHOD"], cancelled["METHOD"]) == ("REQUEST", "CANCEL")
    events = [each.walk("VEVENT")[0] for each in (changed, cancelled)]
    assert [event["SEQUENCE"] for event in events] == [1, 1]
    assert events[0]["UID"] == events[1]["UID"]
    assert events[1]["STATUS"] == "CANCELLED"
    assert Invitation.objects.get(enrolment=leaves).cancelled

    for message in Message.objects.filter(kind="training-meeting"):
        outbox.send(message=message.pk)
    kinds = [part.get_content_type() for part in mailoutbox[0].message().walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    methods = {mail.message().get_payload()[2].get_param("method") for mail in mailoutbox}
    assert methods == {"REQUEST", "CANCEL"}


def test_cancelled_start_leaves_calendars_and_runs_no_steps():
    cohort = cohort_of(2)
    sweep(date(2027, 1, 26))
    with clock.shifted(making.on(date(2027, 1, 27))):
        cohorts.cancel(cohort, why="sairastuminen", by=SYSTEM)

    sweep(date(2027, 1, 28))
    sweep(START)

    assert written(cohort) == {"training-pick": 2, "training-meeting": 2}
    assert set(cohort.runs.values_list("state", flat=True)) == {"done", "skipped"}


def test_messages_wait_while_the_mail_server_is_down(settings):
    cohort = cohort_of(1)
    sweep(date(2027, 1, 26))
    message = Message.objects.get(kind="training-pick")
    assert written(cohort).total() == 1

    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1},
        }
    }
    with pytest.raises(OSError, match="refused"):
        outbox.send(message=message.pk)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)


def test_programme_where_steps_came_later_repeats_nothing_old():
    cohort = cohort_of(2)
    cohort.programme.steps.update(made_on=START + timedelta(days=5))
    cohort.enrolments.update(state="studying")
    cohort.state = "running"
    cohort.save()

    sweep(START + timedelta(days=5))

    assert written(cohort).total() == 0
    assert dict(cohort.runs.values_list("kind", "state"))["kick_off"] == "skipped"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_once():
    cohort = cohort_of(12)
    running.SIZES[Kind.PICK] = 2  # so that they meet often

    def work() -> None:
        sweep(date(2027, 1, 26))
        connections.close_all()

    try:
        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(work) for _worker in range(2)]:
                each.result()
    finally:
        del running.SIZES[Kind.PICK]

    assert written(cohort) == {"training-pick": 12}
    assert Trace.objects.filter(what="invited").count() == 12
