"""Rules that hold for the whole project: arrows, migrations, texts, locks."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_imports_go_only_down() -> None:
    answer = _run("-c", "from importlinter.cli import lint_imports_command as c; c(['--no-logo'])")
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.django_db
@pytest.mark.database
def test_migrations_say_all_that_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_texts_are_translated() -> None:
    answer = _run("scripts/messages", "check")
    assert answer.returncode == 0, answer.stdout


def test_links_of_documents_lead_somewhere() -> None:
    answer = _run("scripts/links")
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links", text)
    for block in re.findall(r"^\S.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
        assert re.match(r"[a-z0-9-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_has_what_the_project_asks_for(name: str) -> None:
    wanted = PROJECT["project"]["dependencies"]
    if "dev" in name:
        wanted = wanted + PROJECT["dependency-groups"]["dev"]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(), re.MULTILINE))
    names = {re.split(r"[\[<>=!; ]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names <= locked


def test_environment_variables_are_documented() -> None:
    guide = (ROOT / "docs" / "administrators.md").read_text()
    used = {
        name
        for path in (ROOT / "solmu").rglob("*.py")
        if "tests" not in path.parts
        for name in re.findall(
            r"(?:environ(?:\.get\(|\[)|_flag\()\s*[\"']([A-Z_]+)[\"']", path.read_text()
        )
    }
    assert "DATABASE_URL" in used
    assert {name for name in used - {"DJANGO_SETTINGS_MODULE"} if f"`{name}" not in guide} == set()
