"""The directory's rows in the search index."""

from collections.abc import Iterable

from django.db import connection

from solmu.search.models import Entry

KIND = "organisation"

# One row for all who may see it, or one for each institution that alone knows the entry.
_WRITE = """
INSERT INTO search_entry
    (kind, record_id, institution_id, public, leaders_only, title, text, language, url, words)
SELECT 'organisation', o.id, s.institution_id, o.public, false, o.title, o.text, o.language,
    '/organisations/' || o.id || '/',
    setweight(to_tsvector('simple', o.title), 'A') || setweight(to_tsvector('simple', o.text), 'C')
FROM (
    SELECT o.id, o.public,
        coalesce(nullif(o.name_fi, ''), nullif(o.name_sv, ''), o.name_en) AS title,
        concat_ws(' ', nullif(o.name_sv, ''), nullif(o.name_en, ''), nullif(o.business_id, ''),
            m.name_fi, r.name_fi) AS text,
        CASE WHEN o.name_fi <> '' THEN 'fi' WHEN o.name_sv <> '' THEN 'sv' ELSE 'en' END AS language
    FROM organisations_organisation o
    LEFT JOIN organisations_municipality m ON m.code = o.municipality_id
    LEFT JOIN organisations_region r ON r.code = o.region_id
    WHERE o.merged_into_id IS NULL AND (%(all)s OR o.id = ANY(%(ids)s))
) o
LEFT JOIN organisations_organisationsource s ON s.organisation_id = o.id AND NOT o.public
WHERE o.public OR s.id IS NOT NULL
"""


def index(organisation_ids: Iterable[int]) -> None:
    """Write what can be found of these organisations, in two statements however many they are."""
    ids = list(organisation_ids)
    Entry.objects.filter(kind=KIND, record_id__in=ids).delete()
    _insert(ids)


def rebuild() -> None:
    """Write all of the directory's rows anew."""
    Entry.objects.filter(kind=KIND).delete()
    _insert(None)


def _insert(ids: list[int] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"all": ids is None, "ids": ids or []})
