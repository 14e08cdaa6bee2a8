"""What can be found of costs: cases by those in the network but guests, and by payers' leaders."""

from collections.abc import Iterable

from django.urls import reverse

from solmu.costs.models import Payer
from solmu.search import indexing

COST = "cost"

# As querysets.visible_to: a first draft is the network's alone.
_CASES = """
    SELECT c.id AS record_id, scope.institution_id, scope.network_id, FALSE AS public,
        TRUE AS leaders_only, NULL::bigint AS author_id, c.title, c.text, c.language,
        {address} AS url
    FROM costs_costcase c
    JOIN organisations_organisation o ON o.id = c.network_id
    CROSS JOIN LATERAL (
        SELECT NULL::bigint AS institution_id, c.network_id
        UNION ALL
        SELECT p.organisation_id, NULL::bigint
        FROM costs_payer p
        JOIN organisations_institution i ON i.organisation_id = p.organisation_id
        WHERE p.case_id = c.id AND NOT (c.state = 'draft' AND c.version = 1)
    ) AS scope
"""


def index_cases(ids: Iterable[int] | None = None) -> None:
    """Write the entries of some cases, or of all."""
    before, rest = reverse("costs:case", args=["SLUG", 123456789]).split("SLUG")
    between, after = rest.split("123456789")
    address = f"'{before}' || o.slug || '{between}' || c.id || '{after}'"
    indexing.fill(COST, _CASES.format(address=address), ids, in_networks=True)


def index_payers(ids: Iterable[int]) -> None:
    """Write anew the entries of the cases of payers that a merge has moved."""
    index_cases(list(Payer.objects.filter(pk__in=list(ids)).values_list("case_id", flat=True)))
