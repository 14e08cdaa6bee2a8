"""Periods of validity: half-open date ranges whose last day people see as inclusive."""

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange


def period(first: date | None = None, last: date | None = None) -> DateRange:
    """Return the range from the first to the last day, both included; None leaves it open."""
    return DateRange(first, last + timedelta(days=1) if last else None, "[)")


def first_day(valid: DateRange) -> date | None:
    """Return the first day, or None for "since before the records"."""
    return valid.lower


def last_day(valid: DateRange) -> date | None:
    """Return the last day that the period covers, or None while it goes on."""
    return valid.upper - timedelta(days=1) if valid.upper else None


def covers(valid: DateRange, on: date) -> bool:
    """Tell whether the day belongs to the period."""
    return (valid.lower is None or valid.lower <= on) and (valid.upper is None or on < valid.upper)


def overlap(one: DateRange, other: DateRange) -> bool:
    """Tell whether two periods have a day in common."""
    return (one.lower is None or other.upper is None or one.lower < other.upper) and (
        other.lower is None or one.upper is None or other.lower < one.upper
    )
