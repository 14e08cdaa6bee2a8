"""Publishing events, and the addresses of their streams."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from solmu.jobs import tasks
from solmu.lib import clock
from solmu.live.models import Event
from solmu.live.tickets import NOTIFY, ticket

KEPT = timedelta(days=1)


@transaction.atomic
def publish(channel: str, **data: Any) -> None:
    """Tell a channel's listeners when the current transaction commits.

    Publishers of one channel wait for each other, so that ids appear in the order in which they
    commit and "since when" misses nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [channel])
        event = Event.objects.create(channel=channel, data=data)
        cursor.execute("SELECT pg_notify(%s, %s)", [NOTIFY, f"{event.pk} {channel}"])


def publish_at_once(own: BaseDatabaseWrapper, channel: str, **data: Any) -> None:
    """Tell a channel's listeners now, on a connection of its own that commits each statement.

    For long work in one transaction that tells how far it is before it commits.
    """
    with own.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS (SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))),
                 made AS (INSERT INTO live_event (channel, data, at)
                          SELECT %s, %s, %s FROM held RETURNING id)
            SELECT pg_notify(%s, id || ' ' || %s) FROM made
            """,
            [channel, channel, json.dumps(data), clock.real_now(), NOTIFY, channel],
        )


def stream_address(channel: str) -> str:
    """Return the address of a channel's stream, from now on; empty where no live process runs."""
    if not settings.SOLMU_LIVE_ADDRESS:
        return ""
    newest = (
        Event.objects.filter(channel=channel).order_by("-id").values_list("id", flat=True).first()
    )
    return f"{settings.SOLMU_LIVE_ADDRESS}/stream?ticket={ticket(channel)}&since={newest or 0}"


@tasks.periodic("17 3 * * *", "live.forget")
def forget() -> None:
    """Delete events that no page can still be waiting for."""
    Event.objects.filter(at__lt=clock.real_now() - KEPT).delete()
