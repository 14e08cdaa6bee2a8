"""From a spreadsheet to partners: what is created, changed, left and rejected, and taken back."""

import csv
import io
import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from solmu.imports.models import Batch, Line, ValueMapping
from solmu.imports.reading import ReadingError
from solmu.organisations import places
from solmu.organisations.models import FactProposal, Institution, Organisation
from solmu.organisations.tests.factories import municipality, person_with_role, region, viewer
from solmu.partnerships import evidence, standing
from solmu.partnerships.founding import ladder
from solmu.partnerships.importing import batches as importing
from solmu.partnerships.importing import undoing as import_undoing
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder, Standing
from solmu.partnerships.partner import contacts
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.search.models import Entry
from solmu.ties.writing import differences

pytestmark = [pytest.mark.django_db, pytest.mark.database]

EXAMPLES = Path(__file__).parents[3] / "examples"
NUMBER, OTHER_NUMBER = "9300000-9", "9300037-5"


@pytest.fixture
def here() -> Institution:
    """An institution with the default ladder, in a small Finland."""
    hame = region("05", "Kanta-Häme")
    municipality("109", "Hämeenlinna", inside=hame)
    municipality("061", "Forssa", inside=hame)
    municipality("398", "Lahti", inside=region("07", "Päijät-Häme"))
    return institution("Opisto Esimerkki")


def institution(name: str) -> Institution:
    made = factories.institution(name)
    if not made.levels.exists():
        ladder.create_defaults(made)
    return made


def sheet(*rows: dict[str, Any]) -> bytes:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings)
    writer.writerows([row.get(key, "") for key in headings] for row in rows)
    return text.getvalue().encode()


def bring(at: Institution, *rows: dict[str, Any], by: Viewer | None = None) -> dict[str, int]:
    batch, _plan, _table = importing.import_at_once(
        sheet(*rows), "test.csv", institution_id=at.pk, by=by or Viewer.system("test")
    )
    return {key: batch.counts[key] for key in ("created", "updated", "unchanged", "rejected")}


def only(at: Institution) -> Stakeholder:
    return Stakeholder.objects.get(institution=at)


def now(stakeholder: Stakeholder) -> Standing:
    return stakeholder.standings.order_by("valid").last()  # type: ignore[return-value]


PARTNER = {
    "Yritys": "Hattaran Konepaja Oy",
    "Y-tunnus": NUMBER,
    "Kunta": "Hämeenlinna",
    "Rooli": "työnantaja",
    "Taso": "Kumppani",
    "Sisältö": "työelämä, hanke",
    "Yhteyshenkilö": "Höpönen, Helmi",
    "Sähköposti": "helmi@hattara.example",
    "Puhelin": "040 555 0100",
    "Viimeisin kontakti": "3.2.2025",
    "Huomiot": "Soita ensin",
    "Autopaikka": "P2",
}


def test_row_becomes_an_organisation_a_partner_and_evidence(here: Institution) -> None:
    assert bring(here, PARTNER)["created"] == 1
    stakeholder = only(here)
    organisation = stakeholder.organisation
    assert (organisation.name_fi, organisation.business_id, organisation.municipality_id) == (
        "Hattaran Konepaja Oy",
        NUMBER,
        "109",
    )
    assert (organisation.kind, organisation.public, organisation.region_id) == (
        "company",
        False,
        "05",
    )
    assert organisation.fact_sources["business_id"] == here.pk
    assert stakeholder.roles == ["employer"]
    assert stakeholder.extra == {"Autopaikka": "P2"}
    assert stakeholder.notes == "Soita ensin"
    held = now(stakeholder)
    assert held.level is not None
    assert (held.level.rank, held.valid.lower, held.state) == (3, None, "active")
    assert len(held.contents) == 2
    contact = stakeholder.contacts.get()
    assert (contact.person.given_name, contact.person.email) == ("Helmi", "helmi@hattara.example")
    assert contact.person.retention_until is not None
    entry = stakeholder.dialogue.get()
    assert (entry.kind, entry.on) == ("contact", date(2025, 2, 3))
    assert list(differences({"dialogue": evidence.rebuild_dialogue})) == []
    assert Entry.objects.get(title="Hattaran Konepaja Oy").kind == "partnership"
    assert Entry.objects.filter(title="Helmi Höpönen", institution_id=here.pk).count() == 1


def test_history_tells_who_imported(here: Institution) -> None:
    person = person_with_role(here)
    bring(here, PARTNER, by=viewer(person))
    event = only(here).organisation.events.get()
    assert event.pgh_context.metadata["user"] == person.user_id


def test_same_file_again_changes_nothing(here: Institution) -> None:
    rows = [
        PARTNER,
        {"Yritys": "Satumaan Hoiva", "Kunta": "Forssa", "Alkanut": "2019"},
        {"Yritys": "Ilman paikkaa"},
    ]
    assert bring(here, *rows)["created"] == 3
    events = _events()
    assert bring(here, *rows) == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert _events() == events


def _events() -> int:
    return sum(
        model.pgh_event_model.objects.count()
        for model in (Organisation, Stakeholder, Standing, Contact, DialogueEntry, Person)
    )


def test_messy_example_counts_each_row_once(here: Institution) -> None:
    places.load_places()
    content = (EXAMPLES / "partners-messy.xlsx").read_bytes()
    facts = {"institution_id": here.pk, "by": Viewer.system("test")}
    batch, plan, _table = importing.import_at_once(content, "messy.xlsx", **facts)
    counts = batch.counts
    assert counts["rows"] == sum(
        counts[key] for key in ("created", "updated", "unchanged", "rejected")
    )
    assert counts["rejected"] == 5
    assert counts["created"] > 95
    assert ("level", "Työelämäkumppani") in plan.unknown
    assert Organisation.objects.filter(name_fi="=CMD|' /C calc'!A0").exists()
    again, _plan, _table = importing.import_at_once(content, "messy.xlsx", **facts)
    assert (again.counts["created"], again.counts["updated"], again.counts["conflicts"]) == (
        0,
        0,
        0,
    )


def test_repeat_in_the_file_is_unchanged_and_an_addition_updated(here: Institution) -> None:
    second = PARTNER | {"Yhteyshenkilö": "Onni Toinen", "Sähköposti": "onni@hattara.example"}
    assert bring(here, PARTNER, PARTNER, second) == {
        "created": 1, "updated": 1, "unchanged": 1, "rejected": 0,
    }  # fmt: skip
    assert only(here).contacts.count() == 2


def test_bad_rows_are_rejected_with_a_reason(here: Institution) -> None:
    batch, plan, _table = importing.import_at_once(
        sheet(
            {"Yritys": "Väärä Oy", "Y-tunnus": "9300000-1", "Alkanut": ""},
            {"Yritys": "", "Y-tunnus": OTHER_NUMBER, "Alkanut": "2020"},
            {"Yritys": "Päivätön Oy", "Y-tunnus": "", "Alkanut": "31.2.2020"},
            {"Yritys": "Hattara Oy", "Y-tunnus": NUMBER, "Alkanut": "syksy 2021"},
            {"Yritys": "Aivan Muu Firma", "Y-tunnus": NUMBER, "Alkanut": "2020"},
        ),
        "test.csv",
        institution_id=here.pk,
        by=Viewer.system("test"),
    )
    assert [line.action for line in plan.lines] == ["rejected"] * 3 + ["created", "rejected"]
    assert all(line.reasons for line in plan.lines if line.action == "rejected")
    assert only(here).extra == {"Alkanut": "syksy 2021"}
    rows = list(importing.rejected_rows(batch))
    assert rows[0][:2] == ["Väärä Oy", "9300000-1"]
    assert "9300000-1" in rows[0][-1]


def test_unknown_value_is_kept_mapped_once_and_remembered(here: Institution) -> None:
    row = {"Yritys": "Hattara Oy", "Kunta": "Lahti", "Taso": "Työelämäkumppani"}
    batch, _plan, _table = importing.import_at_once(
        sheet(row), "a.csv", institution_id=here.pk, by=Viewer.system("test")
    )
    assert batch.counts["unmapped"] == 1
    assert only(here).extra == {"Taso": "Työelämäkumppani"}
    level = here.levels.get(rank=3)
    importing.map_values(
        batch, {("level", "Työelämäkumppani"): str(level.pk)}, by=Viewer.system("test")
    )
    assert bring(here, row)["updated"] == 1
    assert now(only(here)).level == level
    assert only(here).extra == {}
    assert bring(here, row)["unchanged"] == 1


def test_what_a_person_changed_wins_and_is_shown(here: Institution) -> None:
    bring(here, PARTNER)
    stakeholder = only(here)
    strategic = here.levels.get(rank=4)
    standing.change(
        stakeholder,
        on=date(2025, 5, 1),
        reason="Päätös",
        by=Viewer.system("test"),
        level_id=strategic.pk,
    )
    _batch, plan, _table = importing.import_at_once(
        sheet(PARTNER), "b.csv", institution_id=here.pk, by=Viewer.system("test")
    )
    line = plan.lines[0]
    assert line.action == Line.Action.UNCHANGED
    assert line.conflicts == [
        {"field": "level", "file": str(here.levels.get(rank=3).pk), "here": str(strategic.pk)}
    ]
    assert now(stakeholder).level == strategic


def test_changed_file_changes_what_nobody_touched(here: Institution) -> None:
    bring(here, PARTNER)
    assert (
        bring(here, PARTNER | {"Taso": "Strateginen kumppani", "Kunta": "Forssa"})["updated"] == 1
    )
    stakeholder = only(here)
    assert now(stakeholder).level.rank == 4  # type: ignore[union-attr]
    assert stakeholder.standings.count() == 2
    assert stakeholder.organisation.municipality_id == "061"


def test_level_that_a_leader_decides_is_not_changed_by_a_coordinator(here: Institution) -> None:
    bring(here, PARTNER)
    for role, rank in (("coordinator", 3), ("leader", 4)):
        person = viewer(person_with_role(here, role))
        content = sheet(PARTNER | {"Taso": "Strateginen kumppani"})
        batch = importing.upload(content, "a.csv", institution_id=here.pk, by=person)
        importing.plan(batch)
        assert len(batch.lines.get().conflicts) == (1 if rank == 3 else 0)
        importing.start_apply(batch, by=person)
        importing.apply(batch, by=person)
        assert now(only(here)).level.rank == rank  # type: ignore[union-attr]
        # What the coordinator's file said is known, and what the leader decides is a change of it.
        batch.delete()


def test_own_institution_is_no_partner(here: Institution) -> None:
    Organisation.objects.filter(pk=here.pk).update(business_id=OTHER_NUMBER)
    row = {"Yritys": "Opisto Esimerkki", "Y-tunnus": OTHER_NUMBER}
    assert bring(here, row)["rejected"] == 1


def test_ended_contact_is_not_brought_back(here: Institution) -> None:
    bring(here, PARTNER)
    contacts.end(only(here).contacts.get(), by=Viewer.system("test"))
    assert bring(here, PARTNER)["unchanged"] == 1
    assert only(here).contacts.count() == 1


def test_fact_of_a_register_is_proposed_not_overwritten(here: Institution) -> None:
    public = Organisation.objects.create(
        slug="hattara", name_fi="Hattaran Konepaja Oy", name_key="hattaran konepaja",
        business_id=NUMBER, municipality=municipality("061", "Forssa"), public=True,
        fact_sources={"name_fi": "register", "business_id": "register", "municipality": "register"},
    )  # fmt: skip
    bring(here, PARTNER)
    public.refresh_from_db()
    assert only(here).organisation == public
    assert public.municipality_id == "061"
    assert FactProposal.objects.get().value == "109"
    assert bring(here, PARTNER)["unchanged"] == 1
    assert FactProposal.objects.count() == 1


def test_second_institution_confirms_an_entry_and_sees_nothing_of_the_first(
    here: Institution,
) -> None:
    other = institution("Opisto Toinen")
    bring(here, PARTNER)
    assert not Organisation.objects.get(business_id=NUMBER).public
    assert bring(other, PARTNER)["created"] == 1
    organisation = Organisation.objects.get(business_id=NUMBER)
    assert organisation.public
    assert organisation.stakeholders.count() == 2
    assert Person.objects.filter(email="helmi@hattara.example").count() == 2


def test_hidden_entries_of_others_are_no_candidates(here: Institution) -> None:
    other = institution("Opisto Toinen")
    bring(other, {"Yritys": "Satulinnan Rakennus Oy", "Kunta": "Lahti"})
    _batch, plan, _table = importing.import_at_once(
        sheet({"Yritys": "Satulinan Rakenus Oy", "Kunta": "Lahti"}),
        "a.csv",
        institution_id=here.pk,
        by=Viewer.system("test"),
    )
    assert plan.lines[0].candidates == []


def test_similar_name_is_a_possible_duplicate_that_a_person_settles(here: Institution) -> None:
    bring(here, {"Yritys": "Satulinnan Rakennus Oy", "Kunta": "Lahti"})
    person = viewer(person_with_role(here))
    batch = importing.upload(
        sheet({"Yritys": "Satulinan Rakenus Oy", "Kunta": "Lahti"}),
        "a.csv",
        institution_id=here.pk,
        by=person,
    )
    importing.plan(batch)
    line = batch.lines.get()
    assert line.action == "created"
    assert line.candidates[0]["id"] == only(here).organisation_id
    batch.refresh_from_db()
    importing.settle(
        batch.lines.select_related("batch").get(), by=person, decision=str(line.candidates[0]["id"])
    )
    importing.plan(batch)
    assert batch.lines.get().action == "unchanged"
    importing.start_apply(batch, by=person)
    importing.apply(batch, by=person)
    assert Stakeholder.objects.count() == 1
    # The decision is remembered by what the row is recognised by.
    assert bring(here, {"Yritys": "Satulinan Rakenus Oy", "Kunta": "Lahti"})["unchanged"] == 1


def test_rejected_row_is_corrected_in_place(here: Institution) -> None:
    person = viewer(person_with_role(here))
    batch = importing.upload(
        sheet({"Yritys": "Hattara Oy", "Y-tunnus": "9300000-1"}),
        "a.csv",
        institution_id=here.pk,
        by=person,
    )
    importing.plan(batch)
    line = batch.lines.select_related("batch").get()
    assert line.action == "rejected"
    line.batch.refresh_from_db()
    importing.settle(line, by=person, corrections={1: NUMBER})
    importing.plan(batch)
    assert batch.lines.get().action == "created"
    importing.start_apply(batch, by=person)
    importing.apply(batch, by=person)
    batch.refresh_from_db()
    assert (batch.state, batch.content) == (Batch.State.APPLIED, None)
    assert only(here).organisation.business_id == NUMBER


def test_end_makes_two_periods(here: Institution) -> None:
    bring(here, {"Yritys": "Mennyt Oy", "Kunta": "Lahti", "Alkanut": "2016", "Päättynyt": "2018"})
    rows = list(only(here).standings.order_by("valid"))
    assert [(row.state, row.valid.lower, row.valid.upper) for row in rows] == [
        ("active", date(2016, 1, 1), date(2019, 1, 1)),
        ("ended", date(2019, 1, 1), None),
    ]
    again = bring(
        here, {"Yritys": "Mennyt Oy", "Kunta": "Lahti", "Alkanut": "2016", "Päättynyt": "2018"}
    )
    assert again["unchanged"] == 1


def test_dry_run_writes_nothing(here: Institution) -> None:
    _batch, plan, _table = importing.import_at_once(
        sheet(PARTNER), "a.csv", institution_id=here.pk, by=Viewer.system("test"), dry_run=True
    )
    assert plan.counts["created"] == 1
    assert not Stakeholder.objects.exists()
    assert not Batch.objects.exists()


def test_error_in_the_middle_leaves_nothing(
    here: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = viewer(person_with_role(here))
    batch = importing.upload(sheet(PARTNER), "a.csv", institution_id=here.pk, by=person)
    importing.plan(batch)
    importing.start_apply(batch, by=person)
    # Somebody has taken the number between the plan and the writing, outside the importer's sight.
    monkeypatch.setattr("solmu.partnerships.importing.known.Known.find", lambda *_: None)
    Organisation.objects.create(slug="x", name_fi="X", business_id=NUMBER, country="FI")
    importing.apply(batch, by=person)
    batch.refresh_from_db()
    assert batch.state == Batch.State.FAILED
    assert not Stakeholder.objects.exists()


def test_applying_twice_writes_once(here: Institution) -> None:
    person = viewer(person_with_role(here))
    batch = importing.upload(sheet(PARTNER), "a.csv", institution_id=here.pk, by=person)
    importing.plan(batch)
    importing.start_apply(batch, by=person)
    importing.apply(batch, by=person)
    importing.apply(batch, by=person)
    assert Stakeholder.objects.count() == 1


def test_file_without_names_is_refused(here: Institution) -> None:
    with pytest.raises(ReadingError):
        bring(here, {"Puhelin": "040 555 0100", "Sähköposti": "a@b.example"})


def test_mapping_of_another_institution_is_not_used(here: Institution) -> None:
    other = institution("Opisto Toinen")
    ValueMapping.objects.create(
        institution_id=other.pk, kind="organisations", field="level", value="Kulta", target="leave"
    )
    batch, _plan, _table = importing.import_at_once(
        sheet({"Yritys": "A Oy", "Taso": "Kulta"}),
        "a.csv",
        institution_id=here.pk,
        by=Viewer.system("test"),
    )
    assert batch.counts["unmapped"] == 1


# Undo


def test_undo_takes_everything_back(here: Institution) -> None:
    bring(here, PARTNER, {"Yritys": "Satumaa", "Kunta": "Lahti"})
    batch = Batch.objects.get()
    import_undoing.undo(batch, by=Viewer.system("test"))
    batch.refresh_from_db()
    assert batch.state == Batch.State.UNDONE
    assert batch.kept_after_undo == []
    for model in (Stakeholder, Standing, Contact, DialogueEntry):
        assert not model.objects.exists()
    assert not Person.objects.filter(email="helmi@hattara.example").exists()
    assert not Organisation.objects.filter(business_id=NUMBER).exists()
    assert not Entry.objects.exclude(institution_id=None).exists()
    assert list(differences({"dialogue": evidence.rebuild_dialogue})) == []
    assert bring(here, PARTNER)["created"] == 1


@pytest.mark.django_db(transaction=True)
def test_undo_keeps_what_was_changed_or_linked_since(here: Institution) -> None:
    other = institution("Opisto Toinen")
    rows = [
        {"Yritys": f"{name} Oy", "Kunta": "Lahti"}
        for name in ("Muutettu", "Keskusteltu", "Toisenkin", "Vapaa")
    ]
    bring(here, *rows)
    batch = Batch.objects.get()
    by_name = {one.organisation.name_fi: one for one in Stakeholder.objects.all()}
    standing.change(
        by_name["Muutettu Oy"],
        on=date(2025, 5, 1),
        reason="Tauko",
        by=Viewer.system("test"),
        state="paused",
    )
    factories.entry(by_name["Keskusteltu Oy"], date(2025, 5, 1))
    bring(other, {"Yritys": "Toisenkin Oy", "Kunta": "Lahti"})
    import_undoing.undo(batch, by=Viewer.system("test"))
    batch.refresh_from_db()
    left = Stakeholder.objects.filter(institution=here).values_list(
        "organisation__name_fi", flat=True
    )
    assert set(left) == {"Muutettu Oy", "Keskusteltu Oy"}
    assert Organisation.objects.filter(name_fi="Toisenkin Oy").exists()
    assert not Organisation.objects.filter(name_fi="Vapaa Oy").exists()
    assert {entry["name"] for entry in batch.kept_after_undo} == {
        "Muutettu Oy",
        "Keskusteltu Oy",
        "Toisenkin Oy",
    }


def test_undo_keeps_people_who_are_needed_elsewhere(here: Institution) -> None:
    bring(here, PARTNER)
    batch = Batch.objects.get()
    helmi = Person.objects.get(email="helmi@hattara.example")
    # A relation that has no name at the person's end.
    elsewhere = factories.partner(institution("Opisto Toinen"))
    Standing.objects.filter(stakeholder=elsewhere).update(counterpart=helmi)
    told: list[float] = []

    class Told(importing.Progress):
        def step(self, stage: str, part: float = 0) -> None:
            told.append(part)

    progress = Told(batch, import_undoing.STAGES)
    import_undoing.undo(batch, by=Viewer.system("test"), progress=progress)
    batch.refresh_from_db()
    assert not Stakeholder.objects.filter(institution=here).exists()
    assert Person.objects.filter(pk=helmi.pk).exists()
    assert batch.kept_after_undo == [{"name": str(helmi), "why": import_undoing.USED}]
    assert told[0] == 0
    assert told == sorted(told)
    assert 0.5 < told[-1] < 1


def test_undo_of_a_change_gives_the_values_back(here: Institution) -> None:
    bring(here, PARTNER)
    bring(here, PARTNER | {"Taso": "Strateginen kumppani", "Kunta": "Forssa", "Huomiot": "Uusi"})
    second = Batch.objects.order_by("pk").last()
    assert second
    import_undoing.undo(second, by=Viewer.system("test"))
    stakeholder = only(here)
    assert now(stakeholder).level.rank == 3  # type: ignore[union-attr]
    assert stakeholder.standings.count() == 1
    assert stakeholder.notes == "Soita ensin"
    assert stakeholder.organisation.municipality_id == "109"


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_create_one_organisation(here: Institution) -> None:
    other = institution("Opisto Toinen")
    errors: list[BaseException] = []

    def run(at: Institution) -> None:
        try:
            bring(at, PARTNER)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[at]) for at in (here, other, here)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Organisation.objects.filter(business_id=NUMBER).count() == 1
    assert Stakeholder.objects.count() == 2
    assert connection.connection is not None


@pytest.mark.django_db(transaction=True)
def test_killed_import_leaves_nothing_and_runs_again(here: Institution, tmp_path: Path) -> None:
    file = tmp_path / "kumppanit.csv"
    file.write_bytes(sheet(*({"Yritys": f"Yritys {n} Oy", "Kunta": "Lahti"} for n in range(50))))
    slug = here.organisation.slug
    command = [sys.executable, "-m", "solmu.cli", "import", "organisations", str(file)]
    command += ["--institution", slug, "--json"]
    with transaction.atomic():
        with connection.cursor() as cursor:
            # The importer has written organisations when it comes to the index, and waits there.
            cursor.execute("LOCK TABLE search_entry IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_until_it_waits()
        finally:
            process.kill()
            process.wait()
    assert not Stakeholder.objects.exists()
    assert not Organisation.objects.filter(name_fi="Yritys 1 Oy").exists()
    assert not Batch.objects.exists()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    counts = json.loads(done.stdout)
    assert (counts["rows"], counts["created"], counts["rejected_file"]) == (50, 50, None)


def _wait_until_it_waits() -> None:
    for _turn in range(600):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND relation = 'search_entry'::regclass"
            )
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.05)
    pytest.fail("the importer never came to the index")


def test_large_import_is_undone_by_a_worker(
    here: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_undoing, "UNDONE_AT_ONCE", 0)
    bring(here, PARTNER)
    person = viewer(person_with_role(here))
    batch = Batch.objects.get()
    import_undoing.start_undo(batch, by=person)
    batch.refresh_from_db()
    assert batch.state == Batch.State.UNDOING
    import_undoing.undo(batch, by=person)
    assert not Stakeholder.objects.exists()


def test_many_rows_leave_no_words_waiting(
    here: Institution, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importing, "MANY", 1)
    assert bring(here, PARTNER, {"Yritys": "Muu Esimerkki Oy"})["created"] == 2
    assert not caplog.records  # the tidying on a connection of its own went well
    with connection.cursor() as cursor:
        for index in importing.GIN_INDEXES:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
            assert cursor.fetchone() == (0,)


def test_planning_tells_how_far_it_is(here: Institution) -> None:
    told: list[tuple[str, float]] = []

    class Told(importing.Progress):
        def step(self, stage: str, part: float = 0) -> None:
            told.append((stage, part))

    content = sheet({"Yritys": "Hattaran Konepaja Oy", "Kunta": "Hämeenlinna"})
    batch = importing.upload(content, "a.csv", institution_id=here.pk, by=Viewer())
    importing.plan(batch, progress=Told(batch, importing.STAGES_OF_PLANNING))
    assert told == [("reading", 0), ("comparing", 0), ("comparing", 0.5), ("keeping", 0)]
