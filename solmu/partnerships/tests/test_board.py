"""The strategy board: its cells and cards, and moving a partner with a reason."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.organisations.tests import factories as directory
from solmu.partnerships.models import Standing
from solmu.partnerships.tests import factories
from solmu.partnerships.tests.test_list import signed_in

pytestmark = pytest.mark.django_db

TODAY = clock.today()
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def home():
    return factories.institution("Ammattiopisto Tavastia")


@pytest.fixture
def leader(home):
    return signed_in(directory.person_with_role(home, "leader"))


@pytest.fixture
def coordinator(home):
    return signed_in(directory.person_with_role(home))


def cell(page: str, level: str, scope: str) -> str:
    start = page.split(f'data-level="{level}" data-scope="{scope}"')[1]
    return start.split("</td>")[0]


def moved(client: Client, partner, level="3", scope="national", **more):
    facts = {"level": level, "scope": scope, "reason": "Strategia", "on": TODAY.isoformat()}
    return client.post(f"/partners/{partner.pk}/move/", facts | more)


def now(partner) -> Standing:
    return partner.standings.get(valid__contains=TODAY)


def test_board_is_not_for_outsiders(home):
    assert Client().get("/partners/strategy/").status_code == 302
    nobody = directory.person(user=directory.user())
    assert signed_in(nobody).get("/partners/strategy/").status_code == 403


def test_board_shows_no_other_institution(home, coordinator):
    other = factories.institution("Muu opisto")
    factories.partner(other, "Vieras Oy", 4)

    assert "Vieras Oy" not in coordinator.get("/partners/strategy/").content.decode()


def test_board_puts_partners_into_cells_with_counts(home, coordinator):
    factories.partner(home, "Strategi Oy", 4)
    factories.partner(home, "Abroad AB", 2, scope_override="international")
    factories.partner(home, "Mahdollinen Oy", None, state="potential")
    for number in range(6):
        factories.partner(home, f"Paikallinen {number}", 1, scope_override="regional")

    page = coordinator.get("/partners/strategy/").content.decode()

    assert "Strategi Oy" in cell(page, "4", "national")
    assert "Abroad AB" in cell(page, "2", "international")
    assert "scope set by hand" in cell(page, "2", "international")
    assert "Mahdollinen Oy" in cell(page, "none", "national")
    many = cell(page, "1", "regional")
    assert many.count("data-card=") == 3
    assert "All 6" in many
    assert "/partners/?level=1&amp;scope=regional" in many


def test_board_shows_first_who_needs_attention(home, coordinator):
    for number in range(5):
        partner = factories.partner(home, f"Aakkonen {number}", 2)
        factories.evidence(partner, TODAY - timedelta(days=30))
    late = factories.partner(home, "Öljy Oy", 2)
    factories.evidence(late, TODAY - timedelta(days=30))
    late.next_step_on = TODAY - timedelta(days=1)
    late.save()
    factories.partner(home, "Ääni Oy", 2)

    shown = cell(coordinator.get("/partners/strategy/").content.decode(), "2", "national")

    assert shown.index("Öljy Oy") < shown.index("Ääni Oy") < shown.index("Aakkonen 0")
    assert "The next step is due" in shown


def test_board_is_drawn_as_svg_with_names_escaped(home, coordinator):
    factories.partner(home, "Metalli & <Paja> Oy", 4)

    answer = coordinator.get("/partners/strategy/?format=svg")
    root = ElementTree.fromstring(answer.content)

    assert answer["Content-Type"] == "image/svg+xml"
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Metalli & <Paja> Oy" in texts
    assert "Strategic partner  1" in texts


def test_claimed_level_without_evidence_is_marked(home, coordinator):
    factories.partner(home, "Väite Oy", 4)
    proven = factories.partner(home, "Teko Oy", 3)
    factories.evidence(proven, TODAY)

    page = coordinator.get("/partners/strategy/").content.decode()

    assert "board-card claimed" in cell(page, "4", "national")
    assert "board-card claimed" not in cell(page, "3", "national")


def test_cards_move_in_today_s_picture_only(home, coordinator):
    partner = factories.partner(home, "Liikkuva Oy", 1)
    handle = f"/partners/{partner.pk}/move/"

    assert handle in coordinator.get("/partners/strategy/").content.decode()
    past = coordinator.get("/partners/strategy/?on=2025-01-01").content.decode()
    assert handle not in past
    reader = signed_in(directory.person_with_role(home, "reader"))
    assert handle not in reader.get("/partners/strategy/").content.decode()


def test_move_changes_the_level_from_the_day(home, leader):
    partner = factories.partner(home, "Nousija Oy", 2)

    answer = moved(leader, partner, "4", back="/partners/strategy/?level=4")

    assert (answer.status_code, answer["Location"]) == (302, "/partners/strategy/?level=4")
    assert (now(partner).level.rank, now(partner).valid.lower) == (4, TODAY)
    assert (now(partner).reason, now(partner).scope_override) == ("Strategia", "")
    before = partner.standings.get(valid__contains=TODAY - timedelta(days=1))
    assert before.level.rank == 2


def test_move_across_scope_is_an_override_until_it_goes_back(home, coordinator):
    partner = factories.partner(home, "Kansainvälistyvä Oy", 2)

    moved(coordinator, partner, "2", "international")
    assert now(partner).scope_override == "international"

    moved(coordinator, partner, "2", "national")
    assert now(partner).scope_override == ""


def test_move_makes_a_potential_partner_active(home, coordinator):
    partner = factories.partner(home, "Mahdollinen Oy", None, state="potential")

    moved(coordinator, partner, "1")

    assert (now(partner).state, now(partner).level.rank) == ("active", 1)


def test_move_asks_a_reason_and_a_day(home, coordinator):
    partner = factories.partner(home, rank=2)

    assert moved(coordinator, partner, reason=" ").status_code == 422
    assert moved(coordinator, partner, on="").status_code == 422
    assert moved(coordinator, partner, level="9").status_code == 422
    assert partner.standings.count() == 1


def test_move_to_where_it_is_changes_nothing(home, coordinator):
    partner = factories.partner(home, rank=3)

    answer = moved(coordinator, partner, "3")

    assert answer.status_code == 422
    assert "Nothing changes" in answer.content.decode()
    assert partner.standings.count() == 1


def test_move_to_a_leader_s_level_is_refused_kindly(home, coordinator):
    partner = factories.partner(home, "Nousija Oy", 3)

    answer = moved(coordinator, partner, "4")

    assert answer.status_code == 403
    assert "is decided by a leader" in answer.content.decode()
    assert now(partner).level.rank == 3


@pytest.mark.parametrize(
    ("role", "owned", "expected"),
    [
        ("leader", False, 302),
        ("coordinator", False, 302),
        ("contributor", False, 403),
        ("contributor", True, 302),
        ("reader", False, 403),
    ],
)
def test_move_is_for_those_who_may_edit(home, role, owned, expected):
    person = directory.person_with_role(home, role)
    partner = factories.partner(home, rank=2, owner=person if owned else None)

    # Across scope, so that nobody has to decide a level.
    assert moved(signed_in(person), partner, "2", "international").status_code == expected


def test_move_of_another_institution_s_partner_is_not_found(home, leader):
    other = factories.institution("Muu opisto")
    partner = factories.partner(other, rank=2)

    assert moved(leader, partner).status_code == 404
    assert leader.get(f"/partners/{partner.pk}/move/").status_code == 404


def test_move_has_a_form_for_those_without_scripts(home, coordinator):
    partner = factories.partner(home, "Liikkuva Oy", 2)

    page = coordinator.get(f"/partners/{partner.pk}/move/").content.decode()

    assert "Move Liikkuva Oy" in page
    assert "Strategic partner (decided by a leader)" in page
    assert "National, by place" in page


def test_move_can_be_taken_back_while_nothing_followed(home, leader):
    partner = factories.partner(home, "Erehdys Oy", 2)
    moved(leader, partner, "4")
    undo = f"/partners/standings/{now(partner).pk}/undo/"

    assert undo in leader.get("/partners/strategy/").content.decode()
    assert leader.get(undo).status_code == 200
    assert now(partner).level.rank == 4
    assert leader.post(undo).status_code == 302
    assert now(partner).level.rank == 2
    assert partner.standings.count() == 1


def test_move_is_not_taken_back_over_a_later_change(home, leader):
    partner = factories.partner(home, "Muuttunut Oy", 2)
    moved(leader, partner, "3")
    first = now(partner)
    moved(leader, partner, "4", on=(TODAY + timedelta(days=1)).isoformat())

    leader.post(f"/partners/standings/{first.pk}/undo/")

    assert partner.standings.count() == 3


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/partners/", "/admin/"])
def test_move_leads_back_to_the_board_alone(home, leader, back):
    partner = factories.partner(home, rank=2)

    assert moved(leader, partner, "3", back=back)["Location"] == "/partners/strategy/"


@pytest.mark.parametrize("rows", [1, 3])
def test_board_needs_the_same_queries_for_any_number(home, leader, rows, django_assert_num_queries):
    for _ in range(rows):
        factories.evidence(factories.partner(home, rank=3), date(2025, 1, 1))
    leader.get("/partners/strategy/")
    factories.partner(home, rank=3)

    with django_assert_num_queries(14):
        leader.get("/partners/strategy/")
    with django_assert_num_queries(4):
        leader.get("/partners/strategy/")
