"""Many rows into PostgreSQL at once: COPY in its text format, and ids taken beforehand."""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import batched
from typing import Any

import orjson
from django.db import DatabaseError, connection
from psycopg import sql

logger = logging.getLogger(__name__)

_ROWS_AT_ONCE = 1000
# Signs that no cell has: so rows without a backslash or a break need no escaping at all.
_BETWEEN, _NULL = "\x1f", "\x1e"


def copy_rows(
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    always: Mapping[str, Any] | None = None,
) -> int:
    """Copy rows of plain values into a table; triggers fire once, as for one INSERT.

    `always` names the columns that are the same in every row.
    """
    same = always or {}
    statement = sql.SQL("COPY {} ({}) FROM STDIN (DELIMITER {}, NULL {})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, [*columns, *same])),
        sql.Literal(_BETWEEN),
        sql.Literal(_NULL),
    )
    end = "".join(_BETWEEN + _escaped(_plain(value)) for value in same.values()) + "\n"
    count, signs = 0, len(columns) - 1 + len(same)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for some in batched(rows, _ROWS_AT_ONCE):
            values = [[v if type(v) is str else _plain(v) for v in row] for row in some]
            text = end.join(map(_BETWEEN.join, values)) + end
            if _has_special(text, len(values), signs):
                text = end.join(_BETWEEN.join(map(_escaped, row)) for row in values) + end
            copy.write(text)
            count += len(values)
    return count


def _has_special(text: str, rows: int, signs: int) -> bool:
    """Tell whether a cell has a sign that COPY would take for its own."""
    return (
        "\\" in text
        or "\r" in text
        or "\x00" in text
        or text.count("\n") != rows
        or text.count(_BETWEEN) != rows * signs
    )


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
    variant = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
    for at in range(0, 32 * count, 32):
        yield (
            f"{digits[at : at + 12]}4{digits[at + 13 : at + 16]}"
            f"{variant[digits[at + 16]]}{digits[at + 17 : at + 32]}"
        )


def expect_many() -> None:
    """Give this transaction memory for many rows: for what triggers see, and for new words."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL gin_pending_list_limit = '1GB'")


@contextmanager
def tidied(*indexes: str) -> Iterator[None]:
    """Take into GIN indexes the words that waited beside them since `expect_many`.

    That is done meanwhile, on a connection of its own: it is no transaction's how an index is kept.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_tidy, indexes)
        yield


def _tidy(indexes: Iterable[str]) -> None:
    try:
        with connection.cursor() as cursor:
            # Whoever waits for the caller's transaction, and is waited for here, is let pass.
            cursor.execute("SET lock_timeout = '5s'")
            cursor.execute("SET maintenance_work_mem = '256MB'")
            for index in indexes:
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
    except DatabaseError:  # searching is slower until the database tidies by itself
        logger.warning("the search index could not be tidied", exc_info=True)
    finally:
        connection.close()


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
    return value.replace("\x00", "").replace(_BETWEEN, " ")
