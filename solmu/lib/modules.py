"""Modules that an installation can switch off: their addresses answer 404, no menu, no job."""

from django.conf import settings

SWITCHABLE = frozenset(
    {"partnerships", "networks", "plans", "costs", "agreements", "training", "api", "live"}
)


def is_on(module: str) -> bool:
    """Tell whether a module is on; rooms that can't be switched off always are."""
    return module not in settings.SOLMU_MODULES_OFF


def of[T](module: str, *parts: T) -> tuple[T, ...]:
    """The module's parts, or nothing when it is off."""
    return parts if is_on(module) else ()
