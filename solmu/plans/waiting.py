"""The viewer's own measures that are late or soon due, and indicators that were not measured."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db.models import F, Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.people.viewer import Viewer
from solmu.plans.models import Measure
from solmu.ui.menu import Waiting, Waits

# So many are shown; so many are read, since a few may be of networks that the viewer has left.
MOST, MOST_READ = 10, 30
SOON = timedelta(days=30)
# An indicator of an open measure is measured at least so often.
MEASURED = timedelta(days=180)


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """What waits for the viewer in the networks that are open to them."""
    if viewer.person_id is None:
        return []
    today = clock.today()
    own = viewer.person_id
    soon = _soon.asked(person=own, today=today, soon=today + SOON)
    unmeasured = _unmeasured.asked(person=own, today=today, before=today - MEASURED)
    return [
        Waits(soon, partial(_due, viewer, today)),
        Waits(unmeasured, partial(_to_measure, viewer)),
    ]


def _due(viewer: Viewer, today: date, measures: list[Any]) -> list[Waiting]:
    return [_due_line(measure, today) for measure in _open(viewer, measures)][:MOST]


def _to_measure(viewer: Viewer, measures: list[Any]) -> list[Waiting]:
    return [
        Waiting(
            measure.indicator.name,
            _("has not been measured for half a year"),
            _("Enter a value"),
            f"{measure.get_absolute_url()}#indicator",
        )
        for measure in _open(viewer, measures)
    ][:MOST]


def _due_line(measure: Measure, today: date) -> Waiting:
    day = {"day": date_format(measure.ends_on, "SHORT_DATE_FORMAT")}
    late = measure.ends_on < today
    return Waiting(
        measure.title,
        _("should have been ready by %(day)s") % day
        if late
        else _("is to be ready by %(day)s") % day,
        _("Say how far it is"),
        measure.get_absolute_url(),
    )


def _open(viewer: Viewer, own: list[Any]) -> list[Any]:
    """Of the viewer's own measures, those of networks that are open to them."""
    return [one for one in own if viewer.is_admin or one.plan.network_id in viewer.networks]


@compiled
def _soon(*, person: int, today: date, soon: date) -> QuerySet[Measure]:
    own = _shown(person, today).filter(ends_on__lt=soon)
    return own.order_by("ends_on", "pk")[:MOST_READ]


@compiled
def _unmeasured(*, person: int, today: date, before: date) -> QuerySet[Measure]:
    latest = Coalesce(Max("indicator__values__on"), F("starts_on"))
    own = _shown(person, today).select_related("indicator").filter(indicator__isnull=False)
    measured = own.filter(starts_on__lte=today).annotate(latest=latest)
    return measured.filter(latest__lt=before).order_by("pk")[:MOST_READ]


def _shown(person: int, today: date) -> QuerySet[Measure]:
    own = Measure.objects.filter(person=person).current(today)
    return own.select_related("plan__network__organisation")
