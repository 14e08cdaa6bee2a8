"""The questions of feedback: the programme's own, those of its contents, else the common ones."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib.translated import LANGUAGES
from solmu.people.viewer import Viewer
from solmu.training.certificates.models import AskedQuestions
from solmu.training.learning.shipped import FOLDER
from solmu.training.models import Programme

COMMON = "tyopaikkaohjaaja"
SCALE, TEXT = "scale", "text"
MARKS = range(1, 6)


@dataclass(frozen=True, slots=True)
class Question:
    """A question in three languages; a scale goes from 1 to 5."""

    key: str
    kind: str
    texts: dict[str, str]
    warnings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Questions:
    """All of them, with what the ends of the scale mean."""

    low: dict[str, str]
    high: dict[str, str]
    each: tuple[Question, ...]

    @property
    def scales(self) -> list[Question]:
        """Those that are answered with a number."""
        return [one for one in self.each if one.kind == SCALE]

    @property
    def free(self) -> Question | None:
        """The one that is answered in own words."""
        return next((one for one in self.each if one.kind == TEXT), None)


def of(programme: Programme) -> Questions:
    """The questions that a programme asks: its own, else the common ones."""
    common = shipped(programme)
    own = AskedQuestions.objects.filter(programme=programme).first()
    if own is None or not own.asked:
        return common
    each = tuple(_own(one, common) for one in own.asked)
    return Questions(common.low, common.high, each)


def _own(told: dict[str, str], common: Questions) -> Question:
    words = {code: told[code] for code in LANGUAGES if told.get(code)}
    first = next(iter(words.values()), "")
    warnings = common.free.warnings if told["kind"] == TEXT and common.free else {}
    texts = {code: words.get(code, first) for code in LANGUAGES}
    return Question(told["key"], told["kind"], texts, warnings)


@transaction.atomic
def write(programme: Programme, asked: list[dict[str, str]], *, by: Viewer) -> None:
    """Ask these from now on; none: the common ones again. What was answered before is kept."""
    with history.acting(by, gettext_noop("questions of feedback changed")):
        if asked:
            AskedQuestions.objects.update_or_create(programme=programme, defaults={"asked": asked})
        else:
            AskedQuestions.objects.filter(programme=programme).delete()


def shipped(programme: Programme) -> Questions:
    """The questions that come with the programme's contents, else the common ones."""
    slugs = [programme.slug, programme.adopted_from.slug if programme.adopted_from else ""]
    for slug in slugs:
        if slug and (FOLDER / slug / "feedback.toml").exists():
            return _read(slug)
    return _read(COMMON)


@cache
def _read(folder: str) -> Questions:
    told = tomllib.loads((FOLDER / folder / "feedback.toml").read_text(encoding="utf-8"))
    each = tuple(
        Question(one["id"], one["kind"], dict(one["text"]), dict(one.get("warning", {})))
        for one in told["question"]
    )
    return Questions(dict(told["scale"]["low"]), dict(told["scale"]["high"]), each)
