"""The live process: server-sent events from rows. One LISTEN connection, any number of streams."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import psycopg
from django.conf import settings
from django.utils.log import configure_logging

from solmu.live.tickets import NOTIFY, BadTicketError, channel_of

# Only the settings of Django, and no models: that is half of the memory of a set-up one.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "solmu.settings")
configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

SILENCE = 15  # seconds between comments that keep proxies from closing a quiet stream
RETRY = 3  # seconds before a lost database is tried again
_BATCH = 200

log = logging.getLogger("solmu.live")


class Hub:
    """Wakes the streams of a channel when the database says that it has news."""

    def __init__(self) -> None:
        self.waiting: dict[str, set[asyncio.Event]] = {}
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, once."""
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    os.environ["DATABASE_URL"], autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {NOTIFY}")
                    self.wake_all()  # what came while nobody listened is in the rows
                    async for notice in connection.notifies():
                        _number, _space, channel = notice.payload.partition(" ")
                        for bell in self.waiting.get(channel, ()):
                            bell.set()
            except psycopg.Error:
                log.warning("The database is away; trying again.")
            await asyncio.sleep(RETRY)

    def wake_all(self) -> None:
        """Let every stream look for what it has missed."""
        for bells in self.waiting.values():
            for bell in bells:
                bell.set()


hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer /stream and /healthz."""
    if scope["type"] != "http":
        return
    hub.start()
    if scope["path"] == "/healthz":
        await _answer(send, 200, b"ok")
    elif scope["path"] == "/stream" and scope["method"] == "GET":
        await _stream(scope, receive, send)
    else:
        await _answer(send, 404, b"not found")


async def _stream(scope: Scope, receive: Receive, send: Send) -> None:
    query = {key: values[-1] for key, values in parse_qs(scope["query_string"].decode()).items()}
    headers = dict(scope["headers"])
    try:
        channel = channel_of(query.get("ticket", ""))
        last = int(headers.get(b"last-event-id", query.get("since", "0").encode()))
    except (BadTicketError, ValueError):
        await _answer(send, 403, b"the ticket doesn't open this stream")
        return
    bell = asyncio.Event()
    bell.set()
    hub.waiting.setdefault(channel, set()).add(bell)
    gone = asyncio.create_task(_disconnected(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _headers()})
        while not gone.done():
            if bell.is_set():
                bell.clear()
                last = await _send_news(send, channel, last)
            ring = asyncio.create_task(bell.wait())
            done, _ = await asyncio.wait(
                {ring, gone}, timeout=SILENCE, return_when=asyncio.FIRST_COMPLETED
            )
            ring.cancel()
            if not done:
                await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
    finally:
        gone.cancel()
        hub.waiting[channel].discard(bell)
        if not hub.waiting[channel]:
            del hub.waiting[channel]


async def _send_news(send: Send, channel: str, last: int) -> int:
    try:
        async with await psycopg.AsyncConnection.connect(
            os.environ["DATABASE_URL"], autocommit=True
        ) as connection:
            cursor = await connection.execute(
                "SELECT id, data FROM live_event WHERE channel = %s AND id > %s"
                " ORDER BY id LIMIT %s",
                (channel, last, _BATCH),
            )
            rows = await cursor.fetchall()
    except psycopg.Error:
        return last  # the hub wakes this stream when the database is back
    for number, data in rows:
        body = f"id: {number}\ndata: {json.dumps(data)}\n\n".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        last = number
    return last


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers() -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"access-control-allow-origin", settings.SOLMU_ADDRESS.encode()),
    ]


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        }
    )
    await send({"type": "http.response.body", "body": body})
