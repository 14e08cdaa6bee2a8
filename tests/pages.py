"""Finds the pages of Solmu as a person would: by following links, one page of each kind."""

from collections import deque
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

START = (
    "/",
    "/home/",
    "/accounts/login/",
    "/ui/",
    "/search/?q=ta",
    "/accessibility/",
    "/privacy/",
    "/training/",
)
PER_VIEW = 1


@dataclass(frozen=True)
class Page:
    """One page of a kind, and who sees it."""

    persona: str
    path: str
    view: str

    def __str__(self) -> str:
        return f"{self.view}[{self.persona or 'nobody'}]"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "a" and facts.get("href") and "download" not in facts:
            self.found.append(facts["href"] or "")


def links(html: str, base: str) -> list[str]:
    """The addresses in this site that a page leads to, without their anchors."""
    parser = _Links()
    parser.feed(html)
    found = []
    for link in parser.found:
        parts = urlsplit(urljoin(base, link))
        if not parts.netloc and parts.scheme == "" and "format=" not in parts.query:
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def view_of(path: str) -> str:
    """The name of the view behind an address; empty if there is none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def walk(client: Client, persona: str) -> list[Page]:
    """Every kind of page that this person reaches, each once; broken ones too."""
    client.raise_request_exception = False
    queue = deque(START)
    seen: set[str] = set(START)
    kinds: dict[str, int] = {}
    pages = []
    while queue:
        path = queue.popleft()
        view = view_of(path)
        if not view or kinds.get(view, 0) >= PER_VIEW:
            continue
        answer = client.get(path, headers={"accept-language": "fi"})
        shown = answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")
        if not shown and answer.status_code < 500:
            continue
        kinds[view] = kinds.get(view, 0) + 1
        pages.append(Page(persona, path, view))
        for link in links(answer.content.decode(), path) if shown else ():
            if link not in seen:
                seen.add(link)
                queue.append(link)
    return pages
