"""Writing evidence, and rebuilding all of it from the records that it comes from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched, groupby

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

# A rebuilder tells all the ties of one source kind, in the order of their source's id;
# composition.py lists them.
Rebuilder = Callable[[], Iterable[Tie]]


@transaction.atomic
def write(source_kind: str, source_id: int, ties: Iterable[Tie]) -> None:
    """Make the evidence of one record exactly these ties (none: the record is evidence no more)."""
    Evidence.objects.filter(source_kind=source_kind, source_id=source_id).delete()
    Evidence.objects.bulk_create([tie.row() for tie in ties])


def differences(rebuilders: dict[str, Rebuilder]) -> Iterator[tuple[str, str]]:
    """Yield ("missing" or "extra", description) for each difference between rows and records.

    Both sides are read in the order of their records, so that no more than one is held at a time.
    """
    for source_kind, rebuild in rebuilders.items():
        rows = Evidence.objects.filter(source_kind=source_kind).order_by("source_id")
        told = _by_record(tie.row() for tie in rebuild())
        kept = _by_record(rows.iterator(chunk_size=BATCH))
        for wanted, present in _side_by_side(told, kept):
            for identity in sorted(wanted - present, key=str):
                yield "missing", str(identity)
            for identity in sorted(present - wanted, key=str):
                yield "extra", str(identity)


@transaction.atomic
def rebuild_all(rebuilders: dict[str, Rebuilder]) -> int:
    """Write all evidence anew from the records; returns how many rows there are."""
    Evidence.objects.all().delete()
    return rebuild(rebuilders)


@transaction.atomic
def rebuild(rebuilders: dict[str, Rebuilder]) -> int:
    """Write the evidence of some kinds of source, which have none; returns how many rows."""
    count = 0
    for tell in rebuilders.values():
        for ties in batched(tell(), BATCH):
            count += len(Evidence.objects.bulk_create([tie.row() for tie in ties]))
    return count


Identity = tuple[object, ...]


def _by_record(rows: Iterable[Evidence]) -> Iterator[tuple[int, set[Identity]]]:
    last = -1
    for source_id, group in groupby(rows, key=lambda row: row.source_id):
        if source_id <= last:
            raise ValueError("a rebuilder tells its ties in the order of their source's id")
        last = source_id
        yield source_id, {_identity(row) for row in group}


def _side_by_side(
    one: Iterator[tuple[int, set[Identity]]], other: Iterator[tuple[int, set[Identity]]]
) -> Iterator[tuple[set[Identity], set[Identity]]]:
    """Pair what both sides say of each record; what a side doesn't know is empty there."""
    ours, theirs = next(one, None), next(other, None)
    while ours or theirs:
        if ours and (theirs is None or ours[0] < theirs[0]):
            yield ours[1], set()
            ours = next(one, None)
        elif theirs and (ours is None or theirs[0] < ours[0]):
            yield set(), theirs[1]
            theirs = next(other, None)
        elif ours and theirs:
            yield ours[1], theirs[1]
            ours, theirs = next(one, None), next(other, None)


def _identity(row: Evidence) -> Identity:
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
