"""What waits for somebody in costs: their answers, payments to mark, and what was declined."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.approvals.models import Round, Voice
from solmu.costs.models import KIND, CostCase
from solmu.costs.money import euros
from solmu.costs.permissions import LEADER, can_answer, can_read
from solmu.lib.compiled import compiled, several
from solmu.networks.models import Network
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 10


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """The answers that wait for the viewer, one line a case; then what was declined to them."""
    if viewer.person_id is None:
        return []
    led = {key for key in viewer.institutions if viewer.has_role(key, LEADER)}
    represented = {organisation for _network, organisation in viewer.represented}
    unanswered = _unanswered.asked(person=viewer.person_id, **several(led | represented))
    return [
        Waits(unanswered, partial(_to_answer, viewer)),
        Waits(_declined.asked(person=viewer.person_id), _to_change),
    ]


@dataclass(frozen=True, slots=True)
class Panel:
    """What a network's home says of costs."""

    template: str
    cases: list[tuple[CostCase, str, str]]
    url: str


def network_panel(request: HttpRequest, network: Network) -> Panel | None:
    """The cases that wait for approval, on the network's home; nothing for guests."""
    if not can_read(request.viewer, network):
        return None
    cases = []
    for case in _proposed(network=network.pk):
        case.network = network
        cases.append((case, euros(case.amount), case.get_absolute_url()))
    if not cases:
        return None
    return Panel("costs/_network.html", cases, reverse("costs:list", args=[network.slug]))


@compiled
def _proposed(*, network: int) -> QuerySet[Any]:
    waiting: Any = CostCase.objects.filter(network=network, state=CostCase.State.PROPOSED)
    return waiting.with_amounts().order_by("-on", "-pk")[:5]


def _to_answer(viewer: Viewer, voices: list[Voice]) -> list[Waiting]:
    cases = CostCase.objects.select_related("network__organisation").in_bulk(
        {voice.round.subject_id for voice in voices}
    )
    found: dict[int, tuple[CostCase, Voice]] = {}
    for voice in voices:
        case = cases.get(voice.round.subject_id)
        if case and case.pk not in found and can_answer(viewer, case, voice):
            found[case.pk] = case, voice
    return [
        Waiting(
            case.title,
            _("%(network)s asks: may %(amount)s be shared like this?")
            % {"network": case.network, "amount": euros(Decimal(voice.round.content["amount"]))},
            _("Answer"),
            case.get_absolute_url(),
        )
        for case, voice in [*found.values()][:MOST]
    ]


def _to_change(cases: list[CostCase]) -> list[Waiting]:
    return [
        Waiting(
            case.title,
            _("was declined; change it and ask again"),
            _("Look"),
            case.get_absolute_url(),
        )
        for case in cases
    ]


@compiled
def _declined(*, person: int) -> QuerySet[CostCase]:
    """The own cases of a person that were declined and have not been asked about again."""
    declined = Round.objects.filter(
        subject_kind=KIND, subject_id=OuterRef("pk"), state=Round.State.DECLINED
    )
    drafts = CostCase.objects.filter(created_by=person, state=CostCase.State.DRAFT)
    waiting = drafts.filter(Exists(declined)).select_related("network__organisation")
    return waiting.order_by("pk")[:MOST]


@compiled
def _unanswered(*, person: int, **payers: int) -> QuerySet[Voice]:
    """What is asked of a person, or of payers, and has no answer yet; the oldest first."""
    asked = Q(person=person) | Q(person=None, organisation_id__in=[*payers.values()])
    waiting = Voice.objects.filter(
        asked, answer="", round__state=Round.State.OPEN, round__subject_kind=KIND
    )
    return waiting.select_related("round").order_by("round__opened_at", "pk")[: MOST * 3]
