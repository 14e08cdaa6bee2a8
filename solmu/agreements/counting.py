"""How many agreements an institution has in each state, remembered as its pictures are."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Subquery

from solmu.agreements.models import Agreement
from solmu.lib.compiled import compiled
from solmu.organisations.models import Institution
from solmu.partnerships.picture import remembering


def by_state(institution_id: int) -> dict[str, int]:
    """How many agreements the institution has drafted, by state."""
    found = _now(institution=institution_id)
    if not found:
        return {}
    last, writing = found[0][0] or 0, frozenset(found[0][1])

    def concerned(seen: str) -> bool:
        return last < int(seen) or _changed(institution_id, int(seen))

    stamp = remembering.stamp(f"agreements-of:{institution_id}", str(last), writing, concerned)
    return remembering.kept((stamp,), lambda: _counted(institution_id))


def _counted(institution_id: int) -> dict[str, int]:
    rows = Agreement.objects.filter(institution_id=institution_id).order_by()
    return dict(rows.values_list("state").annotate(n=Count("pk")).values_list("state", "n"))


@compiled
def _now(*, institution: int) -> QuerySet[Institution, Any]:
    last = Subquery(_events().order_by("-pgh_id").values("pgh_id")[:1])
    rows = Institution.objects.filter(pk=institution).annotate(
        last=last, writing=remembering.writers()
    )
    return rows.values_list("last", "writing")


def _changed(institution_id: int, since: int) -> bool:
    changed = _events().filter(pgh_id__gt=since, institution_id=institution_id)
    return bool(changed.exists())


def _events() -> Any:
    return Agreement.pgh_event_models["insert"].objects  # type: ignore[attr-defined]
