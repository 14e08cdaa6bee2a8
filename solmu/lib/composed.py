"""What composition.py puts together, read by rooms that stand below it."""

from functools import cache
from typing import Any

from django.utils.module_loading import import_string


@cache
def composed(name: str) -> Any:
    """Return a named part of the composition, such as MENU; looked up once a process."""
    return import_string(f"solmu.composition.{name}")
