"""Signing in with an identity provider, against a real one: npm's oidc-provider."""

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from django.conf import settings as django_settings
from django.test import Client, RequestFactory

from solmu.accounts import identity
from solmu.accounts.models import User
from solmu.lib import clock
from solmu.organisations import invitations
from solmu.organisations.models import Affiliation
from solmu.organisations.tests import factories as make
from solmu.people.models import Person
from solmu.runtime.supervisor import free_port

FOLDER = Path(__file__).resolve().parents[3] / "tests" / "identity_provider"
MISSING = next(
    (
        reason
        for reason, there in (
            ("Node isn't installed", shutil.which("node")),
            (
                "oidc-provider isn't installed: npm ci --prefix tests/identity_provider",
                (FOLDER / "node_modules" / "oidc-provider").exists(),
            ),
        )
        if not there
    ),
    "",
)

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


@pytest.fixture(scope="module")
def issuers() -> Iterator[list[str]]:
    """Two running providers."""
    ports = [free_port(), free_port()]
    slugs = ["first", "second"]
    arguments = [
        text
        for port, slug in zip(ports, slugs, strict=True)
        for text in (str(port), f"http://testserver/accounts/oidc/{slug}/login/callback/")
    ]
    with subprocess.Popen(
        ["node", "provider.mjs", *arguments],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield [f"http://127.0.0.1:{port}" for port in ports]
        process.terminate()


@pytest.fixture
def providers(settings, issuers):
    """The settings that name both; the second speaks for one domain alone."""
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": slug,
                    "name": slug.title(),
                    "client_id": "solmu",
                    "secret": "a-secret-of-the-tests-that-is-long-enough",
                    "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
                }
                for slug, issuer in zip(("first", "second"), issuers, strict=True)
            ]
        }
    }
    settings.SOLMU_IDENTITY_PROVIDERS = [
        {"slug": "first", "name": "First", "domains": ()},
        {"slug": "second", "name": "Second", "domains": ("own.example",)},
    ]


def _sign_in(client: Client, email: str, *, slug: str = "first", start: str = "") -> str:
    """Go to the provider and back as a browser does; returns where it leads in the end."""
    sent = client.get(start or f"/accounts/oidc/{slug}/login/")
    assert sent.status_code == 302
    query = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"]
    with httpx.Client() as browser:
        answer = _followed(browser, browser.get(sent.headers["Location"]))
        while "testserver" not in str(answer):
            action, fields = _form(answer)
            if "login" in fields:
                fields |= {"login": email, "password": "x"}
            answer = _followed(browser, browser.post(str(answer.url.join(action)), data=fields))
    back = urlsplit(str(answer))
    return client.get(f"{back.path}?{back.query}").headers["Location"]


def _followed(browser: httpx.Client, answer: httpx.Response):
    """Follow redirects at the provider; those to Solmu are returned as they are."""
    while answer.is_redirect:
        target = answer.url.join(answer.headers["Location"])
        if target.host == "testserver":
            return target
        answer = browser.get(target)
    assert answer.status_code == 200, answer.text
    return answer


def _form(page: httpx.Response) -> tuple[str, dict[str, str]]:
    action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    assert action, page.text
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page.text):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in facts:
            fields[facts["name"]] = html.unescape(facts.get("value", ""))
    return html.unescape(action[1]), fields


def _signed_in(client: Client) -> str:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).email if key else ""


def _request(client: Client):
    request = RequestFactory().get("/")
    request.session = client.session
    return request


def test_verified_address_signs_its_owner_in(providers, client):
    person = make.person_with_role(make.institution(), email="aino@own.example")

    assert _sign_in(client, "aino@own.example") == "/home/"
    assert _signed_in(client) == person.user.email
    found = identity.identified(_request(client))
    assert (found.provider_name, found.email, found.name) == (
        "First",
        "aino@own.example",
        "Aino Esimerkki",
    )
    assert User.objects.count() == 1


def test_sign_in_leads_on_to_where_one_was_going_but_not_elsewhere(providers, client):
    make.person_with_role(make.institution(), email="aino@own.example")
    login = "/accounts/oidc/first/login/"

    own = f"{login}?{urlencode({'next': '/accounts/me/'})}"
    assert _sign_in(client, "aino@own.example", start=own) == "/accounts/me/"
    other = Client()
    elsewhere = f"{login}?{urlencode({'next': 'https://evil.example/'})}"
    assert _sign_in(other, "aino@own.example", start=elsewhere) == "/home/"


@pytest.mark.parametrize(
    "email", ["nobody@own.example", "unverified@own.example", "silent@own.example", "nameless"]
)
def test_nobody_else_comes_in(providers, client, email):
    if "@" in email and not email.startswith("nobody"):
        make.person_with_role(make.institution(), email=email)
    before = User.objects.count()

    assert _sign_in(client, email) == "/accounts/login/"
    assert (_signed_in(client), User.objects.count()) == ("", before)
    assert client.get("/accounts/login/").status_code == 200


def test_provider_of_a_domain_speaks_for_that_alone(providers, client):
    for email in ("silent@own.example", "aino@other.example"):
        make.person_with_role(make.institution(), email=email)

    assert _sign_in(client, "silent@own.example", slug="second") == "/home/"
    assert _sign_in(Client(), "aino@other.example", slug="second") == "/accounts/login/"


def test_invited_person_gets_an_account(providers, client):
    institution = make.institution()
    leader = make.viewer(make.person_with_role(institution, "leader"))
    invitations.invite(institution, "uusi@own.example", Affiliation.Role.READER, by=leader)

    assert _sign_in(client, "uusi@own.example") == "/home/"
    person = Person.objects.get(user__email="uusi@own.example")
    assert (person.given_name, person.family_name) == ("Aino", "Esimerkki")
    assert make.viewer(person).has_role(institution.pk, Affiliation.Role.READER)
    assert not invitations.open_invitations(institution).exists()


def test_cancelled_invitation_opens_nothing(providers, client):
    institution = make.institution()
    leader = make.viewer(make.person_with_role(institution, "leader"))
    asked = invitations.invite(institution, "uusi@own.example", "reader", by=leader)
    invitations.cancel(asked, by=leader)

    assert _sign_in(client, "uusi@own.example") == "/accounts/login/"


def test_signer_identifies_without_an_account(providers, client):
    start = identity.identify_url("first", "/privacy/")

    assert _sign_in(client, "allekirjoittaja@muu.example", start=start) == "/privacy/"
    assert _signed_in(client) == ""
    found = identity.identified(_request(client), minutes=15)
    assert (found.email, found.email_verified) == ("allekirjoittaja@muu.example", True)


def test_identification_ages(providers, client):
    _sign_in(client, "a@muu.example", start=identity.identify_url("first", "/privacy/"))
    request = _request(client)
    kept = request.session["identity"]
    kept["at"] = (clock.real_now() - timedelta(minutes=16)).isoformat()
    request.session["identity"] = kept

    assert identity.identified(request) is None
    assert identity.identified(request, minutes=20) is not None
    identity.forget(request)
    assert identity.identified(request, minutes=20) is None


def test_answer_without_the_session_that_asked_is_refused(providers, client):
    make.person_with_role(make.institution(), email="aino@own.example")
    answer = client.get("/accounts/oidc/first/login/callback/?code=stolen&state=guessed")

    assert answer.status_code in {302, 401}
    assert _signed_in(client) == ""


def test_refusal_at_the_provider_is_told(providers, client):
    sent = client.get("/accounts/oidc/first/login/")
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    back = f"/accounts/oidc/first/login/callback/?error=access_denied&state={state}"

    assert client.get(back).headers["Location"] == "/accounts/login/"


def test_providers_stand_on_the_sign_in_page(providers, client, settings):
    page = client.get("/accounts/login/?next=/accounts/me/").content.decode()
    assert "/accounts/oidc/first/login/?next=%2Faccounts%2Fme%2F" in page
    settings.SOLMU_IDENTITY_PROVIDERS = []
    assert "/accounts/oidc/" not in client.get("/accounts/login/").content.decode()
    assert client.get("/accounts/oidc/third/login/").status_code == 404
    assert django_settings.SOCIALACCOUNT_LOGIN_ON_GET
