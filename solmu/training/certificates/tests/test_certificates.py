"""Certificates: issued with passing, once; sealed, sent, revoked, issued anew; the post."""

import base64
import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from solmu.accounts.models import User
from solmu.notifications.models import Message
from solmu.people import links
from solmu.people.models import Person
from solmu.sealing import sealing, verifying
from solmu.sealing.models import Seal
from solmu.training import logos
from solmu.training.certificates import document, issuing, mails, posting
from solmu.training.certificates.issuing import CertificateError
from solmu.training.certificates.models import SEALED, Certificate, CertificateSettings
from solmu.training.exam import taking
from solmu.training.exam.tests import making as exam
from solmu.training.models import Enrolment
from solmu.training.tests import making

pytestmark = pytest.mark.django_db
SYSTEM = making.SYSTEM
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR4nGPgyc6GIwZkDgBY8gcRx1CB"
    "jwAAAABJRU5ErkJggg=="
)  # four pixels by two


def passed(number: int = 1, **facts: object) -> Enrolment:
    """Somebody who has passed, without having gone through the test."""
    row = exam.studying(number=number)
    Enrolment.objects.filter(pk=row.pk).update(state="passed", score="92.5", **facts)
    row.refresh_from_db()
    return row


def issued(number: int = 1, **facts: object) -> Certificate:
    """Their certificate."""
    made = issuing.issue(passed(number, **facts), by=SYSTEM)
    return Certificate.objects.told().get(pk=made.pk)


def seal_now(row: Certificate) -> Seal:
    """Have it sealed, as the worker does."""
    found = issuing.seal_of(row)
    sealing.seal(found.pk)
    found.refresh_from_db()
    assert found.state == Seal.State.SEALED, found.problem
    return found


def test_certificate_comes_with_passing_the_test_and_only_once() -> None:
    row = exam.ready(attempt_gap_days=0)
    attempt = taking.start(row, by=SYSTEM)

    taking.submit(attempt, options=exam.places(attempt, 20), by=SYSTEM)
    assert not Certificate.objects.exists()
    with pytest.raises(CertificateError):
        issuing.issue(row, by=SYSTEM)

    attempt = taking.start(row, by=SYSTEM)
    taking.submit(attempt, options=exam.places(attempt, 40), by=SYSTEM)
    taking.submit(attempt, options=exam.places(attempt, 40), by=SYSTEM)

    made = Certificate.objects.get()
    assert made.name == row.person.name
    assert made.parts == ["Osa 1", "Osa 2", "Osa 3", "Osa 4"]
    assert issuing.issue(row, by=SYSTEM) == made
    assert Seal.objects.filter(subject_kind=SEALED).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(enrolment=row, name="Toinen", language="fi")


def test_sealed_certificate_is_sent_and_tells_no_score() -> None:
    row = issued()
    seal = seal_now(row)
    issuing.sealed(row.pk)

    sent = Message.objects.get(kind="training-certificate")
    row.enrolment.refresh_from_db()
    assert row.enrolment.state == "certified"
    assert sent.to == row.enrolment.person.email
    verdict = verifying.examine(sealing.sealed_bytes(seal))
    assert verdict.valid
    assert verdict.described is not None
    told = str(verdict.described)
    assert row.name in told
    assert "92" not in told


def test_score_stands_on_the_certificate_only_where_the_programme_says() -> None:
    row = passed()
    assert issuing.issue(row, by=SYSTEM).score is None
    CertificateSettings.objects.create(programme=row.programme, shows_score=True)
    assert str(issuing.issue(passed(2), by=SYSTEM).score) == "92.50"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_document_is_accessible_and_archivable_in_each_language(language: str) -> None:
    made = document.pdf(issued(language=language), "ABCD-EFGH-JKLM-NPQR")

    assert b"pdfuaid:part" in made
    assert b"pdfaid:conformance>A<" in made.replace(b"\n", b"")
    assert re.search(rb"/Lang ?\(" + language.encode(), made)


def test_link_opens_the_certificate_without_an_account() -> None:
    row = issued()
    _link, token = links.create(mails.PURPOSE, mails.RECORD, row.pk, person=row.enrolment.person)
    client = Client()

    early = client.get(f"/training/certificate/{token}/")
    assert early.status_code == 200
    assert client.get(f"/training/certificate/{token}/pdf/").status_code == 302
    seal_now(row)
    answer = client.get(f"/training/certificate/{token}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert client.get("/training/certificate/wrong/").status_code == 410


def test_own_page_is_the_participants_alone() -> None:
    row = issued()
    other = passed(2)

    assert (
        exam.client_of(row.enrolment).get(f"/learn/{row.enrolment.uuid}/certificate/").status_code
        == 200
    )
    assert exam.client_of(other).get(f"/learn/{row.enrolment.uuid}/certificate/").status_code == 404


def test_misspelled_name_is_issued_anew_and_the_old_one_says_why() -> None:
    row = issued()
    seal = seal_now(row)
    old = sealing.sealed_bytes(seal)

    new = issuing.reissue(
        row, name="Matti Möikäläinen", language="sv", why="kirjoitusvirhe", by=SYSTEM
    )
    seal_now(Certificate.objects.told().get(pk=new.pk))

    verdict = verifying.examine(old)
    assert not verdict.valid
    assert verdict.described is not None
    assert verdict.described.revoked_why == "kirjoitusvirhe"
    assert Certificate.objects.valid().get() == new
    assert Message.objects.filter(kind="training-certificate").count() == 2
    assert issuing.codes_of([row.enrolment_id]).keys() == {row.enrolment_id}
    with pytest.raises(CertificateError):
        issuing.reissue(row, name="Kolmas", language="fi", why="taas", by=SYSTEM)
    with pytest.raises(CertificateError):
        issuing.revoke(new, why=" ", by=SYSTEM)


def test_certificate_keeps_the_logo_that_it_was_issued_with(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    wants = {"wants_paper": True, "postal_address": "Keksitty katu 1\n20100 Turku"}
    bare = issued(1, **wants)
    programme = bare.enrolment.programme
    logo = logos.put(programme, SimpleUploadedFile("logo.png", PNG), by=SYSTEM)
    with_logo = issued(2, **wants)
    logos.remove(programme, by=SYSTEM)
    after = issued(3, **wants)

    coded = dict(issuing.with_codes([bare, with_logo, after]))
    shown = document.logos_of(programme, coded.values())
    assert shown == {coded[with_logo]: logo}
    for language in ("fi", "sv", "en"):
        with_logo.language = language
        made = document.pdf(with_logo, coded[with_logo], logo)
        assert b"pdfuaid:part" in made
        assert b"/Subtype/Image" in made
    assert b"/Subtype/Image" not in document.pdf(bare, coded[bare])
    made, left = document.letters(coded.items(), shown)
    assert made.startswith(b"%PDF")
    assert left == []


def test_name_that_no_font_has_waits_for_a_person_and_holds_nobody_up(client: Client) -> None:
    wants = {"wants_paper": True, "postal_address": "Keksitty katu 1\n20100 Turku"}
    one = passed(1, **wants)
    Person.objects.filter(pk=one.person_id).update(given_name="太郎", family_name="山田")
    issuing.issue(one, by=SYSTEM)
    row, other = Certificate.objects.told().get(), issued(2, **wants)
    seal = issuing.seal_of(row)

    sealing.seal(seal.pk)
    seal_now(other)

    seal.refresh_from_db()
    assert seal.state == Seal.State.FAILED  # at the first attempt: more would not help
    assert set(issuing.letters_missing(seal).split()) == set("太郎山田")
    assert list(Certificate.objects.unmade()) == [row]
    assert list(posting.waiting(row.enrolment.programme)) == [other]
    made, left = document.letters(issuing.with_codes([row, other]))
    assert made.startswith(b"%PDF")
    assert left == [row]

    with pytest.raises(CertificateError):
        issuing.rename(row, name="山田 Taro", by=SYSTEM)
    with pytest.raises(CertificateError):
        issuing.rename(other, name="Joku muu", by=SYSTEM)
    client.force_login(User.objects.create_user("a@solmu.example", is_admin=True))
    page = f"/training/{row.enrolment.programme.slug}/certificates/{row.pk}/"
    assert "太" in client.get(page).content.decode()
    assert client.post(page, {"act": "name", "name": "Taro Yamada"}).status_code == 302
    sealing.seal(seal.pk)

    row.refresh_from_db()
    assert (row.name, row.sent_at is not None) == ("Taro Yamada", True)
    assert not Certificate.objects.unmade().exists()


def test_paper_is_posted_once_and_can_be_taken_back(django_assert_num_queries: object) -> None:
    wants = {"wants_paper": True, "postal_address": "Keksitty katu 1\n20100 Turku"}
    first, second = issued(1, **wants), issued(2, **wants)
    issued(3)
    programme = first.enrolment.programme
    assert [row.pk for row in posting.waiting(programme)] == [first.pk, second.pk]

    rows = list(posting.waiting(programme))
    # However many letters there are.
    with django_assert_num_queries(1):  # type: ignore[operator]
        made, left = document.letters(issuing.with_codes(rows))
    assert b"%PDF" in made[:8]
    assert left == []

    pile = posting.mark(programme, [first.pk, 10**9], by=SYSTEM)
    assert pile is not None
    assert posting.mark(programme, [first.pk], by=SYSTEM) is None
    assert [row.pk for row in posting.waiting(programme)] == [second.pk]
    assert posting.take_back(pile, by=SYSTEM) == 1
    assert posting.waiting(programme).count() == 2
    assert mail.outbox == []
