"""Joint measures as evidence between each two of the organisations that do them."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from django.db.models import QuerySet

from solmu.lib.periods import period
from solmu.people.viewer import Viewer
from solmu.plans.models import Measure, StatusChange, TakingPart
from solmu.ties import writing
from solmu.ties.kinds import Source
from solmu.ties.writing import Tie

MEASURE = "measure"


def _told(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    return measures.prefetch_related("taking_part", "changes").order_by("pk")


def _ties(measure: Measure) -> Iterator[Tie]:
    """The ties of one measure: from its beginning to its end, once it is under way.

    One that was dropped after it had begun is evidence up to the day on which it was dropped.
    """
    last = measure.ends_on
    if measure.status not in Measure.UNDER_WAY:
        if measure.status != Measure.Status.DROPPED:
            return
        changes: list[StatusChange] = list(measure.changes.all())
        if not any(change.status in Measure.UNDER_WAY for change in changes):
            return
        dropped = [change.on for change in changes if change.status == Measure.Status.DROPPED]
        last = min(last, max(dropped, default=last))
        if last < measure.starts_on:
            return
    together = {part.organisation_id for part in measure.taking_part.all()}
    if measure.organisation_id is not None:
        together.add(measure.organisation_id)
    for one, other in combinations(sorted(together), 2):
        yield Tie(
            source_kind=MEASURE,
            source_id=measure.pk,
            one=one,
            other=other,
            kind=MEASURE,
            valid=period(measure.starts_on, last),
        )


def write(measure: Measure) -> None:
    """Write the evidence of one measure."""
    follow([measure.pk])


def follow(ids: Iterable[int]) -> None:
    """Write anew the evidence of measures that were changed, moved or removed."""
    wanted = list(ids)
    measures = {one.pk: one for one in _told(Measure.objects.filter(pk__in=wanted))}
    for key in wanted:
        writing.write(MEASURE, key, _ties(measures[key]) if key in measures else [])


def follow_parts(ids: Iterable[int]) -> None:
    """Write anew the evidence of measures whose taking part was moved by a merge."""
    rows = TakingPart.objects.filter(pk__in=list(ids))
    follow(sorted(set(rows.values_list("measure_id", flat=True))))


def follow_organisations(ids: Iterable[int]) -> None:
    """Write anew the evidence of all measures of some organisations."""
    wanted = list(ids)
    own = Measure.objects.filter(organisation_id__in=wanted).values_list("pk", flat=True)
    joined = TakingPart.objects.filter(organisation_id__in=wanted).values_list(
        "measure_id", flat=True
    )
    follow(sorted({*own, *joined}))


def rebuild() -> Iterator[Tie]:
    """All ties that measures make."""
    for measure in _told(Measure.objects.all()).iterator(chunk_size=1000):
        yield from _ties(measure)


def sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The measures that the viewer may read."""
    measures = Measure.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        measure.pk: Source(measure.title, measure.get_absolute_url(), measure.language)
        for measure in measures.select_related("plan__network__organisation")
    }
