"""Writing the search index, in the same transaction as the record."""

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

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
