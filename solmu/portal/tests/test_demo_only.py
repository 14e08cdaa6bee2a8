"""What only a demo has doesn't exist anywhere else."""

import pytest
from django.test import Client

from solmu.accounts.models import User
from solmu.portal.personas import PERSONAS


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/demo/outbox/", "/demo/outbox.json"])
def test_mail_catcher_is_unknown_outside_a_demo(address: str) -> None:
    assert Client().get(address).status_code == 404


@pytest.mark.django_db
def test_persona_cannot_sign_in_outside_a_demo() -> None:
    User.objects.create_user("rector@solmu.example")

    answer = Client(enforce_csrf_checks=True).post("/demo/login/", {"persona": "rector"})

    assert answer.status_code == 404
    assert "sessionid" not in answer.cookies


@pytest.mark.django_db
def test_demo_token_is_invalid_outside_a_demo() -> None:
    answer = Client().get(
        "/api/v1/organisations", headers={"authorization": "Bearer demo-coordinator"}
    )

    assert answer.status_code == 401


@pytest.mark.django_db
def test_sign_in_page_names_no_persona_outside_a_demo() -> None:
    assert b"persona" not in Client().get("/accounts/login/").content


@pytest.mark.demo
@pytest.mark.django_db
@pytest.mark.parametrize("slug", [persona.slug for persona in PERSONAS])
def test_persona_signs_in_with_one_button(slug: str) -> None:
    client = Client()

    answer = client.post("/demo/login/", {"persona": slug, "next": "/accounts/me/"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/me/")
    assert client.get("/accounts/me/").status_code == 200


@pytest.mark.demo
@pytest.mark.django_db
def test_persona_who_has_changed_their_address_signs_in_still() -> None:
    User.objects.filter(email="outsider@solmu.example").update(email="uusi@posti.example")

    assert Client().post("/demo/login/", {"persona": "outsider"}).status_code == 302


@pytest.mark.demo
@pytest.mark.django_db
def test_sign_in_never_leads_to_another_host() -> None:
    answer = Client().post("/demo/login/", {"persona": "rector", "next": "https://evil.example/"})

    assert answer["Location"] == "/home/"


@pytest.mark.demo
@pytest.mark.django_db
def test_demo_refuses_other_host_names() -> None:
    assert Client().get("/", headers={"host": "solmu.example.org"}).status_code == 400
