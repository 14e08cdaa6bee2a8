"""Feedback without names, and the figures."""

from datetime import timedelta

import pytest

from solmu.lib import clock
from solmu.training.certificates import feedback, figures, questions
from solmu.training.certificates.forms import AskedForm
from solmu.training.certificates.models import Feedback, FeedbackGiven
from solmu.training.certificates.tests.test_certificates import issued, passed
from solmu.training.exam.tests import making as exam
from solmu.training.models import Programme
from solmu.training.tests import making

pytestmark = pytest.mark.django_db


def _say(programme: Programme, cohort: object, count: int, mark: int = 5) -> None:
    for _each in range(count):
        Feedback.objects.create(
            programme=programme, cohort=cohort, month=clock.today().replace(day=1),
            marks={"useful": mark}, said="Hyvä",
        )  # fmt: skip


def test_feedback_is_given_once_and_not_tied_to_a_person() -> None:
    row = issued().enrolment
    client = exam.client_of(row)
    path = f"/learn/{row.uuid}/feedback/"

    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"useful": "4", "free": "Selkeä."}).status_code == 302
    client.post(path, {"useful": "1"})

    said = Feedback.objects.get()
    assert (said.marks, said.said) == ({"useful": 4}, "Selkeä.")
    assert FeedbackGiven.objects.get().enrolment == row
    assert not any(field.name in {"enrolment", "person"} for field in Feedback._meta.fields)


def test_nothing_is_told_of_what_few_have_said() -> None:
    programme = making.programme()
    first, second = making.cohort(programme, -60), making.cohort(programme, -30)
    _say(programme, first, 4, 1)
    told = feedback.report(programme)
    assert told.total.overall is None
    assert told.said == []

    _say(programme, second, 6)
    told = feedback.report(programme)
    assert told.total.overall is not None
    # Else the four would be the total less the six.
    assert [one.overall for one in told.cohorts] == [None, None]


def test_figures_count_by_month_and_region_in_constant_queries(
    django_assert_max_num_queries: object,
) -> None:
    for number in range(4):
        passed(number, started_at=clock.now() - timedelta(days=5), finished_at=clock.now(),
               field="health", municipality="853")  # fmt: skip
    row = exam.studying(number=9)
    for by in figures.BY:
        with django_assert_max_num_queries(5):  # type: ignore[operator]
            rows, whole = figures.of(row.programme, by)
        assert sum(one.applied for one in rows) == whole.applied == 5
    assert (whole.passed, whole.score, round(whole.days or 0)) == (4, 92.5, 5)


def test_satisfaction_of_a_field_is_a_sum_and_told_from_five_answers_on() -> None:
    rows = [
        passed(number, field="07" if number < 6 else "09", municipality="853")
        for number in range(10)
    ]
    for row in rows:
        feedback.give(row, marks={"useful": 4, "help": 5}, said="", language="fi")
    programme = rows[0].programme

    # The four of the other field are not told, nor can they be reckoned from the ten of all.
    assert feedback.satisfaction(programme, "field") == {}
    assert list(feedback.satisfaction(programme, "region").values()) == [4.5]

    for number in (10, 11):
        feedback.give(passed(number, field="09"), marks={"useful": 1}, said="", language="fi")
    found = feedback.satisfaction(programme, "field")
    assert {key: round(mean, 2) for key, mean in found.items()} == {"07": 4.5, "09": 3.8}


def test_a_programme_asks_its_own_questions_and_keeps_what_was_answered() -> None:
    row = issued().enrolment
    programme = row.programme
    common = [one.key for one in questions.of(programme).each]
    own = {"key": common[0], "kind": "scale", "fi": "Hyödyin.", "sv": "Nyttigt.", "en": "Useful."}

    questions.write(programme, [own], by=making.SYSTEM)
    asked = questions.of(programme)
    assert [(one.key, one.texts["sv"]) for one in asked.each] == [(common[0], "Nyttigt.")]
    assert asked.free is None
    path = f"/learn/{row.uuid}/feedback/"
    assert "Hyödyin." in exam.client_of(row).get(path).content.decode()

    questions.write(programme, [], by=making.SYSTEM)
    assert [one.key for one in questions.of(programme).each] == common


def test_own_questions_are_asked_in_all_languages() -> None:
    programme = making.programme()
    common = questions.of(programme)
    said = {
        f"{name}_{code}": text[code]
        for name, text in [
            *((f"scale{at}", one.texts) for at, one in enumerate(common.scales)),
            ("free", common.free.texts if common.free else {}),
        ]
        for code in ("fi", "sv", "en")
    }
    languages = ["fi", "sv", "en"]

    form = AskedForm({**said, "scale5_fi": "Vain suomeksi?"}, questions=common, languages=languages)
    assert not form.is_valid()

    form = AskedForm({**said, "scale0_fi": "", "scale0_sv": "", "scale0_en": ""},
                     questions=common, languages=languages)  # fmt: skip
    assert form.is_valid(), form.errors
    assert [one["key"] for one in form.asked] == [one.key for one in common.each[1:]]
