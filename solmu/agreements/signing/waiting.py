"""What waits for somebody in signing: their own signatures, and answers about joinings."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.agreements.binding import joining
from solmu.agreements.models import Agreement, Joinder, Signature
from solmu.agreements.permissions import COORDINATOR, LEADER
from solmu.approvals.models import Round, Voice
from solmu.lib.compiled import compiled, several
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 10


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """The signatures that are asked of the viewer, and the joinings that they may answer about."""
    if viewer.person_id is None:
        return []
    own = [key for key in viewer.institutions if viewer.has_role(key, LEADER, COORDINATOR)]
    return [
        Waits(_asked.asked(person=viewer.person_id), _to_sign),
        Waits(_open_voices.asked(person=viewer.person_id, **several(own)), _to_answer),
    ]


def _to_sign(signatures: list[Signature]) -> list[Waiting]:
    return [
        Waiting(
            one.agreement.title,
            _("waits for your signature for %(party)s") % {"party": one.party.organisation},
            _("Read and sign"),
            reverse("agreements:own-sign", args=[one.uuid]),
        )
        for one in signatures
    ]


def _to_answer(voices: list[Voice]) -> list[Waiting]:
    keys = {one.round.subject_id for one in voices}
    joinders = Joinder.objects.filter(pk__in=keys).select_related(
        "agreement", "party__organisation"
    )
    return [
        Waiting(
            one.agreement.title,
            _("%(party)s wants to join: is it welcome?") % {"party": one.party.organisation},
            _("Answer"),
            reverse("agreements:joining", args=[one.agreement_id, one.pk]),
        )
        for one in joinders.order_by("pk")
    ]


@compiled
def _asked(*, person: int) -> QuerySet[Signature]:
    return (
        Signature.objects.filter(
            Q(version__agreement__state=Agreement.State.SIGNING)
            | Q(joinder__state=Joinder.State.SIGNING),
            person_id=person,
            state=Signature.State.WAITING,
            asked_on__isnull=False,
        )
        .select_related("party__agreement__institution__organisation", "party__organisation")
        .order_by("asked_on", "pk")[:MOST]
    )


@compiled
def _open_voices(*, person: int, **own: int) -> QuerySet[Voice]:
    return Voice.objects.filter(
        Q(person_id=person) | Q(person=None, organisation_id__in=[*own.values()]),
        round__subject_kind=joining.KIND,
        round__state=Round.State.OPEN,
        answer="",
    ).select_related("round")[:MOST]
