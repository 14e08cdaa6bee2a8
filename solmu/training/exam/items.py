"""What the answers tell of each question: how hard it is, and whether it tells who knows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext as _

from solmu.training.exam.models import Question
from solmu.training.models import Programme

ENOUGH = 20  # answers, before anything is said
TELLS = 0.2  # what a question that tells those who know from the others reaches
LATEST = 10_000  # attempts that are read

_ITEMS = """
WITH latest AS (
    SELECT a.id, a.paper, a.right_answers FROM training_exam_attempt a
    JOIN training_enrolment e ON e.id = a.enrolment_id
    WHERE e.programme_id = %(programme)s AND a.submitted_at IS NOT NULL
    ORDER BY a.id DESC LIMIT %(latest)s
), asked AS (
    SELECT l.id, l.right_answers, p.place - 1 AS item, (p.drawn ->> 0)::bigint AS question
    FROM latest l, jsonb_array_elements(l.paper) WITH ORDINALITY AS p(drawn, place)
), told AS (
    SELECT k.question, n.choice, (n.choice IS NOT DISTINCT FROM q.right)::int AS hit,
        k.right_answers - (n.choice IS NOT DISTINCT FROM q.right)::int AS rest
    FROM asked k JOIN training_exam_question q ON q.id = k.question
    LEFT JOIN training_exam_answer n ON n.attempt_id = k.id AND n.item = k.item
)
"""
_TOTALS = f"""{_ITEMS} SELECT question, count(*), avg(hit)::float, corr(hit, rest)
FROM told GROUP BY question"""  # noqa: S608 - no values
_OPTIONS = f"""{_ITEMS} SELECT question, choice, count(*), avg(rest)::float
FROM told GROUP BY question, choice"""  # noqa: S608


@dataclass(slots=True)
class Item:
    """A question's figures.

    `share` is the share of right answers; `tells` the correlation of answering it right with how
    many of the others one knows. `chosen` gives of each option how many chose it, and how many
    of the other questions they know on average.
    """

    answers: int = 0
    share: float = 0.0
    tells: float | None = None
    chosen: dict[int, tuple[int, float]] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        """Tell whether there are answers enough to say something."""
        return self.answers >= ENOUGH


def of_programme(programme: Programme) -> dict[int, Item]:
    """The figures of every question that was asked: two queries."""
    values = {"programme": programme.pk, "latest": LATEST}
    found: dict[int, Item] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, values)
        for question, answers, share, tells in cursor.fetchall():
            found[question] = Item(answers, share, tells)
        cursor.execute(_OPTIONS, values)
        for question, choice, count, rest in cursor.fetchall():
            if choice is not None:
                found[question].chosen[choice] = (count, rest)
    return found


def remarks(question: Question, item: Item | None) -> list[str]:
    """What should be looked at, in words; a high share of right answers alone is no fault."""
    if item is None or not item.is_enough:
        return []
    found = []
    if (doubt := _doubt(item)) is not None:
        found.append(doubt)
    right = item.chosen.get(question.right, (0, 0.0))
    for place, _option in enumerate(question.options):
        if place == question.right:
            continue
        count, rest = item.chosen.get(place, (0, 0.0))
        if count >= 5 and right[0] >= 5 and rest > right[1] + 1:
            found.append(
                _("Option %(letter)s draws people who know the rest better than those who answer "
                  "right. Is the key right?") % {"letter": letter(place)}
            )  # fmt: skip
    wrong = item.answers - right[0]
    unused = [letter(place) for place in range(len(question.options)) if place not in item.chosen]
    if unused and wrong >= 10 and item.answers >= 3 * ENOUGH:
        found.append(
            _("Nobody chooses %(letters)s: a better wrong option would tell more.")
            % {"letters": ", ".join(unused)}
        )
    return found


def is_weak(item: Item | None) -> bool:
    """Tell whether the question doesn't tell those who know from those who don't."""
    return item is not None and item.is_enough and _doubt(item) is not None


def _doubt(item: Item) -> str | None:
    """Why the question may not tell who knows: only when chance hardly explains the figure."""
    if item.tells is None:
        return None
    # Nearly everybody right: there is too little difference left to measure by.
    if item.share > 0.97 and item.tells > -0.15:
        return None
    margin = 0.84 * math.sqrt((1 - item.tells**2) / (item.answers - 2))
    if item.tells + margin >= TELLS:
        return None
    if item.tells + margin < 0:
        return _("Those who know the rest answer this one worse than the others. Is the key right?")
    return _("It does not tell those who know from those who don't. Is it clear enough?")


def letter(place: int) -> str:
    """An option's letter."""
    return "ABCDEFGHIJ"[place]
