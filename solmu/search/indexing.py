"""Writing the search index, in the same transaction as the record."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import Value

from solmu.lib.copying import as_array
from solmu.search.models import Entry


def index(
    kind: str,
    record_id: int,
    *,
    title: str,
    url: str,
    text: str = "",
    language: str = "fi",
    institution_id: int | None = None,
    public: bool = False,
    leaders_only: bool = False,
    author_id: int | None = None,
) -> None:
    """Write what can be found of one record, and by whom."""
    words = SearchVector(Value(title), weight="A", config="simple") + SearchVector(
        Value(text), weight="C", config="simple"
    )
    Entry.objects.update_or_create(
        kind=kind,
        record_id=record_id,
        institution_id=institution_id,
        defaults={
            "title": title,
            "text": text,
            "url": url,
            "language": language,
            "public": public,
            "leaders_only": leaders_only,
            "author_id": author_id,
            "words": words,
        },
    )


def forget(kind: str, record_id: int) -> None:
    """Take a record out of the index."""
    Entry.objects.filter(kind=kind, record_id=record_id).delete()


# Set while `differences` asks: then `fill` compares instead of writing.
_comparing: ContextVar[dict[str, tuple[int, int]] | None] = ContextVar("comparing", default=None)


def fill(
    kind: str, select: str, ids: Iterable[int] | None = None, *, in_networks: bool = False
) -> int:
    """Write the entries of one kind as a SELECT tells them, all of them or those of some records.

    The SELECT gives record_id, institution_id, public, leaders_only, author_id, title, text,
    language and url; `in_networks`, also network_id. What it tells no more is taken out.
    """
    if not in_networks:
        select = f"SELECT *, NULL::bigint AS network_id FROM ({select}) AS told"  # noqa: S608
    if (found := _comparing.get()) is not None:
        found[kind] = _compare(kind, select)
        return 0
    told = f"SELECT * FROM ({select}) AS told"  # noqa: S608 - our own SQL
    own, some = "", []
    if ids is not None:
        own, some = " AND record_id = ANY(%s::bigint[])", [as_array(ids)]
        told += " WHERE record_id = ANY(%s::bigint[])"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM search_entry WHERE kind = %s{own}", [kind, *some])  # noqa: S608
        cursor.execute(
            f"""
            INSERT INTO search_entry (kind, record_id, institution_id, network_id, public,
                leaders_only, author_id, title, text, language, url, words)
            SELECT %s, record_id, institution_id, network_id, public, leaders_only, author_id,
                title, text, language, url, setweight(to_tsvector('simple', title), 'A')
                || setweight(to_tsvector('simple', text), 'C')
            FROM ({told}) AS told
            """,  # noqa: S608
            [kind, *some],
        )
        return cursor.rowcount


def differences(indexes: Iterable[Callable[[], None]]) -> dict[str, tuple[int, int]]:
    """For each kind, how many entries are missing or stale, and how many shouldn't be there so."""
    found: dict[str, tuple[int, int]] = {}
    token = _comparing.set(found)
    try:
        for write in indexes:
            write()
    finally:
        _comparing.reset(token)
    return found


_COLUMNS = (
    "record_id, institution_id, network_id, public, leaders_only, author_id, title, text, language,"
    " url"
)


def _compare(kind: str, select: str) -> tuple[int, int]:
    told = f"SELECT {_COLUMNS} FROM ({select}) AS told"  # noqa: S608
    kept = f"SELECT {_COLUMNS} FROM search_entry WHERE kind = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM ({told} EXCEPT ({kept})) AS a),"  # noqa: S608
            f" (SELECT count(*) FROM ({kept} EXCEPT ({told})) AS b)",
            [kind, kind],
        )
        missing, extra = cursor.fetchone()
    return missing, extra
