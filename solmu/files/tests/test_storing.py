import pytest
from django.conf import LazySettings

from solmu.files import storing
from solmu.files.models import File
from solmu.files.tests.factories import PDF, Nobody, make_file, make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_file_is_kept_by_its_bytes() -> None:
    one, other = make_file(holder_id=1), make_file(holder_id=2, name="kopio.pdf")

    assert one.path == other.path
    assert one.path.read_bytes() == PDF
    assert (one.size, one.content_type) == (len(PDF), "application/pdf")
    assert not list((one.path.parent.parent / storing.HALF_MADE).iterdir())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tyhja.pdf", b""),
        ("lasku.pdf", b"Not a PDF"),
        ("kuva.png", b"<svg onload='alert(1)'/>"),
        ("ohjelma", b"MZ\x90\x00"),
    ],
)
def test_what_cannot_be_trusted_is_not_kept(name: str, content: bytes) -> None:
    with pytest.raises(storing.FileError):
        storing.store(make_upload(name, content), kind="thing", holder_id=1, by=Nobody())

    assert not File.objects.exists()


def test_a_file_over_the_limit_is_not_kept(settings: LazySettings) -> None:
    settings.SOLMU_FILE_LIMIT = 3

    with pytest.raises(storing.FileError):
        make_file()


def test_a_removed_file_stays_known() -> None:
    file = make_file()

    storing.remove(file, by=Nobody())

    assert not File.objects.present().exists()
    file.refresh_from_db()
    assert file.removed_at
    assert file.path.exists()
    storing.bring_back(file, by=Nobody())
    assert File.objects.present().get() == file


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Aino\\tarjous.pdf", "tarjous.pdf"),
        ("a\x00b\u202efdp.exe", "abfdp.exe"),
        ("", "file"),
        ("...", "file"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
        ('kustannukset "2026"?.xlsx', "kustannukset _2026__.xlsx"),
    ],
)
def test_names_lead_nowhere(sent: str, kept: str) -> None:
    assert storing.safe_name(sent) == kept
