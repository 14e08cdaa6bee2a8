"""What one institution, role or reader must not learn from another, where it could have slipped."""

import csv
import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from solmu.audit import changes
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.notifications.models import Message
from solmu.organisations import merging
from solmu.organisations.models import Affiliation, Institution, Organisation
from solmu.organisations.permissions import can_write
from solmu.organisations.tests import factories as directory
from solmu.partnerships import standing
from solmu.partnerships.importing import batches as importing
from solmu.partnerships.importing import command as importing_cli
from solmu.partnerships.models import DialogueEntry, Stakeholder
from solmu.partnerships.partner import confirming, contacts
from solmu.partnerships.picture.picture import Picture, area_of
from solmu.partnerships.picture.waiting import waiting
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NUMBER = "9300000-9"
ROW = {"Yritys": "Hattaran Konepaja Oy", "Y-tunnus": NUMBER, "Kunta": "Hämeenlinna"}


@pytest.fixture
def here() -> Institution:
    directory.municipality()
    return factories.institution("Opisto Esimerkki")


@pytest.fixture
def elsewhere() -> Institution:
    return factories.institution("Toinen opisto")


def sheet(*rows: dict[str, Any]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def bring(at: Institution, *rows: dict[str, Any], by: Viewer | None = None) -> None:
    importing.import_at_once(
        sheet(*rows), "a.csv", institution_id=at.pk, by=by or Viewer.system("test")
    )


def colleague(at: Institution, role: str = "coordinator") -> Viewer:
    return directory.viewer(directory.person_with_role(at, role))


def told(stakeholder: Stakeholder, viewer: Viewer) -> str:
    """The history of the organisation as the viewer reads it: who, and why."""
    page = changes.read(changes.of_record(stakeholder.organisation), viewer)
    return " ".join(f"{change.who} {change.reason}" for change in page.changes)


def test_import_by_the_command_line_isnt_told_to_others(
    here: Institution, elsewhere: Institution, tmp_path: Path
) -> None:
    file = tmp_path / "esimerkin-kumppanit.csv"
    file.write_bytes(sheet(ROW))
    slug = here.organisation.slug
    assert importing_cli.main(["organisations", str(file), "--institution", slug]) == 0
    bring(elsewhere, ROW)  # so that both see the entry
    stakeholder = Stakeholder.objects.get(institution=here)
    assert stakeholder.organisation.public or stakeholder.organisation.sources.count() == 2
    assert "esimerkin-kumppanit" in told(stakeholder, colleague(here))
    assert "esimerkin-kumppanit" not in told(stakeholder, colleague(elsewhere))


def test_import_keeps_its_reason_when_it_confirms_anothers_entry(
    here: Institution, elsewhere: Institution
) -> None:
    bring(here, ROW)
    by = colleague(elsewhere)
    bring(elsewhere, ROW, by=by)
    event = Stakeholder.objects.get(institution=elsewhere).events.get()
    assert "a.csv" in event.pgh_context.metadata["reason"]
    stakeholder = Stakeholder.objects.get(institution=here)
    assert stakeholder.organisation.public
    assert by.name not in told(stakeholder, colleague(here))
    assert "a.csv" in told(stakeholder, colleague(elsewhere))


def test_import_leaves_the_facts_of_who_has_an_account(here: Institution) -> None:
    row = ROW | {"Yhteyshenkilö": "Helmi Höpönen", "Puhelin": "040 555 0100"}
    bring(here, row | {"Sähköposti": "helmi@hattara.example"})
    person = Person.objects.get(family_name="Höpönen")
    person.user = directory.user("helmi@hattara.example")
    person.save()
    bring(here, row | {"Sähköposti": "varas@muualla.example", "Puhelin": "040 555 0199"})
    person.refresh_from_db()
    assert (person.email, person.phone) == ("helmi@hattara.example", "040 555 0100")


def test_leaders_file_approved_by_a_coordinator_leaves_leaders_levels(here: Institution) -> None:
    bring(here, ROW | {"Taso": "Kumppani"})
    leader, coordinator = colleague(here, "leader"), colleague(here)
    content = sheet(ROW | {"Taso": "Strateginen kumppani"})
    batch = importing.upload(content, "a.csv", institution_id=here.pk, by=leader)
    importing.start_plan(batch, by=coordinator)
    assert batch.lines.get().conflicts
    batch.refresh_from_db()
    importing.start_apply(batch, by=coordinator)
    batch.refresh_from_db()
    importing.apply(batch, by=coordinator)
    held = Stakeholder.objects.get(institution=here).standings.get()
    assert held.level
    assert held.level.rank == 3


def test_file_says_that_a_new_partner_s_level_is_a_leader_s_to_decide(here: Institution) -> None:
    row = ROW | {"Taso": "Strateginen kumppani"}
    for person, notes in ((colleague(here), 1), (colleague(here, "leader"), 0)):
        batch = importing.upload(sheet(row), "a.csv", institution_id=here.pk, by=person)
        importing.start_plan(batch, by=person)
        assert len(batch.lines.get().notes) == notes


def test_leaders_decision_is_not_undone_by_a_coordinator(here: Institution) -> None:
    partner = factories.partner(here, rank=4)
    leader, coordinator = colleague(here, "leader"), colleague(here)
    lower = {"on": clock.today(), "reason": "x", "level": factories.level(here, 3)}
    changed = standing.change(partner, by=leader, **lower)
    with pytest.raises(standing.NotYoursToDecideError):
        standing.undo(changed, by=coordinator)
    standing.undo(changed, by=leader)
    other = standing.change(partner, on=clock.today(), reason="x", by=leader, goals="Uusi")
    standing.undo(other, by=coordinator)


def test_limited_task_leaves_my_day_with_the_leaders_role(here: Institution) -> None:
    partner = factories.partner(here)
    DialogueEntry.objects.create(
        stakeholder=partner, kind="task", on=clock.today(), due_on=clock.today(),
        title="Salainen asia", limited=True,
    )  # fmt: skip
    person = directory.person_with_role(here, "leader")

    def waits() -> str:
        viewer = directory.viewer(person)
        today = clock.today()
        return " ".join(w.note for w in waiting(Picture(viewer, area_of(here.pk), today, today)))

    assert "Salainen" in waits()
    Affiliation.objects.filter(person=person).update(role="coordinator")
    assert "Salainen" not in waits()


def test_confirmation_page_sends_its_address_nowhere(here: Institution) -> None:
    partner = factories.partner(here)
    by = colleague(here)
    contact = contacts.add(partner, by=by, given_name="Berit", email="berit@posti.example")
    confirming.ask(partner, contact, shows=["form"], by=by)
    text = Message.objects.get(kind="confirmation").text
    path = next(word for word in text.split() if "/partners/confirm/" in word)
    path = "/partners" + path.split("/partners", 1)[1]
    for address in (path, "/partners/confirm/nothing-here/"):
        assert Client().get(address)["Referrer-Policy"] == "strict-origin"


def test_role_that_ended_yesterday_opens_nothing(here: Institution) -> None:
    partner = factories.partner(here)
    person = directory.person_with_role(here, "leader")
    client = Client()
    assert person.user
    client.force_login(person.user)
    address = partner.get_absolute_url()
    assert client.get(address).status_code == 200
    today = clock.today()
    held = Affiliation.objects.filter(person=person)
    held.update(valid=period(today - timedelta(days=9), today - timedelta(days=1)))
    assert client.get(address).status_code == 404
    held.update(valid=period(today + timedelta(days=1)))
    assert client.get(address).status_code == 404
    held.update(valid=period(today))
    assert client.get(address).status_code == 200
    person.user.is_active = False
    person.user.save()
    assert client.get(address).status_code == 302


def test_contributor_no_longer_owner_may_not_edit(here: Institution) -> None:
    person = directory.person_with_role(here, "contributor")
    partner = factories.partner(here, owner=person)
    client = Client()
    assert person.user
    client.force_login(person.user)
    address = f"{partner.get_absolute_url()}change/"
    assert client.get(address).status_code == 200
    standing.change(partner, on=clock.today(), reason="x", by=Viewer.system("test"), owner=None)
    assert client.get(address).status_code == 403
    assert client.get(f"/partners/{partner.pk}/move/?on=2020-01-01").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_import_while_its_entry_is_merged_away_writes_nothing(here: Institution) -> None:
    entry = directory.organisation("Hattaran Konepaja Oy", business_id=NUMBER)
    kept = directory.organisation("Hattaran Konepaja")
    failed: list[RuntimeError] = []

    def bring_it() -> None:
        try:
            bring(here, ROW)
        except RuntimeError as error:
            failed.append(error)
        connections.close_all()

    thread = threading.Thread(target=bring_it)
    with transaction.atomic(), connection.cursor() as cursor:
        Organisation.objects.filter(pk=entry.pk).select_for_update().get()
        thread.start()
        for _turn in range(500):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                break
            threading.Event().wait(0.01)
        merging.ask(kept, entry, by=Viewer.system("test"), choices={})
    thread.join()
    assert failed
    assert not Stakeholder.objects.exists()
    bring(here, ROW)
    assert Stakeholder.objects.get().organisation_id == kept.pk


def test_directory_facts_are_written_by_who_edits_the_partner(here: Institution) -> None:
    owner = directory.person_with_role(here, "contributor")
    partner = factories.partner(here, owner=owner)
    organisation = partner.organisation
    public = directory.organisation()

    writers = [directory.viewer(owner), colleague(here), colleague(here, "leader")]
    others = [colleague(here, "contributor"), colleague(here, "reader")]

    assert [can_write(viewer, organisation) for viewer in writers] == [True, True, True]
    assert [can_write(viewer, organisation) for viewer in others] == [False, False]
    assert not any(can_write(viewer, public) for viewer in writers)
