"""Every page that a person can walk to: accessible, light, whole in every language."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from tests.pages import Page, walk

PERSONAS = ("coordinator", "rector", "admin", "")
LANGUAGES = ("fi", "sv", "en")
HEAVIEST = 100_000  # bytes of HTML
# What a template or a translation leaves behind when something is missing.
BROKEN = re.compile(r"\{\{|\{%|%\(\w+\)|\bNone\b|\bundefined\b|\bNaN\b")

pytestmark = pytest.mark.demo


class _Texts(HTMLParser):
    """The texts that a reader sees, with the language each is marked with."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0
        self._foreign: list[bool] = []
        self._void = {"meta", "link", "input", "img", "br", "hr", "use", "path", "col", "source"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "template", "code"}:
            self._hidden += 1
        facts = dict(attrs)
        if tag not in self._void:
            foreign = ("lang" in facts and tag != "html") or facts.get("translate") == "no"
            self._foreign.append(foreign)
        for name in ("aria-label", "title", "placeholder", "alt"):
            if facts.get(name) and not any(self._foreign):
                self.texts.append(facts[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template", "code"}:
            self._hidden -= 1
        if tag not in self._void and self._foreign:
            self._foreign.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden and not any(self._foreign) and data.strip():
            self.texts.append(" ".join(data.split()))


def texts(html: str) -> list[str]:
    parser = _Texts()
    parser.feed(html)
    return parser.texts


_found: dict[str, Page] = {}


@pytest.fixture
def pages(client_as: Callable[[str], Client]) -> list[tuple[Client, Page]]:
    """One page of each kind, with the client of a persona who sees it; walked once."""
    clients = {persona: client_as(persona) for persona in PERSONAS}
    if not _found:
        for persona, client in clients.items():
            for page in walk(client, persona):
                _found.setdefault(page.view, page)
    assert len(_found) > 20
    return [(clients[page.persona], page) for page in _found.values()]


def test_pages_are_light_and_whole_in_every_language(pages: list[tuple[Client, Page]]) -> None:
    faults = []
    for client, page in pages:
        for language in LANGUAGES:
            answer = client.get(page.path, headers={"accept-language": language})
            html = answer.content.decode()
            where = f"{page.path} ({page.persona or 'nobody'}, {language})"
            if answer.status_code != 200:
                faults.append(f"{where}: {answer.status_code}")
                continue
            if f'<html lang="{language}"' not in html:
                faults.append(f"{where}: says another language")
            if len(answer.content) > HEAVIEST:
                faults.append(f"{where}: {len(answer.content)} bytes")
            seen = texts(html)
            faults += [f"{where}: {text!r}" for text in seen if BROKEN.search(text)]
    assert not faults, "\n".join(faults)


def test_pages_have_no_text_left_in_english(pages: list[tuple[Client, Page]]) -> None:
    """Texts that look the same in Finnish and English, but for those that should."""
    faults = []
    for client, page in pages:
        read = {
            language: texts(
                client.get(page.path, headers={"accept-language": language}).content.decode()
            )
            for language in ("en", "fi")
        }
        same = set(read["en"]) & set(read["fi"])
        with override("fi"):
            # A text of the code that has a Finnish form must be shown in it.
            faults += [
                f"{page.path}: {text!r}"
                for text in same - {"English"}  # languages are called by their own names
                if gettext(text) != text
            ]
    assert not faults, "\n".join(faults)


@pytest.mark.browser
def test_pages_pass_axe(
    pages: list[tuple[Client, Page]],
    page_as: Callable[..., Any],
    axe: Callable[[Any], list[str]],
) -> None:
    faults = []
    for persona in PERSONAS:
        opened = page_as(persona)
        for _, page in pages:
            if page.persona == persona:
                opened.goto(page.path)
                faults += [f"{page.path}: {fault}" for fault in axe(opened)]
        opened.context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "most"),
    [("/home/", 80_000), ("/partners/", 80_000), ("/partners/map/", 400_000)],
)
def test_cold_page_is_light_on_the_wire(page_as: Callable[..., Any], path: str, most: int) -> None:
    opened = page_as("coordinator")
    opened.goto(path)
    opened.wait_for_load_state("networkidle")
    script = """["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
        .map(entry => [entry.transferSize, new URL(entry.name).pathname])"""
    sizes = sorted(opened.evaluate(script), reverse=True)
    total = sum(size for size, _ in sizes)
    assert total <= most, "\n".join(f"{size:>8} {name}" for size, name in sizes)
