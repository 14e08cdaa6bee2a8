"""Terms and seats: named, ended, handed over; never two in one seat at once."""

from datetime import date, timedelta
from random import Random

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.lib.periods import covers, period
from solmu.networks import groups, seats, terms
from solmu.networks.models import Seat, Term
from solmu.networks.tests.group_factories import (
    SINCE,
    SYSTEM,
    group,
    member,
    network,
    seat,
    term,
)
from solmu.notifications.models import Message
from solmu.organisations.tests import factories as organisations

pytestmark = pytest.mark.django_db

YEAR = date(2020, 1, 1)


def test_add_is_for_members_of_that_day() -> None:
    of = network()
    late = member(of, first=date(2015, 1, 1), last=date(2018, 12, 31))
    made = group(of)

    with pytest.raises(groups.GroupError):
        seats.add(made, late.organisation, first=date(2014, 12, 31), by=SYSTEM)
    with pytest.raises(groups.GroupError):
        seats.add(made, late.organisation, first=date(2019, 1, 1), by=SYSTEM)
    added = seats.add(made, late.organisation, first=date(2015, 1, 1), by=SYSTEM)

    # It can't outlast the membership.
    assert added.valid == period(date(2015, 1, 1), date(2018, 12, 31))


def test_add_of_a_personal_seat_says_what_for() -> None:
    made = group(network())

    with pytest.raises(groups.GroupError) as refused:
        seats.add(made, None, first=YEAR, by=SYSTEM)

    assert refused.value.field == "title"


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2009, 1, 1), None), (YEAR, date(2019, 1, 1)), (date(2900, 1, 1), None)],
)
def test_add_refuses_impossible_days(first: date, last: date | None) -> None:
    of = network()
    whose = member(of)

    with pytest.raises(groups.GroupError):
        seats.add(group(of), whose.organisation, first=first, last=last, by=SYSTEM)

    assert not Seat.objects.exists()


def test_edit_keeps_terms_inside_the_seat() -> None:
    of = network()
    held = seat(group(of), member(of))
    term(held, last=date(2025, 1, 1))

    with pytest.raises(groups.GroupError):
        seats.edit(held, by=SYSTEM, last=date(2024, 1, 1), set_last=True)
    with pytest.raises(groups.GroupError):
        seats.edit(held, by=SYSTEM, first=date(2011, 1, 1))
    seats.edit(held, by=SYSTEM, last=date(2026, 1, 1), set_last=True)

    held.refresh_from_db()
    assert held.valid == period(SINCE, date(2026, 1, 1))


def test_edit_refuses_what_somebody_else_has_changed_meanwhile() -> None:
    of = network()
    held = seat(group(of), member(of))
    seen = seats.state_of(held)
    seats.edit(held, by=SYSTEM, seen=seen, title="yksi")

    with pytest.raises(groups.GroupError):
        seats.edit(held, by=SYSTEM, seen=seen, title="kaksi")


def test_remove_is_for_seats_that_nobody_has_held() -> None:
    of = network()
    held, empty = seat(group(of), member(of)), seat(group(of), member(of))
    term(held)

    with pytest.raises(groups.GroupError):
        seats.remove(held, by=SYSTEM)
    seats.remove(empty, by=SYSTEM)

    assert list(Seat.objects.all()) == [held]


def test_end_of_member_ends_its_seats_and_no_others() -> None:
    of = network()
    leaves, stays = member(of), member(of)
    made = group(of)
    own, other = seat(made, leaves), seat(made, stays)
    holder = term(own, last=date(2099, 1, 1))
    last = clock.today()

    assert seats.end_of_member(of, leaves.pk, last=last, by=SYSTEM) == 1

    for row in (own, other, holder):
        row.refresh_from_db()
    assert own.valid == holder.valid == period(SINCE, last)
    assert other.valid.upper is None


def test_name_tells_the_person_by_mail_with_the_pack() -> None:
    of = network()
    held = seat(group(of), member(of))
    person = organisations.person(email="istuja@solmu.example", language="sv")

    named = terms.name(held, person, first=YEAR, last=date(2030, 1, 1), role="chair", by=SYSTEM)

    message = Message.objects.get()
    assert (message.to, message.language) == ("istuja@solmu.example", "sv")
    assert f"/networks/{of.slug}/seats/{held.uuid}/pack/" in message.text
    assert named.valid == period(YEAR, date(2030, 1, 1))
    assert mail.outbox == []


def test_name_of_somebody_new_makes_an_account_for_the_address() -> None:
    of = network()
    held = seat(group(of), member(of))

    named = terms.name(
        held, terms.NewPerson("Ulla", "Uusi", "Ulla.Uusi@solmu.example"), first=YEAR, by=SYSTEM
    )

    assert named.person.name == "Ulla Uusi"
    assert named.person.user == User.objects.get(email="ulla.uusi@solmu.example")


def test_name_of_somebody_known_by_the_address_makes_nobody() -> None:
    of = network()
    whose = member(of)
    held = seat(group(of), whose)
    known = organisations.person_with_role(whose, email="tuttu@solmu.example")

    named = terms.name(
        held, terms.NewPerson("Toinen", "Nimi", "TUTTU@solmu.example"), first=YEAR, by=SYSTEM
    )

    assert named.person == known
    assert named.person.name == "Aino Esimerkki"


def test_name_refuses_a_seat_that_is_held() -> None:
    of = network()
    held = seat(group(of), member(of))
    term(held, first=YEAR, last=date(2020, 12, 31))

    for first, last in ((YEAR, None), (date(2019, 1, 1), YEAR), (date(2020, 12, 31), None)):
        with pytest.raises(groups.GroupError):
            terms.name(held, organisations.person(), first=first, last=last, by=SYSTEM)
    terms.name(held, organisations.person(), first=date(2021, 1, 1), by=SYSTEM)
    terms.name(held, organisations.person(), first=YEAR, deputy=True, by=SYSTEM)

    assert Term.objects.count() == 3


def test_name_refuses_somebody_who_sits_in_the_group() -> None:
    of = network()
    made = group(of)
    person = organisations.person()
    term(seat(made, member(of)), person)

    with pytest.raises(groups.GroupError) as refused:
        terms.name(seat(made, member(of)), person, first=YEAR, by=SYSTEM)

    assert refused.value.field == "person"


def test_name_stays_inside_the_seat() -> None:
    of = network()
    held = seat(group(of), member(of), first=YEAR, last=date(2022, 12, 31))

    for first, last in (
        (date(2019, 12, 31), None),
        (date(2023, 1, 1), None),
        (YEAR, date(2023, 1, 1)),
        (date(2021, 1, 1), date(2020, 6, 1)),
    ):
        with pytest.raises(groups.GroupError):
            terms.name(held, organisations.person(), first=first, last=last, by=SYSTEM)
    named = terms.name(held, organisations.person(), first=YEAR, by=SYSTEM)

    assert named.valid == held.valid


def test_hand_over_ends_the_holder_the_day_before() -> None:
    of = network()
    held = seat(group(of), member(of))
    before = term(held, role="chair", last=date(2099, 1, 1))
    on = clock.today() + timedelta(days=30)

    after = terms.hand_over(held, organisations.person(), on=on, role="chair", by=SYSTEM)

    before.refresh_from_db()
    assert before.valid == period(SINCE, on - timedelta(days=1))
    assert after.valid == period(on)
    assert Message.objects.get().to == after.person.email


def test_hand_over_to_oneself_changes_the_role() -> None:
    of = network()
    held = seat(group(of), member(of))
    before = term(held)

    after = terms.hand_over(held, before.person, on=clock.today(), role="chair", by=SYSTEM)

    assert after.role == "chair"
    with pytest.raises(groups.GroupError):
        terms.hand_over(held, before.person, on=date(2099, 1, 1), role="chair", by=SYSTEM)


def test_edit_of_a_term_refuses_what_would_overlap() -> None:
    of = network()
    held = seat(group(of), member(of))
    term(held, first=YEAR, last=date(2020, 12, 31))
    later = term(held, first=date(2021, 1, 1))

    with pytest.raises(groups.GroupError):
        terms.edit(later, by=SYSTEM, first=date(2020, 12, 31), last=None, role="member")
    terms.edit(later, by=SYSTEM, first=date(2021, 2, 1), last=date(2021, 3, 1), role="vice")

    later.refresh_from_db()
    assert later.valid == period(date(2021, 2, 1), date(2021, 3, 1))


def test_end_of_a_term_lies_within_it() -> None:
    of = network()
    held = term(seat(group(of), member(of)), first=YEAR, last=date(2025, 1, 1))

    for last in (date(2019, 12, 31), date(2025, 1, 2)):
        with pytest.raises(groups.GroupError):
            terms.end(held, last=last, by=SYSTEM)
    terms.end(held, last=YEAR, by=SYSTEM)

    held.refresh_from_db()
    assert held.valid == period(YEAR, YEAR)


def test_remove_is_for_terms_that_have_not_begun() -> None:
    of = network()
    held = seat(group(of), member(of))
    begun, coming = term(held, last=YEAR), term(held, first=clock.today() + timedelta(days=5))

    with pytest.raises(groups.GroupError):
        terms.remove(begun, by=SYSTEM)
    terms.remove(coming, by=SYSTEM)

    assert list(Term.objects.all()) == [begun]


@pytest.mark.database
def test_the_database_refuses_two_holders_at_once() -> None:
    of = network()
    held = seat(group(of), member(of))
    term(held, first=YEAR)

    with pytest.raises(IntegrityError), transaction.atomic():
        term(held, first=date(2019, 1, 1), last=YEAR)
    term(held, first=YEAR, deputy=True)


@pytest.mark.parametrize("seed", range(8))
def test_periods_never_overlap_whatever_the_order_of_edits(seed: int) -> None:
    random = Random(seed)
    of = network()
    members = [member(of) for _number in range(2)]
    made = group(of)
    people = [organisations.person() for _number in range(4)]
    for whose in members:
        seats.add(made, whose.organisation, first=SINCE, by=SYSTEM)

    def day() -> date:
        return date(2010 + random.randrange(8), random.randrange(1, 13), random.randrange(1, 28))

    for _step in range(60):
        own = random.choice(list(Seat.objects.order_by("pk")))
        every = list(Term.objects.order_by("pk"))
        act = random.choice(["name", "name", "hand", "end", "edit", "seat", "end-seat"])
        last = random.choice([None, day()])
        try:
            if act == "name":
                terms.name(own, random.choice(people), first=day(), last=last,
                           deputy=random.random() < 0.3, by=SYSTEM, tell=False)  # fmt: skip
            elif act == "hand":
                terms.hand_over(own, random.choice(people), on=day(), last=last, by=SYSTEM)
            elif act == "end" and every:
                terms.end(random.choice(every), last=day(), by=SYSTEM)
            elif act == "edit" and every:
                terms.edit(random.choice(every), by=SYSTEM, first=day(), last=last, role="member")
            elif act == "seat":
                seats.edit(own, by=SYSTEM, first=day(), last=last, set_last=True)
            elif act == "end-seat" and random.random() < 0.2:
                seats.end(own, last=day(), by=SYSTEM)
        except groups.GroupError:
            continue
        check_periods(made)


def check_periods(of: object) -> None:
    """No two terms of one kind in a seat at once, nobody twice in the group, all inside."""
    held = list(Term.objects.filter(seat__group=of).select_related("seat__group"))
    for one in held:
        assert _inside(one.valid, one.seat.valid)
        assert _inside(one.seat.valid, one.seat.group.valid)
        for other in held:
            if one.pk < other.pk and _overlap(one.valid, other.valid):
                assert (one.seat_id, one.deputy) != (other.seat_id, other.deputy)
                assert one.person_id != other.person_id


def _inside(one: object, other: object) -> bool:
    lower = covers(other, one.lower)  # type: ignore[attr-defined,arg-type]
    upper = other.upper is None or (one.upper is not None and one.upper <= other.upper)  # type: ignore[attr-defined]
    return lower and upper


def _overlap(one: object, other: object) -> bool:
    first = max(one.lower, other.lower)  # type: ignore[attr-defined]
    return covers(one, first) and covers(other, first)  # type: ignore[arg-type]
