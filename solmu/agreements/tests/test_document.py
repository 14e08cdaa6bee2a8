"""The agreement as a document."""

import io
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from solmu.agreements import document

pytestmark = pytest.mark.django_db

CONTENT = {
    "title": "Työelämäkumppanuus",
    "kind": "work_life",
    "languages": ["fi", "sv"],
    "prevailing": "fi",
    "case_number": "12/00.04/2026",
    "parties": [
        {"name": "Ammattiopisto Esimerkki", "business_id": "", "called": "Oppilaitos",
         "contact": ""},
        {"name": "Kuutamo Oy", "business_id": "1234567-1", "called": "Kumppani", "contact": "A B"},
    ],
    "clauses": [
        {"key": "parties", "kind": "parties", "confidential": False,
         "title": {"fi": "Osapuolet", "sv": "Parter"}, "text": {"fi": "Sopijat.", "sv": "Parter."}},
        {"key": "goals", "kind": "goals", "confidential": False,
         "title": {"fi": "Tavoitteet", "sv": "Mål"}, "text": {"fi": "", "sv": ""}},
        {"key": "price", "kind": "text", "confidential": True,
         "title": {"fi": "Hinta", "sv": "Pris"},
         "text": {"fi": "Salaisuus #strong[x]", "sv": "Hemlig"}},
    ],
    "goals": [
        {"title": "Harjoittelupaikat", "organisation": "Kuutamo Oy",
         "indicators": [{"name": "paikkoja", "unit": "kpl", "baseline": "2", "target": "10"}]},
    ],
    "duties": [],
}  # fmt: skip


def root(pdf: bytes):
    return PdfFileReader(io.BytesIO(pdf)).root


def test_document_is_tagged_and_says_its_language():
    found = root(document.pdf(CONTENT, version=1))
    assert found["/MarkInfo"]["/Marked"]
    assert found["/Lang"] == "fi"
    assert "/StructTreeRoot" in found


def test_proof_attaches_the_record():
    proof = document.Proof("ABCD-EFGH", "http://x.example/verify/ABCD-EFGH/", [{"number": 1}])
    signed = document.Signed("Kuutamo Oy", "A B", "tj", "koodi", datetime(2026, 1, 2, tzinfo=UTC))
    found = root(document.pdf(CONTENT, version=1, signatures=[signed], proof=proof))
    [attached] = found["/AF"]
    assert attached.get_object()["/F"].endswith("signing-record.json")


def test_same_content_gives_the_same_words_whatever_they_hold():
    hostile = {**CONTENT, "title": '"] #panic("x") \\" \\ {start} *_`$<>@ \\u{41}\\'}
    made = PdfFileReader(io.BytesIO(document.pdf(hostile, version=1)))
    assert made.trailer["/Info"]["/Title"] == hostile["title"]
