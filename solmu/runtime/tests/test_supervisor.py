"""The whole process tree: started, kept, stopped, killed and taken over."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from solmu.runtime.postgres import PostgresServer
from solmu.runtime.supervisor import free_port, processes

PATIENCE = 60.0


class Running:
    """A `solmu serve --all` of its own."""

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data = data
        self.port = port or free_port()
        self.log = data.parent / "log"
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "solmu.cli", "serve", "--all", "--port", str(self.port)],
                env=environment | {"SOLMU_DATA": str(data)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return self.log.read_text()

    def ready(self) -> "Running":
        until(lambda: "Solmu is ready" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()
        return self

    def group(self, name: str) -> int:
        return int(json.loads((self.data / "run.json").read_text())["groups"][name])

    def healthy(self) -> bool:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer,
        ):
            return bool(answer.status == 200)
        return False

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def clear_away(self) -> None:
        """Leave nothing behind, also after a failed test."""
        with suppress(OSError, ValueError):
            for group in json.loads((self.data / "run.json").read_text())["groups"].values():
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(group: int) -> bool:
    return any(pgid == group for pgid, _ in processes())


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def run(data: Path, port: int | None = None) -> Running:
        started.append(Running(data, port))
        return started[-1]

    yield run
    for running in started:
        running.clear_away()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("s") / "data"
    # Made without waiting for the disk; what is tested runs as it always does.
    with PostgresServer(folder, fast=True) as server:
        server.ensure_database("solmu")
        subprocess.run(
            [sys.executable, "-m", "solmu.cli", "migrate"],
            env=os.environ | {"DATABASE_URL": server.url()},
            check=True,
        )
    yield folder
    with PostgresServer(folder):
        pass


def test_tree_restarts_what_dies_and_stops_whole(start: Callable[..., Running], data: Path) -> None:
    running = start(data).ready()
    assert running.healthy()
    groups = {name: running.group(name) for name in ("web", "worker")}

    os.killpg(groups["web"], signal.SIGKILL)
    until(lambda: running.group("web") != groups["web"] and running.healthy())
    postgres = PostgresServer(data).pid
    assert postgres
    os.kill(postgres, signal.SIGKILL)
    until(lambda: PostgresServer(data).pid not in (None, postgres) and running.healthy())
    groups["new web"] = running.group("web")

    assert running.stop(signal.SIGINT) == 0
    assert not any(alive(group) for group in groups.values())
    assert not PostgresServer(data).running()
    assert not (data / "run.json").exists()


def test_start_takes_over_what_a_killed_supervisor_left(
    start: Callable[..., Running], data: Path
) -> None:
    killed = start(data).ready()
    left = {name: killed.group(name) for name in ("web", "worker")}
    postgres = PostgresServer(data).pid
    assert killed.stop(signal.SIGKILL) < 0
    assert all(alive(group) for group in left.values())

    running = start(data, killed.port).ready()

    assert running.healthy()
    assert not any(alive(group) for group in left.values())
    assert PostgresServer(data).pid == postgres

    second = start(data)
    assert second.process.wait(PATIENCE) == 1
    assert "runs already" in second.said()

    elsewhere = start(data.parent / "other", running.port)
    assert elsewhere.process.wait(PATIENCE) == 1
    assert f"Port {running.port}" in elsewhere.said()

    assert running.stop(signal.SIGTERM) == 0
    assert not PostgresServer(data).running()


def test_database_stays_for_a_command_that_still_uses_it(
    start: Callable[..., Running], data: Path
) -> None:
    running = start(data).ready()
    user = PostgresServer(data)
    user.start()

    assert running.stop(signal.SIGTERM) == 0

    assert user.running()
    assert user.stop()
    assert not user.running()


@pytest.mark.parametrize(
    ("prepare", "code", "says"),
    [
        # At a terminal Ctrl-C ends also the program that is waited for.
        ("os.kill(os.getpid(), signal.SIGINT); raise OSError('ended')", 0, ""),
        ("raise OSError('broken')", 1, "OSError: broken"),
        ("supervisor.step('unheard-of')", 1, "the lines above say why"),
    ],
)
def test_start_ends_in_silence_only_when_told_to(
    data: Path, prepare: str, code: int, says: str
) -> None:
    program = f"""
import os, pathlib, signal, sys
from solmu.runtime.supervisor import Supervisor

def prepare(supervisor):
    {prepare}

signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as some that start programs leave it
every = dict(database="solmu", prepare=prepare, load=lambda: None, main=lambda _command: 0)
sys.exit(Supervisor(pathlib.Path(sys.argv[1]), port=0, **every).run(print))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program, str(data)], capture_output=True, text=True, check=False
    )

    assert answer.returncode == code
    assert says in answer.stderr
    assert ("Traceback" in answer.stderr) == bool(code)


def test_demo_refuses_a_folder_that_holds_something_else(data: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "solmu.cli", "demo", "--port", str(free_port())],
        env=os.environ | {"SOLMU_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "isn't a demo" in answer.stderr
    assert not PostgresServer(data).running()
