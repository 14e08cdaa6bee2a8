"""An agreement as a holder of goals: its readers see them, those who draft it change them."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from solmu.agreements.drafting import promising
from solmu.agreements.drafting.drafting import HOLDER as KIND
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.models import Agreement
from solmu.agreements.permissions import can_comment, can_edit
from solmu.goals.holders import Holder
from solmu.goals.models import Goal
from solmu.lib.problems import ProblemError
from solmu.people.viewer import Viewer

AGREEMENT = KIND


def _seen_by(viewer: Viewer) -> Any:
    return Agreement.objects.visible_to(viewer).values("pk")


def _named(ids: Iterable[int]) -> dict[int, str]:
    return {pk: str(pk) for pk in ids}


def _find(viewer: Viewer, name: str) -> int | None:
    if not name.isdecimal() or len(name) > 18:
        return None
    seen = Agreement.objects.visible_to(viewer).filter(pk=int(name))
    found: int | None = seen.values_list("pk", flat=True).first()
    return found


def _edits(viewer: Viewer, agreement_id: int) -> bool:
    agreement = Agreement.objects.filter(pk=agreement_id).first()
    return agreement is not None and agreement.is_open and can_edit(viewer, agreement)


def _measures(viewer: Viewer, agreement_id: int, indicator_id: int) -> bool:
    agreement = Agreement.objects.filter(pk=agreement_id).prefetch_related("parties").first()
    return agreement is not None and can_comment(viewer, agreement)


def _remove(viewer: Viewer, goal: Goal) -> None:
    try:
        promising.remove_goal(Agreement.objects.get(pk=goal.holder_id), goal, by=viewer)
    except DraftingError as error:
        raise ProblemError(HTTPStatus.CONFLICT, str(error)) from error


HOLDER = Holder(_seen_by, _named, _find, _edits, _measures, _remove)
