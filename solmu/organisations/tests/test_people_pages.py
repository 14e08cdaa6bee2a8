"""Administrators' pages: finding people, what is kept of them, erasing them, rights, addresses."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from solmu.accounts import administrators
from solmu.accounts.models import User
from solmu.lib import clock
from solmu.organisations.models import Affiliation, SlugHistory
from solmu.organisations.tests import factories
from solmu.people.models import Person

pytestmark = pytest.mark.django_db


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


@pytest.fixture
def admin() -> Person:
    return factories.admin(given_name="Ylva", family_name="Hoitaja")


@pytest.fixture
def pages(admin: Person) -> Client:
    return client_of(admin)


@pytest.fixture
def aino() -> Person:
    return factories.person_with_role(
        factories.institution(), given_name="Aino", family_name="Ruislaakso", phone="040 123"
    )


def test_people_kept_longer_than_was_said_wait_for_administrators(pages: Client) -> None:
    yesterday = clock.today() - timedelta(days=1)
    for name, until in (("Vanha", yesterday), ("Uusi", clock.today()), ("", yesterday)):
        Person.objects.create(given_name=name, retention_until=until)

    assert "1 person is kept longer than was said" in pages.get("/home/").content.decode()
    listed = pages.get("/people/").content.decode()
    assert ("Vanha" in listed, "Uusi" in listed) == (True, False)


@pytest.mark.parametrize(
    "path", ["", "{}/", "{}/data.json", "{}/erase/", "{}/administrator/"], ids=str
)
def test_people_are_for_administrators(path: str, aino: Person) -> None:
    own = client_of(aino)
    address = "/people/" + path.format(aino.pk)

    ask = own.post if path.endswith("administrator/") else own.get
    assert ask(address).status_code == 403


def test_person_is_found_by_parts_of_name_and_address(pages: Client, aino: Person) -> None:
    factories.person("Toinen", "Henkilö")
    Person.objects.filter(pk=aino.pk).update(other_emails=["vanha@solmu.example"])

    for text in ("ruis aino", "VANHA@", aino.email):
        found = pages.get("/people/", {"q": text}).context["found"]
        assert [person.pk for person in found] == [aino.pk], text


def test_persons_page_says_what_is_kept(pages: Client, aino: Person) -> None:
    page = pages.get(f"/people/{aino.pk}/")

    assert ("Roles in institutions", 1) in page.context["kept"]
    assert ("Account", 1) in page.context["kept"]


def test_what_is_kept_comes_out_as_a_file(pages: Client, aino: Person) -> None:
    answer = pages.get(f"/people/{aino.pk}/data.json")

    facts = {row["record"]: row["facts"] for row in json.loads(answer.content)["records"]}
    assert facts["people.Person"]["phone"] == "040 123"
    assert answer.headers["Cache-Control"] == "no-store"


def test_page_of_a_merged_record_leads_to_the_kept_one(pages: Client, aino: Person) -> None:
    gone = factories.person(merged_into=aino)

    assert pages.get(f"/people/{gone.pk}/").headers["Location"] == f"/people/{aino.pk}/"
    assert pages.get(f"/people/{gone.pk}/erase/").headers["Location"] == f"/people/{aino.pk}/erase/"


def test_person_is_erased_after_being_told_what_goes(pages: Client, aino: Person) -> None:
    gone = factories.person("Aino", "Entinen", merged_into=aino)
    reason = "erased at the person's request"

    before = pages.post(f"/people/{aino.pk}/erase/", {"reason": reason})
    assert (before.status_code, User.objects.get(pk=aino.user_id).is_active) == (422, True)

    pages.post(f"/people/{aino.pk}/erase/", {"reason": reason, "sure": "on"})

    aino.refresh_from_db()
    gone.refresh_from_db()
    assert (aino.name, aino.phone, gone.name) == ("–", "", "–")
    assert not User.objects.get(pk=aino.user_id).is_active
    assert Affiliation.objects.filter(person=aino).exists()


def test_administrators_are_erased_by_nobody_and_nobody_themselves(
    pages: Client, admin: Person
) -> None:
    other = factories.admin()
    given = {"reason": "erased as no longer needed", "sure": "on"}

    assert pages.post(f"/people/{other.pk}/erase/", given).status_code == 422
    assert pages.post(f"/people/{admin.pk}/erase/", given).status_code == 403
    assert Person.objects.get(pk=other.pk).given_name != ""


def test_rights_are_given_and_taken(pages: Client, admin: Person, aino: Person) -> None:
    address = f"/people/{aino.pk}/administrator/"

    pages.post(address, {"act": "give"})
    assert client_of(aino).get("/people/").status_code == 200

    pages.post(address, {"act": "take"})
    assert client_of(aino).get("/people/").status_code == 403

    pages.post(f"/people/{admin.pk}/administrator/", {"act": "take"})
    assert User.objects.get(pk=admin.user_id).is_admin


def test_last_administrator_stays(admin: Person) -> None:
    User.objects.filter(is_admin=True).exclude(pk=admin.user_id).update(is_admin=False)
    closed = factories.admin()
    User.objects.filter(pk=closed.user_id).update(is_active=False)

    with pytest.raises(administrators.AdministratorError):
        administrators.take(admin.user, by="test")
    with pytest.raises(administrators.AdministratorError):
        administrators.give(User.objects.get(pk=closed.user_id), by="test")


def test_person_without_an_account_gets_no_rights(pages: Client) -> None:
    contact = factories.person()

    answer = pages.post(f"/people/{contact.pk}/administrator/", {"act": "give"}, follow=True)

    assert "Only somebody who signs in can be an administrator." in answer.content.decode()


def test_organisation_gets_another_address_and_the_old_one_leads(
    pages: Client, aino: Person
) -> None:
    institution = aino.affiliations.get().institution
    old, address = institution.organisation.slug, f"/organisations/{institution.pk}/address/"

    assert client_of(aino).get(address).status_code == 403
    assert pages.post(address, {"slug": "Ei Näin"}).status_code == 422
    taken = factories.organisation().slug
    assert pages.post(address, {"slug": taken}).status_code == 422
    assert pages.post(address, {"slug": "uusi-opisto"}).status_code == 302

    assert SlugHistory.objects.get().slug == old
    own = client_of(aino)
    assert own.get(f"/institutions/{old}/people/?x=1").headers["Location"] == (
        "/institutions/uusi-opisto/people/?x=1"
    )
    assert (
        own.get(f"/organisations/{old}/").headers["Location"] == f"/organisations/{institution.pk}/"
    )
    stranger = client_of(factories.person_with_role(factories.institution()))
    assert stranger.get(f"/institutions/{old}/people/").status_code == 404
