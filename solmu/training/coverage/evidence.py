"""Training as evidence: the institution has trained an instructor of the workplace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.people.viewer import Viewer
from solmu.ties import writing
from solmu.ties.kinds import Source
from solmu.ties.writing import Tie
from solmu.training import states
from solmu.training.models import Enrolment

TRAINING = "training"


def follow_passing(enrolment: Enrolment) -> None:
    """Write the evidence in the transaction in which the participant passes."""
    follow([enrolment.pk])


def follow(ids: Iterable[int]) -> None:
    """Write anew the evidence of enrolments whose state or workplace has changed."""
    wanted = list(ids)
    found = {row.pk: row for row in _told(Enrolment.objects.filter(pk__in=wanted))}
    for key in wanted:
        writing.write(TRAINING, key, _ties(found[key]) if key in found else [])


def rebuild() -> Iterator[Tie]:
    """All ties that trainings make."""
    for row in _told(Enrolment.objects.all()).iterator(chunk_size=2000):
        yield from _ties(row)


def sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The trainings that the viewer runs; who took part is told on their page alone."""
    rows = Enrolment.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        row.pk: Source(
            _("Training: %(name)s") % {"name": row.programme},
            reverse("training:enrolment", args=[row.uuid]),
        )
        for row in rows.select_related("programme")
    }


def _told(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return (
        rows.filter(state__in=states.DONE, workplace__isnull=False, finished_at__isnull=False)
        .select_related("programme", "cohort")
        .order_by("pk")
    )


def _ties(row: Enrolment) -> Iterator[Tie]:
    """From the start to the day of passing."""
    one, other = row.programme.institution_id, row.workplace_id
    if other is None or row.finished_at is None or one == other:
        return
    last = clock.local(row.finished_at).date()
    first = min(row.cohort.starts_on, last) if row.cohort else last
    # Who sent their people to a training is between them and the institution.
    yield Tie(TRAINING, row.pk, one, other, TRAINING, period(first, last), one)
