"""Memberships as evidence: of a member with the network, and of the members with each other.

A tie of two members holds while both belong, and comes from the membership that began later: since
an organisation's own periods never overlap, each membership tells at most one tie with another.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from solmu.networks.models import Membership, Network
from solmu.people.viewer import Viewer
from solmu.ties.kinds import Source
from solmu.ties.models import Evidence
from solmu.ties.writing import Tie

MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class Period:
    """A membership as its ties see it."""

    pk: int
    organisation: int
    first: date
    end: date  # the day after the last

    @property
    def valid(self) -> DateRange:
        """The days, where they are known."""
        return DateRange(
            None if self.first == date.min else self.first,
            None if self.end == date.max else self.end,
            "[)",
        )


def write(network: Network, organisations: Collection[int]) -> None:
    """Make the ties of some members exactly what their memberships say; touch no others."""
    rows = _periods(network.pk)
    ours = set(organisations)
    wanted = {
        _identity(tie): tie
        for tie in ties(network.pk, rows, network.elsewhere_of_id)
        if tie.one in ours or tie.other in ours
    }
    kept = {
        _identity(row): row.pk
        for row in Evidence.objects.filter(
            source_kind=MEMBERSHIP, source_id__in=[row.pk for row in rows]
        )
        if row.a_id in ours or row.b_id in ours
    }
    gone = [pk for identity, pk in kept.items() if identity not in wanted]
    Evidence.objects.filter(pk__in=gone).delete()
    Evidence.objects.bulk_create(
        [tie.row() for identity, tie in wanted.items() if identity not in kept]
    )


def follow_memberships(ids: Iterable[int]) -> None:
    """Write anew the ties of memberships that a merge has moved, cut or removed."""
    keys = list(ids)
    found = Membership.objects.filter(pk__in=keys)
    there = set(found.values_list("pk", flat=True))
    Evidence.objects.filter(
        source_kind=MEMBERSHIP, source_id__in=[key for key in keys if key not in there]
    ).delete()
    for network in Network.objects.filter(memberships__in=there).distinct():
        write(network, {row.organisation for row in _periods(network.pk)} | {network.pk})


def follow_networks(ids: Iterable[int]) -> None:
    """Write anew all ties of networks: who may know of them has changed."""
    for network in Network.objects.filter(pk__in=list(ids)):
        write(network, {row.organisation for row in _periods(network.pk)} | {network.pk})


def rebuild() -> Iterator[Tie]:
    """All ties that memberships make, in the order of the memberships."""
    found: list[Tie] = []
    rows = (
        Membership.objects.order_by("network_id", "pk")
        .values_list("network_id", "network__elsewhere_of_id", "pk", "organisation_id", "valid")
        .iterator()
    )
    for (network, elsewhere), several in groupby(rows, key=lambda row: row[:2]):
        periods = [_period(*row[2:]) for row in several]
        found += ties(network, periods, elsewhere)
    return iter(sorted(found, key=attrgetter("source_id")))


def ties(network_id: int, rows: list[Period], institution_id: int | None = None) -> Iterator[Tie]:
    """The ties that the memberships of one network make."""
    ordered = sorted(rows, key=lambda row: (row.first, row.pk))
    for at, later in enumerate(ordered):
        yield _tie(later, network_id, later.valid, institution_id)
        for earlier in ordered[:at]:
            if earlier.end > later.first and earlier.organisation != later.organisation:
                end = min(earlier.end, later.end)
                both = Period(later.pk, later.organisation, later.first, end).valid
                yield _tie(later, earlier.organisation, both, institution_id)


def sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The memberships that the viewer may know of, in words."""
    rows = Membership.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        row.pk: Source(
            _("%(network)s: %(name)s, %(role)s")
            % {
                "network": row.network,
                "name": row.organisation,
                "role": row.get_role_display(),
            },
            row.network.get_absolute_url(),
        )
        for row in rows.select_related("network__organisation", "organisation")
    }


def _tie(source: Period, other: int, valid: DateRange, institution_id: int | None) -> Tie:
    return Tie(
        source_kind=MEMBERSHIP,
        source_id=source.pk,
        one=source.organisation,
        other=other,
        kind=MEMBERSHIP,
        valid=valid,
        institution_id=institution_id,
    )


def _periods(network_id: int) -> list[Period]:
    rows = Membership.objects.filter(network_id=network_id)
    return [_period(*row) for row in rows.values_list("pk", "organisation_id", "valid")]


def _period(pk: int, organisation: int, valid: DateRange) -> Period:
    return Period(pk, organisation, valid.lower or date.min, valid.upper or date.max)


def _identity(tie: Tie | Evidence) -> tuple[object, ...]:
    row = tie.row() if isinstance(tie, Tie) else tie
    return (row.source_id, row.a_id, row.b_id, row.valid.lower, row.valid.upper, row.institution_id)
