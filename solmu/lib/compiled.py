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

Where many such queries are to be read and most find nothing, `rows_of_each` asks first, by one
query, which of them find anything:

    people, places = rows_of_each([people_of.asked(team=5), places_of.asked(team=5)])
"""

import copy
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial, update_wrapper
from itertools import count
from types import SimpleNamespace
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
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


class _Statement:
    """SQL whose values are left open."""

    def __init__(self, sql: str, params: Sequence[Any], stand_ins: Mapping[str, Value]) -> None:
        self.sql = sql
        self.params = params
        self.holes = [
            (at, name, param != stand_in)
            for at, param in enumerate(params)
            for name, stand_in in stand_ins.items()
            if _holds(param, stand_in)
        ]
        # A value that Django made into something else can't be filled in, nor one whose stand-in
        # a small field can't hold: Django then says that nothing can be found.
        self.has_all_holes = {name for _at, name, _part in self.holes} == {*stand_ins}
        self.has_parts = any(is_part for _at, _name, is_part in self.holes)

    def with_constants(self, connection: Any) -> tuple[str, list[str]]:
        """The SQL with all that never changes written into it, and the values that are left."""
        connection.ensure_connection()
        holes = {at: name for at, name, _is_part in self.holes}
        numbers = count()

        def written(place: re.Match[str]) -> str:
            if place[0] == "%%" or (at := next(numbers)) in holes:
                return place[0]
            literal = Literal(self.params[at]).as_string(connection.connection)
            return literal.replace("%", "%%")

        return _PLACE.sub(written, self.sql), [holes[at] for at in sorted(holes)]


class _Plan:
    def __init__(self, queryset: QuerySet[Any], stand_ins: dict[str, Value]) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, params = self._compiler.as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        self._statement = _Statement(sql, params, stand_ins)
        self._stand_ins = stand_ins
        self._converters: Any = None
        self._prepared: tuple[str, list[str]] | None = None
        if sql and not self._statement.has_parts:
            made, names = self._statement.with_constants(connections[queryset.db])
            if made.startswith("("):
                # Several as one. What doesn't begin with SELECT is a change to the history, which
                # would put a statement of its own before it; and one alone can be prepared.
                made = f"SELECT * FROM ({made}) AS found"  # noqa: S608 - Django's own SQL
            self._prepared = made, names
        self.has_all_holes = self._statement.has_all_holes

    def rows(self, values: dict[str, Value]) -> list[Any]:
        if not self._statement.sql:
            return []
        queryset: Any = self._queryset  # its inner parts have no types
        connection: Any = connections[queryset.db]
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.get_converters = self._get_converters
        if self._prepared:
            sql, names = self._prepared
            found = _read(connection, sql, [values[name] for name in names])
            if not found:
                return []
            if compiler.has_extra_select:
                found = [row[: compiler.col_count] for row in found]
            compiler.execute_sql = lambda *_args, **_kwargs: [found]
        else:
            params = self._filled_in(connection, values)
            compiler.as_sql = lambda *_args, **_kwargs: (self._statement.sql, params)
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
        params = list(self._statement.params)
        for at, name, is_part in self._statement.holes:
            value = values[name]
            if is_part:  # a text inside a pattern
                escaped = connection.ops.prep_for_like_query(value)
                value = params[at].replace(self._stand_ins[name], escaped)
            params[at] = value
        return params

    def _get_converters(self, expressions: Any) -> Any:
        if self._converters is None:
            self._converters = self._compiler.get_converters(expressions)
        return self._converters


def _read(connection: Any, sql: str, values: list[Value]) -> list[Any]:
    """The rows of SQL that the database plans once."""
    connection.ensure_connection()
    raw = connection.connection
    # Django's own cursors write the values into the SQL, which the database can't prepare.
    before, raw.cursor_factory = raw.cursor_factory, psycopg.Cursor
    try:
        cursor = connection.cursor()
    finally:
        raw.cursor_factory = before
    with cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found


_plans: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()


def _kept[Plan](key: Hashable, make: Callable[[], Plan]) -> Plan:
    plan: Plan | None = _plans.get(key)
    if plan is None:
        plan = make()
        with _lock:
            _plans[key] = plan
            if len(_plans) > KEPT:
                _plans.popitem(last=False)
    return plan


@dataclass(frozen=True, slots=True)
class Asked[Row]:
    """A query that is made once, with its values, to be read now or later."""

    form: Hashable
    make: Callable[..., QuerySet[Any, Row]]
    values: dict[str, Value]

    @property
    def key(self) -> Hashable:
        """What the SQL is kept by."""
        return (self.form, *((name, type(value)) for name, value in self.values.items()))

    @property
    def stand_ins(self) -> dict[str, Value]:
        """What stands for the values while the SQL is made."""
        return {name: _stand_in(at, value) for at, (name, value) in enumerate(self.values.items())}

    def rows(self) -> list[Row]:
        """Read it."""
        plan = _kept(self.key, lambda: _Plan(self.make(**self.stand_ins), self.stand_ins))
        return plan.rows(self.values) if plan.has_all_holes else list(self.make(**self.values))


class Compiled[Row]:
    """A function that gives rows, by SQL that is made once for each form."""

    def __init__(self, make: Callable[..., QuerySet[Any, Row]]) -> None:
        self._make = make
        update_wrapper(self, make)

    def asked(self, *form: Hashable, **values: Value) -> Asked[Row]:
        """The query, to be read later."""
        return Asked((self._make, *form), partial(self._make, *form), values)

    def __call__(self, *form: Hashable, **values: Value) -> list[Row]:
        return self.asked(*form, **values).rows()


def compiled[Row](make: Callable[..., QuerySet[Any, Row]]) -> Compiled[Row]:
    """Decorator: the function's rows, by SQL that is made once for each form."""
    return Compiled(make)


def fetch[Row](
    form: Hashable, make: Callable[..., QuerySet[Any, Row]], **values: Value
) -> list[Row]:
    """The rows of `make(**values)`, which is called only when this form is not known yet."""
    return Asked(form, make, values).rows()


def rows_of_each(asked: Sequence[Asked[Any]]) -> list[list[Any]]:
    """The rows of each query; which of them have any is found out by one query before."""
    if not asked:
        return []
    sql, names = _kept(("any of", *(one.key for one in asked)), lambda: _any_of(asked))
    values = [asked[at].values[name] for at, name in names]
    [finds] = _read(connections[DEFAULT_DB_ALIAS], sql, values)
    return [one.rows() if finds_any else [] for one, finds_any in zip(asked, finds, strict=True)]


def _any_of(asked: Sequence[Asked[Any]]) -> tuple[str, list[tuple[int, str]]]:
    """SQL that tells of each query whether it has rows, and the values that it is filled with."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    parts: list[str] = []
    names: list[tuple[int, str]] = []
    for at, one in enumerate(asked):
        query: Any = one.make(**one.stand_ins).query
        try:
            sql, params = query.exists().get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        statement = _Statement(sql, params, one.stand_ins)
        if statement.has_parts or not statement.has_all_holes:
            parts.append("true")  # it has to be read to know
            continue
        if not sql:
            parts.append("false")
            continue
        part, own = statement.with_constants(connection)
        parts.append(f"EXISTS({part})")
        names += [(at, name) for name in own]
    return f"SELECT {', '.join(parts)}", names


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
    # A field of large numbers makes psycopg's own kind of int of it.
    return isinstance(param, type(stand_in)) and bool(param == stand_in)
