"""What plans give to others: my day, the hand-over pack, the archive, the search."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.accounts.models import User
from solmu.files.models import File
from solmu.goals import setting
from solmu.goals.models import Indicator
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.networks.models import Group, Network, Participant, Term
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id
from solmu.plans import archive, handing_over, indexing, measures, outputs, overview, waiting
from solmu.plans.models import Measure, Output, Plan, PlanGoal
from solmu.search import finding
from solmu.search.models import Entry
from solmu.ui.menu import told

pytestmark = pytest.mark.demo

ClientAs = Callable[[str], Client]
BY = Viewer.system("test")


@pytest.fixture
def plan() -> Plan:
    network = Network.objects.get(organisation__slug="valkky")
    found = overview.plan_of(network, clock.today().year)
    assert found is not None
    return found


def _viewer(persona: str) -> Viewer:
    return viewer_for_user_id(User.objects.get(email=f"{persona}@solmu.example").pk)


def _add(plan: Plan, title: str, *, ends_in: int = 0, **facts: Any) -> Measure:
    """A measure of the plan that is to be ready so many days from today."""
    ends_on = clock.today() + timedelta(days=ends_in)
    measure = Measure(
        plan=plan,
        goal=PlanGoal.objects.filter(theme__strategy=plan.strategy_id).first(),
        title=title,
        starts_on=facts.pop("starts_on", ends_on - timedelta(days=30)),
        ends_on=ends_on,
        **facts,
    )
    return measures.add(measure, by=BY)


@pytest.fixture
def mine(plan: Plan) -> Person:
    """The teacher in Välkky, without measures of their own so far."""
    person = Person.objects.get(user__email="member@solmu.example")
    Measure.objects.filter(person=person).update(person=None)
    return person


def _waits() -> dict[str, str]:
    return {str(one.title): str(one.detail) for one in told(waiting.waits(_viewer("member")))}


def test_own_measures_wait_when_they_are_late_or_soon_due(plan: Plan, mine: Person) -> None:
    _add(plan, "Myöhässä", ends_in=-1, person=mine)
    _add(plan, "Tänään", ends_in=0, person=mine)
    _add(plan, "Pian", ends_in=29, person=mine)
    _add(plan, "Myöhemmin", ends_in=30, person=mine)
    _add(plan, "Toisen", ends_in=-1)
    _add(plan, "Tehty", ends_in=-1, person=mine, status="done")
    _add(plan, "Jätetty", ends_in=-1, person=mine, status="dropped")

    waits = _waits()

    assert list(waits) == ["Myöhässä", "Tänään", "Pian"]
    # Only what is past its day should have been ready.
    assert waits["Tänään"].split()[:2] == waits["Pian"].split()[:2]
    assert waits["Myöhässä"].split()[:2] != waits["Pian"].split()[:2]


def test_measures_wait_on_my_day_with_their_page_and_end_when_done(
    client_as: ClientAs, plan: Plan, mine: Person
) -> None:
    measure = _add(plan, "Näkyy päivässäni", ends_in=3, person=mine)
    member = client_as("member")

    assert measure.get_absolute_url() in member.get("/home/").content.decode()

    measures.come_to(measure, "done", on=clock.today(), by=BY)
    assert measure.get_absolute_url() not in member.get("/home/").content.decode()


def test_nothing_of_a_network_waits_for_who_has_left_it(plan: Plan, mine: Person) -> None:
    _add(plan, "Jäi kesken", ends_in=-1, person=mine)
    assert "Jäi kesken" in _waits()

    Term.objects.filter(person=mine).delete()
    Participant.objects.filter(person=mine).delete()

    assert _waits() == {}
    assert told(waiting.waits(Viewer())) == []


def test_indicator_waits_when_it_has_not_been_measured_for_half_a_year(
    plan: Plan, mine: Person
) -> None:
    goal = PlanGoal.objects.filter(theme__strategy=plan.strategy_id).first()
    assert goal is not None
    indicator = setting.set_indicator(
        Indicator(goal=goal.goal),
        by=BY,
        name="Työpajoja",
        unit="kpl",
        baseline=Decimal(0),
        target=Decimal(4),
    )
    long_ago = clock.today() - timedelta(days=181)
    _add(plan, "Mitattava", ends_in=90, person=mine, indicator=indicator, starts_on=long_ago)
    assert list(_waits()) == ["Työpajoja"]

    setting.measure(indicator, on=clock.today(), value=Decimal(2), by=BY)

    assert _waits() == {}


def test_many_late_measures_take_no_more_queries_and_few_lines(plan: Plan, mine: Person) -> None:
    def queries() -> int:
        viewer = _viewer("member")
        with CaptureQueriesContext(connection) as asked:
            told(waiting.waits(viewer))
        return len(asked)

    _add(plan, "Yksi", ends_in=-1, person=mine)
    few = queries()
    for number in range(12):
        _add(plan, f"Myöhässä {number}", ends_in=-2, person=mine)

    assert queries() == few
    assert len(told(waiting.waits(_viewer("member")))) == waiting.MOST


def test_successor_is_given_the_open_measures_and_outputs_of_the_group(plan: Plan) -> None:
    term = Term.objects.filter(
        seat__group__slug="digipedagogiikka", person__user__email="member@solmu.example"
    ).first()
    assert term is not None
    group = term.seat.group
    Measure.objects.filter(group=group).update(group=None)
    Output.objects.filter(group=group).update(group=None)
    other = Group.objects.filter(network=plan.network).exclude(pk=group.pk).first()
    kept = _add(plan, "Kesken", ends_in=10, group=group)
    _add(plan, "Valmis", ends_in=10, group=group, status="done")
    _add(plan, "Muiden", ends_in=10, group=other)
    output = outputs.write(
        Output(network=plan.network, kind="tool"), by=BY, title="Opas", group=group
    )

    lines = handing_over.hand_over(term)

    assert [(line.title, line.url) for line in lines] == [
        ("Kesken", kept.get_absolute_url()),
        ("Opas", output.get_absolute_url()),
    ]
    assert all(line.detail for line in lines)


def test_pack_of_a_seat_shows_what_goes_on(client_as: ClientAs, plan: Plan) -> None:
    term = Term.objects.filter(
        seat__group__slug="digipedagogiikka", person__user__email="member@solmu.example"
    ).first()
    assert term is not None
    _add(plan, "Seuraajalle jäävä", ends_in=10, group=term.seat.group)

    page = client_as("member").get(f"/networks/valkky/seats/{term.seat.uuid}/pack/")

    assert "Seuraajalle jäävä" in page.content.decode()


def test_network_leaves_with_its_whole_plan(plan: Plan) -> None:
    network = plan.network
    measure = _add(plan, "Viimeinen", ends_in=10)
    measures.come_to(measure, "half", on=clock.today(), by=BY, note="Puolet tehty")
    measures.prove(measure, on=clock.today(), text="Kuvat", by=BY, url="https://kuvat.example/")

    taken = {name: list(rows) for name, rows in archive.parts(network)}

    assert list(taken) == [
        "strategies", "themes", "goals", "indicators", "indicator_values", "plans", "measures",
        "measures_together", "measure_statuses", "measure_evidence", "outputs", "annual_reports",
    ]  # fmt: skip
    assert all(taken.values())
    assert len(taken["measures"]) == Measure.objects.filter(plan__network=network).count()
    assert len(taken["outputs"]) == Output.objects.filter(network=network).count()
    told = next(row for row in taken["measures"] if row["uuid"] == measure.uuid)
    assert (told["plan"], told["status"]) == (plan.uuid, "half")
    assert "Puolet tehty" in {row["note"] for row in taken["measure_statuses"]}
    assert "https://kuvat.example/" in {row["url"] for row in taken["measure_evidence"]}


def test_rows_of_the_archive_point_at_rows_that_are_in_it(plan: Plan) -> None:
    taken = {name: list(rows) for name, rows in archive.parts(plan.network)}

    def known(name: str) -> set[Any]:
        return {row["uuid"] for row in taken[name]}

    for name, key, target in (
        ("themes", "strategy", "strategies"),
        ("goals", "theme", "themes"),
        ("indicators", "goal", "goals"),
        ("indicator_values", "indicator", "indicators"),
        ("plans", "strategy", "strategies"),
        ("measures", "plan", "plans"),
        ("measures", "goal", "goals"),
        ("measures", "indicator", "indicators"),
        ("measures", "continues", "measures"),
        ("measures_together", "measure", "measures"),
        ("measure_statuses", "measure", "measures"),
        ("measure_evidence", "measure", "measures"),
        ("outputs", "goal", "goals"),
    ):
        pointed = {row[key] for row in taken[name]} - {None}
        assert pointed, (name, key)
        assert pointed <= known(target), (name, key)


def test_archive_takes_the_same_queries_whatever_the_plan_holds(plan: Plan) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            for _name, rows in archive.parts(plan.network):
                list(rows)
        return len(asked)

    few = queries()
    for number in range(5):
        _add(plan, f"Lisää {number}", ends_in=number)
    outputs.write(Output(network=plan.network, kind="tool"), by=BY, title="Opas")

    assert queries() == few


def _found(persona: str, text: str) -> list[str]:
    viewer = _viewer(persona) if persona else Viewer()
    return [hit.title for hit in finding.find(viewer, text)]


def test_measure_is_found_by_those_in_the_network_alone(plan: Plan) -> None:
    measure = _add(plan, "Hitsausrobotin kiertue", ends_in=10)

    assert _found("member", "Hitsausrobotin") == ["Hitsausrobotin kiertue"]
    assert _found("rector", "Hitsausrobotin") == ["Hitsausrobotin kiertue"]
    assert _found("outsider", "Hitsausrobotin") == []
    assert _found("", "Hitsausrobotin") == []

    measures.change(measure, by=BY, changed={"title": "Sorvirobotin kiertue"})
    assert _found("member", "Hitsausrobotin") == []
    assert _found("member", "Sorvirobotin") == ["Sorvirobotin kiertue"]


def test_output_is_found_by_everybody_once_it_is_public(plan: Plan) -> None:
    output = outputs.write(
        Output(network=plan.network, kind="tool"), by=BY, title="Hitsausrobotin opas"
    )
    assert _found("member", "Hitsausrobotin") == ["Hitsausrobotin opas"]
    assert _found("outsider", "Hitsausrobotin") == _found("", "Hitsausrobotin") == []

    outputs.write(output, by=BY, public=True)

    assert (
        _found("outsider", "Hitsausrobotin")
        == _found("", "Hitsausrobotin")
        == ["Hitsausrobotin opas"]
    )
    entry = Entry.objects.get(kind="output", record_id=output.pk)
    assert entry.url == f"/n/valkky/outputs/{output.uuid}/"
    assert Client().get(entry.url).status_code == 200


def test_rebuilding_the_search_changes_nothing() -> None:
    def entries() -> str:
        rows = Entry.objects.filter(kind__in=[indexing.MEASURE, indexing.OUTPUT])
        told = rows.order_by("kind", "record_id").values(
            "kind", "record_id", "title", "text", "url", "public", "network_id"
        )
        return json.dumps(list(told))

    before = entries()
    assert len(before) > 2
    for rebuild in (indexing.index_measures, indexing.index_outputs):
        assert rebuild in composed("INDEXES")
        rebuild()

    assert entries() == before


def test_files_of_an_output_are_everybodys_once_it_is_public(
    client_as: ClientAs, plan: Plan
) -> None:
    output = outputs.write(Output(network=plan.network, kind="tool"), by=BY, title="Opas")
    lead = client_as("network-lead")
    sent = SimpleUploadedFile("opas.txt", b"Hitsaus alkaa suojista.", "text/plain")

    assert lead.post(f"/files/add/output/{output.pk}/", {"attached": sent}).status_code == 302
    file = File.objects.get(holder_kind="output", holder_id=output.pk)
    page = lead.get(output.get_absolute_url()).content.decode()
    assert "opas.txt" in page
    address = f"/files/{file.uuid}/"
    assert address in page
    assert client_as("member").get(address).status_code == 200
    assert client_as("outsider").get(address).status_code == 404
    assert client_as("member").post(f"/files/add/output/{output.pk}/").status_code == 403

    outputs.write(output, by=BY, public=True)

    public = Client().get(f"/n/valkky/outputs/{output.uuid}/").content.decode()
    assert address in public
    assert "attached" not in public  # nothing is added there
    assert Client().get(address).status_code == 200
    taken = dict(archive.parts(plan.network))
    assert taken[f"{file.uuid}-opas.txt"] == b"Hitsaus alkaa suojista."


def test_a_measure_that_goes_on_in_a_later_plan_waits_once(plan: Plan) -> None:
    rows = Measure.objects.filter(plan__network=plan.network).open()

    gone_on = set(rows) - set(rows.current(clock.today()))

    assert gone_on
    for earlier in gone_on:
        assert earlier.continued_by.filter(starts_on__lte=clock.today()).exists()
    first = min(one.continued_by.get().starts_on for one in gone_on)
    assert gone_on <= set(rows.current(first - timedelta(days=1)))
