"""What the tests of the test need: beside contents, a bank of questions and somebody ready."""

from typing import Any

from solmu.training.exam.models import Attempt, Question
from solmu.training.learning.models import Version
from solmu.training.learning.tests.making import SYSTEM, client_of, contents, do_all, studying
from solmu.training.models import Enrolment, Programme

__all__ = ["SYSTEM", "bank", "client_of", "contents", "do_all", "places", "ready", "studying"]


def bank(programme: Programme, parts: int = 4, each: int = 15) -> list[Question]:
    """Questions whose right option is always the third."""
    return Question.objects.bulk_create(
        Question(
            programme=programme,
            key=f"p{part}-{number:02}",
            part=part,
            text_fi=f"Kysymys {part}.{number}?",
            text_en=f"Question {part}.{number}?",
            options=[{"fi": f"vaihtoehto {n}", "en": f"option {n}"} for n in range(4)],
            right=2,
            why_fi="Koska.",
        )
        for part in range(1, parts + 1)
        for number in range(1, each + 1)
    )


def ready(days: int = -5, number: int = 1, **facts: Any) -> Enrolment:
    """Somebody who has done all parts, with a bank to be asked from."""
    row = studying(days, number, **facts)
    if not Version.objects.filter(programme=row.programme).exists():
        contents(row.programme)
        bank(row.programme)
    do_all(row)
    return row


def places(attempt: Attempt, right: int) -> dict[int, int]:
    """Answers as places on the page: so many right ones, the others wrong."""
    found = {}
    for item, (_question, order) in enumerate(attempt.questions):
        wanted = 2 if item < right else 0
        found[item] = order.index(wanted)
    return found
