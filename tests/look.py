"""`make look`: a picture of every page in every language, theme and width, in var/look.

ONLY=partners takes the pages whose view is named so, LANGUAGES="fi" some languages only.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from solmu.portal.personas import PERSONAS
from tests.pages import Page, view_of, walk
from tests.permissions.asking import API, Samples
from tests.permissions.matrix import rows

FOLDER = Path(__file__).resolve().parent.parent / "var" / "look"
LANGUAGES = os.environ.get("LANGUAGES", "fi sv en").split()
ONLY = re.compile(os.environ.get("ONLY", ""))
THEMES = ("light", "dark")
WIDTHS = (1280, 390)
# Those first whose days are fullest; nobody last.
EVERYBODY = ("coordinator", *(one.slug for one in PERSONAS if one.slug != "coordinator"), "")


@pytest.mark.demo
@pytest.mark.browser
def test_pictures(
    page_as: Callable[..., Any],
    client_as: Callable[[str], Client],
    axe: Callable[[Any], list[str]],
) -> None:
    clients = {persona: client_as(persona) for persona in EVERYBODY}
    pages: dict[str, Page] = {}
    for page in (*_linked(clients), *_sampled(clients)):
        if ONLY.search(page.view):
            pages.setdefault(page.view, page)
    FOLDER.mkdir(parents=True, exist_ok=True)
    faults = []
    for language in LANGUAGES:
        for theme in THEMES:
            for width in WIDTHS:
                for page in pages.values():
                    opened = page_as(
                        page.persona,
                        locale=language,
                        color_scheme=theme,
                        viewport={"width": width, "height": 900},
                    )
                    _show(opened, page, _asked(clients, page, language))
                    name = re.sub(r"\W+", "-", page.view)
                    opened.screenshot(
                        path=FOLDER / f"{name}-{language}-{theme}-{width}.png", full_page=True
                    )
                    where = f"{page.path} {language} {theme} {width}"
                    wide = opened.evaluate("document.documentElement.scrollWidth") - width
                    if wide > 0:
                        faults.append(f"{where}: {wide} px too wide")
                    faults += [f"{where}: {fault}" for fault in axe(opened)]
                    opened.context.close()
    (FOLDER / "faults.txt").write_text("\n".join(faults))
    assert not faults, "\n".join(faults)


def _linked(clients: dict[str, Client]) -> Iterator[Page]:
    """The pages that somebody reaches by links."""
    for persona, client in clients.items():
        yield from walk(client, persona)


def _sampled(clients: dict[str, Client]) -> Iterator[Page]:
    """The pages that the table of permissions knows, of its sample records."""
    samples = Samples()
    for row in rows():
        if row.method != "GET" or row.path.startswith(API):
            continue
        persona = next((one for one in EVERYBODY if row.answers[one] == "200"), None)
        path = samples.fill(row.path)
        if persona is not None and (view := view_of(path)):
            page = Page(persona, path, view)
            if _is_page(_asked(clients, page, "fi")):
                yield page


def _asked(clients: dict[str, Client], page: Page, language: str) -> Any:
    return clients[page.persona].get(page.path, headers={"accept-language": language})


def _is_page(answer: HttpResponse) -> bool:
    kind = answer.get("Content-Type", "")
    return answer.status_code == 200 and kind.startswith("text/html") and b"<main" in answer.content


def _show(opened: Any, page: Page, answer: HttpResponse) -> None:
    """Show what this test was answered: the browser's server does not see its sample records."""
    kept = ("Content-Type", "Content-Security-Policy")
    headers = {name: answer[name] for name in kept if name in answer}

    def fulfil(route: Any) -> None:
        if route.request.is_navigation_request():
            route.fulfill(status=answer.status_code, body=answer.content, headers=headers)
        else:
            route.continue_()

    opened.route("**/*", fulfil)
    opened.goto(page.path)
    opened.wait_for_load_state("networkidle")
