"""A page of study material as a participant reads it: text, checks with what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from solmu.training.learning import texts
from solmu.training.learning.models import Page, Source, Version


@dataclass(slots=True)
class AskedCheck:
    """A check question on a page, and the option that was chosen, if one was."""

    number: int
    text: SafeString
    options: list[tuple[int, SafeString]]
    right: int
    why: SafeString
    chosen: int | None

    @property
    def name(self) -> str:
        """Its field on the page."""
        return f"c{self.number}"

    @property
    def is_right(self) -> bool:
        """Tell whether the chosen option is the right one."""
        return self.chosen == self.right


class Reader:
    """Turns the pages of one version into HTML; sources are read once, when a text names one."""

    def __init__(self, version: Version) -> None:
        self.version = version

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The version's sources by key."""
        return {one.key: one for one in self.version.sources.all()}

    def html(self, markdown: str) -> SafeString:
        """A text."""
        return texts.html_of(markdown, self._resolve)

    def body(self, page: Page) -> SafeString:
        """A page's text without its checks."""
        return self.html(texts.parts_of(page.body).markdown)

    def checks(self, page: Page, answers: Mapping[str, str] | None = None) -> list[AskedCheck]:
        """A page's checks; `answers` are what was chosen, as c0, c1 …"""
        found = []
        for number, check in enumerate(texts.parts_of(page.body).checks):
            given = (answers or {}).get(f"c{number}", "")
            chosen = int(given) if given.isdecimal() else None
            if chosen is not None and chosen >= len(check.options):
                chosen = None
            found.append(
                AskedCheck(
                    number,
                    texts.inline_of(check.text, self._resolve),
                    [
                        (at, texts.inline_of(option, self._resolve))
                        for at, option in enumerate(check.options)
                    ],
                    check.right,
                    texts.inline_of(check.why, self._resolve),
                    chosen,
                )
            )
        return found

    def named_sources(self, page: Page) -> list[Source]:
        """The sources that a page's text names."""
        return [
            one
            for key, one in self.sources.items()
            if page.key in one.pages or f"(source:{key})" in page.body
        ]

    def _resolve(self, address: str) -> str:
        kind, colon, rest = address.partition(":")
        if colon and kind == "source":
            source = self.sources.get(rest)
            return source.address if source else ""
        if colon and kind == "file":
            try:
                return reverse("files:download", args=[rest])
            except ValueError:
                return ""
        if address.startswith("pictures/"):
            try:
                return static(f"learning/{address}")
            except ValueError:
                return ""  # no such picture came with Solmu
        return address


def language_of(page: Page) -> str:
    """The language in which a page is shown: the reader's, else the first that has a text."""
    wanted = (get_language() or "fi")[:2]
    for code in (wanted, "fi", "sv", "en"):
        if getattr(page, f"title_{code}", ""):
            return code
    return wanted
