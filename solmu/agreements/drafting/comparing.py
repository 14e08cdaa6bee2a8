"""What differs between two texts of an agreement, clause by clause and word by word. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from solmu.agreements.drafting import wording
from solmu.agreements.drafting.wording import Piece


@dataclass(frozen=True, slots=True)
class Words:
    """A clause's title and text compared in a language."""

    code: str
    title: list[Piece]
    text: list[Piece]


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause in a comparison: "same", "moved", "changed", "added" or "removed"."""

    key: str
    title: str
    what: str
    words: list[Words]
    confidential: bool = False


def compare(
    before: Iterable[dict[str, Any]], after: Iterable[dict[str, Any]], languages: Sequence[str]
) -> list[Difference]:
    """Every clause of either text, in the order of the later one; what is gone comes in its place.

    A clause is as a version's content holds it: key, title and text by language.
    """
    old = {clause["key"]: clause for clause in before}
    new = {clause["key"]: clause for clause in after}
    stayed = [key for key in old if key in new]
    order = [key for key in new if key in old]
    found = [
        _difference(old.get(key), clause, languages, moved=_moved(key, stayed, order))
        for key, clause in new.items()
    ]
    earlier = list(old)
    for number, key in enumerate(earlier):
        if key not in new:
            gone = _difference(old[key], None, languages, moved=False)
            before_it = set(earlier[:number])
            at = max((i for i, one in enumerate(found) if one.key in before_it), default=-1)
            found.insert(at + 1, gone)
    return found


def changed(differences: Iterable[Difference]) -> list[Difference]:
    """Those that differ."""
    return [one for one in differences if one.what != "same"]


def _moved(key: str, stayed: list[str], order: list[str]) -> bool:
    if stayed == order or key not in stayed:
        return False
    at = stayed.index(key)
    to = order.index(key)
    return (stayed[at - 1] if at else "") != (order[to - 1] if to else "")


def _difference(
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    languages: Sequence[str],
    *,
    moved: bool,
) -> Difference:
    one: dict[str, Any] = new or old or {}
    words = [
        Words(
            code,
            wording.compared(_text(old, "title", code), _text(new, "title", code)),
            wording.compared(_text(old, "text", code), _text(new, "text", code)),
        )
        for code in languages
    ]
    if old is None:
        what = "added"
    elif new is None:
        what = "removed"
    elif any(wording.differs(_text(old, part, code), _text(new, part, code))
             for part in ("title", "text") for code in languages):  # fmt: skip
        what = "changed"
    else:
        what = "moved" if moved else "same"
    title = next((one["title"][code] for code in languages if one["title"].get(code)), one["key"])
    return Difference(one["key"], title, what, words, bool(one.get("confidential")))


def _text(clause: dict[str, Any] | None, part: str, code: str) -> str:
    return str(clause[part].get(code, "")) if clause else ""
