"""Feedback: given once by each, kept without a name, told only from five answers on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean
from typing import Any

from django.db import transaction
from django.db.models import F

from solmu.lib import clock
from solmu.organisations.models import Municipality
from solmu.training import states
from solmu.training.certificates import questions
from solmu.training.certificates.models import Feedback, FeedbackGiven, Satisfaction
from solmu.training.models import Enrolment, Programme

# So many have to have answered before anything is told of what they said.
ENOUGH = 5
By = Satisfaction.By
ASKED = states.DONE | {Enrolment.State.FAILED, Enrolment.State.LAPSED}


def is_asked(enrolment: Enrolment) -> bool:
    """Tell whether the participant has a result and has not given feedback yet."""
    return (
        enrolment.state in ASKED and not FeedbackGiven.objects.filter(enrolment=enrolment).exists()
    )


@transaction.atomic
def give(enrolment: Enrolment, *, marks: dict[str, int], said: str, language: str) -> bool:
    """Keep what a participant thinks; False for who has said it already."""
    _given, new = FeedbackGiven.objects.get_or_create(enrolment=enrolment)
    if new:
        add(enrolment, list(marks.values()))
        Feedback.objects.create(
            programme_id=enrolment.programme_id,
            cohort_id=enrolment.cohort_id,
            month=clock.today().replace(day=1),
            marks=marks,
            said=said.strip()[:4000],
            language=language,
        )
    return new


def add(enrolment: Enrolment, marks: list[int]) -> None:
    """Add an answer to the sums of the participant's field and region."""
    region = (
        Municipality.objects.filter(code=enrolment.municipality)
        .values_list("region_id", flat=True)
        .first()
    )
    for by, value in ((By.FIELD, enrolment.field), (By.REGION, region or "")):
        row, _new = Satisfaction.objects.get_or_create(
            programme_id=enrolment.programme_id, by=by, value=value
        )
        Satisfaction.objects.filter(pk=row.pk).update(
            answers=F("answers") + 1,
            marks=F("marks") + len(marks),
            total=F("total") + sum(marks),
        )


def satisfaction(programme: Programme, by: str) -> dict[str, float]:
    """The means of fields or regions (by their codes) where enough have answered, all years."""
    rows = list(Satisfaction.objects.filter(programme=programme, by=by))
    told = sorted((row for row in rows if row.answers >= ENOUGH), key=lambda row: row.answers)
    few = sum(row.answers for row in rows if row.answers < ENOUGH)
    # As with starts: what few have said can't be reckoned as the whole less what is told.
    if 0 < few < ENOUGH:
        told = told[1:]
    return {row.value: row.total / row.marks for row in told if row.marks}


@dataclass(slots=True)
class Group:
    """Answers that are told together."""

    label: Any
    count: int = 0
    marks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, answer: Feedback) -> None:
        """Count an answer in."""
        self.count += 1
        for key, mark in answer.marks.items():
            self.marks[key].append(mark)

    @property
    def is_enough(self) -> bool:
        """Nobody can be told from among so many."""
        return self.count >= ENOUGH

    def mean(self, key: str) -> float | None:
        """The mean of a question; None where too few have answered it."""
        given = self.marks.get(key, [])
        return fmean(given) if len(given) >= ENOUGH else None

    @property
    def overall(self) -> float | None:
        """The mean over all questions."""
        given = [mark for marks in self.marks.values() for mark in marks]
        return fmean(given) if self.is_enough and given else None

    def spread(self, key: str) -> list[int]:
        """How many gave each mark, from 1 to 5."""
        given = self.marks.get(key, [])
        return [given.count(mark) for mark in questions.MARKS]


@dataclass(slots=True)
class Report:
    """What participants of a programme have said."""

    total: Group
    cohorts: list[Group]
    years: list[Group]
    said: list[str]


def report(programme: Programme) -> Report:
    """All answers together, by start and by year, in one query."""
    rows = Feedback.objects.filter(programme=programme).select_related("cohort")
    total = Group("")
    by_cohort: dict[date | None, Group] = {}
    by_year: dict[int, Group] = {}
    said = []
    for row in rows.order_by("uuid"):
        start = row.cohort.starts_on if row.cohort else None
        total.add(row)
        by_cohort.setdefault(start, Group(start)).add(row)
        by_year.setdefault(row.month.year, Group(row.month.year)).add(row)
        if row.said:
            said.append(row.said)
    cohorts = [
        by_cohort[start]
        for start in sorted(by_cohort, key=lambda one: one or date.min, reverse=True)
    ]
    years = [by_year[year] for year in sorted(by_year, reverse=True)]
    for groups in (cohorts, years):
        _guard(groups)
    return Report(
        total,
        cohorts,
        years,
        said if total.is_enough else [],
    )


def _guard(groups: list[Group]) -> None:
    """Keep what few have said from being reckoned as the total less the groups that are told.

    Groups that are too small are told only together with the others; where they are too small even
    together, the smallest that would be told is kept back too.
    """
    few = sum(one.count for one in groups if not one.is_enough)
    told = [one for one in groups if one.is_enough]
    if 0 < few < ENOUGH and told:
        smallest = min(told, key=lambda one: one.count)
        smallest.count = 0
        smallest.marks.clear()
