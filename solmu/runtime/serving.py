"""The processes that answer requests: web (pages and the API) and live (event streams)."""

import importlib
import importlib.util
import multiprocessing

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from solmu.lib.collector import paused
from solmu.lib.logs import JsonFormatter

WEB = "solmu.wsgi:application"
LIVE = "solmu.live.asgi:application"

_LOGS = {
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        "_granian": {"handlers": ["stderr"], "propagate": False},
        "granian.access": {"handlers": ["stderr"], "propagate": False},
    },
}


def serve_web(host: str, port: int, *, workers: int, threads: int, grace: int) -> None:
    """Serve pages and the API until told to stop; requests under way get `grace` seconds."""
    _load_once(WEB)
    Granian(
        WEB,
        host,
        port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=grace,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS,
    ).serve()


def serve_live(host: str, port: int) -> None:
    """Serve the event streams; an open stream never keeps the process from stopping."""
    _load_once(LIVE)
    Granian(
        LIVE,
        host,
        port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=1,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS,
    ).serve()


def _load_once(target: str) -> None:
    """Import the application before its workers are forked, so that they share its memory."""
    if multiprocessing.get_start_method() == "fork":
        with paused():
            importlib.import_module(target.partition(":")[0])


def live_exists() -> bool:
    """Whether this Solmu has event streams."""
    return importlib.util.find_spec(LIVE.partition(":")[0]) is not None
