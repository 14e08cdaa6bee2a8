"""What can be found of networks: by those who may know of them."""

from collections.abc import Iterable

from django.urls import reverse

from solmu.networks.models import Network
from solmu.search import indexing

NETWORK = "network"

# One row for those in it, which is everybody's where it is public; else also one for each
# institution that belongs or has belonged, as querysets.known_to says.
_NETWORKS = """
    SELECT n.organisation_id AS record_id, scope.institution_id, scope.network_id,
        scope.public, FALSE AS leaders_only, NULL::bigint AS author_id,
        COALESCE(NULLIF(o.name_fi, ''), NULLIF(o.name_sv, ''), o.name_en) AS title,
        concat_ws(' · ', NULLIF(o.name_sv, ''), NULLIF(o.name_en, ''), NULLIF(n.purpose, ''),
            NULLIF(n.need, ''), NULLIF(array_to_string(n.themes, ', '), ''),
            NULLIF(n.motto, '')) AS text,
        n.language, {address} AS url
    FROM networks_network n
    JOIN organisations_organisation o ON o.id = n.organisation_id
    CROSS JOIN LATERAL (
        SELECT NULL::bigint AS institution_id, n.organisation_id AS network_id, o.public AS public
        WHERE n.elsewhere_of_id IS NULL
        UNION ALL
        SELECT DISTINCT m.organisation_id, NULL::bigint, FALSE
        FROM networks_membership m
        JOIN organisations_institution i ON i.organisation_id = m.organisation_id
        WHERE m.network_id = n.organisation_id AND n.elsewhere_of_id IS NULL AND NOT o.public
        UNION ALL
        SELECT n.elsewhere_of_id, NULL::bigint, FALSE WHERE n.elsewhere_of_id IS NOT NULL
    ) AS scope
"""


def index_networks(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some networks, or of all."""
    before, after = reverse("networks:home", args=["-"]).split("-", 1)
    select = _NETWORKS.replace("{address}", f"'{before}' || o.slug || '{after}'")
    indexing.fill(NETWORK, select, ids, in_networks=True)


def index_organisations(ids: Iterable[int]) -> None:
    """Write anew the entries of networks whose names have changed."""
    found = list(Network.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))
    if found:
        index_networks(found)


def index_memberships(ids: Iterable[int]) -> None:
    """Write anew the entries of networks whose members have been moved by a merge."""
    rows = Network.objects.filter(memberships__in=list(ids))
    index_networks(list(rows.distinct().values_list("pk", flat=True)))
