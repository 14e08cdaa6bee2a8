"""The filter bar over a list or a picture: chips that open choices, kept in the address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from solmu.ui import markup


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its parameter, its name and its choices (value, label); several can be on."""

    key: str
    label: Any
    choices: Sequence[tuple[Any, Any]]


class FilterBar:
    """The filters of one page for one request; renders itself with `{% filters bar %}`.

    `chosen[key]` holds the values that are on and known; unknown ones are ignored. `search` is the
    parameter of a text field, empty for none. Every other parameter stays in the address.
    """

    def __init__(
        self,
        request: HttpRequest,
        filters: Iterable[Filter],
        *,
        search: str = "",
        search_label: Any = "",
        target: str = "",
    ) -> None:
        self.query: QueryDict = request.GET
        self.filters = tuple(filters)
        self.search = search
        self.search_label = search_label
        self.target = target

    @cached_property
    def chosen(self) -> dict[str, list[str]]:
        """The values that are on, by key."""
        return {
            each.key: [value for value in self.query.getlist(each.key) if value in known]
            for each in self.filters
            for known in [{str(value) for value, _label in each.choices}]
        }

    @property
    def text(self) -> str:
        """What was written in the text field."""
        return self.query.get(self.search, "").strip().replace("\0", "") if self.search else ""

    @property
    def on(self) -> bool:
        """True when anything is filtered."""
        return bool(self.text or any(self.chosen.values()))

    @property
    def clear_url(self) -> str:
        """The same page without filters."""
        query = self.query.copy()
        for key in (*self.chosen, self.search, "after", "format"):
            query.pop(key, None)
        return f"?{query.urlencode()}"

    def render(self) -> SafeString:
        """Return the bar as a form that works without JavaScript."""
        ours = {*self.chosen, self.search, "after", "format"}
        kept = "".join(
            markup.hidden(key, value)
            for key, values in self.query.lists()
            if key not in ours
            for value in values
        )
        goes = (
            f' hx-get="" hx-target="{self.target}" hx-select="{self.target}" hx-swap="outerHTML"'
            ' hx-push-url="true"'
            if self.target
            else ""
        )
        clear = (
            f'<a class="chip" href="{conditional_escape(self.clear_url)}">{markup.icon("x")}'
            f"{conditional_escape(_('Remove filters'))}</a>"
            if self.on
            else ""
        )
        return mark_safe(
            f'<form class="filters" method="get" role="search" data-applies{goes}'
            f' aria-label="{conditional_escape(_("Filters"))}">{kept}{self._text_field()}'
            f"{''.join(self._chip(each) for each in self.filters)}{clear}"
            f'<button class="button quiet small sends">{conditional_escape(_("Filter"))}</button>'
            "</form>"
        )

    def _text_field(self) -> str:
        if not self.search:
            return ""
        label = conditional_escape(self.search_label or _("Find by name"))
        return (
            f'<input class="input" type="search" name="{self.search}" aria-label="{label}"'
            f' placeholder="{label}" value="{conditional_escape(self.text)}">'
        )

    def _chip(self, each: Filter) -> str:
        on = self.chosen[each.key]
        name = conditional_escape(each.label)
        labels = [
            conditional_escape(capfirst(str(label)))
            for value, label in each.choices
            if str(value) in on
        ]
        shown: str = name
        if labels:
            more = f" +{len(labels) - 1}" if len(labels) > 1 else ""
            shown = f'<span class="visually-hidden">{name}: </span>{labels[0]}{more}'
        boxes = "".join(
            f'<label><input type="checkbox" name="{each.key}" value="{conditional_escape(value)}"'
            f"{' checked' if str(value) in on else ''}>"
            f" {conditional_escape(capfirst(str(label)))}</label>"
            for value, label in each.choices
        )
        return (
            f'<details data-closes><summary class="chip{" on" if on else ""}">{shown}'
            f'{markup.icon("chevron-down")}</summary><fieldset class="pop">'
            f'<legend class="visually-hidden">{name}</legend>{boxes}</fieldset></details>'
        )
