"""Coverage of workplaces: counts without names, trained instructors, what isn't known."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from solmu.lib import clock
from solmu.organisations.models import Institution, Organisation
from solmu.ties.models import Evidence
from solmu.training.coverage import counting, covering, evidence, views
from solmu.training.coverage.covering import Cover
from solmu.training.models import Enrolment
from solmu.training.tests import making

pytestmark = pytest.mark.django_db
SYSTEM = making.SYSTEM


def workplace(slug: str = "paja", **facts: object) -> Organisation:
    """A workplace of the directory."""
    return Organisation.objects.create(
        slug=slug, name_fi=slug.title(), name_key=slug, kind="company", public=True, **facts
    )  # fmt: skip


def trained(at: Organisation, number: int = 1, days_ago: int = 10) -> Enrolment:
    """Somebody there who has passed so many days ago."""
    programme = making.Programme.objects.filter(slug="ohjaaja").first() or making.programme()
    start = clock.today() - timedelta(days=days_ago + 20)
    cohort, _new = making.Cohort.objects.get_or_create(
        programme=programme, starts_on=start, defaults={"access_until": clock.today()}
    )
    return making.enrolment(
        cohort, state="passed", number=number, workplace=at,
        finished_at=clock.now() - timedelta(days=days_ago),
    )  # fmt: skip


def _count(institution: Institution, at: Organisation, number: int, field: str = "") -> None:
    counting.count(
        institution, at, field=field, first=date(2024, 8, 1), last=None, number=number, by=SYSTEM
    )


def test_partner_has_students_and_an_instructor(django_assert_num_queries: object) -> None:
    at, other = workplace(), workplace("muu")
    one = trained(at)
    institution = one.programme.institution
    _count(institution, at, 8, "health")
    _count(institution, at, 4, "services")
    _count(institution, at, 5, "services")  # corrects the four

    with django_assert_num_queries(3):  # type: ignore[operator]
        found = covering.of(institution.pk, [at.pk, other.pk], clock.today())

    assert found[at.pk] == Cover(13, 1, 0)
    assert other.pk not in found
    assert "13" in found[at.pk].says
    assert Cover().state == covering.UNKNOWN
    elsewhere = making.institution("toinen")
    assert covering.of(elsewhere.pk, [at.pk], clock.today())[at.pk] == Cover(None, 1, 0)


def test_training_is_old_only_where_the_institution_says_so() -> None:
    at = workplace()
    institution = trained(at, days_ago=3 * 366).programme.institution
    trained(at, 2)
    assert covering.of(institution.pk, [at.pk], clock.today())[at.pk] == Cover(None, 2, 0)

    counting.set_age(institution, 2, by=SYSTEM)

    assert covering.of(institution.pk, [at.pk], clock.today())[at.pk] == Cover(None, 1, 1)


def test_filter_tells_covered_uncovered_and_unknown_apart() -> None:
    covered, bare, unknown = workplace(), workplace("paljas"), workplace("tuntematon")
    institution = trained(covered).programme.institution
    _count(institution, bare, 3)

    def found(value: str) -> set[int]:
        asked = views.for_organisations(covering.condition(institution.pk, [value], clock.today()))
        told = [covered.pk, bare.pk, unknown.pk]
        return set(Organisation.objects.filter(asked, pk__in=told).values_list("pk", flat=True))

    assert found(covering.TRAINED) == {covered.pk}
    assert found(covering.UNTRAINED) == {bare.pk}
    assert found(covering.UNKNOWN) == {unknown.pk}


def test_counts_come_from_a_file_once_and_bad_rows_say_why() -> None:
    at = workplace(business_id="2345678-4")
    institution = making.institution()
    content = (
        "Työpaikka;Y-tunnus;Ala;Alkaen;Opiskelijoita\n"
        "Paja;;Sosiaali- ja terveysala;1.8.2026;12\n"
        "Tuntematon;;;1.8.2026;3\n"
        "Paja;;;1.8.2026;monta\n"
    )
    file = SimpleUploadedFile("opiskelijat.csv", content.encode())

    rows = counting.read(file.read(), viewer=SYSTEM)

    assert [bool(row.reason) for row in rows] == [False, True, True]
    assert rows[0].field == "health"
    seal = counting.sealed(institution, rows)
    for _again in range(2):
        assert counting.apply(institution, seal, by=SYSTEM) == 1
    assert institution.student_counts.get().count == 12
    assert institution.student_counts.get().organisation == at


def test_a_new_count_takes_the_place_of_the_former_one() -> None:
    at, institution = workplace(), making.institution()

    def told(first: date, last: date | None, number: int) -> None:
        counting.count(institution, at, field="", first=first, last=last, number=number, by=SYSTEM)

    told(date(2026, 8, 1), None, 7)
    told(date(2026, 11, 1), None, 9)
    told(date(2027, 1, 1), date(2027, 5, 31), 4)

    def on(day: date) -> int | None:
        return covering.of(institution.pk, [at.pk], day).get(at.pk, Cover()).students

    days = [date(2026, 9, 1), date(2026, 12, 1), date(2027, 2, 1), date(2027, 9, 1)]
    assert [on(day) for day in days] == [7, 9, 4, None]


def test_rows_of_one_workplace_are_added_up_and_the_file_can_be_read_again() -> None:
    at, institution = workplace(), making.institution()
    content = (
        "Työpaikka;Ala;Alkaen;Asti;Opiskelijoita\n"
        "Paja;Palvelualat;1.8.2026;31.12.2026;2\n"
        "Paja;palvelualat;1.8.2026;31.12.2026;3\n"
        "Paja;palvelualat;1.10.2026;31.10.2026;4\n"
        "Paja;jokin muu;1.8.2026;31.12.2026;1\n"
    )
    rows = counting.read(content.encode(), viewer=SYSTEM)
    assert [bool(row.field) for row in rows] == [True, True, True, False]
    assert "jokin muu" in str(rows[3].field_told)

    for _again in range(2):
        assert counting.apply(institution, counting.sealed(institution, rows), by=SYSTEM) == 4
    days = [date(2026, 9, 1), date(2026, 10, 5)]
    found = [covering.of(institution.pk, [at.pk], day)[at.pk].students for day in days]
    assert found == [6, 10]


def test_preview_warns_where_a_total_would_be_added_to_its_parts() -> None:
    at, other, institution = workplace(), workplace("muu"), making.institution()
    _count(institution, other, 4, "services")
    content = (
        "Työpaikka;Ala;Alkaen;Asti;Opiskelijoita\n"
        "Paja;;1.8.2026;31.12.2026;5\n"
        "Paja;palvelualat;1.8.2026;31.12.2026;3\n"
        "Paja;palvelualat;1.1.2027;31.5.2027;3\n"
        "Paja;jokin muu;1.8.2026;31.12.2026;2\n"
        "Muu;;1.8.2026;31.12.2026;4\n"
        "Muu;;1.1.2020;31.12.2020;4\n"
    )
    rows = counting.read(content.encode(), viewer=SYSTEM)

    counting.note_sums(institution, rows)

    assert [bool(row.note) for row in rows] == [True, True, False, True, True, False]
    counting.apply(institution, counting.sealed(institution, rows), by=SYSTEM)
    total = institution.student_counts.get(
        organisation=other, field="", period__contains=date(2026, 9, 1)
    )
    assert counting.sums_of(institution, other, total)
    alone = institution.student_counts.get(organisation=at, period__contains=date(2027, 2, 1))
    assert not counting.sums_of(institution, at, alone)


def test_training_is_evidence_that_rebuilds() -> None:
    at = workplace()
    row = trained(at)
    evidence.follow_passing(row)

    told = Evidence.objects.get(source_kind=evidence.TRAINING)
    assert {told.a_id, told.b_id} == {row.programme.institution_id, at.pk}
    assert [tie.source_id for tie in evidence.rebuild()] == [row.pk]

    Enrolment.objects.filter(pk=row.pk).update(state="failed")
    evidence.follow([row.pk])
    assert not Evidence.objects.filter(source_kind=evidence.TRAINING).exists()
