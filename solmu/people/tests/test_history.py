from datetime import date

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from solmu.audit import changes, history
from solmu.audit.changes import Part
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db

AINO = Viewer(
    user_id=1,
    person_id=1,
    name="Aino Esimerkki",
    institution_id=7,
    roles={7: frozenset({"leader"})},
)
OUTSIDER = Viewer(user_id=2, name="Otto", institution_id=8, roles={8: frozenset({"leader"})})


@pytest.fixture
def person() -> Person:
    with history.acting(AINO, "tavattiin"):
        return Person.objects.create(given_name="Berit", retention_until=date(2030, 1, 1))


def read(person: Person, viewer: Viewer = AINO) -> list[changes.Change]:
    return changes.read(changes.of_record(person), viewer).changes


def test_change_tells_who_when_why_before_and_after(person: Person) -> None:
    with history.acting(AINO, "nimi muuttui"):
        person.given_name = "Brita"
        person.legal_basis = "consent"
        person.save()

    with override("en"):
        last, first = read(person)
        facts = {str(f.name): (f.before, f.after) for f in last.lines[0].facts}

    assert (last.who, last.reason) == ("Aino Esimerkki", "nimi muuttui")
    assert last.at >= first.at
    assert facts == {
        "given name": ("Berit", "Brita"),
        "legal basis": ("task in the public interest", "consent"),
    }
    assert first.lines[0].happened == "insert"


def test_dates_are_in_the_readers_language(person: Person) -> None:
    with override("fi"):
        (first,) = read(person)
        assert "1.1.2030" in [fact.after for fact in first.lines[0].facts]


def test_who_at_another_institution_is_not_told(person: Person) -> None:
    (change,) = read(person, OUTSIDER)
    assert "Aino" not in change.who
    assert change.reason == ""
    (change,) = read(person, Viewer(user_id=3, is_admin=True))
    assert change.who == "Aino Esimerkki"


def test_update_that_people_would_not_see_is_left_out(person: Person) -> None:
    with history.acting(AINO):
        Person.objects.filter(pk=person.pk).update(other_emails=["x@posti.example"])
    assert len(read(person)) == 1


def test_pages_go_on_where_the_last_ended(person: Person) -> None:
    # One test is one transaction, in which the clock of the database stands still.
    events = Person.pgh_event_model.objects
    for number in range(50):
        with history.acting(AINO, f"muutos {number}"):
            Person.objects.filter(pk=person.pk).update(phone=f"+358 {number}")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_personevent"
            " SET pgh_created_at = pgh_created_at + pgh_id * interval '1 second'"
        )
    assert events.count() == 51

    seen, before = [], ""
    while True:
        page = changes.read(changes.of_record(person), AINO, before)
        seen += [change.reason for change in page.changes]
        before = page.before
        if not before:
            break

    assert seen == [*(f"muutos {n}" for n in reversed(range(50))), "tavattiin"]


def test_number_of_queries_depends_on_the_parts_alone(person: Person) -> None:
    parts = [Part(Person, Q(pgh_obj_id=person.pk), "Person")]

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            changes.read(parts, AINO)
        return len(found)

    Person.objects.filter(pk=person.pk).update(phone="1")
    few = queries()
    for number in range(10):
        Person.objects.filter(pk=person.pk).update(phone=str(number))
    assert queries() == few


def test_broken_cursor_is_the_first_page(person: Person) -> None:
    page = changes.read(changes.of_record(person), AINO, "nonsense")
    assert len(page.changes) == 1
