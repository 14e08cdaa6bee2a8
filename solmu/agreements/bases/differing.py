"""What differs between two versions of a template, or between a copy and its original. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from solmu.agreements.bases import exchange
from solmu.agreements.drafting import comparing, wording
from solmu.agreements.drafting.comparing import Words
from solmu.agreements.models import BaseClause
from solmu.lib.translated import LANGUAGES

# What is said of a clause beside its words.
_FACTS = ("kind", "optional", "alternatives", "note")


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause in a comparison: "same", "moved", "changed", "added" or "removed".

    `words` are the languages in which it differs; `facts` what else does.
    """

    key: str
    title: str
    what: str
    words: tuple[Words, ...] = ()
    facts: tuple[str, ...] = ()


def compare(before: Iterable[BaseClause], after: Iterable[BaseClause]) -> list[Difference]:
    """Every clause of either, in the later one's order."""
    old = {clause.key: clause for clause in before}
    new = {clause.key: clause for clause in after}
    found = comparing.compare(
        map(exchange.clause_told, old.values()), map(exchange.clause_told, new.values()), LANGUAGES
    )
    return [_told(one, old.get(one.key), new.get(one.key)) for one in found]


def changed(before: Iterable[BaseClause], after: Iterable[BaseClause]) -> list[Difference]:
    """Those that differ."""
    return [one for one in compare(before, after) if one.what != "same"]


def _told(one: comparing.Difference, old: BaseClause | None, new: BaseClause | None) -> Difference:
    if old is None or new is None:
        spoken = tuple(words for words in one.words if words.title or words.text)
        return Difference(one.key, (new or old or one).title, one.what, spoken)
    facts = tuple(name for name in _FACTS if getattr(old, name) != getattr(new, name))
    spoken = tuple(words for words in one.words if _differ(old, new, words.code))
    what = "changed" if spoken or facts else one.what
    return Difference(one.key, new.title, what, spoken, facts)


def _differ(old: BaseClause, new: BaseClause, code: str) -> bool:
    return any(
        wording.differs(getattr(old, f"{part}_{code}"), getattr(new, f"{part}_{code}"))
        for part in ("title", "text")
    )
