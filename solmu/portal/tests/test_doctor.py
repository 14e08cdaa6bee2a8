import json

import pytest

from solmu.partnerships.models import Stakeholder
from solmu.portal import doctor
from solmu.search.models import Entry
from solmu.ties.models import Evidence

pytestmark = [pytest.mark.demo, pytest.mark.database]


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, str]]:
    code = doctor.main(["--json", *arguments])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, {line["look"]: line["state"] for line in lines}


def test_doctor_finds_the_demo_well(capsys: pytest.CaptureFixture[str]) -> None:
    code, states = findings(capsys)

    assert code == 0
    assert states == {
        "database": "ok",
        "schema": "ok",
        "evidence": "ok",
        "search": "ok",
        "agreements": "ok",
        "worker": "note",
        "jobs": "ok",
        "outbox": "ok",
    }


def test_doctor_finds_and_mends_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    before = Evidence.objects.count()
    row = Evidence.objects.first()
    assert row
    Evidence.objects.filter(pk=row.pk).update(kind="other")
    Evidence.objects.exclude(pk=row.pk).last().delete()

    code, states = findings(capsys)
    assert (code, states["evidence"]) == (1, "wrong")

    code, states = findings(capsys, "--rebuild-evidence")
    assert (code, states["evidence"]) == (0, "ok")
    assert Evidence.objects.count() == before


def test_doctor_finds_and_mends_the_search_index(capsys: pytest.CaptureFixture[str]) -> None:
    Stakeholder.objects.filter(pk=Stakeholder.objects.first().pk).update(next_step="Muuttui")
    Entry.objects.filter(kind="dialogue").first().delete()

    code, states = findings(capsys)
    assert (code, states["search"]) == (1, "wrong")

    code, states = findings(capsys, "--rebuild-search")
    assert (code, states["search"]) == (0, "ok")
