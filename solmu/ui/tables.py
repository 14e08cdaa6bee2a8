"""Lists as tables: sorted and paged by key, columns to choose, exports with the same filter."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from solmu.lib import paging
from solmu.ui import files_out
from solmu.ui.markup import hidden, icon

# Rows of a view to print: some fifteen pages, and a page of HTML that a phone still opens.
PRINTED = 500
_EXPORT_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Column[Row]:
    """A column: how its cell is shown, by which field it sorts, what it exports.

    Without `export` the file gets the row's attribute `key`. `shown=False` hides it until the
    reader chooses it. A cell that is not SafeString is escaped.
    """

    key: str
    label: Any
    cell: Callable[[Row], Any]
    sort: str | None = None
    numeric: bool = False
    shown: bool = True
    export: Callable[[Row], Any] | None = None


class Table[Row]:
    """A list of one queryset for one request; renders itself with `{% table table %}`.

    Reads ?sort= &dir= &after= &columns= &format= and keeps every other parameter, so that a
    filter stays on. The first column is the row's heading. `unique` ends the order.
    ?print=1 gives a view for paper with up to PRINTED rows, which opens the print dialog.
    """

    def __init__(
        self,
        request: HttpRequest,
        columns: Sequence[Column[Row]],
        queryset: QuerySet[Any, Row] | paging.Source[Row],
        *,
        default_sort: str = "",
        default_dir: str = "asc",
        page_size: int = 50,
        empty: Any = "",
        name: str = "table",
        caption: Any = "",
        says: Any = "",
        unique: str = "id",
        exports: bool = True,
        export_rows: Callable[[QuerySet[Any, Row]], QuerySet[Any, Row]] | None = None,
    ) -> None:
        self.request = request
        self.all_columns = tuple(columns)
        self.queryset = queryset
        self.prints = exports and "print" in request.GET
        self.page_size = PRINTED if self.prints else page_size
        self.empty = empty
        self.name = name
        self.caption = caption
        self.says = says
        self.exports = exports
        self._unique = unique
        self._export_rows = export_rows
        sortable = {column.key: column for column in columns if column.sort}
        key = request.GET.get("sort", "")
        self.sort = key if key in sortable else default_sort
        way = request.GET.get("dir", "") if key in sortable else default_dir
        self.dir = "desc" if way == "desc" else "asc"
        field = sortable[self.sort].sort if self.sort in sortable else None
        self._order: list[tuple[str, str]] = [(field, self.dir)] if field else []
        if field != unique:
            self._order.append((unique, self.dir if field else "asc"))

    @cached_property
    def columns(self) -> tuple[Column[Row], ...]:
        """The columns shown: the reader's choice, else those shown at first."""
        wanted = [key for part in self.request.GET.getlist("columns") for key in part.split(",")]
        if not wanted:
            return tuple(column for column in self.all_columns if column.shown)
        first, *rest = self.all_columns
        return (first, *(column for column in rest if column.key in wanted))

    @cached_property
    def page(self) -> paging.Page[Row]:
        """The rows of this page, in one query."""
        after = self.request.GET.get("after")
        try:
            return paging.page(self.queryset, self._order, after, self.page_size)
        except paging.BadCursorError:
            return paging.page(self.queryset, self._order, None, self.page_size)

    @property
    def rows(self) -> list[Row]:
        """The rows of this page."""
        return self.page.rows

    @property
    def more_url(self) -> str:
        """The address of the next page; empty on the last."""
        return self._url(after=self.page.next) if self.page.next else ""

    @property
    def first_url(self) -> str:
        """The address of the first page; empty when this is it."""
        return self._url(after=None) if self.request.GET.get("after") else ""

    def export(self, form: str | None = None) -> HttpResponseBase | None:
        """Return the whole list as a file if ?format= (or the argument) asks for one, else None."""
        form = form or self.request.GET.get("format", "")
        if form not in files_out.FORMATS or not self.exports:
            return None
        chosen = bool(self.request.GET.getlist("columns"))
        columns = self.columns if chosen else self.all_columns
        language = (get_language() or "en")[:2]
        return files_out.answer(
            self.request,
            form,
            [column.label for column in columns],
            self._values(columns, language),
            name=str(self.name),
            keys=[column.key for column in columns],
        )

    def render(self) -> SafeString:
        """Return the table as HTML, in one pass."""
        if not self.rows and not self.request.GET.get("after"):
            return self._render_empty()
        kind = "table" if self.prints else "table stacks"  # paper is never stacked
        return mark_safe(
            f'<div class="table-area" id="{self.name}">{self._tools()}'
            f'<div class="table-box"><table class="{kind}">{self._head()}'
            f'<tbody id="{self.name}-rows">{self._body()}</tbody></table></div>{self._more()}'
            f"{self._on_paper()}</div>"
        )

    def _render_empty(self) -> SafeString:
        if isinstance(self.empty, SafeString):
            return self.empty
        return mark_safe(
            render_to_string(
                "ui/empty.html", {"title": self.empty or _("Nothing here yet"), "text": ""}
            )
        )

    def _values(self, columns: Sequence[Column[Row]], language: str) -> Iterator[list[Any]]:
        queryset = self.queryset
        if isinstance(queryset, paging.Source):
            queryset = queryset.queryset()
        if self._export_rows:
            queryset = self._export_rows(queryset)
        takers = [column.export or _field(column.key) for column in columns]
        cursor: str | None = None
        while True:
            page = paging.page(queryset, self._order, cursor, _EXPORT_CHUNK)
            # A file is sent after the request's own language is gone.
            with override(language):
                values = [[take(row) for take in takers] for row in page.rows]
            yield from values
            if not page.next:
                return
            cursor = page.next

    def _url(self, **changes: str | None) -> str:
        query = self.request.GET.copy()
        for key, value in {"after": None, "format": None, "print": None, **changes}.items():
            if value is None:
                query.pop(key, None)
            else:
                query[key] = value
        return f"?{query.urlencode()}"

    def _head(self) -> str:
        cells = []
        for column in self.columns:
            kind = ' class="num"' if column.numeric else ""
            label = conditional_escape(column.label)
            if not column.sort:
                cells.append(f'<th scope="col"{kind}>{label}</th>')
                continue
            on = column.key == self.sort
            way = "desc" if on and self.dir == "asc" else "asc"
            state = (
                f' aria-sort="{"ascending" if self.dir == "asc" else "descending"}"' if on else ""
            )
            arrow = icon("arrow-up" if self.dir == "asc" else "arrow-down") if on else ""
            url = conditional_escape(self._url(sort=column.key, dir=way))
            cells.append(
                f'<th scope="col"{kind}{state}>'
                f'<a href="{url}" rel="nofollow">{label}{arrow}</a></th>'
            )
        caption = conditional_escape(self.caption)
        title = f'<caption class="visually-hidden">{caption}</caption>' if caption else ""
        return f"{title}<thead><tr>{''.join(cells)}</tr></thead>"

    def _body(self) -> str:
        first, *rest = self.columns
        parts = [
            (column.cell, f"<td{' class="num"' if column.numeric else ''}{label}>")
            for column in rest
            for label in [
                "" if self.prints else f' data-label="{conditional_escape(column.label)}"'
            ]
        ]
        head = first.cell
        return "".join(
            f'<tr><th scope="row">{_shown(head(row))}</th>'
            + "".join(f"{opening}{_shown(cell(row))}</td>" for cell, opening in parts)
            + "</tr>\n"
            for row in self.rows
        )

    def _tools(self) -> str:
        says = f'<span class="says">{conditional_escape(self.says)}</span>' if self.says else ""
        if self.prints:
            back = conditional_escape(self._url())
            tools = f'<a class="tool" href="{back}">{conditional_escape(_("Back to the list"))}</a>'
        else:
            tools = f"{self._chooser()}{self._printer()}{self._downloads()}"
        return f'<div class="table-tools">{says}{tools}</div>'

    def _chooser(self) -> str:
        optional = self.all_columns[1:]
        if len(optional) < 4 and all(column.shown for column in optional):
            return ""
        shown = {column.key for column in self.columns}
        boxes = "".join(
            f'<label><input type="checkbox" name="columns" value="{column.key}"'
            f"{' checked' if column.key in shown else ''}>"
            f" {conditional_escape(column.label)}</label>"
            for column in optional
        )
        kept = "".join(
            hidden(key, value)
            for key, values in self.request.GET.lists()
            if key not in {"columns", "after", "format", "print"}
            for value in values
        )
        return (
            f'<details class="tool" data-closes><summary>{icon("columns-3")}'
            f'{conditional_escape(_("Columns"))}</summary><form class="pop">{kept}'
            f"{hidden('columns', self.all_columns[0].key)}{boxes}"
            f'<button class="button small">{conditional_escape(_("Show these"))}</button>'
            "</form></details>"
        )

    def _printer(self) -> str:
        if not self.exports:
            return ""
        url = conditional_escape(self._url(print="1"))
        return (
            f'<a class="tool plain" href="{url}" rel="nofollow">{icon("printer")}'
            f"{conditional_escape(_('Print'))}</a>"
        )

    def _on_paper(self) -> str:
        """What paper says of the rows that aren't on it; a view to print opens the dialog."""
        told = ""
        if self.more_url or self.first_url:
            text = (
                _("Only the first %(n)s rows are here. The exported file has all of them.")
                if self.prints
                else _("Only %(n)s rows are here. “Print” above the list on the screen gives more.")
            )
            kind = "note" if self.prints else "note print-only"
            told = f'<p class="{kind}">{conditional_escape(text % {"n": len(self.rows)})}</p>'
        if self.prints:
            told += f'<script src="{static("ui/js/print.js")}" type="module"></script>'
        return told

    def _downloads(self) -> str:
        if not self.exports:
            return ""
        labels = {"xlsx": "Excel (XLSX)", "csv": "CSV", "json": "JSON"}
        links = "".join(
            f'<a href="{conditional_escape(self._url(format=form))}" download>{labels[form]}</a>'
            for form in files_out.FORMATS
        )
        return (
            f'<details class="tool" data-closes><summary>{icon("download")}'
            f'{conditional_escape(_("Export"))}</summary><div class="pop">{links}</div></details>'
        )

    def _more(self) -> str:
        links = []
        if self.prints:
            return ""
        if self.more_url:
            url = conditional_escape(self.more_url)
            links.append(
                f'<a class="button quiet" href="{url}" rel="next" hx-get="{url}"'
                f' hx-select="#{self.name}-rows > tr" hx-target="#{self.name}-rows"'
                f' hx-swap="beforeend" hx-select-oob="#{self.name}-more">'
                f"{conditional_escape(_('Show more'))}</a>"
            )
        if self.first_url:
            links.append(
                f'<a href="{conditional_escape(self.first_url)}">'
                f"{conditional_escape(_('Back to the beginning'))}</a>"
            )
        return f'<div class="table-more" id="{self.name}-more">{"".join(links)}</div>'


def _field(key: str) -> Callable[[Any], Any]:
    return lambda row: row.get(key) if isinstance(row, dict) else getattr(row, key, None)


@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> str:
    """A day as the reader's language writes it: lists tell the same days again and again."""
    return str(conditional_escape(localize(day)))


_NUMBERS = (int, float, Decimal, date)


def _shown(value: Any) -> str:
    if type(value) is SafeString:
        return value
    if value is None:
        return ""
    if type(value) is str:
        return escape(value)
    if type(value) is date:
        return _day(value, get_language() or "")
    return conditional_escape(localize(value) if isinstance(value, _NUMBERS) else value)
