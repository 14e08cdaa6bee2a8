"""Databases, the cast and the browser for all tests.

One embedded PostgreSQL server per session under var/test. A migrated template and a filled demo
template are built once and kept by the digest of what they were made from; each run works on
copies: one plain, one of the demo, and a fresh one for each transactional test.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase

from solmu.cli import schema_digest
from solmu.runtime.postgres import PostgresServer, find_binaries
from solmu.runtime.supervisor import free_port

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var" / "test"
PLAIN, DEMO = "plain", "demo"
KEPT_TEMPLATES = 3

os.environ.setdefault("SOLMU_DATA", str(VAR / "data"))

# The demo's content doesn't depend on these.
_NOT_DEMO = re.compile(
    r"/(tests|migrations|ui|runtime)/|/(views|urls|forms|cli|api|settings)\w*\.py$"
)

_CONTENT = {".py", ".csv", ".json", ".md", ".toml"}


def _demo_digest() -> str:
    digest = hashlib.sha256(schema_digest().encode())
    for path in sorted(ROOT.glob("solmu/**/*")):
        if path.suffix in _CONTENT and not _NOT_DEMO.search(str(path)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Databases:
    """The session's databases, made when the first test asks for them."""

    def __init__(self) -> None:
        self.server: PostgresServer | None = None
        self.names: dict[str, str] = {}
        self.wanted = PLAIN
        self._count = 0

    def started(self) -> PostgresServer:
        """The session's server."""
        if self.server is None:
            binaries = find_binaries()
            self.server = PostgresServer(VAR / f"postgres-{binaries.major}", fast=True)
            self.server.start()
            self._drop_leftovers()
        return self.server

    def template(self, kind: str) -> str:
        """The name of the template of this kind, built if need be."""
        server = self.started()
        digest = (_demo_digest() if kind == DEMO else schema_digest())[:12]
        name = f"{kind}_{digest}"
        with (server.data / f"{kind}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not server.database_exists(name):
                half_made = f"{name}_new"
                server.drop_database(half_made)
                if kind == DEMO:
                    server.ensure_database(half_made, self.template(PLAIN))
                    _solmu("_fill-demo", server.url(half_made))
                else:
                    server.ensure_database(half_made)
                    _solmu("migrate", server.url(half_made))
                self._forget_old(kind)
                server.rename_database(half_made, name)
        return name

    def clone(self, kind: str) -> str:
        """A new copy of the template; the caller drops it."""
        self._count += 1
        name = f"t_{os.getpid()}_{self._count}"
        self.started().ensure_database(name, self.template(kind))
        return name

    def use(self, kind: str) -> None:
        """Let Django's connection lead to the session's copy of this kind."""
        if kind not in self.names:
            self.names[kind] = self.clone(kind)
        self.point_at(self.names[kind])

    def point_at(self, name: str) -> None:
        """Let Django's connection lead to this database."""
        server = self.started()
        facts = connections.settings["default"]
        if facts["NAME"] == name and facts["HOST"] == str(server.socket_dir):
            return
        connections["default"].close()
        facts |= {"NAME": name, "USER": "solmu", "PASSWORD": "", "PORT": "5432"}
        facts["HOST"] = str(server.socket_dir)
        os.environ["DATABASE_URL"] = server.url(name)

    def leave(self) -> None:
        """Let Django's connection lead nowhere."""
        connections["default"].close()
        connections.settings["default"]["NAME"] = ""

    def close(self) -> None:
        """Drop the copies and leave the server."""
        if self.server is None:
            return
        connections.close_all()
        for name in self.names.values():
            self.server.drop_database(name)
        self.server.stop()

    def _drop_leftovers(self) -> None:
        """Drop the copies of test runs that were killed."""
        assert self.server
        with self.server.admin() as connection:
            for (name,) in connection.execute(
                r"SELECT datname FROM pg_database WHERE datname ~ '^t_\d+_\d+$'"
            ):
                with contextlib.suppress(PermissionError):
                    try:
                        os.kill(int(name.split("_")[1]), 0)
                    except ProcessLookupError:
                        self.server.drop_database(name)

    def _forget_old(self, kind: str) -> None:
        assert self.server
        with self.server.admin() as connection:
            old = connection.execute(
                "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC OFFSET %s",
                [f"^{kind}_[0-9a-f]{{12}}$", KEPT_TEMPLATES - 1],
            )
            for (name,) in old.fetchall():
                self.server.drop_database(name)


databases = Databases()


def _solmu(command: str, url: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "solmu.cli", command],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if answer.returncode:
        raise RuntimeError(f"solmu {command} failed:\n{answer.stdout}{answer.stderr}")


# Which test gets which database


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A transactional test has a database of its own, which is dropped: nothing to flush.
    TransactionTestCase._fixture_teardown = lambda self: None  # noqa: SLF001


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("demo") and not item.get_closest_marker("django_db"):
        item.add_marker(pytest.mark.django_db)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (bool(_uses_browser(item)), bool(item.get_closest_marker("demo"))))


def _uses_browser(item: pytest.Item) -> bool:
    return bool({"browser", "page", "page_as", "site"} & set(getattr(item, "fixturenames", ())))


def _is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server", "django_db_reset_sequences"}
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        fixtures & set(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    kind = DEMO if item.get_closest_marker("demo") else PLAIN
    if _is_transactional(item):
        databases.point_at(databases.clone(kind))
    elif item.get_closest_marker("django_db") or "db" in getattr(item, "fixturenames", ()):
        databases.use(kind)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    try:
        return (yield)
    finally:
        if _is_transactional(item) and databases.server:
            name = connections.settings["default"]["NAME"]
            databases.leave()
            databases.server.drop_database(name)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    databases.close()


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Replaces pytest-django's: the databases are copies of templates, made above."""


# The cast


@pytest.fixture
def client_as() -> Callable[[str], Client]:
    """A client signed in as a persona of the demo; for tests marked demo."""

    def sign_in(persona: str) -> Client:
        client = Client()
        if persona:
            answer = client.post("/demo/login/", {"persona": persona})
            assert answer.status_code == 302, f"no persona {persona}: {answer.status_code}"
        return client

    return sign_in


# The browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The machine's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    names = [os.environ.get("CHROMIUM", ""), *CHROMIUM]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("The browser tests need Chromium: apt install chromium")
    # Playwright's own loop runs in this thread, which Django takes for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@dataclass
class Site:
    """A running Solmu on a copy of the demo."""

    url: str
    database: str
    processes: list[subprocess.Popen[bytes]]

    def stop(self) -> None:
        """End its processes and drop its database."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        databases.started().drop_database(self.database)


def _start_site() -> Site:
    name = databases.clone(DEMO)
    port, live_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DATABASE_URL": databases.started().url(name),
        "SOLMU_ADDRESS": url,
        "SOLMU_LIVE_ADDRESS": f"http://127.0.0.1:{live_port}",
    }
    commands = [["serve", "--port", str(port), "--workers", "1"], ["worker"]]
    if (ROOT / "solmu/live/asgi.py").exists():
        commands.append(["live", "--port", str(live_port)])
    with (VAR / "site.log").open("ab") as log:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "solmu.cli", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
            for command in commands
        ]
    site = Site(url, name, processes)
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):
            return site
        if time.monotonic() > deadline or processes[0].poll() is not None:
            site.stop()
            pytest.fail(f"The site didn't start; see {VAR / 'site.log'}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Solmu on a copy of the demo, shared by the tests that only read."""
    running = _start_site()
    yield running
    running.stop()


@pytest.fixture
def own_site() -> Iterator[Site]:
    """Solmu on a fresh copy of the demo for one test that changes things."""
    running = _start_site()
    yield running
    running.stop()


_sessions: dict[tuple[str, str], Any] = {}


@pytest.fixture
def page_as(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """A function that opens a page signed in as a persona ("" for nobody).

    Options go to Playwright's new_context: viewport, locale, color_scheme, java_script_enabled.
    The test fails on any error in the browser's console.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(persona: str, site: Site | None = None, **options: Any) -> Any:
        site = site or request.getfixturevalue("site")
        options = {"locale": "fi-FI", "viewport": {"width": 1280, "height": 800}} | options
        key = (site.url, persona)
        if persona and key not in _sessions:
            _sessions[key] = _sign_in(browser, site, persona)
        context = browser.new_context(
            base_url=site.url, storage_state=_sessions.get(key) if persona else None, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(f"{message.text} {message.location.get('url', '')}")
                if message.type == "error"
                else None
            ),
        )
        page.console_errors = errors
        return page

    yield open_page
    for context in contexts:
        context.close()  # harmless where the test closed it already
    assert errors == []


def _sign_in(browser: Any, site: Site, persona: str) -> Any:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator(f"form[action='/demo/login/'] [name=persona][value={persona}]").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[str]]:
    """A function that names what axe finds wrong on a page; empty is good."""
    from axe_playwright_python.sync_playwright import Axe

    checker = Axe()

    def violations(page: Any) -> list[str]:
        found = checker.run(page).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:160]} ({rule['help']})"
            for rule in found
            for node in rule["nodes"]
        ]

    return violations
