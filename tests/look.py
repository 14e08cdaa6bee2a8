"""`make look`: a picture of every page in every language, theme and width, in var/look.

ONLY=partners takes the pages whose view is named so, LANGUAGES="fi" some languages only.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.pages import Page, walk

FOLDER = Path(__file__).resolve().parent.parent / "var" / "look"
LANGUAGES = os.environ.get("LANGUAGES", "fi sv en").split()
ONLY = re.compile(os.environ.get("ONLY", ""))
THEMES = ("light", "dark")
WIDTHS = (1280, 390)
PERSONAS = ("coordinator", "rector", "admin", "outsider", "")


@pytest.mark.demo
@pytest.mark.browser
def test_pictures(
    page_as: Callable[..., Any],
    client_as: Callable[[str], Client],
    axe: Callable[[Any], list[str]],
) -> None:
    pages: dict[str, Page] = {}
    for persona in PERSONAS:
        for page in walk(client_as(persona), persona):
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
                    opened.goto(page.path)
                    opened.wait_for_load_state("networkidle")
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
