"""Costs are found by those who may read them: in the network but guests, and payers' leaders."""

from datetime import timedelta
from decimal import Decimal

import pytest

from solmu.accounts.models import User
from solmu.costs import agreeing, drafting, indexing
from solmu.costs.models import CostCase
from solmu.lib import clock
from solmu.networks import guests
from solmu.networks.models import Network
from solmu.organisations.models import Organisation
from solmu.organisations.tests.factories import viewer
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id
from solmu.search import finding
from solmu.search.models import Entry

pytestmark = pytest.mark.demo
BY = Viewer.system("test")
WORD = "Hologrammipöytä"


def _persona(name: str) -> Viewer:
    return viewer_for_user_id(User.objects.get(email=f"{name}@solmu.example").pk)


def _found(who: Viewer) -> list[str]:
    return [hit.url for hit in finding.find(who, WORD)]


@pytest.fixture
def guest() -> Viewer:
    valkky = Network.objects.get(organisation__slug="valkky")
    sponsor = Person.objects.get(email="member@solmu.example")
    until = clock.today() + timedelta(days=30)
    one = guests.invite(valkky, "vieno@elsewhere.example", by=BY, sponsor=sponsor, until=until)
    return viewer(one.person)


def _case(slug: str, payers: list[str]) -> CostCase:
    draft = drafting.Draft(
        title=WORD,
        items=[drafting.Item("Pöytä", Decimal(900))],
        payers=[drafting.Paying(Organisation.objects.get(slug=payer).pk) for payer in payers],
    )
    return drafting.create(Network.objects.get(organisation__slug=slug), draft, by=BY)


def test_a_case_is_found_in_its_network_but_not_by_guests(guest: Viewer) -> None:
    case = _case("valkky", ["hyria", "kiipula"])

    for name in ("member", "network-lead", "rector", "admin"):
        assert _found(_persona(name)) == [case.get_absolute_url()]
    for who in (guest, _persona("outsider"), Viewer.anonymous()):
        assert _found(who) == []


def test_a_payers_leader_finds_what_has_been_asked() -> None:
    case = _case("tyopaikkaohjaajakouluttajat", ["tavastia", "tuakk"])
    rector = _persona("rector")
    assert case.network_id not in rector.networks
    assert _found(rector) == []

    agreeing.propose(case, by=BY)

    assert _found(rector) == [case.get_absolute_url()]
    assert _found(_persona("coordinator")) == []


def test_rebuilding_the_search_changes_nothing() -> None:
    def entries() -> list[tuple[object, ...]]:
        rows = Entry.objects.filter(kind=indexing.COST).order_by("record_id", "institution_id")
        return list(rows.values_list("record_id", "institution_id", "network_id", "title", "url"))

    before = entries()
    assert before

    indexing.index_cases()

    assert entries() == before
