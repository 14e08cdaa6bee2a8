"""The menu: the loop See, Agree, Do, Learn, Reflect, filled by composition.py."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from solmu.lib.compiled import Asked, rows_of_each

# What each group is called and which icon it has at the bottom of a phone.
GROUPS: dict[str, tuple[Any, str]] = {
    "": ("", ""),
    "see": (_("See"), "eye"),
    "agree": (_("Agree"), "handshake"),
    "do": (_("Do"), "users"),
    "learn": (_("Learn"), "graduation-cap"),
    "reflect": (_("Reflect"), "compass"),
}
_BAR_ITEMS = 5


def _everyone(viewer: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry as composition.py declares it; `group` is a key of GROUPS, empty above the groups.

    `count` gives how many things wait for the viewer there; nothing else is counted in the menu.
    """

    group: str
    label: Any
    url_name: str
    icon: str
    visible: Callable[[Any], bool] = _everyone
    count: Callable[[Any], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a viewer: what, why, and the one verb that does it."""

    title: Any
    detail: Any
    verb: Any
    url: str


@dataclass(frozen=True, slots=True)
class Waits[Row]:
    """A question whose rows wait for a viewer, and the lines that they make."""

    asked: Asked[Row]
    lines: Callable[[list[Row]], list[Waiting]]


def told(waits: Iterable[Waits[Any] | Waiting]) -> list[Waiting]:
    """All lines in order; of the questions only those are read that find anything."""
    parts = list(waits)
    questions = [one for one in parts if isinstance(one, Waits)]
    rows = iter(rows_of_each([one.asked for one in questions]))
    found: list[Waiting] = []
    for one in parts:
        if isinstance(one, Waiting):
            found.append(one)
        elif of_it := next(rows):
            found += one.lines(of_it)
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as one viewer sees it on one page."""

    label: Any
    url: str
    icon: str
    count: int | None
    current: bool
    link: SafeString


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the menu with at least one entry."""

    key: str
    label: Any
    icon: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def current(self) -> bool:
        """True when the page shown belongs to the group."""
        return any(entry.current for entry in self.entries)

    @property
    def count(self) -> int:
        """How many things wait in the whole group."""
        return sum(entry.count or 0 for entry in self.entries)


def groups_for(items: Iterable[MenuItem], viewer: Any, path: str) -> list[Group]:
    """Return the groups that the viewer has something in, with the current page marked."""
    seen = [(item, reverse(item.url_name)) for item in items if item.visible(viewer)]
    here = max((url for _, url in seen if path.startswith(url)), key=len, default=None)
    groups = {key: Group(key, label, icon) for key, (label, icon) in GROUPS.items()}
    for item, url in seen:
        count = item.count(viewer) if item.count else None
        current = url == here
        link = _link(item.label, url, count, current=current)
        entry = Entry(item.label, url, item.icon, count, current, link)
        groups[item.group].entries.append(entry)
    return [group for group in groups.values() if group.entries]


def _link(label: Any, url: str, count: int | None, *, current: bool) -> SafeString:
    """An entry as the menu shows it, and the sheets of a phone once more."""
    here = ' aria-current="page"' if current else ""
    told = ""
    if count:
        waiting = format_html('<span class="visually-hidden"> {}</span>', gettext("waiting"))
        told = format_html('<span class="count">{}{}</span>', count, waiting)
    return mark_safe(f'<a class="entry" href="{url}"{here}>{conditional_escape(label)}{told}</a>')


def bar_of(groups: list[Group]) -> list[Group]:
    """Return at most five items for the bottom of a phone.

    Entries above the groups come first where there is room; the brand leads to my day anyway.
    """
    above = [
        Group(entry.url, entry.label, entry.icon, [entry])
        for group in groups
        if not group.key
        for entry in group.entries
    ]
    named = [group for group in groups if group.key]
    return [*above[: max(0, _BAR_ITEMS - len(named))], *named]
