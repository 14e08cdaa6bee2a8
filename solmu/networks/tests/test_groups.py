"""Groups: founded, changed, closed, split and merged, and nothing of the past goes."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks import groups, sitting
from solmu.networks.models import Group, Network, Placement, Seat, Succession, Term
from solmu.networks.tests.group_factories import (
    SINCE,
    SYSTEM,
    group,
    member,
    network,
    seat,
    term,
)
from solmu.organisations.tests import factories as organisations

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {"name_fi": "Uusi ryhmä", "kind": "working", "task": "", "language": "fi"}
YEAR = date(2020, 1, 1)


def names(**more: Any) -> dict[str, Any]:
    """Facts of a new group."""
    return {**FACTS, "name_sv": "", "name_en": "", "meetings_a_year": None, **more}


def picture(of: Network, day: date) -> set[tuple[Any, ...]]:
    """All that a day's page tells: groups, what they are part of, seats and who sits in them."""
    told: set[tuple[Any, ...]] = set()
    parents = {one.group_id: one.parent_id for one in Placement.objects.on(day)}
    for one in Group.objects.on(day).filter(network=of):
        told.add((one.pk, one.name, parents.get(one.pk)))
        seats = sitting.seats_with_terms(Seat.objects.on(day).filter(group=one))
        for held in sitting.sittings(seats, day):
            holder = held.holder and (held.holder.person_id, held.holder.role)
            deputy = held.deputy and held.deputy.person_id
            told.add((one.pk, held.seat.pk, held.seat.organisation_id, holder, deputy))
    return told


def test_found_makes_a_group_with_seats_for_members() -> None:
    of = network()
    one = member(of)

    made = groups.found(
        of, by=SYSTEM, on=YEAR, seats_for=[one.pk], **names(name_fi="  Uusi   ryhmä ")
    )

    assert (made.name, made.slug, made.valid) == ("Uusi ryhmä", "uusi-ryhma", period(YEAR))
    assert [(held.organisation_id, held.valid) for held in made.seats.all()] == [
        (one.pk, period(YEAR))
    ]


@pytest.mark.parametrize(
    ("on", "until", "field"),
    [
        (date(2009, 12, 31), None, "on"),
        (date(1, 1, 1), None, "on"),
        (date(2950, 1, 1), None, "on"),
        (YEAR, date(2019, 1, 1), "until"),
    ],
)
def test_found_refuses_impossible_days(on: date, until: date | None, field: str) -> None:
    of = network()

    with pytest.raises(groups.GroupError) as refused:
        groups.found(of, by=SYSTEM, on=on, until=until, **names())

    assert refused.value.field == field
    assert not Group.objects.exists()


def test_found_refuses_seats_of_those_who_are_not_members_then() -> None:
    of = network()
    later = member(of, first=date(2021, 1, 1))

    with pytest.raises(groups.GroupError):
        groups.found(of, by=SYSTEM, on=YEAR, seats_for=[later.pk], **names())


def test_found_gives_each_group_an_address_of_its_own() -> None:
    of = network()

    slugs = [groups.found(of, by=SYSTEM, on=YEAR, **names(name_fi=name)).slug
             for name in ("Merge", "Viestintä", "Viestintä", "日本")]  # fmt: skip

    assert slugs == ["merge-2", "viestinta", "viestinta-2", "group"]


def test_edit_refuses_what_somebody_else_has_changed_meanwhile() -> None:
    made = group(network())
    seen = groups.state_of(made)
    groups.edit(made, by=SYSTEM, seen=seen, task="Ensimmäinen")

    with pytest.raises(groups.GroupError):
        groups.edit(made, by=SYSTEM, seen=seen, task="Toinen")

    made.refresh_from_db()
    assert made.task == "Ensimmäinen"


def test_edit_keeps_the_first_day_before_the_seats() -> None:
    of = network()
    made = group(of)
    seat(made, member(of), first=date(2012, 1, 1))

    with pytest.raises(groups.GroupError):
        groups.edit(made, by=SYSTEM, first=date(2013, 1, 1))
    groups.edit(made, by=SYSTEM, first=date(2011, 1, 1))

    made.refresh_from_db()
    assert made.valid == period(date(2011, 1, 1))


def test_place_refuses_a_circle() -> None:
    of = network()
    one, other = group(of), group(of)
    groups.place(other, one, on=YEAR, by=SYSTEM)

    with pytest.raises(groups.GroupError):
        groups.place(one, other, on=YEAR, by=SYSTEM)
    with pytest.raises(groups.GroupError):
        groups.place(one, one, on=YEAR, by=SYSTEM)


def test_place_keeps_what_the_group_was_part_of_before() -> None:
    of = network()
    one, other, sub = group(of), group(of), group(of)
    groups.place(sub, one, on=YEAR, by=SYSTEM)

    groups.place(sub, other, on=date(2022, 1, 1), by=SYSTEM)

    assert list(Placement.objects.order_by("valid").values_list("parent", "valid")) == [
        (one.pk, period(YEAR, date(2021, 12, 31))),
        (other.pk, period(date(2022, 1, 1))),
    ]


def test_close_ends_seats_and_terms_and_lets_sub_groups_go_on() -> None:
    of = network()
    made, sub = group(of), group(of, "Alaryhmä")
    held = seat(made, member(of))
    holder = term(held, last=date(2099, 12, 31))
    groups.place(sub, made, on=YEAR, by=SYSTEM)
    last = clock.today()

    outcome = groups.close(made, last=last, by=SYSTEM, note="Työ tuli tehdyksi.")

    for row in (made, held, holder):
        row.refresh_from_db()
    assert made.valid == held.valid == holder.valid == period(SINCE, last)
    assert made.closing_note == "Työ tuli tehdyksi."
    assert outcome.subgroups == [(sub, None)]
    sub.refresh_from_db()
    assert sub.valid.upper is None
    assert not Placement.objects.on(last + timedelta(days=1)).exists()


def test_close_can_close_the_sub_groups_too() -> None:
    of = network()
    made, sub = group(of), group(of)
    groups.place(sub, made, on=YEAR, by=SYSTEM)

    groups.close(made, last=clock.today(), by=SYSTEM, with_subgroups=True)

    sub.refresh_from_db()
    assert sub.valid == period(SINCE, clock.today())


def test_close_before_something_that_has_begun_is_refused() -> None:
    of = network()
    made = group(of)
    term(seat(made, member(of)), first=date(2020, 5, 1))

    with pytest.raises(groups.GroupError):
        groups.close(made, last=date(2020, 4, 1), by=SYSTEM)
    with pytest.raises(groups.GroupError):
        groups.close(made, last=SINCE - timedelta(days=1), by=SYSTEM)


def test_close_twice_is_refused() -> None:
    made = group(network())
    groups.close(made, last=date(2020, 1, 1), by=SYSTEM)

    with pytest.raises(groups.GroupError):
        groups.close(made, last=date(2021, 1, 1), by=SYSTEM)


def test_trying_changes_nothing() -> None:
    of = network()
    made = group(of)
    seat(made, member(of))

    outcome = groups.close(made, last=clock.today(), by=SYSTEM, try_only=True)

    made.refresh_from_db()
    assert len(outcome.ended) == 1
    assert made.valid.upper is None


def test_split_gives_seats_and_sub_groups_to_those_that_follow() -> None:
    of = network()
    made, sub = group(of), group(of, "Alaryhmä")
    first, second = seat(made, member(of)), seat(made, member(of))
    holder = term(first, role="chair", last=date(2099, 12, 31))
    groups.place(sub, made, on=YEAR, by=SYSTEM)
    on = clock.today()

    outcome = groups.split(
        made,
        [
            groups.Part(names(name_fi="Toinen"), frozenset([first.pk]), frozenset([sub.pk])),
            groups.Part(names(name_fi="Kolmas")),
        ],
        on=on,
        by=SYSTEM,
    )

    later, other = outcome.made
    assert outcome.ended == [second]
    assert [(one.later_id, one.on) for one in Succession.objects.order_by("pk")] == [
        (later.pk, on),
        (other.pk, on),
    ]
    carried = Term.objects.get(seat__group=later)
    assert (carried.person_id, carried.role) == (holder.person_id, "chair")
    assert carried.valid == period(on, date(2099, 12, 31))
    assert Placement.objects.on(on).get().parent_id == later.pk


def test_merge_into_one_that_goes_on_keeps_its_own_seats() -> None:
    of = network()
    whose = member(of)
    kept, gone = group(of, "Pysyvä"), group(of, "Päättyvä")
    seat(kept, whose)
    other = seat(gone, member(of))
    chair = term(other, role="chair")

    groups.merge([gone, kept], kept, on=clock.today(), seats=[other.pk], by=SYSTEM)

    gone.refresh_from_db()
    assert gone.valid == period(SINCE, clock.today() - timedelta(days=1))
    assert kept.seats.count() == 2
    # The one who ran the group that ended is a member of the one that goes on.
    assert Term.objects.get(seat__group=kept).role == "member"
    assert Term.objects.get(pk=chair.pk).role == "chair"


def test_merge_refuses_to_seat_somebody_twice() -> None:
    of = network()
    one, other = group(of), group(of)
    person = organisations.person()
    seats = [seat(one, member(of)), seat(other, member(of))]
    for each in seats:
        term(each, person)

    with pytest.raises(groups.GroupError) as refused:
        groups.merge(
            [one, other], names(), on=clock.today(), seats=[each.pk for each in seats], by=SYSTEM
        )

    assert refused.value.field == "seats"
    one.refresh_from_db()
    assert one.valid.upper is None


@pytest.mark.parametrize("seed", range(12))
def test_merging_and_splitting_lose_nothing(seed: int) -> None:
    """Whatever is merged, split and closed: the pages of all days before tell the same."""
    random = Random(seed)
    of = network()
    members = [member(of) for _number in range(3)]
    people = [organisations.person() for _number in range(9)]
    for number in range(4):
        made = group(of, f"Ryhmä {number}", valid=period(date(2010 + number, 1, 1)))
        for place, whose in enumerate(random.sample(members, 2)):
            held = seat(made, whose, first=made.valid.lower)
            day = date(2015 + random.randrange(4), 1, 1)
            term(held, people[number * 2 + place], first=made.valid.lower, last=day)
            if random.random() < 0.7:
                term(held, people[(number * 2 + place + 1) % 9], first=day + timedelta(days=1),
                     last=random.choice([None, date(2099, 1, 1)]))  # fmt: skip
    day = date(2019, 6, 1)
    days = [date(2010, 6, 1)]
    for _step in range(5):
        days.append(day)
        day += timedelta(days=random.randrange(100, 500))
        before = {each: picture(of, each) for each in days}
        alive = list(Group.objects.on(day).filter(network=of).order_by("pk"))
        act = random.choice(["merge", "into", "split", "place", "close"])
        try:
            if act in ("merge", "into") and len(alive) > 1:
                chosen = random.sample(alive, 2)
                seats = groups.seats_to_carry([one.pk for one in chosen], day)
                into = chosen[0] if act == "into" else names(name_fi=f"Yhdessä {day}")
                ids = [one.pk for one in random.sample(seats, len(seats) // 2)]
                groups.merge(chosen, into, on=day, seats=ids, by=SYSTEM)
            elif act == "split" and alive:
                chosen = random.choice(alive)
                seats = groups.seats_to_carry([chosen.pk], day)
                groups.split(
                    chosen,
                    [
                        groups.Part(names(name_fi="A"), frozenset(one.pk for one in seats)),
                        groups.Part(names(name_fi="B")),
                    ],
                    on=day,
                    by=SYSTEM,
                )
            elif act == "place" and len(alive) > 1:
                groups.place(*random.sample(alive, 2), on=day, by=SYSTEM)
            elif alive:
                groups.close(random.choice(alive), last=day, by=SYSTEM)
        except groups.GroupError:
            pass
        assert {each: picture(of, each) for each in days} == before
