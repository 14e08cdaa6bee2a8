"""The board, the day, the steps' pages: who is stuck, acts for many, a look ahead."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.people.models import Person
from solmu.training.autopilot import board, running, steps, waiting
from solmu.training.autopilot.models import Kind, Step, StepRun, Trace
from solmu.training.models import Cohort, Staff
from solmu.training.systems.models import System, Work
from solmu.training.tests import making

pytestmark = pytest.mark.django_db
SYSTEM = making.SYSTEM


@pytest.fixture
def cohort() -> Cohort:
    found = making.cohort(making.programme(), days=7)
    for number in range(3):
        making.enrolment(found, "applied", number)
    return found


@pytest.fixture
def staff(cohort: Cohort) -> Client:
    return client(cohort, Staff.Role.TRAINER)


def client(cohort: Cohort, role: str) -> Client:
    user = User.objects.create_user(f"{role}@opisto.example")
    person = Person.objects.create(given_name="Kaisa", family_name="Kouluttaja", user=user)
    Staff.objects.create(
        programme=cohort.programme, person=person, role=role, valid=(date(2020, 1, 1), None)
    )
    browser = Client()
    browser.force_login(user, backend="solmu.people.viewing.ViewerBackend")
    return browser


def why(cohort: Cohort) -> dict[int, str]:
    rows = board.with_stuck(cohort.enrolments.all(), **board.days())
    return dict(rows.values_list("pk", "stuck"))


def test_board_tells_who_is_stuck_and_why(cohort: Cohort) -> None:
    Cohort.objects.update(starts_on=clock.today() - timedelta(days=8))
    absent, unreachable, lost = cohort.enrolments.order_by("pk")
    cohort.enrolments.update(state="started")
    Person.objects.filter(pk=unreachable.person_id).update(email="")
    Message.objects.create(
        message_id="<1@x>", kind="training-pick", person=lost.person, to="a@b.example",
        state="failed",
    )  # fmt: skip
    system = System.objects.create(programme=cohort.programme, kind=System.Kind.ACCOUNTS, on=True)

    assert why(cohort) == {
        absent.pk: board.ABSENT, unreachable.pk: board.NO_EMAIL, lost.pk: board.UNDELIVERED,
    }  # fmt: skip
    Work.objects.create(
        system=system, action=Work.Action.ACCOUNT, enrolment=absent, state=Work.State.FAILED
    )
    assert why(cohort)[absent.pk] == board.SYSTEM
    cohort.enrolments.update(state="passed")
    assert set(why(cohort).values()) == {""}


def test_board_needs_as_many_queries_for_many_as_for_few(cohort: Cohort, staff: Client) -> None:
    staff.get(cohort.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as few:
        staff.get(cohort.get_absolute_url())
    for number in range(3, 70):
        making.enrolment(cohort, "studying", number)
    with CaptureQueriesContext(connection) as many:
        answer = staff.get(cohort.get_absolute_url())

    assert answer.status_code == 200
    assert len(many) <= len(few)
    assert len(answer.content) < 100_000
    assert "Meikäläinen" in answer.content.decode()


def test_board_is_filtered_and_exported(cohort: Cohort, staff: Client) -> None:
    one = cohort.enrolments.first()
    Person.objects.filter(pk=one.person_id).update(email="")

    stuck = staff.get(cohort.get_absolute_url(), {"show": "stuck", "format": "json"})
    text = b"".join(stuck.streaming_content if stuck.streaming else [stuck.content]).decode()

    assert one.person.name in text
    assert text.count("Meikäläinen") == 1


@pytest.mark.parametrize(
    ("act", "state", "after"),
    [
        (board.MOVE, "applied", "applied"),
        (board.EXTEND, "lapsed", "studying"),
        (board.CHECKED, "account_ready", "account_checked"),
        (board.WITHDRAW, "studying", "withdrawn"),
    ],
)
def test_many_are_handled_at_once(
    cohort: Cohort, staff: Client, act: str, state: str, after: str
) -> None:
    following = making.cohort(cohort.programme, days=37)
    cohort.enrolments.update(state=state)
    ids = list(cohort.enrolments.values_list("pk", flat=True))

    url = reverse("autopilot:act", args=[cohort.pk])

    # Who loses a place is named first.
    assert staff.post(url, {"act": "withdraw", "who": ids}).status_code == 200
    staff.post(url, {"act": act, "who": ids[:2], "sure": "1"})

    rows = {row.pk: row for row in following.programme.enrolments.all()}
    assert [rows[pk].state for pk in ids] == [after, after, state]
    moved = [rows[pk].cohort_id == following.pk for pk in ids]
    assert moved == [act == board.MOVE, act == board.MOVE, False]


def test_message_is_written_once_to_each_chosen(cohort: Cohort, staff: Client) -> None:
    address = reverse("autopilot:write", args=[cohort.pk])
    form = staff.post(address, {"all": "1"})
    key = form.context["form"].initial["key"]
    facts = {
        "all": "1", "send": "1", "key": key, "subject": "Muutos",
        "body": "Hei {name}\n\nTila on B2."
    }  # fmt: skip

    for _twice in range(2):
        assert staff.post(address, facts).status_code == 302

    texts = Message.objects.filter(kind="training-message").values_list("text", flat=True)
    assert len(texts) == 3
    assert all("Hei Matti" in text and "Tila on B2." in text for text in texts)


def test_look_ahead_writes_nothing(cohort: Cohort, staff: Client) -> None:
    steps.of(cohort.programme)
    for kind in steps.shown(cohort.programme):
        address = reverse("autopilot:run", args=[cohort.pk, kind])
        page = staff.get(address).content.decode()
        assert "Meikäläinen0" in page
    staff.get(reverse("autopilot:cohort", args=[cohort.pk]))

    assert not StepRun.objects.exists()
    assert not Trace.objects.exists()
    assert not Message.objects.exists()


def test_step_is_taken_over(cohort: Cohort, staff: Client) -> None:
    address = reverse("autopilot:run", args=[cohort.pk, Kind.KICK_OFF])
    day = clock.today() + timedelta(days=9)

    staff.post(address, {"act": "set", "due_on": day.isoformat(), "mode": "click"})
    run = cohort.runs.get(kind=Kind.KICK_OFF)
    assert (run.due_on, run.mode, run.by_hand) == (day, "click", True)

    staff.post(address, {"act": "skip"})
    staff.post(address, {"act": "now"})
    run.refresh_from_db()
    assert run.state == "running"
    assert run.person is not None


def test_texts_are_edited_with_a_preview_and_kept_only_where_they_differ(
    cohort: Cohort, staff: Client
) -> None:
    address = reverse("autopilot:step", args=[cohort.programme.slug, Kind.REMIND])
    form = staff.get(address).context["form"]
    facts: dict[str, Any] = {name: form.initial[name] for name in form.fields} | {"on": "on"}
    facts["body_fi"] = "Hei {name}\n\nMuista {programme}."

    preview = staff.post(address, {**facts, "preview": "1"})
    assert "Muista Työpaikkaohjaaja." in preview.content.decode()
    assert not Step.objects.get(kind=Kind.REMIND).body_fi

    wrong = staff.post(address, {**facts, "body_fi": "Hei {nimi}"})
    assert wrong.status_code == 422
    staff.post(address, facts)
    step = Step.objects.get(kind=Kind.REMIND)
    assert step.body_fi == facts["body_fi"]
    assert (step.subject_fi, step.body_sv) == ("", "")


def test_assistants_run_steps_and_trainers_change_them(cohort: Cohort) -> None:
    assistant = client(cohort, Staff.Role.ASSISTANT)

    slug = cohort.programme.slug
    assert assistant.get(reverse("autopilot:programme", args=[slug])).status_code == 200
    assert assistant.get(reverse("autopilot:step", args=[slug, "pick"])).status_code == 403
    assert assistant.get(reverse("autopilot:day")).status_code == 200


def test_day_shows_what_runs_waits_and_who_has_applied(cohort: Cohort, staff: Client) -> None:
    steps.of(cohort.programme)
    cohort.programme.steps.filter(kind=Kind.PICK).update(mode="click", made_on=date(2020, 1, 1))
    cohort.programme.steps.filter(kind=Kind.PICK).update(days=-6)
    StepRun.objects.create(cohort=cohort, kind=Kind.PICK, due_on=clock.today(), state="click")

    page = staff.get(reverse("autopilot:day")).content.decode()

    assert "Pick applicants" in page or "Valitse" in page
    assert "Meikäläinen0" in page
    viewer = staff.get(reverse("autopilot:day")).wsgi_request.viewer
    assert len(waiting.waits(viewer)) == 1


def test_steps_follow_the_chosen_systems(cohort: Cohort) -> None:
    assert Kind.CHECK not in steps.shown(cohort.programme)
    assert not board.OF_ACCOUNTS & set(board.shown_states([]))
    System.objects.create(
        programme=cohort.programme, kind=System.Kind.ACCOUNTS, on=True,
        settings={"domain": "opisto.example"},
    )  # fmt: skip
    assert Kind.CHECK in steps.shown(cohort.programme)

    running.sweep()

    assert Work.objects.filter(action=Work.Action.ACCOUNT).count() == 3
    # Results and certificates are here, also for those who study elsewhere.
    assert Person.objects.exclude(user=None).count() == 3
