"""Writing evidence, and rebuilding all of it from the records that it comes from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from solmu.ties.models import Evidence


@dataclass(frozen=True, slots=True, order=True)
class Tie:
    """One thing done together, as the room that knows of it tells it."""

    source_kind: str
    source_id: int
    one: int
    other: int
    kind: str
    valid: DateRange
    institution_id: int | None = None

    @property
    def ends(self) -> tuple[int, int]:
        """The two organisations, the smaller id first."""
        return min(self.one, self.other), max(self.one, self.other)

    def row(self) -> Evidence:
        """The row that says it."""
        a, b = self.ends
        return Evidence(
            a_id=a,
            b_id=b,
            kind=self.kind,
            valid=self.valid,
            source_kind=self.source_kind,
            source_id=self.source_id,
            institution_id=self.institution_id,
        )


BATCH = 5000

# A rebuilder tells all the ties of one source kind; composition.py lists them.
Rebuilder = Callable[[], Iterable[Tie]]


@transaction.atomic
def write(source_kind: str, source_id: int, ties: Iterable[Tie]) -> None:
    """Make the evidence of one record exactly these ties (none: the record is evidence no more)."""
    Evidence.objects.filter(source_kind=source_kind, source_id=source_id).delete()
    Evidence.objects.bulk_create([tie.row() for tie in ties])


def differences(rebuilders: dict[str, Rebuilder]) -> Iterator[tuple[str, str]]:
    """Yield ("missing" or "extra", description) for each difference between rows and records."""
    for source_kind, rebuild in rebuilders.items():
        wanted = {_identity(tie.row()) for tie in rebuild()}
        present = {
            _identity(row) for row in Evidence.objects.filter(source_kind=source_kind).iterator()
        }
        for identity in sorted(wanted - present, key=str):
            yield "missing", str(identity)
        for identity in sorted(present - wanted, key=str):
            yield "extra", str(identity)


@transaction.atomic
def rebuild_all(rebuilders: dict[str, Rebuilder]) -> int:
    """Write all evidence anew from the records; returns how many rows there are."""
    Evidence.objects.all().delete()
    count = 0
    for rebuild in rebuilders.values():
        for ties in batched(rebuild(), BATCH):
            count += len(Evidence.objects.bulk_create([tie.row() for tie in ties]))
    return count


def _identity(row: Evidence) -> tuple[object, ...]:
    return (
        row.source_kind,
        row.source_id,
        row.a_id,
        row.b_id,
        row.kind,
        row.valid.lower,
        row.valid.upper,
        row.institution_id,
    )
