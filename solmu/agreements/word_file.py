"""What our Word documents share: A4, real styles, a language on every text, clean characters."""

from __future__ import annotations

import re
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

REGIONS = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
_SIZES = {"Title": 21, "Subtitle": 11, "Heading 1": 15, "Heading 2": 12}
_INK, _SOFT = RGBColor(0x16, 0x28, 0x2B), RGBColor(0x58, 0x6A, 0x6B)
# What XML can't hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BETWEEN = re.compile(r"\n\s*\n")


def new(language: str, *, title: str, author: str = "") -> Document:
    """An empty document in a language."""
    made = docx.Document()
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    normal: Any = made.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.font.color.rgb = _INK
    normal.paragraph_format.space_after = Pt(7)
    normal.paragraph_format.line_spacing = 1.12
    for name, size in _SIZES.items():
        style: Any = made.styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        style.font.italic = False
        style.font.color.rgb = _SOFT if name == "Subtitle" else _INK
        # The library's own fonts by theme would win over these.
        fonts = style.element.rPr.rFonts if style.element.rPr is not None else None
        if fonts is not None:
            for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{key}"), None)
    for mark in made.styles.element.iter(qn("w:lang")):
        mark.set(qn("w:val"), REGIONS[language])
    made.core_properties.title = clean(title)[:255]
    made.core_properties.author = clean(author)[:255]
    made.core_properties.comments = ""
    made.core_properties.language = REGIONS[language]
    return made


def speak(paragraph: Any, language: str) -> Any:
    """Say in which language a paragraph is, for spelling and screen readers; return it."""
    for run in paragraph.runs:
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), REGIONS[language])
        run._element.get_or_add_rPr().append(mark)  # noqa: SLF001 - python-docx has no other way
    return paragraph


def add_text(made: Document, text: str, language: str) -> None:
    """Add a text, a paragraph for each of its own."""
    for part in _BETWEEN.split(clean(text)):
        if part.strip():
            speak(made.add_paragraph(part.strip()), language)


def add_table(made: Document, columns: list[str], rows: list[list[str]], language: str) -> None:
    """Add a table; its heading row is repeated on each page, and told to those who listen."""
    table = made.add_table(rows=1, cols=len(columns), style="Table Grid")
    head = table.rows[0]
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no other way
    for cell, label in zip(head.cells, columns, strict=True):
        cell.text = clean(label)
        for run in speak(cell.paragraphs[0], language).runs:
            run.bold = True
    for row in rows:
        added = table.add_row()
        # A row stays on one page.
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - likewise
        for cell, value in zip(added.cells, row, strict=True):
            cell.text = clean(value)
            speak(cell.paragraphs[0], language)
    made.add_paragraph()


def clean(text: str) -> str:
    """The text without what a document can't hold."""
    return _UNPRINTABLE.sub("", text)
