"""Pages on a nation's data: CPU of server and database, times at 1 and 16 users, bytes, queries."""

import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import httpx
import psycopg

from bench.processes import Served, serving
from bench.session import leader_session, queries
from solmu.runtime.postgres import PostgresServer

Emit = Callable[[str, float, str, int], None]
# Each of the eight connections plans a query anew five times before it keeps the plan.
WARM_UP, REQUESTS, CROWD, CROWD_REQUESTS = 100, 100, 16, 12
DEEP = 40  # pages


# The networks where the leader has a seat today, the largest first, each with a cost case.
_NETWORKS = """
SELECT o.slug, min(c.id) FROM networks_term t
JOIN people_person p ON p.id = t.person_id AND p.email = 'leader-1@solmu.example'
JOIN networks_seat s ON s.id = t.seat_id JOIN networks_group g ON g.id = s.group_id
JOIN organisations_organisation o ON o.id = g.network_id
JOIN networks_membership m ON m.network_id = g.network_id
JOIN costs_costcase c ON c.network_id = g.network_id
WHERE t.valid @> current_date GROUP BY o.slug ORDER BY count(DISTINCT m.id) DESC, o.slug
"""


@dataclass
class Site:
    """A running Solmu with the pages to look at, seen by who sees most partners."""

    served: Served
    session: str
    pages: dict[str, str]

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.served.url

    def client(self) -> httpx.Client:
        """A browser that is signed in."""
        return httpx.Client(
            base_url=self.url,
            cookies={"sessionid": self.session},
            timeout=120,
            headers={"Accept-Encoding": "gzip"},
        )


@contextmanager
def site(server: PostgresServer, database_url: str) -> Iterator[Site]:
    """Serve the database to the leader of the institution with all organisations as partners."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT min(id) FROM partnerships_stakeholder").fetchone()
        networks = connection.execute(_NETWORKS).fetchall()
    paths = {
        "list, first page": "/partners/",
        "list, text filter": "/partners/?q=Kuutamolahti",
        "partner page": f"/partners/{row[0] if row else 0}/",
        "my day": "/home/",
        "map": "/partners/map/",
        "board": "/partners/strategy/",
        "directory": "/organisations/",
        "search": "/search/?q=kuutamo",
    }
    # The one with most members, and one with as many as most have.
    middle = networks[len(networks) // 2 :][:1]
    for called, (slug, case) in zip(
        ("largest network", "network"), [*networks[:1], *middle], strict=False
    ):
        home = f"/networks/{slug}/"
        paths |= {
            called: home,
            f"{called}, members on a date": f"{home}members/?on=2015-06-01",
            f"{called}, plan": f"{home}plan/",
            f"{called}, costs": f"{home}costs/",
            f"{called}, cost case": f"{home}costs/{case}/",
        }
    with serving(server, database_url) as served:
        found = Site(served, leader_session(database_url), paths)
        if deep := _deep_page(found):
            found.pages = {"list, first page": "/partners/", "list, deep page": deep} | paths
        yield found


def run(site: Site, database_url: str, emit: Emit) -> None:
    """Measure each page."""
    counts = queries(database_url, site.session, site.pages.values())
    for name, path in site.pages.items():
        _measure(site, name, path, emit)
        emit(f"{name}: queries", counts[path], "queries", 1)


def _deep_page(site: Site) -> str:
    """Follow the list's own link to the next page many times."""
    path = "/partners/"
    with site.client() as client:
        for _page in range(DEEP):
            link = re.search(r'href="([^"]*)" rel="next"', client.get(path).text)
            if not link:
                return ""
            path = "/partners/" + unescape(link[1])
    return path


def _measure(site: Site, name: str, path: str, emit: Emit) -> None:
    with site.client() as client:
        for _request in range(WARM_UP):
            answer = client.get(path)
        if answer.status_code != 200:
            emit(f"{name}: status", answer.status_code, "HTTP status", 1)
            return
        before, times = site.served.cpu_ms(), []
        for _request in range(REQUESTS):
            began = time.perf_counter()
            client.get(path)
            times.append((time.perf_counter() - began) * 1000)
        emit(f"{name}: cpu", (site.served.cpu_ms() - before) / REQUESTS, "ms/request", REQUESTS)
    _emit_times(f"{name}: 1 user", times, emit)
    _emit_times(f"{name}: {CROWD} users", _crowd(site, path), emit)
    emit(f"{name}: html", len(answer.content) / 1000, "kB", 1)
    emit(f"{name}: html on the wire", int(answer.headers["Content-Length"]) / 1000, "kB", 1)


def _emit_times(name: str, times: list[float], emit: Emit) -> None:
    emit(f"{name}, median", statistics.median(times), "ms", len(times))
    emit(f"{name}, p95", statistics.quantiles(times, n=20)[-1], "ms", len(times))


def _crowd(site: Site, path: str) -> list[float]:
    times: list[float] = []

    def visit() -> None:
        with site.client() as client:
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
