"""The files of one record as a page shows them."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from solmu.files.forms import UploadForm
from solmu.files.models import File
from solmu.lib.compiled import compiled
from solmu.lib.composed import composed


@dataclass(frozen=True, slots=True)
class Panel:
    """A record's files, with a form for those who may change them; `{% files panel %}` shows it."""

    kind: str
    holder_id: int
    files: list[File]
    may_change: bool
    form: UploadForm = field(default_factory=UploadForm)

    @property
    def add_url(self) -> str:
        """Where more files are sent."""
        return reverse("files:add", args=[self.kind, self.holder_id])


def of(viewer: Any, kind: str, holder_id: int, *, may_change: bool | None = None) -> Panel:
    """The files of a record that the viewer sees already: one query if `may_change` is known."""
    if may_change is None:
        may_change = composed("FILE_HOLDERS")[kind].may_change(viewer, holder_id)
    return Panel(kind, holder_id, _files(kind=kind, holder=holder_id), may_change)


@compiled
def _files(*, kind: str, holder: int) -> QuerySet[File]:
    return File.objects.present().of(kind, holder).select_related("uploaded_by__person")
