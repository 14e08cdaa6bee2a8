"""Time stamps: at sealing, added later, renewed; and authorities that don't do as they should."""

import io
import shutil
import subprocess
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore

from solmu.files.models import File
from solmu.lib import clock
from solmu.sealing import lasting, pades, sealing, stamping, verifying
from solmu.sealing.models import Seal, SealSettings
from solmu.sealing.tests.conftest import KIND
from solmu.sealing.tests.fake_authority import time_stamps
from solmu.sealing.verifying import Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(settings, institution):
    settings.SOLMU_INNER_HOSTS = {"127.0.0.1"}
    with time_stamps() as running:
        SealSettings.objects.create(institution=institution, authority=running.address)
        yield running


def _older() -> None:
    Seal.objects.update(sealed_at=clock.real_now() - timedelta(days=2))


def test_seal_bears_the_stamp_of_a_configured_authority(sealed, authority):
    seal = sealed()

    assert seal.level == "B-T"
    found = pades.check(sealing.sealed_bytes(seal))
    assert (found.holds, found.stamped) == (True, True)
    assert abs(found.at - clock.real_now()) < timedelta(minutes=5)


@pytest.mark.parametrize("answers", ["busy", "another", "refusing", "nonsense", "endless", "page"])
def test_authority_that_fails_is_waited_for_and_then_left_out(
    sealed, authority, institution, answers
):
    stamping.authority.cache_clear()
    authority.answers = answers
    seal = sealing.ask(KIND, 1, institution=institution)
    for _ in range(2):
        with pytest.raises(stamping.StampError):
            sealing.seal(seal.pk)
    assert SealSettings.objects.get().problem
    sealing.seal(seal.pk)

    seal.refresh_from_db()
    assert (seal.state, seal.level) == ("sealed", "B-B")
    authority.answers = "rightly"
    _older()
    lasting.strengthen(seal.pk)
    seal.refresh_from_db()
    assert (seal.level, SealSettings.objects.get().problem) == ("B-LTA", "")


def test_authority_in_an_inner_network_is_not_asked(sealed, authority, settings, institution):
    settings.SOLMU_INNER_HOSTS = set()
    stamping.authority.cache_clear()
    seal = sealing.ask(KIND, 1, institution=institution)
    with pytest.raises(stamping.StampError):
        sealing.seal(seal.pk)

    assert authority.asked == 0


def test_proof_is_added_when_things_have_settled(sealed, authority):
    seal = sealed()
    before = sealing.sealed_bytes(seal)
    lasting.sweep()
    assert not ProcrastinateJob.objects.filter(task_name="sealing.strengthen").exists()
    _older()
    lasting.sweep()
    [job] = ProcrastinateJob.objects.filter(task_name="sealing.strengthen")
    lasting.strengthen(**job.args)
    seal.refresh_from_db()

    assert seal.level == "B-LTA"
    after = sealing.sealed_bytes(seal)
    assert after.startswith(before)
    reader = PdfFileReader(io.BytesIO(after))
    assert [one.sig_object_type for one in reader.embedded_signatures] == ["/Sig", "/DocTimeStamp"]
    assert len(DocumentSecurityStore.read_dss(reader).certs) >= 2
    assert seal.stamped_until > clock.real_now().date() + timedelta(days=3000)
    assert verifying.examine(after).outcome == Outcome.HOLDS
    assert verifying.examine(before).outcome == Outcome.EARLIER
    assert verifying.examine(after + b"\n").outcome == Outcome.ADDED
    assert not lasting.due().exists()


def test_strengthening_twice_keeps_one_stronger_file(sealed, authority):
    seal = sealed()
    _older()
    lasting.strengthen(seal.pk)
    lasting.strengthen(seal.pk)

    assert File.objects.of(sealing.FILES, seal.pk).count() == 2


def test_proof_is_renewed_before_its_certificate_ends(sealed, authority):
    seal = sealed()
    _older()
    lasting.strengthen(seal.pk)
    Seal.objects.update(stamped_until=clock.real_now().date() + timedelta(days=100))
    lasting.strengthen(seal.pk)

    seal.refresh_from_db()
    data = sealing.sealed_bytes(seal)
    found = PdfFileReader(io.BytesIO(data)).embedded_signatures
    assert len(found) == 3
    assert verifying.examine(data).valid


def test_seals_without_an_authority_stay_as_they_are(sealed):
    sealed()
    _older()

    assert not lasting.due().exists()


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler's pdfsig is not installed")
def test_poppler_finds_the_lasting_seal_valid(sealed, authority):
    seal = sealed()
    _older()
    lasting.strengthen(seal.pk)
    seal.refresh_from_db()
    path = sealing.sealed_file(seal).path
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout

    first, second = said.split("Signature #2")
    assert "Signature is Valid" in first
    assert "Total document signed" in second
