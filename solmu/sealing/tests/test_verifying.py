"""Checking files and codes: in the pages, by the API, and what hostile files get."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from solmu.lib.composed import composed
from solmu.sealing import certificates, keys, pades, sealing, verifying
from solmu.sealing.holders import Described
from solmu.sealing.verifying import Outcome

pytestmark = pytest.mark.django_db


def _examine(data: bytes, **how) -> verifying.Verdict:
    return verifying.examine(data, **how)


def test_sealed_file_is_genuine_and_says_that_the_seal_is_technical(sealed):
    seal = sealed()
    verdict = _examine(sealing.sealed_bytes(seal))

    assert (verdict.outcome, verdict.valid, verdict.seal) == (Outcome.HOLDS, True, seal)
    assert "qualified" not in verdict.kind
    assert "Ammattiopisto Esimerkki" in verdict.reason


@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_one_changed_byte_anywhere_is_found(sealed, place):
    data = bytearray(sealing.sealed_bytes(sealed()))
    data[int(len(data) * place)] ^= 1

    assert not _examine(bytes(data)).valid


def test_every_byte_of_the_seal_itself_counts(sealed):
    """The signature lies in a gap that no digest covers: its padding and its letters count too."""
    data = sealing.sealed_bytes(sealed())
    gap = data.index(b"/Contents <") + len(b"/Contents <")
    end = data.index(b">", gap)
    for at in (gap, gap + 500, end - 1):
        changed = bytearray(data)
        changed[at] = ord("1") if changed[at] == ord("0") else ord("0")
        assert not _examine(bytes(changed)).valid
    assert not _examine(data[:gap] + data[gap:end].lower() + data[end:]).valid


def test_what_is_added_is_found_and_the_document_still_known(sealed):
    seal = sealed()
    verdict = _examine(sealing.sealed_bytes(seal) + b"\n% more\n")

    assert (verdict.outcome, verdict.valid, verdict.seal) == (Outcome.ADDED, False, seal)


def test_changed_text_is_told_from_a_strange_file(sealed, document):
    seal = sealed()
    changed = bytearray(sealing.sealed_bytes(seal))
    changed[len(document) // 2] ^= 1
    assert (_examine(bytes(changed)).outcome, _examine(bytes(changed)).seal) == (
        Outcome.CHANGED,
        seal,
    )
    assert _examine(document).outcome == Outcome.UNSEALED


def test_seal_of_a_stranger_who_bears_the_same_name_is_not_ours(sealed, document, tmp_path):
    sealed()
    forged = keys.write(keys.make("Ammattiopisto Esimerkki"), tmp_path / "forged")
    verdict = _examine(pades.seal(document, forged, reason="x", name="Ammattiopisto Esimerkki"))

    assert (verdict.outcome, verdict.valid, verdict.kind) == (Outcome.STRANGER, False, "")


def test_strangers_seal_over_ours_does_not_hide_the_change(sealed, tmp_path):
    """Somebody changes the document after our seal and seals the whole anew with their own key."""
    seal = sealed()
    forged = keys.write(keys.make("Joku Muu"), tmp_path / "forged")
    pdf = sealing.sealed_bytes(seal).replace(b"/T (Solmu)", b"/T (Other)")
    for over in (sealing.sealed_bytes(seal), pdf):
        again = pades.seal(over, forged, reason="x", name="y", field="Second")
        assert not _examine(again).valid


def test_document_of_our_certificate_without_a_record_is_said_to_be_so(sealed, document):
    seal = sealed()
    path = certificates.path_of(seal.certificate)
    verdict = _examine(pades.seal(document, path, reason="x", name="y"))

    assert (verdict.outcome, verdict.seal) == (Outcome.UNKNOWN, None)


def test_revoked_document_does_not_hold(sealed, records):
    data = sealing.sealed_bytes(sealed())
    records.told = Described("Todistus", revoked_on=date(2026, 3, 1), revoked_why="Virhe.")

    assert (_examine(data).outcome, _examine(data).valid) == (Outcome.REVOKED, False)


def test_changed_record_is_told_though_the_file_is_right(sealed, records, client):
    seal = sealed()
    records.told = Described("Sopimus 1", broken="rivi 3 on muuttunut.")

    assert "rivi 3 on muuttunut." in _examine(sealing.sealed_bytes(seal)).reason
    assert "rivi 3 on muuttunut." in client.get(seal.get_absolute_url()).content.decode()


def test_file_of_another_code_is_another_document(sealed, records):
    first = sealed(1)
    records.pdf += b"\n"
    second = sealed(2)

    verdict = _examine(sealing.sealed_bytes(second), expected=first)
    assert (verdict.outcome, verdict.valid) == (Outcome.OTHER, False)


def test_other_kinds_of_files_are_checked_by_their_rooms(monkeypatch, db):
    def badge(data: bytes) -> Described | None:
        if not data.startswith(b"eyJ"):
            return None
        return Described(
            "Merkki", broken="" if data.endswith(b"good") else "Allekirjoitus ei täsmää."
        )

    monkeypatch.setattr("solmu.composition.VERIFIERS", (badge,))
    composed.cache_clear()
    try:
        assert _examine(b"eyJ.good").valid
        assert _examine(b"eyJ.bad").reason == "Allekirjoitus ei täsmää."
    finally:
        composed.cache_clear()


BOMBS = [
    b"",
    b"%PDF-1.7\n",
    b"%PDF-1.7\n" + b"<<" * 100_000 + b"\nstartxref\n9\n%%EOF",
    b"%PDF-1.7\nstartxref\n" + b"/ByteRange [0 10 20 30]" * 200,
    b"%PDF-1.7\nstartxref\n/ByteRange [0 99999999 9999999999 9999999999]",
    b"%PDF-1.7\nstartxref\n/ByteRange [5 10 20 30]" + b"x" * 100,
    b"%PDF-1.7\nstartxref\n/Contents <"
    + b"30" * 1000
    + b">/ByteRange [0 30 2032 2033]"
    + b" " * 4000,
    b"%PDF-1.7\nstartxref\n" + b"/ByteRange [" + b" " * 500_000,
    b"<html><script>alert(1)</script>",
    b"\x7fELF" + b"\0" * 100,
]


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_hostile_file_gets_an_answer(number, db):
    assert not _examine(BOMBS[number]).valid


def test_code_is_found_however_it_is_typed(sealed, client):
    seal = sealed()
    typed = seal.code.lower().replace("-", " ")

    assert client.get("/verify/", {"code": typed}).headers["Location"] == f"/verify/{seal.code}/"
    assert (
        client.get(f"/verify/{seal.code.lower()}/").headers["Location"] == seal.get_absolute_url()
    )
    page = client.get(seal.get_absolute_url())
    assert "Osapuolet" in page.content.decode()


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC-DDDD", "x", "%00", "ä" * 80, "<b>"])
def test_unknown_code_is_told_kindly(client, code, db):
    assert client.get("/verify/", {"code": code}).status_code == 404
    assert client.get(reverse("sealing:verify", args=[code])).status_code == 404


def test_anybody_checks_a_file_in_the_pages(sealed, client):
    seal = sealed()
    data = sealing.sealed_bytes(seal)
    for address in ("/verify/", seal.get_absolute_url()):
        good = client.post(address, {"file": SimpleUploadedFile("a.pdf", data)})
        bad = client.post(address, {"file": SimpleUploadedFile("a.pdf", data + b" ")})
        assert (good.status_code, bad.status_code) == (200, 200)
        assert (good.context["verdict"].valid, bad.context["verdict"].valid) == (True, False)
    assert client.post("/verify/", {}).status_code == 422


def test_file_that_is_too_big_is_refused(client, settings, db):
    settings.SOLMU_FILE_LIMIT = 100
    answer = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", b"x" * 150)})
    assert answer.status_code == 422
    sent = {"data": b"x" * 150, "content_type": "application/pdf"}
    assert client.post("/api/v1/verify", **sent).status_code == 413


def test_programs_check_without_a_token(sealed, client):
    data = sealing.sealed_bytes(sealed())

    def verify(body: bytes) -> dict:
        return client.post("/api/v1/verify", data=body, content_type="application/pdf").json()

    assert verify(data)["valid"] is True
    changed = bytearray(data)
    changed[len(data) // 3] ^= 1
    assert verify(bytes(changed))["valid"] is False
    assert verify(b"hello")["reason"]
    big = data + b" " * 3_000_000
    assert verify(big)["valid"] is False


def test_key_file_of_an_institution_is_read_by_its_owner_alone(sealed):
    path: Path = certificates.path_of(sealed().certificate)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
