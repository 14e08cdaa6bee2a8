"""Streams: a page hears what is published on its channel, also what came while it was away."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from solmu.live import asgi, events
from solmu.live.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def live_address(settings: Any) -> None:
    settings.SOLMU_LIVE_ADDRESS = "http://127.0.0.1:9"


class Reader:
    """A browser's side of one stream."""

    def __init__(self, address: str) -> None:
        self.query = urlsplit(address).query
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/stream",
            "query_string": self.query.encode(),
            "headers": [],
        }
        self.task = asyncio.create_task(asgi.application(scope, self._receive, self.sent.put))
        self.start = await asyncio.wait_for(self.sent.get(), 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed.set()
        assert self.task is not None
        await asyncio.wait_for(self.task, 10)
        if asgi.hub.task:
            asgi.hub.task.cancel()

    async def _receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def data(self) -> dict[str, Any]:
        """The next event's data."""
        while True:
            body = (await asyncio.wait_for(self.sent.get(), 10))["body"].decode()
            for line in body.splitlines():
                if line.startswith("data: "):
                    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return found


def test_stream_tells_what_came_before_and_what_comes_after() -> None:
    address = events.stream_address("import-1")
    events.publish("import-1", done=1)
    events.publish("import-2", done=99)

    async def listen() -> list[dict[str, Any]]:
        async with Reader(address) as reader:
            first = await reader.data()
            await sync_to_async(events.publish)("import-1", done=2)
            return [first, await reader.data()]

    assert asyncio.run(listen()) == [{"done": 1}, {"done": 2}]


def test_event_of_a_rolled_back_transaction_is_never_told() -> None:
    with transaction.atomic():
        events.publish("taken-back", done=1)
        transaction.set_rollback(True)

    assert not Event.objects.filter(channel="taken-back").exists()


def test_event_of_long_work_is_told_before_its_transaction_ends() -> None:
    address = events.stream_address("long")
    own = connection.copy()

    async def listen() -> dict[str, Any]:
        async with Reader(address) as reader:
            return await reader.data()

    try:
        with transaction.atomic():
            events.publish("long", done=1)
            events.publish_at_once(own, "other", stage="half")
            assert list(Event.objects.filter(channel="other"))
            transaction.set_rollback(True)
        events.publish_at_once(own, "long", stage="half")
        assert asyncio.run(listen()) == {"stage": "half"}
    finally:
        own.close()


@pytest.mark.parametrize("ticket", ["", "forged", "import-1"])
def test_stream_without_a_ticket_is_refused(ticket: str) -> None:
    async def status() -> int:
        async with Reader(f"http://x/stream?ticket={ticket}&since=0") as reader:
            found: int = reader.start["status"]
            return found

    assert asyncio.run(status()) == 403
