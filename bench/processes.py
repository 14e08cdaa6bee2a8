"""CPU and memory of the processes that serve a request: web and the database."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from solmu.runtime.postgres import PostgresServer
from solmu.runtime.supervisor import free_port


@dataclass
class Served:
    """A running Solmu and what it costs."""

    url: str
    web: psutil.Process
    server: PostgresServer

    def cpu_ms(self) -> float:
        """CPU milliseconds used so far by web and the database together."""
        return (_cpu(self.web) + server_cpu(self.server)) * 1000


def server_cpu(server: PostgresServer) -> float:
    """CPU seconds that the database server has used so far."""
    return _cpu(psutil.Process(server.pid)) if server.pid else 0.0


def _cpu(root: psutil.Process) -> float:
    """CPU seconds of a process, of its children, and of those that have ended."""
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_mb(root: psutil.Process) -> float:
    """Proportional memory (PSS) of a process and its children, in MB."""
    total = 0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / 1e6


@contextlib.contextmanager
def serving(server: PostgresServer, database_url: str, *, workers: int = 2) -> Iterator[Served]:
    """Run the real web server on a database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    web = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "solmu.cli",
            "serve",
            "--port",
            str(port),
            "--workers",
            str(workers),
        ],
        env=os.environ | {"DATABASE_URL": database_url, "SOLMU_ADDRESS": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):
                break
            if web.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server didn't start")
            time.sleep(0.05)
        yield Served(url, psutil.Process(web.pid), server)
    finally:
        web.terminate()
        web.wait(20)
