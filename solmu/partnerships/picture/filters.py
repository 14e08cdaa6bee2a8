"""Filters of the picture that rooms above bring; composition.PICTURE_FILTERS names each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class PictureFilter:
    """A filter: its name, the values with their words, and which `organisation_id` each lets in.

    `condition` takes the institution's id, the chosen values and the day of the picture.
    """

    label: Any
    options: Callable[[], list[tuple[str, str]]]
    condition: Callable[[int, Iterable[str], date], Q]
