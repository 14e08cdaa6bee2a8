"""Small pieces of HTML made in Python: for table cells and other hot places, and for the tags."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

LADDER = 4
_STEP_WIDTH, _STEP_HEIGHT, _STEP_GAP = 15, 7, 3


@lru_cache(maxsize=1)
def _sprite() -> str:
    return conditional_escape(static("ui/vendor/icons.svg"))


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """Return the names of the icons that the sprite holds."""
    path = str(finders.find("ui/vendor/icons.svg"))
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return frozenset(re.findall(r'<symbol id="([^"]+)"', file.read()))


@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """An icon of the sprite; always beside a word, so hidden from screen readers."""
    return mark_safe(
        f'<svg class="icon" aria-hidden="true"><use href="{_sprite()}#{conditional_escape(name)}"/>'
        "</svg>"
    )


def badge(text: Any, tone: str = "neutral") -> SafeString:
    """A word on a coloured ground; tone is neutral, lake, berry or quiet."""
    word = text if isinstance(text, SafeString) else capfirst(str(text))
    return mark_safe(
        f'<span class="badge {conditional_escape(tone)}">{conditional_escape(word)}</span>'
    )


def steps(
    reached: int | None, total: int = LADDER, label: Any = "", *, claimed: bool = False
) -> SafeString:
    """Filled steps of the ladder and its word; a level without evidence is drawn dashed."""
    width = total * (_STEP_WIDTH + _STEP_GAP) - _STEP_GAP
    inset = 0.75 if claimed else 0
    marks = "".join(
        f'<rect x="{at * (_STEP_WIDTH + _STEP_GAP) + inset}" y="{inset}"'
        f' width="{_STEP_WIDTH - 2 * inset}" height="{_STEP_HEIGHT - 2 * inset}" rx="2"'
        f' class="{"full" if at < (reached or 0) else "none"}"/>'
        for at in range(total)
    )
    word = (
        f"<span>{conditional_escape(label)}</span>"
        if label
        else f'<span class="visually-hidden">{reached or 0}/{total}</span>'
    )
    return mark_safe(
        f'<span class="steps{" claimed" if claimed else ""}">'
        f'<svg aria-hidden="true" width="{width}" height="{_STEP_HEIGHT}">{marks}</svg>'
        f"{word}</span>"
    )


def swatch(rank: int) -> SafeString:
    """A dot in the colour of a ladder step, for legends."""
    return mark_safe(
        f'<svg class="swatch level-{rank}" viewBox="0 0 12 12" aria-hidden="true">'
        '<circle cx="6" cy="6" r="6"/></svg>'
    )


def link(url: str, text: Any, *, note: Any = "") -> SafeString:
    """A link, with a quieter line under it if there is a note."""
    below = f'<span class="note">{conditional_escape(note)}</span>' if note else ""
    return mark_safe(f'<a href="{conditional_escape(url)}">{conditional_escape(text)}</a>{below}')


def noted(text: Any, note: Any) -> SafeString:
    """A text with a quieter line under it."""
    below = f'<span class="note">{conditional_escape(note)}</span>' if note else ""
    return mark_safe(f"{conditional_escape(text)}{below}")


def written(text: Any, language: str) -> SafeString:
    """What somebody wrote in a language of their own, for readers that speak it aloud."""
    return mark_safe(
        f'<span lang="{conditional_escape(language)}">{conditional_escape(text)}</span>'
    )


def hidden(name: str, value: Any) -> SafeString:
    """A hidden form field."""
    return mark_safe(
        f'<input type="hidden" name="{conditional_escape(name)}"'
        f' value="{conditional_escape(value)}">'
    )


def joined(parts: Iterable[Any], separator: str = " ") -> SafeString:
    """Pieces one after another, each escaped unless it is safe."""
    return mark_safe(conditional_escape(separator).join(conditional_escape(part) for part in parts))
