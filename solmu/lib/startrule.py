"""When something starts, by a rule such as "the first Tuesday of the month that is a working day".

A rule is kept as a short code that people can read too:

- `1 tue working`: the first of the month's Tuesdays that are working days; 1 to 5, or `last`
- `2 mon`: the second Monday, whatever day it is
- `day 15 next`: the 15th, else the working day after it; `before`: the one before; alone: as it is
- `… in 1,3,9`: only in January, March and September
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Self

import holidays
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = 0
ORDINALS = {
    1: pgettext_lazy("weekday of a month", "first"),
    2: pgettext_lazy("weekday of a month", "second"),
    3: pgettext_lazy("weekday of a month", "third"),
    4: pgettext_lazy("weekday of a month", "fourth"),
    5: pgettext_lazy("weekday of a month", "fifth"),
    LAST: pgettext_lazy("weekday of a month", "last"),
}
_OF_WEEK = {
    False: gettext_lazy("the %(which)s %(weekday)s of the month"),
    True: gettext_lazy("the %(which)s %(weekday)s of the month that is a working day"),
}
_OF_MONTH = {
    "": gettext_lazy("day %(day)s of the month"),
    "next": gettext_lazy("day %(day)s of the month, or the working day after it"),
    "before": gettext_lazy("day %(day)s of the month, or the working day before it"),
}
_A_DAY = timedelta(days=1)
_CODE = re.compile(
    r"(?:(?P<which>[1-5]|last) (?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?P<working> working)?"
    r"|day (?P<day>[1-9]|[12]\d|3[01])(?: (?P<shift>next|before))?)"
    r"(?: in (?P<months>\d\d?(?:,\d\d?)*))?"
)
# A day that the rule gives and what it is instead: (day, None) skips, (day, other) moves,
# (None, other) adds.
type Exemption = tuple[date | None, date | None]


class RuleError(ValueError):
    """The code is no rule; the text says why."""


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FI", years=year))


def is_holiday(day: date) -> bool:
    """Tell whether the day is a public holiday in Finland, or an eve that offices keep as one."""
    # Midsummer Eve is the Friday between 19 and 25 June.
    eve = (day.month, day.day) == (12, 24) or (
        day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4
    )
    return eve or day in _holidays(day.year)


def is_working(day: date) -> bool:
    """Tell whether offices work on the day: no weekend, holiday, Christmas or Midsummer Eve."""
    return day.weekday() < 5 and not is_holiday(day)


def working_on_or_before(day: date) -> date:
    """The day itself if it is a working day, else the last one before it."""
    while not is_working(day):
        day -= _A_DAY
    return day


def working_on_or_after(day: date) -> date:
    """The day itself if it is a working day, else the next one."""
    while not is_working(day):
        day += _A_DAY
    return day


def working_days_before(day: date, days: int) -> date:
    """The working day that lies so many working days before a day."""
    for _each in range(days):
        day = working_on_or_before(day - _A_DAY)
    return day


@dataclass(frozen=True, slots=True)
class StartRule:
    """A rule that gives at most one day of a month."""

    which: int = 1
    weekday: int | None = None
    working: bool = False
    day: int = 0
    shift: str = ""
    months: tuple[int, ...] = ()

    @classmethod
    def parse(cls, code: str) -> Self:
        """Read a rule from its code."""
        found = _CODE.fullmatch(" ".join(code.lower().split()))
        if not found:
            raise RuleError(_("“%(code)s” is no rule for starts.") % {"code": code})
        months = tuple(
            sorted({int(number) for number in (found["months"] or "").split(",") if number})
        )
        if any(not 1 <= number <= 12 for number in months):
            raise RuleError(_("Months are numbers from 1 to 12."))
        if found["day"]:
            return cls(day=int(found["day"]), shift=found["shift"] or "", months=months)
        return cls(
            which=LAST if found["which"] == "last" else int(found["which"]),
            weekday=WEEKDAY_CODES.index(found["weekday"]),
            working=bool(found["working"]),
            months=months,
        )

    @property
    def code(self) -> str:
        """The rule as it is kept."""
        if self.weekday is None:
            text = f"day {self.day}" + (f" {self.shift}" if self.shift else "")
        else:
            text = f"{self.which or 'last'} {WEEKDAY_CODES[self.weekday]}"
            text += " working" if self.working else ""
        return text + (f" in {','.join(map(str, self.months))}" if self.months else "")

    @property
    def words(self) -> str:
        """The rule as people say it, in the reader's language."""
        if self.weekday is None:
            text = str(_OF_MONTH[self.shift]) % {"day": self.day}
        else:
            text = str(_OF_WEEK[self.working]) % {
                "which": ORDINALS[self.which],
                "weekday": WEEKDAYS[self.weekday],
            }
        if not self.months:
            return text
        months = ", ".join(str(MONTHS[number]) for number in self.months)
        return _("%(rule)s, only in %(months)s") % {"rule": text, "months": months}

    def in_month(self, year: int, month: int) -> date | None:
        """The day that the rule gives for a month; None when it gives none."""
        if self.months and month not in self.months:
            return None
        length = monthrange(year, month)[1]
        if self.weekday is None:
            return self._shifted(date(year, month, min(self.day, length)))
        days = [
            day
            for number in range(1, length + 1)
            if (day := date(year, month, number)).weekday() == self.weekday
            and (not self.working or is_working(day))
        ]
        if self.which == LAST:
            return days[-1] if days else None
        return days[self.which - 1] if len(days) >= self.which else None

    def _shifted(self, day: date) -> date:
        if self.shift == "next":
            return working_on_or_after(day)
        return working_on_or_before(day) if self.shift == "before" else day

    def between(self, first: date, last: date) -> Iterator[date]:
        """The days that the rule gives from the first to the last day, both included."""
        # A shifted day may lie in the month beside its own.
        year, month = (first - timedelta(days=31)).year, (first - timedelta(days=31)).month
        found: set[date] = set()
        while date(year, month, 1) <= last + timedelta(days=31):
            day = self.in_month(year, month)
            if day and first <= day <= last:
                found.add(day)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield from sorted(found)


def starts(
    rule: StartRule, first: date, last: date, exceptions: Iterable[Exemption] = ()
) -> list[date]:
    """The days of a rule between two days, both included, with the exceptions made to it."""
    instead = list(exceptions)
    gone = {day for day, _other in instead if day}
    kept = {day for day in rule.between(first, last) if day not in gone}
    # A move holds only where the rule still gives the day that was moved.
    given = set(rule.between(first - timedelta(days=366), last + timedelta(days=366)))
    added = {
        other
        for day, other in instead
        if other and first <= other <= last and (day is None or day in given)
    }
    return sorted(kept | added)
