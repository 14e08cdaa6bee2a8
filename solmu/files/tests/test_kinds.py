import io
import zipfile

import pytest

from solmu.files import kinds


def _zip(*names: str, **stored: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in stored.items():
            archive.writestr(name, content)
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("Muistio: päätös".encode(), "text/plain"),
        ("Muistio: päätös".encode("utf-16"), "text/plain"),
        ("Muistio: päätös".encode("cp1252"), "text/plain"),
        (b"<!DOCTYPE html><script>alert(1)</script>", kinds.UNKNOWN),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'/>", kinds.UNKNOWN),
        (b"<?xml version='1.0'?><svg/>", kinds.UNKNOWN),
        (b"\x00\x01\x02", kinds.UNKNOWN),
        (b"PK\x03\x04 broken", kinds.UNKNOWN),
        (_zip("a.txt"), "application/zip"),
        (
            _zip("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            _zip(mimetype=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
    ],
)
def test_kind_is_told_from_the_bytes(content: bytes, kind: str) -> None:
    stream = io.BytesIO(content)

    assert kinds.told(stream) == kind
    assert stream.tell() == 0


def test_a_long_text_cut_within_a_letter_is_text() -> None:
    for shift in range(3):
        assert kinds.told(io.BytesIO(b"a" * shift + "ä€".encode() * 5000)) == "text/plain"


@pytest.mark.parametrize("content", [b"MZ\x90", b"\x7fELF\x02", b"#!/bin/sh\n"])
def test_programs_are_told(content: bytes) -> None:
    assert kinds.is_program(io.BytesIO(content))


def test_a_name_that_promises_something_else_is_told() -> None:
    assert kinds.breaks_promise("Lasku.PDF", "text/plain")
    assert not kinds.breaks_promise("lasku.pdf", "application/pdf")
    assert not kinds.breaks_promise("lasku.drawing", "application/zip")
