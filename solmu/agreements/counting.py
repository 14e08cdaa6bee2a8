"""How many agreements an institution has in each state, remembered until one of them changes.

Like the partners' pictures: a count stays good while no agreement of the institution has changed,
and nobody who was writing when it was made has finished since.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Subquery

from solmu.agreements.models import Agreement
from solmu.lib.compiled import compiled
from solmu.organisations.models import Institution
from solmu.partnerships.picture.remembering import KEPT_SECONDS, cache, writers

type _Kept = tuple[int, frozenset[str], dict[str, int]]


def by_state(institution_id: int) -> dict[str, int]:
    """How many agreements the institution has drafted, by state."""
    found = _now(institution=institution_id)
    if not found:
        return {}
    last, writing = found[0][0] or 0, frozenset(found[0][1])
    key = f"agreements:{connection.settings_dict['NAME']}:{institution_id}"
    kept: _Kept | None = cache.get(key)
    if kept is not None:
        seen, wrote, counts = kept
        same = seen <= last and wrote <= writing
        if same and (seen == last or not _changed(institution_id, seen)):
            if (seen, wrote) != (last, writing):
                cache.set(key, (last, writing, counts), KEPT_SECONDS)
            return counts
    rows = Agreement.objects.filter(institution_id=institution_id).order_by()
    counts = dict(rows.values_list("state").annotate(n=Count("pk")).values_list("state", "n"))
    cache.set(key, (last, writing, counts), KEPT_SECONDS)
    return counts


@compiled
def _now(*, institution: int) -> QuerySet[Institution, Any]:
    last = Subquery(_events().order_by("-pgh_id").values("pgh_id")[:1])
    rows = Institution.objects.filter(pk=institution).annotate(last=last, writing=writers())
    return rows.values_list("last", "writing")


def _changed(institution_id: int, since: int) -> bool:
    changed = _events().filter(pgh_id__gt=since, institution_id=institution_id)
    return bool(changed.exists())


def _events() -> Any:
    return Agreement.pgh_event_models["insert"].objects  # type: ignore[attr-defined]
