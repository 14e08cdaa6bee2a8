"""Pages on a nation's data: CPU of server and database a request, times at 1 and 16 users, bytes, queries."""

import statistics
import threading
import time
from collections.abc import Callable

import httpx
import psycopg

from bench.processes import Served, serving
from solmu.runtime.postgres import PostgresServer

Emit = Callable[[str, float, str, int], None]
WARM_UP, REQUESTS, CROWD, CROWD_REQUESTS = 12, 60, 16, 10


def run(server: PostgresServer, database_url: str, emit: Emit) -> None:
    """Measure each page as the leader of the institution with all organisations as partners."""
    with serving(server, database_url) as served:
        cookies = _sign_in(served.url)
        for name, path in _addresses(served, database_url, cookies).items():
            _measure(served, name, path, cookies, database_url, emit)


def _sign_in(url: str) -> httpx.Cookies:
    """Seeds are marked as demos but have no personas: sign in through a session made by hand."""
    from bench.session import leader_session  # noqa: PLC0415  (Django is set up only by this import)

    cookies = httpx.Cookies()
    cookies.set("sessionid", leader_session())
    return cookies


def _addresses(served: Served, database_url: str, cookies: httpx.Cookies) -> dict[str, str]:
    with psycopg.connect(database_url) as connection:
        partner = connection.execute("SELECT min(id) FROM partnerships_stakeholder").fetchone()
    paths = {
        "list, first page": "/partners/",
        "list, text filter": "/partners/?q=Kuutamolahti",
        "partner page": f"/partners/{partner[0]}/",
        "my day": "/home/",
        "map": "/partners/map/",
        "board": "/partners/strategy/",
    }
    if deep := _deep_page(served.url, cookies):
        paths["list, deep page"] = deep
    return paths


def _deep_page(url: str, cookies: httpx.Cookies) -> str:
    """Follow the list's own link to the next page forty times."""
    path = "/partners/"
    with httpx.Client(base_url=url, cookies=cookies, timeout=60) as client:
        for _page in range(40):
            text = client.get(path).text
            at = text.find("after=")
            if at < 0:
                return ""
            start = text.rfind('"', 0, at) + 1
            path = text[start : text.find('"', at)].replace("&amp;", "&")
            path = path if path.startswith("/") else "/partners/" + path
    return path


def _measure(
    served: Served, name: str, path: str, cookies: httpx.Cookies, database_url: str, emit: Emit
) -> None:
    with httpx.Client(base_url=served.url, cookies=cookies, timeout=60) as client:
        for _request in range(WARM_UP):
            answer = client.get(path)
        if answer.status_code != 200:
            emit(f"{name}: status", answer.status_code, "HTTP status", 1)
            return
        before, times = served.cpu_ms(), []
        for _request in range(REQUESTS):
            began = time.perf_counter()
            client.get(path)
            times.append((time.perf_counter() - began) * 1000)
        emit(f"{name}: cpu", (served.cpu_ms() - before) / REQUESTS, "ms/request", REQUESTS)
    _emit_times(f"{name}: 1 user", times, emit)
    _emit_times(f"{name}: {CROWD} users", _crowd(served.url, path, cookies), emit)
    emit(f"{name}: html", len(answer.content) / 1000, "kB", 1)
    emit(f"{name}: queries", _queries(served.url, path, cookies, database_url), "queries", 10)


def _emit_times(name: str, times: list[float], emit: Emit) -> None:
    emit(f"{name}, median", statistics.median(times), "ms", len(times))
    emit(f"{name}, p95", statistics.quantiles(times, n=20)[-1], "ms", len(times))


def _crowd(url: str, path: str, cookies: httpx.Cookies) -> list[float]:
    times: list[float] = []

    def visit() -> None:
        with httpx.Client(base_url=url, cookies=cookies, timeout=120) as client:
            for _request in range(CROWD_REQUESTS):
                began = time.perf_counter()
                client.get(path)
                times.append((time.perf_counter() - began) * 1000)

    visitors = [threading.Thread(target=visit) for _visitor in range(CROWD)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return times


def _queries(url: str, path: str, cookies: httpx.Cookies, database_url: str) -> float:
    """Statements a request, counted by the database's own transaction counter (autocommit: one each)."""
    with psycopg.connect(database_url, autocommit=True) as connection:

        def count() -> int:
            connection.execute("SELECT pg_stat_clear_snapshot()")
            row = connection.execute(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
            return int(row[0]) if row else 0

        time.sleep(1.5)  # backends report their counts with a delay
        before = count()
        with httpx.Client(base_url=url, cookies=cookies, timeout=60) as client:
            for _request in range(10):
                client.get(path)
        time.sleep(1.5)
        return (count() - before - 2) / 10
