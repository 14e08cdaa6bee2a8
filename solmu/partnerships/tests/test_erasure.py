"""Erasing a person reaches every room: contacts, dialogue, mail, imports and the index."""

from datetime import date

import pytest
from django.apps import apps

from solmu.imports.models import Batch, Line
from solmu.lib.periods import period
from solmu.notifications.models import Message
from solmu.organisations.models import Affiliation, Invitation
from solmu.organisations.tests import factories
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder
from solmu.partnerships.partner import contacts
from solmu.people import privacy
from solmu.people.viewer import Viewer
from solmu.search.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADMIN = Viewer.system("test")


@pytest.fixture
def known():
    """A person whom an institution knows as a contact and as a colleague."""
    institution = factories.institution()
    person = factories.person_with_role(
        institution, given_name="Helmi", family_name="Ketunpolku", email="helmi@solmu.example"
    )
    Affiliation.objects.filter(person=person).update(title="Helmin virka")
    Invitation.objects.create(institution=institution, email="Helmi@solmu.example", role="reader")
    stakeholder = Stakeholder.objects.create(
        institution=institution, organisation=factories.organisation()
    )
    contact = Contact.objects.create(
        stakeholder=stakeholder, person=person, title="Helmin titteli", valid=period()
    )
    DialogueEntry.objects.create(
        stakeholder=stakeholder,
        kind="note",
        on=date(2026, 1, 1),
        title="Helmi kertoi",
        contact=contact,
    )
    DialogueEntry.objects.create(
        stakeholder=stakeholder,
        kind="note",
        on=date(2026, 1, 1),
        title="Muuta asiaa",
        author=person,
    )
    Message.objects.create(
        message_id="<1>", kind="x", to="HELMI@solmu.example", subject="Hei Helmi", text="", html=""
    )
    for index in (contacts.indexing.index_contacts, contacts.indexing.index_dialogue):
        index()
    return person


def every_text() -> str:
    rows = (
        str(row)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for row in model._base_manager.values()
    )
    return "\n".join(rows).lower()


def test_export_reaches_every_room(known):
    records = {record["record"] for record in privacy.export(known)["records"]}

    assert records == {
        "accounts.User",
        "people.Person",
        "notifications.Message",
        "organisations.Affiliation",
        "organisations.Invitation",
        "partnerships.Contact",
        "partnerships.DialogueEntry",
    }


def test_own_page_gives_what_is_ones_own(known):
    known.other_emails = ["admin@solmu.example"]  # as an import may have written them
    known.save()
    Message.objects.create(
        message_id="<2>", kind="x", to="admin@solmu.example", subject="", text="Linkki", html=""
    )

    given = privacy.export(known, user=known.user, own=True)

    assert {record["record"] for record in given["records"]} == {
        "accounts.User",
        "people.Person",
        "notifications.Message",
        "organisations.Affiliation",
        "organisations.Invitation",
    }
    assert "Linkki" not in str(given)
    assert "Linkki" in str(privacy.export(known))


def test_erasure_reaches_every_room(known):
    assert "ketunpolku" in every_text()

    privacy.erase(known, by=ADMIN)

    assert "helmi" not in every_text()
    assert "ketunpolku" not in every_text()


def test_rows_of_an_import_are_of_whose_address_stands_in_them(known):
    batch = Batch.objects.create(institution_id=1, kind="partners", file_name="a.csv")
    cells = {1: "Vilhelmi vilhelmi@solmu.example", 2: "Sihteeri,\nHelmi@solmu.example"}
    for number, text in cells.items():
        Line.objects.create(batch=batch, number=number, row=number, cells=["Oy", text])

    told = [each for each in privacy.export(known)["records"] if each["record"] == "imports.Line"]
    privacy.erase(known, by=ADMIN)

    assert [one["facts"]["cells"] for one in told] == [["Oy", cells[2]]]
    left = dict(batch.lines.values_list("number", "cells"))
    assert (left[1], bool(left[2])) == (["Oy", cells[1]], False)


def test_erasure_keeps_that_something_was_done(known):
    privacy.erase(known, by=ADMIN)

    assert DialogueEntry.objects.count() == 2
    assert DialogueEntry.objects.filter(title="Muuta asiaa", author=known).exists()
    assert Contact.objects.get().person == known
    assert not Entry.objects.filter(title__icontains="helmi").exists()


def test_export_for_an_administrator_has_no_limited_notes(known):
    contact = Contact.objects.get(person=known)
    DialogueEntry.objects.create(
        stakeholder=contact.stakeholder,
        kind="note",
        on=date(2026, 1, 2),
        title="Vain johtajille",
        contact=contact,
        limited=True,
    )
    admin = factories.viewer(factories.admin())

    told = str(privacy.export(known, reader=admin))

    assert "Helmi kertoi" in told
    assert "Vain johtajille" not in told
    assert "Vain johtajille" in str(privacy.export(known))
