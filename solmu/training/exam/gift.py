"""Multiple-choice questions in GIFT, the text format of Moodle: written and read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

_SPECIAL = re.compile(r"([~=#{}:\\])")
_ESCAPED = re.compile(r"\\([~=#{}:n\\])")
_KEEP = "\x00"
_TITLE = re.compile(r"^\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]\s*")
_OPTION = re.compile(r"([=~])")
_WEIGHT = re.compile(r"^\s*%(-?[\d.]+)%\s*")
_PART = re.compile(r"(\d+)\s*$")
_TAGS = re.compile(r"<[^>]+>")


@dataclass(slots=True)
class Written:
    """A question in one language."""

    key: str
    part: int
    text: str
    options: list[str]
    right: int
    why: str = ""


@dataclass(slots=True)
class Read:
    """A question as it was read, or why it can't be taken; `line` is where it begins."""

    line: int
    key: str = ""
    part: int | None = None
    text: str = ""
    options: list[str] = field(default_factory=list)
    right: int = -1
    why: str = ""
    reason: str = ""


def write(questions: Iterable[Written]) -> str:
    """The questions as GIFT, each part a category."""
    blocks: list[str] = []
    part: int | None = None
    for one in questions:
        if one.part != part:
            part = one.part
            blocks.append(f"$CATEGORY: Part {part}")
        options = "\n".join(
            f"{'=' if at == one.right else '~'}{_escaped(option)}"
            for at, option in enumerate(one.options)
        )
        why = f"\n####{_escaped(one.why)}" if one.why else ""
        blocks.append(f"::{_escaped(one.key)}::{_escaped(one.text)} {{\n{options}{why}\n}}")
    return "\n\n".join(blocks) + "\n"


def read(content: str) -> Iterator[Read]:
    """Each question of a file; what isn't multiple choice with one right option has a reason."""
    part: int | None = None
    for line, block in _blocks(content):
        if block.startswith("$CATEGORY:"):
            found = _PART.search(block)
            part = int(found[1]) if found else None
            continue
        yield _question(line, block, part)


def _blocks(content: str) -> Iterator[tuple[int, str]]:
    """Pieces between empty lines outside of braces; comments are left out."""
    begun: list[str] = []
    start = depth = 0
    lines = content.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
    for number, line in enumerate([*lines, ""], 1):
        if line.lstrip().startswith("//") and not depth:
            continue
        if line.startswith("$CATEGORY:"):
            if begun:
                yield start, "\n".join(begun)
                begun = []
            yield number, line.strip()
            continue
        if line.strip() or depth:
            if not begun:
                start = number
            begun.append(line)
            bare = _ESCAPED.sub("", line)
            depth = max(0, depth + bare.count("{") - bare.count("}"))
        if begun and not depth and not line.strip():
            yield start, "\n".join(begun)
            begun = []
    if begun:
        yield start, "\n".join(begun)


def _question(line: int, block: str, part: int | None) -> Read:
    found = Read(line, part=part)
    title = _TITLE.match(block)
    if title:
        found.key = _plain(title[1])
        block = block[title.end() :]
    # What is escaped means itself, so it is set aside while the signs are looked for.
    kept: list[str] = []

    def keep(escape: re.Match[str]) -> str:
        kept.append("\n" if escape[1] == "n" else escape[1])
        return f"{_KEEP}{len(kept) - 1}{_KEEP}"

    bare = _ESCAPED.sub(keep, block)
    before, brace, rest = bare.partition("{")
    inside, end, after = rest.partition("}")

    def said(text: str) -> str:
        text = re.sub(f"{_KEEP}(\\d+){_KEEP}", lambda one: kept[int(one[1])], text)
        return " ".join(text.split())

    is_html = "[html]" in before
    text = _FORMAT.sub("", before)
    if after.strip():
        text = f"{text} _____ {after}"
    found.text = said(_TAGS.sub(" ", text) if is_html else text)
    if not brace or not end:
        found.reason = _("The question has no answers in braces.")
        return found
    inside, _mark, general = inside.partition("####")
    found.why = said(general)
    if inside.lstrip().startswith("#") or "->" in inside:
        found.reason = _("Only multiple-choice questions can be taken.")
        return found
    pieces = _OPTION.split(inside)
    if pieces[0].strip() or len(pieces) < 3:
        found.reason = _("Only multiple-choice questions can be taken.")
        return found
    rights: list[int] = []
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        answer, _hash, feedback = piece.partition("#")
        weight = _WEIGHT.match(answer)
        share = float(weight[1]) if weight else (100.0 if sign == "=" else 0.0)
        answer = _FORMAT.sub("", _WEIGHT.sub("", answer))
        if 0 < share < 100:
            found.reason = _("Options that are right in part can't be taken.")
            return found
        if share == 100:
            rights.append(len(found.options))
            found.why = found.why or said(feedback)
        found.options.append(said(_TAGS.sub(" ", answer) if is_html else answer))
    if len(found.options) < 2:
        found.reason = _("There are at least two options.")
    elif len(rights) != 1:
        found.reason = _("One option is the right one.")
    else:
        found.right = rights[0]
    return found


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _plain(text: str) -> str:
    return " ".join(_ESCAPED.sub(r"\1", text).split())
