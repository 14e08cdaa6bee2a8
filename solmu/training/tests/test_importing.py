"""A file of applications: read again and again, each person once, bad rows back with reasons."""

import json
from pathlib import Path

import openpyxl
import pytest

from solmu.notifications.models import Message
from solmu.training import importing
from solmu.training.models import Enrolment
from solmu.training.tests import making

pytestmark = pytest.mark.django_db

HEADINGS = "hakemus_id;sukunimi;etunimi;sahkoposti;puhelin;tyonantaja;y_tunnus;ala;kieli"
ROWS = (
    "1;Mallikas;Maija;maija@tyo.example;040 111 1111;Paja Oy;9100012-8;tekniikka;suomi",
    "2;Meikäläinen;Matti;matti@tyo.example;040 222 2222;Hoiva Oy;;lentoala;ruotsi",
    "3;Osoitteeton;Olli;;040 333 3333;Hoiva Oy;;;",
    "4;Väärä;Veera;veera@tyo.example;;Hoiva Oy;9100012-1;;",
    "1;Mallikas;Maija;maija@tyo.example;040 111 1111;Paja Oy;9100012-8;tekniikka;suomi",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "hakemukset.csv"
    made.write_text("\n".join((HEADINGS, *ROWS)), encoding="utf-8")
    return made


def _run(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, object]:
    assert importing.main([*argv, "--json"]) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def _counts(summary: dict[str, object]) -> tuple[object, ...]:
    return tuple(summary[n] for n in ("rows", "created", "updated", "unchanged", "rejected"))


def test_rows_are_counted_once_and_rejected_ones_come_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    making.cohort(making.programme())

    summary = _run(capsys, str(file))

    assert _counts(summary) == (5, 2, 0, 1, 2)
    assert summary["unmapped"] == 1
    book = openpyxl.load_workbook(str(summary["rejected_file"]))
    rows = list(book.active.values)  # type: ignore[union-attr]
    assert len(rows) == 3
    assert all(row[-1] for row in rows[1:])
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"applied"}
    assert not Message.objects.exists()  # who applied elsewhere is written to by the month's steps


def test_again_changes_nothing_and_corrections_update(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    making.cohort(making.programme())
    _run(capsys, str(file))

    assert _counts(_run(capsys, str(file))) == (5, 0, 0, 3, 2)

    file.write_text(file.read_text().replace("040 222 2222", "040 999 9999"))
    assert _counts(_run(capsys, str(file))) == (5, 0, 1, 2, 2)
    row = Enrolment.objects.get(source_key="2")
    assert (row.person.phone, row.language) == ("040 999 9999", "sv")


def test_dry_run_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    making.cohort(making.programme())
    assert _counts(_run(capsys, str(file), "--dry-run")) == (5, 2, 0, 1, 2)
    assert not Enrolment.objects.exists()


def test_which_training_has_to_be_known(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    making.programme("yksi")
    making.programme("kaksi")
    summary = _run(capsys, str(file))
    assert summary["created"] == 0
    assert importing.main([str(file), "--programme", "kolme"]) == 1
    assert "kaksi, yksi" in capsys.readouterr().err
    assert _run(capsys, str(file), "--programme", "yksi")["created"] == 2
