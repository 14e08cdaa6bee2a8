"""The directory's entries in the search index."""

from collections.abc import Iterable

from solmu.lib.composed import follow
from solmu.search import indexing

ORGANISATION = "organisation"

# One row for all who may see it, or one for each institution that alone knows the entry; what came
# with the institution's own import has none, as it is found as its partner.
_ORGANISATIONS = """
    SELECT o.id AS record_id, s.institution_id, o.public, FALSE AS leaders_only,
        NULL::bigint AS author_id,
        COALESCE(NULLIF(o.name_fi, ''), NULLIF(o.name_sv, ''), o.name_en) AS title,
        concat_ws(' · ', NULLIF(o.name_sv, ''), NULLIF(o.name_en, ''), NULLIF(o.business_id, ''),
            m.name_fi, NULLIF(m.name_sv, m.name_fi), r.name_fi) AS text,
        CASE WHEN o.name_fi <> '' THEN 'fi' WHEN o.name_sv <> '' THEN 'sv' ELSE 'en' END
            AS language,
        '/organisations/' || o.id || '/' AS url
    FROM organisations_organisation o
    LEFT JOIN organisations_organisationsource s
        ON s.organisation_id = o.id AND s.origin <> 'import' AND NOT o.public
    LEFT JOIN organisations_municipality m ON m.code = o.municipality_id
    LEFT JOIN organisations_region r ON r.code = o.region_id
    WHERE o.merged_into_id IS NULL AND (o.public OR s.id IS NOT NULL)
"""


def index_organisations(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some organisations, or of all."""
    indexing.fill(ORGANISATION, _ORGANISATIONS, ids)


def index_changed(ids: Iterable[int]) -> None:
    """Write the entries of organisations whose public facts have changed, and all that follows."""
    changed = list(ids)
    index_organisations(changed)
    follow(ORGANISATION, changed)
