"""Word documents: read as clauses, hostile ones refused, and written so that they come back."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from solmu.agreements.bases import exchange, word_in, word_out
from solmu.agreements.bases.rules import BaseError
from solmu.agreements.models import Base, BaseClause, BaseVersion


def saved(file: Any) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def plain(*lines: str) -> bytes:
    file = docx.Document()
    for line in lines:
        file.add_paragraph(line)
    return saved(file)


def repacked(content: bytes, changed: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename not in changed:
                new.writestr(entry.filename, old.read(entry))
        for name, value in changed.items():
            new.writestr(name, value)
    return out.getvalue()


def titles(read: word_in.Read) -> list[str]:
    return [one.title for one in read.clauses]


def test_headings_become_clauses_lists_and_tables_text() -> None:
    file = docx.Document()
    file.add_heading("Kumppanuussopimus", 0)
    file.add_heading("1. Osapuolet", 1)
    file.add_paragraph("Opisto ja yritys.")
    file.add_paragraph("ensimmäinen", style="List Bullet")
    file.add_paragraph("toinen", style="List Bullet")
    file.add_heading("Tarkennus", 2)
    file.add_heading("Kustannukset", 1)
    table = file.add_table(rows=2, cols=2)
    for cell, text in zip(
        [cell for row in table.rows for cell in row.cells],
        ["Mitä", "€", "Tila", "100"],
        strict=True,
    ):
        cell.text = text
    read = word_in.read(saved(file))

    assert read.title == "Kumppanuussopimus"
    assert titles(read) == ["Osapuolet", "Kustannukset"]
    first = "Opisto ja yritys.\n\n– ensimmäinen\n– toinen\n\nTarkennus"
    assert read.clauses[0].text == first
    assert read.clauses[1].text == "Mitä – €\nTila – 100"
    assert read.clauses[1].tables == 1


def test_numbered_lines_become_clauses_where_there_are_no_headings() -> None:
    read = word_in.read(
        plain(
            "AIESOPIMUS",
            "1. Osapuolet",
            "Nämä kaksi.",
            "2. Tarkoitus",
            "1. tämä on luettelo, ei otsikko.",
            "3 Kesto",
            "Vuosi.",
        )
    )
    assert read.title == "AIESOPIMUS"
    assert titles(read) == ["Osapuolet", "Tarkoitus", "Kesto"]
    assert [one.source for one in read.clauses] == ["numbered"] * 3


def test_titles_in_bold_and_text_before_them() -> None:
    file = docx.Document()
    file.add_paragraph("Tämä sopimus on tehty tänään ja se koskee yhteistyötä.")
    for title in ("Osapuolet", "Kesto:"):
        file.add_paragraph().add_run(title).bold = True
        file.add_paragraph("Tekstiä.")
    read = word_in.read(saved(file))
    assert titles(read)[1:] == ["Osapuolet", "Kesto"]
    assert read.clauses[0].source == "before"


def test_tracked_changes_are_read_as_accepted_and_controls_are_opened() -> None:
    file = docx.Document()
    file.add_heading("Otsikko", 1)
    file.add_heading("Toinen", 1)
    body = file.element.body
    ns = nsdecls("w")
    body.insert(
        1,
        parse_xml(
            f"<w:sdt {ns}><w:sdtContent><w:p><w:r><w:t>Jää </w:t></w:r>"
            "<w:ins w:id='1' w:author='x'><w:r><w:t>uusi</w:t></w:r></w:ins>"
            "<w:del w:id='2' w:author='x'><w:r><w:delText>vanha</w:delText></w:r></w:del>"
            "</w:p></w:sdtContent></w:sdt>"
        ),
    )
    read = word_in.read(saved(file))
    assert read.clauses[0].text == "Jää uusi"
    assert any("tracked" in one or "muutok" in one for one in read.left_out)


def test_braces_that_are_no_variable_become_brackets() -> None:
    read = word_in.read(plain("1. Kesto", "Alkaa {start} ja {Yrityksen nimi} {"))
    assert read.clauses[0].text == "Alkaa {start} ja [Yrityksen nimi] ["
    exchange.refuse_mistakes(read.clauses[0].text, "")


# Hostile files


def bomb() -> bytes:
    return repacked(plain("x"), {"word/media/big.bin": b"\0" * (word_in.LARGEST_UNPACKED + 1)})


def big_part() -> bytes:
    return repacked(plain("x"), {"word/footnotes.xml": b"<a>" + b" " * word_in.LARGEST_PART})


def many_parts() -> bytes:
    return repacked(plain("x"), {f"word/{n}.xml": b"<a/>" for n in range(word_in.MOST_PARTS)})


def macros() -> bytes:
    return repacked(plain("x"), {"word/vbaProject.bin": b"\xd0\xcf"})


def macro_type() -> bytes:
    with zipfile.ZipFile(io.BytesIO(plain("x"))) as package:
        types = package.read("[Content_Types].xml")
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    marked = types.replace(main, b"application/vnd.ms-word.document.macroEnabled.main+xml")
    assert marked != types
    return repacked(plain("x"), {"[Content_Types].xml": marked})


def entities(code: str = "utf-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{code}"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"
    )
    return repacked(plain("x"), {"word/document.xml": text.encode(code)})


def deep() -> bytes:
    start = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    nested = b"<w:sdt><w:sdtContent>" * 5000 + b"</w:sdtContent></w:sdt>" * 5000
    return repacked(
        plain("x"),
        {"word/document.xml": start + b"<w:body>" + nested + b"</w:body></w:document>"},
    )


HOSTILE = {
    "zip bomb": bomb,
    "a part too large": big_part,
    "too many parts": many_parts,
    "macros": macros,
    "macros by their type": macro_type,
    "entities": entities,
    "entities in UTF-16": lambda: entities("utf-16"),
    "nested too deep": deep,
    "old Word": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "no zip": lambda: b"PK\x03\x04 but no more",
    "nothing": lambda: b"",
    "another zip": lambda: zipped({"hello.txt": b"x"}),
    "no document": lambda: zipped({"[Content_Types].xml": b"<Types/>"}),
    "cut off": lambda: plain("x" * 5000)[:3000],
    "empty": plain,
    "too large": lambda: b"PK" + b"x" * word_in.LARGEST_FILE,
    "too much text": lambda: plain(*["sana " * 1000] * 80),
    "too many titles": lambda: plain(*[f"{n}. Otsikko" for n in range(1, 100)], *_more()),
}


def _more() -> Iterable[str]:
    return ["Teksti " * 4000]


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, value in parts.items():
            package.writestr(name, value)
    return out.getvalue()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(kind: str) -> None:
    content = HOSTILE[kind]()
    with pytest.raises(BaseError) as caught:
        word_in.read(content)
    assert caught.value.field == "file"
    assert str(caught.value).endswith(".")


# Written, and read again


def test_what_is_written_comes_back() -> None:
    base = Base(kind="intent", name_fi="Aiesopimus", name_sv="Avsikt")
    version = BaseVersion(base=base, number=3)
    clauses = [
        BaseClause(
            key="parties",
            title_fi="Osapuolet",
            title_sv="Parter",
            text_fi="Opisto on {institution.name}.\n\n– yksi\n– kaksi",
            text_sv="Läroanstalten.",
            note="Tarkista nimet.",
        ),
        BaseClause(key="term", title_fi="Kesto", title_sv="Tid", text_fi="Vuosi.", optional=True),
    ]
    content = word_out.document(base, version, clauses, ["fi"])
    read = word_in.read(content)
    assert read.title == "Aiesopimus"
    assert titles(read)[-2:] == ["Osapuolet", "Kesto"]
    assert read.clauses[-2].text == "Opisto on {institution.name}.\n\n– yksi\n– kaksi"

    file = docx.Document(io.BytesIO(content))
    assert next(iter(file.comments)).text == "Tarkista nimet."
    assert file.core_properties.language == "fi-FI"
    both = docx.Document(io.BytesIO(word_out.document(base, version, clauses, ["fi", "sv"])))
    headings = [one.text for one in both.paragraphs if one.style.name == "Heading 1"]
    assert headings == ["1. Osapuolet", "2. Kesto", "1. Parter", "2. Tid"]
