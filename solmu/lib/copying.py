"""Many rows into PostgreSQL at once: COPY in its text format, and ids taken beforehand."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

_CHUNK = 1 << 18
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Copy rows of plain values into a table; triggers fire once, as for one INSERT."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        lines: list[str] = []
        size = 0
        for row in rows:
            line = "\t".join([_text(value) for value in row])
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
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def as_json(value: Any) -> str:
    """A value as JSON text, for a jsonb column."""
    return _encode(value)


def as_array(values: Iterable[Any]) -> str:
    """Numbers or plain words as a PostgreSQL array."""
    return "{" + ",".join(map(str, values)) + "}"


def _text(value: Any) -> str:
    if isinstance(value, str):
        if "\\" in value:
            value = value.replace("\\", "\\\\")
        if not value.isprintable():
            value = value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
            value = value.replace("\x00", "")
        return value
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)
