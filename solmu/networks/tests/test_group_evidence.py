"""Seats as evidence: who sits in a group with whom, from when to when."""

from datetime import date, timedelta
from random import Random

import pytest

from solmu.lib import clock
from solmu.lib.periods import covers, period
from solmu.networks import group_evidence, groups, seats
from solmu.networks.models import Group, Seat
from solmu.networks.tests.group_factories import SYSTEM, group, member, network, seat, term
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = [pytest.mark.django_db, pytest.mark.database]

REBUILDERS = {group_evidence.SEAT: group_evidence.rebuild}


def ties() -> set[tuple[object, ...]]:
    """What the rows tell."""
    return set(Evidence.objects.values_list("a_id", "b_id", "valid"))


def test_seats_of_one_group_tie_their_organisations_while_both_are_there() -> None:
    of = network()
    one, other = member(of), member(of)
    made = group(of)

    seats.add(made, one.organisation, first=date(2012, 1, 1), by=SYSTEM)
    later = seats.add(made, other.organisation, first=date(2014, 1, 1), by=SYSTEM)
    seats.end(later, last=date(2016, 12, 31), by=SYSTEM)

    assert ties() == {(one.pk, other.pk, period(date(2014, 1, 1), date(2016, 12, 31)))}


def test_two_seats_of_one_organisation_are_no_tie_with_itself() -> None:
    of = network()
    one = member(of)
    made = group(of)
    for _number in range(2):
        seats.add(made, one.organisation, first=date(2012, 1, 1), by=SYSTEM)
    seats.add(made, None, first=date(2012, 1, 1), title="asiantuntija", by=SYSTEM)

    assert ties() == set()


def test_a_removed_seat_takes_its_ties_along() -> None:
    of = network()
    made = group(of)
    seats.add(made, member(of).organisation, first=date(2012, 1, 1), by=SYSTEM)
    mistake = seats.add(made, member(of).organisation, first=date(2012, 1, 1), by=SYSTEM)

    seats.remove(mistake, by=SYSTEM)

    assert ties() == set()


def test_only_what_differs_is_touched() -> None:
    of = network()
    made = group(of)
    for _number in range(3):
        seats.add(made, member(of).organisation, first=date(2012, 1, 1), by=SYSTEM)
    before = set(Evidence.objects.values_list("pk", flat=True))

    seats.add(made, member(of).organisation, first=date(2013, 1, 1), by=SYSTEM)

    assert before < set(Evidence.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("seed", range(6))
def test_rows_are_those_that_a_rebuild_tells_and_hold_on_each_day(seed: int) -> None:
    random = Random(seed)
    of = network()
    members = [member(of) for _number in range(4)]
    made = [group(of), group(of)]

    def day() -> date:
        return date(2010 + random.randrange(10), random.randrange(1, 13), 1)

    for _step in range(30):
        try:
            held = list(Seat.objects.all())
            act = random.choice(["add", "add", "end", "move", "remove"])
            if act == "add" or not held:
                last = random.choice([None, day()])
                seats.add(random.choice(made), random.choice(members).organisation, first=day(),
                          last=last, by=SYSTEM)  # fmt: skip
            elif act == "end":
                seats.end(random.choice(held), last=day(), by=SYSTEM)
            elif act == "move":
                seats.edit(random.choice(held), by=SYSTEM, first=day(), last=day(), set_last=True)
            else:
                seats.remove(random.choice(held), by=SYSTEM)
        except groups.GroupError:
            continue

    assert list(writing.differences(REBUILDERS)) == []
    for on in (date(2011, 1, 15), date(2014, 6, 15), date(2018, 3, 15), clock.today()):
        expected = {
            tuple(sorted((one.organisation_id, other.organisation_id)))
            for each in made
            for one in Seat.objects.on(on).filter(group=each)
            for other in Seat.objects.on(on).filter(group=each)
            if one.organisation_id != other.organisation_id
        }
        assert {(a, b) for a, b, valid in ties() if covers(valid, on)} == expected


def test_merging_groups_leaves_no_difference() -> None:
    of = network()
    one, other = member(of), member(of)
    first, second = group(of), group(of)
    held = seat(first, one), seat(first, other), seat(second, one)
    term(held[0])
    group_evidence.write(first.pk, second.pk)

    groups.merge(
        [first, second],
        {"name_fi": "Yhdessä", "name_sv": "", "name_en": "", "kind": "working", "task": "",
         "language": "fi", "meetings_a_year": None},
        on=clock.today(),
        seats=[held[0].pk, held[1].pk],
        by=SYSTEM,
    )  # fmt: skip

    assert list(writing.differences(REBUILDERS)) == []
    yesterday = clock.today() - timedelta(days=1)
    assert {(valid.lower, valid.upper) for _a, _b, valid in ties()} == {
        (date(2010, 1, 1), yesterday + timedelta(days=1)),
        (clock.today(), None),
    }
    assert Group.objects.count() == 3
