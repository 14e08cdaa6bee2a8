"""Sealed documents: what holds, and what is found out."""

import shutil
import subprocess

import pytest

from solmu.sealing import keys
from solmu.sealing import pades as sealing


@pytest.fixture
def made(tmp_path):
    packed = keys.make("Ammattiopisto Esimerkki", business_id="1234567-1")
    return keys.write(packed, tmp_path / "keys"), packed.fingerprint


@pytest.fixture
def key(made):
    return made[0]


def sealed_by(key, document) -> bytes:
    return sealing.seal(document, key, reason="Sopimus", name="Ammattiopisto Esimerkki")


def test_key_is_readable_by_its_owner_alone(key):
    assert key.stat().st_mode & 0o077 == 0


def test_sealed_document_holds_and_says_whose_seal_it_is(made, document):
    key, fingerprint = made
    found = sealing.check(sealed_by(key, document))
    assert found is not None
    assert (found.holds, found.sealed_by, found.own, found.stamped) == (
        True,
        "Ammattiopisto Esimerkki",
        True,
        False,
    )
    assert found.fingerprint == fingerprint


def test_one_changed_byte_is_found(key, document):
    sealed = bytearray(sealed_by(key, document))
    at = len(document) // 2
    sealed[at] ^= 1
    try:
        found = sealing.check(bytes(sealed))
    except sealing.SealError:
        return
    assert found is None or not found.holds


def test_what_is_added_after_the_seal_is_found(key, document):
    found = sealing.check(sealed_by(key, document) + b"\n% added\n")
    assert found is not None
    assert not found.holds


def test_document_without_a_seal_has_none(document):
    assert sealing.check(document) is None


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"hello", b"PK\x03\x04" + b"\0" * 200])
def test_what_is_no_pdf_is_refused(data):
    with pytest.raises(sealing.SealError):
        sealing.check(data)


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler's pdfsig is not installed")
def test_poppler_finds_the_seal_valid(key, document, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed_by(key, document))
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said


def test_seal_leaves_the_document_as_accessible_and_archivable_as_it_was(key, document):
    sealed = sealed_by(key, document)

    # The metadata name the standards; written anew by pyHanko they would be none of those.
    assert sealed.startswith(document)
    added = sealed[len(document) :]
    assert b"xmpmeta" in document
    assert b"xmpmeta" not in added
    # The field has a name, and lies outside the page as nothing is seen of it.
    assert b"/TU (Ammattiopisto Esimerkki)" in added
    assert b"/Rect [ -9999 -9999 -9999 -9999 ]" in added
