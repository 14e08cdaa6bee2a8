"""Feedback without names, and the figures."""

from datetime import timedelta

import pytest

from solmu.lib import clock
from solmu.training.certificates import feedback, figures
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
        with django_assert_max_num_queries(4):  # type: ignore[operator]
            rows, whole = figures.of(row.programme, by)
        assert sum(one.applied for one in rows) == whole.applied == 5
    assert (whole.passed, whole.score, round(whole.days or 0)) == (4, 92.5, 5)
