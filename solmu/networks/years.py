"""Years drawn as bars: groups, and who has held each seat. The same is in a table behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Bar:
    """A period on a line: what stands in it, from when to when; None is open."""

    text: Any
    first: date | None
    last: date | None
    note: Any = ""
    tone: str = ""


@dataclass(slots=True)
class Line:
    """A line of bars under one name."""

    name: Any
    url: str = ""
    bars: list[Bar] = field(default_factory=list)
    note: Any = ""


def draw(lines: Iterable[Line], first: date, last: date, on: date, *, what: Any) -> SafeString:
    """The lines over the years, the shown day marked; `what` names the figure and its table."""
    rows = list(lines)
    scale = _Scale(first, max(last, first), on)  # a network may begin tomorrow
    drawn = "".join(_line(row, scale) for row in rows)
    return mark_safe(
        f'<figure class="years" aria-label="{conditional_escape(what)}">'
        f'<ul class="years-lines">{drawn}<li class="years-scale" aria-hidden="true">'
        f"<span></span>{scale.years()}</li></ul>{_table(rows, what)}</figure>"
    )


@dataclass(slots=True)
class _Scale:
    first: date
    last: date
    on: date

    def at(self, day: date) -> float:
        days = (self.last - self.first).days + 1  # each of them has a length
        return round(100 * min(1, max(0, (day - self.first).days / days)), 2)

    def years(self) -> str:
        years = range(self.first.year + 1, self.last.year + 1)
        step = max(1, -(-len(years) // 8))
        marks = "".join(
            f'<text x="{self.at(date(year, 1, 1)):g}%" y="14"'
            f"{' class="every-other"' if number % 2 else ''}>{year}</text>"
            for number, year in enumerate(years[::step])
        )
        return f'<svg class="years-axis">{marks}</svg>'


def _line(row: Line, scale: _Scale) -> str:
    name: str = conditional_escape(row.name)
    if row.url:
        name = f'<a href="{conditional_escape(row.url)}">{name}</a>'
    note = f'<span class="note">{conditional_escape(row.note)}</span>' if row.note else ""
    bars = "".join(_bar(bar, scale, number) for number, bar in enumerate(row.bars))
    day = f"{scale.at(scale.on):g}%"
    mark = f'<line class="years-day" x1="{day}" x2="{day}" y1="0" y2="100%"/>'
    return (
        f'<li><div class="years-name">{name}{note}</div><svg class="years-track"'
        f' aria-hidden="true">{bars}{mark if scale.on < scale.last else ""}</svg></li>'
    )


def _bar(bar: Bar, scale: _Scale, number: int) -> str:
    begins = scale.at(bar.first or scale.first)
    ends = scale.at((bar.last or scale.last) + timedelta(days=1))
    width = max(0.6, ends - begins)
    tone = bar.tone or ("b" if number % 2 else "a")
    # An inner svg cuts off the name where the bar is shorter.
    return (
        f'<svg class="years-bar {tone}" x="{begins:g}%" width="{width:g}%"><title>'
        f"{conditional_escape(_told(bar))}</title>"
        '<rect width="100%" height="100%" rx="5"/>'
        f'<text x="7" y="17">{conditional_escape(bar.text)}</text></svg>'
    )


def _told(bar: Bar) -> str:
    return ", ".join(part for part in (str(bar.text), _period(bar), str(bar.note)) if part)


def _period(bar: Bar) -> str:
    first = date_format(bar.first, "SHORT_DATE_FORMAT") if bar.first else ""
    last = date_format(bar.last, "SHORT_DATE_FORMAT") if bar.last else ""
    return f"{first}–{last}"


def _table(rows: Sequence[Line], what: Any) -> str:
    body = "".join(
        f'<tr><th scope="row">{conditional_escape(row.name)}</th>'
        f"<td>{conditional_escape(bar.text)}"
        + (f' <span class="note">{conditional_escape(bar.note)}</span>' if bar.note else "")
        + f'</td><td class="num">{conditional_escape(_period(bar))}</td></tr>'
        for row in rows
        for bar in row.bars
    )
    return (
        f"<details><summary>{conditional_escape(_('The same as a table'))}</summary>"
        f'<div class="table-box"><table class="table"><caption class="visually-hidden">'
        f"{conditional_escape(what)}</caption><thead><tr>"
        f'<th scope="col">{conditional_escape(_("What"))}</th>'
        f'<th scope="col">{conditional_escape(_("Who"))}</th>'
        f'<th scope="col" class="num">{conditional_escape(_("When"))}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )
