"""Relations between organisations: recorded with their period, ended, read from both ends."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib.composed import follow
from solmu.lib.periods import period
from solmu.organisations.models import Organisation, Relation
from solmu.people.viewer import Viewer

RELATION = "relation"


class RelationError(ValueError):
    """The relation can't be recorded so; the message says why."""


def relate(
    organisation: Organisation,
    other: Organisation,
    kind: str,
    *,
    by: Viewer,
    since: date | None = None,
    until: date | None = None,
    institution_id: int | None = None,
) -> Relation:
    """Record that an organisation is the owner, campus, supplier … of another for a time.

    What an institution records is known to it alone; without an institution it is known to all.
    """
    if organisation.pk == other.pk:
        raise RelationError(_("A relation joins two organisations."))
    try:
        with transaction.atomic(), history.acting(by, gettext_noop("relation recorded")):
            relation = Relation.objects.create(
                source=organisation,
                target=other,
                kind=kind,
                valid=period(since, until),
                institution_id=institution_id,
                public=institution_id is None,
            )
            follow(RELATION, [relation.pk])
    except IntegrityError as error:
        if "relation_periods_do_not_overlap" not in str(error):
            raise
        raise RelationError(
            _("That relation is recorded for a part of that time already.")
        ) from error
    return relation


@transaction.atomic
def end(relation: Relation, *, on: date, by: Viewer) -> None:
    """End a relation: `on` is its last day."""
    if relation.valid.lower and relation.valid.lower > on:
        raise RelationError(_("The last day is before the first."))
    with history.acting(by, gettext_noop("relation ended")):
        relation.valid = period(relation.valid.lower, on)
        relation.save(update_fields=["valid"])
        follow(RELATION, [relation.pk])
