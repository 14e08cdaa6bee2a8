from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from solmu.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def _kept() -> str:
    session = SessionStore()
    session["colour"] = "lake"
    session.create()
    return str(session.session_key)


def test_session_is_read_back() -> None:
    assert SessionStore(_kept())["colour"] == "lake"


def test_session_that_has_ended_is_empty_and_gets_a_new_key() -> None:
    key = _kept()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    ended = SessionStore(key)

    assert ended.get("colour") is None
    assert ended.session_key is None


def test_session_that_nobody_made_is_empty() -> None:
    assert dict(SessionStore("x" * 32).items()) == {}
