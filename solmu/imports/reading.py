"""Reading a spreadsheet: any file that people call a table becomes sheets of rows of plain values.

The file is looked at before it is opened: what could fill the memory is refused with a sentence.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import python_calamine
from django.utils.translation import gettext as _

type Cell = str | int | float | bool | date | datetime | time | timedelta | None
type Row = list[Cell]
type Area = tuple[int, int, int, int]

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 800 * 1024 * 1024
MAX_RATIO = 250
BOMB_FLOOR = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELLS = 8_000_000
MAX_CELL_CHARACTERS = 32_767
MAX_MERGED = 20_000

DELIMITERS = ";,\t|"
NORDIC_LETTERS = frozenset("äöåÄÖÅ")
LEGACY_ENCODINGS = ("cp1252", "mac_roman", "cp850")
FOREIGN_FILES = (
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "bitmap"),
    (b"RIFF", "image"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "document"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
)
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"

_row_numbers = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_wide_columns = re.compile(rb'\br="([A-Z]{2,3})\d')
_merge_area = re.compile(r"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)")
_ods_repeated = re.compile(rb'number-(columns|rows)-repeated="(\d+)"')
_ods_cell = re.compile(rb"<table:table-cell\b[^>]*>")
_controls = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ReadingError(Exception):
    """The file can't be read as a table; the message says why and what to do."""


@dataclass(slots=True)
class Sheet:
    """One sheet: its rows from the very first, so that a row's number is its place plus one."""

    name: str
    rows: list[Row]
    merged: list[Area] = field(default_factory=list)
    hidden: bool = False


@dataclass(slots=True)
class Workbook:
    """A file that has been read: its kind, its sheets and, for text, how it was written."""

    kind: str
    sheets: list[Sheet]
    encoding: str = ""
    delimiter: str = ""


def read_path(path: Path | str) -> Workbook:
    """Read a file from the disk."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_big()
        content = path.read_bytes()
    except OSError as error:
        raise ReadingError(
            _("The file can't be opened: %(why)s") % {"why": error.strerror}
        ) from error
    return read_bytes(content)


def read_bytes(content: bytes) -> Workbook:
    """Read a file's bytes; what kind of file it is is told by the bytes, not by its name."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ReadingError(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise _too_big()
    _refuse_foreign(content)
    if content.startswith(b"PK"):
        return _read_zipped(content)
    return _read_text(content)


def _too_big() -> ReadingError:
    return ReadingError(
        _(
            "The file is larger than %(n)s megabytes. "
            "Remove pictures and sheets that aren't needed, or split it."
        )
        % {"n": MAX_BYTES // 1024 // 1024}
    )


def _refuse_foreign(content: bytes) -> None:
    """Refuse what is plainly something else than a table, whatever it is called."""
    if content.startswith(OLE_MARK):
        if ENCRYPTED_MARK in content:
            raise ReadingError(_password())
        raise ReadingError(
            _(
                "This is the old Excel format (.xls). "
                "Open it in a spreadsheet program and save it as .xlsx or .ods."
            )
        )
    for mark, kind in FOREIGN_FILES:
        if content.startswith(mark) and (kind != "bitmap" or b"\x00" in content[:64]):
            raise ReadingError(
                _(
                    "This isn't a spreadsheet, whatever its name says. "
                    "Choose a CSV, XLSX or ODS file."
                )
            )
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise ReadingError(
            _(
                "This is a web page saved as a spreadsheet. "
                "Open it in a spreadsheet program and save it as .xlsx."
            )
        )


def _password() -> str:
    return _("The file is protected with a password. Save it without one and try again.")


# Zipped: XLSX and ODS


def _read_zipped(content: bytes) -> Workbook:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            kind = _look_inside(package)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise ReadingError(_broken()) from error
    except RuntimeError as error:
        raise ReadingError(_password()) from error
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheets = list(_calamine_sheets(book, kind))
    except python_calamine.PasswordError as error:
        raise ReadingError(_password()) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise ReadingError(_broken()) from error
    if not any(
        any(cell not in (None, "") for cell in row) for sheet in sheets for row in sheet.rows
    ):
        raise ReadingError(_("The file has no rows."))
    return Workbook(kind, sheets)


def _broken() -> str:
    return _(
        "The file is damaged or isn't a spreadsheet. "
        "Open it in a spreadsheet program and save it again."
    )


def _look_inside(package: zipfile.ZipFile) -> str:
    """Measure the package before it is parsed; return its kind."""
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > MAX_UNPACKED or (unpacked > BOMB_FLOOR and unpacked / packed > MAX_RATIO):
        raise ReadingError(
            _("The file would unpack to something far too large, so it was not opened.")
        )
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" in names:
        _look_at_xlsx(package, entries)
        return "xlsx"
    if "content.xml" in names and package.read("mimetype").startswith(ODS_MIME):
        _look_at_ods(package, names)
        return "ods"
    if "xl/workbook.bin" in names:
        raise ReadingError(
            _("This is a binary Excel workbook (.xlsb). Save it as .xlsx and try again.")
        )
    raise ReadingError(
        _("This isn't a spreadsheet, whatever its name says. Choose a CSV, XLSX or ODS file.")
    )


def _look_at_xlsx(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse sheets whose corners lie so far apart that the area between would fill the memory."""
    for entry in entries:
        if not entry.filename.endswith(".xml"):
            continue
        if not entry.filename.startswith(("xl/worksheets/", "xl/sharedStrings")):
            continue
        text = package.read(entry)
        _refuse_entities(text)
        if entry.filename.startswith("xl/worksheets/"):
            _look_at_xlsx_sheet(text)


def _look_at_xlsx_sheet(text: bytes) -> None:
    last_row = max(map(int, _row_numbers.findall(text)), default=0)
    wide = set(_wide_columns.findall(text))
    last_column = max((_column_number(name.decode()) for name in wide), default=26)
    _refuse_size(last_row, last_column)


def _look_at_ods(package: zipfile.ZipFile, names: set[str]) -> None:
    if "META-INF/manifest.xml" in names and b"encryption-data" in package.read(
        "META-INF/manifest.xml"
    ):
        raise ReadingError(_password())
    text = package.read("content.xml")
    _refuse_entities(text)
    for cell in _ods_cell.finditer(text):
        tag = cell.group()
        if b"number-columns-repeated" in tag and b"value-type" in tag:
            repeated = max(int(n) for _axis, n in _ods_repeated.findall(tag))
            _refuse_size(0, repeated)
    for row in text.split(b"<table:table-row")[1:]:
        opening = row[: row.find(b">")]
        if b"rows-repeated" in opening and b"value-type" in row:
            _refuse_size(max(int(n) for _axis, n in _ods_repeated.findall(opening)), 0)


def _refuse_entities(text: bytes) -> None:
    if b"<!DOCTYPE" in text[:4096] or b"<!ENTITY" in text[:4096]:
        raise ReadingError(_broken())


def _refuse_size(rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise ReadingError(
            _(
                "A sheet has %(n)s columns; at most %(max)s can be read. "
                "Remove the ones that aren't needed."
            )
            % {"n": columns, "max": MAX_COLUMNS}
        )
    if rows > MAX_ROWS:
        raise ReadingError(
            _("A sheet has %(n)s rows; at most %(max)s can be read at a time. Split the file.")
            % {"n": rows, "max": MAX_ROWS}
        )
    if rows * columns > MAX_CELLS:
        raise ReadingError(
            _("The file has more cells than can be read at a time. Split it or remove columns.")
        )


def _calamine_sheets(book: python_calamine.CalamineWorkbook, kind: str) -> Iterator[Sheet]:
    total = 0
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        source = book.get_sheet_by_name(meta.name)
        _refuse_size(source.total_height, source.total_width)
        total += source.total_height
        _refuse_size(total, 0)
        rows: list[Row] = source.to_python(skip_empty_area=False)  # type: ignore[assignment]
        merged = _merged_areas(source) if kind == "xlsx" else []
        _fill_merged(rows, merged)
        hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
        yield Sheet(meta.name, rows, merged, hidden)


def _merged_areas(source: python_calamine.CalamineSheet) -> list[Area]:
    ranges = source.merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges[:MAX_MERGED]]


def _fill_merged(rows: list[Row], merged: list[Area]) -> None:
    """Write a merged area's value into each of its cells, as a person reads it."""
    for top, left, bottom, right in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        if value in (None, ""):
            continue
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


# Text: CSV and its relatives


def _read_text(content: bytes) -> Workbook:
    text, encoding = _decode(content)
    text, delimiter = _delimiter(text)
    rows = _csv_rows(text, delimiter)
    return Workbook("csv", [Sheet("", rows)], encoding, delimiter)


def _decode(content: bytes) -> tuple[str, str]:
    """Decode text whose encoding nobody told: marks first, then UTF-8, then the old ones."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), encoding.removesuffix("-sig")
    head = content[:4096]
    if b"\x00" in head:
        return _decode_wide(content)
    try:
        return _mend_twice_encoded(content.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        pass
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) // 50:
        raise ReadingError(
            _("This isn't a spreadsheet, whatever its name says. Choose a CSV, XLSX or ODS file.")
        )
    readings = [
        (content.decode(encoding, errors="replace"), encoding) for encoding in LEGACY_ENCODINGS
    ]
    return max(readings, key=lambda reading: _nordic(reading[0][:200_000]))


def _decode_wide(content: bytes) -> tuple[str, str]:
    even, odd = content[:4096:2].count(0), content[1:4096:2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) < len(content[:4096]) // 4 or min(even, odd) > 8:
        raise ReadingError(
            _("This isn't a spreadsheet, whatever its name says. Choose a CSV, XLSX or ODS file.")
        )
    return content.decode(encoding, errors="replace"), encoding


def _nordic(text: str) -> int:
    return sum(text.count(letter) for letter in NORDIC_LETTERS)


def _mend_twice_encoded(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 and saved again ("HÃ¤meenlinna")."""
    if "Ã¤" not in text and "Ã¶" not in text and "Ã¥" not in text:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _delimiter(text: str) -> tuple[str, str]:
    """Find what parts the cells: the sign that gives the same number of columns most often."""
    first, _newline, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return rest, first.strip()[-1]
    sample = text[:64_000].splitlines(keepends=True)[:60]
    scored = [
        (_consistency(sample, sign), -position, sign) for position, sign in enumerate(DELIMITERS)
    ]
    score, _position, sign = max(scored)
    return text, sign if score > 0 else ";"


def _consistency(lines: list[str], sign: str) -> float:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
    except csv.Error:
        return 0
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0
    usual = max(set(wide), key=wide.count)
    return wide.count(usual) / len(widths) * min(usual, 12)


def _csv_rows(text: str, delimiter: str) -> list[Row]:
    rows = _parse_csv(text, delimiter, csv.QUOTE_MINIMAL)
    if '"' in text and any(
        str(cell).count("\n") > 100
        for row in rows
        for cell in row
        if cell and len(str(cell)) > 2000
    ):
        rows = _parse_csv(text, delimiter, csv.QUOTE_NONE)
    return rows


def _parse_csv(text: str, delimiter: str, quoting: Literal[0, 3]) -> list[Row]:
    csv.field_size_limit(max(len(text) + 1, 131_072))
    rows: list[Row] = []
    cells = 0
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting):
            row = line if len(line) <= MAX_COLUMNS else _without_empty_end(line)
            cells += len(row)
            rows.append(row)  # type: ignore[arg-type]
            if len(rows) > MAX_ROWS or len(row) > MAX_COLUMNS:
                _refuse_size(len(rows), len(row))
            if cells > MAX_CELLS:
                _refuse_size(MAX_ROWS, MAX_COLUMNS)
    except csv.Error as error:
        raise ReadingError(_broken()) from error
    return rows


def _without_empty_end(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def plain(cell: Cell) -> str:
    """Return a cell as text: no control characters, whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell
    elif isinstance(cell, bool):
        return "1" if cell else "0"
    elif isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    elif isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "minutes")
    elif isinstance(cell, date | time):
        return cell.isoformat()
    else:
        return str(cell)
    if text.isascii() and text.isprintable():
        return text.strip()[:MAX_CELL_CHARACTERS]
    if not text.isprintable():
        text = _controls.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\u00a0" in text or "\ufeff" in text or "\u200b" in text:
        text = text.replace("\u00a0", " ").replace("\ufeff", "").replace("\u200b", "")
    return text.strip()[:MAX_CELL_CHARACTERS]
