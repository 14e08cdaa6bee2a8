"""The living page, error pages and the theme by plain HTTP."""

import gzip

import pytest
from django.test import Client
from django.utils.translation import gettext, override

pytestmark = pytest.mark.demo


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_component_page_is_in_the_readers_language(client_as, language: str) -> None:
    answer = client_as("").get("/ui/", headers={"accept-language": language})

    html = answer.content.decode()
    assert f'<html lang="{language}"' in html
    with override(language):
        assert gettext("Components") in html
        assert gettext("Fictional demo content") in html


def test_component_page_is_small(client_as) -> None:
    assert len(client_as("coordinator").get("/ui/").content) < 100_000


def test_first_page_is_light_on_the_wire(client_as) -> None:
    client = client_as("coordinator")
    html = client.get("/home/").content
    files = [
        "css/tokens.css css/base.css css/shell.css css/components.css css/forms.css css/charts.css",
        "css/print.css js/page.js js/palette.js vendor/htmx.js vendor/icons.svg",
    ]
    packed = sum(len(gzip.compress(_static(name))) for line in files for name in line.split())

    assert len(gzip.compress(html)) + packed + len(_static("vendor/atkinson-latin.woff2")) < 80_000


def _static(name: str) -> bytes:
    return b"".join(Client().get(f"/static/ui/{name}").streaming_content)


def test_missing_page_is_said_kindly_and_links_home(client_as) -> None:
    answer = client_as("coordinator").get("/nowhere/")

    assert answer.status_code == 404
    assert 'href="/home/"' in answer.content.decode()


def test_theme_is_remembered_without_javascript(client_as) -> None:
    client = client_as("")

    answer = client.post("/ui/theme/", {"theme": "dark", "next": "/ui/"})

    assert (answer.status_code, answer.url) == (302, "/ui/")
    assert 'data-theme="dark"' in client.get("/ui/").content.decode()


def test_theme_form_leads_nowhere_else(client_as) -> None:
    answer = client_as("").post("/ui/theme/", {"theme": "purple", "next": "https://evil.example/"})

    assert answer.url == "/"
    assert answer.cookies["theme"].value == ""


def test_page_has_no_inline_style_or_script(client_as) -> None:
    html = client_as("coordinator").get("/ui/").content.decode()

    assert " style=" not in html
    assert "<script>" not in html


def test_address_of_a_form_leads_a_reader_to_the_page_above(client: Client) -> None:
    response = client.get("/accounts/language/", headers={"accept": "text/html"})
    assert response.status_code == 302
    assert response["Location"] == "/accounts/"
    assert client.get("/accounts/language/", headers={"accept": "*/*"}).status_code == 405
