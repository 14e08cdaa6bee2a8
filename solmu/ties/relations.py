"""Relations between organisations as evidence."""

from collections.abc import Iterable, Iterator

from solmu.organisations.models import Relation
from solmu.ties import writing
from solmu.ties.writing import Tie

RELATION = "relation"


def rebuild() -> Iterator[Tie]:
    """All ties that relations make."""
    return (_tie(relation) for relation in Relation.objects.order_by("pk").iterator())


def follow(ids: Iterable[int]) -> None:
    """Write the evidence of relations that have just been added, changed or removed."""
    relations = Relation.objects.in_bulk(list(ids))
    for key in ids:
        writing.write(RELATION, key, [_tie(relations[key])] if key in relations else [])


def _tie(relation: Relation) -> Tie:
    # What a register or both ends know is known to all; else to the institution that recorded it.
    return Tie(
        source_kind=RELATION,
        source_id=relation.pk,
        one=relation.source_id,
        other=relation.target_id,
        kind=RELATION,
        valid=relation.valid,
        institution_id=None if relation.public else relation.institution_id,
    )
