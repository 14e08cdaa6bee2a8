"""A case as something that files are attached to."""

from typing import Any

from solmu.costs.models import KIND, CostCase
from solmu.costs.permissions import can_write
from solmu.files.holders import Holder
from solmu.people.viewer import Viewer


def _ids(viewer: Viewer) -> Any:
    return CostCase.objects.visible_to(viewer).values("pk")


def _may_change(viewer: Viewer, pk: int) -> bool:
    case = CostCase.objects.select_related("network").filter(pk=pk).first()
    return case is not None and can_write(viewer, case)


def _url(pk: int) -> str:
    case = CostCase.objects.select_related("network__organisation").get(pk=pk)
    return f"{case.get_absolute_url()}#files"


CASES = {KIND: Holder(_ids, _may_change, _url)}
