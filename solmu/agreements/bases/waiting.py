"""What waits for somebody in templates: approvals that were asked, originals that have changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.agreements.bases import copying
from solmu.agreements.models import Base, BaseVersion
from solmu.agreements.permissions import can_approve_base, can_edit_base
from solmu.lib.compiled import compiled, several
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 10


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """Drafts to approve; copies whose original has something new."""
    if viewer.is_anonymous:
        return []
    # Institutions and networks are organisations, so that one list of ids serves for both.
    owners = several(viewer.institutions | viewer.networks.keys())
    return [
        Waits(_asked.asked(**owners), partial(_to_approve, viewer)),
        Waits(_behind.asked(**owners), partial(_changed, viewer)),
    ]


def _to_approve(viewer: Viewer, bases: list[Base]) -> list[Waiting]:
    return [
        Waiting(
            base.name,
            _("A template waits for your approval."),
            _("Look"),
            base.get_absolute_url(),
        )
        for base in bases
        if can_approve_base(viewer, base)
    ]


def _changed(viewer: Viewer, bases: list[Base]) -> list[Waiting]:
    return [
        Waiting(
            base.name,
            _("The original has changed since you copied it."),
            _("Look at the changes"),
            reverse("agreements:base-changes", args=[base.pk]),
        )
        for base in bases
        if can_edit_base(viewer, base)
    ]


@compiled
def _asked(**owners: int) -> QuerySet[Base]:
    asked = _of(owners).filter(
        versions__state=BaseVersion.State.DRAFT, versions__asked_at__isnull=False
    )
    return asked.order_by("pk")[:MOST]


@compiled
def _behind(**owners: int) -> QuerySet[Base]:
    return copying.behind(_of(owners)).order_by("pk")[:MOST]


def _of(owners: dict[str, int]) -> QuerySet[Base]:
    ids = [*owners.values()]
    own = Q(institution_id__in=ids) | Q(network_id__in=ids)
    return Base.objects.filter(own, ended_on=None).select_related("network", "copied_from")
