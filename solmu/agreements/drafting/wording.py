"""The wording of clauses: variables, and what differs between two texts, word by word. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

# {start}, {partner.name}: small letters, digits, dots and underscores.
VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
_BRACED = re.compile(r"\{[^{}\n]*\}?|\}")
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a comparison: "same", "added" or "removed"."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A variable that nothing stands for yet: it is shown as a gap and asked for."""

    name: str


def variables(texts: Iterable[str]) -> list[str]:
    """The variables that texts use, each once, in the order of their first use."""
    return list(dict.fromkeys(name for text in texts for name in VARIABLE.findall(text)))


def mistakes(text: str) -> list[str]:
    """Braces that are no variable, as they stand: "{Start}", "{", "{two words}"."""
    return [found for found in _BRACED.findall(text) if not VARIABLE.fullmatch(found)]


def missing(texts: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The variables for which there is no value."""
    return [name for name in variables(texts) if not values.get(name, "").strip()]


def filled(text: str, values: Mapping[str, str], *, gap: str = "{}") -> str:
    """The text with its variables filled; one without a value stays, as `gap` says ("……")."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], "").strip()
        return found or (match[0] if gap == "{}" else gap)

    return VARIABLE.sub(value, text)


def parts(text: str, values: Mapping[str, str]) -> list[str | Gap]:
    """The text in parts, so that a page can mark what is still missing."""
    found: list[str | Gap] = []
    at = 0
    for match in VARIABLE.finditer(text):
        value = values.get(match[1], "").strip()
        found.append(text[at : match.start()] + value)
        if not value:
            found.append(Gap(match[1]))
        at = match.end()
    found.append(text[at:])
    return [part for part in found if part]


def compared(before: str, after: str) -> list[Piece]:
    """What differs between two texts, word by word; neighbours of one kind are one piece."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            _add(pieces, "same", old[i1:i2])
            continue
        _add(pieces, "removed", old[i1:i2])
        _add(pieces, "added", new[j1:j2])
    return pieces


def differs(before: str, after: str) -> bool:
    """Tell whether two texts differ otherwise than in their spaces."""
    return before.split() != after.split()


def with_variables(raw: str, values: Mapping[str, str], new: str) -> str:
    """A new wording of a filled text, with the variables kept where their values still stand."""
    tokens, held = list[str](), list[tuple[int, int, str]]()
    at = 0
    for match in VARIABLE.finditer(raw):
        tokens += _WORDS.findall(raw[at : match.start()])
        shown = values.get(match[1], "").strip() or match[0]
        words = _WORDS.findall(shown)
        held.append((len(tokens), len(tokens) + len(words), match[0]))
        tokens += words
        at = match.end()
    tokens += _WORDS.findall(raw[at:])
    fresh = _WORDS.findall(new)
    starts: dict[int, tuple[int, str]] = {}
    for block in SequenceMatcher(None, tokens, fresh, autojunk=False).get_matching_blocks():
        for first, last, variable in held:
            if block.a <= first and last <= block.a + block.size and first < last:
                begins = block.b + first - block.a
                starts[begins] = (begins + last - first, variable)
    written, place = list[str](), 0
    while place < len(fresh):
        if place in starts:
            place, variable = starts[place]
            written.append(variable)
        else:
            written.append(fresh[place])
            place += 1
    return "".join(written)


def _add(pieces: list[Piece], what: str, words: list[str]) -> None:
    if not words:
        return
    if pieces and pieces[-1].what == what:
        pieces[-1] = Piece(what, pieces[-1].text + "".join(words))
    else:
        pieces.append(Piece(what, "".join(words)))
