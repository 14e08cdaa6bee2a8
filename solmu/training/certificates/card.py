"""The card of a certified workplace instructor: its texts, with what the institution knows of it.

Who issues the card, what it costs and how long it holds is for the institution to say: a line is
shown only where it has filled in its value.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from solmu.lib.translated import text_in
from solmu.training.certificates.models import CertificateSettings
from solmu.training.learning.shipped import FOLDER
from solmu.training.models import Programme

LINES = ("issuer", "price", "validity", "address")


@cache
def _texts(folder: str) -> dict[str, Any]:
    path = FOLDER / folder / "card.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def texts_of(programme: Programme) -> dict[str, Any]:
    """The texts that belong to the programme's contents; empty where there is no card."""
    return _texts(programme.slug) or _texts(
        programme.adopted_from.slug if programme.adopted_from else "-"
    )


def settings_of(programme: Programme) -> CertificateSettings:
    """What the institution has filled in; empty where it has not."""
    found: CertificateSettings | None = getattr(programme, "certificate_settings", None)
    return found or CertificateSettings(programme=programme)


def page(programme: Programme, language: str) -> dict[str, Any] | None:
    """What a participant's page says of the card; None where the training leads to none."""
    texts = texts_of(programme)
    if not texts:
        return None
    return {
        "title": texts["page"]["title"][language],
        "paragraphs": [part.strip() for part in texts["page"]["body"][language].split("\n\n")],
        "lines": lines(programme, language),
        "address": settings_of(programme).card_address,
        "button": texts["button"][language],
    }


def lines(programme: Programme, language: str) -> list[str]:
    """What is known of the card, a line each; the address has its own button on pages."""
    texts = texts_of(programme)
    if not texts:
        return []
    told = settings_of(programme)
    found = [
        texts["lines"][name][language].replace(f"{{{name}}}", value)
        for name in LINES
        if (value := getattr(told, f"card_{name}"))
    ]
    institution = text_in(programme.institution.organisation, "name", language)
    return found or [texts["lines"]["not_set"][language].replace("{institution}", institution)]


def of_letter(programme: Programme, language: str) -> str:
    """What the letter says of the card."""
    texts = texts_of(programme)
    if not texts:
        return ""
    told: str = texts["letter"][language]
    return told.replace("{lines}", " ".join(lines(programme, language))).strip()
