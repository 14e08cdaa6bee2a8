"""The questions of feedback: those of the programme's contents, else the common ones."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from solmu.training.learning.shipped import FOLDER
from solmu.training.models import Programme

COMMON = "tyopaikkaohjaaja"
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
        return [one for one in self.each if one.kind == "scale"]

    @property
    def free(self) -> Question | None:
        """The one that is answered in own words."""
        return next((one for one in self.each if one.kind == "text"), None)


def of(programme: Programme) -> Questions:
    """The questions that a programme asks."""
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
