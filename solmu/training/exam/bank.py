"""Questions as the test needs them, kept by each process: a row never changes its texts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape

from solmu.lib.translated import LANGUAGES, text_in
from solmu.training.exam.models import Question
from solmu.training.models import Programme

KEPT = 5000


@dataclass(frozen=True, slots=True)
class Known:
    """A question: its part and right option, and escaped texts by language."""

    part: int
    right: int
    texts: dict[str, str]
    options: dict[str, list[str]]


_known: OrderedDict[tuple[str, int], Known] = OrderedDict()


def known(database: str, ids: Collection[int]) -> dict[int, Known]:
    """The questions by id; `database` keeps those of a test's or another database apart."""
    missing = [one for one in ids if (database, one) not in _known]
    found = {one: _known[database, one] for one in ids if (database, one) in _known}
    if missing:
        for question in Question.objects.filter(pk__in=missing):
            found[question.pk] = _known[database, question.pk] = _read(question)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found


def option_text(option: dict[str, Any], language: str) -> str:
    """An option in a language, else in the first that has it."""
    for code in (language, *LANGUAGES):
        if text := option.get(code):
            return str(text)
    return ""


def drawn_from(programme: Programme) -> list[tuple[int, int, int]]:
    """What is drawn from: (question, part, number of options)."""
    rows = Question.objects.active().filter(programme=programme).order_by("pk")
    return [
        (pk, part, len(options)) for pk, part, options in rows.values_list("pk", "part", "options")
    ]


def _read(question: Question) -> Known:
    return Known(
        question.part,
        question.right,
        {code: str(conditional_escape(text_in(question, "text", code))) for code in LANGUAGES},
        {
            code: [
                str(conditional_escape(option_text(option, code))) for option in question.options
            ]
            for code in LANGUAGES
        },
    )
