"""Adding months to a day, as people count them: a month from 31 January is the end of February."""

from calendar import monthrange
from datetime import date

from django.db.models import DurationField, F, Func


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def interval(unit: str, field: str) -> Func:
    """A field's number of months or years, as the database adds them to a day: as above."""
    template = f"make_interval({unit} => %(expressions)s)"
    return Func(F(field), template=template, output_field=DurationField())
