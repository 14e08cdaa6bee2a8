"""A case as something that files are attached to."""

from typing import Any

from django.db.models import QuerySet

from solmu.costs.models import KIND, CostCase
from solmu.costs.permissions import can_write
from solmu.files.holders import Holder
from solmu.lib.compiled import compiled
from solmu.people.viewer import Viewer


def _ids(viewer: Viewer) -> Any:
    return CostCase.objects.visible_to(viewer).values("pk")


def _may_change(viewer: Viewer, pk: int) -> bool:
    return any(can_write(viewer, case) for case in _case(pk=pk))


@compiled
def _case(*, pk: int) -> QuerySet[CostCase]:
    return CostCase.objects.filter(pk=pk).select_related("network")


def _url(pk: int) -> str:
    case = CostCase.objects.select_related("network__organisation").get(pk=pk)
    return f"{case.get_absolute_url()}#files"


CASES = {KIND: Holder(_ids, _may_change, _url)}
