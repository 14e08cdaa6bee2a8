"""What people rely on in plans: nothing lost, evidence true, imports that can be repeated."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

from solmu.goals import setting
from solmu.goals.models import Goal, Indicator
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.networks.models import Group, Network
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer
from solmu.plans import evidence, exchange, handing_over, measures, overview, planning, reporting
from solmu.plans.models import AnnualReport, Measure, Output, Plan
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.demo

BY = Viewer.system("test")


def _plan() -> Plan:
    network = Network.objects.get(organisation__slug="valkky")
    plan = overview.plan_of(network, clock.today().year)
    assert plan is not None
    return plan


def _measure(title: str = "Pidetään neljä avointa digityöpajaa") -> Measure:
    return Measure.objects.get(plan=_plan(), title=title)


def _ties(measure: Measure) -> set[tuple[int, int]]:
    rows = Evidence.objects.filter(source_kind="measure", source_id=measure.pk)
    return set(rows.values_list("a_id", "b_id"))


def test_evidence_of_the_demo_is_what_the_records_tell() -> None:
    assert list(writing.differences({"measure": composed("EVIDENCE")["measure"]})) == []


def test_joint_measure_ties_each_two_once_it_has_started() -> None:
    measure = _measure()

    assert len(_ties(measure)) == 6  # four organisations

    measures.change(measure, by=BY, changed={"taking_part": []})
    assert _ties(measure) == set()


def test_planned_measure_is_no_evidence_until_it_starts() -> None:
    one, other = Organisation.objects.filter(slug__in=["tavastia", "hyria"])
    measure = _measure("Suunnitellaan yhteinen esihenkilövalmennus")
    measures.change(measure, by=BY, changed={"organisation": one, "taking_part": [other.pk]})
    assert _ties(measure) == set()

    measures.come_to(measure, "started", on=clock.today(), by=BY)

    assert len(_ties(measure)) == 1


def test_dropped_measure_is_evidence_until_that_day() -> None:
    measure = _measure("Kokeillaan etäohjausta iltaisin")
    measures.come_to(measure, "dropped", on=clock.today(), by=BY)

    tie = Evidence.objects.get(source_kind="measure", source_id=measure.pk)

    assert tie.valid.upper == clock.today() + timedelta(days=1)


def test_two_people_editing_one_measure_keep_both_their_fields() -> None:
    measure = _measure()
    read, version = measures.facts_of(measure), measure.version

    measures.change(measure, by=BY, changed={"title": "Viisi työpajaa"}, read=read, version=version)
    measures.change(measure, by=BY, changed={"text": "Minun tekstini"}, read=read, version=version)

    measure.refresh_from_db()
    assert (measure.title, measure.text) == ("Viisi työpajaa", "Minun tekstini")


def test_two_people_editing_one_text_are_shown_both(client_as) -> None:
    measure = _measure()
    client: Client = client_as("network-lead")
    address = f"/networks/valkky/plan/measures/{measure.uuid}/edit/"
    form = client.get(address).context["form"]
    sent = {"version": str(measure.version)}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value is None:
            value = ""
        sent[bound.name] = sent[bound.html_initial_name] = value
    measures.change(measure, by=BY, changed={"text": "Toisen kirjoittama"})

    answer = client.post(address, sent | {"text": "Minun kirjoittamani"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Toisen kirjoittama" in page
    assert "Minun kirjoittamani" in page
    measure.refresh_from_db()
    assert measure.text == "Toisen kirjoittama"

    version = answer.context["version"]
    joined = sent | {"text": "Molemmat", "version": version, "initial-text": "Toisen kirjoittama"}
    assert client.post(address, joined).status_code == 302
    measure.refresh_from_db()
    assert measure.text == "Molemmat"


def test_measure_cannot_end_before_it_begins() -> None:
    measure = _measure()

    with pytest.raises(measures.MeasureError):
        measures.change(measure, by=BY, changed={"ends_on": measure.starts_on - timedelta(days=1)})


def test_next_plan_takes_the_chosen_open_measures_along() -> None:
    plan = _plan()
    chosen = list(plan.measures.open().order_by("pk")[:3])

    made = planning.open_plan(plan.network, plan.strategy, plan.year + 1, by=BY, continuing=chosen)

    assert made.state == Plan.State.DRAFT
    assert [one.continues for one in made.measures.order_by("pk")] == chosen
    assert {one.status for one in made.measures.all()} == {"planned"}
    with pytest.raises(planning.PlanningError):
        planning.open_plan(plan.network, plan.strategy, plan.year + 1, by=BY)


def test_exported_plan_read_in_again_changes_nothing(client_as) -> None:
    plan = _plan()
    file = client_as("network-lead").get("/networks/valkky/plan/?format=xlsx").getvalue()

    planned = exchange.plan_rows(plan, exchange.read(file))

    assert planned.counts == {
        "created": 0,
        "updated": 0,
        "unchanged": plan.measures.count(),
        "rejected": 0,
    }


def test_exported_plan_says_that_it_is_a_demos(client_as) -> None:
    for form in ("xlsx", "csv", "json"):
        answer = client_as("network-lead").get(f"/networks/valkky/plan/?format={form}")
        assert "-demo." in answer.headers["Content-Disposition"]
    assert "Keksittyä esittelysisältöä" in answer.getvalue().decode()


def test_import_adds_changes_and_rejects_with_reasons_and_repeats_safely() -> None:
    plan = _plan()
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Theme", "Goal", "Measure", "Begins", "Is ready by", "Responsible group", "Status"],
        [
            "Digitalisaatio",
            "Uusi tavoite",
            "Uusi toimenpide",
            date(plan.year, 2, 1),
            None,
            None,
            "",
        ],
        ["Digitalisaatio", "", "Ilman tavoitetta", None, None, None, ""],
        ["Digitalisaatio", "Uusi tavoite", "Väärä ryhmä", None, None, "Olematon", ""],
        ["Digitalisaatio", "Uusi tavoite", "Takaperin", "31.12.2026", "1.1.2026", None, ""],
        ["Digitalisaatio", "Uusi tavoite", "UUSI TOIMENPIDE", None, None, None, "done"],
    ):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    rows = exchange.read(content.getvalue())

    first = exchange.apply(plan, rows, by=BY)
    again = exchange.apply(plan, rows, by=BY)

    assert first.counts == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 4}
    assert all(line.reasons for line in first.lines if line.does == "rejected")
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 1, "rejected": 4}
    assert Measure.objects.filter(plan=plan, title="Uusi toimenpide").count() == 1


def test_merged_group_hands_on_its_goals_and_open_measures() -> None:
    plan = _plan()
    groups = {one.slug: one for one in Group.objects.filter(network=plan.network)}
    earlier, later = groups["teknologia"], groups["digipedagogiikka"]
    was_open = set(Measure.objects.filter(group=earlier).open().values_list("pk", flat=True))

    handing_over.FOLLOWER.move(earlier, later, clock.today(), BY)

    assert was_open
    assert not Measure.objects.filter(group=earlier).open().exists()
    assert Measure.objects.filter(pk__in=was_open, group=later).count() == len(was_open)


def test_published_report_stays_as_it_was_published() -> None:
    plan = _plan()
    report = reporting.publish(reporting.report_of(plan.network, plan.year), by=BY)
    before = report.snapshot["measures_done"]

    measures.come_to(_measure("Kokeillaan etäohjausta iltaisin"), "done", on=clock.today(), by=BY)

    held = AnnualReport.objects.get(pk=report.pk)
    assert held.snapshot["measures_done"] == before
    held.network = plan.network
    assert reporting.content(held)["measures_done"] == before + 1


def test_report_is_read_by_everybody_only_once_published(client: Client) -> None:
    year = clock.today().year

    assert client.get(f"/n/valkky/report/{year - 1}/").status_code == 200
    assert client.get(f"/n/valkky/report/{year}/").status_code == 404


def test_report_pdf_is_tagged_and_made_for_archives(client: Client) -> None:
    answer = client.get(f"/n/valkky/report/{clock.today().year - 1}/pdf/")

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in answer.content
    assert b"pdfuaid:part" in answer.content
    assert b"pdfaid:part" in answer.content


def test_only_public_outputs_are_shown_to_everybody(client: Client) -> None:
    public = Output.objects.filter(network__organisation__slug="valkky", public=True).first()
    inside = Output.objects.filter(network__organisation__slug="valkky", public=False).first()
    assert public
    assert inside

    assert client.get(f"/n/valkky/outputs/{public.uuid}/").status_code == 200
    assert client.get(f"/n/valkky/outputs/{inside.uuid}/").status_code == 404
    page = client.get("/n/valkky/outputs/").content.decode()
    assert public.title in page
    assert inside.title not in page


def test_plan_page_takes_the_same_queries_whatever_its_length(
    client_as, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_as("network-lead")
    with CaptureQueriesContext(connection) as few:
        client.get("/networks/valkky/plan/")
    plan = _plan()
    goal = plan.measures.first().goal
    for number in range(5):
        measures.add(
            Measure(
                plan=plan,
                goal=goal,
                title=f"Lisää {number}",
                starts_on=date(plan.year, 1, 1),
                ends_on=date(plan.year, 12, 31),
            ),
            by=BY,
        )
    with CaptureQueriesContext(connection) as more:
        client.get("/networks/valkky/plan/")

    assert len(more) == len(few)


def test_value_of_the_same_day_is_corrected_not_doubled() -> None:
    indicator = Indicator.objects.first()
    assert indicator
    setting.measure(indicator, on=clock.today(), value=Decimal(1), by=BY)
    setting.measure(indicator, on=clock.today(), value=Decimal(2), by=BY)

    assert [one.value for one in indicator.values.filter(on=clock.today())] == [Decimal(2)]


def test_goals_of_a_network_are_seen_by_those_in_it_alone(client_as) -> None:
    goal = Goal.objects.filter(in_plan__theme__strategy__network=_plan().network).first()
    assert goal

    def seen(persona: str) -> int:
        answer = Client().get(
            f"/api/v1/goals/{goal.pk}", headers={"authorization": f"Bearer demo-{persona}"}
        )
        return int(answer.status_code)

    assert [seen("member"), seen("outsider")] == [200, 404]


def test_rebuilding_tells_the_same_evidence_in_the_order_of_ids() -> None:
    keys = [tie.source_id for tie in evidence.rebuild()]

    assert keys == sorted(keys)
