"""A programme's logo: who puts it up, what is taken for one, where it is seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from solmu.accounts.models import User
from solmu.training import logos
from solmu.training.models import Programme
from solmu.training.tests import making

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def programme() -> Programme:
    return making.cohort(making.programme()).programme


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("a@solmu.example", is_admin=True))
    return client


def picture(name: str = "logo.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def test_logo_is_seen_by_everybody_and_told_by_the_institution_s_name(
    client: Client, admin: Client, programme: Programme
) -> None:
    sent = admin.post("/training/ohjaaja/logo/", {"logo": picture()})
    assert sent.status_code == 302

    file = logos.of(programme)
    assert file
    for path in ("", "enrol/", "enrol/group/", "embed/", "privacy/"):
        html = client.get(f"/training/ohjaaja/{path}").content.decode()
        assert f'src="{file.get_absolute_url()}" alt="{programme.institution}"' in html
    shown = client.get(file.get_absolute_url())
    assert b"".join(shown.streaming_content) == PNG
    assert shown["Content-Type"] == "image/png"
    # Only on the programme's own page it is looked at before it is taken.
    assert admin.get(f"/files/add/{logos.LOGO}/{programme.pk}/").status_code == 403


def test_new_logo_takes_the_place_of_the_former_and_can_be_taken_off(
    client: Client, admin: Client, programme: Programme
) -> None:
    first = logos.put(programme, picture(), by=making.SYSTEM)
    second = logos.put(programme, picture(content=PNG + b"2"), by=making.SYSTEM)
    assert logos.of(programme) == second
    first.refresh_from_db()
    assert first.removed_at

    admin.post("/training/ohjaaja/logo/", {"remove": "1"})

    assert logos.of(programme) is None
    assert "<img" not in client.get("/training/ohjaaja/").content.decode()
    assert client.get(second.get_absolute_url()).status_code == 302


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
        ("logo.pdf", b"%PDF-1.7\n"),
        ("logo.png", b"GIF89a" + b"\0" * 40),
        ("logo.png", PNG + b"\0" * logos.MOST),
    ],
)
def test_only_a_small_picture_is_a_logo(
    admin: Client, programme: Programme, name: str, content: bytes
) -> None:
    answer = admin.post("/training/ohjaaja/logo/", {"logo": picture(name, content)})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert logos.of(programme) is None
