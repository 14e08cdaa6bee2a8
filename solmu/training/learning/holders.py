"""A programme's study material as something that files are attached to."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from solmu.files.holders import Holder
from solmu.people.viewer import Viewer
from solmu.training.learning.models import FILES
from solmu.training.models import Enrolment, Programme
from solmu.training.permissions import can_teach
from solmu.training.querysets import run_by


def _ids(viewer: Viewer) -> Any:
    """Who studies or runs a programme sees its files, and those of the one it was adopted from."""
    own = Enrolment.objects.own(viewer).values("programme")
    known = Q(pk__in=own)
    if not viewer.is_anonymous:
        known |= run_by(viewer)
    known |= Q(adoptions__in=own)
    if viewer.programmes:
        known |= Q(adoptions__in=list(viewer.programmes))
    return Programme.objects.filter(known).values("pk")


def _may_change(viewer: Viewer, pk: int) -> bool:
    programme = Programme.objects.filter(pk=pk).first()
    return programme is not None and can_teach(viewer, programme)


def _url(pk: int) -> str:
    return reverse("learning:contents", args=[Programme.objects.get(pk=pk).slug]) + "#files"


MATERIAL = {FILES: Holder(_ids, _may_change, _url)}
