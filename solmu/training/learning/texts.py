"""Study texts: Markdown made into safe HTML, and the check questions that stand in them. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

CHECK, END = "::check", "::end"
_CHECK = re.compile(r"::check( [\w-]+)?")
_OPTION = re.compile(r"[-*] \[([ xX])\] (.+)")
_TASK = re.compile(r"\*\*.+\d+ min\b.*\*\*")
_SOURCE = "source:"

# What an address written in a text leads to: (address as written) -> address, or "" to drop it.
Resolve = Callable[[str], str]


class TextError(ValueError):
    """A check question that can't be read; `line` counts from one."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Check:
    """A question for learning: told at once whether the answer was right, and why."""

    text: str
    options: tuple[str, ...]
    right: int
    why: str


@dataclass(slots=True)
class Text:
    """A page's text without its checks, and the checks."""

    markdown: str
    checks: list[Check] = field(default_factory=list)


@lru_cache(maxsize=512)
def parts_of(body: str) -> Text:
    """Take a page's text apart; TextError where a check can't be read."""
    kept: list[str] = []
    checks: list[Check] = []
    lines = iter(enumerate(body.splitlines(), 1))
    for number, line in lines:
        if not _CHECK.fullmatch(line.strip()):
            kept.append(line)
            continue
        inside: list[str] = []
        for _number, inner in lines:
            if inner.strip() in {END, "::"}:
                break
            inside.append(inner)
        else:
            raise TextError(number, _("a check has no line “%(end)s” at its end") % {"end": END})
        checks.append(_check(number, inside))
    return Text("\n".join(kept), checks)


def _check(number: int, lines: Sequence[str]) -> Check:
    asked: list[str] = []
    options: list[str] = []
    right: list[int] = []
    why: list[str] = []
    for raw in lines:
        line = raw.strip()
        if found := _OPTION.fullmatch(line):
            if found[1] in "xX":
                right.append(len(options))
            options.append(found[2].strip())
        elif line.startswith("= "):
            why.append(line[2:].strip())
        elif why:
            why.append(line)
        elif options and line:
            options[-1] += f" {line}"
        else:
            asked.append(line)
    text, reason = " ".join(asked).strip(), " ".join(why).strip()
    if not text:
        raise TextError(number, _("a check has no question"))
    if not 2 <= len(options) <= 6:
        raise TextError(number, _("a check has two to six options"))
    if len(right) != 1:
        raise TextError(number, _("a check has one right option, marked [x]"))
    if not reason:
        raise TextError(number, _("a check has no explanation (a line that begins with “= ”)"))
    return Check(text, tuple(options), right[0], reason)


def html_of(markdown: str, resolve: Resolve | None = None) -> SafeString:
    """Markdown as HTML: no HTML of its own, no scripts; headings below the page's own."""
    tokens = _PARSER.parse(markdown)
    _mark(tokens, resolve or _as_written)
    return mark_safe(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def inline_of(text: str, resolve: Resolve | None = None) -> SafeString:
    """One line of Markdown, such as a question, without a paragraph around it."""
    tokens = _PARSER.parseInline(text)
    _mark(tokens, resolve or _as_written)
    return mark_safe(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def _as_written(address: str) -> str:
    return "" if address.startswith(_SOURCE) else address


def _mark(tokens: Sequence[Token], resolve: Resolve) -> None:
    for at, token in enumerate(tokens):
        if token.type in {"heading_open", "heading_close"}:
            # A page's own heading is h1: its parts begin at h2, wherever their writer began.
            level = max(2, int(token.tag[1]) - 1)
            token.tag = f"h{level}"
        elif token.type == "blockquote_open":
            said = next((one.content for one in tokens[at:] if one.type == "inline"), "")
            if _TASK.match(said):
                token.attrSet("class", "task")
        elif token.type == "table_open":
            token.attrSet("class", "table")
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        for child in token.children or ():
            _lead(child, resolve)


def _lead(token: Token, resolve: Resolve) -> None:
    name = {"link_open": "href", "image": "src"}.get(token.type)
    if name is None:
        return
    address = resolve(str(token.attrGet(name) or ""))
    token.attrSet(name, address)
    if name == "src":
        token.attrSet("decoding", "async")
    elif address.startswith(("http:", "https:")):
        token.attrSet("rel", "noopener noreferrer")


def _is_safe(address: str) -> bool:
    scheme, colon, _rest = address.strip().partition(":")
    if not colon or "/" in scheme or "#" in scheme or "?" in scheme:
        return True
    return scheme.lower() in {"http", "https", "mailto", "tel", "source", "file"}


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable("table")
    validates: Any = parser
    validates.validateLink = _is_safe
    return parser


_PARSER = _parser()
