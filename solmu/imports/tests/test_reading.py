"""Files that people call tables: what is read, and what is refused before it does harm."""

import io
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from openpyxl import Workbook

from solmu.imports import reading
from solmu.imports.reading import ReadingError, plain, read_bytes, read_path

ODS_CONTENT = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Sivu1">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
ODS_CELL = (
    '<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def xlsx(*rows: list[object], merge: str = "") -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(rows: str, manifest: str = "<manifest/>") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS_CONTENT.format(rows=rows))
        package.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def ods_row(*texts: str) -> str:
    cells = "".join(ODS_CELL.format(more="", text=text) for text in texts)
    return f"<table:table-row>{cells}</table:table-row>"


def replaced(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for part in before.namelist():
            data = before.read(part)
            after.writestr(part, data.replace(old, new) if part == name else data)
    return file.getvalue()


def test_csv_is_read_in_each_encoding_and_delimiter() -> None:
    text = 'Nimi;Kunta;Huom\n"Äijälän ""Öljy""; Oy";Hämeenlinna;"kaksi\nriviä"\n'
    wanted = [["Nimi", "Kunta", "Huom"], ['Äijälän "Öljy"; Oy', "Hämeenlinna", "kaksi\nriviä"]]
    for encoding in (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp1252",
        "mac_roman",
    ):
        assert read_bytes(text.encode(encoding)).sheets[0].rows == wanted, encoding
    for delimiter in ",\t|":
        other = "Nimi;Kunta\nA Oy;Lahti\nB Oy;Loppi\n".replace(";", delimiter)
        book = read_bytes(other.encode())
        assert book.delimiter == delimiter
        assert book.sheets[0].rows[1] == ["A Oy", "Lahti"]


def test_csv_names_its_own_delimiter() -> None:
    assert read_bytes(b"sep=,\na,b\n1,2\n").sheets[0].rows == [["a", "b"], ["1", "2"]]


def test_csv_encoded_twice_is_mended() -> None:
    content = "Nimi;Kunta\nÄijä Oy;Hämeenlinna\n".encode().decode("cp1252").encode()
    assert read_bytes(content).sheets[0].rows[1] == ["Äijä Oy", "Hämeenlinna"]


def test_csv_with_an_open_quote_keeps_its_rows() -> None:
    lines = ["Nimi;Kunta", '"Auki Oy;Lahti', *[f"Yritys {n} Oy;Loppi" for n in range(300)]]
    assert len(read_bytes("\n".join(lines).encode()).sheets[0].rows) == 302


def test_xlsx_gives_typed_cells_and_formulas_their_values() -> None:
    content = xlsx(["Nimi", "Alku", "Määrä"], ["A Oy", date(2020, 2, 1), 5])
    assert read_bytes(content).sheets[0].rows[1] == ["A Oy", date(2020, 2, 1), 5.0]
    formula = replaced(
        xlsx(["Nimi"], [123456]),
        "xl/worksheets/sheet1.xml",
        b"<v>123456</v>",
        b"<f>HYPERLINK(1)</f><v>123456</v>",
    )
    assert read_bytes(formula).sheets[0].rows[1] == [123456.0]


def test_xlsx_fills_merged_cells() -> None:
    rows = (
        read_bytes(xlsx(["Kunta", "Nimi"], ["Lahti", "A"], [None, "B"], merge="A2:A3"))
        .sheets[0]
        .rows
    )
    assert rows[2] == ["Lahti", "B"]


def test_ods_is_read() -> None:
    book = read_bytes(ods(ods_row("Nimi", "Kunta") + ods_row("Äijä Oy", "Lahti")))
    assert book.kind == "ods"
    assert book.sheets[0].rows == [["Nimi", "Kunta"], ["Äijä Oy", "Lahti"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "isn't a spreadsheet"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "isn't a spreadsheet"),
        (b"%PDF-1.7 ...", "isn't a spreadsheet"),
        (bytes(range(256)) * 20, "isn't a spreadsheet"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "web page"),
        (b"PK\x03\x04" + bytes(50), "damaged"),
        (reading.OLE_MARK + bytes(600), ".xls"),
        (reading.OLE_MARK + bytes(600) + reading.ENCRYPTED_MARK, "password"),
        (ods("", "<manifest><encryption-data/></manifest>"), "password"),
        (ods(""), "no rows"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, says: str) -> None:
    with pytest.raises(ReadingError, match=says):
        read_bytes(content)


def test_another_zip_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    with pytest.raises(ReadingError, match="isn't a spreadsheet"):
        read_bytes(file.getvalue())


def test_zip_bomb_is_not_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _n in range(300):
                part.write(bytes(1_000_000))
    began = time.monotonic()
    with pytest.raises(ReadingError, match="unpack"):
        read_bytes(file.getvalue())
    assert time.monotonic() - began < 1


def test_zip_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(xlsx(["Nimi"], *[[f"Yritys {n}"] for n in range(2000)]))
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    with pytest.raises(ReadingError):
        read_bytes(bytes(content))


def test_far_corner_cells_are_refused() -> None:
    for corner in ("XFD1", "A1048576", "XFD1048576"):
        content = replaced(
            xlsx(["Nimi"], ["A"]), "xl/worksheets/sheet1.xml", b'r="A2"', f'r="{corner}"'.encode()
        )
        content = replaced(
            content,
            "xl/worksheets/sheet1.xml",
            b'<row r="2"',
            f'<row r="{"".join(filter(str.isdigit, corner))}"'.encode(),
        )
        with pytest.raises(ReadingError, match="at most"):
            read_bytes(content)


def test_million_columns_are_refused() -> None:
    with pytest.raises(ReadingError, match="columns"):
        read_bytes(b";".join(b"x" for _n in range(1_000_000)))
    wide = ODS_CELL.format(more=' table:number-columns-repeated="1000000"', text="x")
    with pytest.raises(ReadingError, match="columns"):
        read_bytes(ods(f"<table:table-row>{wide}</table:table-row>"))
    tall = '<table:table-row table:number-rows-repeated="1000000">' + ODS_CELL.format(
        more="", text="x"
    )
    with pytest.raises(ReadingError, match="rows"):
        read_bytes(ods(tall + "</table:table-row>"))


def test_empty_columns_to_the_right_do_no_harm() -> None:
    rows = read_bytes(b"Nimi" + b";" * 3000 + b"\nA Oy;Lahti\n").sheets[0].rows
    assert rows == [["Nimi"], ["A Oy", "Lahti"]]


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(ReadingError, match="rows"):
        read_bytes(b"a;b\n" * (reading.MAX_ROWS + 1))


def test_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="can't be opened"):
        read_path(tmp_path / "none.csv")


def test_plain_text_of_cells() -> None:
    cells = (5.0, 5.25, True, None, date(2020, 1, 2), " a\u00a0b\x00 ")
    assert [plain(cell) for cell in cells] == ["5", "5.25", "1", "", "2020-01-02", "a b"]
