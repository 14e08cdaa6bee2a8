"""What a result says: each part, the ones to read again, and (once passed) what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from solmu.training.exam.bank import option_text
from solmu.training.exam.models import Answer, Attempt, Question
from solmu.training.exam.scoring import percent
from solmu.training.learning.progress import Progress
from solmu.training.models import Enrolment


@dataclass(frozen=True, slots=True)
class PartResult:
    """How a part went."""

    title: str
    right: int
    asked: int
    percent: int
    read_again: bool
    url: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A question that went wrong, told to those who have passed."""

    text: str
    chosen: str
    right: str
    why: str


def parts(enrolment: Enrolment, attempt: Attempt) -> list[PartResult]:
    """Each part of an attempt; those below what passes are to be read again."""
    titles = {one.part.number: one.part.title for one in Progress(enrolment).parts}
    limit = enrolment.programme.pass_percent
    found = []
    for key, (right, asked) in sorted(attempt.parts.items(), key=lambda pair: int(pair[0])):
        number = int(key)
        share = percent(right, asked)
        url = reverse("learning:part", args=[enrolment.uuid, number]) if number in titles else ""
        title = f"{number}. {titles.get(number, '')}".strip()
        found.append(PartResult(title, right, asked, int(share), share < limit, url))
    return found


def wrong(attempt: Attempt) -> list[Wrong]:
    """The questions of an attempt that weren't answered right."""
    questions = Question.objects.in_bulk([question for question, _order in attempt.questions])
    choices = dict(Answer.objects.filter(attempt=attempt).values_list("item", "choice"))
    found = []
    for item, (key, _order) in enumerate(attempt.questions):
        question = questions[key]
        chosen = choices.get(item)
        if chosen == question.right:
            continue
        found.append(
            Wrong(
                question.text,
                _option(question, chosen) if chosen is not None else "",
                _option(question, question.right),
                question.why,
            )
        )
    return found


def _option(question: Question, place: int) -> str:
    return option_text(question.options[place], _language())


def _language() -> str:
    return (get_language() or "fi")[:2]
