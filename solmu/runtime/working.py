"""The process that runs jobs."""

import os

from procrastinate.contrib.django import app

FINISH_WITHIN = 10  # seconds for the job under way when the worker is told to stop


def work(*, concurrency: int) -> None:
    """Run jobs until told to stop. Django must be set up."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    app.with_connector(connector).run_worker(
        name=f"worker-{os.getpid()}",
        concurrency=concurrency,
        shutdown_graceful_timeout=FINISH_WITHIN,
    )
