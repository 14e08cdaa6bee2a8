"""Jobs: queued with the transaction, once a key, and recovered when their worker dies."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from solmu.installation import demo
from solmu.installation.models import Installation
from solmu.jobs import tasks
from solmu.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.database]

seen: list[object] = []
DECLARES = re.compile(r"^@(?:\w+\.)?(?:task|periodic)\(", re.MULTILINE)


@tasks.task("jobs.test_note")
def note(what: str) -> None:
    """Remember that the job ran, and on which business day."""
    seen.append((what, clock.today()))


def _queued() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="jobs.test_note", status="todo")
    return [job.args["what"] for job in jobs.order_by("id")]


def test_job_is_queued_only_if_the_transaction_commits() -> None:
    with transaction.atomic():
        tasks.enqueue("jobs.test_note", what="never")
        transaction.set_rollback(True)
    tasks.enqueue("jobs.test_note", what="soon")

    assert _queued() == ["soon"]


def test_job_with_the_key_of_a_waiting_one_is_not_queued_and_spoils_nothing() -> None:
    with transaction.atomic():
        first = tasks.enqueue("jobs.test_note", key="one", what="first")
        second = tasks.enqueue("jobs.test_note", key="one", what="second")
        tasks.enqueue("jobs.test_note", what="third")

    assert (first, second) == (True, False)
    assert _queued() == ["first", "third"]


@pytest.fixture
def fresh_mark() -> Iterator[None]:
    """The mark of a demo is read once a process: forget it around the test."""
    demo.forget()
    yield
    demo.forget()


@pytest.mark.usefixtures("fresh_mark")
def test_job_runs_on_the_demos_business_clock() -> None:
    Installation.objects.update_or_create(
        id=1, defaults={"is_demo": True, "clock_shift": timedelta(days=40)}
    )
    seen.clear()

    app.tasks["jobs.test_note"].func(what="shifted")

    assert seen == [("shifted", clock.today() + timedelta(days=40))]


@pytest.mark.django_db(transaction=True)
def test_job_of_a_dead_worker_is_put_back() -> None:
    tasks.enqueue("jobs.test_note", what="lost")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
            " RETURNING id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s"
            " WHERE task_name = 'jobs.test_note'",
            [worker],
        )

    async def recover() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as working:
            async with working.open_async():
                await tasks.recover_stalled(working.job_manager)

    asyncio.run(recover())

    assert _queued() == ["lost"]


def test_worker_knows_every_module_that_declares_jobs() -> None:
    declared = {
        ".".join(path.relative_to(settings.ROOT).with_suffix("").parts)
        for path in settings.ROOT.glob("solmu/**/*.py")
        if path.parent.name != "tests" and DECLARES.search(path.read_text())
    }

    assert declared - {"solmu.jobs.tasks"} == {*settings.PROCRASTINATE_IMPORT_PATHS}


def test_an_hour_of_a_dead_mail_server_is_outlived() -> None:
    # What is tried again gives up at its own last attempt; before it come all waits but one.
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="any")
    begun = now()
    waited = timedelta()
    for attempts in range(tasks.ATTEMPTS - 1):
        decision = tasks.RETRY.get_retry_decision(
            exception=OSError(), job=job.evolve(attempts=attempts)
        )
        assert decision is not None
        assert decision.retry_at is not None
        waited += decision.retry_at - begun

    assert waited > timedelta(hours=1)
