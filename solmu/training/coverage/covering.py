"""Coverage of workplaces: how many students, how many trained instructors, and what isn't known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.lib.compiled import compiled, rows_of_each, several
from solmu.training import states
from solmu.training.coverage.models import CoverageSettings, StudentCount
from solmu.training.models import Enrolment

TRAINED, UNTRAINED, UNKNOWN = "trained", "untrained", "unknown"


@dataclass(frozen=True, slots=True)
class Cover:
    """A workplace: students today (None: not known), instructors, and those trained long ago."""

    students: int | None = None
    trained: int = 0
    old: int = 0

    @property
    def state(self) -> str:
        """Whether somebody there is trained, nobody is though there are students, or unknown."""
        if self.trained:
            return TRAINED
        return UNTRAINED if self.students else UNKNOWN

    @property
    def says(self) -> str:
        """It in words: 12 students, 1 trained instructor."""
        if self.students is None and not self.trained and not self.old:
            return _("not known")
        students = (
            _("students not known")
            if self.students is None
            else ngettext("%(n)s student", "%(n)s students", self.students) % {"n": self.students}
        )
        trained = (
            ngettext("%(n)s trained instructor", "%(n)s trained instructors", self.trained)
            % {"n": self.trained}
            if self.trained
            else _("no trained instructor known")
        )
        return f"{students}, {trained}"

    @property
    def note(self) -> str:
        """Those whose training counts as old."""
        if not self.old:
            return ""
        return ngettext(
            "%(n)s more was trained long ago", "%(n)s more were trained long ago", self.old
        ) % {"n": self.old}


def old_before(institution_id: int, on: date) -> date | None:
    """Training that was passed before this day counts as old; None: none does."""
    return _limit(_ages(institution=institution_id), on)


def _limit(ages: list[int | None], on: date) -> date | None:
    years = next(iter(ages), None)
    if years is None:
        return None
    last = 28 if (on.month, on.day) == (2, 29) else on.day
    return on.replace(year=on.year - years, day=last)


def of(institution_id: int, organisations: Iterable[int], on: date) -> dict[int, Cover]:
    """Coverage of workplaces on a day; one of which nothing is known is left out.

    Instructors count whoever has trained them: what they can, they can.
    """
    wanted = several(organisations)
    counts, trained, ages = rows_of_each(
        [
            _students.asked(institution=institution_id, on=on, **wanted),
            _people.asked(on=on, **wanted),
            _ages.asked(institution=institution_id),
        ]
    )
    if trained and (limit := _limit(ages, on)):
        trained = _people(on=on, limit=limit, **wanted)
    students: dict[int, int] = dict(counts)
    people = {row["workplace"]: row for row in trained}
    none: dict[str, int] = {"every": 0, "fresh": 0}
    found: dict[int, Cover] = {}
    for key in students.keys() | people.keys():
        told: Any = people.get(key, none)
        found[key] = Cover(students.get(key), told["fresh"], told["every"] - told["fresh"])
    return found


@compiled
def _ages(*, institution: int) -> Any:
    return CoverageSettings.objects.filter(institution=institution).values_list(
        "old_after_years", flat=True
    )


@compiled
def _students(*, institution: int, on: date, **organisations: int) -> Any:
    here = counted(institution, on).filter(organisation__in=[*organisations.values()])
    return here.values_list("organisation").annotate(n=Sum("count"))


@compiled
def _people(*, on: date, limit: date | None = None, **organisations: int) -> Any:
    """Everybody trained at each workplace, and those trained since the limit if there is one."""
    fresh = Q(finished_at__date__gte=limit) if limit else None
    here = passed(on).filter(workplace__in=[*organisations.values()]).values("workplace")
    return here.annotate(
        every=Count("person", distinct=True),
        fresh=Count("person", filter=fresh, distinct=True),
    )


def counted(institution_id: int, on: date) -> QuerySet[StudentCount]:
    """The institution's counts that hold on a day."""
    return StudentCount.objects.filter(institution=institution_id, period__contains=on)


def passed(on: date) -> QuerySet[Enrolment]:
    """Those who had passed a training by a day, and whose workplace the directory knows."""
    return Enrolment.objects.filter(
        state__in=states.DONE, workplace__isnull=False, finished_at__date__lte=on
    )


def condition(institution_id: int, values: Iterable[str], on: date) -> Q:
    """Which organisations are covered so; for composition.PICTURE_FILTERS."""
    limit = old_before(institution_id, on)
    fresh = passed(on)
    if limit:
        fresh = fresh.filter(finished_at__date__gte=limit)
    trained = Q(organisation_id__in=fresh.values("workplace_id"))
    students = Q(
        organisation_id__in=counted(institution_id, on)
        .filter(count__gt=0)
        .values("organisation_id")
    )
    each = {
        TRAINED: trained,
        UNTRAINED: students & ~trained,
        UNKNOWN: ~students & ~trained,
    }
    found = Q()
    for value in values:
        found |= each[value]
    return found


def options() -> list[tuple[str, str]]:
    """What the filter offers."""
    return [
        (TRAINED, _("has a trained instructor")),
        (UNTRAINED, _("students, but no trained instructor known")),
        (UNKNOWN, _("not known")),
    ]
