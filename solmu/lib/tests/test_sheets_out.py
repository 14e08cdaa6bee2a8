"""Lists written out: no cell is ever run as a formula, and what was written can be read back."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from solmu.lib import sheets_out

EVIL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1"]


@pytest.mark.parametrize("text", EVIL)
def test_csv_cell_is_no_formula(text: str) -> None:
    written = "".join(sheets_out.csv_chunks(["a"], [[text]]))

    cell = list(csv.reader(io.StringIO(written)))[1][0]

    assert cell == f"'{text}"


@pytest.mark.parametrize("text", EVIL)
def test_xlsx_cell_is_no_formula(text: str) -> None:
    book = load_workbook(sheets_out.xlsx_file(["=a"], [[text]]))

    cells = [row[0] for row in book.active.iter_rows()]

    assert [cell.data_type for cell in cells] == ["s", "s"]


def test_phone_number_stays_as_it_is() -> None:
    assert sheets_out.safe_text("+358 40 123 4567") == "+358 40 123 4567"


def test_negative_number_stays_a_number() -> None:
    assert "".join(sheets_out.csv_chunks(["a"], [[-5]])) == "\ufeffa\r\n-5\r\n"


def test_csv_separator_follows_the_language() -> None:
    written = "".join(sheets_out.csv_chunks(["a", "b"], [[Decimal("1.5"), "x;y"]], language="fi"))

    assert written == '\ufeffa;b\r\n1,5;"x;y"\r\n'


def test_xlsx_keeps_dates_and_numbers_and_drops_control_characters() -> None:
    file = sheets_out.xlsx_file(
        ["a", "b", "c"], [[date(2026, 11, 24), 7, "a\x00b\x1fc"]], title="a/b[c]"
    )

    sheet = load_workbook(file).active

    assert [cell.value for cell in sheet[2]] == [sheet["A2"].value, 7, "abc"]
    assert sheet["A2"].value.date() == date(2026, 11, 24)


def test_json_of_many_rows_can_be_read() -> None:
    written = "".join(
        sheets_out.json_chunks(["a", "b"], ([n, date(2026, 1, 1)] for n in range(1200)))
    )

    rows = json.loads(written)

    assert len(rows) == 1200
    assert rows[-1] == {"a": 1199, "b": "2026-01-01"}


def test_json_of_no_rows_is_an_empty_list() -> None:
    assert json.loads("".join(sheets_out.json_chunks(["a"], []))) == []
