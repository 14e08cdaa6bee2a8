"""Joining, leaving, another role, corrections: whatever is done, the years stay consistent."""

from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest

from solmu.lib import clock
from solmu.lib.periods import covers, first_day, last_day, period
from solmu.networks import evidence, founding, membering
from solmu.networks.models import Membership, Network, Participant, Representative, Seat, Term
from solmu.networks.tests.group_factories import (
    SINCE,
    SYSTEM,
    contact,
    group,
    member,
    network,
    seat,
    term,
)
from solmu.organisations.tests import factories as organisations
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = [pytest.mark.django_db, pytest.mark.database]

REBUILDERS = {evidence.MEMBERSHIP: evidence.rebuild}


def ties() -> set[tuple[object, ...]]:
    """What the evidence tells."""
    return set(Evidence.objects.values_list("a_id", "b_id", "valid"))


def days(of: Network, organisation_id: int) -> list[tuple[str, date | None, date | None]]:
    """An organisation's memberships: role, first and last day."""
    rows = Membership.objects.filter(network=of, organisation_id=organisation_id)
    return [(row.role, first_day(row.valid), last_day(row.valid)) for row in rows.order_by("valid")]


def test_joining_is_evidence_with_the_network_and_with_the_others() -> None:
    of = network()
    one, other = organisations.organisation(), organisations.organisation()

    membering.join(of, one, by=SYSTEM, on=date(2012, 1, 1))
    membering.join(of, other, by=SYSTEM, on=date(2014, 1, 1), until=date(2015, 12, 31))

    both = period(date(2014, 1, 1), date(2015, 12, 31))
    assert ties() == {
        (*sorted((of.pk, one.pk)), period(date(2012, 1, 1))),
        (*sorted((of.pk, other.pk)), both),
        (*sorted((one.pk, other.pk)), both),
    }


def test_whoever_leaves_is_a_member_on_the_last_day_and_not_after() -> None:
    of = network()
    made = membering.join(of, organisations.organisation(), by=SYSTEM, on=date(2012, 1, 1))

    left = membering.leave(made, by=SYSTEM, on=date(2018, 12, 31), reason="Yhdistyi")

    assert Membership.objects.on(date(2018, 12, 31)).count() == 1
    assert not Membership.objects.on(date(2019, 1, 1)).exists()
    assert left.note == "Yhdistyi"
    assert list(writing.differences(REBUILDERS)) == []


def test_nobody_leaves_before_joining() -> None:
    made = membering.join(network(), organisations.organisation(), by=SYSTEM, on=date(2012, 1, 1))

    with pytest.raises(membering.MemberingError) as refused:
        membering.leave(made, by=SYSTEM, on=date(2011, 12, 31))

    assert refused.value.field == "on"
    assert str(made.organisation) in str(refused.value)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(1066, 10, 14), None, "valid_from"),
        (date(2999, 1, 1), None, "valid_from"),
        (date(2012, 1, 1), date(2999, 1, 1), "valid_to"),
        (date(2012, 1, 1), date(2011, 1, 1), "valid_to"),
        (date(2009, 12, 31), None, "valid_from"),  # the network began a day later
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(
    first: date, last: date | None, field: str
) -> None:
    of = network()

    with pytest.raises(membering.MemberingError) as refused:
        membering.join(of, organisations.organisation(), by=SYSTEM, on=first, until=last)

    assert refused.value.field == field
    assert not Membership.objects.exists()
    assert ties() == set()


def test_nobody_joins_a_network_that_has_ended() -> None:
    of = network(valid=period(SINCE, date(2015, 12, 31)))

    with pytest.raises(membering.MemberingError):
        membering.join(of, organisations.organisation(), by=SYSTEM, on=date(2016, 1, 1))


def test_two_periods_at_once_are_refused_in_words() -> None:
    of = network()
    one = organisations.organisation("Aukea Oy")
    membering.join(of, one, by=SYSTEM, on=date(2012, 1, 1), until=date(2014, 12, 31))

    with pytest.raises(membering.MemberingError) as refused:
        membering.join(of, one, by=SYSTEM, on=date(2014, 12, 31))

    assert "Aukea Oy" in str(refused.value)
    assert membering.shown(date(2012, 1, 1)) in str(refused.value)
    assert membering.shown(date(2014, 12, 31)) in str(refused.value)
    membering.join(of, one, by=SYSTEM, on=date(2015, 1, 1))


def test_of_several_all_join_or_none() -> None:
    of = network()
    one, other = organisations.organisation(), organisations.organisation()

    with pytest.raises(membering.MemberingError):
        membering.join_many(
            of,
            [
                (one, "member", date(2012, 1, 1), None, ""),
                (other, "member", date(2000, 1, 1), None, ""),
            ],
            by=SYSTEM,
        )

    assert not Membership.objects.exists()


def test_a_network_belongs_neither_to_itself_nor_to_its_own_part() -> None:
    larger, smaller = network("Suuri"), network("Pieni")
    membering.join(larger, smaller.organisation, by=SYSTEM, on=date(2012, 1, 1))

    for of, who in ((larger, larger), (smaller, larger)):
        with pytest.raises(membering.MemberingError) as refused:
            membering.join(of, who.organisation, by=SYSTEM, on=date(2012, 1, 1))
        assert refused.value.field == "organisation"


def test_another_role_begins_where_the_earlier_one_ends() -> None:
    of = network()
    made = membering.join(of, organisations.organisation(), by=SYSTEM, on=date(2012, 1, 1))

    later = membering.change_role(made, "observer", by=SYSTEM, on=date(2016, 5, 1), reason="Seuraa")

    assert later.pk != made.pk
    assert days(of, made.organisation_id) == [
        ("member", date(2012, 1, 1), date(2016, 4, 30)),
        ("observer", date(2016, 5, 1), None),
    ]
    assert list(writing.differences(REBUILDERS)) == []


def test_another_role_from_the_first_day_is_the_same_membership() -> None:
    of = network()
    made = membering.join(of, organisations.organisation(), by=SYSTEM, on=date(2012, 1, 1))

    assert membering.change_role(made, "founder", by=SYSTEM, on=date(2012, 1, 1)).pk == made.pk
    assert days(of, made.organisation_id) == [("founder", date(2012, 1, 1), None)]


@pytest.mark.parametrize(
    ("role", "on", "field"),
    [
        ("member", date(2013, 1, 1), "role"),
        ("observer", date(2011, 12, 31), "on"),
        ("observer", date(2015, 1, 1), "on"),
    ],
)
def test_a_role_that_cannot_be_is_refused(role: str, on: date, field: str) -> None:
    made = membering.join(
        network(),
        organisations.organisation(),
        by=SYSTEM,
        on=date(2012, 1, 1),
        until=date(2014, 12, 31),
    )

    with pytest.raises(membering.MemberingError) as refused:
        membering.change_role(made, role, by=SYSTEM, on=on)

    assert refused.value.field == field


def test_a_new_role_ends_nothing_that_the_members_people_have() -> None:
    of = network()
    whose = member(of)
    person = contact(of, whose)
    held = term(seat(group(of), whose), person)

    membering.change_role(Membership.objects.get(), "observer", by=SYSTEM, on=clock.today())

    assert Representative.objects.on(clock.today()).filter(person=person).exists()
    assert Term.objects.on(clock.today()).get() == held


def test_what_the_members_people_have_ends_with_the_membership() -> None:
    of = network()
    whose = member(of)
    person = contact(of, whose)
    term(seat(group(of), whose), person)
    Participant.objects.create(
        network=of,
        organisation=whose.organisation,
        person=organisations.person(),
        way=Participant.Way.JOINED,
        valid=period(date(2020, 1, 1)),
    )
    today = clock.today()
    before = organisations.viewer(person).networks[of.pk]

    membering.leave(Membership.objects.get(), by=SYSTEM, on=today - timedelta(days=1))

    assert before >= {"contact", "seat"}
    assert of.pk not in organisations.viewer(person).networks
    for rows in (Representative, Participant, Seat, Term):
        assert {last_day(row.valid) for row in rows.objects.all()} == {today - timedelta(days=1)}


def test_correcting_an_earlier_membership_leaves_the_present_one_alone() -> None:
    of = network()
    whose = member(of, last=date(2014, 12, 31))
    earlier = Membership.objects.get()
    membering.join(of, whose.organisation, by=SYSTEM, on=date(2018, 1, 1))
    person = organisations.person_with_role(whose)
    named = Representative.objects.create(
        network=of,
        organisation=whose.organisation,
        person=person,
        kind="contact",
        valid=period(date(2019, 1, 1)),
    )
    held = term(seat(group(of), whose, first=date(2019, 1, 1)), person, first=date(2019, 1, 1))

    membering.correct(
        earlier, by=SYSTEM, role="founder", first=SINCE, last=date(2013, 12, 31), note=""
    )

    for row in (named, held, held.seat):
        row.refresh_from_db()
        assert row.valid == period(date(2019, 1, 1))


def test_a_correction_may_not_reach_into_another_period() -> None:
    of = network()
    whose = member(of, last=date(2014, 12, 31))
    earlier = Membership.objects.get()
    membering.join(of, whose.organisation, by=SYSTEM, on=date(2018, 1, 1))

    with pytest.raises(membering.MemberingError):
        membering.correct(earlier, by=SYSTEM, role="member", first=SINCE, last=None, note="")

    assert days(of, whose.pk)[0] == ("member", SINCE, date(2014, 12, 31))


def test_all_memberships_end_with_the_network() -> None:
    of = network()
    member(of)
    member(of, last=clock.today() + timedelta(days=400))
    member(of, last=date(2014, 12, 31))

    founding.end(of, by=SYSTEM, on=clock.today())

    lasts = [last_day(row.valid) for row in Membership.objects.order_by("pk")]
    assert lasts == [clock.today(), clock.today(), date(2014, 12, 31)]
    of.refresh_from_db()
    assert last_day(of.valid) == clock.today()


@pytest.mark.parametrize("seed", range(8))
def test_periods_never_overlap_and_evidence_is_what_a_rebuild_tells(seed: int) -> None:
    random = Random(seed)
    of = network()
    members = [organisations.organisation() for _number in range(4)]
    done = 0

    def day() -> date:
        return date(2009 + random.randrange(12), random.randrange(1, 13), random.choice([1, 15]))

    for _step in range(60):
        held = list(Membership.objects.all())
        act = random.choice(["join", "join", "leave", "role", "correct"])
        role = random.choice(Membership.Role.values)
        try:
            if act == "join" or not held:
                until = random.choice([None, day(), day()])
                membering.join(
                    of, random.choice(members), by=SYSTEM, role=role, on=day(), until=until
                )
            elif act == "leave":
                membering.leave(random.choice(held), by=SYSTEM, on=day())
            elif act == "role":
                membering.change_role(random.choice(held), role, by=SYSTEM, on=day())
            else:
                membering.correct(
                    random.choice(held),
                    by=SYSTEM,
                    role=role,
                    first=random.choice([None, day(), day(), day()]),
                    last=random.choice([None, day()]),
                    note="",
                )
            done += 1
        except membering.MemberingError:
            continue

    assert done > 5
    rows = list(Membership.objects.all())
    for one, other in combinations(rows, 2):
        if one.organisation_id == other.organisation_id:
            early, late = sorted((one.valid, other.valid), key=lambda each: each.lower or date.min)
            assert early.upper is not None
            assert early.upper <= late.lower
    assert list(writing.differences(REBUILDERS)) == []
    for on in (date(2011, 1, 20), date(2014, 6, 20), date(2018, 3, 20), clock.today()):
        here = {row.organisation_id for row in rows if covers(row.valid, on)} | {of.pk}
        expected = set() if len(here) == 1 else set(combinations(sorted(here), 2))
        assert {(a, b) for a, b, valid in ties() if covers(valid, on)} == expected
