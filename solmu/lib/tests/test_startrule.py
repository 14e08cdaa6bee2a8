"""Start rules: dates checked by hand, and what holds of every rule."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from solmu.lib import startrule
from solmu.lib.startrule import RuleError, StartRule, is_working, starts

FIRST_TUESDAY = StartRule.parse("1 tue working")


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2025, 12, 2),
        (2026, 1, 13),  # the 6th is Epiphany
        (2026, 11, 3),
        (2026, 12, 1),
        (2027, 1, 5),
        (2029, 1, 2),
        (2029, 5, 8),  # the 1st is May Day
        (2030, 1, 8),  # the 1st is New Year's Day
        (2032, 1, 13),
        (2033, 12, 13),  # the 6th is Independence Day
    ],
)
def test_first_working_tuesday_is_that_of_the_calendar(year: int, month: int, day: int) -> None:
    assert FIRST_TUESDAY.in_month(year, month) == date(year, month, day)


@pytest.mark.parametrize(
    ("code", "month", "expected"),
    [
        ("2 mon", (2026, 4), date(2026, 4, 13)),
        ("1 mon working", (2026, 4), date(2026, 4, 13)),  # the 6th is Easter Monday
        ("last fri", (2026, 12), date(2026, 12, 25)),
        ("last fri working", (2026, 12), date(2026, 12, 18)),
        ("5 tue", (2026, 11), None),
        ("5 tue", (2026, 12), date(2026, 12, 29)),
        ("day 6 next", (2026, 1), date(2026, 1, 7)),
        ("day 6 before", (2026, 1), date(2026, 1, 5)),
        ("day 6", (2026, 1), date(2026, 1, 6)),
        ("day 31", (2026, 2), date(2026, 2, 28)),
        ("day 31 next", (2026, 5), date(2026, 6, 1)),  # a Sunday: it goes over the month
        ("1 tue in 1,9", (2026, 2), None),
        ("1 tue in 1,9", (2026, 9), date(2026, 9, 1)),
    ],
)
def test_rule_gives_the_day(code: str, month: tuple[int, int], expected: date | None) -> None:
    assert StartRule.parse(code).in_month(*month) == expected


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 6),  # Epiphany
        date(2026, 4, 3),  # Good Friday
        date(2026, 5, 14),  # Ascension Day
        date(2026, 6, 19),  # Midsummer Eve
        date(2027, 6, 25),  # Midsummer Eve at its latest
        date(2026, 12, 24),  # Christmas Eve
        date(2026, 10, 31),  # All Saints' Day, a Saturday
        date(2026, 11, 22),  # a Sunday
    ],
)
def test_day_off_is_no_working_day(day: date) -> None:
    assert not is_working(day)


@pytest.mark.parametrize("day", [date(2026, 12, 23), date(2026, 1, 5), date(2026, 12, 31)])
def test_usual_weekday_is_a_working_day(day: date) -> None:
    assert is_working(day)


def test_every_start_of_fifty_years_is_the_first_tuesday_that_is_a_working_day() -> None:
    days = list(FIRST_TUESDAY.between(date(2020, 1, 1), date(2069, 12, 31)))

    assert len(days) == 600
    for day in days:
        assert day.weekday() == 1
        assert is_working(day)
        earlier = [day - timedelta(days=7 * n) for n in range(1, 5)]
        assert not any(is_working(one) for one in earlier if one.month == day.month)


@pytest.mark.parametrize(
    "code",
    ["1 tue working", "last fri", "2 mon in 1,9", "day 15 next", "day 31 before in 12", "day 1"],
)
def test_code_is_read_and_written_alike(code: str) -> None:
    assert StartRule.parse(code).code == code
    assert StartRule.parse(f"  {code.upper()} ").code == code


@pytest.mark.parametrize("code", ["", "6 tue", "1 tue sometimes", "day 32", "1 tue in 13", "1 xyz"])
def test_what_is_no_rule_is_refused(code: str) -> None:
    with pytest.raises(RuleError):
        StartRule.parse(code)


def test_shifted_day_is_found_in_the_month_beside_its_own() -> None:
    rule = StartRule.parse("day 31 next in 5")

    assert list(rule.between(date(2026, 6, 1), date(2026, 6, 30))) == [date(2026, 6, 1)]


def test_exceptions_skip_move_and_add() -> None:
    exceptions = [
        (date(2026, 7, 7), None),
        (date(2026, 8, 4), date(2026, 8, 11)),
        (None, date(2026, 7, 21)),
        (date(2026, 9, 2), date(2026, 9, 9)),  # the rule gives no such day: nothing to move
    ]

    assert starts(FIRST_TUESDAY, date(2026, 6, 1), date(2026, 9, 30), exceptions) == [
        date(2026, 6, 2),
        date(2026, 7, 21),
        date(2026, 8, 11),
        date(2026, 9, 1),
    ]


def test_working_days_are_counted_over_holidays() -> None:
    assert startrule.working_days_before(date(2027, 1, 7), 1) == date(2027, 1, 5)
    assert startrule.working_on_or_before(date(2026, 12, 26)) == date(2026, 12, 23)
    assert startrule.working_on_or_after(date(2026, 12, 24)) == date(2026, 12, 28)


def test_rule_is_said_in_words() -> None:
    with override("en"):
        assert FIRST_TUESDAY.words == "the first Tuesday of the month that is a working day"
        assert StartRule.parse("last fri in 1,9").words == (
            "the last Friday of the month, only in January, September"
        )
        assert StartRule.parse("day 15 before").words == (
            "day 15 of the month, or the working day before it"
        )
