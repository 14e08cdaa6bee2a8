"""Enrolling: one person once, a place or the waiting list, confirming, changing, withdrawing."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.people import links
from solmu.people.models import Person
from solmu.training import cohorts, enrolling, mails, placing, states
from solmu.training.models import Enrolment
from solmu.training.tests import making
from solmu.training.tests.making import SYSTEM, application

pytestmark = pytest.mark.django_db
State = Enrolment.State


def _link(kind: str = mails.CONFIRM) -> links.SignedLink:
    text = Message.objects.filter(text__contains="/training/").latest("pk").text
    token = re.search(r"/training/(?:confirm|own|group)/([\w-]+)/", text)
    assert token
    found = links.find(token[1], kind)
    assert found
    return found


def test_applicant_has_no_place_before_the_address_is_confirmed() -> None:
    cohort = making.cohort(making.programme(), places=1)

    row, new = enrolling.apply(cohort.programme, application(cohort_id=cohort.pk), by=SYSTEM)

    assert new
    assert row.state == State.UNCONFIRMED
    assert cohorts.open_cohorts(cohort.programme)[0].taken == 0

    done = enrolling.confirm(_link(), by=SYSTEM)
    assert done is not None
    assert (done.state, done.cohort) == (State.APPLIED, cohort)
    assert cohorts.open_cohorts(cohort.programme)[0].taken == 1
    assert Message.objects.get(kind="training-welcome").to == "matti1@tyo.example"


def test_full_start_makes_a_waiting_list_that_moves_up_in_order() -> None:
    cohort = making.cohort(making.programme(), places=1)
    rows = [
        enrolling.apply(
            cohort.programme, application(n, cohort_id=cohort.pk), by=SYSTEM, confirmed=True
        )[0]
        for n in (1, 2, 3)
    ]
    assert [row.state for row in rows] == [State.APPLIED, State.WAITING, State.WAITING]

    enrolling.withdraw(rows[0], by=SYSTEM)

    assert [Enrolment.objects.get(pk=row.pk).state for row in rows] == [
        State.WITHDRAWN,
        State.APPLIED,
        State.WAITING,
    ]
    assert Message.objects.get(kind="training-place-free").to == "matti2@tyo.example"


def test_more_places_let_people_in() -> None:
    cohort = making.cohort(making.programme(), places=1)
    for n in (1, 2, 3):
        enrolling.apply(
            cohort.programme, application(n, cohort_id=cohort.pk), by=SYSTEM, confirmed=True
        )

    cohorts.change(cohort, places=3, meeting_url="", recording_url="", note="", by=SYSTEM)

    assert set(cohort.enrolments.values_list("state", flat=True)) == {State.APPLIED}


def test_no_start_chosen_takes_the_next_one_with_room() -> None:
    first = making.cohort(making.programme(), days=3, places=1)
    second = making.cohort(first.programme, days=33)
    rows = [
        enrolling.apply(first.programme, application(n), by=SYSTEM, confirmed=True)[0]
        for n in (1, 2)
    ]

    assert [row.cohort for row in rows] == [first, second]


def test_no_start_at_all_is_waited_for() -> None:
    programme = making.programme()
    row, _new = enrolling.apply(programme, application(), by=SYSTEM, confirmed=True)
    assert (row.state, row.cohort) == (State.WAITING, None)

    cohort = making.cohort(programme)
    placing.serve_waiting_lists()

    row.refresh_from_db()
    assert (row.state, row.cohort) == (State.APPLIED, cohort)


@pytest.mark.parametrize(
    "email", ["matti1@tyo.example", "MATTI1@Tyo.Example", " matti1@tyo.example "]
)
def test_same_address_is_the_same_person(email: str) -> None:
    cohort = making.cohort(making.programme())
    first, _new = enrolling.apply(cohort.programme, application(), by=SYSTEM, confirmed=True)

    again, new = enrolling.apply(cohort.programme, application(email=email), by=SYSTEM)

    assert (again, new) == (first, False)
    assert Enrolment.objects.count() == 1
    assert Message.objects.filter(kind="training-known").count() == 1


@pytest.mark.parametrize(
    ("given", "family", "phone"),
    [
        ("MATTI", "MEIKÄLÄINEN1", "+358401234001"),
        ("Meikalainen1", "Matti", "0401234001"),
        ("matti", "meikäläinen1", "00358 40 123-4001"),
    ],
)
def test_same_name_and_number_in_another_spelling_is_asked_about(
    given: str, family: str, phone: str
) -> None:
    cohort = making.cohort(making.programme())
    first, _new = enrolling.apply(cohort.programme, application(), by=SYSTEM, confirmed=True)

    enrolling.apply(
        cohort.programme,
        application(given_name=given, family_name=family, phone=phone, email="m@muu.example"),
        by=SYSTEM,
    )
    link = _link()
    row = mails.of_link(link)
    assert row is not None
    assert enrolling.double_of(row) == first

    kept = enrolling.confirm(link, same_person=True, by=SYSTEM)

    assert kept == first
    row.refresh_from_db()
    assert row.state == State.WITHDRAWN
    # Whoever knows a name and a number must not take over an enrolment: its own address is told.
    assert Message.objects.get(kind="training-known").to == "matti1@tyo.example"


def test_somebody_else_of_the_same_name_and_number_is_enrolled_too() -> None:
    cohort = making.cohort(making.programme())
    enrolling.apply(cohort.programme, application(), by=SYSTEM, confirmed=True)
    enrolling.apply(cohort.programme, application(email="muu@muu.example"), by=SYSTEM)

    done = enrolling.confirm(_link(), same_person=False, by=SYSTEM)

    assert done is not None
    assert done.state == State.APPLIED
    assert cohort.enrolments.filter(state=State.APPLIED).count() == 2


def test_unconfirmed_application_is_mended_by_the_next_one() -> None:
    cohort = making.cohort(making.programme())
    enrolling.apply(cohort.programme, application(phone="040 1"), by=SYSTEM)
    row, new = enrolling.apply(cohort.programme, application(phone="040 222 2222"), by=SYSTEM)

    assert not new
    assert row.person.phone == "040 222 2222"
    assert Message.objects.filter(kind="training-confirm").count() == 2


def test_known_person_stays_one_record_and_keeps_what_was_known() -> None:
    known = Person.objects.create(given_name="Matti", email="matti1@tyo.example", phone="09 1")
    cohort = making.cohort(making.programme())
    enrolling.apply(cohort.programme, application(), by=SYSTEM)
    done = enrolling.confirm(_link(), by=SYSTEM)

    assert done is not None
    assert done.person == known
    known.refresh_from_db()
    assert (known.phone, known.family_name) == ("09 1", "Meikäläinen1")
    assert Person.objects.filter(email="matti1@tyo.example").count() == 1


def test_database_holds_one_enrolment_of_a_person_in_a_start() -> None:
    row = making.enrolment(making.cohort(making.programme()))
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            programme=row.programme, cohort=row.cohort, person=row.person, state=State.APPLIED
        )


def test_start_is_changed_until_it_begins() -> None:
    first = making.cohort(making.programme(), days=10)
    second = making.cohort(first.programme, days=40)
    row = making.enrolment(first)

    assert enrolling.change_start(row, second, by=SYSTEM)
    assert Enrolment.objects.get(pk=row.pk).cohort == second

    states.move(row, State.STARTED, by=SYSTEM)
    with pytest.raises(enrolling.EnrolError):
        enrolling.change_start(row, first, by=SYSTEM)


def test_start_that_has_gone_by_cannot_be_chosen() -> None:
    cohort = making.cohort(making.programme(), days=0)
    with pytest.raises(enrolling.EnrolError) as refused:
        enrolling.apply(cohort.programme, application(cohort_id=cohort.pk), by=SYSTEM)
    assert refused.value.field == "cohort"


def test_group_is_enrolled_when_its_contact_confirms() -> None:
    cohort = making.cohort(making.programme())
    enrolling.apply(cohort.programme, application(2), by=SYSTEM, confirmed=True)
    who = enrolling.GroupApplication("Kaisa Kontakti", "kaisa@paja.example", "", "Paja Oy")

    outcome = enrolling.apply_group(
        cohort.programme,
        who,
        [application(n, cohort_id=cohort.pk) for n in (1, 2, 3)],
        by=SYSTEM,
    )
    assert [one.email for one in outcome.known] == ["matti2@tyo.example"]
    assert {row.state for row in outcome.enrolled} == {State.UNCONFIRMED}

    enrolling.confirm_group(_link(mails.CONFIRM_GROUP), by=SYSTEM)

    assert set(outcome.group.enrolments.values_list("state", flat=True)) == {State.APPLIED}
    told = Message.objects.filter(kind="training-welcome").values_list("to", flat=True)
    assert sorted(told) == [f"matti{n}@tyo.example" for n in (1, 2, 3)]


def test_link_confirms_once() -> None:
    cohort = making.cohort(making.programme())
    enrolling.apply(cohort.programme, application(), by=SYSTEM)
    link = _link()

    assert enrolling.confirm(link, by=SYSTEM) is not None
    assert enrolling.confirm(link, by=SYSTEM) is None


def test_what_nobody_confirms_is_deleted_after_a_week() -> None:
    cohort = making.cohort(making.programme())
    enrolling.apply(cohort.programme, application(), by=SYSTEM)
    enrolling.apply(cohort.programme, application(2), by=SYSTEM, confirmed=True)
    enrolling.forget_unconfirmed()
    assert Enrolment.objects.count() == 2

    with clock.shifted(timedelta(days=8)):
        enrolling.forget_unconfirmed()

    assert [row.person.email for row in Enrolment.objects.all()] == ["matti2@tyo.example"]
    assert not Person.objects.filter(email="matti1@tyo.example").exists()


def test_account_is_made_once_and_needs_no_password() -> None:
    row = making.enrolment(making.cohort(making.programme()))

    user = enrolling.account_for(row)

    assert user is not None
    assert enrolling.account_for(Enrolment.objects.get(pk=row.pk)) == user
    assert not user.has_usable_password()
    assert User.objects.count() == 1


def test_postal_address_is_kept_only_of_those_who_want_paper() -> None:
    row = making.enrolment(
        making.cohort(making.programme()), wants_paper=True, postal_address="Katu 1"
    )
    enrolling.correct(row, {"wants_paper": False, "postal_address": "Katu 1"}, by=SYSTEM)
    assert row.postal_address == ""
