from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from solmu.accounts.models import User
from solmu.files.holders import Holder
from solmu.files.models import File
from solmu.files.tests.factories import make_file, make_upload
from solmu.lib.composed import composed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _holder(settings: LazySettings, tmp_path: object) -> Iterator[None]:
    """Users hold files: seen by those signed in, changed by administrators."""
    settings.MEDIA_ROOT = tmp_path

    def ids(viewer: Any) -> Any:
        seen = User.objects.none() if viewer.is_anonymous else User.objects.filter(is_admin=False)
        return seen.values("pk")

    composed("FILE_HOLDERS")["thing"] = Holder(
        ids, lambda viewer, pk: viewer.is_admin, lambda pk: f"/things/{pk}/"
    )
    yield
    del composed("FILE_HOLDERS")["thing"]


def _signed_in(*, admin: bool = False) -> tuple[Client, User]:
    user = User.objects.create_user(f"a{admin}@solmu.example", is_admin=admin)
    client = Client()
    client.force_login(user)
    return client, user


def test_a_file_is_handed_out_as_bytes_that_no_browser_runs() -> None:
    client, user = _signed_in()
    file = make_file(holder_id=user.pk, name="tarjous ä.pdf")

    answer = client.get(file.get_absolute_url())

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/pdf"


def test_a_file_of_what_one_does_not_see_is_not_there() -> None:
    client, user = _signed_in()
    other = make_file(holder_id=user.pk + 1)
    unknown_kind = make_file("unknown", user.pk)

    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(unknown_kind.get_absolute_url()).status_code == 404
    assert client.get(reverse("files:add", args=["thing", user.pk + 1])).status_code == 404
    assert client.get(reverse("files:add", args=["unknown", user.pk])).status_code == 404
    assert Client().get(make_file(holder_id=user.pk).get_absolute_url()).status_code == 302


def test_only_who_may_change_the_record_adds_and_removes() -> None:
    client, user = _signed_in()
    admin, _user = _signed_in(admin=True)
    file = make_file(holder_id=user.pk)
    add = reverse("files:add", args=["thing", user.pk])
    remove = reverse("files:remove", args=[file.uuid])

    assert client.post(add, {"attached": make_upload()}).status_code == 403
    assert client.post(remove).status_code == 403
    assert (
        admin.post(add, {"attached": [make_upload("a.pdf"), make_upload("b.pdf")]}).status_code
        == 302
    )
    assert admin.post(remove).status_code == 302
    assert list(File.objects.present().values_list("name", flat=True)) == ["a.pdf", "b.pdf"]
    assert client.get(file.get_absolute_url()).status_code == 404


def test_all_or_none_of_the_files_sent_are_kept() -> None:
    _client, user = _signed_in()
    admin, _user = _signed_in(admin=True)
    sent = [make_upload("a.pdf"), make_upload("b.pdf", b"not that")]

    answer = admin.post(reverse("files:add", args=["thing", user.pk]), {"attached": sent})

    assert answer.status_code == 422
    assert "b.pdf" in answer.content.decode()
    assert not File.objects.exists()


def test_a_body_over_the_limit_is_not_read(settings: LazySettings) -> None:
    _client, user = _signed_in()
    admin, _user = _signed_in(admin=True)
    settings.SOLMU_FILE_LIMIT = 100
    sent = make_upload("a.pdf", b"%PDF-" + b"x" * 1000)

    answer = admin.post(reverse("files:add", args=["thing", user.pk]), {"attached": sent})

    assert answer.status_code in {400, 413}
    assert not File.objects.exists()
