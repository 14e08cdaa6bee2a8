"""One's own page: details, tokens, data."""

import json
import re

import pytest
from django.test import Client

from solmu.accounts.models import ApiToken
from solmu.lib.tokens import token_hash
from solmu.notifications.models import Message
from solmu.organisations import own_address
from solmu.organisations.tests import factories
from solmu.people.models import SignedLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return factories.person_with_role(factories.institution(), given_name="Aino", phone="040 123")


@pytest.fixture
def mine(person):
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


def test_my_day_asks_for_a_name_until_there_is_one(mine, person):
    asked = "Tell your name"
    assert asked not in mine.get("/home/").content.decode()

    mine.post("/accounts/me/details/", {"given_name": "", "family_name": "", "phone": ""})

    assert asked in mine.get("/home/").content.decode()


def test_own_page_asks_to_sign_in(client):
    answer = client.get("/accounts/me/")

    assert answer.headers["Location"] == "/accounts/login/?next=/accounts/me/"


def test_own_details_are_saved(mine, person):
    mine.post(
        "/accounts/me/details/", {"given_name": "Aino", "family_name": "Uusi", "phone": "050"}
    )

    person.refresh_from_db()
    assert (person.family_name, person.phone) == ("Uusi", "050")


def test_token_is_shown_once_and_revoked(mine, person):
    made = mine.post("/accounts/me/tokens/", {"name": "Taulukko", "days": "30"})
    token = ApiToken.objects.get(user=person.user)
    text = made.context["new_text"]

    assert text in made.content.decode()
    assert token.token_hash == token_hash(text)
    assert text not in mine.get("/accounts/me/").content.decode()

    mine.post(f"/accounts/me/tokens/{token.pk}/revoke/")
    assert not ApiToken.objects.exists()


def test_a_token_of_another_is_not_there_to_revoke(mine):
    other = ApiToken.objects.create(user=factories.user(), name="x", token_hash="x")

    assert mine.post(f"/accounts/me/tokens/{other.pk}/revoke/").status_code == 404


def test_own_data_comes_out_by_the_marks(mine, person):
    answer = mine.get("/accounts/me/data.json")

    data = json.loads(answer.content)
    facts = {record["record"]: record["facts"] for record in data["records"]}
    assert facts["people.Person"]["phone"] == "040 123"
    assert facts["accounts.User"]["email"] == person.user.email


def test_language_is_kept_with_the_account(mine, person):
    answer = mine.post("/accounts/language/", {"language": "sv", "next": "https://evil.example/"})

    person.user.refresh_from_db()
    assert person.user.language == "sv"
    assert answer.headers["Location"] == "/"


def test_looking_from_another_institution(mine, person):
    second = factories.institution("Toinen opisto")
    from solmu.lib.periods import period
    from solmu.organisations.models import Affiliation

    Affiliation.objects.create(person=person, institution=second, role="reader", valid=period())
    mine.post("/institutions/switch/", {"institution": second.pk})

    assert mine.get("/accounts/me/").context["viewer"].institution_id == second.pk
    stranger = factories.institution()
    assert mine.post("/institutions/switch/", {"institution": stranger.pk}).status_code == 404


def _link_of(email):
    message = Message.objects.get(to=email)
    return re.search(r"/accounts/address/link/[\w-]+/", message.text)[0]


def test_address_changes_when_the_new_one_confirms(mine, person):
    old = person.user.email
    mine.post("/accounts/me/address/", {"email": "Uusi@solmu.example"})
    own_address.mail_new_address(person.user_id, "uusi@solmu.example")
    link = _link_of("uusi@solmu.example")

    page = Client().get(link)
    person.user.refresh_from_db()
    assert (page.status_code, person.user.email) == (200, old)

    assert mine.post(link).headers["Location"] == "/accounts/me/"
    person.refresh_from_db()
    assert (person.user.email, person.email) == ("uusi@solmu.example", "uusi@solmu.example")
    assert "uusi@solmu.example" in Message.objects.get(to=old).text
    assert Client().post(link).status_code == 410


def test_address_changes_only_with_the_password_where_there_is_one(mine, person):
    person.user.set_password("yhdeksän hyvää")
    person.user.save()
    mine.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")

    wrong = mine.post("/accounts/me/address/", {"email": "u@solmu.example", "password": "arvaus"})
    right = mine.post(
        "/accounts/me/address/", {"email": "u@solmu.example", "password": "yhdeksän hyvää"}
    )

    assert (wrong.status_code, right.status_code) == (422, 302)


def test_taken_address_answers_the_same_and_tells_its_owner(mine, person):
    other = factories.user("toinen@solmu.example")

    answer = mine.post("/accounts/me/address/", {"email": other.email})
    own_address.mail_new_address(person.user_id, other.email)

    assert answer.status_code == 302
    assert "/accounts/address/" not in Message.objects.get(to=other.email).text
    assert not SignedLink.objects.filter(purpose=own_address.PURPOSE).exists()


def test_address_taken_meanwhile_is_not_changed(mine, person):
    own_address.mail_new_address(person.user_id, "uusi@solmu.example")
    factories.user("uusi@solmu.example")

    answer = mine.post(_link_of("uusi@solmu.example"))

    person.user.refresh_from_db()
    assert (answer.status_code, person.user.email) != (302, "uusi@solmu.example")


def test_newer_request_makes_the_older_link_worthless(mine, person):
    own_address.mail_new_address(person.user_id, "yksi@solmu.example")
    own_address.mail_new_address(person.user_id, "kaksi@solmu.example")

    assert mine.get(_link_of("yksi@solmu.example")).status_code == 410
    assert mine.get(_link_of("kaksi@solmu.example")).status_code == 200
