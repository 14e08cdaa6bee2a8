"""Small imports without a batch: a file is read, shown, and what was shown is what is applied.

The rows travel with the page, signed for the record that they are meant for.
"""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.imports import guessing, reading
from solmu.imports.guessing import DataRow, Field

A_DAY = 24 * 3600


class SheetForm(forms.Form):
    """A spreadsheet to read."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("XLSX, ODS or CSV."))


class StaleError(ValueError):
    """What was previewed can't be applied any more: the file has to be read again."""

    def __init__(self) -> None:
        super().__init__(_("The preview is too old. Read the file again."))


def rows_of(
    content: bytes, fields: tuple[Field, ...], *, most: int
) -> tuple[list[DataRow], dict[str, int]]:
    """The file's rows, and in which cell each field that it tells lies."""
    rows, columns, _unused = with_unused(content, fields, most=most)
    return rows, columns


def with_unused(
    content: bytes, fields: tuple[Field, ...], *, most: int
) -> tuple[list[DataRow], dict[str, int], list[str]]:
    """The file's rows, in which cell each field lies, and the headings that tell none of them."""
    table = guessing.lay_out(reading.read_bytes(content), fields)
    if len(table.rows) > most:
        raise reading.ReadingError(_("At most %(n)s rows at a time.") % {"n": most})
    mapped = guessing.guess(table, fields)
    columns = {each.key: found[0].index for each in fields if (found := mapped.of(each.key))}
    used = set(columns.values())
    unused = [
        one
        for at, one in enumerate(table.headings)
        if one.strip() and at not in used and any(row.cells[at] for row in table.rows)
    ]
    return table.rows, columns, unused


def seal(what: str, record_id: int, value: Any) -> str:
    """A value that was previewed for a record, signed."""
    return signing.dumps(value, salt=f"{what} {record_id}", compress=True)


def unseal(what: str, record_id: int, sealed: str) -> Any:
    """The value as it was previewed, within a day; StaleError when it is not that."""
    try:
        return signing.loads(sealed, salt=f"{what} {record_id}", max_age=A_DAY)
    except signing.BadSignature as error:
        raise StaleError from error
