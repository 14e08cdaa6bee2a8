"""Agreements as evidence: each two parties, for the time that both are bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from solmu.agreements.models import Agreement, Party
from solmu.people.viewer import Viewer
from solmu.ties import writing
from solmu.ties.kinds import Source
from solmu.ties.writing import Tie

AGREEMENT = "agreement"


def follow(ids: Iterable[int]) -> None:
    """Write anew the evidence of agreements whose parties or term have changed."""
    wanted = list(ids)
    found = {one.pk: one for one in _told(Agreement.objects.filter(pk__in=wanted))}
    for key in wanted:
        writing.write(AGREEMENT, key, _ties(found[key]) if key in found else [])


def follow_parties(ids: Iterable[int]) -> None:
    """Write anew the evidence of agreements whose parties a merge has moved."""
    rows = Party.objects.filter(pk__in=list(ids))
    follow(sorted(set(rows.values_list("agreement_id", flat=True))))


def rebuild() -> Iterator[Tie]:
    """All ties that agreements make."""
    bound = Party.objects.filter(bound__isnull=False).values("agreement_id")
    for agreement in _told(Agreement.objects.filter(pk__in=bound)).iterator(chunk_size=1000):
        yield from _ties(agreement)


def sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The agreements that the viewer may read."""
    found = Agreement.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        one.pk: Source(_("Agreement: %(title)s") % {"title": one.title}, one.get_absolute_url())
        for one in found
    }


def _told(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    return agreements.prefetch_related("parties").order_by("pk")


def _ties(agreement: Agreement) -> Iterator[Tie]:
    """The ties of one agreement: of each pair the earliest time that both were bound.

    A tie of two is written once for a record, so that of one who left and came back the first and
    the last day hold.
    """
    spans: dict[tuple[int, int], tuple[date, date]] = {}
    parties = [one for one in agreement.parties.all() if one.bound is not None]
    for one, other in combinations(parties, 2):
        if one.organisation_id == other.organisation_id:
            continue
        first = max(one.bound.lower or date.min, other.bound.lower or date.min)
        end = min(one.bound.upper or date.max, other.bound.upper or date.max)
        if first >= end:
            continue
        ends = (
            min(one.organisation_id, other.organisation_id),
            max(one.organisation_id, other.organisation_id),
        )
        known = spans.get(ends)
        spans[ends] = (min(known[0], first), max(known[1], end)) if known else (first, end)
    for (a, b), (first, end) in sorted(spans.items()):
        yield Tie(
            source_kind=AGREEMENT,
            source_id=agreement.pk,
            one=a,
            other=b,
            kind=AGREEMENT,
            valid=DateRange(
                None if first == date.min else first, None if end == date.max else end, "[)"
            ),
        )
