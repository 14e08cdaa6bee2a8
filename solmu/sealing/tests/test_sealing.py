"""Sealing records: the job, its failures, and the certificates that it makes."""

import shutil
import subprocess
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from solmu.files.models import File
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.tests import factories as make
from solmu.people.viewer import Viewer
from solmu.sealing import certificates, pades, sealing
from solmu.sealing.models import Seal, SigningCertificate
from solmu.sealing.tests.conftest import KIND

pytestmark = pytest.mark.django_db


def test_record_is_sealed_with_the_institutions_own_certificate(records, sealed, institution):
    seal = sealed()

    assert (seal.state, seal.level, seal.problem) == ("sealed", "B-B", "")
    assert records.sealed == [1]
    found = pades.check(sealing.sealed_bytes(seal))
    assert found.holds
    assert (found.sealed_by, found.own) == ("Ammattiopisto Esimerkki", True)
    assert found.fingerprint == seal.certificate.fingerprint
    assert found.contact.endswith(f"/verify/{seal.code}/")
    key = certificates.path_of(seal.certificate)
    assert key.stat().st_mode & 0o777 == 0o600


def test_asking_twice_and_sealing_twice_makes_one_file(records, sealed, institution):
    first = sealed()
    again = sealed()

    assert (again.pk, again.sha256) == (first.pk, first.sha256)
    assert records.sealed == [1]
    assert File.objects.of(sealing.FILES, first.pk).count() == 1


def test_certificate_serves_all_seals_until_it_ends(records, sealed, institution):
    first, second = sealed(1), sealed(2)
    assert first.certificate == second.certificate
    today = clock.real_now().date()
    SigningCertificate.objects.update(valid=period(today - timedelta(9), today + timedelta(9)))

    assert sealed(3).certificate != first.certificate


def test_certificate_whose_key_is_lost_is_replaced(records, sealed, institution):
    first = sealed(1)
    certificates.path_of(first.certificate).unlink()

    assert sealed(2).certificate != first.certificate


def test_sealed_file_is_not_handed_out_by_its_address_alone(records, sealed, institution, client):
    seal = sealed()
    client.force_login(make.person_with_role(institution).user)

    assert client.get(sealing.sealed_file(seal).get_absolute_url()).status_code == 404
    assert not File.objects.visible_to(Viewer.system("test")).filter(pk=seal.file_id).exists()


def test_failure_is_tried_again_and_at_last_shown(records, sealed, institution):
    records.fails = sealing.ATTEMPTS
    seal = sealing.ask(KIND, 1, institution=institution)
    for _ in range(sealing.ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            sealing.seal(seal.pk)
    sealing.seal(seal.pk)

    seal.refresh_from_db()
    assert (seal.state, seal.problem) == ("failed", "RuntimeError: no paper")
    with pytest.raises(sealing.NotSealedError):
        sealing.sealed_bytes(seal)

    sealing.try_again(seal)
    sealing.seal(seal.pk)
    seal.refresh_from_db()
    assert (seal.state, seal.problem) == ("sealed", "")


def test_sweep_puts_back_what_was_left_waiting(records, sealed, institution):
    seal = sealing.ask(KIND, 1, institution=institution)
    ProcrastinateJob.objects.filter(task_name="sealing.seal").delete()
    sealing.sweep()
    assert not ProcrastinateJob.objects.filter(task_name="sealing.seal").exists()

    Seal.objects.update(asked_at=clock.real_now() - timedelta(hours=1))
    sealing.sweep()
    sealing.sweep()
    [job] = ProcrastinateJob.objects.filter(task_name="sealing.seal")
    assert job.args == {"seal": seal.pk}


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler's pdfsig is not installed")
def test_poppler_finds_the_seal_of_a_record_valid(records, sealed, institution):
    path = sealing.sealed_file(sealed()).path
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
