"""Background work on PostgreSQL: enqueued in the transaction that needs it, never lost.

Procrastinate is used only here, so that another engine can take its place.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

from solmu.installation.demo import clock_shift
from solmu.lib import clock, modules

ATTEMPTS = 7  # the last an hour and a half after the first: a dead mail server is outlived
RETRY = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4)
STALLED_AFTER = 30  # seconds without a sign of life from the worker

Job = Callable[..., None]
# Every sweep that is declared, by name; known once the modules of jobs are imported.
SWEEPS: dict[str, Job] = {}


def task(name: str, *, retry: bool = True) -> Callable[[Job], Job]:
    """Declare a job. It must be safe to run twice: a killed worker's job is run again."""

    def declare(job: Job) -> Job:
        def run(**arguments: Any) -> None:
            with clock.shifted(clock_shift()):
                job(**arguments)

        run.__name__ = job.__name__
        run.__doc__ = job.__doc__
        app.task(name=name, queue="default", retry=RETRY if retry else False)(run)
        return job

    return declare


def periodic(cron: str, name: str) -> Callable[[Job], Job]:
    """Declare a sweep that runs by the clock; it finds what is due in rows."""

    def declare(job: Job) -> Job:
        def run(timestamp: int) -> None:
            with clock.shifted(clock_shift()):
                job()

        if not modules.is_on(name.partition(".")[0]):
            return job
        SWEEPS[name] = job
        registered = app.task(name=name, queue="default", queueing_lock=name)(run)
        app.periodic(cron=cron)(registered)
        return job

    return declare


def enqueue(name: str, *, key: str | None = None, **arguments: Any) -> bool:
    """Put a job in the queue with the current transaction; it runs only if that commits.

    With a key, a second job of the same key is not queued while the first waits (returns False).
    """
    try:
        # The lock is a unique index: without a savepoint its refusal would spoil the transaction.
        with transaction.atomic():
            app.configure_task(name, queueing_lock=key, allow_unknown=False).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def enqueue_all(name: str, each: list[dict[str, Any]]) -> None:
    """Put many jobs of one name in the queue in one query, with the current transaction."""
    if each:
        app.configure_task(name, allow_unknown=False).batch_defer(*each)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.recover", queueing_lock="jobs.recover", pass_context=True)
async def recover(context: Any, timestamp: int) -> None:
    """Put back the jobs of workers that have died."""
    await recover_stalled(context.app.job_manager)


async def recover_stalled(manager: JobManager) -> None:
    """Put back the jobs whose workers show no sign of life; they run again from the start."""
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(job)
