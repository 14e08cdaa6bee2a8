"""The embedded server: made, shared, killed and recovered, in folders of every length."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from solmu.runtime import postgres
from solmu.runtime.postgres import PostgresError, PostgresServer, find_binaries


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path, fast=True)
    server.start()
    yield server
    server.stop()


def _is_superuser(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting('is_superuser')").fetchone()
    assert row
    return str(row[0])


def test_app_connects_as_plain_role_with_extensions_and_unicode(server: PostgresServer) -> None:
    assert server.ensure_database("solmu")
    assert not server.ensure_database("solmu")

    assert _is_superuser(server.url()) == "off"
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE own (name text)")
        row = connection.execute(
            "SELECT lower('ÄÖÅ'), 'Äijälä' ILIKE 'ÄIJÄLÄ', unaccent('Äö'),"
            " similarity('tavastia', 'tavasti') > 0.5"
        ).fetchone()
        extensions = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    assert row == ("äöå", True, "Ao", True)
    assert set(postgres.EXTENSIONS) <= extensions


def test_database_is_copied_renamed_and_dropped(server: PostgresServer) -> None:
    server.ensure_database("first")
    with psycopg.connect(server.url("first")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")

    server.ensure_database("copy", "first")
    server.rename_database("copy", "other")
    connection = psycopg.connect(server.url("other"))
    assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
    server.drop_database("other")
    connection.close()

    assert not server.database_exists("other")
    assert server.database_exists("first")


def test_server_stops_with_its_last_user(tmp_path: Path) -> None:
    first, second = PostgresServer(tmp_path, fast=True), PostgresServer(tmp_path)
    first.start()
    pid = first.pid
    second.start()

    assert second.pid == pid
    assert not first.stop()
    assert second.running()
    assert second.stop()
    assert not second.running()
    assert not second.stop()


def test_user_killed_hard_is_not_counted(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from solmu.runtime.postgres import PostgresServer;"
        "PostgresServer(Path(sys.argv[1]), fast=True).start();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    server = PostgresServer(tmp_path)
    assert server.running()

    server.start()

    assert server.stop()
    assert not server.running()


def test_killed_server_recovers_what_was_committed(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path)
    server.start()
    server.ensure_database("solmu")
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 50000) AS n")
    busy = psycopg.connect(server.url(), autocommit=True)
    pid = server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)

    server.start()

    assert server.pid != pid
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (50_000,)
    busy.close()
    server.stop()


def test_stale_pid_of_another_program_is_no_server(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path, fast=True)
    server.start()
    pid_file = server.place.cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    lines[0] = str(os.getpid())
    pid_file.write_text("\n".join(lines) + "\n")

    assert not server.running()
    server.start()
    assert server.running()
    server.stop()


def test_copied_folder_is_a_server_of_its_own(tmp_path: Path) -> None:
    original = PostgresServer(tmp_path / "a", fast=True)
    original.start()
    original.ensure_database("solmu")
    original.stop()
    shutil.copytree(tmp_path / "a", tmp_path / "b", ignore=shutil.ignore_patterns(".s.*"))
    original.start()

    with PostgresServer(tmp_path / "b", fast=True) as copy:
        assert copy.pid != original.pid
        assert copy.socket_dir != original.socket_dir
        assert copy.database_exists("solmu")
    original.stop()


def test_long_folder_gets_a_short_private_socket(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / ("pitkä" * 20), fast=True) as server:
        assert len(str(server.socket_dir)) < 90
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert _is_superuser(server.url("postgres")) == "off"
    shutil.rmtree(server.socket_dir)


def test_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)

    with PostgresServer(tmp_path, fast=True) as server:
        assert server.ensure_database("solmu")


def test_two_starters_at_once_share_one_server(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from solmu.runtime.postgres import PostgresServer;"
        "s = PostgresServer(Path(sys.argv[1]), fast=True); s.start(); print(s.pid, flush=True);"
        "sys.stdin.read(); s.stop()"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    pids = {starter.stdout.readline() for starter in starters if starter.stdout}
    for starter in starters:
        starter.communicate()

    assert len(pids) == 1
    assert not PostgresServer(tmp_path).running()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_without_namespaces_runs_it_as_plain_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLMU_PG_NAMESPACE", "off")
    server = PostgresServer(tmp_path, fast=True)
    try:
        with server:
            server.ensure_database("solmu")
            assert _is_superuser(server.url()) == "off"
        assert (tmp_path / "postgres.json").exists()
    finally:
        shutil.rmtree(server.place.cluster.parent.parent)


def test_missing_programs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLMU_PG_BIN", str(tmp_path))
    with pytest.raises(PostgresError, match="SOLMU_PG_BIN"):
        find_binaries()


def test_machines_own_programs_serve_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [place for place in postgres.machine_bins() if postgres.Binaries.at(place)]
    if not places:
        pytest.skip("this machine has no PostgreSQL of its own")
    monkeypatch.setenv("SOLMU_PG_BIN", str(places[0]))

    with PostgresServer(tmp_path, fast=True) as server:
        assert server.ensure_database("solmu")
        assert server.binaries.path == places[0]


def test_start_waits_for_children_of_a_killed_server(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path, fast=True)
    server.start()
    server.ensure_database("solmu")
    busy = psycopg.connect(server.url(), autocommit=True)
    child = busy.info.backend_pid
    os.kill(child, signal.SIGSTOP)
    pid = server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {child}"])
    began = time.monotonic()

    server.start()

    assert time.monotonic() - began > 0.8
    assert server.running()
    server.stop()
