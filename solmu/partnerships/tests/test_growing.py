"""Networks on the register, and partnerships that grow from two to many."""

from datetime import date

import pytest

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Membership, Network
from solmu.organisations.models import Organisation
from solmu.partnerships.growing import growing, registering
from solmu.partnerships.models import Stakeholder, Standing
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.demo

BY = Viewer.system("test")


def tavastia() -> Organisation:
    return Organisation.objects.get(slug="tavastia")


def partner(slug: str) -> Stakeholder:
    return Stakeholder.objects.get(institution_id=tavastia().pk, organisation__slug=slug)


def with_level(slug: str) -> Stakeholder:
    found = partner(slug)
    level = found.institution.levels.get(rank=2)
    Standing.objects.filter(stakeholder=found).update(state="active", level=level, form="bilateral")
    return found


@pytest.mark.parametrize("view", ["", "map/", "strategy/"])
def test_members_have_the_network_on_their_list_map_and_board(client_as, view):
    client = client_as("rector")
    for day in ("", "2012-01-01"):
        page = client.get(f"/partners/{view}", {"q": "Välkky", "on": day}).content.decode()
        assert f"/partners/{partner('valkky').pk}/" in page


def test_networks_before_their_founding_are_not_on_the_picture(client_as):
    rows = client_as("rector").get("/partners/?q=Välkky&on=2009-01-01").content.decode()
    assert f"/partners/{partner('valkky').pk}/" not in rows


def test_joining_puts_the_network_on_the_register_once():
    network = Network.objects.get(organisation__slug="mewet")
    hyria = Organisation.objects.get(slug="hyria")
    joined = Membership.objects.create(
        network=network, organisation=hyria, valid=period(date(2024, 1, 1))
    )
    for _again in range(2):
        registering.follow_memberships([joined.pk])
    found = Stakeholder.objects.get(institution_id=hyria.pk, organisation=network.organisation)
    assert [(row.form, row.valid.lower) for row in found.standings.all()] == [
        ("ecosystem", date(2024, 1, 1))
    ]


def test_what_an_institution_said_of_a_network_stays():
    found = partner("valkky")
    before = list(found.standings.values())
    registering.follow_memberships(Membership.objects.values_list("pk", flat=True))
    assert list(found.standings.values()) == before


def test_common_network_proposes_the_form_and_a_yes_changes_it():
    found = with_level("lhkk")
    today = clock.today()
    [proposal] = growing.proposals(found.institution_id, today, stakeholder=found)
    assert (proposal.form, proposal.since) == ("network", "Välkky")
    assert found.standings.get(valid__contains=today).form == "bilateral"
    growing.accept(proposal, on=today, by=BY)
    assert found.standings.get(valid__contains=today).form == "network"
    assert growing.proposals(found.institution_id, today, stakeholder=found) == []


def test_no_is_remembered_until_another_network_joins_the_two():
    found = with_level("lhkk")
    today = clock.today()
    [proposal] = growing.proposals(found.institution_id, today, stakeholder=found)
    growing.decline(proposal, on=today, by=BY)
    assert growing.proposals(found.institution_id, today, stakeholder=found) == []
    peer = Network.objects.get(organisation__slug="tyopaikkaohjaajakouluttajat")
    Membership.objects.create(
        network=peer, organisation=found.organisation, valid=period(date(2025, 1, 1))
    )
    assert growing.proposals(found.institution_id, today, stakeholder=found)


def test_common_ecosystem_proposes_an_ecosystem():
    found = with_level("tuakk")
    [proposal] = growing.proposals(found.institution_id, clock.today(), stakeholder=found)
    assert proposal.form == "ecosystem"
    assert [str(network) for network in proposal.networks] == ["MeWeT"]


def test_proposals_are_on_the_day_page_and_answered_together(client_as):
    with_level("lhkk")
    with_level("kiipula")
    client = client_as("coordinator")
    assert "/partners/growing/" in client.get("/home/").content.decode()
    keys = [partner("lhkk").pk, partner("kiipula").pk]
    client.post("/partners/growing/", {"partner": keys, "on": "2020-01-01", "answer": "yes"})
    forms = Standing.objects.on(clock.today()).filter(stakeholder__in=keys)
    assert {row.form for row in forms} == {"network"}


def test_nothing_chosen_is_said(client_as):
    with_level("lhkk")
    for sent in ({"on": "2020-01-01"}, {}):
        assert client_as("coordinator").post("/partners/growing/", sent).status_code == 422


def test_path_shows_common_networks_of_today_and_before():
    today = clock.today()
    both = growing.common_networks(tavastia().pk, Organisation.objects.get(slug="hyria").pk, today)
    assert [str(one.network) for one in both if one.is_now] == [
        "Välkky",
        "Työpaikkaohjaajakouluttajien vertaisverkosto",
    ]
    former = Organisation.objects.get(slug="aiempi-jasen")
    [was] = growing.common_networks(tavastia().pk, former.pk, today)
    assert (was.first, was.last, was.is_now) == (date(2010, 8, 3), date(2018, 12, 31), False)


def test_reader_elsewhere_may_not_answer(client_as):
    found = with_level("lhkk")
    assert client_as("outsider").post(f"/partners/{found.pk}/form/").status_code == 404
    assert client_as("member").get("/partners/growing/").status_code == 403


def test_network_run_elsewhere_is_known_to_its_institution_alone(client_as):
    found = partner("hameen-ruokaketju")
    assert (
        "Hämeen ruokaketjun"
        in client_as("coordinator").get("/partners/?q=ruokaketju").content.decode()
    )
    assert client_as("outsider").get(f"/partners/{found.pk}/").status_code == 404
    assert client_as("outsider").get(f"/organisations/{found.organisation_id}/").status_code == 404
