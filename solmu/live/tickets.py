"""Short-lived tickets with which a page opens its stream; the live process has no models."""

from typing import Any

from django.core import signing

NOTIFY = "solmu_live"
_SALT = "live ticket"
_SECONDS = 120

BadTicketError = signing.BadSignature


def ticket(channel: str) -> str:
    """Return a ticket for one channel; whoever gives it has checked that the viewer may listen."""
    return signing.dumps(channel, salt=_SALT)


def channel_of(ticket: str) -> str:
    """The channel that a ticket opens, else BadTicketError."""
    channel: Any = signing.loads(ticket, salt=_SALT, max_age=_SECONDS)
    return str(channel)
