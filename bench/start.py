"""Start to first page, and the memory of idle web (two workers), live, worker and supervisor."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from bench.processes import memory_mb
from solmu.runtime.supervisor import free_port

Emit = Callable[[str, float, str, int], None]


def run(data: Path, emit: Emit) -> None:
    """Start the demo twice: the first makes it, the second is measured."""
    _stop(_start(data)[0])
    demo, seconds = _start(data)
    emit("start to first page, warm", seconds, "s", 1)
    time.sleep(5)
    groups = json.loads((data / "run.json").read_text())["groups"]
    sizes = {name: memory_mb(psutil.Process(pid)) for name, pid in groups.items()}
    # It holds a share of what all of them share.
    sizes["supervisor"] = psutil.Process(demo.pid).memory_full_info().pss / 1e6
    for name, size in sizes.items():
        emit(f"idle memory of {name}", size, "MB PSS", 1)
    emit("idle memory of web, live, worker and supervisor", sum(sizes.values()), "MB PSS", 1)
    _stop(demo)


def _stop(demo: subprocess.Popen[bytes]) -> None:
    demo.send_signal(signal.SIGTERM)
    demo.wait(60)


def _start(data: Path) -> tuple[subprocess.Popen[bytes], float]:
    port = free_port()
    environment = os.environ | {"SOLMU_DATA": str(data)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a newcomer's Python compiles once
    began = time.monotonic()
    demo = subprocess.Popen(
        [sys.executable, "-m", "solmu.cli", "demo", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = began + 300
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10),
        ):
            return demo, time.monotonic() - began
        time.sleep(0.05)
    demo.kill()
    raise RuntimeError("the demo didn't start")
