"""Invitations by mail, and the people page of an institution."""

import pytest
from django.test import Client
from django.urls import reverse

from solmu.accounts.models import User
from solmu.notifications.models import Message
from solmu.organisations import invitations
from solmu.organisations.models import Affiliation, Invitation
from solmu.organisations.tests import factories
from solmu.organisations.tests.test_signing_in import token_of
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return factories.institution("Ammattiopisto Tavastia", slug="tavastia")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


def invited(
    place, email: str = "uusi@solmu.example", role: str = "contributor", language: str = "sv"
) -> str:
    invitations.invite(place, email, role, by=Viewer.system("test"), language=language)
    return f"/accounts/invitation/{token_of(Message.objects.filter(to=email).latest('pk'))}/"


def test_invitation_is_mailed_in_its_language_and_accepted(client, place):
    address = invited(place)

    page = client.get(address)
    answer = client.post(
        address, {"given_name": "Uusi", "family_name": "Ihminen", "password": "yhdeksän hyvää"}
    )

    assert page.status_code == 200
    assert "Ammattiopisto Tavastia" in page.content.decode()
    assert answer.headers["Location"] == "/home/"
    user = User.objects.get(email="uusi@solmu.example")
    assert user.check_password("yhdeksän hyvää")
    assert user.person.name == "Uusi Ihminen"
    assert Affiliation.objects.get(person=user.person).role == "contributor"
    assert Client().get(address).status_code == 410


def test_invited_stay_in_the_language_in_which_they_answered(client, place):
    facts = {"given_name": "Uusi", "family_name": "Ihminen"}

    client.post(invited(place, language="en"), facts, headers={"accept-language": "sv"})

    assert User.objects.get(email="uusi@solmu.example").language == "sv"


def test_invitation_opened_many_times_makes_no_account(client, place):
    address = invited(place)

    client.get(address)
    client.get(address)

    assert not User.objects.exists()


def test_weak_password_is_refused(client, place):
    answer = client.post(
        invited(place), {"given_name": "U", "family_name": "I", "password": "salasana"}
    )

    assert answer.status_code == 200
    assert not User.objects.exists()


def test_invited_who_has_an_account_keeps_it(client, place):
    other = factories.institution()
    person = factories.person_with_role(other, "reader", email="uusi@solmu.example")

    answer = client.post(invited(place, role="leader"))

    assert answer["Location"] == reverse("account_login")  # it adds the role, it opens no account
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1
    assert set(Affiliation.objects.filter(person=person).values_list("role", flat=True)) == {
        "reader",
        "leader",
    }


def test_a_known_contact_becomes_the_users_person(client, place):
    contact = factories.person("Aino", "Ruislaakso", email="Uusi@solmu.example")

    client.post(invited(place), {"given_name": "Aino", "family_name": "Ruislaakso"})

    contact.refresh_from_db()
    assert contact.user.email == "uusi@solmu.example"
    assert Person.objects.count() == 1


def test_cancelled_invitation_no_longer_opens(client, place):
    address = invited(place)
    invitations.cancel(Invitation.objects.get(), by=Viewer.system("test"))

    assert client.post(address, {"given_name": "U", "family_name": "I"}).status_code == 410


def test_a_newer_invitation_replaces_the_older(client, place):
    older = invited(place, role="reader")
    invited(place, role="leader")

    assert client.get(older).status_code == 410
    assert invitations.open_invitations(place).count() == 1


def test_coordinator_invites_and_changes_roles_and_ends_them(place):
    coordinator = factories.person_with_role(place, "coordinator")
    colleague = factories.person_with_role(place, "reader")
    held = Affiliation.objects.get(person=colleague)
    client = signed_in(coordinator)

    invited_two = client.post(
        "/institutions/tavastia/people/invite/",
        {"emails": "a@x.example, b@x.example", "role": "reader", "language": "fi"},
    )
    client.post(f"/institutions/tavastia/people/{held.pk}/", {"role": "contributor"})
    now = Affiliation.objects.get(person=colleague, valid__endswith=None)
    page = client.get("/institutions/tavastia/people/")
    client.post(f"/institutions/tavastia/people/{now.pk}/end/")

    assert invited_two.status_code == 302
    assert Invitation.objects.count() == 2
    assert now.role == "contributor"
    assert page.status_code == 200
    assert not Affiliation.objects.filter(person=colleague, valid__endswith=None).exists()


@pytest.mark.parametrize(
    ("role", "status"), [("leader", 302), ("contributor", 403), ("reader", 403)]
)
def test_only_leaders_and_coordinators_invite(place, role, status):
    client = signed_in(factories.person_with_role(place, role))

    answer = client.post(
        "/institutions/tavastia/people/invite/",
        {"emails": "a@x.example", "role": "reader", "language": "fi"},
    )

    assert answer.status_code == status


def test_outsider_does_not_find_the_institution_settings(place):
    client = signed_in(factories.person_with_role(factories.institution(), "leader"))

    assert client.get("/institutions/tavastia/").status_code == 404
    assert client.get("/institutions/tavastia/people/").status_code == 404
    assert client.get("/institutions/tavastia/ladder/").status_code == 404
