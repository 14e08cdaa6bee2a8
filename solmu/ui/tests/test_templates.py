"""What holds for the templates and scripts of all rooms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from solmu.lib.composed import composed
from solmu.ui.markup import icon_names

SOLMU = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for path in SOLMU.glob("*/templates/**/*.html")
    if "mail" not in path.name and "email" not in path.parts
)


def _icons() -> Iterator[tuple[str, str]]:
    for path in TEMPLATES:
        for name in re.findall(r'\{% icon "([^"]+)"', path.read_text()):
            yield path.name, name
    for path in SOLMU.rglob("*.py"):
        for name in re.findall(r'(?<![\w.])icon\("([\w-]+)"\)', path.read_text()):
            yield path.name, name
    for item in (*composed("MENU"), *composed("ACTIONS"), *composed("SEARCH_KINDS").values()):
        yield "composition.py", item.icon


def test_icons_used_are_in_the_sprite() -> None:
    assert [pair for pair in _icons() if pair[1] not in icon_names()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_nothing_the_policy_refuses(path: Path) -> None:
    text = path.read_text()

    assert re.findall(r"\sstyle=|<style|\son\w+=|javascript:|hx-on|hx-vals=.js:", text) == []
    assert [
        tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and "json" not in tag
    ] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_loads_nothing_from_elsewhere(path: Path) -> None:
    assert re.findall(r'(?:src|href)="https?://[^"]+\.(?:js|css|woff2?)', path.read_text()) == []
