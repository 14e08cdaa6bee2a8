"""Pictures of data as inline SVG, each with the same in text."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from solmu.ui.markup import swatch


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value, the text of the value and where it leads."""

    label: Any
    value: float
    text: Any = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a trend."""

    label: Any
    value: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a ring; rank gives its colour of the ladder, 0 the grey of what has none."""

    label: Any
    value: float
    rank: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A period on a line of years; None is open."""

    label: Any
    first: date | None
    last: date | None
    note: Any = ""


def bars(items: Iterable[Bar | Sequence[Any]], largest: float | None = None) -> SafeString:
    """Horizontal bars with their values in text."""
    rows = [item if isinstance(item, Bar) else Bar(*item) for item in items]
    top = largest or max((row.value for row in rows), default=0) or 1
    return mark_safe(
        '<ul class="chart bars">'
        + "".join(
            f"<li><span>{_linked(row.label, row.url)}</span>{_bar(row.value / top)}"
            f'<span class="value">{_text(row)}</span></li>'
            for row in rows
        )
        + "</ul>"
    )


def share(percent: float) -> SafeString:
    """A small bar and its per cent, for a table cell."""
    part = max(0.0, min(100.0, percent))
    return mark_safe(f'<span class="share">{_bar(part / 100)}{round(part)} %</span>')


def ring(items: Iterable[Share | Sequence[Any]], title: Any = "") -> SafeString:
    """A ring of shares with its legend."""
    rows = [item if isinstance(item, Share) else Share(*item) for item in items]
    total = sum(row.value for row in rows)
    around = 2 * math.pi * 42
    arcs, turned = [], 0.0
    for row in rows:
        length = around * row.value / total if total else 0
        arcs.append(
            f'<circle class="s{row.rank}" cx="50" cy="50" r="42"'
            f' stroke-dasharray="{max(0.0, length - 1):.2f} {around:.2f}"'
            f' stroke-dashoffset="{-turned:.2f}"/>'
        )
        turned += length
    legend = "".join(
        f"<li>{swatch(row.rank)}{_linked(row.label, row.url)}"
        f'<span class="value">{_number(row.value)}</span></li>'
        for row in rows
    )
    return mark_safe(
        f'<figure class="chart ring">{_caption(title)}<svg class="circle" viewBox="0 0 100 100"'
        f' aria-hidden="true"><circle class="back" cx="50" cy="50" r="42"/>{"".join(arcs)}</svg>'
        f'<ul class="legend-list">{legend}</ul></figure>'
    )


def trend(
    points: Iterable[Point | Sequence[Any]], title: Any = "", lowest: float = 0, highest: float = 0
) -> SafeString:
    """A line over time, its values as a table behind it."""
    rows = [item if isinstance(item, Point) else Point(*item) for item in points]
    known = [row.value for row in rows if row.value is not None]
    top = highest or max(known, default=0) or 1
    low, high, left, right = 176.0, 12.0, 6.0, 98.0
    step = (right - left) / max(1, len(rows) - 1)
    spots = [
        (at, left + at * step, low - (row.value - lowest) / ((top - lowest) or 1) * (low - high))
        for at, row in enumerate(rows)
        if row.value is not None
    ]
    line = "".join(
        f'<line class="curve{" unknown" if to - at > 1 else ""}" x1="{x:.2f}%" y1="{y:.1f}"'
        f' x2="{to_x:.2f}%" y2="{to_y:.1f}"/>'
        for (at, x, y), (to, to_x, to_y) in pairwise(spots)
    )
    dots = "".join(f'<circle class="dot" cx="{x:.2f}%" cy="{y:.1f}" r="4"/>' for _at, x, y in spots)
    every = max(1, math.ceil(len(rows) / 8))
    names = "".join(
        f'<text x="{left + at * step:.2f}%" y="{low + 24:.0f}"'
        f' text-anchor="middle">{conditional_escape(row.label)}</text>'
        for at, row in enumerate(rows)
        if at % every == 0
    )
    grid = "".join(
        f'<line class="grid" x1="{left}%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="0" y="{y + 5:.1f}">{_number(value)}</text>'
        for value, y in ((lowest, low), (top, high))
    )
    table = "".join(
        f'<tr><th scope="row">{conditional_escape(row.label)}</th>'
        f'<td class="num">{"–" if row.value is None else _number(row.value)}</td></tr>'
        for row in rows
    )
    return mark_safe(
        f'<figure class="chart trend">{_caption(title)}<svg aria-hidden="true">'
        f"{grid}{line}{dots}{names}</svg>"
        f"<details><summary>{conditional_escape(_('The same as a table'))}</summary>"
        f'<table class="table"><tbody>{table}</tbody></table></details></figure>'
    )


def spans(items: Iterable[Span | Sequence[Any]], first: date, last: date) -> SafeString:
    """Periods as bars over the years, such as who has been a member and when."""
    rows = [item if isinstance(item, Span) else Span(*item) for item in items]
    days = max(1, (last - first).days)
    lines = []
    for row in rows:
        begins = max(0, ((row.first or first) - first).days)
        ends = min(days, ((row.last or last) - first).days)
        ended = " ended" if row.last and row.last < last else ""
        lines.append(
            f"<li><span>{conditional_escape(row.label)}"
            f'<span class="visually-hidden">, {_period(row)}</span></span>'
            f'<svg aria-hidden="true"><rect class="bar-fill{ended}" x="{100 * begins / days:.2f}%"'
            f' width="{100 * max(0, ends - begins) / days:.2f}%" height="100%" rx="5"/></svg></li>'
        )
    count = min(5, last.year - first.year + 1)
    years = [
        first.year + round(at * (last.year - first.year) / max(1, count - 1)) for at in range(count)
    ]
    scale = "".join(f"<span>{year}</span>" for year in years)
    return mark_safe(
        f'<ul class="chart spans">{"".join(lines)}'
        f'<li class="scale" aria-hidden="true"><span>{scale}</span></li></ul>'
    )


def _bar(part: float) -> str:
    full = 100 * max(0.0, min(1.0, part))
    return (
        '<svg aria-hidden="true"><rect class="bar-track" width="100%" height="100%" rx="3.5"/>'
        f'<rect class="bar-fill" width="{full:.1f}%" height="100%" rx="3.5"/></svg>'
    )


def _linked(label: Any, url: str) -> str:
    text = conditional_escape(label)
    return f'<a href="{conditional_escape(url)}">{text}</a>' if url else text


def _caption(title: Any) -> str:
    return f"<figcaption>{conditional_escape(title)}</figcaption>" if title else ""


def _number(value: float) -> str:
    exact = int(value) if float(value).is_integer() else round(value, 1)
    return conditional_escape(localize(exact))


def _text(row: Bar) -> str:
    return _number(row.value) if row.text is None else conditional_escape(row.text)


def _period(row: Span) -> str:
    first = localize(row.first) if row.first else ""
    last = localize(row.last) if row.last else ""
    return conditional_escape(f"{first}–{last}") + (
        f", {conditional_escape(row.note)}" if row.note else ""
    )
