"""The plan on a line of months: a bar each measure, drawn as SVG, its days in text."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.text import capfirst

from solmu.plans import overview
from solmu.plans.models import Measure


@dataclass(frozen=True, slots=True)
class Row:
    """A measure's bar: where it begins and how long it is, in per cent of the year."""

    measure: Measure
    begins: str
    width: str
    done: str
    kind: str
    word: Any
    theme: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The months of the year, and where today is; None when it lies in another year."""

    months: list[tuple[str, str]]
    today: str | None


def rows(read: overview.Overview) -> list[Row]:
    """The plan's measures as bars; what reaches over the year is cut at its ends."""
    first, last = date(read.plan.year, 1, 1), date(read.plan.year, 12, 31)
    days = (last - first).days + 1
    made = []
    theme = None
    for part in read.themes:
        for goal in part.goals:
            for measure in goal.measures:
                begins = max(0, min(days - 1, (measure.starts_on - first).days))
                ends = max(begins + 1, min(days, (measure.ends_on - first).days + 1))
                share = Measure.DONE_SHARE.get(measure.status, 0) / 100
                late = overview.is_late(measure, read.today)
                word, _tone = overview.status_word(measure, read.today)
                made.append(
                    Row(
                        measure,
                        f"{100 * begins / days:.2f}%",
                        f"{100 * (ends - begins) / days:.2f}%",
                        f"{100 * share * (ends - begins) / days:.2f}%",
                        "late" if late else measure.status,
                        word,
                        "" if part.theme.title == theme else part.theme.title,
                    )
                )
                theme = part.theme.title
    return made


def scale(year: int, today: date) -> Scale:
    """The months of a year with where they begin."""
    first = date(year, 1, 1)
    days = (date(year, 12, 31) - first).days + 1
    months = [
        (capfirst(str(MONTHS_3[month])), f"{100 * (date(year, month, 1) - first).days / days:.2f}%")
        for month in range(1, 13)
    ]
    at = f"{100 * (today - first).days / days:.2f}%" if today.year == year else None
    return Scale(months, at)
