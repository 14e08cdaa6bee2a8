"""What waits for somebody in the directory: proposed facts and merges."""

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib.compiled import compiled, several
from solmu.organisations import directory
from solmu.organisations.models import FactProposal, Merge
from solmu.organisations.permissions import can_decide
from solmu.organisations.querysets import UNDO_ASKED
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting

MOST = 10


def waits(viewer: Viewer) -> list[Waiting]:
    """Proposals that the viewer may decide, and merges that wait for an administrator."""
    if viewer.is_anonymous:
        return []
    found = []
    if viewer.is_admin:
        proposals = list(_open())
    else:
        proposals = _open_to_some(**several(viewer.institutions))
    for proposal in [each for each in proposals if can_decide(viewer, each)][:MOST]:
        label = directory.fact_name(proposal.field)
        found.append(
            Waiting(
                str(proposal.organisation),
                _("somebody would change: %(fact)s") % {"fact": label},
                _("Decide"),
                reverse("organisations:proposals"),
            )
        )
    if viewer.is_admin:
        waits = Q(state=Merge.State.WAITING) | UNDO_ASKED
        merges = Merge.objects.filter(waits).select_related("kept", "gone")
        found += [
            Waiting(
                f"{merge.gone} → {merge.kept}",
                _("said to be two organisations after all")
                if merge.undo_asked_at
                else _("said to be one organisation"),
                _("Decide"),
                reverse("organisations:merge", args=[merge.pk]),
            )
            for merge in merges.order_by("pk")[:MOST]
        ]
    return found


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
