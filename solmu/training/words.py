"""Days as people say them: 1. joulukuuta 2026, 1 december 2026, 1 December 2026."""

from datetime import date

from django.utils.dateformat import format as formatted
from django.utils.translation import get_language

_FORMATS = {"fi": "j. E Y", "sv": "j F Y", "en": "j F Y"}


def day(on: date) -> str:
    """A day in the reader's language."""
    return formatted(on, _FORMATS.get((get_language() or "fi")[:2], "j F Y"))
