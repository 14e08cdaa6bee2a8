"""An institution's certificates: uploaded, refused, ended; and the pages where they are set."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.core.files.uploadedfile import SimpleUploadedFile

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.tests import factories as make
from solmu.sealing import certificates, keys, pades, sealing, verifying, waiting
from solmu.sealing.models import Seal, SealSettings, SigningCertificate
from solmu.sealing.tests.fake_authority import Issuer
from solmu.ui.menu import told

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture
def leader(institution):
    return make.person_with_role(institution, "leader")


@pytest.fixture
def by(leader):
    return make.viewer(leader)


def _address(institution, *rest: str) -> str:
    return "/".join(["/institutions", institution.organisation.slug, "seal", *rest, ""])


def test_uploaded_certificate_seals_from_then_on(sealed, institution, issuer, by):
    first = sealed(1)
    certificates.upload(institution, issuer.packed(), "avain", by=by)
    second = sealed(2)

    assert (first.certificate.own, second.certificate.own) == (True, False)
    verdict = verifying.examine(sealing.sealed_bytes(second))
    assert verdict.valid
    assert verdict.kind == (
        "An advanced seal of Ammattiopisto Esimerkki by a certificate of issuer Esimerkki CA."
    )
    assert verifying.examine(sealing.sealed_bytes(first)).valid
    key = certificates.path_of(second.certificate)
    assert key.stat().st_mode & 0o777 == 0o600
    # The password isn't needed again, and isn't kept.
    assert keys.read(key.read_bytes(), "").fingerprint == second.certificate.fingerprint


def test_rsa_key_seals_too(sealed, institution, issuer, by):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificates.upload(institution, issuer.packed(key=key), "avain", by=by)

    assert pades.check(sealing.sealed_bytes(sealed())).holds


def test_only_a_certificate_that_says_so_is_called_qualified(sealed, institution, issuer, by):
    certificates.upload(institution, issuer.packed(qualified=True), "avain", by=by)
    assert "qualified" in verifying.examine(sealing.sealed_bytes(sealed(1))).kind

    certificates.upload(institution, issuer.packed(), "avain", by=by)
    assert "qualified" not in verifying.examine(sealing.sealed_bytes(sealed(2))).kind


def test_certificate_that_issued_itself_is_never_qualified():
    packed = keys.make("Ammattiopisto Esimerkki")
    assert not keys.says_qualified(packed.certificate)


@pytest.mark.parametrize(
    ("data", "password", "says"),
    [
        ("right", "väärä", "password is wrong"),
        ("nonsense", "avain", "no PKCS#12"),
        ("weak", "avain", "too short"),
        ("ended", "avain", "isn't valid today"),
        ("kind", "avain", "can't seal"),
    ],
)
def test_what_cannot_seal_is_refused_with_a_reason(
    records, institution, issuer, by, data, password, says
):
    files = {
        "right": issuer.packed,
        "nonsense": lambda: b"\x30\x82nonsense" * 50,
        "weak": lambda: issuer.packed(
            key=rsa.generate_private_key(public_exponent=65537, key_size=1024)
        ),
        "ended": lambda: issuer.packed(days=-1),
        "kind": lambda: issuer.packed(key=ed25519.Ed25519PrivateKey.generate()),
    }
    with pytest.raises(certificates.CertificateError, match=says):
        certificates.upload(institution, files[data](), password, by=by)
    assert not SigningCertificate.objects.exists()


def test_certificate_of_one_institution_is_not_anothers(records, institution, issuer, by):
    data = issuer.packed()
    certificates.upload(institution, data, "avain", by=by)
    with pytest.raises(certificates.CertificateError):
        certificates.upload(make.institution(), data, "avain", by=by)


def test_retired_certificate_leaves_no_key(
    sealed, institution, issuer, by, django_capture_on_commit_callbacks
):
    uploaded = certificates.upload(institution, issuer.packed(), "avain", by=by)
    seal = sealed(1)
    with django_capture_on_commit_callbacks(execute=True):
        certificates.retire(uploaded, by=by)

    assert not certificates.path_of(uploaded).exists()
    assert sealed(2).certificate.own
    assert verifying.examine(sealing.sealed_bytes(seal)).valid
    again = certificates.upload(institution, issuer.packed(), "avain", by=by)
    assert certificates.in_use(institution) == again


def test_leaders_are_warned_before_the_certificate_ends(sealed, institution, issuer, by):
    uploaded = certificates.upload(institution, issuer.packed(), "avain", by=by)
    assert told(waiting.waits(by)) == []
    today = clock.real_now().date()
    for days, says in ((30, "ends on"), (-1, "has ended")):
        SigningCertificate.objects.update(
            valid=period(today - timedelta(400), today + timedelta(days))
        )
        [line] = told(waiting.waits(by))
        assert says in str(line.detail)
    assert sealed().certificate != uploaded
    coordinator = make.viewer(make.person_with_role(institution))
    assert told(waiting.waits(coordinator)) == []


def test_failed_seals_wait_for_the_leaders_who_try_again(sealed, institution, client, leader, by):
    seal = sealed()
    Seal.objects.update(state="failed", problem="RuntimeError: no paper")
    [line] = told(waiting.waits(by))
    assert line.url == _address(institution)

    client.force_login(leader.user)
    assert "no paper" in client.get(line.url).content.decode()
    client.post(_address(institution, "again", seal.code))
    assert Seal.objects.get().state == "waiting"
    assert told(waiting.waits(by)) == []


def test_leader_uploads_and_retires_a_certificate_in_the_pages(
    records, institution, issuer, client, leader
):
    client.force_login(leader.user)
    assert client.get(_address(institution)).status_code == 200

    def send(password: str):
        file = SimpleUploadedFile("avain.p12", issuer.packed())
        return client.post(
            _address(institution, "certificate"), {"file": file, "password": password}
        )

    assert send("väärä").status_code == 422
    assert send("avain").status_code == 302
    page = client.get(_address(institution)).content.decode()
    assert "Esimerkki CA" in page
    uploaded = SigningCertificate.objects.get()
    retire = _address(institution, "certificate", str(uploaded.pk), "retire")
    assert client.get(retire).status_code == 200
    assert client.post(retire).status_code == 302
    assert client.post(retire).status_code == 404


def test_authority_is_chosen_in_the_pages_but_not_one_of_the_inner_network(
    institution, client, leader
):
    client.force_login(leader.user)
    for bad in (
        "http://127.0.0.1:8000/",
        "http://[::1]/",
        "ftp://tsa.example/",
        "http://10.0.0.1/",
    ):
        assert client.post(_address(institution), {"authority": bad}).status_code == 422
    assert (
        client.post(_address(institution), {"authority": "http://1.1.1.1/tsa"}).status_code == 302
    )
    assert SealSettings.objects.get().authority == "http://1.1.1.1/tsa"
    assert client.post(_address(institution), {"authority": ""}).status_code == 302
    assert SealSettings.objects.get().authority == ""


def test_only_leaders_see_how_an_institution_seals(institution, client):
    for role, answer in (("leader", 200), ("coordinator", 403), ("contributor", 403)):
        client.force_login(make.person_with_role(institution, role).user)
        assert client.get(_address(institution)).status_code == answer
    client.force_login(make.person_with_role(make.institution(), "leader").user)
    assert client.get(_address(institution)).status_code == 404
