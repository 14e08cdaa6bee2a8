"""Taking back a closing, a split or a merge: all is as it was, or nothing changes."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks import group_evidence, groups, undoing
from solmu.networks.models import Group, Network, Placement, Seat, Succession, Term
from solmu.networks.tests.group_factories import SYSTEM, group, member, network, seat, term
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db
MODELS = (Group, Seat, Term, Placement, Succession)


def _everything() -> dict[str, list[Any]]:
    """Each record of groups as it is, and the evidence that seats tell."""
    found: dict[str, list[Any]] = {
        model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS
    }
    ties = Evidence.objects.filter(source_kind=group_evidence.SEAT)
    told = ties.values_list("source_id", "a_id", "b_id", "valid")
    found["ties"] = sorted(told, key=lambda tie: tie[:3])
    return found


def _network() -> tuple[Network, list[Group]]:
    of = network()
    members = [member(of) for _number in range(3)]
    made = [group(of, f"Ryhmä {number}") for number in range(3)]
    for each in made:
        for whose in members:
            term(seat(each, whose))
        group_evidence.write(each.pk)
    groups.place(made[2], made[0], on=date(2015, 1, 1), by=SYSTEM)
    return of, made


@pytest.mark.parametrize("act", ["merge", "into", "split", "close"])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_taken_back_has_left_nothing_behind(act: str, seed: int) -> None:
    random = Random(seed)
    _of, made = _network()
    day = clock.today() - timedelta(days=random.randrange(1, 900))
    before = _everything()
    if act == "split":
        seats = groups.seats_to_carry([made[0].pk], day)
        kept = frozenset(one.pk for one in random.sample(seats, 2))
        parts = [groups.Part({"name_fi": "A"}, kept), groups.Part({"name_fi": "B"})]
        groups.split(made[0], parts, on=day, by=SYSTEM)
    elif act == "close":
        groups.close(made[0], last=day, by=SYSTEM, with_subgroups=bool(seed % 2))
    else:
        seats = groups.seats_to_carry([made[1].pk], day)
        into: Any = made[0] if act == "into" else {"name_fi": "Yhdessä"}
        groups.merge(made[:2], into, on=day, seats=[one.pk for one in seats], by=SYSTEM)
    assert _everything() != before

    undoing.undo(made[1] if act in ("merge", "into") else made[0], by=SYSTEM)

    assert _everything() == before


def test_what_somebody_has_built_on_stays() -> None:
    of, made = _network()
    later = groups.merge(
        made[:2], {"name_fi": "Yhdessä"}, on=clock.today(), seats=[], by=SYSTEM
    ).made[0]
    with history.acting(SYSTEM, "somebody else"):
        seat(later, member(of), first=clock.today())
    now = _everything()

    with pytest.raises(groups.GroupError):
        undoing.undo(made[0], by=SYSTEM)

    assert _everything() == now


def test_a_group_changed_since_is_not_taken_back() -> None:
    _of, made = _network()
    later = groups.merge(
        made[:2], {"name_fi": "Yhdessä"}, on=clock.today(), seats=[], by=SYSTEM
    ).made[0]
    groups.edit(later, by=SYSTEM, name_fi="Toisin")

    assert undoing.last_act(made[0]) is not None
    assert undoing.last_act(later) is None  # its last change was another one
    with pytest.raises(groups.GroupError, match="Toisin"):
        undoing.undo(made[0], by=SYSTEM)


def test_only_what_was_done_lately_is_taken_back() -> None:
    of = network()
    made = group(of, valid=period(date(2012, 1, 1)))

    assert undoing.last_act(made) is None
    with pytest.raises(groups.GroupError):
        undoing.undo(made, by=SYSTEM)


@pytest.mark.demo
def test_the_coordinator_takes_a_merge_back(client_as: Callable[[str], Client]) -> None:
    of = Network.objects.get(organisation__slug="valkky")
    one, other = of.groups.filter(slug__in=("teknologia", "viestinta")).order_by("slug")
    before = _everything()
    groups.merge([one, other], {"name_fi": "Yhdessä"}, on=clock.today(), seats=[], by=SYSTEM)
    lead = client_as("network-lead")
    address = f"/networks/valkky/groups/{one.slug}/"

    assert f"{address}undo/" in lead.get(address).content.decode()
    assert f"{address}undo/" not in client_as("member").get(address).content.decode()
    assert lead.get(f"{address}undo/").status_code == 200
    assert lead.post(f"{address}undo/").status_code == 302

    assert _everything() == before
    assert lead.post(f"{address}undo/").status_code == 422
