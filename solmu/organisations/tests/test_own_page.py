"""One's own page: details, tokens, data."""

import json

import pytest
from django.test import Client

from solmu.accounts.models import ApiToken
from solmu.lib.tokens import token_hash
from solmu.organisations.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return factories.person_with_role(factories.institution(), given_name="Aino", phone="040 123")


@pytest.fixture
def mine(person):
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


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
