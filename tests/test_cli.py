"""The command line as a person uses it: each command is a process of its own."""

import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.conf import settings

from solmu.cli import OWN, ROOMS, main
from solmu.installation import demo
from solmu.installation.models import Installation
from solmu.runtime.postgres import PostgresServer


def solmu(*arguments: str, data: Path | None = None, **environment: str) -> tuple[int, str]:
    """Exit code and all that was said."""
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "solmu.cli", *arguments],
        env=os.environ | ({"SOLMU_DATA": str(data)} if data else {}) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


@pytest.mark.parametrize("command", [*OWN, *ROOMS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    if command == "manage":
        pytest.skip("Django's own help needs the database")
    heard = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    signal.signal(signal.SIGTERM, heard)
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: solmu {command}")


def test_unknown_command_shows_the_known_ones() -> None:
    code, said = solmu("improt")
    assert code == 2
    assert "'improt'" in said
    assert "\n  import " in said


def test_embedded_database_lasts_as_long_as_the_command(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path, fast=True)
    with server:
        server.ensure_database("solmu")
    query = ("manage", "shell", "--no-imports", "-c")
    code = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 1')"

    assert solmu(*query, code, data=tmp_path, DATABASE_URL="") == (0, "")
    assert not server.running()

    with server:
        assert solmu(*query, code, data=tmp_path, DATABASE_URL="") == (0, "")
        assert server.running()
    assert not server.running()


@pytest.mark.database
def test_backup_is_restored_whole(transactional_db: None, tmp_path: Path) -> None:
    Installation.objects.create()
    files = tmp_path / "data" / "files"
    files.mkdir(parents=True)
    (files / "muistio.txt").write_text("Ä")
    backup = tmp_path / "backup.tar"

    code, said = solmu("backup", str(backup), data=tmp_path / "data")
    assert code == 0, said
    assert backup.stat().st_mode & 0o077 == 0
    code, said = solmu("backup", str(backup), data=tmp_path / "data")
    assert (code, "exists already" in said) == (1, True)

    Installation.objects.all().delete()
    code, said = solmu("restore", str(backup), data=tmp_path / "other")
    assert (code, "--replace" in said) == (1, True)
    code, said = solmu("restore", str(backup), "--replace", data=tmp_path / "other")
    assert code == 0, said
    assert Installation.objects.count() == 1
    assert (tmp_path / "other" / "files" / "muistio.txt").read_text() == "Ä"


@pytest.mark.database
def test_failed_restore_changes_nothing(transactional_db: None, tmp_path: Path) -> None:
    Installation.objects.create()
    whole, broken = tmp_path / "whole.tar", tmp_path / "broken.tar"
    assert solmu("backup", str(whole), data=tmp_path)[0] == 0
    with tarfile.open(whole) as tar:
        tar.extractall(tmp_path / "parts", filter="data")
    dump = tmp_path / "parts" / "database.sql"
    dump.write_text(dump.read_text() + "\nSELECT nonsense;\n")
    with tarfile.open(broken, "w") as tar:
        for name in ("about.json", "database.sql"):
            tar.add(tmp_path / "parts" / name, name)

    code, said = solmu("restore", str(broken), "--replace", data=tmp_path)

    assert code == 1, said
    assert "nothing was changed" in said
    assert Installation.objects.count() == 1


@pytest.mark.database
def test_demo_backup_never_makes_a_demo(transactional_db: None, tmp_path: Path) -> None:
    demo.mark()
    backup = tmp_path / "demo.tar"
    assert solmu("backup", str(backup), data=tmp_path)[0] == 0
    Installation.objects.all().delete()

    code, said = solmu("restore", str(backup), "--replace", data=tmp_path)

    assert (code, "only a demo" in said) == (1, True)


def test_demo_ignores_the_database_of_the_environment(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, fast=True) as server:
        server.ensure_database("solmu")
    code, said = solmu("demo", "--port", "0", data=tmp_path, DATABASE_URL="postgresql://nowhere/x")
    assert (code, "isn't a demo" in said) == (1, True), said


def test_settings_name_no_demo() -> None:
    assert not [name for name in dir(settings) if "DEMO" in name]
