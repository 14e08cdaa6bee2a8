"""What can be found of templates: own ones by their people, published ones by everybody."""

from collections.abc import Iterable

from solmu.search import indexing

TEMPLATE = "agreement-template"

_OPEN = "(b.published OR (b.institution_id IS NULL AND b.network_id IS NULL))"

# Others find only what has been approved.
_TEMPLATES = f"""
    SELECT b.id AS record_id, b.institution_id, b.network_id,
        {_OPEN} AND v.state = 'approved' AS public,
        FALSE AS leaders_only, NULL::bigint AS author_id,
        COALESCE(NULLIF(b.name_fi, ''), NULLIF(b.name_sv, ''), b.name_en) AS title,
        concat_ws(' · ', NULLIF(b.name_sv, ''), NULLIF(b.name_en, ''), NULLIF(b.about_fi, ''),
            (SELECT string_agg(concat_ws(' ', c.title_fi, c.text_fi, c.title_sv, c.title_en), ' '
                ORDER BY c.position) FROM agreements_baseclause c WHERE c.version_id = v.id))
            AS text,
        'fi' AS language, '/agreements/templates/' || b.id || '/' AS url
    FROM agreements_base b
    JOIN LATERAL (
        SELECT id, state FROM agreements_baseversion w
        WHERE w.base_id = b.id AND w.state IN ('approved', 'draft') ORDER BY w.state LIMIT 1
    ) v ON TRUE
"""  # noqa: S608 - our own SQL


def index_bases(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some templates, or of all."""
    indexing.fill(TEMPLATE, _TEMPLATES, ids, in_networks=True)
