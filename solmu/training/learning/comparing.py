"""What differs between two versions of contents, page by page; also own ones from the original."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib.translated import LANGUAGES
from solmu.training.learning.models import Page, Version

if TYPE_CHECKING:
    from solmu.training.learning.origins import Origin

SAME, CHANGED, NEW, GONE = "same", "changed", "new", "gone"
# Of adopted contents: who has changed a page since it was taken.
THEIRS, OURS, BOTH, AWAY = "theirs", "ours", "both", "away"

WORDS: dict[str, Any] = {
    SAME: gettext_lazy("the same"),
    CHANGED: gettext_lazy("changed"),
    NEW: gettext_lazy("new"),
    GONE: gettext_lazy("taken away"),
    THEIRS: gettext_lazy("improved in the original"),
    OURS: gettext_lazy("changed here"),
    BOTH: gettext_lazy("changed in both"),
    AWAY: gettext_lazy("taken away here"),
}


@dataclass(slots=True)
class Difference:
    """A page in two versions; `old` or `new` is missing where it stands in one only."""

    key: str
    kind: str
    old: Page | None
    new: Page | None
    languages: list[tuple[str, SafeString]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the page is called."""
        page = self.new or self.old
        return page.title if page else ""

    @property
    def word(self) -> Any:
        """What has become of it."""
        return WORDS[self.kind]

    @property
    def may_take(self) -> bool:
        """Of adopted contents: something can be taken from the original."""
        return self.kind in {THEIRS, BOTH, NEW, AWAY}

    @property
    def is_free(self) -> bool:
        """Of adopted contents: taking it loses nothing that was done here."""
        return self.kind in {THEIRS, NEW}


def compare(old: Version, new: Version) -> list[Difference]:
    """The pages that differ, in the order of the newer version."""
    return [one for one in _pairs(pages_of(old), pages_of(new)) if one.kind != SAME]


def against_original(own: Version, origin: Origin) -> list[Difference]:
    """What the original has that the own contents don't, and what was changed here."""
    found = []
    for one in _pairs(pages_of(own), origin.pages):
        first = origin.first.get(one.key, "")
        taken = (one.old.taken_digest if one.old else "") or first
        if one.kind == CHANGED and one.old and one.new:
            ours = one.old.digest != taken
            theirs = one.new.digest != taken
            one.kind = BOTH if ours and theirs else THEIRS if theirs else OURS
        elif one.kind == GONE and one.old:
            # Not in the original: an own page, unless it was taken from there.
            one.kind = GONE if taken else OURS
        elif one.kind == NEW and first:
            one.kind = AWAY
        if one.kind != SAME:
            found.append(one)
    return found


def _pairs(before: dict[str, Page], after: dict[str, Page]) -> list[Difference]:
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        if was is None:
            kind = NEW
        elif now is None:
            kind = GONE
        else:
            kind = SAME if was.digest == now.digest else CHANGED
        one = Difference(key, kind, was, now)
        if kind == CHANGED:
            one.languages = [
                (code, shown)
                for code in LANGUAGES
                if (shown := _shown(_text(was, code), _text(now, code)))
            ]
        found.append(one)
    return found


def pages_of(version: Version) -> dict[str, Page]:
    """A version's pages in their order, by key, each with its part."""
    pages = Page.objects.filter(part__version=version).order_by("part__number", "order")
    pages = pages.select_related("part")
    return {page.key: page for page in pages}


def _text(page: Page | None, code: str) -> list[str]:
    if page is None:
        return []
    return [getattr(page, f"title_{code}"), *getattr(page, f"body_{code}").splitlines()]


def _shown(old: list[str], new: list[str]) -> SafeString:
    """Lines taken away and added, with two of context; empty when they say the same."""
    if old == new:
        return mark_safe("")
    rows = []
    for line in difflib.unified_diff(old, new, lineterm="", n=2):
        if line.startswith(("---", "+++")):
            continue
        text = conditional_escape(line[1:])
        if line.startswith("@@"):
            rows.append("<hr>")
        elif line.startswith("-"):
            rows.append(f"<p><del>{text}</del></p>")
        elif line.startswith("+"):
            rows.append(f"<p><ins>{text}</ins></p>")
        elif text.strip():
            rows.append(f'<p class="muted">{text}</p>')
    return mark_safe("".join(rows[1:] if rows and rows[0] == "<hr>" else rows))


def summed_up(differences: list[Difference]) -> str:
    """How much differs, in a sentence."""
    if not differences:
        return _("There is no difference.")
    counted: dict[str, int] = {}
    for one in differences:
        counted[one.kind] = counted.get(one.kind, 0) + 1
    parts = [f"{n} {WORDS[kind]}" for kind, n in counted.items()]
    return _("Pages: %(parts)s.") % {"parts": ", ".join(parts)}
