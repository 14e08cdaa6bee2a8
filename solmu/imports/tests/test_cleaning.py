"""Single cells: what people type becomes a value, or a reason."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.utils import translation

from solmu.imports import cleaning
from solmu.imports.cleaning import CleaningError, PersonName
from solmu.imports.reading import Cell


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("1.2.2020", date(2020, 2, 1)),
        ("01.02.20", date(2020, 2, 1)),
        ("1/5/2021", date(2021, 5, 1)),
        ("2020-02-01", date(2020, 2, 1)),
        ("1.2.2020 klo 12.00", date(2020, 2, 1)),
        ("2019", date(2019, 1, 1)),
        (2019.0, date(2019, 1, 1)),
        ("3/2021", date(2021, 3, 1)),
        ("syyskuu 2021", date(2021, 9, 1)),
        ("12. helmikuuta 2022", date(2022, 2, 12)),
        ("3 mars 2021", date(2021, 3, 3)),
        (44197.0, date(2021, 1, 1)),
        (20200115, date(2020, 1, 15)),
        (datetime(2020, 1, 1, 3, 0), date(2020, 1, 1)),
        ("-", None),
        (None, None),
    ],
)
def test_day_is_read(cell: Cell, wanted: date | None) -> None:
    assert cleaning.day(cell) == wanted


def test_last_day_of_a_year_or_month() -> None:
    assert cleaning.day("2019", last=True) == date(2019, 12, 31)
    assert cleaning.day("2/2020", last=True) == date(2020, 2, 29)


@pytest.mark.parametrize(
    "cell", ["31.2.2020", "syksy 2021", "noin 2010", "1.1.0020", 5.0, "13/2020"]
)
def test_what_is_no_day_is_told(cell: object) -> None:
    with pytest.raises(CleaningError):
        cleaning.day(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "country", "wanted"),
    [
        ("0112038-9", "", "0112038-9"),
        ("112038-9", "", "0112038-9"),
        (1120389.0, "", "0112038-9"),
        ("FI01120389", "", "0112038-9"),
        ("fi 0112038 – 9", "", "0112038-9"),
        ("SE556016068001", "", "SE556016068001"),
        ("556016-0680", "SE", "556016-0680"),
        ("EE100931558", "", "EE100931558"),
        ("912345678", "NO", "912345678"),
    ],
)
def test_business_id_is_written_one_way(cell: object, country: str, wanted: str) -> None:
    found = cleaning.business_id(cell, country)  # type: ignore[arg-type]
    assert found is not None
    assert found.number == wanted


@pytest.mark.parametrize("cell", ["0112038-8", "abc", "SE123", "1234567-8", "12"])
def test_wrong_business_id_is_told(cell: str) -> None:
    with pytest.raises(CleaningError):
        cleaning.business_id(cell)


def test_emails_are_taken_apart() -> None:
    assert cleaning.emails("A@b.example; c@d.example, a@B.example") == (
        ["a@b.example", "c@d.example"],
        [],
    )
    assert cleaning.emails("Matti <matti@x.example>") == (["matti@x.example"], [])
    assert cleaning.emails("mehiläinen@x.example") == ([], ["mehiläinen@x.example"])
    assert cleaning.emails("ei ole") == ([], ["ei ole"])


def test_phones_are_taken_apart() -> None:
    assert cleaning.phones("040 555 0100 / 03-5550101") == ["040 555 0100", "03 5550101"]
    assert cleaning.phones("+358 (0)40-5550100") == ["+358 40 5550100"]
    assert cleaning.phones(405550100.0) == ["0405550100"]


def test_people_are_named_both_ways() -> None:
    assert cleaning.people("Meikäläinen, Matti") == [PersonName("Matti", "Meikäläinen")]
    assert cleaning.people("Matti Meikäläinen ja Carl von Flodin") == [
        PersonName("Matti", "Meikäläinen"),
        PersonName("Carl", "von Flodin"),
    ]
    assert cleaning.people("–") == []


def test_website_is_never_a_script() -> None:
    assert cleaning.website("www.satu.example") == "https://www.satu.example"
    for text in ("javascript:alert(1)", "ei ole sivuja"):
        with pytest.raises(CleaningError):
            cleaning.website(text)


def test_text_stays_plain() -> None:
    assert cleaning.text("<b>A</b>\n Oy\x07") == "<b>A</b> Oy"
    assert cleaning.text("n/a") == ""
    assert cleaning.several("TKI; hanke,\nkoulutus / -") == ["TKI", "hanke", "koulutus"]
