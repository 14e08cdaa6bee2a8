"""Merging the two records of one person, by job and by page."""

from datetime import date

import pytest
from django.test import Client

from solmu.lib.periods import period
from solmu.organisations.tests import factories
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder
from solmu.people import merging
from solmu.people.models import Person, PersonMerge
from solmu.people.viewer import Viewer
from solmu.search.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADMIN = Viewer.system("test")


@pytest.fixture
def place():
    return factories.institution()


@pytest.fixture
def stakeholder(place):
    return Stakeholder.objects.create(institution=place, organisation=factories.organisation())


def contact(stakeholder, person, first=date(2020, 1, 1), last=None) -> Contact:
    return Contact.objects.create(
        stakeholder=stakeholder, person=person, valid=period(first, last), title="esihenkilö"
    )


def two(email_one="aino@a.example", email_two="Aino@b.example") -> tuple[Person, Person]:
    return (
        factories.person("Aino", "Ruislaakso", email=email_one),
        factories.person("Aino", "Ruislaakso", email=email_two, phone="040 123"),
    )


def rows() -> list[str]:
    return [
        str(sorted(row.items()))
        for model in (Person, Contact, DialogueEntry)
        for row in model.objects.order_by("pk").values()
    ]


def test_two_records_become_one_and_two_again(stakeholder):
    kept, gone = two()
    other = Stakeholder.objects.create(
        institution=stakeholder.institution, organisation=factories.organisation()
    )
    contact(stakeholder, kept)
    contact(other, gone)
    DialogueEntry.objects.create(
        stakeholder=other, kind="note", on=date(2025, 1, 1), title="x", author=gone
    )
    before = rows()

    done = merging.merge(kept, gone, by=ADMIN)
    kept.refresh_from_db()
    now = (kept.phone, kept.other_emails, kept.contacts.count(), DialogueEntry.objects.get().author)
    left = merging.take_back(done, by=ADMIN)

    assert now == ("040 123", ["aino@b.example"], 2, kept)
    assert left == []
    assert rows() == before


def test_contact_of_both_is_settled_by_a_person(stakeholder):
    kept, gone = two()
    contact(stakeholder, kept, date(2020, 1, 1), date(2023, 1, 1))
    contact(stakeholder, gone, date(2022, 1, 1))

    overlaps = merging.preview(kept, gone, {})
    with pytest.raises(merging.PersonMergeError):
        merging.merge(kept, gone, by=ADMIN)
    merging.merge(kept, gone, by=ADMIN, choices={overlaps[0].key: "kept"})

    assert [c.valid.lower for c in kept.contacts.order_by("valid")] == [
        date(2020, 1, 1),
        date(2023, 1, 2),
    ]


def test_the_record_with_an_account_stays(place):
    colleague = factories.person_with_role(place)
    older = factories.person()

    assert merging.ends(older, colleague)[0] == colleague
    with pytest.raises(merging.PersonMergeError):
        merging.ends(colleague, factories.person_with_role(place))


def test_merge_by_pages_and_the_index_follows(place, stakeholder):
    kept, gone = two()
    for person in (kept, gone):
        contact(
            stakeholder, person, date(2020, 1, 1), date(2021, 1, 1)
        ) if person == kept else contact(stakeholder, person, date(2022, 1, 1))
    client = Client()
    coordinator = factories.person_with_role(place)
    client.force_login(coordinator.user, backend="solmu.people.viewing.ViewerBackend")
    address = f"/partners/people/{kept.pk}/merge/"

    look = client.get(address, {"other": gone.pk})
    done = client.post(address, {"other": gone.pk})
    merge = PersonMerge.objects.get()
    back = client.post(f"{address}{merge.pk}/undo/")

    assert look.status_code == 200
    assert done.headers["Location"] == f"{stakeholder.get_absolute_url()}?tab=contacts"
    assert back.status_code == 302
    assert Entry.objects.filter(kind="contact").count() == 2


def test_whom_others_know_too_only_an_administrator_merges(place, stakeholder):
    kept, gone = two()
    contact(stakeholder, kept)
    contact(stakeholder, gone, date(2010, 1, 1), date(2011, 1, 1))
    elsewhere = Stakeholder.objects.create(
        institution=factories.institution(), organisation=factories.organisation()
    )
    contact(elsewhere, gone)
    address = f"/partners/people/{kept.pk}/merge/"
    answers = []
    for person in (factories.person_with_role(place), factories.admin()):
        client = Client()
        client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
        answers.append(client.post(address, {"other": gone.pk}).status_code)

    assert answers == [422, 302]


def test_people_of_others_are_not_there(place, stakeholder):
    client = Client()
    coordinator = factories.person_with_role(place)
    client.force_login(coordinator.user, backend="solmu.people.viewing.ViewerBackend")

    assert client.get(f"/partners/people/{factories.person().pk}/merge/").status_code == 404
