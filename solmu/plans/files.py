"""An output as something that files are attached to; those of a public one are everybody's."""

from typing import Any

from solmu.files.holders import Holder
from solmu.people.viewer import Viewer
from solmu.plans.models import Output
from solmu.plans.permissions import can_edit_output

KIND = "output"


def _ids(viewer: Viewer) -> Any:
    return Output.objects.visible_to(viewer).values("pk")


def _may_change(viewer: Viewer, pk: int) -> bool:
    found = Output.objects.select_related("network", "group__network").filter(pk=pk).first()
    return found is not None and can_edit_output(viewer, found)


def _url(pk: int) -> str:
    output = Output.objects.select_related("network__organisation").get(pk=pk)
    return f"{output.get_absolute_url()}#files"


OUTPUTS = {KIND: Holder(_ids, _may_change, _url)}
