"""How far a participant is: pages done, parts done, the one next thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_noop

from solmu.people.viewer import Viewer
from solmu.training import states
from solmu.training.learning.models import Done, Page, Part, Version
from solmu.training.models import Enrolment

State = Enrolment.State
# Kept as a page done: who missed the opening meeting has seen that they can use the environment.
KICK_OFF = "kick-off"


@dataclass(slots=True)
class PartProgress:
    """A part with what of it is done."""

    part: Part
    pages: list[Page]
    done: frozenset[str] = field(default_factory=frozenset)

    @property
    def done_count(self) -> int:
        """How many pages are done."""
        return sum(page.key in self.done for page in self.pages)

    @property
    def is_done(self) -> bool:
        """Tell whether all are."""
        return all(page.key in self.done for page in self.pages)

    @property
    def minutes(self) -> int:
        """How long the part takes."""
        return sum(page.minutes for page in self.pages)

    @property
    def minutes_left(self) -> int:
        """How long what is left takes."""
        return sum(page.minutes for page in self.pages if page.key not in self.done)

    @property
    def next_page(self) -> Page | None:
        """The first page that isn't done."""
        return next((page for page in self.pages if page.key not in self.done), None)


class Progress:
    """A participant's way through the contents that are published now: three queries."""

    def __init__(self, enrolment: Enrolment) -> None:
        self.enrolment = enrolment

    @cached_property
    def version(self) -> Version | None:
        """The contents that participants read now."""
        versions = Version.objects.published().filter(programme_id=self.enrolment.programme_id)
        return versions.order_by("-number").first()

    @cached_property
    def parts(self) -> list[PartProgress]:
        """The parts, each with its pages (without their texts) and what is done."""
        if self.version is None:
            return []
        done = frozenset(
            Done.objects.filter(enrolment=self.enrolment).values_list("page", flat=True)
        )
        pages = (
            Page.objects.filter(part__version=self.version)
            .select_related("part")
            .defer("body_fi", "body_sv", "body_en")
            .order_by("part__number", "order")
        )
        found: dict[int, PartProgress] = {}
        for page in pages:
            found.setdefault(page.part_id, PartProgress(page.part, [], done)).pages.append(page)
        return list(found.values())

    @property
    def pages(self) -> list[Page]:
        """All pages in the order in which they are read."""
        return [page for part in self.parts for page in part.pages]

    @property
    def done_count(self) -> int:
        """How many pages are done."""
        return sum(part.done_count for part in self.parts)

    @property
    def is_done(self) -> bool:
        """Tell whether all parts are done: then the test opens."""
        return bool(self.parts) and all(part.is_done for part in self.parts)

    @property
    def next_page(self) -> Page | None:
        """The first page that isn't done."""
        return next((page for part in self.parts if (page := part.next_page)), None)

    @property
    def minutes_left(self) -> int:
        """How long what is left takes."""
        return sum(part.minutes_left for part in self.parts)


@transaction.atomic
def mark(enrolment: Enrolment, page: Page, *, by: Viewer) -> None:
    """Mark a page done; the first one tells that the participant is studying."""
    Done.objects.bulk_create([Done(enrolment=enrolment, page=page.key)], ignore_conflicts=True)
    if enrolment.state in states.BEFORE_START | {State.STARTED}:
        states.move(enrolment, State.STUDYING, by=by, why=gettext_noop("studied a page"))


@transaction.atomic
def unmark(enrolment: Enrolment, page: Page, *, by: Viewer) -> None:
    """Take the mark off a page."""
    Done.objects.filter(enrolment=enrolment, page=page.key).delete()


def has_done_all(enrolment: Enrolment) -> bool:
    """Tell in one query whether nothing is left to read."""
    current = Version.objects.filter(programme_id=enrolment.programme_id).current()
    pages = Page.objects.filter(part__version__in=current)
    left = pages.exclude(key__in=Done.objects.filter(enrolment=enrolment).values("page"))
    return pages.exists() and not left.exists()


def shares(enrolments: Iterable[Enrolment]) -> dict[int, int]:
    """Of each participant of one programme how many per cent of the pages are done."""
    rows = list(enrolments)
    programmes = {row.programme_id for row in rows}
    totals = dict(
        Page.objects.filter(
            part__version__in=Version.objects.filter(programme__in=programmes).current()
        )
        .order_by()
        .values_list("part__version__programme")
        .annotate(n=Count("pk"))
        .values_list("part__version__programme", "n")
    )
    counted = dict(
        Done.objects.filter(enrolment__in=[row.pk for row in rows])
        .exclude(page=KICK_OFF)
        .order_by()
        .values_list("enrolment")
        .annotate(n=Count("pk"))
        .values_list("enrolment", "n")
    )
    return {
        row.pk: min(100, round(100 * counted.get(row.pk, 0) / totals.get(row.programme_id, 1)))
        for row in rows
    }
