"""One process tree of everything: PostgreSQL, web, live and worker, started, kept and stopped.

Children run in process groups of their own in the same session, so that only the supervisor
hears Ctrl-C. What a supervisor killed with -9 left behind is adopted (PostgreSQL) or stopped
(the rest) by the next start in the same data folder.

Web, live and worker are loaded once, while PostgreSQL starts, and begin as copies of this process:
they share the memory of what is loaded. Where copying a process isn't safe, each is a program.
"""

import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from solmu.runtime.postgres import PostgresError, PostgresServer

log = logging.getLogger("solmu.supervisor")

ANSWERS_WITHIN = 120.0  # seconds from the start of web to its first answer
LOOK_EVERY = 0.25
CALM_AFTER = 60.0  # a child that ran this long has no history of failures
CAN_COPY = sys.platform == "linux"  # macOS has libraries that don't bear it

Main = Callable[[list[str]], int]  # runs a command of `solmu`


class StartError(RuntimeError):
    """Solmu can't start here; the text says why and what to do."""


class StoppedError(Exception):
    """The supervisor was told to stop while it was starting."""


class Copy:
    """A process that began as a copy of this one; with what `Child` needs of a Popen."""

    def __init__(self, name: str, main: Main, command: list[str]) -> None:
        self.args = command
        self.returncode: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            _become(name, main, command)
        with suppress(OSError):  # whoever of the two is quicker
            os.setpgid(self.pid, self.pid)

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(0.02)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


def _become(name: str, main: Main, command: list[str]) -> NoReturn:
    """Be a process of its own from here on, and never return to what the supervisor was doing."""
    code = 1
    try:
        os.setpgid(0, 0)
        for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(told) is not signal.SIG_IGN:
                signal.signal(told, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
            if number > 2:  # among them the supervisor's locks
                with suppress(OSError):
                    os.close(number)
        with suppress(OSError):
            Path("/proc/self/comm").write_text(f"solmu {name}")  # for `top`
        code = main(command)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - nobody above may hear of it
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


@dataclass
class Child:
    """A command of `solmu` in a process of its own that is started again when it dies."""

    name: str
    command: list[str]
    stop_within: float
    told_again: bool = False  # granian's workers don't hear the first signal while they start
    process: subprocess.Popen[bytes] | Copy | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = field(default=0.0)

    def start(self, main: Main | None, environment: Mapping[str, str] | None = None) -> None:
        """Run it in a process group of its own: with a `main` as a copy of this process."""
        if main:
            self.process = Copy(self.name, main, self.command)
        else:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "solmu.cli", *self.command],
                stdin=subprocess.DEVNULL,
                env=os.environ | dict(environment or {}),
                process_group=0,
            )
        self.started = time.monotonic()

    def died(self) -> bool:
        """Whether it was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """End it and all that it started: kindly first."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            deadline = time.monotonic() + self.stop_within
            while self.process.poll() is None and time.monotonic() < deadline:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(min(0.5, self.stop_within))
                    break
                if self.told_again:
                    os.killpg(self.process.pid, signal.SIGTERM)
        # Also its own children, if it died before them.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Supervisor:
    """Runs Solmu from one data folder until SIGINT, SIGTERM or SIGHUP."""

    def __init__(
        self,
        data: Path,
        *,
        port: int,
        host: str = "127.0.0.1",
        database: str,
        prepare: Callable[["Supervisor"], str],
        load: Callable[[], None],
        main: Main,
        with_live: bool = True,
    ) -> None:
        self.data = data.absolute()
        self.host = host
        self.port = port or free_port(host)
        self.server = PostgresServer(self.data)
        self.database = database
        self.prepare = prepare
        self.load = load
        self.main: Main | None = main if CAN_COPY else None
        self.with_live = with_live
        self.children: list[Child] = []
        self._stopping = threading.Event()
        self._notes = self.data / "run.json"

    @property
    def address(self) -> str:
        """Where Solmu answers."""
        return f"http://{self.host}:{self.port}"

    def run(self, ready: Callable[[str], None]) -> int:
        """Start everything, call `ready` with the address, keep it running; the exit code."""
        self.data.mkdir(parents=True, exist_ok=True)
        signal.signal(signal.SIGINT, self._told_to_stop)
        signal.signal(signal.SIGTERM, self._told_to_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._told_to_stop)
        # Whoever starts this may ignore it, and then nobody hears how a child has ended.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with self._only_one():
            self._stop_leftovers()
            self._check_port()
            began = time.monotonic()
            try:
                try:
                    self._start_all(ready, began)
                except Exception:
                    # Ctrl-C also ends the programs that the start has waited for: no fault then.
                    if not self._stopping.is_set():
                        raise
                while not self._stopping.wait(LOOK_EVERY):
                    self._look_after()
            finally:
                self._stop_all()
        return 0

    def step(self, *command: str, **environment: str) -> None:
        """Run one command to its end, as part of the preparation."""
        child = Child("preparation", [*command], 2)
        child.start(None, environment)
        self._note(child)
        try:
            while not child.died():
                if self._stopping.wait(0.05):
                    raise StoppedError
        finally:
            code = child.process.poll() if child.process else None
            child.stop()
        if code:
            raise StartError("The database couldn't be prepared; the lines above say why.")

    # How it is done

    def _told_to_stop(self, _number: int, _frame: object) -> None:
        if self._stopping.is_set():
            # Told twice: no more waiting for work under way.
            for child in self.children:
                child.stop_within = 0.1
        self._stopping.set()

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        with (self.data / "run.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartError(f"Solmu runs already in {self.data}.") from None
            yield

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise StartError(
                    f"Port {self.port} can't be used ({error.strerror}). Choose another: PORT=8001"
                ) from None

    def _start_all(self, ready: Callable[[str], None], began: float) -> None:
        live_port = free_port(self.host)
        os.environ.update(SOLMU_DATA=str(self.data), PYTHONUNBUFFERED="1")
        # Behind a front server the address that people use is another, and so is that of live.
        if not os.environ.get("SOLMU_ADDRESS"):
            os.environ["SOLMU_ADDRESS"] = self.address
            os.environ["SOLMU_LIVE_ADDRESS"] = f"http://{self.host}:{live_port}"
        os.environ["DATABASE_URL"] = self._server_started()
        place = ["--host", self.host, "--port"]
        web = Child("web", ["serve", *place, str(self.port), "--grace", "3"], 5, told_again=True)
        self._add(web)
        if not self._web_answers():
            return
        if self.with_live:
            self._add(Child("live", ["live", *place, str(live_port)], 3, told_again=True))
        self._add(Child("worker", ["worker"], 15))
        log.info("ready in %.1f s", time.monotonic() - began)
        ready(self.address)

    def _server_started(self) -> str:
        """Start PostgreSQL, load meanwhile what the processes share; the database's address."""
        os.environ["DATABASE_URL"] = expected = self.server.url(self.database)
        with ThreadPoolExecutor(1) as other:
            starting = other.submit(self.server.start)
            if self.main:
                self.load()
            starting.result()
        url = self.prepare(self)
        if self._stopping.is_set():
            raise StoppedError
        if url != expected:  # a server left running by somebody whose folders were others
            self.main = None
        return url

    def _add(self, child: Child) -> None:
        self.children.append(child)
        child.start(self.main)
        self._note()

    def _web_answers(self) -> bool:
        """Wait for web's first answer; False if told to stop meanwhile."""
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not self._stopping.wait(0.05):
            with (
                suppress(OSError, urllib.error.URLError),
                urllib.request.urlopen(f"{self.address}/healthz", timeout=5),  # noqa: S310
            ):
                return True
            self._look_after()
            if time.monotonic() > deadline:
                raise StartError("The web process doesn't answer; its log above says why.")
        return False

    def _look_after(self) -> None:
        """Start again what has died, slower each time."""
        now = time.monotonic()
        if not self.server.running():
            log.error("postgres died; starting it again")
            self._restart_postgres()
        for child in self.children:
            if child.process is not None and not child.died():
                if now - child.started > CALM_AFTER:
                    child.failures = 0
                continue
            if child.process is not None:
                log.error("%s died with %s", child.name, child.process.returncode)
                child.stop()
                child.again_at = now + min(30.0, 0.25 * 2**child.failures)
                child.failures += 1
            if now >= child.again_at:
                child.start(self.main)
                self._note()

    def _restart_postgres(self) -> None:
        try:
            self.server.start()
        except PostgresError as error:
            log.error("%s", error)
            self._stopping.wait(2)

    def _stop_all(self) -> None:
        self._stopping.set()
        for child in self.children:
            child.stop()
        if self.server.stop():
            log.info("stopped")
        else:
            log.info("stopped; PostgreSQL goes on for another user of %s", self.data)
        self._notes.unlink(missing_ok=True)

    def _note(self, *others: Child) -> None:
        children = [*self.children, *others]
        groups = {child.name: child.process.pid for child in children if child.process}
        new = self._notes.with_suffix(".new")
        address = os.environ.get("SOLMU_ADDRESS") or self.address
        noted = {"address": address, "command": " ".join(sys.orig_argv), "groups": groups}
        new.write_text(json.dumps(noted))
        new.replace(self._notes)

    def _stop_leftovers(self) -> None:
        """End the children of a supervisor that was killed."""
        with suppress(OSError, ValueError):
            noted = json.loads(self._notes.read_text())
            for name, group in noted["groups"].items():
                if _group_is_ours(group, noted.get("command")):
                    log.warning("stopping %s, left behind by a killed supervisor", name)
                    _end_group(group)
        self._notes.unlink(missing_ok=True)


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def processes() -> Iterator[tuple[int, str]]:
    """Group and command of each process that can be seen."""
    if Path("/proc/self/stat").exists():
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError, IndexError, ValueError):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    arguments = (folder / "cmdline").read_bytes().split(b"\0")
                    if fields[0] != "Z":
                        yield int(fields[2]), b" ".join(arguments).decode(errors="replace")
        return
    listing = subprocess.run(
        ["ps", "-axo", "pgid=,command="], capture_output=True, text=True, check=False
    )
    for line in listing.stdout.splitlines():
        group, _, command = line.strip().partition(" ")
        yield int(group), command


def _group_is_ours(group: int, copied: str | None) -> bool:
    """Whether the group still has processes of ours: numbers of the dead are reused."""
    return any(
        pgid == group and (sys.prefix in command or command.strip() == copied)
        for pgid, command in processes()
    )


def _end_group(group: int) -> None:
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.killpg(group, number)
        deadline = time.monotonic() + patience
        while any(pgid == group for pgid, _ in processes()):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        else:
            return
