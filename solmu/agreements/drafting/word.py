"""An agreement as a document for a word processor: headings, tables with heading rows, language."""

from __future__ import annotations

import io
import re
from typing import Any

import docx as word
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from solmu.agreements import document
from solmu.installation import demo

LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
# What XML can't hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_INK, _SOFT = RGBColor(0x16, 0x28, 0x2B), RGBColor(0x58, 0x6A, 0x6B)


def docx(content: dict[str, Any], *, mark: str = "", hide_confidential: bool = False) -> bytes:
    """Return the document of a version's content, each language after another."""
    prevailing = content["prevailing"]
    made = word.Document()
    _style(made, prevailing)
    made.core_properties.title = _clean(content["title"])[:255]
    made.core_properties.author = ", ".join(party["name"] for party in content["parties"])[:255]
    made.core_properties.language = LOCALES[prevailing]
    with override(prevailing):
        made.add_heading(_clean(content["title"]), level=0)
        made.add_paragraph(
            " · ".join(_clean(party["name"]) for party in content["parties"]), style="Subtitle"
        )
        notes = [mark, _("Fictional demo content") if demo.is_demo() else ""]
        for note in filter(None, notes):
            made.add_paragraph(note).runs[0].bold = True
    codes = sorted(content["languages"], key=lambda code: code != prevailing)
    for code in codes:
        with override(code):
            _language(made, content, code, several=len(codes) > 1, hide=hide_confidential)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def _language(
    made: Document, content: dict[str, Any], code: str, *, several: bool, hide: bool
) -> None:
    if several:
        name = document.LANGUAGE_NAMES[code]
        prevails = f" ({_('prevailing')})" if code == content["prevailing"] else ""
        _speak(made.add_heading(f"{name}{prevails}", level=1), code)
    for number, clause in enumerate(content["clauses"], start=1):
        shown = document.clause_shown(content, clause, code, hide=hide)
        title = f"{number}. {_clean(shown['title'])}"
        _speak(made.add_heading(title, level=2 if several else 1), code)
        for part in _PARAGRAPHS.split(_clean(shown["text"]).strip()):
            if part.strip():
                _speak(made.add_paragraph(part.strip()), code)
        if shown["rows"]:
            _table(made, shown["columns"], shown["rows"], code)


def _table(made: Document, columns: list[str], rows: list[list[str]], code: str) -> None:
    table = made.add_table(rows=1, cols=len(columns), style="Table Grid")
    head = table.rows[0]
    # The heading row is one: it is repeated on each page and told to those who listen.
    properties = head._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no name for it
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    properties.append(mark)
    for cell, label in zip(head.cells, columns, strict=True):
        cell.text = _clean(label)
        for run in cell.paragraphs[0].runs:
            run.bold = True
        _speak(cell.paragraphs[0], code)
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = _clean(value)
            _speak(cell.paragraphs[0], code)
    made.add_paragraph()


def _style(made: Document, code: str) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    normal: Any = made.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.font.color.rgb = _INK
    normal.paragraph_format.space_after = Pt(6)
    language = OxmlElement("w:lang")
    for name in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(name), LOCALES[code])
    properties = normal.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)
    for name, size in (("Title", 20), ("Heading 1", 15), ("Heading 2", 12), ("Subtitle", 12)):
        style: Any = made.styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        style.font.color.rgb = _SOFT if name == "Subtitle" else _INK
        style.font.italic = False


def _speak(paragraph: Any, code: str) -> None:
    """Say in which language a paragraph is."""
    for run in paragraph.runs:
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 - python-docx has no name for it
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), LOCALES[code])
        properties.append(language)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
