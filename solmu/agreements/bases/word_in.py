"""Reading a Word document as the start of a template: headings become clauses, tables text.

The file comes from anywhere: it is measured before it is opened, and what could harm is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from docx.oxml.ns import qn

from solmu.agreements.bases.rules import LONGEST_TEXT, MOST_CLAUSES, BaseError
from solmu.agreements.drafting import wording

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 60 * 1024 * 1024
LARGEST_PART = 8 * 1024 * 1024  # of XML, which takes many times its size when it is parsed
MOST_PARTS = 3000
MOST_TEXT = 300_000

_NUMBERED = re.compile(r"(?:§\s*)?(\d{1,2})(?:[.)]|\s*§)?\s+(\S.{0,118})")
_LONG_TITLE = 120
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BRACKETS = str.maketrans("{}", "[]")
_OLD_WORD = b"\xd0\xcf\x11\xe0"


@dataclass(slots=True)
class Found:
    """A clause as the document had it, and what it was made of."""

    title: str
    lines: list[str] = field(default_factory=list)
    source: str = "heading"  # or "numbered", "bold", "before" (text before the first title)
    paragraphs: int = 0
    tables: int = 0
    last: str = ""  # what the last line was: "text", "point" of a list, "row" of a table

    @property
    def text(self) -> str:
        """The text with an empty line between paragraphs."""
        return re.sub(r"\n{3,}", "\n\n", "\n\n".join(self.lines)).strip()


@dataclass(slots=True)
class Read:
    """What a document gave, and what of it is left out."""

    title: str
    clauses: list[Found]
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    level: int = 0  # of a heading; 0 for text
    is_title: bool = False
    bold: bool = False
    listed: bool = False
    table: bool = False


def read(content: bytes) -> Read:
    """Read a document; BaseError says in a sentence why it can't be used."""
    _look_inside(content)
    try:
        document = docx.Document(io.BytesIO(content))
        lines = list(_lines(document))
        left_out = _left_out(document)
    except BaseError:
        raise
    except Exception as error:
        # A package broken on purpose makes the library raise nearly anything.
        raise BaseError(_broken(), "file") from error
    if not any(line.text for line in lines):
        raise BaseError(_("There is no text in the document."), "file")
    title, clauses = _clauses(lines)
    return Read(title, clauses, left_out)


def _look_inside(content: bytes) -> None:
    if len(content) > LARGEST_FILE:
        raise BaseError(
            _("The file is larger than %(n)s MB. An agreement is much smaller: leave pictures out.")
            % {"n": LARGEST_FILE // 1024 // 1024},
            "file",
        )
    if content.startswith(_OLD_WORD):
        raise BaseError(
            _(
                "This is an old Word file (.doc) or is protected by a password. Save it as .docx"
                " without a password."
            ),
            "file",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _look_at_parts(package)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        if isinstance(error, BaseError):
            raise
        raise BaseError(_broken(), "file") from error


def _look_at_parts(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > MOST_PARTS or sum(one.file_size for one in entries) > LARGEST_UNPACKED:
        raise BaseError(_too_large(), "file")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BaseError(_("The file is protected by a password. Save it without one."), "file")
    if "word/document.xml" not in names and "[Content_Types].xml" not in names:
        raise BaseError(_("This isn't a Word document (.docx), whatever its name says."), "file")
    if len(names) != len(entries):
        raise BaseError(_broken(), "file")
    for entry in entries:
        if entry.filename.lower().endswith("vbaproject.bin"):
            raise BaseError(_macros(), "file")
        if not entry.filename.lower().endswith((".xml", ".rels")):
            continue
        if entry.file_size > LARGEST_PART:
            raise BaseError(_too_large(), "file")
        text = package.read(entry)
        if any(sign in text for sign in _DOCTYPE):
            raise BaseError(
                _("The file defines entities of its own, so it was not opened."), "file"
            )
        if entry.filename == "[Content_Types].xml" and b"macroEnabled" in text:
            raise BaseError(_macros(), "file")


def _lines(document: Any) -> Iterator[_Line]:
    styles = _Styles(document)
    total = 0
    for element in _blocks(document.element.body):
        if element.tag == qn("w:tbl"):
            for line in _table_lines(element):
                total += len(line.text)
                yield line
        else:
            read = _paragraph(element, styles)
            if read is None:
                continue
            total += len(read.text)
            yield read
        if total > MOST_TEXT:
            raise BaseError(_("The document has more text than an agreement can have."), "file")


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in their order, also those in content controls; no contents list."""
    for child in parent:
        if child.tag in {qn("w:p"), qn("w:tbl")}:
            yield child
        elif child.tag == qn("w:sdt"):
            gallery = child.find(f".//{qn('w:docPartGallery')}")
            if gallery is not None and "Contents" in (gallery.get(qn("w:val")) or ""):
                continue
            inside = child.find(qn("w:sdtContent"))
            if inside is not None:
                yield from _blocks(inside)
        elif child.tag in {qn("w:ins"), qn("w:customXml"), qn("w:smartTag")}:
            yield from _blocks(child)


class _Styles:
    """What the document's styles mean: headings by level, the title, lists."""

    def __init__(self, document: Any) -> None:
        self.level: dict[str, int] = {}
        self.title: set[str] = set()
        self.contents: set[str] = set()
        self.lists: set[str] = set()
        for style in document.styles.element.findall(qn("w:style")):
            key = style.get(qn("w:styleId")) or ""
            named = style.find(qn("w:name"))
            name = ((named.get(qn("w:val")) or "") if named is not None else "").lower()
            outline = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
            if found := re.fullmatch(r"(?:heading|otsikko|rubrik)\s*([1-9])", name):
                self.level[key] = int(found[1])
            elif name in {"title", "otsikko", "rubrik"}:
                self.title.add(key)
            elif name.startswith(("toc ", "sisluet", "innehåll")):
                self.contents.add(key)
            elif name.startswith("list"):
                self.lists.add(key)
            elif outline is not None and (outline.get(qn("w:val")) or "").isdecimal():
                level = int(outline.get(qn("w:val")) or 9) + 1
                if level <= 9:
                    self.level[key] = level


def _paragraph(element: Any, styles: _Styles) -> _Line | None:
    text = _text(element)
    style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    key = (style.get(qn("w:val")) or "") if style is not None else ""
    if key in styles.contents:
        return None
    level = styles.level.get(key, 0)
    outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    if not level and outline is not None and (outline.get(qn("w:val")) or "9") in "012345678":
        level = int(outline.get(qn("w:val"))) + 1
    listed = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None or key in styles.lists
    return _Line(
        text,
        level=level if text else 0,
        is_title=key in styles.title,
        bold=_bold(element),
        listed=listed and not level,
    )


def _text(element: Any) -> str:
    """What the paragraph says once its tracked changes are accepted."""
    found = []
    for node in element.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:noBreakHyphen")):
        if node.tag == qn("w:tab") and node.getparent().tag == qn("w:tabs"):
            continue
        if any(one.tag in _NOT_TEXT for one in node.iterancestors()):
            continue
        if node.tag == qn("w:t"):
            found.append(node.text or "")
        elif node.tag == qn("w:noBreakHyphen"):
            found.append("-")
        else:
            found.append("\n" if node.tag in {qn("w:br"), qn("w:cr")} else " ")
    text = _CONTROL.sub("", "".join(found)).replace("\xa0", " ").replace("\xad", "")
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


_NOT_TEXT = {qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:pict")}


def _bold(element: Any) -> bool:
    runs = [run for run in element.iter(qn("w:r")) if any(t.text for t in run.iter(qn("w:t")))]
    if not runs:
        return False
    for run in runs:
        mark = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
        if mark is None or mark.get(qn("w:val")) in {"0", "false", "off"}:
            return False
    return True


def _table_lines(table: Any) -> Iterator[_Line]:
    for row in table.iter(qn("w:tr")):
        cells = []
        for cell in row.findall(qn("w:tc")):
            text = " ".join(filter(None, (_text(one) for one in cell.iter(qn("w:p")))))
            cells.append(" ".join(text.split()))
        if any(cells):
            yield _Line(" – ".join(filter(None, cells)), table=True)


def _clauses(lines: list[_Line]) -> tuple[str, list[Found]]:
    """The document's title, and its clauses."""
    levels = [line.level for line in lines if line.level]
    # One heading above many is the document's title.
    level = next((n for n in sorted(set(levels)) if levels.count(n) > 1), min(levels, default=0))
    by_heading = levels.count(level) > 1 if level else False
    title = next((line.text for line in lines if line.is_title and line.text), "")
    if not title and by_heading:
        title = next((line.text for line in lines if 0 < line.level < level), "")
    by_number = not by_heading and any(_NUMBERED.fullmatch(line.text) for line in lines)
    found: list[Found] = []
    number = 0
    for line in lines:
        if not line.text or (line.text == title and not found):
            continue
        made: Found | None = None
        match = _NUMBERED.fullmatch(line.text)
        if by_heading and line.level == level:
            made = Found(_bare(line.text), source="heading")
        elif line.level and not by_heading:
            if not title and not found:
                title = line.text
                continue
            made = Found(_bare(line.text), source="heading")
        elif (
            match
            and not line.table
            and not line.listed
            and (by_number or line.bold)
            and int(match[1]) == number + 1
            and _like_title(match[2])
        ):
            made = Found(match[2].strip(), source="numbered")
            number += 1
        elif not by_heading and not by_number and line.bold and _like_title(line.text):
            made = Found(line.text.rstrip(":"), source="bold")
        if made is not None:
            made.title = made.title.replace("\n", " ")[:160]
            found.append(made)
            continue
        if not found and not title and len(line.text) <= _LONG_TITLE and _like_title(line.text):
            title = line.text.replace("\n", " ")
            continue
        if not found:
            found.append(Found(_("Beginning"), source="before"))
        _add(found[-1], line)
    if len(found) > MOST_CLAUSES:
        raise BaseError(
            _("The document has %(n)s titles; a template has at most %(most)s clauses.")
            % {"n": len(found), "most": MOST_CLAUSES},
            "file",
        )
    for one in found:
        one.title = without_braces(one.title)
        one.lines = [without_braces(line) for line in one.lines]
        if len(one.text) > LONGEST_TEXT:
            raise BaseError(
                _("“%(title)s” is too long for one clause. Give its parts headings in the file.")
                % {"title": one.title},
                "file",
            )
    return without_braces(title)[:160], found


def _add(clause: Found, line: _Line) -> None:
    kind = "row" if line.table else "point" if line.listed else "text"
    text = f"– {line.text}" if line.listed else line.text
    # Rows of a table, and points of a list, follow each other without an empty line.
    if kind != "text" and clause.last == kind:
        clause.lines[-1] += f"\n{text}"
    else:
        clause.lines.append(text)
        clause.tables += line.table
    clause.paragraphs += not line.table
    clause.last = kind


def _like_title(text: str) -> bool:
    return len(text) <= _LONG_TITLE and "\n" not in text and not text.endswith((".", ";", ","))


def _bare(text: str) -> str:
    match = re.fullmatch(r"(?:§\s*)?\d{1,2}(?:\.\d{1,2})*(?:[.)]|\s*§)?\s+(\S.*)", text)
    return match[1] if match else text


def without_braces(text: str) -> str:
    """Braces that are no variable, as brackets: in Word they meant something else."""
    found, at = [], 0
    for match in wording.VARIABLE.finditer(text):
        found += [text[at : match.start()].translate(_BRACKETS), match[0]]
        at = match.end()
    return "".join([*found, text[at:].translate(_BRACKETS)])


def _left_out(document: Any) -> list[str]:
    body = document.element.body
    pictures = sum(1 for _one in body.iter(qn("w:drawing"), qn("w:pict")))
    notes = sum(1 for _one in body.iter(qn("w:footnoteReference"), qn("w:endnoteReference")))
    comments = sum(1 for _one in body.iter(qn("w:commentReference")))
    changed = sum(1 for _one in body.iter(qn("w:ins"), qn("w:del")))
    found = []
    if pictures:
        found.append(
            ngettext("%(n)s picture or text box", "%(n)s pictures or text boxes", pictures)
            % {"n": pictures}
        )
    if notes:
        found.append(ngettext("%(n)s footnote", "%(n)s footnotes", notes) % {"n": notes})
    if comments:
        found.append(ngettext("%(n)s comment", "%(n)s comments", comments) % {"n": comments})
    if changed:
        found.append(_("tracked changes (the text is read as if they were accepted)"))
    found.append(_("headers and footers"))
    return found


def _broken() -> str:
    return _("The file is broken, or isn't a Word document (.docx).")


def _too_large() -> str:
    return _("The file would unpack to something far too large, so it was not opened.")


def _macros() -> str:
    return _("The file holds macros, so it was not opened. Save it as a plain .docx.")
