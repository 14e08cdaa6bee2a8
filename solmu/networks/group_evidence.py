"""Seats as evidence: organisations that sit in the same group at the same time.

The source of a tie is the seat that began later of the two, so that an organisation's seats give
one tie with each other organisation whose seat was there already, from the later seat's first day.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from solmu.networks.models import Seat
from solmu.people.viewer import Viewer
from solmu.ties.kinds import Source
from solmu.ties.writing import Tie

SEAT = "seat"

# For each seat and each organisation whose seat in the group began before it (or was there first)
# and still went on: together from the later one's first day until the first of them leaves.
_TIES = """
SELECT later.id AS source_id,
       least(later.organisation_id, earlier.organisation_id) AS a_id,
       greatest(later.organisation_id, earlier.organisation_id) AS b_id,
       daterange(
           lower(later.valid),
           nullif(
               least(
                   coalesce(upper(later.valid), 'infinity'),
                   max(coalesce(upper(earlier.valid), 'infinity'))
               ),
               'infinity'
           )
       ) AS valid,
       network.elsewhere_of_id AS institution_id
FROM networks_seat later
JOIN networks_group "group" ON "group".id = later.group_id
JOIN networks_network network ON network.organisation_id = "group".network_id
JOIN networks_seat earlier
  ON earlier.group_id = later.group_id
 AND earlier.organisation_id <> later.organisation_id
 AND (coalesce(lower(earlier.valid), '-infinity'), earlier.id)
   < (coalesce(lower(later.valid), '-infinity'), later.id)
 AND coalesce(upper(earlier.valid), 'infinity') > coalesce(lower(later.valid), '-infinity')
WHERE {condition}
GROUP BY later.id, earlier.organisation_id, network.elsewhere_of_id
"""

# Only what differs is touched; `gone` are seats that are not there any more.
_WRITE = f"""
WITH told AS ({_TIES.format(condition="later.group_id = ANY(%(groups)s)")}),
removed AS (
    DELETE FROM ties_evidence kept
    WHERE kept.source_kind = 'seat'
      AND (
          kept.source_id IN (SELECT id FROM networks_seat WHERE group_id = ANY(%(groups)s))
          OR kept.source_id = ANY(%(gone)s)
      )
      AND NOT EXISTS (
          SELECT 1 FROM told
          WHERE (told.source_id, told.a_id, told.b_id) = (kept.source_id, kept.a_id, kept.b_id)
      )
)
INSERT INTO ties_evidence (a_id, b_id, kind, valid, source_kind, source_id, institution_id)
SELECT a_id, b_id, 'seat', valid, 'seat', source_id, institution_id FROM told
ON CONFLICT (source_kind, source_id, a_id, b_id) DO UPDATE
SET valid = excluded.valid, institution_id = excluded.institution_id
WHERE (ties_evidence.valid, ties_evidence.institution_id)
    IS DISTINCT FROM (excluded.valid, excluded.institution_id)
"""  # noqa: S608 - put together from constants


@transaction.atomic
def write(*group_ids: int, gone: Iterable[int] = ()) -> None:
    """Write the evidence of groups' seats; `gone` are seats that have been removed."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"groups": list(group_ids), "gone": list(gone)})


def rebuild() -> Iterator[Tie]:
    """All ties that seats make, in the order of the seats."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_TIES.format(condition='TRUE')} ORDER BY later.id")
        while rows := cursor.fetchmany(5000):
            for source_id, one, other, valid, institution_id in rows:
                yield Tie(
                    source_kind=SEAT,
                    source_id=source_id,
                    one=one,
                    other=other,
                    kind=SEAT,
                    valid=_period(valid),
                    institution_id=institution_id,
                )


def follow(ids: Iterable[int]) -> None:
    """Write anew what seats tell that were moved to another organisation, or have gone."""
    wanted = list(ids)
    seats = dict(Seat.objects.filter(pk__in=wanted).values_list("pk", "group_id"))
    write(*set(seats.values()), gone=[key for key in wanted if key not in seats])


def sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The seats that the viewer may read, in words."""
    seats = Seat.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        seat.pk: Source(
            _("both sit in %(group)s of %(network)s")
            % {"group": seat.group, "network": seat.group.network},
            seat.group.get_absolute_url(),
        )
        for seat in seats.select_related("group__network__organisation")
    }


def _period(valid: Any) -> DateRange:
    return DateRange(valid.lower, valid.upper, "[)")
