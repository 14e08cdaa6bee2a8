"""The command line: `solmu COMMAND`, on DATABASE_URL or on the embedded database of $SOLMU_DATA."""

# Commands import what they need when they run: models can be imported only after Django is set
# up, which needs the database's address first; and `solmu --help` should answer at once.

import argparse
import contextlib
import importlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import psycopg

from solmu.lib import collector
from solmu.runtime.postgres import PostgresError, PostgresServer, find_binaries
from solmu.runtime.supervisor import StartError, Supervisor

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "solmu"
A_DAY = 86_400


class CommandError(RuntimeError):
    """The command can't be done; the text says why and what to do."""


# Databases


def data_folder(default: str = "var/solmu") -> Path:
    """The folder of the embedded database, of stored files and of the installation's key."""
    if chosen := os.environ.get("SOLMU_DATA"):
        return Path(chosen).resolve()
    return ROOT / default


def schema_digest() -> str:
    """A digest of all that decides the database's schema: migrations and locked packages."""
    digest = sha256()
    for path in sorted([*ROOT.glob("solmu/**/migrations/*.py"), ROOT / "requirements.lock"]):
        if path.exists():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def set_up_django() -> None:
    """Make models importable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "solmu.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the newest schema."""
    set_up_django()
    from django.core.management import call_command

    from solmu.agreements.bases.shipping import load_shipped

    call_command("migrate", interactive=False, verbosity=0)
    load_shipped()


@contextlib.contextmanager
def database(*, migrated: bool = True) -> Iterator[PostgresServer | None]:
    """Have DATABASE_URL point to a running database: the given one, else the embedded one."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    data = data_folder()
    with PostgresServer(data) as server:
        made = server.ensure_database(DATABASE)
        os.environ["DATABASE_URL"] = server.url(DATABASE)
        os.environ["SOLMU_DATA"] = str(data)
        # Links that a command prints or mails lead to the server that runs on the same data.
        with contextlib.suppress(OSError, ValueError, KeyError):
            running = json.loads((data / "run.json").read_text())["address"]
            os.environ.setdefault("SOLMU_ADDRESS", running)
        if made and migrated:
            migrate()
        yield server


def is_demo(url: str) -> bool | None:
    """Whether the database is marked as a demo; None where it has no content yet."""
    with psycopg.connect(url) as connection:
        if not connection.execute("SELECT to_regclass('installation_installation')").fetchone()[0]:  # type: ignore[index]
            return None
        row = connection.execute("SELECT is_demo FROM installation_installation").fetchone()
        return bool(row and row[0])


def collect_static() -> None:
    """Collect and compress the static files, unless these very files are collected already."""
    if os.environ.get("SOLMU_DEBUG") or os.environ.get("SOLMU_STATIC"):
        return
    digest = sha256((ROOT / "requirements.lock").read_bytes())
    digest.update((ROOT / "solmu/ui/static_files.py").read_bytes())
    for path in sorted(ROOT.glob("solmu/**/static/**/*")):
        digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    home = data_folder() / "static"
    folder = home / digest.hexdigest()[:12]
    if not folder.exists():
        home.mkdir(parents=True, exist_ok=True)
        half_made = Path(tempfile.mkdtemp(prefix="new-", dir=home))
        half_made.chmod(0o755)
        command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"]
        settings = {"SOLMU_STATIC": str(half_made), "DJANGO_SETTINGS_MODULE": "solmu.settings"}
        # In a group of its own it doesn't hear Ctrl-C, and leaves nothing half made.
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | settings,
            process_group=0,
        )
        # What another process serves or collects just now must stay.
        for old in home.iterdir():
            if time.time() - old.stat().st_mtime > A_DAY:
                shutil.rmtree(old, ignore_errors=True)
        # Another web process may have been quicker.
        with contextlib.suppress(OSError):
            half_made.rename(folder)
    os.environ["SOLMU_STATIC"] = str(folder)


# Processes


def demo(argv: list[str]) -> int:
    """Run Solmu with the demo content."""
    parser = _parser("demo", demo)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="move the demo's clock; what would have happened till then happens",
    )
    arguments = parser.parse_args(argv)
    os.environ.pop("DATABASE_URL", None)  # a demo never touches another database
    os.environ.pop("SOLMU_ADDRESS", None)  # and answers where it runs

    def prepare(supervisor: Supervisor) -> str:
        url = _prepare_demo(supervisor)
        if arguments.today:
            address = f"http://127.0.0.1:{arguments.port}"
            moved = str(arguments.today)
            supervisor.step("_move-demo", moved, DATABASE_URL=url, SOLMU_ADDRESS=address)
        return url

    return _supervise("127.0.0.1", arguments.port, data_folder("var/demo"), prepare)


def serve(argv: list[str]) -> int:
    """Run the web process: pages and the API. With --all, every process and the database."""
    parser = _parser("serve", serve)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--threads", type=int, default=4, help="requests at a time, per worker")
    parser.add_argument("--grace", type=int, default=10, help="seconds to finish when stopped")
    parser.add_argument(
        "--all", action="store_true", help="with live, worker and the embedded database"
    )
    arguments = parser.parse_args(argv)
    if arguments.all:
        return _supervise(arguments.host, arguments.port, data_folder(), _prepare)
    from solmu.runtime.serving import serve_web

    with database():
        collect_static()
        serve_web(
            arguments.host,
            arguments.port,
            workers=arguments.workers,
            threads=arguments.threads,
            grace=arguments.grace,
        )
    return 0


def live(argv: list[str]) -> int:
    """Run the live process: event streams."""
    parser = _parser("live", live)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    arguments = parser.parse_args(argv)
    from solmu.runtime.serving import serve_live

    with database():
        serve_live(arguments.host, arguments.port)
    return 0


def worker(argv: list[str]) -> int:
    """Run the worker process: jobs."""
    parser = _parser("worker", worker)
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at a time")
    arguments = parser.parse_args(argv)
    with database():
        set_up_django()
        from solmu.runtime.working import work

        work(concurrency=arguments.concurrency)
    return 0


def _supervise(host: str, port: int, data: Path, prepare: Callable[[Supervisor], str]) -> int:
    from solmu.runtime.serving import live_exists

    _log_lines()

    def ready(address: str) -> None:
        print(f"\n  Solmu is ready: {address}\n  Stop it with Ctrl-C.\n", flush=True)

    supervisor = Supervisor(
        data,
        port=port,
        host=host,
        database=DATABASE,
        prepare=prepare,
        load=_load_all,
        main=main,
        with_live=live_exists(),
    )
    return supervisor.run(ready)


def _load_all() -> None:
    """Load what web, live and worker need, for processes that begin as copies of this one."""
    collect_static()
    with collector.paused():
        set_up_django()
        from django.conf import settings

        from solmu.runtime.serving import LIVE, WEB

        for module in (WEB, LIVE, *settings.PROCRASTINATE_IMPORT_PATHS):
            importlib.import_module(module.partition(":")[0])
    collector.keep_all()


def _prepare(supervisor: Supervisor) -> str:
    """The embedded database of an installation, made or brought up to date."""
    server = supervisor.server
    server.ensure_database(DATABASE)
    url = server.url(DATABASE)
    if is_demo(url):
        raise CommandError(f"{supervisor.data} holds a demo: run it with solmu demo.")
    _migrate_when_changed(supervisor, url)
    return url


def _prepare_demo(supervisor: Supervisor) -> str:
    """The demo's database, filled under another name first, so that it is whole or absent."""
    server = supervisor.server
    url = server.url(DATABASE)
    if not server.database_exists(DATABASE):
        print("Making the demo: this takes a moment, once.", flush=True)
        half_made = f"{DATABASE}_new"
        server.drop_database(half_made)
        server.ensure_database(half_made)
        supervisor.step("_fill-demo", DATABASE_URL=server.url(half_made))
        server.rename_database(half_made, DATABASE)
        (supervisor.data / "schema").write_text(schema_digest())
        return url
    if not is_demo(url):
        raise CommandError(
            f"The database in {supervisor.data} isn't a demo, and nothing turns it into one."
            " Name another folder: DATA=var/demo2"
        )
    _migrate_when_changed(supervisor, url)
    return url


def _migrate_when_changed(supervisor: Supervisor, url: str) -> None:
    note = supervisor.data / "schema"
    digest = schema_digest()
    if note.exists() and note.read_text() == digest:
        return
    supervisor.step("migrate", DATABASE_URL=url)
    note.write_text(digest)


def _fill_demo(argv: list[str]) -> int:
    """Fill a database that was just made with the demo content."""
    migrate()
    importlib.import_module("solmu.portal.demo").fill()
    return 0


def _move_demo(argv: list[str]) -> int:
    """Move the clock of a demo that is about to run."""
    set_up_django()
    from solmu.installation.demo import clock_shift
    from solmu.lib import clock

    with clock.shifted(clock_shift()):
        importlib.import_module("solmu.portal.demo_clock").move(date.fromisoformat(argv[0]))
    return 0


# The database as a whole


def migrate_command(argv: list[str]) -> int:
    """Bring the database to the newest schema; makes the embedded one."""
    _parser("migrate", migrate_command).parse_args(argv)
    with database(migrated=False):
        migrate()
    return 0


def backup(argv: list[str]) -> int:
    """Write the database and the stored files into one file, while Solmu runs."""
    parser = _parser("backup", backup)
    parser.add_argument("file", type=Path, help="for example solmu-2026-11-25.tar")
    arguments = parser.parse_args(argv)
    if arguments.file.exists():
        raise CommandError(f"{arguments.file} exists already; nothing was written.")
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    with database() as server, tempfile.TemporaryDirectory() as folder:
        url = os.environ["DATABASE_URL"]
        dump = Path(folder) / "database.sql"
        _run(
            [
                _client(server, url, "pg_dump"),
                *("--no-owner", "--no-privileges", "--no-comments"),
                *("--file", str(dump), "--dbname", url),
            ]
        )
        about = {"made": datetime.now(UTC).isoformat(), "demo": bool(is_demo(url)), "format": 1}
        (Path(folder) / "about.json").write_text(json.dumps(about))
        half_made = arguments.file.with_name(arguments.file.name + ".part")
        descriptor = os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream, tarfile.open(fileobj=stream, mode="w") as tar:
            tar.add(Path(folder) / "about.json", "about.json")
            tar.add(dump, "database.sql")
            if (files := data_folder() / "files").exists():
                tar.add(files, "files", filter=_whole)
        half_made.replace(arguments.file)
    print(f"Written: {arguments.file} ({arguments.file.stat().st_size / 1e6:.1f} MB)")
    return 0


def restore(argv: list[str]) -> int:
    """Put back what `solmu backup` wrote: all of it or, after any error, nothing."""
    parser = _parser("restore", restore)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--replace", action="store_true", help="throw away what the database holds now"
    )
    arguments = parser.parse_args(argv)
    with (
        database(migrated=False) as server,
        tarfile.open(arguments.file) as tar,
        tempfile.TemporaryDirectory() as folder,
    ):
        tar.extractall(folder, filter="data")
        about = json.loads((Path(folder) / "about.json").read_text())
        url = os.environ["DATABASE_URL"]
        held = is_demo(url)
        if held is not None and not arguments.replace:
            raise CommandError("The database has content; --replace throws it away.")
        if about["demo"] and not held:
            raise CommandError("This is a demo's backup; only a demo can take it.")
        if held and not about["demo"]:
            raise CommandError("The database is a demo, and stays one; restore it elsewhere.")
        _run(
            [
                _client(server, url, "psql"),
                *("--dbname", url, "--single-transaction", "--quiet", "--no-psqlrc"),
                *("--output", os.devnull, "--set", "ON_ERROR_STOP=1"),
                *("--command", "SET client_min_messages = warning"),
                *("--command", "DROP SCHEMA public CASCADE"),
                *("--command", "CREATE SCHEMA public"),
                *("--file", str(Path(folder) / "database.sql")),
            ]
        )
        if (files := Path(folder) / "files").exists():
            shutil.copytree(files, data_folder() / "files", dirs_exist_ok=True)
        (data_folder() / "schema").unlink(missing_ok=True)
        migrate()
    print(f"Restored from {arguments.file}, as it was on {about['made'][:10]}.")
    return 0


def _whole(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out of a backup what is just being uploaded."""
    return None if member.name.startswith("files/half-made") else member


def _client(server: PostgresServer | None, url: str, program: str) -> str:
    """A client program of the server's own version, else the newest."""
    if server:
        return server.binaries / program
    with psycopg.connect(url) as connection:
        major = connection.info.server_version // 10_000
    try:
        return find_binaries(major) / program
    except PostgresError:
        return find_binaries() / program


def _run(command: list[str]) -> None:
    answer = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
    if answer.returncode:
        raise CommandError(f"{Path(command[0]).name} failed; nothing was changed.")


def manage(argv: list[str]) -> int:
    """Run a management command of Django, for developers."""
    with database():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "solmu.settings")
        from django.core.management import execute_from_command_line

        execute_from_command_line(["solmu manage", *argv])
    return 0


# Commands that live in the rooms, by name

ROOMS = {
    "import": (
        "Read organisations, enrolments and more from a spreadsheet.",
        "solmu.portal.import_command:main",
    ),
    "seed": ("Fill a database with synthetic data.", "solmu.portal.seed:main"),
    "token": ("Make, list and revoke API tokens.", "solmu.accounts.tokens:main"),
    "person": ("Write out or erase what is known of a person.", "solmu.people.privacy:main"),
    "admin": (
        "Make somebody an administrator and print a link that signs them in.",
        "solmu.organisations.signing_in:first_admin",
    ),
    "doctor": ("Check the database, and mend what can be derived.", "solmu.portal.doctor:main"),
    "places": ("Load places and boundaries.", "solmu.organisations.places_cli:main"),
}


def in_room(target: str) -> Callable[[list[str]], int]:
    """The command whose code is in a room, run on the database."""

    def command(argv: list[str]) -> int:
        module, _, name = target.partition(":")
        with contextlib.ExitStack() as stack:
            if not {"-h", "--help"} & set(argv):
                stack.enter_context(database())
            else:
                os.environ.setdefault("DATABASE_URL", "postgresql:///none")
            set_up_django()
            return int(getattr(importlib.import_module(module), name)(argv) or 0)

    return command


OWN: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "serve": serve,
    "live": live,
    "worker": worker,
    "migrate": migrate_command,
    "backup": backup,
    "restore": restore,
    "manage": manage,
}
HIDDEN = {"_fill-demo": _fill_demo, "_move-demo": _move_demo}


def _parser(name: str, command: Callable[[list[str]], int]) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"solmu {name}", description=command.__doc__)


def _help() -> str:
    summaries = {name: (command.__doc__ or "").split(". ")[0] for name, command in OWN.items()}
    summaries |= {name: summary for name, (summary, _) in ROOMS.items()}
    lines = [f"  {name:<10}{summary.rstrip('.')}" for name, summary in summaries.items()]
    return "\n".join(
        [
            "usage: solmu COMMAND …    (solmu COMMAND --help says more)",
            "",
            *lines,
            "",
            "DATABASE_URL names the database; without it Solmu keeps its own in $SOLMU_DATA",
            "(default var/solmu) and starts it when a command needs it.",
        ]
    )


def _log_lines() -> None:
    """Log lines of the supervisor: readable on a terminal, else JSON like everyone's."""
    handler = logging.StreamHandler()
    if sys.stderr.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    else:
        from solmu.lib.logs import JsonFormatter

        handler.setFormatter(JsonFormatter())
    # Not the root's, which is Django's once it is loaded.
    log = logging.getLogger("solmu.supervisor")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_help())
        return 0 if arguments else 2
    name, *rest = arguments
    commands = OWN | HIDDEN | {room: in_room(target) for room, (_, target) in ROOMS.items()}
    if name not in commands:
        print(f"solmu: there is no command {name!r}\n\n{_help()}", file=sys.stderr)
        return 2
    # So that an embedded database that was started for the command is stopped after it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return commands[name](rest)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except (CommandError, PostgresError, StartError) as error:
        print(f"solmu {name}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
