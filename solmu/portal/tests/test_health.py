import pytest
from django.test import Client

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


def test_metrics_need_loopback_or_token(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Client().get("/metrics").content.decode()
    assert "solmu_workers 0\n" in text
    assert "solmu_database_bytes" in text

    monkeypatch.setenv("SOLMU_METRICS_TOKEN", "s3cret")
    assert Client(**AWAY).get("/metrics").status_code == 404
    for token, status in [("wrong", 404), ("s3cret", 200)]:
        answer = Client(**AWAY).get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status
