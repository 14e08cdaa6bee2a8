"""Queries whose SQL is made once: for small reads Django's making of it costs more than the answer.

    @compiled
    def standings(*, stakeholder: int) -> QuerySet[Standing]:
        return Standing.objects.filter(stakeholder_id=stakeholder)

    rows = standings(stakeholder=5)

Keyword arguments are values (int, date or str) that are filled in at each call. What decides the
query's form is a positional argument: each combination is compiled for itself. The function runs
with stand-ins for the values, so it only passes them on.

The database keeps the plan of such a query too. Only a text inside a pattern is planned anew each
time, since what is best done depends on how much it matches.
"""

import copy
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from functools import partial, wraps
from itertools import count
from types import SimpleNamespace
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from psycopg.sql import Literal

KEPT = 200  # forms, each up to a hundred kilobytes
_PLACE = re.compile("%[s%]")
_INT, _DAY, _TEXT = 2_077_707_700, date(7770, 1, 1).toordinal(), "\uf8f0{}\uf8f0"

type Value = int | date | str


class _Query:
    """Stands in for a queryset's query where its rows are read: its compiler is made already."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query = query
        self._compiler = compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> Any:
        return self._compiler


class _Plan:
    def __init__(self, queryset: QuerySet[Any], stand_ins: dict[str, Value]) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            self._sql, params = self._compiler.as_sql()
        except EmptyResultSet:
            self._sql, params = "", ()
        self._params = params
        self._holes = [
            (at, name, param != stand_in)
            for at, param in enumerate(params)
            for name, stand_in in stand_ins.items()
            if _holds(param, stand_in)
        ]
        self._stand_ins = stand_ins
        self._converters: Any = None
        self._prepared: tuple[str, list[str]] | None = None
        if self._sql and not any(is_part for _at, _name, is_part in self._holes):
            self._prepared = self._with_constants(connections[queryset.db])
        self.has_all_holes = not self._sql or {name for _at, name, _part in self._holes} == {
            *stand_ins
        }

    def rows(self, values: dict[str, Value]) -> list[Any]:
        if not self._sql:
            return []
        queryset: Any = self._queryset  # its inner parts have no types
        connection: Any = connections[queryset.db]
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.get_converters = self._get_converters
        if self._prepared:
            found = self._read_prepared(connection, values)
            compiler.execute_sql = lambda *_args, **_kwargs: [found]
        else:
            params = self._filled_in(connection, values)
            compiler.as_sql = lambda *_args, **_kwargs: (self._sql, params)
        source = SimpleNamespace(
            db=queryset.db,
            model=queryset.model,
            query=_Query(queryset.query, compiler),
            _fields=queryset._fields,
            _fetch_mode=queryset._fetch_mode,  # noqa: SLF001
            _known_related_objects=queryset._known_related_objects,  # noqa: SLF001
        )
        return list(queryset._iterable_class(source))  # noqa: SLF001

    def _filled_in(self, connection: Any, values: dict[str, Value]) -> list[Any]:
        params = list(self._params)
        for at, name, is_part in self._holes:
            value = values[name]
            if is_part:  # a text inside a pattern
                escaped = connection.ops.prep_for_like_query(value)
                value = params[at].replace(self._stand_ins[name], escaped)
            params[at] = value
        return params

    def _with_constants(self, connection: Any) -> tuple[str, list[str]]:
        """The SQL with all that never changes written into it, and the values that are left."""
        connection.ensure_connection()
        holes = {at: name for at, name, _is_part in self._holes}
        numbers = count()

        def written(place: re.Match[str]) -> str:
            if place[0] == "%%" or (at := next(numbers)) in holes:
                return place[0]
            literal = Literal(self._params[at]).as_string(connection.connection)
            return literal.replace("%", "%%")

        return _PLACE.sub(written, self._sql), [holes[at] for at in sorted(holes)]

    def _read_prepared(self, connection: Any, values: dict[str, Value]) -> list[Any]:
        sql, names = self._prepared or ("", [])
        connection.ensure_connection()
        raw = connection.connection
        # Django's own cursors write the values into the SQL, which the database can't prepare.
        before, raw.cursor_factory = raw.cursor_factory, psycopg.Cursor
        try:
            cursor = connection.cursor()
        finally:
            raw.cursor_factory = before
        with cursor:
            cursor.execute(sql, [values[name] for name in names])
            found: list[Any] = cursor.fetchall()
        width = self._compiler.col_count
        return [row[:width] for row in found] if self._compiler.has_extra_select else found

    def _get_converters(self, expressions: Any) -> Any:
        if self._converters is None:
            self._converters = self._compiler.get_converters(expressions)
        return self._converters


_plans: OrderedDict[Hashable, _Plan] = OrderedDict()
_lock = threading.Lock()


def fetch[Row](
    form: Hashable, make: Callable[..., QuerySet[Any, Row]], **values: Value
) -> list[Row]:
    """The rows of `make(**values)`, which is called only when this form is not known yet."""
    key = (form, *((name, type(value)) for name, value in values.items()))
    plan = _plans.get(key)
    if plan is None:
        stand_ins = {name: _stand_in(at, value) for at, (name, value) in enumerate(values.items())}
        plan = _Plan(make(**stand_ins), stand_ins)
        with _lock:
            _plans[key] = plan
            if len(_plans) > KEPT:
                _plans.popitem(last=False)
    # A value that Django made into something else can't be filled in.
    return plan.rows(values) if plan.has_all_holes else list(make(**values))


def compiled[Row](make: Callable[..., QuerySet[Any, Row]]) -> Callable[..., list[Row]]:
    """Decorator: the function's rows, by SQL that is made once for each form."""

    @wraps(make)
    def rows(*form: Hashable, **values: Value) -> list[Row]:
        return fetch((make, *form), partial(make, *form), **values)

    return rows


def several(ids: Iterable[int], name: str = "id") -> dict[str, int]:
    """Ids as values of a compiled query, the last repeated so that few counts and forms occur.

    The function takes them as `**ids` and filters by `__in=[*ids.values()]`.
    """
    listed = sorted(ids)
    room = 1 << (len(listed) - 1).bit_length() if listed else 0
    padded = listed + listed[-1:] * (room - len(listed))
    return {f"{name}_{at}": each for at, each in enumerate(padded)}


def _stand_in(at: int, value: Value) -> Value:
    if isinstance(value, str):
        return _TEXT.format(at)
    if isinstance(value, int) and not isinstance(value, bool):
        return _INT + at
    if isinstance(value, date) and not isinstance(value, datetime):
        return date.fromordinal(_DAY + at)
    raise TypeError(f"{value!r} decides the form of a query: pass it as a positional argument")


def _holds(param: Any, stand_in: Value) -> bool:
    if isinstance(stand_in, str):
        return isinstance(param, str) and stand_in in param
    return type(param) is type(stand_in) and bool(param == stand_in)
