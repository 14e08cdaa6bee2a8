"""The test on a page: all its questions, made in one pass from what each process keeps of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.training.exam import bank, taking
from solmu.training.exam.models import Attempt

# Questions between two buttons that save, for browsers without JavaScript.
_STRETCH = 10


def questions(attempt: Attempt, chosen: Mapping[int, int]) -> SafeString:
    """Each question with its options in the order drawn; nothing tells which one is right."""
    language = (get_language() or "fi")[:2]
    known = bank.known(taking.database(), [question for question, _order in attempt.questions])
    save = _("Save the answers so far")
    total = len(attempt.paper)
    parts: list[str] = []
    for item, (question, order) in enumerate(attempt.questions):
        texts = known[question]
        options = texts.options[language]
        given = chosen.get(item)
        parts.append(
            f'<fieldset class="question" id="q-{item + 1}"><legend><span class="note">{item + 1} / '
            f'{total}</span> {texts.texts[language]}</legend><div class="options">'
        )
        for place, option in enumerate(order):
            checked = " checked" if given == place else ""
            parts.append(
                f'<div><label><input type="radio" name="a{item}" value="{place}"{checked}>'
                f" <span>{options[option]}</span></label></div>"
            )
        parts.append("</div></fieldset>")
        if item % _STRETCH == _STRETCH - 1 and item + 1 < total:
            parts.append(
                f'<p class="save"><button class="button quiet" name="save" value="{item + 2}">'
                f"{save}</button></p>"
            )
    return mark_safe("".join(parts))


def written(chosen: Mapping[int, int], total: int) -> str:
    """The answers that a page was made with: `2,,0` …, so that a stale page changes nothing."""
    return ",".join(str(chosen.get(item, "")) for item in range(total))


def read(posted: Mapping[str, str], total: int) -> dict[int, int]:
    """The answers that a page has changed since it was made."""
    before = posted.get("was", "").split(",")
    found = {}
    for item in range(total):
        value = posted.get(f"a{item}", "")
        if value.isdecimal() and (item >= len(before) or before[item] != value):
            found[item] = int(value)
    return found
