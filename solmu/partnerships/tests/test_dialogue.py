from datetime import date, timedelta

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.tests import factories as directory
from solmu.partnerships import evidence
from solmu.partnerships.models import DialogueEntry, Stakeholder
from solmu.partnerships.partner import contacts, dialogue
from solmu.partnerships.partner.dialogue import DialogueError
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.search import finding
from solmu.search.models import Entry
from solmu.ties import writing
from solmu.ties.models import Evidence

pytestmark = pytest.mark.django_db

SYSTEM = Viewer.system("test")
TODAY = clock.today()


@pytest.fixture
def stakeholder() -> Stakeholder:
    return factories.partner(factories.institution(), "Konepaja Oy")


@pytest.fixture
def cast(stakeholder: Stakeholder) -> dict[str, Person]:
    roles = ("leader", "coordinator", "contributor", "reader")
    people = {role: directory.person_with_role(stakeholder.institution, role) for role in roles}
    people["author"] = directory.person_with_role(stakeholder.institution, "contributor")
    people["admin"] = directory.admin()
    people["outsider"] = directory.person_with_role(factories.institution(), "leader")
    return people


def meet(of: Stakeholder, by: Viewer = SYSTEM, **facts: object) -> DialogueEntry:
    return dialogue.log(
        of, **{"kind": "meeting", "on": TODAY, "title": "Suunnittelu", "by": by, **facts}
    )


@pytest.mark.parametrize("kind", DialogueEntry.Kind.values)
def test_what_both_took_part_in_is_evidence(stakeholder: Stakeholder, kind: str) -> None:
    entry = meet(stakeholder, kind=kind, on=date(2026, 3, 2))

    rows = Evidence.objects.filter(source_kind="dialogue", source_id=entry.pk)
    if kind in DialogueEntry.TOGETHER:
        row = rows.get()
        assert row.valid == period(date(2026, 3, 2), date(2026, 3, 2))
        assert row.institution_id == stakeholder.institution_id
        assert {row.a_id, row.b_id} == {stakeholder.institution_id, stakeholder.organisation_id}
    else:
        assert not rows.exists()


def test_edit_moves_evidence_and_search_entry(stakeholder: Stakeholder) -> None:
    entry = meet(stakeholder)

    dialogue.edit(entry, by=SYSTEM, on=TODAY - timedelta(days=9), title="Hitsauspäivä")
    assert Evidence.objects.get().valid.lower == TODAY - timedelta(days=9)
    assert Entry.objects.get(kind="dialogue").title == "Hitsauspäivä"

    dialogue.edit(entry, by=SYSTEM, kind="note")
    assert not Evidence.objects.exists()


def test_remove_takes_evidence_and_search_entry_along_and_history_keeps_it(
    stakeholder: Stakeholder,
) -> None:
    entry = meet(stakeholder)

    dialogue.remove(entry, by=SYSTEM)

    assert not Evidence.objects.exists()
    assert not Entry.objects.filter(kind="dialogue").exists()
    assert [e.pgh_label for e in DialogueEntry.pgh_event_model.objects.order_by("pgh_id")] == [
        "insert",
        "delete",
    ]


def test_limited_entry_is_nobodys_evidence(stakeholder: Stakeholder) -> None:
    entry = meet(stakeholder, limited=True)
    assert not Evidence.objects.exists()

    dialogue.edit(entry, by=SYSTEM, limited=False)
    assert Evidence.objects.exists()


def test_tasks_are_finished_and_opened_again(stakeholder: Stakeholder) -> None:
    task = meet(stakeholder, kind="task", due_on=TODAY)

    assert dialogue.finish(task, by=SYSTEM).done_on == TODAY
    assert dialogue.reopen(task, by=SYSTEM).done_on is None


def test_what_has_not_happened_is_not_logged(stakeholder: Stakeholder) -> None:
    with pytest.raises(DialogueError):
        meet(stakeholder, on=TODAY + timedelta(days=1))
    with pytest.raises(DialogueError):
        meet(stakeholder, title=" ")


def test_contact_of_another_partner_is_refused(stakeholder: Stakeholder) -> None:
    other = factories.stakeholder(stakeholder.institution)
    contact = contacts.add(other, by=SYSTEM, given_name="Aino", email="aino@posti.example")
    with pytest.raises(DialogueError):
        meet(stakeholder, contact=contact)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("author", True),
        ("leader", True),
        ("coordinator", False),
        ("contributor", False),
        ("reader", False),
        ("admin", False),
        ("outsider", False),
    ],
)
def test_limited_note_is_for_its_author_and_the_leaders(
    stakeholder: Stakeholder, cast: dict[str, Person], role: str, *, sees: bool
) -> None:
    author = directory.viewer(cast["author"])
    entry = meet(stakeholder, by=author, kind="note", title="Luottamuksellinen", limited=True)
    viewer = directory.viewer(cast[role])
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast[role].user, backend="solmu.people.viewing.ViewerBackend")

    assert DialogueEntry.objects.visible_to(viewer).filter(pk=entry.pk).exists() is sees
    assert bool(finding.find(viewer, "Luottamuksellinen")) is sees
    for tab in ("overview", "dialogue", "together", "history"):
        page = client.get(f"/partners/{stakeholder.pk}/?tab={tab}")
        if role == "outsider":
            assert page.status_code == 404
        else:
            expected = sees and tab != "together"
            assert ("Luottamuksellinen" in page.content.decode()) is expected, tab
    address = f"/partners/{stakeholder.pk}/dialogue/{entry.pk}/"
    assert (client.get(address).status_code == 200) is sees


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("leader", 302),
        ("coordinator", 302),
        ("contributor", 302),
        ("reader", 403),
        ("admin", 403),
        ("outsider", 404),
    ],
)
def test_all_but_readers_log(
    stakeholder: Stakeholder, cast: dict[str, Person], role: str, status: int
) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast[role].user, backend="solmu.people.viewing.ViewerBackend")

    answer = client.post(
        f"/partners/{stakeholder.pk}/dialogue/",
        {"kind": "call", "title": "Soitto", "on": TODAY.isoformat(), "text": "", "contact": ""},
    )

    assert answer.status_code == status
    assert DialogueEntry.objects.count() == (1 if status == 302 else 0)


def test_form_tells_what_is_missing(stakeholder: Stakeholder, cast: dict[str, Person]) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast["coordinator"].user, backend="solmu.people.viewing.ViewerBackend")

    answer = client.post(
        f"/partners/{stakeholder.pk}/dialogue/",
        {"kind": "visit", "title": "", "on": (TODAY + timedelta(days=3)).isoformat()},
    )

    assert answer.status_code == 422
    assert "Log it when it has happened" in answer.content.decode()


def test_text_in_another_language_is_marked(
    stakeholder: Stakeholder, cast: dict[str, Person]
) -> None:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(cast["coordinator"].user, backend="solmu.people.viewing.ViewerBackend")
    said = {"kind": "note", "title": "Lounas sovittu", "on": TODAY.isoformat()}

    client.post(f"/partners/{stakeholder.pk}/dialogue/", said)
    entry = DialogueEntry.objects.get()
    assert entry.language == "sv"

    address = f"/partners/{stakeholder.pk}/dialogue/{entry.pk}/"
    client.post(address, {**said, "language": "fi"})
    client.post(address, {**said, "title": "Lounas siirtyi"})

    entry.refresh_from_db()
    assert (entry.language, entry.title) == ("fi", "Lounas siirtyi")


def test_contributors_edit_only_their_own(
    stakeholder: Stakeholder, cast: dict[str, Person]
) -> None:
    entry = meet(stakeholder, by=directory.viewer(cast["author"]))
    address = f"/partners/{stakeholder.pk}/dialogue/{entry.pk}/"
    for role, status in (
        ("author", 200),
        ("coordinator", 200),
        ("contributor", 403),
        ("reader", 403),
    ):
        client = Client(headers={"accept-language": "en"})
        client.force_login(cast[role].user, backend="solmu.people.viewing.ViewerBackend")
        assert client.get(address).status_code == status, role


def test_rebuilding_finds_no_difference(stakeholder: Stakeholder) -> None:
    for kind in DialogueEntry.Kind.values:
        meet(stakeholder, kind=kind)
    meet(stakeholder, limited=True)

    rebuilders = {
        evidence.DIALOGUE: evidence.rebuild_dialogue,
        evidence.CONFIRMATION: evidence.rebuild_confirmations,
    }
    assert list(writing.differences(rebuilders)) == []
