"""Value both ways: what each side gives and gets, and what the student gains, as seen on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from solmu.audit import history
from solmu.partnerships.models import SCORES, Stakeholder, ValueAssessment
from solmu.people.viewer import Viewer

SIDES = ValueAssessment.SIDES
LOWEST, HIGHEST = (validator.limit_value for validator in SCORES)

NAMES: dict[str, Promise] = {
    "we_give": _("What we give"),
    "we_get": _("What we get"),
    "they_give": _("What the partner gives"),
    "they_get": _("What the partner gets"),
    "student": _("What the student gains"),
}

# What each score means, in one sentence.
_GIVING = (
    _("Nothing so far."),
    _("A little, when somebody happens to ask."),
    _("Something every year, as part of ordinary work."),
    _("Much, and people and time are set aside for it."),
    _("So much that plans are made around it."),
)
_GETTING = (
    _("Nothing so far."),
    _("A little; it would hardly be missed."),
    _("Something useful every year."),
    _("Much; it would be hard to get elsewhere."),
    _("Something the strategy rests on."),
)
_STUDENT = (
    _("Nothing a student would notice."),
    _("A few students gain something now and then."),
    _("Students of a field gain from it every year."),
    _("It shapes how a whole field learns."),
    _("It opens a path to work or to further studies."),
)
MEANINGS: dict[str, tuple[Promise, ...]] = {
    "we_give": _GIVING,
    "we_get": _GETTING,
    "they_give": _GIVING,
    "they_get": _GETTING,
    "student": _STUDENT,
}

# What is written for the partner by us, who can't know it as they do.
OUR_VIEW = frozenset({"they_give", "they_get", "student"})


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an assessment as a page shows it."""

    key: str
    name: Promise
    text: str
    score: int | None
    meaning: Promise | str
    our_view: bool


@transaction.atomic
def assess(
    stakeholder: Stakeholder, *, on: date, by: Viewer, language: str = "", **facts: Any
) -> ValueAssessment:
    """Write how value looks on a day; a second assessment on the day replaces the first."""
    for name, value in facts.items():
        side = name.removesuffix("_score")
        if side not in SIDES:
            raise TypeError(f"an assessment has no {name}")
        if name.endswith("_score") and value is not None and not LOWEST <= value <= HIGHEST:
            raise ValueError(f"a score is {LOWEST}–{HIGHEST}, not {value}")
    with history.acting(by):
        assessment, _created = ValueAssessment.objects.select_for_update().update_or_create(
            stakeholder=stakeholder,
            on=on,
            defaults={
                **facts,
                "language": (language or by.language or get_language() or "fi")[:2],
                "by_id": by.person_id,
            },
        )
    return assessment


@transaction.atomic
def remove(assessment: ValueAssessment, *, by: Viewer) -> None:
    """Take away an assessment made by mistake; the history keeps it."""
    with history.acting(by):
        assessment.delete()


def sides(assessment: ValueAssessment) -> list[Side]:
    """The five sides, each with its score put in words."""
    shown = []
    for key in SIDES:
        score = getattr(assessment, f"{key}_score")
        shown.append(
            Side(
                key=key,
                name=NAMES[key],
                text=getattr(assessment, key),
                score=score,
                meaning="" if score is None else MEANINGS[key][score],
                our_view=key in OUR_VIEW,
            )
        )
    return shown


def balance(assessment: ValueAssessment) -> Promise | str:
    """Who gains more, in one sentence; empty when either score is missing."""
    ours, theirs = assessment.we_get_score, assessment.they_get_score
    if ours is None or theirs is None:
        return ""
    if ours == theirs == LOWEST:
        return _("Neither side gains anything yet.")
    if ours == theirs:
        return _("Both sides gain about as much.")
    if ours - theirs >= 2:
        return _("We gain clearly more than the partner.")
    if theirs - ours >= 2:
        return _("The partner gains clearly more than we do.")
    return _("We gain a little more.") if ours > theirs else _("The partner gains a little more.")
