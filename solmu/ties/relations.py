"""Relations between organisations as evidence."""

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from solmu.organisations.models import Relation
from solmu.people.viewer import Viewer
from solmu.ties import writing
from solmu.ties.kinds import Source
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


def sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The relations that the viewer may read, in words."""
    relations = Relation.objects.filter(pk__in=list(ids)).select_related("source", "target")
    if not viewer.is_admin:
        relations = relations.filter(Q(public=True) | Q(institution_id__in=viewer.institutions))
    return {
        relation.pk: Source(
            _("%(one)s is %(relation)s %(other)s")
            % {
                "one": relation.source,
                "relation": relation.get_kind_display(),
                "other": relation.target,
            },
            relation.source.get_absolute_url(),
        )
        for relation in relations
    }
