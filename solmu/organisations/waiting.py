"""What waits for somebody in the directory: facts, merges, people kept too long, a name."""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib.compiled import compiled, several
from solmu.organisations import directory
from solmu.organisations.models import FactProposal, Merge
from solmu.organisations.permissions import can_decide
from solmu.organisations.querysets import UNDO_ASKED
from solmu.people import keeping
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 10
COUNTED = 50  # as many as the page of people lists


def waits(viewer: Viewer) -> list[Waiting | Waits[Any]]:
    """Proposals that the viewer may decide, merges for an administrator, one's own name."""
    if viewer.is_anonymous:
        return []
    if viewer.is_admin:
        proposals = Waits(_open.asked(), partial(_to_decide, viewer))
        merges = Waits(_merges.asked(), _merges_to_decide)
        return [*_nameless(viewer), proposals, merges, *_overdue()]
    asked = _open_to_some.asked(**several(viewer.institutions))
    return [*_nameless(viewer), Waits(asked, partial(_to_decide, viewer))]


def _nameless(viewer: Viewer) -> list[Waiting]:
    """Whoever has given no name is called by their address in letters, lists and the history."""
    if "@" not in viewer.name:
        return []
    told = _("others see it where your name would be")
    return [Waiting(viewer.name, told, _("Tell your name"), reverse("own:me"))]


def _overdue() -> list[Waiting]:
    count = keeping.overdue().order_by()[:COUNTED].count()
    if not count:
        return []
    told = ngettext(
        "%(n)s person is kept longer than was said",
        "%(n)s people are kept longer than was said",
        count,
    )
    address = f"{reverse('people:list')}#overdue"
    return [Waiting(_("People"), told % {"n": count}, _("Look"), address)]


def _to_decide(viewer: Viewer, proposals: list[FactProposal]) -> list[Waiting]:
    return [
        Waiting(
            str(proposal.organisation),
            _("somebody would change: %(fact)s") % {"fact": directory.fact_name(proposal.field)},
            _("Decide"),
            reverse("organisations:proposals"),
        )
        for proposal in proposals
        if can_decide(viewer, proposal)
    ][:MOST]


def _merges_to_decide(merges: list[Merge]) -> list[Waiting]:
    return [
        Waiting(
            f"{merge.gone} → {merge.kept}",
            _("said to be two organisations after all")
            if merge.undo_asked_at
            else _("said to be one organisation"),
            _("Decide"),
            reverse("organisations:merge", args=[merge.pk]),
        )
        for merge in merges
    ]


@compiled
def _merges() -> QuerySet[Merge]:
    waits = Q(state=Merge.State.WAITING) | UNDO_ASKED
    return Merge.objects.filter(waits).select_related("kept", "gone").order_by("pk")[:MOST]


@compiled
def _open() -> QuerySet[FactProposal]:
    proposals = FactProposal.objects.filter(state=FactProposal.State.OPEN)
    return proposals.select_related("organisation").order_by("pk")[: MOST * 3]


@compiled
def _open_to_some(**institutions: int) -> QuerySet[FactProposal]:
    """Open proposals that the people of these institutions may be the ones to decide."""
    own = [*institutions.values()]
    decided_by = Q(organisation_id__in=own) | Q(giver_id__in=own)
    proposals = FactProposal.objects.filter(decided_by, state=FactProposal.State.OPEN)
    return proposals.select_related("organisation").order_by("pk")[: MOST * 3]
