"""The process that runs jobs."""

import os
from importlib import import_module

from django.conf import settings
from procrastinate.contrib.django import app

FINISH_WITHIN = 10  # seconds for the job under way when the worker is told to stop


def work(*, concurrency: int) -> None:
    """Run jobs until told to stop. Django must be set up."""
    import_module(settings.ROOT_URLCONF)  # whatever declares a job is reached from the addresses
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    app.with_connector(connector).run_worker(
        name=f"worker-{os.getpid()}",
        concurrency=concurrency,
        shutdown_graceful_timeout=FINISH_WITHIN,
    )
