"""1,000 people take the test at once: attempts a minute, CPU an attempt, times, and none lost."""

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg

from bench.processes import Served, serving
from solmu.cli import schema_digest
from solmu.runtime.postgres import PostgresServer

Emit = Callable[[str, float, str, int], None]
QUESTIONS = 40
AT_ONCE = 64  # requests of the crowd on their way together; the rest wait for their turn
STEADY = 10  # seconds in which everybody gives one answer: a person needs longer for one

# Fills a fresh database with a programme, its shipped contents and people who have done all parts.
FILL = """
import json, sys, django
django.setup()
from datetime import timedelta
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from solmu.accounts.models import User
from solmu.accounts.sessions import SessionStore
from solmu.lib import clock, names
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.training.exam import loading as bank
from solmu.training.learning import loading
from solmu.training.learning.models import Done, Page
from solmu.training.models import Cohort, Enrolment, Programme
count, by, today = int(sys.argv[1]), Viewer.system("bench"), clock.today()
organisation = Organisation.objects.create(
    slug="bench", name_fi="Bench", name_key=names.key("Bench"), kind="education_provider")
programme = Programme.objects.create(
    institution=Institution.objects.create(organisation=organisation), slug="bench",
    name_fi="Bench", languages=["fi"])
loading.load(programme, "tyopaikkaohjaaja", by=by)
bank.load(programme, "tyopaikkaohjaaja", by=by)
cohort = Cohort.objects.create(programme=programme, starts_on=today - timedelta(days=3),
    access_until=today + timedelta(days=27), state="running")
users = User.objects.bulk_create(User(email=f"p{n}@solmu.example") for n in range(count))
people = Person.objects.bulk_create(
    Person(given_name="Bench", family_name=str(n), email=u.email, user=u)
    for n, u in enumerate(users))
rows = Enrolment.objects.bulk_create(
    Enrolment(programme=programme, cohort=cohort, person=p, state="studying") for p in people)
keys = Page.objects.filter(part__version__programme=programme).values_list("key", flat=True)
Done.objects.bulk_create([Done(enrolment=r, page=k) for r in rows for k in keys], batch_size=5000)
store = SessionStore()
sessions = []
for user in users:
    data = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "solmu.people.viewing.ViewerBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash()}
    model = store.create_model_instance(data)
    model.session_key = store._get_new_session_key()
    sessions.append(model)
type(sessions[0]).objects.bulk_create(sessions)
print(json.dumps([[s.session_key, str(r.uuid)] for s, r in zip(sessions, rows)]))
"""
SENT = re.compile(rb"HTTP/1.1 (\d+)")
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
KEY = re.compile(rb'data-key="([^"]+)"')


@dataclass(slots=True)
class Taker:
    """One participant with a connection of their own, and what they have answered."""

    session: str
    path: str
    key: str = ""
    answers: list[int] = field(default_factory=lambda: [0] * QUESTIONS)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None


class Crowd:
    """All participants, and the times that the answers took."""

    def __init__(self, site: Served, people: list[tuple[str, str]]) -> None:
        self.host, self.port = urlsplit(site.url).hostname, urlsplit(site.url).port
        self.takers = [Taker(session, f"/learn/{uuid}/test/") for session, uuid in people]
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.times: list[float] = []

    async def ask(self, taker: Taker, path: str, body: str = "", *, known: bool = True) -> bytes:
        """Send a request on the person's own connection; the body of the answer."""
        cookies = f"Cookie: sessionid={taker.session}; csrftoken={'b' * 32}\r\n" if known else ""
        head = (
            f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"{cookies}Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        try:
            reader, answer = await self._send(taker, head.encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            taker.streams = None  # left unused so long that the server closed it
            reader, answer = await self._send(taker, head.encode())
        status = SENT.match(answer)
        length = LENGTH.search(answer)
        content = await reader.readexactly(int(length[1])) if length else b""
        if status is None or int(status[1]) >= 400:
            raise RuntimeError(f"{path}: {answer[:200]!r}")
        return content

    async def _send(self, taker: Taker, request: bytes) -> tuple[asyncio.StreamReader, bytes]:
        if taker.streams is None:
            taker.streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = taker.streams
        writer.write(request)
        return reader, await reader.readuntil(b"\r\n\r\n")

    async def start(self, taker: Taker) -> None:
        """Begin the test and read its page."""
        async with self.gate:
            await self.ask(taker, taker.path, f"csrfmiddlewaretoken={'b' * 32}&start=1")
            page = await self.ask(taker, taker.path)
        found = KEY.search(page)
        taker.key = found[1].decode() if found else ""

    async def answer(self, taker: Taker, item: int) -> None:
        """Give one answer, as the page's own script does."""
        option = random.randrange(4)
        body = f"key={taker.key}&item={item}&option={option}"
        async with self.gate:
            began = time.perf_counter()
            await self.ask(taker, f"{taker.path}answer/", body, known=False)
            self.times.append(time.perf_counter() - began)
        taker.answers[item] = option

    async def steadily(self, taker: Taker) -> None:
        """One answer somewhere in the steady time."""
        await asyncio.sleep(random.random() * STEADY)
        await self.answer(taker, 0)

    async def finish(self, taker: Taker) -> None:
        """All other answers, the submission, the result."""
        for item in range(1, QUESTIONS):
            await self.answer(taker, item)
        body = f"csrfmiddlewaretoken={'b' * 32}&number=1&submit=1&sure=1&was="
        async with self.gate:
            await self.ask(taker, taker.path, body)
            await self.ask(taker, taker.path)

    async def all(self, what: Callable[[Taker], object]) -> float:
        """Let everybody do something at once; the seconds that it took."""
        began = time.monotonic()
        await asyncio.gather(*(what(taker) for taker in self.takers))  # type: ignore[call-overload]
        return time.monotonic() - began


def run(server: PostgresServer, emit: Emit, people: int = 1000) -> None:
    """Fill a fresh database and let everybody take the test."""
    empty = f"bench_empty_{schema_digest()[:10]}"
    if not server.database_exists(empty):
        server.ensure_database(f"{empty}_new")
        environment = os.environ | {"DATABASE_URL": server.url(f"{empty}_new")}
        migrate = [sys.executable, "-m", "solmu.cli", "migrate"]
        subprocess.run(migrate, env=environment, check=True, stdout=sys.stderr)
        server.rename_database(f"{empty}_new", empty)
    server.drop_database("bench_exam")
    server.ensure_database("bench_exam", empty)
    url = server.url("bench_exam")
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "solmu.settings"}
    filled = subprocess.run(
        [sys.executable, "-c", FILL, str(people)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    known = json.loads(filled.stdout.splitlines()[-1])
    with serving(server, url) as site:
        asyncio.run(_take(site, [(session, uuid) for session, uuid in known], emit))
    emit("test: answers lost or changed", _lost(url), "answers", people * QUESTIONS)


_given: dict[str, list[int]] = {}


async def _take(site: Served, known: list[tuple[str, str]], emit: Emit) -> None:
    crowd = Crowd(site, known)
    before = site.cpu_ms()
    took = await crowd.all(crowd.start)
    cpu = site.cpu_ms() - before
    await crowd.all(crowd.steadily)
    steady, crowd.times = crowd.times, []
    before = site.cpu_ms()
    took += await crowd.all(crowd.finish)
    cpu += site.cpu_ms() - before
    count = len(known)
    emit("test: attempts", count * 60 / took, "attempts/min", count)
    emit("test: cpu", cpu / count / 1000, "s/attempt", count)
    emit("test: answers", len(crowd.times) / took, "answers/s", len(crowd.times))
    emit("test: an answer in a full crowd, p95", _p95(crowd.times), "ms", len(crowd.times))
    emit("test: an answer of 1,000 people who think, p95", _p95(steady), "ms", len(steady))
    _given.update({taker.key: taker.answers for taker in crowd.takers})


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] * 1000


def _lost(url: str) -> int:
    """Answers that the database doesn't hold as they were given, and attempts without a result."""
    lost = 0
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT a.key, a.paper, a.score, array_agg(n.item), array_agg(n.choice)"
            " FROM training_exam_attempt a JOIN training_exam_answer n ON n.attempt_id = a.id"
            " GROUP BY a.id"
        ).fetchall()
    kept = {
        key: (paper, score, dict(zip(items, choices, strict=True)))
        for key, paper, score, items, choices in rows
    }
    for key, options in _given.items():
        paper, score, choices = kept.get(key, ([], None, {}))
        if score is None:
            lost += QUESTIONS
            continue
        lost += sum(
            choices.get(item) != paper[item][1][option] for item, option in enumerate(options)
        )
    return lost
