"""Measures: added, changed by several people at once, moved on, shown to be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.people.viewer import Viewer
from solmu.plans import evidence, indexing
from solmu.plans.models import Measure, Proof, StatusChange, TakingPart

PARTS = "taking_part"
FACTS = (
    "goal", "title", "text", "language", "group", "organisation", "person", "starts_on", "ends_on",
    "indicator",
)  # fmt: skip


class MeasureError(ValueError):
    """The measure can't be written so; the message says why."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed at once: what stands there now, and what was to come."""

    field: str
    now: Any
    mine: Any


class ClashError(MeasureError):
    """Others have changed the same fields meanwhile; nothing was written."""

    def __init__(self, clashes: Sequence[Clash], version: int) -> None:
        super().__init__(_("Somebody else has changed the same measure meanwhile."))
        self.clashes = list(clashes)
        self.version = version


@transaction.atomic
def add(measure: Measure, *, by: Viewer, taking_part: Iterable[int] = ()) -> Measure:
    """Add a measure to a plan."""
    with history.acting(by, gettext_noop("measure added")):
        measure.save(force_insert=True)
        _join(measure, taking_part)
        if measure.status != Measure.Status.PLANNED:
            StatusChange.objects.create(
                measure=measure, status=measure.status, on=measure.starts_on, by_id=by.person_id
            )
    _follow(measure)
    return measure


@transaction.atomic
def change(
    measure: Measure,
    *,
    by: Viewer,
    changed: dict[str, Any],
    read: dict[str, Any] | None = None,
    version: int | None = None,
) -> Measure:
    """Write the fields that somebody has changed, of those in FACTS and `taking_part`.

    `version` is the one that they had before them, and `read` what the fields held then. What
    others changed meanwhile stays; a field that both changed is told by a ClashError.
    """
    now = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    if version is not None and version != now.version:
        clashes = _clashes(now, changed, read or {})
        if clashes:
            raise ClashError(clashes, now.version)
    parts = changed.get(PARTS)
    facts = {name: value for name, value in changed.items() if name in FACTS}
    for name, value in facts.items():
        setattr(now, name, value)
    if now.ends_on < now.starts_on:
        raise MeasureError(_("The measure would be ready before it begins."))
    now.version += 1
    with history.acting(by, gettext_noop("measure changed")):
        now.save()
        if parts is not None:
            _join(now, parts)
    _follow(now)
    return now


@transaction.atomic
def come_to(measure: Measure, status: str, *, on: date, by: Viewer, note: str = "") -> None:
    """Say how far a measure has come, from a day on."""
    now = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    latest = now.changes.order_by("-on", "-pk").first()
    if latest is not None and latest.on > on:
        raise MeasureError(_("A later status has been recorded already."))
    with history.acting(by, gettext_noop("status of a measure")):
        StatusChange.objects.create(
            measure=now, status=status, on=on, note=note, by_id=by.person_id
        )
        now.status = status
        now.save(update_fields=["status"])
    _follow(now)


@transaction.atomic
def prove(measure: Measure, *, on: date, text: str, by: Viewer, url: str = "") -> Proof:
    """Add what shows that a measure is being done."""
    with history.acting(by, gettext_noop("evidence added to a measure")):
        return Proof.objects.create(measure=measure, on=on, text=text, url=url, by_id=by.person_id)


def facts_of(measure: Measure) -> dict[str, Any]:
    """What a measure's fields hold, as forms and clashes compare them."""
    held = {name: getattr(measure, name) for name in FACTS}
    return held | {PARTS: sorted(measure.taking_part.values_list("organisation_id", flat=True))}


def _clashes(now: Measure, changed: dict[str, Any], read: dict[str, Any]) -> list[Clash]:
    held = facts_of(now)
    found = []
    for name, mine in changed.items():
        here = held[name]
        mine = sorted(mine) if name == PARTS else mine  # noqa: PLW2901
        # Without knowing what was read, whatever differs may be somebody's work.
        if here == mine or (name in read and here == read[name]):
            continue
        found.append(Clash(name, here, mine))
    return found


def _join(measure: Measure, organisations: Iterable[int]) -> None:
    wanted = set(organisations) - {measure.organisation_id}
    held = set(measure.taking_part.values_list("organisation_id", flat=True))
    measure.taking_part.filter(organisation_id__in=held - wanted).delete()
    TakingPart.objects.bulk_create(
        TakingPart(measure=measure, organisation_id=one) for one in sorted(wanted - held)
    )


def _follow(measure: Measure) -> None:
    evidence.write(measure)
    indexing.index_measures([measure.pk])
