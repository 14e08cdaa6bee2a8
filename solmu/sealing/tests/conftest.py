"""What the tests of sealing share: a kind of record that is sealed, as a room above has it."""

from collections.abc import Callable, Iterator

import pytest
import typst
from django.utils import translation

from solmu.lib.composed import composed
from solmu.organisations.tests import factories as make
from solmu.sealing import sealing
from solmu.sealing.holders import Described, Document, Holder
from solmu.sealing.models import Seal

TEXT = '#set document(title: "Sopimus")\n#set text(lang: "fi")\n= Sopimus\nTeksti.'
KIND = "test-record"


class Records:
    """Records of one kind, all with the same text."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.fails = 0
        self.sealed: list[int] = []
        self.told = Described("Sopimus 1", [("Osapuolet", "A ja B")])

    def document(self, subject_id: int, code: str) -> Document:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("no paper")
        return Document(self.pdf, "Sopimus.pdf", "Signed agreement")

    def described(self, subject_id: int) -> Described:
        return self.told

    @property
    def holder(self) -> Holder:
        return Holder("agreement", self.document, self.described, self.sealed.append)


@pytest.fixture(scope="session")
def document() -> bytes:
    return bytes(typst.compile(TEXT.encode(), format="pdf", pdf_standards=["a-3a", "ua-1"]))


@pytest.fixture
def records(monkeypatch, tmp_path, settings, document) -> Records:
    settings.MEDIA_ROOT = tmp_path / "files"
    made = Records(document)
    monkeypatch.setitem(composed("SEALED"), KIND, made.holder)
    return made


@pytest.fixture
def institution():
    return make.institution("Ammattiopisto Esimerkki")


@pytest.fixture
def sealed(records, institution) -> Callable[..., Seal]:
    """A function that seals a record and returns its seal."""

    def seal(subject: int = 1) -> Seal:
        asked = sealing.ask(KIND, subject, institution=institution)
        sealing.seal(asked.pk)
        asked.refresh_from_db()
        return asked

    return seal


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    # Sentences are compared in English, as they stand in the code.
    with translation.override("en"):
        yield
