"""A template as a Word document: real styles, its language set, notes for the drafter as comments.

Pure: from a template's rows to bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.text import WD_BREAK

from solmu.agreements.document import LANGUAGE_NAMES
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.agreements.word_file import add_text, new, speak
from solmu.lib.translated import text_in


def document(
    base: Base, version: BaseVersion, clauses: Iterable[BaseClause], languages: Sequence[str]
) -> bytes:
    """The template in one language, or in several after one another."""
    clauses = list(clauses)
    file = new(languages[0], title=text_in(base, "name", languages[0]))
    for number, code in enumerate(languages):
        if number:
            file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        with override(code):
            _part(file, base, version, clauses, code, several=len(languages) > 1)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _part(
    file: Any,
    base: Base,
    version: BaseVersion,
    clauses: list[BaseClause],
    code: str,
    *,
    several: bool,
) -> None:
    speak(file.add_paragraph(text_in(base, "name", code), style="Title"), code)
    below = _("Template, version %(n)s") % {"n": version.number}
    if several:
        below = f"{LANGUAGE_NAMES[code]} · {below}"
    speak(file.add_paragraph(below, style="Subtitle"), code)
    shown = [
        one for one in clauses if getattr(one, f"title_{code}") or getattr(one, f"text_{code}")
    ]
    for number, clause in enumerate(shown, start=1):
        heading = file.add_heading(f"{number}. {text_in(clause, 'title', code)}", level=1)
        speak(heading, code)
        if note := _note(clause):
            file.add_comment(heading.runs, text=note, author="Solmu", initials="S")
        add_text(file, getattr(clause, f"text_{code}"), code)


def _note(clause: BaseClause) -> str:
    lines = []
    if clause.optional:
        lines.append(_("May be left out."))
    if clause.alternatives:
        lines.append(
            _("One of the clauses “%(group)s” is chosen.") % {"group": clause.alternatives}
        )
    if clause.note:
        lines.append(clause.note)
    return "\n".join(lines)
