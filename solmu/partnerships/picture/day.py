"""What partnerships put on my day: what waits for the viewer, and the picture in four figures."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib import clock, modules
from solmu.partnerships.growing import growing
from solmu.partnerships.models import Standing
from solmu.partnerships.permissions import can_edit_any
from solmu.partnerships.picture import waiting
from solmu.partnerships.picture.picture import Picture, area_of
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits


@dataclass(frozen=True, slots=True)
class DayPanel:
    """A panel of my day: its template and what that prints, and what waits among the partners."""

    template: str
    figures: list[tuple[Any, ...]]
    name: str
    waits: list[Waiting | Waits[Any]]


def panel(viewer: Viewer) -> DayPanel | None:
    """How many partners there are, step by step, each figure leading to its rows."""
    picture = _picture(viewer)
    if picture is None or not picture.any_stakeholders():
        return None
    counts = picture.counts()
    address = reverse("partnerships:list")
    figures: list[tuple[Any, ...]] = [(counts.partners, _("partners"), address)]
    figures += [
        (counts.by_level.get(level.rank, 0), level.name, f"{address}?level={level.rank}")
        for level in reversed(picture.words.levels)
    ]
    return DayPanel("partnerships/_day.html", figures, viewer.institution_name, _waits(picture))


def _waits(picture: Picture) -> list[Waiting | Waits[Any]]:
    """What waits for the viewer among the partners of the institution that they look from."""
    found: list[Waiting | Waits[Any]] = [
        Waiting(wait.name, wait.note, wait.verb, wait.url) for wait in waiting.waiting(picture)
    ]
    institution_id = picture.institution.pk
    if modules.is_on("networks") and can_edit_any(picture.viewer, institution_id):
        grown = partial(_grown, institution_id, picture.today)
        found.append(Waits(growing.asking(institution_id, picture.today), grown))
    return found


def _grown(institution_id: int, today: date, _rows: list[Standing]) -> list[Waiting]:
    grown = len(growing.proposals(institution_id, today))
    if not grown:
        return []
    title = ngettext("%(n)s partnership has grown", "%(n)s partnerships have grown", grown) % {
        "n": grown
    }
    note = _("both belong to a common network")
    return [Waiting(title, note, _("Look"), reverse("partnerships:growing"))]


def _picture(viewer: Viewer) -> Picture | None:
    if viewer.institution_id is None:
        return None
    return Picture(viewer, area_of(viewer.institution_id), clock.today(), clock.today())
