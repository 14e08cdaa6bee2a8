"""Keeps what was drawn for an institution until something that it was drawn from changes.

Each read learns two things from the database in passing: the last change of every table that
pictures are drawn from, and which transactions were still writing. A picture stays good while
nothing new concerns the institution, and nobody who was writing then has finished since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import count
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.cache import caches
from django.db import connection
from django.db.models import (
    CharField,
    Exists,
    Expression,
    Func,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.connection import ConnectionProxy

from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import (
    DialogueEntry,
    Facet,
    Level,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.people.models import Person
from solmu.ties.models import Evidence

KEPT_SECONDS = 300
cache = ConnectionProxy(caches, "process")
_numbers = count()

_WRITERS = """ARRAY(
    SELECT backend_xid::text FROM pg_stat_get_activity(NULL)
    WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
)"""

# What pictures are drawn from, and how a change of it is known to concern an institution.
_OF_STAKEHOLDER = Q(stakeholder__institution=OuterRef("pk"))
_OF_INSTITUTION = Q(institution=OuterRef("pk"))
_DRAWN_FROM: tuple[tuple[Any, Q], ...] = (
    (Standing, _OF_STAKEHOLDER),
    (Stakeholder, _OF_INSTITUTION),
    (Level, _OF_INSTITUTION),
    (Facet, _OF_INSTITUTION),
    (DialogueEntry, _OF_STAKEHOLDER),
    (ValueAssessment, _OF_STAKEHOLDER),
    (
        Organisation,
        Q(
            pgh_obj_id__in=Stakeholder.objects.filter(institution=OuterRef(OuterRef("pk"))).values(
                "organisation_id"
            )
        ),
    ),
    (
        Person,
        Q(
            pgh_obj_id__in=Standing.objects.filter(
                stakeholder__institution=OuterRef(OuterRef("pk"))
            ).values("owner_id")
        ),
    ),
)


def version() -> Expression:
    """The last change of each table, such as "17.4.0"; the last of them is evidence."""
    lasts = [
        Coalesce(Subquery(_events(model).order_by("-pgh_id").values("pgh_id")[:1]), Value(0))
        for model, _concerns in _DRAWN_FROM
    ]
    evidence = Coalesce(Subquery(Evidence.objects.order_by("-pk").values("pk")[:1]), Value(0))
    return Func(
        *lasts,
        evidence,
        function="concat_ws",
        template="%(function)s('.', %(expressions)s)",
        output_field=CharField(),
    )


def writers() -> Expression:
    """The transactions that are writing in this database."""
    return RawSQL(_WRITERS, (), output_field=ArrayField(CharField()))  # noqa: S611 - a constant


def remembered[T](institution: Any, key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """What `make` gave under the key, as long as it is good for the institution of `with_area`."""
    return kept((_stamp(institution), *key), make)


def kept[T](parts: tuple[Any, ...], make: Callable[[], T]) -> T:
    """What `make` gave under the name of these parts, the first of which is a stamp."""
    name = f"picture:{hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"
    found = cache.get(name)
    if found is None:
        found = (make(),)
        cache.set(name, found, KEPT_SECONDS)
    result: T = found[0]
    return result


def stamp(
    place: str, version: str, running: frozenset[str], concerned: Callable[[str], bool]
) -> str:
    """A name for the data of a place as they are; a new one once something may have changed.

    `version` tells the last change and `running` who writes, both as just read from the database;
    `concerned` whether anything since the version that it is given matters here.
    """
    place = f"{place}:{connection.settings_dict['NAME']}"
    known: tuple[str, frozenset[str], str] = cache.get(place) or ("", frozenset(), "")
    seen, writing, name = known
    finished = writing - running
    if not name or finished or (seen != version and concerned(seen)):
        name = f"{place}:{version}:{next(_numbers)}"
    cache.set(place, (version, running, name), KEPT_SECONDS)
    return name


def _stamp(institution: Any) -> str:
    """The stamp of the institution's pictures, made once for each time that it is read."""
    if found := institution.__dict__.get("_stamp"):
        return str(found)
    running = frozenset(institution.writers)
    institution._stamp = stamp(  # noqa: SLF001
        f"picture-of:{institution.pk}",
        institution.version,
        running,
        lambda seen: _concerned(institution, seen),
    )
    return str(institution._stamp)  # noqa: SLF001


def _concerned(institution: Any, seen: str) -> bool:
    """Tell whether a change since the version seen concerns the institution; one query."""
    before = [int(number) for number in seen.split(".")]
    now = [int(number) for number in institution.version.split(".")]
    if any(was > is_ for was, is_ in zip(before, now, strict=True)):
        return True
    *events, evidence = zip(before, now, strict=True)
    found = Q()
    for (model, concerns), (was, is_) in zip(_DRAWN_FROM, events, strict=True):
        if was != is_:
            found |= Q(Exists(_events(model).filter(concerns, pgh_id__gt=was)))
    if evidence[0] != evidence[1]:
        ends = Q(a_id=OuterRef("pk")) | Q(b_id=OuterRef("pk"))
        found |= Q(Exists(Evidence.objects.filter(ends, pk__gt=evidence[0])))
    return Institution.objects.filter(pk=institution.pk).filter(found).exists()


def _events(model: Any) -> Any:
    return model.pgh_event_models["insert"].objects
