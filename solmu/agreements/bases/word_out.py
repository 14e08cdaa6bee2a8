"""A template as a Word document: real styles, its language set, notes for the drafter as comments.

Pure: from a template's rows to bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.lib.translated import text_in

REGIONS = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


def document(
    base: Base, version: BaseVersion, clauses: Iterable[BaseClause], languages: Sequence[str]
) -> bytes:
    """The template in one language, or in several after one another."""
    clauses = list(clauses)
    file = docx.Document()
    _style(file, languages[0])
    file.core_properties.title = text_in(base, "name", languages[0])
    file.core_properties.language = REGIONS[languages[0]]
    file.core_properties.author = ""
    file.core_properties.comments = ""
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
    _speak(file.add_paragraph(text_in(base, "name", code), style="Title"), code)
    below = _("Template, version %(n)s") % {"n": version.number}
    if several:
        below = f"{LANGUAGE_NAMES[code]} · {below}"
    _speak(file.add_paragraph(below, style="Subtitle"), code)
    shown = [
        one for one in clauses if getattr(one, f"title_{code}") or getattr(one, f"text_{code}")
    ]
    for number, clause in enumerate(shown, start=1):
        heading = file.add_heading(f"{number}. {text_in(clause, 'title', code)}", level=1)
        _speak(heading, code)
        if note := _note(clause):
            file.add_comment(heading.runs, text=note, author="Solmu", initials="S")
        for part in getattr(clause, f"text_{code}").split("\n\n"):
            if part.strip():
                _speak(file.add_paragraph(part.strip()), code)


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


def _style(file: Any, language: str) -> None:
    styles = file.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    normal.paragraph_format.line_spacing = 1.15
    for name, size in (("Title", 22), ("Subtitle", 11), ("Heading 1", 13)):
        style = styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        style.font.italic = False
        style.font.color.rgb = RGBColor(0x16, 0x28, 0x2B)
        # The template's own fonts and colours by theme would win over these.
        fonts = style.element.rPr.rFonts if style.element.rPr is not None else None
        if fonts is not None:
            for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{key}"), None)
    for mark in styles.element.iter(qn("w:lang")):
        mark.set(qn("w:val"), REGIONS[language])


def _speak(paragraph: Any, code: str) -> None:
    """Mark the paragraph's language, for spelling and screen readers."""
    for run in paragraph.runs:
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), REGIONS[code])
        run._element.get_or_add_rPr().append(mark)  # noqa: SLF001 - python-docx has no other way
