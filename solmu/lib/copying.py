"""Many rows into PostgreSQL at once: COPY in its text format, and ids taken beforehand."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

_CHUNK = 1 << 18
# Signs that no cell has: so a line without a backslash or a break needs no escaping at all.
_BETWEEN, _NULL = "\x1f", "\x1e"


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Copy rows of plain values into a table; triggers fire once, as for one INSERT."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (DELIMITER {}, NULL {})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Literal(_BETWEEN),
        sql.Literal(_NULL),
    )
    count, between = 0, len(columns) - 1
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        lines: list[str] = []
        size = 0
        for row in rows:
            values = [value if type(value) is str else _plain(value) for value in row]
            line = _BETWEEN.join(values)
            if (
                "\\" in line
                or "\n" in line
                or "\r" in line
                or "\x00" in line
                or line.count(_BETWEEN) != between
            ):
                line = _BETWEEN.join(map(_escaped, values))
            lines.append(line)
            size += len(line)
            count += 1
            if size > _CHUNK:
                copy.write("\n".join(lines) + "\n")
                lines, size = [], 0
        if lines:
            copy.write("\n".join(lines) + "\n")
    return count


def new_ids(table: str, count: int) -> list[int]:
    """Take ids of a table for rows that are about to be written."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (sequence,) = cursor.fetchone()
        cursor.execute(
            "SELECT array_agg(nextval(%s::regclass)) FROM generate_series(1, %s)",
            [sequence, count],
        )
        ids: list[int] = cursor.fetchone()[0]
        return ids


def new_uuids(count: int) -> Iterator[str]:
    """Random UUIDs (version 4), made many at a time."""
    digits = os.urandom(16 * count).hex()
    for at in range(0, 32 * count, 32):
        one = digits[at : at + 32]
        yield f"{one[:12]}4{one[13:16]}{'89ab'[int(one[16], 16) & 3]}{one[17:]}"


def expect_many() -> None:
    """Give this transaction memory for many rows: for what triggers see, and for new words."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL gin_pending_list_limit = '1GB'")


def tidy(*indexes: str) -> None:
    """Take into GIN indexes, all at once, the words that waited beside them since `expect_many`."""
    with connection.cursor() as cursor:
        for index in indexes:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])


def as_json(value: Any) -> str:
    """A value as JSON text, for a jsonb column."""
    return orjson.dumps(value).decode()


def as_array(values: Iterable[Any]) -> str:
    """Numbers or plain words as a PostgreSQL array."""
    return "{" + ",".join(map(str, values)) + "}"


def _plain(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if value is None:
        return _NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)


def _escaped(value: str) -> str:
    if value == _NULL:
        return value
    value = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return value.replace("\x00", "").replace(_BETWEEN, " ").replace(_NULL, " ")
