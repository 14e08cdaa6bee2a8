"""Headings found and columns guessed."""

from datetime import date

import pytest

from solmu.imports import guessing
from solmu.imports.guessing import Field, lay_out, share
from solmu.imports.reading import Cell, ReadingError, Sheet, Workbook

FIELDS = (
    Field(
        "name",
        "name",
        ("nimi", "yritys", "företag", "company"),
        looks=share(guessing.is_organisation),
        alone=True,
    ),
    Field(
        "id", "id", ("y-tunnus", "business id"), looks=share(guessing.is_business_id), alone=True
    ),
    Field("place", "place", ("kunta", "paikkakunta", "ort"), alone=True),
    Field("content", "content", ("sisältö",), many=True),
    Field(
        "email",
        "e-mail",
        ("sähköposti", "e-post", "email"),
        looks=share(guessing.is_email),
        alone=True,
        many=True,
    ),
    Field("start", "start", ("alku", "början", "start"), looks=share(guessing.is_day)),
)


def book(
    *rows: list[Cell], name: str = "Sivu", merged: list[tuple[int, int, int, int]] | None = None
) -> Workbook:
    return Workbook("xlsx", [Sheet(name, list(rows), merged or [])])


def guessed(workbook: Workbook, **known: set[str]) -> dict[str, str]:
    mapping = guessing.guess(lay_out(workbook, FIELDS), FIELDS, known)
    return {column.heading: column.field for column in mapping.columns}


def test_heading_is_found_under_junk() -> None:
    table = lay_out(
        book(
            ["Kumppanirekisteri 2026"],
            [],
            ["Päivitetty", date(2026, 1, 1)],
            ["Kunta", "Yritys"],
            ["Lahti", "A Oy"],
        ),
        FIELDS,
    )
    assert table.headings == ["Kunta", "Yritys"]
    assert [(row.number, row.cells) for row in table.rows] == [(5, ["Lahti", "A Oy"])]


@pytest.mark.parametrize(
    ("headings", "wanted"),
    [
        (["Kunta", "Y-tunnus", "Yritys"], ["place", "id", "name"]),
        (["Företag", "E-postt", "Ort"], ["name", "email", "place"]),
        (["Company", "Business ID ", "Start"], ["name", "id", "start"]),
        (["YRITYKSEN NIMI", "Autopaikka", "paikkakunta *"], ["name", "", "place"]),
    ],
)
def test_columns_are_guessed_by_headings(headings: list[Cell], wanted: list[str]) -> None:
    rows: list[list[Cell]] = [headings, ["x", "y", "z"], ["x", "y", "z"]]
    assert list(guessed(book(*rows)).values()) == wanted


def test_columns_without_headings_are_guessed_by_content() -> None:
    rows: list[list[Cell]] = [
        ["Hattara Oy", "0112038-9", "a@hattara.example", "Lahti"],
        ["Satu Ky", "9300000-9", "b@satu.example", "Loppi"],
    ]
    assert list(guessed(book(*rows), place={"lahti", "loppi"}).values()) == [
        "name",
        "id",
        "email",
        "place",
    ]


def test_ticks_under_a_value_are_that_value() -> None:
    rows: list[list[Cell]] = [["Yritys", "Hanke", "Koulutus"], ["A Oy", "x", ""], ["B Oy", "", "X"]]
    table = lay_out(book(*rows), FIELDS)
    columns = guessing.guess(table, FIELDS, {"content": {"hanke", "koulutus"}}).columns
    assert [(column.field, column.tick) for column in columns] == [
        ("name", ""), ("content", "Hanke"), ("content", "Koulutus"),
    ]  # fmt: skip


def test_what_is_no_data_row_is_dropped() -> None:
    table = lay_out(
        book(
            ["Nro", "Yritys", "Kunta", "Sähköposti"],
            [1.0, "A Oy", "Lahti", ""],
            ["", None, " ", ""],
            ["Nro", "Yritys", "Kunta", "Sähköposti"],
            [2.0, "Yhteensä Oy", "Loppi", "b@b.example"],
            ["Yhteensä", 2.0, None, None],
            ["SUMMA: 2 kpl", None, None, None],
            ["Huom. tarkistettava", None, None, None],
        ),
        FIELDS,
    )
    assert [row.cells[1] for row in table.rows] == ["A Oy", "Yhteensä Oy"]
    assert table.dropped == {"empty": 1, "headings": 1, "totals": 2, "notes": 1}


def test_sheets_of_one_shape_are_joined_and_others_listed() -> None:
    workbook = Workbook(
        "xlsx",
        [
            Sheet("A", [["Yritys", "Kunta"], ["A Oy", "Lahti"], ["C Oy", "Loppi"]]),
            Sheet("B", [["Kunta", "Yritys", "Sähköposti"], ["Akaa", "B Oy", "b@b.example"]]),
            Sheet("Ohje", [["Lue tämä ensin"]]),
            Sheet("Piilo", [["Yritys", "Kunta"], ["Z Oy", "Lahti"]], hidden=True),
        ],
    )
    table = lay_out(workbook, FIELDS)
    assert sorted(table.sheets) == ["A", "B"]
    assert len(table.rows) == 3
    place = table.headings.index("Yritys")
    assert [row.cells[place] for row in table.rows] == ["A Oy", "C Oy", "B Oy"]
    assert all(len(row.cells) == len(table.headings) for row in table.rows)
    assert [name for name, _why in table.skipped_sheets] == ["Ohje", "Piilo"]


def test_merged_group_heading_is_read_with_its_columns() -> None:
    workbook = book(
        ["", "Yhteystiedot", "Yhteystiedot", ""],
        ["Yritys", "Sähköposti", "Kunta", "Alku"],
        ["A Oy", "a@a.example", "Lahti", "2020"],
        merged=[(0, 1, 0, 2)],
    )
    assert guessed(workbook) == {
        "Yritys": "name", "Yhteystiedot / Sähköposti": "email", "Yhteystiedot / Kunta": "place",
        "Alku": "start",
    }  # fmt: skip


def test_mapping_is_kept_as_json() -> None:
    mapping = guessing.guess(lay_out(book(["Yritys", "Muu"], ["A Oy", "1"]), FIELDS), FIELDS)
    again = guessing.MappedColumns.from_json(mapping.as_json())
    assert again == mapping
    assert [column.heading for column in again.kept] == ["Muu"]


def test_heading_alone_is_refused() -> None:
    with pytest.raises(ReadingError):
        lay_out(book(["Yritys", "Kunta", "Sähköposti"]), FIELDS)
