"""What can be found of plans: measures by those in the network, public outputs by all."""

from collections.abc import Iterable

from django.urls import reverse

from solmu.search import indexing

MEASURE, OUTPUT = "measure", "output"

_MEASURES = """
    SELECT m.id AS record_id, NULL::bigint AS institution_id, p.network_id, FALSE AS public,
        FALSE AS leaders_only, NULL::bigint AS author_id, m.title,
        concat_ws(' · ', p.year::text, NULLIF(g.title, ''), NULLIF(m.text, '')) AS text,
        m.language, {address} AS url
    FROM plans_measure m
    JOIN plans_plan p ON p.id = m.plan_id
    JOIN plans_plangoal pg ON pg.id = m.goal_id
    JOIN goals_goal g ON g.id = pg.goal_id
    JOIN organisations_organisation o ON o.id = p.network_id
"""

# An output that everybody may read stands at its public address.
_OUTPUTS = """
    SELECT u.id AS record_id, NULL::bigint AS institution_id, u.network_id,
        u.public AND o.public AND n.elsewhere_of_id IS NULL AS public, FALSE AS leaders_only,
        NULL::bigint AS author_id, u.title,
        concat_ws(' · ', NULLIF(u.authors_text, ''), NULLIF(u.text, '')) AS text, u.language,
        CASE WHEN u.public AND o.public AND n.elsewhere_of_id IS NULL THEN {public}
            ELSE {address} END AS url
    FROM plans_output u
    JOIN networks_network n ON n.organisation_id = u.network_id
    JOIN organisations_organisation o ON o.id = u.network_id
"""


def index_measures(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some measures, or of all."""
    indexing.fill(
        MEASURE, _MEASURES.format(address=_address("plans:measure", "m")), ids, in_networks=True
    )


def index_outputs(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some outputs, or of all."""
    select = _OUTPUTS.format(
        address=_address("plans:output", "u"), public=_address("public_plans:output", "u")
    )
    indexing.fill(OUTPUT, select, ids, in_networks=True)


def _address(name: str, table: str) -> str:
    key = "00000000-0000-0000-0000-000000000000"
    before, rest = reverse(name, args=["SLUG", key]).split("SLUG", 1)
    between, after = rest.split(key, 1)
    return f"'{before}' || o.slug || '{between}' || {table}.uuid || '{after}'"
