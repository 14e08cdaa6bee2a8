"""The text as pages show it: clauses with their languages side by side, gaps marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from solmu.agreements import document
from solmu.agreements.drafting import wording, words
from solmu.agreements.drafting.wording import Piece
from solmu.agreements.models import Clause

_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Cell:
    """A clause in one language."""

    code: str
    title: str
    text: SafeString
    columns: list[str]
    rows: list[list[str]]

    @property
    def lines(self) -> list[list[tuple[str, str]]]:
        """The rows with the name of its column beside each value, for a narrow screen."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(slots=True)
class Shown:
    """A clause of a text."""

    number: int
    key: str
    kind: str
    confidential: bool
    cells: list[Cell]
    clause: Clause | None = None  # as it is drafted, for those who may change it
    comments: list[Any] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title in the first language that has one."""
        return next((cell.title for cell in self.cells if cell.title), self.key)


def clauses(
    content: dict[str, Any], *, hide: bool = False, drafted: Iterable[Clause] = ()
) -> list[Shown]:
    """The clauses of a content, the prevailing language first."""
    rows = {clause.key: clause for clause in drafted}
    codes = languages(content)
    found = []
    for number, clause in enumerate(content["clauses"], start=1):
        cells = []
        for code in codes:
            with override(code):
                one = document.clause_shown(content, clause, code, hide=hide)
            text = paragraphs(one["text"])
            cells.append(Cell(code, one["title"], text, one["columns"], one["rows"]))
        found.append(
            Shown(
                number,
                clause["key"],
                clause["kind"],
                clause["confidential"],
                cells,
                rows.get(clause["key"]),
            )
        )
    return found


def languages(content: dict[str, Any]) -> list[str]:
    """The content's languages, the prevailing one first."""
    return sorted(content["languages"], key=lambda code: code != content["prevailing"])


def paragraphs(text: str) -> SafeString:
    """A text as paragraphs; what nobody has filled in yet is marked as a gap, with its name."""
    made = []
    for part in _PARAGRAPHS.split(text.replace("\r\n", "\n").strip()):
        if not part.strip():
            continue
        pieces = []
        for one in wording.parts(part.strip(), {}):
            if isinstance(one, wording.Gap):
                missing = conditional_escape(_("still missing:"))
                pieces.append(
                    f'<mark class="gap"><span class="visually-hidden">{missing} </span>'
                    f"{conditional_escape(words.label(one.name))}</mark>"
                )
            else:
                pieces.append(conditional_escape(one).replace("\n", "<br>"))
        made.append(f"<p>{''.join(pieces)}</p>")
    return mark_safe("".join(made))


def compared(pieces: Iterable[Piece]) -> SafeString:
    """What differs, readable without colour: added words underlined, removed ones struck out.

    A screen reader hears where each begins.
    """
    told = {"added": conditional_escape(_("added:")), "removed": conditional_escape(_("removed:"))}
    tags = {"added": "ins", "removed": "del"}
    made = []
    for piece in pieces:
        text = conditional_escape(piece.text).replace("\n", "<br>")
        if piece.what == "same":
            made.append(text)
        elif not piece.text.strip():
            made.append(text if piece.what == "added" else "")
        else:
            tag = tags[piece.what]
            made.append(
                f'<{tag}><span class="visually-hidden"> {told[piece.what]} </span>{text}</{tag}>'
            )
    return mark_safe("".join(made))
