"""A signer's link: reading, the code, signing, declining, and what is told when it can't be."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from solmu.agreements import document
from solmu.agreements.models import Agreement, Signature
from solmu.agreements.signing import elsewhere, integrity, mandates, signing
from solmu.agreements.signing.signing import SigningError
from solmu.agreements.tests import signing_factories as make
from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.organisations.tests import factories
from solmu.people.models import Person

pytestmark = pytest.mark.django_db


def test_link_shows_the_whole_text_and_changes_nothing(client: Client):
    row = make.asked()[0]
    path = make.link(row)

    shown = client.get(path)

    assert shown.status_code == 200
    assert "Teemme yhdessä." in shown.text
    assert shown.headers["Referrer-Policy"] == "strict-origin"
    assert not Message.objects.filter(kind="agreement-code").exists()
    row.refresh_from_db()
    assert row.state == "waiting"
    pdf = client.get(f"{path}pdf/")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert client.get(f"{path}code/").status_code == 405


def test_signing_by_link_needs_the_code_that_goes_to_the_address(client: Client):
    row = make.asked()[0]
    path, facts = make.link(row), {"read": "on", "digest": row.subject.digest}

    assert client.post(path, facts).status_code == 422
    assert client.post(path, {**facts, "code": "123456"}).status_code == 422
    client.post(f"{path}code/")
    # Whoever got the link forwarded doesn't get the code: it goes to the signer.
    assert Message.objects.get(kind="agreement-code").to == row.email
    right = make.code(row)
    assert client.post(path, {**facts, "read": "", "code": right}).status_code == 422
    assert client.post(path, {**facts, "code": right}).status_code == 302

    row.refresh_from_db()
    assert row.state == "signed"
    assert row.identified == f"code sent to {row.email}"
    assert row.address == "127.0.0.1"
    again = client.post(path, {**facts, "code": right})
    assert again.status_code == 409
    assert client.get(path).status_code == 200


def test_sixth_code_within_an_hour_is_refused(client: Client):
    row = make.asked()[0]
    path = make.link(row)
    answers = [client.post(f"{path}code/").status_code for _number in range(6)]
    assert answers == [302] * 5 + [429]


def test_signing_by_sign_in_is_only_for_that_persons_account(client: Client):
    agreement = make.agreement(means="sign_in")
    chosen = make.signers(agreement)
    for signer in chosen:
        signer.person.user = factories.user(signer.person.email)
        signer.person.save()
    row = signing.ask(agreement, chosen, by=make.SYSTEM).signatures.order_by("pk")[0]
    path, facts = make.link(row), {"read": "on", "digest": row.subject.digest}
    assert client.post(path, facts).status_code == 422  # nobody is signed in

    client.force_login(factories.person_with_role(agreement.institution).user)
    other = client.post(path, facts)
    assert other.status_code == 422
    assert client.get(f"/agreements/signatures/{row.uuid}/").status_code == 404

    client.force_login(row.person.user)
    assert client.post(f"/agreements/signatures/{row.uuid}/", facts).status_code == 302
    row.refresh_from_db()
    assert row.state == "signed"


def test_without_an_account_signing_in_is_not_asked():
    agreement = make.agreement(means="sign_in")
    with override("en"):
        problems = signing.problems_of(agreement, make.signers(agreement))
    assert len(problems) == 2
    assert "has no account to sign in with" in problems[0]


@pytest.mark.parametrize(
    ("told", "signed"),
    [
        ({"email": "signer@kokeilu.example", "email_verified": True}, True),
        ({"email": "joku.muu@kokeilu.example", "email_verified": True}, False),
        ({"email": "signer@kokeilu.example", "email_verified": False}, False),
        # A national provider tells names and no address.
        ({"name": "Aino Maria Esimerkki", "email": "", "email_verified": False}, True),
        ({"name": "Aino Toinen", "email": "", "email_verified": False}, False),
    ],
)
def test_identity_provider_has_to_tell_that_it_is_the_signer(
    client: Client, settings: Any, told: dict[str, Any], signed: bool
):
    settings.SOLMU_IDENTITY_PROVIDERS = [{"slug": "kansallinen", "name": "Kansallinen"}]
    agreement = make.agreement(means="identity")
    chosen = make.signers(agreement)
    Person.objects.filter(pk=chosen[0].person.pk).update(
        given_name="Aino", family_name="Esimerkki", email="signer@kokeilu.example"
    )
    chosen[0].person.refresh_from_db()
    row = signing.ask(agreement, chosen, by=make.SYSTEM).signatures.get(person=chosen[0].person)
    path, facts = make.link(row), {"read": "on", "digest": row.subject.digest}
    assert "Kansallinen" in client.get(path).text
    assert client.post(path, facts).status_code == 422
    leave = client.get(f"{path}identify/?provider=kansallinen")
    assert leave.status_code == 302
    # The secret of the link doesn't leave the house.
    assert path.split("/")[2] not in leave.headers["Location"]
    session = client.session
    session["identity"] = {
        "provider": "kansallinen",
        "subject": "1",
        "name": "Aino Esimerkki",
        "at": clock.real_now().isoformat(),
        "level": "substantial",
        **told,
    }
    session.save()
    assert client.get("/sign/back/").headers["Location"] == f"{path}#identify"

    assert client.post(path, facts).status_code == (302 if signed else 422)

    row.refresh_from_db()
    assert row.state == ("signed" if signed else "waiting")
    if signed:
        assert row.identified.startswith("identity provider: Kansallinen")
        assert "identity" not in client.session


def test_declining_by_link_takes_a_reason(client: Client):
    row = make.asked()[0]
    path = make.link(row)
    client.post(f"{path}code/", {"next": "decline"})
    code = make.code(row)
    assert client.post(f"{path}decline/", {"code": code, "reason": ""}).status_code == 422

    assert client.post(f"{path}decline/", {"code": code, "reason": "Ei nyt."}).status_code == 302

    assert Agreement.objects.get().state == "declined"
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(
    ("what", "status", "word"),
    [
        ("cancelled", 410, "taken back"),
        ("expired", 410, "run out"),
        ("mandate", 403, "has ended"),
        ("turn", 200, "turn yet"),
    ],
)
def test_each_obstacle_has_a_page_of_its_own(client: Client, what: str, status: int, word: str):
    rows = make.asked(in_order=what == "turn")
    row = rows[0]
    path = make.link(row)
    if what == "cancelled":
        signing.cancel(row.agreement, by=make.SYSTEM)
    elif what == "expired":
        Agreement.objects.update(sign_by=clock.today() - timedelta(days=1))
    elif what == "mandate":
        yesterday = clock.today() - timedelta(days=1)
        mandates.end(row.person.mandates.get(), last=yesterday, by=make.SYSTEM)
    else:
        signing.mails.ask(row.agreement, rows[1], sender="")
        path = make.link(rows[1])

    shown = client.get(path, headers={"accept-language": "en"})
    posted = client.post(path, {"read": "on", "digest": row.subject.digest, "code": "1"})

    assert shown.status_code == status
    assert word in shown.text
    assert posted.status_code in {403, 409, 410}
    assert not Signature.objects.filter(state="signed").exists()


def test_unknown_link_is_404(client: Client):
    assert client.get("/sign/olematon/").status_code == 404
    assert client.post("/sign/olematon/", {}).status_code == 404


def test_uploaded_pdf_counts_as_a_signature_with_its_proof():
    row = make.asked()[0]
    data = document.pdf(row.subject.content, version=1)
    upload = SimpleUploadedFile("allekirjoitettu.pdf", data)

    elsewhere.hand_in(
        row, upload, signed_on=clock.today(), proof="Paperilla kokouksessa", by=make.SYSTEM
    )

    row.refresh_from_db()
    assert (row.state, row.way) == ("signed", "uploaded")
    file = elsewhere.file_of(row)
    assert file is not None
    line = row.agreement.record.get(kind="signed")
    assert line.facts["sha256"] == file.sha256
    assert integrity.broken(row.agreement) == ""


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04hello", b"%PDF-1.7\nnothing", b"MZ\x90\x00" + b"\0" * 80, b""]
)
def test_hostile_upload_is_refused_in_words(data: bytes):
    row = make.asked()[0]
    upload = SimpleUploadedFile("sopimus.pdf", data)
    upload.file = io.BytesIO(data)

    with pytest.raises(SigningError):
        elsewhere.hand_in(row, upload, signed_on=clock.today(), proof="x", by=make.SYSTEM)

    row.refresh_from_db()
    assert row.state == "waiting"
