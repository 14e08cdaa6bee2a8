"""Pages by key: the next page begins after the last row, so a deep page costs no more."""

import base64
import binascii
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from solmu.lib.compiled import KEPT, Value, fetch

type Order = Sequence[tuple[str, str]]


class BadCursorError(ValueError):
    """The cursor is not one of ours, or belongs to another order."""


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """The rows of one page and the cursor of the next; None when this is the last."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class Source[Row]:
    """A queryset that is made only when its form is new: `make(**values)`, as in lib.compiled."""

    form: Hashable
    make: Callable[..., QuerySet[Any, Row]]
    values: Mapping[str, Value] = field(default_factory=dict)

    def queryset(self) -> QuerySet[Any, Row]:
        """The queryset itself, made anew."""
        return self.make(**self.values)


def page[Row](
    rows: QuerySet[Any, Row] | Source[Row], order: Order, cursor: str | None, limit: int
) -> Page[Row]:
    """Return one page in an order such as [("sort_key", "asc"), ("id", "asc")].

    The order must end with something unique; rows without a value come last in both directions.
    Raises BadCursorError for a cursor that does not belong to this order.
    """
    keys = _keys(rows, order)
    values = _read(cursor, order) if cursor else None
    try:
        found = _found(rows, keys, values, limit)
    except (TypeError, ValueError, ValidationError) as error:
        raise BadCursorError("Not a cursor.") from error
    if len(found) <= limit:
        return Page(found, None)
    found = found[:limit]
    return Page(found, _write([key.value(found[-1]) for key in keys], order))


def _keys(rows: QuerySet[Any, Any] | Source[Any], order: Order) -> "list[_Key]":
    def make(queryset: QuerySet[Any, Any]) -> list[_Key]:
        return [_Key(queryset, name, way, at) for at, (name, way) in enumerate(order)]

    if not isinstance(rows, Source):
        return make(rows)
    form = (rows.form, *order)
    if form not in _known_keys:
        if len(_known_keys) > KEPT:
            _known_keys.clear()
        _known_keys[form] = make(rows.queryset())
    return _known_keys[form]


_known_keys: "dict[Hashable, list[_Key]]" = {}


def _found(
    rows: QuerySet[Any, Any] | Source[Any], keys: "list[_Key]", values: Any, limit: int
) -> list[Any]:
    def ordered(queryset: QuerySet[Any, Any], values: Any) -> QuerySet[Any, Any]:
        queryset = queryset.annotate(**{key.alias: F(key.name) for key in keys if key.alias})
        if values is not None:
            queryset = queryset.filter(_after(keys, values))
        return queryset.order_by(*(key.ordering() for key in keys))[: limit + 1]

    if not isinstance(rows, Source):
        return list(ordered(rows, values))
    if any(type(value) not in {int, str, date} for value in values or ()):
        return list(ordered(rows.queryset(), values))
    places = [f"after_{at}" for at in range(len(values or ()))]

    def make(**given: Value) -> QuerySet[Any, Any]:
        after = [given.pop(place) for place in places]
        return ordered(rows.make(**given), None if values is None else after)

    form = (rows.form, values is None, limit, *((key.name, key.down) for key in keys))
    return fetch(form, make, **rows.values, **dict(zip(places, values or (), strict=True)))


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
        # The first key by itself also: a row whose keys lie in two tables has no index.
        begins = Q(**{f"{keys[0].name}__{'lte' if keys[0].down else 'gte'}": values[0]})
        return Q(lookup(Tuple(*(key.name for key in keys)), tuple(values))) & begins
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
