"""What composition.py puts together, read by rooms that stand below it."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.utils.module_loading import import_string


@cache
def composed(name: str) -> Any:
    """Return a named part of the composition, such as MENU; looked up once a process."""
    return import_string(f"solmu.composition.{name}")


def follow(kind: str, ids: Iterable[int]) -> None:
    """Let rooms above write what follows from changed records, in the same transaction."""
    changed = list(ids)
    for write in composed("FOLLOWS").get(kind, ()):
        write(changed)
