"""The bar over list, map and board: views, search, filters, what is on, and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Max, Min
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from solmu.lib.composed import composed
from solmu.organisations.models import Institution
from solmu.partnerships.models import Standing
from solmu.partnerships.picture.picture import Option, Picture, country_name
from solmu.ui.markup import icon, joined

LIST, MAP, BOARD = "list", "map", "strategy"
# view: (label, icon, what comes after /partners/)
VIEWS = {
    LIST: (gettext_lazy("List"), "list", ""),
    MAP: (gettext_lazy("Map"), "map", "map/"),
    BOARD: (gettext_lazy("Strategy board"), "layout-grid", "strategy/"),
}
LABELS = {
    "level": gettext_lazy("Level"),
    "scope": gettext_lazy("Scope"),
    "content": gettext_lazy("Content"),
    "owner": gettext_lazy("Owner"),
    "region": gettext_lazy("Region"),
    "theme": gettext_lazy("Theme"),
    "field": gettext_lazy("Field"),
    "state": gettext_lazy("State"),
    "municipality": gettext_lazy("Municipality"),
    "country": gettext_lazy("Country"),
    "file": gettext_lazy("Imported file"),
}
AT_ONCE = ("level", "scope", "content", "owner", "region")
BEHIND_MORE = ("theme", "field", "state")
# The time track reaches no further back than this, however old the oldest partnership is.
LONGEST_TRACK = 15  # years


@dataclass(frozen=True, slots=True)
class Choice:
    """A box of a filter's panel."""

    value: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A filter: its name, its boxes, and how many of them are on."""

    key: str
    label: str
    choices: list[Choice]

    @property
    def number(self) -> int:
        """How many boxes are on."""
        return sum(choice.on for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    url: str


class Bar:
    """What the bar of one view says; `{{ bar.html }}` shows it."""

    def __init__(self, picture: Picture, view: str, target: str = "#main") -> None:
        self.picture = picture
        self.view = view
        self.target = target
        self.action = self._address(view)

    @property
    def html(self) -> SafeString:
        """The search and the filters, rendered once for all who look at the same picture."""
        picture = self.picture

        def make() -> SafeString:
            return render_to_string("partnerships/_picture_bar.html", {"bar": self})

        if picture.notices or picture.viewer.is_admin:
            return make()
        form = (self.view, self.target, get_language(), picture.today, *picture.query())
        return picture.remembered(f"bar {form}", make)

    @property
    def tabs(self) -> list[tuple[SafeString, str, bool]]:
        """The three views under the same filters."""
        query = self.picture.query_string()
        return [
            (joined([icon(name), label]), self._address(view) + query, view == self.view)
            for view, (label, name, _path) in VIEWS.items()
        ]

    @cached_property
    def panels(self) -> list[Panel]:
        """The filters that are shown at once."""
        return [self._panel(key) for key in AT_ONCE]

    @cached_property
    def more(self) -> list[Panel]:
        """The filters behind "More"."""
        return [self._panel(key) for key in (*BEHIND_MORE, *composed("PICTURE_FILTERS"))]

    @property
    def number(self) -> int:
        """How many boxes are on in all the filters."""
        return sum(panel.number for panel in (*self.panels, *self.more))

    @property
    def more_number(self) -> int:
        """How many boxes are on behind "More"."""
        return sum(panel.number for panel in self.more)

    @cached_property
    def institutions(self) -> list[tuple[str, str, bool]]:
        """Institutions that an administrator may look at: (slug, name, is it this one).

        Others change theirs in the account menu.
        """
        if not self.picture.viewer.is_admin:
            return []
        shown = self.picture.institution.pk
        seen = Institution.objects.visible_to(self.picture.viewer).select_related("organisation")
        choices = [
            (one.organisation.slug, one.organisation.name, one.pk == shown)
            for one in seen.order_by("organisation__sort_fi")
        ]
        return choices if len(choices) > 1 else []

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form keeps as it is."""
        shown = {*AT_ONCE, *BEHIND_MORE, *composed("PICTURE_FILTERS"), "q"}
        if self.institutions:
            shown.add("institution")
        return [pair for pair in self.picture.query() if pair[0] not in shown]

    @property
    def chips(self) -> list[Chip]:
        """The filters that are on, one by one."""
        picture = self.picture
        chips = [
            Chip(
                f"{_label_of(key)}: {self._label(key, value)}",
                self.action + picture.without(key, value),
            )
            for key, values in picture.filters.items()
            for value in values
        ]
        if picture.q:
            chips.append(Chip(f"“{picture.q}”", self.action + picture.query_string(q=None)))
        return chips

    @property
    def clear_url(self) -> str:
        """The address with every filter off; the day stays."""
        picture = self.picture
        return self.action + picture.query_string(q=None, **dict.fromkeys(picture.filters))

    @property
    def since_links(self) -> list[tuple[str, str, bool]]:
        """Days to compare with: (label, address, is it on)."""
        on = self.picture.on
        days = [
            (_("A month ago"), months_before(on, 1)),
            (_("Half a year ago"), months_before(on, 6)),
            (_("A year ago"), months_before(on, 12)),
        ]
        return [
            (
                f"{label} ({date_format(day, 'SHORT_DATE_FORMAT')})",
                self.action + self.picture.query_string(since=day.isoformat()),
                day == self.picture.since,
            )
            for label, day in days
        ]

    @property
    def no_since_url(self) -> str:
        """The address without a day to compare with."""
        return self.action + self.picture.query_string(since=None)

    @property
    def since_hidden(self) -> list[tuple[str, str]]:
        """What the form for another day to compare with keeps."""
        return [pair for pair in self.picture.query() if pair[0] != "since"]

    @property
    def today_url(self) -> str:
        """The address of today's picture."""
        return self.action + self.picture.query_string(on=None)

    @cached_property
    def track(self) -> tuple[date, date]:
        """The first and the last day of the time track."""
        picture = self.picture
        first, last = picture.unfiltered().remembered("track", self._span)
        return min(first, picture.on), max(last, picture.on)

    @staticmethod
    def _address(view: str) -> str:
        return reverse("partnerships:list") + VIEWS[view][2]

    def _span(self) -> tuple[date, date]:
        today = self.picture.today
        found = Standing.objects.filter(stakeholder__in=self.picture.base()).aggregate(
            first=Min("valid__startswith"), last=Max("valid__startswith")
        )
        earliest = date(today.year - LONGEST_TRACK, 1, 1)
        first = found["first"] or date(today.year - 2, 1, 1)
        first = min(max(first, earliest), date(today.year - 2, 1, 1))
        return date(first.year, 1, 1), max(found["last"] or today, today)

    def _panel(self, key: str) -> Panel:
        on = self.picture.filters.get(key, ())
        choices = [
            Choice(option.value, option.label, option.value in on)
            for option in self.picture.words.options(key)
        ]
        return Panel(key, _label_of(key), choices)

    def _label(self, key: str, value: str) -> str:
        if key == "country":
            return country_name(value)
        if key == "file":
            return self.picture.file_name(value)
        if key == "municipality":
            return self.picture.words.municipality(value) or value
        facet = (
            self.picture.words.facet_by_id.get(int(value)) if key in {"content", "theme"} else None
        )
        options: list[Option] = [] if facet else self.picture.words.options(key)
        return facet.name if facet else next(one.label for one in options if one.value == value)


def _label_of(key: str) -> str:
    brought = composed("PICTURE_FILTERS").get(key)
    return str(brought.label if brought else LABELS[key])


def bar(picture: Picture, view: str, target: str = "#main") -> Bar:
    """The bar of a view; `target` is what htmx exchanges, empty for whole pages."""
    return Bar(picture, view, target)


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last day."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError
