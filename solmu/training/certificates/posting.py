"""Certificates on paper: who waits for one, and what went to the post together."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.people.viewer import Viewer
from solmu.training.certificates import issuing
from solmu.training.certificates.models import Certificate, Mailing
from solmu.training.models import Programme

LATEST = 10


def waiting(programme: Programme) -> QuerySet[Certificate]:
    """Those who want paper and have not been posted it, if it could be made."""
    rows: QuerySet[Certificate] = Certificate.objects.to_post().told()
    unmade = Certificate.objects.unmade().values("pk")
    return rows.filter(enrolment__programme=programme).exclude(pk__in=unmade).order_by("pk")


def posted(programme: Programme) -> list[Mailing]:
    """What went to the post lately, each pile with how many it held (`pieces`)."""
    rows = Mailing.objects.filter(programme=programme).annotate(pieces=Count("certificates"))
    # Grouping drops the order of the model.
    return list(rows.select_related("person").order_by("-posted_on", "-pk")[:LATEST])


@transaction.atomic
def mark(programme: Programme, ids: Iterable[int], *, by: Viewer) -> Mailing | None:
    """Note that these were posted today; those that were posted already are left out."""
    rows = list(
        Certificate.objects.select_for_update(of=("self",))
        .to_post()
        .filter(pk__in=list(ids), enrolment__programme=programme)
        .select_related("enrolment")
    )
    if not rows:
        return None
    with history.acting(by, gettext_noop("certificates posted")):
        pile = Mailing.objects.create(programme=programme, person_id=by.person_id)
        for row in rows:
            row.mailing = pile
        Certificate.objects.bulk_update(rows, ["mailing"])
        for row in rows:
            issuing.certified(row, by=by)
    return pile


@transaction.atomic
def take_back(pile: Mailing, *, by: Viewer) -> int:
    """They were not posted after all: they wait again; how many there were."""
    rows = list(Certificate.objects.select_for_update().filter(mailing=pile))
    with history.acting(by, gettext_noop("posting taken back")):
        for row in rows:
            row.mailing = None
        Certificate.objects.bulk_update(rows, ["mailing"])
        pile.delete()
    return len(rows)
