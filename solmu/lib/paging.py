"""Pages by key: the next page begins after the last row, so a deep page costs no more."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

type Order = Sequence[tuple[str, str]]


class BadCursorError(ValueError):
    """The cursor is not one of ours, or belongs to another order."""


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """The rows of one page and the cursor of the next; None when this is the last."""

    rows: list[Row]
    next: str | None


def page[Row](
    queryset: QuerySet[Any, Row], order: Order, cursor: str | None, limit: int
) -> Page[Row]:
    """Return one page in an order such as [("sort_key", "asc"), ("id", "asc")].

    The order must end with something unique; rows without a value come last in both directions.
    Raises BadCursorError for a cursor that does not belong to this order.
    """
    keys = [_Key(queryset, name, direction, at) for at, (name, direction) in enumerate(order)]
    wanted = queryset.annotate(**{key.alias: F(key.name) for key in keys if key.alias})
    wanted = wanted.order_by(*(key.ordering() for key in keys))
    if not cursor:
        rows = list(wanted[: limit + 1])
    else:
        values = _read(cursor, order)
        try:
            rows = list(wanted.filter(_after(keys, values))[: limit + 1])
        except (TypeError, ValueError, ValidationError) as error:
            raise BadCursorError("Not a cursor.") from error
    if len(rows) <= limit:
        return Page(rows, None)
    rows = rows[:limit]
    return Page(rows, _write([key.value(rows[-1]) for key in keys], order))


class _Key:
    def __init__(self, queryset: QuerySet[Any, Any], name: str, direction: str, at: int) -> None:
        self.name = name
        self.down = direction == "desc"
        self.nullable = _may_be_null(queryset, name)
        # What a join gives rides along in the row, so that reading the cursor needs no query.
        self.alias = f"page_key_{at}" if LOOKUP_SEP in name else ""

    def ordering(self) -> OrderBy:
        last = True if self.nullable else None
        return (
            F(self.name).desc(nulls_last=last) if self.down else F(self.name).asc(nulls_last=last)
        )

    def value(self, row: Any) -> Any:
        name = self.alias or self.name
        return row[name] if isinstance(row, dict) else getattr(row, name)

    def beyond(self, value: Any) -> Q:
        """Rows whose key comes after the value."""
        if value is None:
            return Q(pk__in=[])
        after = Q(**{f"{self.name}__{'lt' if self.down else 'gt'}": value})
        return after | Q(**{f"{self.name}__isnull": True}) if self.nullable else after

    def same(self, value: Any) -> Q:
        if value is None:
            return Q(**{f"{self.name}__isnull": True})
        return Q(**{self.name: value})


def _may_be_null(queryset: QuerySet[Any, Any], name: str) -> bool:
    if name in queryset.query.annotations:
        return True
    model = queryset.model
    for part in name.split(LOOKUP_SEP):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)  # noqa: SLF001
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        model = field.related_model or model
    return False


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> Any:
    same_way = len({key.down for key in keys}) == 1
    if same_way and not any(key.nullable for key in keys):
        # A row comparison: the index answers it at once however many rows share the first key.
        lookup = TupleLessThan if keys[0].down else TupleGreaterThan
        return lookup(Tuple(*(key.name for key in keys)), tuple(values))
    after, so_far = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        after |= so_far & key.beyond(value)
        so_far &= key.same(value)
    return after


_TAGS: dict[type, tuple[str, Any]] = {
    datetime: ("t", datetime.fromisoformat),
    date: ("d", date.fromisoformat),
    Decimal: ("n", Decimal),
    UUID: ("u", UUID),
}
_READERS = dict(_TAGS.values())


def _write(values: Sequence[Any], order: Order) -> str:
    packed = []
    for value in values:
        tag = _TAGS.get(type(value))
        text = value.isoformat() if isinstance(value, date) else str(value)
        packed.append({tag[0]: text} if tag else value)
    text = json.dumps([_name(order), *packed], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        name, *packed = json.loads(raw)
        if name != _name(order) or len(packed) != len(order):
            raise BadCursorError("The cursor belongs to another order.")
        return [_unpacked(value) for value in packed]
    except (binascii.Error, UnicodeError, TypeError, KeyError, ArithmeticError) as error:
        raise BadCursorError("Not a cursor.") from error
    except ValueError as error:
        raise BadCursorError(str(error)) from error


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        raise BadCursorError("Not a cursor.")
    if isinstance(value, dict):
        ((tag, text),) = value.items()
        return _READERS[tag](text)
    if isinstance(value, str) and "\0" in value:
        raise BadCursorError("Not a cursor.")
    return value


def _name(order: Order) -> str:
    return ",".join(f"{'-' if direction == 'desc' else ''}{name}" for name, direction in order)
