"""Signing in by password and by a mailed link."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.organisations import signing_in
from solmu.organisations.tests import factories
from solmu.people.models import Person, SignedLink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def token_of(message: Message) -> str:
    return re.search(r"/accounts/(?:link|invitation)/([\w-]+)/", message.text)[1]


def link_for(user) -> str:
    signing_in.mail_sign_in_link(user.email)
    return f"/accounts/link/{token_of(Message.objects.get(to=user.email))}/"


def test_login_by_password_leads_to_the_page_asked_for(client):
    factories.user("maija@solmu.example").set_password("x")
    user = factories.user("kaisa@solmu.example")
    user.set_password("yhdeksän hyvää")
    user.save()

    answer = client.post(
        "/accounts/login/?next=/accounts/me/",
        {"login": "Kaisa@solmu.example", "password": "yhdeksän hyvää", "next": "/accounts/me/"},
    )

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/me/"
    assert client.get("/accounts/me/").status_code == 200


def test_login_page_ignores_a_foreign_next(client):
    user = factories.user()
    user.set_password("yhdeksän hyvää")
    user.save()

    answer = client.post(
        "/accounts/login/",
        {"login": user.email, "password": "yhdeksän hyvää", "next": "https://evil.example/"},
    )

    assert answer.headers["Location"] == "/home/"


def test_wrong_password_is_said_in_our_words(client):
    user = factories.user()

    answer = client.post(
        "/accounts/login/",
        {"login": user.email, "password": "nope"},
        headers={"accept-language": "en"},
    )

    assert answer.status_code == 200
    assert "The e-mail address or the password is not right." in answer.content.decode()


def test_failed_logins_are_limited(client):
    user = factories.user()
    user.set_password("yhdeksän hyvää")
    user.save()
    for _number in range(6):
        client.post("/accounts/login/", {"login": user.email, "password": "nope"})

    answer = client.post("/accounts/login/", {"login": user.email, "password": "yhdeksän hyvää"})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_tries_are_counted_for_all_processes_and_forgotten(client):
    client.post("/accounts/login/", {"login": "kuka@solmu.example", "password": "nope"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_shared_cache")
        assert cursor.fetchone()[0] > 0
        cursor.execute("UPDATE accounts_shared_cache SET expires = now() - interval '1 minute'")
        signing_in.forget_tries()
        cursor.execute("SELECT count(*) FROM accounts_shared_cache")
        assert cursor.fetchone()[0] == 0


def test_asking_for_a_link_answers_the_same_for_every_address(client):
    user = factories.user("kaisa@solmu.example")

    known = client.post("/accounts/link/", {"email": user.email})
    unknown = client.post("/accounts/link/", {"email": "nobody@solmu.example"})

    page = known.content.decode().replace(user.email, "X")
    assert (
        re.sub(r"csrf\w+\W+\w+", "", page)[:500]
        == re.sub(
            r"csrf\w+\W+\w+", "", unknown.content.decode().replace("nobody@solmu.example", "X")
        )[:500]
    )
    signing_in.mail_sign_in_link("nobody@solmu.example")
    assert not Message.objects.filter(to="nobody@solmu.example").exists()


def test_link_get_neither_acts_nor_uses_it_up(client):
    address = link_for(factories.user())

    for _number in range(3):
        answer = client.get(address)
        assert answer.status_code == 200

    assert "_auth_user_id" not in client.session
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert SignedLink.objects.get().used_at is None


def test_link_post_signs_in_once(client):
    address = link_for(factories.user())

    answer = client.post(address + "?next=/accounts/me/")

    assert answer.headers["Location"] == "/accounts/me/"
    assert client.get("/accounts/me/").status_code == 200
    assert Client().post(address).status_code == 410


def test_link_expires(client):
    address = link_for(factories.user())
    SignedLink.objects.update(expires_at=clock.real_now())

    assert client.post(address).status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_newer_link_makes_the_older_worthless(client):
    user = factories.user()
    address = link_for(user)
    signing_in.link_for(user)

    assert client.post(address).status_code == 410


def test_link_of_a_closed_account_signs_nobody_in(client):
    user = factories.user()
    address = link_for(user)
    user.is_active = False
    user.save()

    assert client.post(address).status_code == 410


def test_forgotten_password_goes_through_the_outbox(client):
    user = factories.user("kaisa@solmu.example", language="en")
    user.set_password("yhdeksän hyvää")
    user.save()

    answer = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    message = Message.objects.get(to=user.email)
    address = re.search(r"(/accounts/password/reset/key/\S+)", message.text)[1]
    page = client.get(address, follow=True)
    done = client.post(
        page.redirect_chain[-1][0],
        {"password1": "kymmenen kaunista", "password2": "kymmenen kaunista"},
    )

    assert answer.status_code == 200
    assert message.subject == "Choose a new password for Solmu"
    assert done.status_code == 302
    user.refresh_from_db()
    assert user.check_password("kymmenen kaunista")


def test_sign_up_is_closed(client):
    answer = client.post(
        "/accounts/signup/", {"email": "uusi@solmu.example", "password1": "yhdeksän hyvää"}
    )

    assert answer.status_code in (200, 403)
    assert not Person.objects.filter(email="uusi@solmu.example").exists()
    assert "_auth_user_id" not in client.session


def test_first_admin_gets_a_link_to_the_new_institution(client, capsys):
    signing_in.first_admin(["ylläpito@solmu.example"])
    address = capsys.readouterr().out.strip()

    answer = client.post(address.split("8000", 1)[-1])

    assert answer.headers["Location"] == "/institutions/new/"
    assert client.get("/institutions/new/").status_code == 200
