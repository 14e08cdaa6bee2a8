import re

import pytest
from django.test import Client

from solmu.accounts.models import ApiToken
from solmu.lib.tokens import token_hash
from solmu.organisations.tests import factories

AWAY = {"REMOTE_ADDR": "203.0.113.7"}


def test_healthz_answers(db: None) -> None:
    assert Client().get("/healthz").content == b"ok"


def test_readyz_tells_details_to_insiders_only(db: None) -> None:
    inside = Client().get("/readyz")
    assert inside.status_code == 200
    assert inside.json() == {
        "ready": True,
        "parts": {"database": True, "migrations": True, "worker": False},
    }

    assert Client(**AWAY).get("/readyz").json() == {"ready": True}
    assert Client().get("/readyz", headers={"x-forwarded-for": "203.0.113.7"}).json() == {
        "ready": True
    }
    assert Client(**AWAY).get("/readyz?details").status_code == 404


def test_alive_and_ready_are_asked_by_get_alone(db: None) -> None:
    assert Client().post("/healthz").status_code == 405
    assert Client().post("/readyz").status_code == 405


def test_healthz_needs_no_database() -> None:
    assert Client().get("/healthz").status_code == 200


def test_metrics_need_loopback_or_token(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Client().get("/metrics").content.decode()
    assert "solmu_workers 0\n" in text
    assert "solmu_database_bytes" in text

    monkeypatch.setenv("SOLMU_METRICS_TOKEN", "s3cret")
    assert Client(**AWAY).get("/metrics").status_code == 404
    for token, status in [("wrong", 404), ("s3cret", 200)]:
        answer = Client(**AWAY).get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_loopback_is_not_believed_behind_a_proxy(db: None, header: str) -> None:
    assert Client().get("/metrics", headers={header: "203.0.113.7"}).status_code == 404


def test_metrics_open_to_an_administrators_token(db: None) -> None:
    for is_admin, status in [(True, 200), (False, 404)]:
        user = factories.user(is_admin=is_admin)
        ApiToken.objects.create(user=user, name="t", token_hash=token_hash(f"t{is_admin}"))
        headers = {"authorization": f"Bearer t{is_admin}"}
        assert Client(**AWAY).get("/metrics", headers=headers).status_code == status


def test_metrics_count_requests(db: None) -> None:
    def counted(status: str) -> int:
        text = Client().get("/metrics").content.decode()
        return int(re.search(rf'solmu_requests_total{{status="{status}"}} (\d+)', text)[1])

    before = counted("4xx")
    Client().get("/no-such-page/")

    assert counted("4xx") == before + 1
