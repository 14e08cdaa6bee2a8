"""Modules that an installation can switch off: their addresses answer 404, no menu, no job."""

from django.conf import settings

SWITCHABLE = frozenset(
    {"partnerships", "networks", "plans", "costs", "agreements", "training", "api", "live"}
)
# Parts of a network's pages: without networks they have no place.
STANDS_ON = {"plans": "networks", "costs": "networks"}


def is_on(module: str) -> bool:
    """Tell whether a module and what it stands on are on; rooms without a switch always are."""
    return not {module, STANDS_ON.get(module)} & settings.SOLMU_MODULES_OFF


def of[T](module: str, *parts: T) -> tuple[T, ...]:
    """The module's parts, or nothing when it is off."""
    return parts if is_on(module) else ()
