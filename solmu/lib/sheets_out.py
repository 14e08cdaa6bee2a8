"""Writing lists out as CSV, XLSX and JSON, row by row, with cells that no spreadsheet runs."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}

# What makes a spreadsheet take a text for a formula; a plain phone number does no harm.
_RISKY = re.compile(r"^[\s]*[=+\-@\t\r\n＝＋－＠]")
_PHONE = re.compile(r"^\+\d[\d ]*$")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
_CHUNK = 500


def safe_text(text: str) -> str:
    """Return the text so that a spreadsheet shows it and never runs it."""
    return f"'{text}" if _RISKY.match(text) and not _PHONE.match(text) else text


def csv_chunks(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], *, language: str = "en"
) -> Iterator[str]:
    """Give a CSV file in pieces: UTF-8 with a mark, and what the language's Excel separates by."""
    pieces = _Pieces()
    writer = csv.writer(pieces, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    writer.writerow([safe_text(str(heading)) for heading in headings])
    yield "\ufeff" + pieces.take()
    for count, row in enumerate(rows, 1):
        writer.writerow([_csv_value(value, language) for value in row])
        if count % _CHUNK == 0:
            yield pieces.take()
    if rest := pieces.take():
        yield rest


def xlsx_file(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "Solmu"
) -> IO[bytes]:
    """Write a workbook of one sheet to a temporary file and return it, ready for reading."""
    # Ten megabytes that a process carries only once somebody has asked for a workbook.
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    def cell_of(value: Any) -> Any:
        return _xlsx_cell(partial(WriteOnlyCell, sheet), value)

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Solmu")
    sheet.freeze_panes = "A2"
    for at, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(at)].width = max(12, min(40, len(heading) + 6))
    head = [cell_of(str(heading)) for heading in headings]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([cell_of(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def json_chunks(keys: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Give a JSON list of objects in pieces."""
    pieces, first = ["["], True
    for count, row in enumerate(rows, 1):
        record = dict(zip(keys, (_json_value(value) for value in row), strict=True))
        pieces.append(("\n" if first else ",\n") + json.dumps(record, ensure_ascii=False))
        first = False
        if count % _CHUNK == 0:
            yield "".join(pieces)
            pieces = []
    pieces.append("\n]\n")
    yield "".join(pieces)


class _Pieces:
    def __init__(self) -> None:
        self._held: list[str] = []

    def write(self, text: str) -> int:
        self._held.append(text)
        return len(text)

    def take(self) -> str:
        text = "".join(self._held)
        self._held.clear()
        return text


def _csv_value(value: Any, language: str) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return str(value) if language == "en" else str(value).replace(".", ",")
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(str(part) for part in value)
    return safe_text(_UNPRINTABLE.sub("", str(value)))


def _xlsx_cell(make: Callable[..., Any], value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo:
        value = value.replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | datetime | date):
        return make(value)
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(str(part) for part in value)
    cell = make(_UNPRINTABLE.sub("", str(value))[:_LONGEST_CELL])
    # Set after the value: openpyxl would take a text that begins with "=" for a formula.
    cell.data_type = "s"
    return cell


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_json_value(part) for part in value]
    return str(value)
