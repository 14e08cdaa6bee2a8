"""What every page's template knows: menu, viewer, language, theme, whether this is a demo."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.ui.menu import Group, MenuItem, bar_of, groups_for

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
# Each language by its own name, so that whoever needs it can read it.
LANGUAGES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))


class Shell:
    """What surrounds the page for one request; each part is made when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer: Any = getattr(request, "viewer", None)

    @cached_property
    def groups(self) -> list[Group]:
        """The menu's groups for this viewer."""
        if self.viewer is None:
            return []
        items: Iterable[MenuItem] = composed("MENU")
        return groups_for(items, self.viewer, self.request.path)

    @cached_property
    def bar(self) -> list[Group]:
        """The five items at the bottom of a phone."""
        return bar_of(self.groups)

    @property
    def theme(self) -> str:
        """The theme the reader chose; empty follows the system."""
        theme = self.request.COOKIES.get(THEME_COOKIE, "")
        return theme if theme in THEMES else ""

    @property
    def today(self) -> date:
        """The business date, which a demo may have moved."""
        return clock.today()

    @property
    def language(self) -> str:
        """The language of the page."""
        return (get_language() or settings.LANGUAGE_CODE)[:2]

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """Codes and own names of the languages to choose from."""
        return LANGUAGES

    @property
    def signed_in(self) -> bool:
        """True when somebody has signed in."""
        return self.viewer is not None and not self.viewer.is_anonymous

    @property
    def initials(self) -> str:
        """The viewer's initials."""
        parts = (self.viewer.name if self.viewer else "").replace("@", " ").split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "–"

    @property
    def institutions(self) -> list[tuple[int, str]]:
        """The institutions the viewer can look from, when there are several."""
        names = self.viewer.institution_names if self.viewer else {}
        return sorted(names.items(), key=lambda pair: pair[1]) if len(names) > 1 else []


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {
        "shell": Shell(request),
        "viewer": getattr(request, "viewer", None),
        "demo": getattr(request, "demo", False),
    }
