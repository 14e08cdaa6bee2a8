"""The rows of a partner's page: the most read of all pages, so each query's SQL is made once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count, DateField, F, Max, Q, QuerySet, Value
from django.db.models.functions import Least

from solmu.lib.compiled import Asked, compiled, fetch
from solmu.partnerships.models import (
    Confirmation,
    Contact,
    DialogueEntry,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.people.viewer import Viewer
from solmu.ties.models import Evidence

LATEST, TASKS, CONFIRMATIONS = 4, 5, 20


def seen(viewer: Viewer, pk: int) -> Stakeholder | None:
    """The stakeholder with its organisation and place, if the viewer may know of it."""

    def make(*, pk: int) -> QuerySet[Stakeholder]:
        mine = Stakeholder.objects.visible_to(viewer).filter(pk=pk)
        return mine.select_related("organisation__municipality", "organisation__region")

    return next(iter(fetch(("partner", *viewer.form), make, pk=pk)), None)


@compiled
def standings(*, stakeholder: int) -> QuerySet[Standing]:
    """All standings with the people in them."""
    return Standing.objects.filter(stakeholder_id=stakeholder).select_related(
        "level", "owner", "counterpart", "decided_by"
    )


def evidence_between(viewer: Viewer, own: int, other: int) -> QuerySet[Evidence]:
    """Evidence of the institution and the organisation that the viewer may see."""
    seen = Evidence.objects.visible_to(viewer)
    return seen.filter(Q(institution_id=own) | Q(institution=None)).between(own, other)


def evidence_by_kind(viewer: Viewer, own: int, other: int, today: date) -> list[dict[str, Any]]:
    """How much of each kind had begun by the day, and when last; the latest kind first."""

    def make(*, own: int, a: int, b: int, today: date) -> QuerySet[Any, dict[str, Any]]:
        seen = Evidence.objects.visible_to(viewer)
        # LEAST leaves out an open end; what goes on has gone on until the day.
        last_day = Least(F("valid__endswith") - Value(1), Value(today), output_field=DateField())
        return (
            seen.filter(Q(institution_id=own) | Q(institution=None), a_id=a, b_id=b)
            .filter(Q(valid__startswith__lte=today) | Q(valid__startswith=None))
            .values("kind")
            .annotate(number=Count("pk"), last=Max(last_day))
            .order_by("-last")
        )

    form = ("evidence by kind", *viewer.form)
    return fetch(form, make, own=own, a=min(own, other), b=max(own, other), today=today)


def latest_entries(viewer: Viewer, stakeholder: int, today: date) -> list[DialogueEntry]:
    """The newest dialogue that the viewer may read."""

    def make(*, person: int, stakeholder: int, today: date) -> QuerySet[DialogueEntry]:
        seen = DialogueEntry.objects.visible_to(replace(viewer, person_id=person))
        return seen.filter(stakeholder_id=stakeholder, on__lte=today).order_by("-on", "-pk")[
            :LATEST
        ]

    form = ("latest entries", *_form_of_reader(viewer))
    person = viewer.person_id or 0
    return fetch(form, make, person=person, stakeholder=stakeholder, today=today)


def tasks_due(
    viewer: Viewer, stakeholder: int, today: date, *, own: bool = False
) -> Asked[DialogueEntry]:
    """Open tasks whose day has come, or has none; `own`: only those that the viewer wrote."""

    def make(*, person: int, stakeholder: int, today: date) -> QuerySet[DialogueEntry]:
        tasks = DialogueEntry.objects.visible_to(replace(viewer, person_id=person)).filter(
            Q(due_on=None) | Q(due_on__lte=today),
            stakeholder_id=stakeholder,
            kind=DialogueEntry.Kind.TASK,
            done_on=None,
        )
        if own:
            tasks = tasks.filter(author_id=person)
        return tasks.order_by("due_on", "pk")[:TASKS]

    form = ("tasks due", own, *_form_of_reader(viewer))
    person = viewer.person_id or 0
    return Asked(form, make, {"person": person, "stakeholder": stakeholder, "today": today})


@compiled
def last_assessment(*, stakeholder: int) -> QuerySet[ValueAssessment]:
    """How the value was seen last."""
    return ValueAssessment.objects.filter(stakeholder_id=stakeholder).order_by("-on")[:1]


@compiled
def contacts(former: bool, *, stakeholder: int, today: date) -> QuerySet[Contact]:
    """The people who are contacts on the day, or who are so no more."""
    rows = Contact.objects.filter(stakeholder_id=stakeholder).select_related("person")
    current = Q(valid__contains=today)
    rows = rows.exclude(current) if former else rows.filter(current)
    return rows.order_by("person__family_name", "person__given_name", "pk")


@compiled
def confirmations(*, stakeholder: int) -> QuerySet[Confirmation]:
    """What the partner has been asked, the newest first."""
    return (
        Confirmation.objects.filter(stakeholder_id=stakeholder)
        .select_related("contact__person", "asked_by")
        .order_by("-asked_on", "-pk")[:CONFIRMATIONS]
    )


def _form_of_reader(viewer: Viewer) -> tuple[Hashable, ...]:
    return (viewer.person_id is None, *viewer.form)
