"""What waits for somebody: tasks and next steps due, silence, value that has tilted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from solmu.partnerships.models import (
    Confirmation,
    DialogueEntry,
    Level,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.partnerships.permissions import can_edit_any
from solmu.partnerships.picture.picture import Picture
from solmu.ui.markup import written

MONTH = 30.44  # days
YEAR = 365
UNHAPPY = (Confirmation.State.CORRECTED, Confirmation.State.DECLINED)
# How much later than its rhythm a level may be before it is told.
GRACE = 1.25
# From this step of the ladder on, a level without evidence waits for a person.
CLAIMS = 2


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that waits: about whom, why, and the one verb that does it."""

    kind: str  # answer, task, next_step, silent, tilted
    stakeholder_id: int
    name: str
    note: str
    verb: str
    url: str


def waiting(picture: Picture, *, each: int = 3) -> list[Wait]:
    """What waits today for the viewer among the institution's partners, at most `each` of a kind.

    Leaders and coordinators are told of all partners, others of those that they own.
    """
    if not picture.viewer.has_role(picture.institution.pk):
        return []  # an administrator looks, and does not act
    # Filters don't matter: what waits, waits.
    today = picture.with_on(picture.today).unfiltered()
    # Leaders are told of limited tasks: with another role, other things wait.
    roles = sorted(picture.viewer.roles[picture.institution.pk])
    key = f"waiting {picture.viewer.person_id} {roles} {each} {get_language()}"
    return today.remembered(key, lambda: _all(today, each))


def silent(picture: Picture) -> Q:
    """Condition on active partners: nothing done together within their level's rhythm."""
    late = Q()
    for level in picture.words.levels:
        if level.meetings_a_year:
            since = picture.on - timedelta(days=_patience(level))
            # Who reached the level after that day is not late yet.
            settled = Q(stands_since__lte=since) | Q(stands_since=None)
            late |= Q(level_id=level.pk) & settled & ~picture.has_evidence(since=since)
    return Q(state=Standing.State.ACTIVE) & late if late else Q(pk__in=[])


def overdue_step(day: date) -> Q:
    """Condition on stakeholders: the day of the next step has come."""
    return Q(next_step_on__lte=day)


def unproven(picture: Picture) -> Q:
    """Condition on partners: a level is claimed, and nothing done together shows it."""
    return Q(level_rank__gte=CLAIMS) & ~picture.has_evidence()


def attention(picture: Picture) -> Case:
    """How much a partner needs a person; 0 for not at all."""
    return Case(
        When(overdue_step(picture.on), then=Value(3)),
        When(unproven(picture), then=Value(2)),
        When(silent(picture), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )


def _all(picture: Picture, each: int) -> list[Wait]:
    kinds = (_answers, _tasks, _next_steps, _tilted, _silent)
    found = [kind(picture, each) for kind in kinds]
    # One of each kind first, so that no kind hides the others.
    return [wait for turn in zip_longest(*found) for wait in turn if wait]


def _mine(picture: Picture, rows: QuerySet[Any]) -> QuerySet[Any]:
    if can_edit_any(picture.viewer, picture.institution.pk) or picture.viewer.is_admin:
        return rows
    return rows.filter(owner_id=picture.viewer.person_id or 0)


def _answers(picture: Picture, each: int) -> list[Wait]:
    rows = _mine(picture, picture.stakeholders())
    answers = (
        unheeded(picture.today)
        .filter(stakeholder__in=rows.order_by().values("pk"))
        .select_related("stakeholder__organisation")
        .order_by("-answered_on", "-pk")
    )
    notes: dict[str, str] = {
        Confirmation.State.CORRECTED: _("Has something to correct"),
        Confirmation.State.DECLINED: _("Didn't confirm the partnership"),
    }
    return [
        _wait("answer", row.stakeholder, notes[row.state], _("Look"), "?tab=together#confirmations")
        for row in answers[:each]
    ]


def unheeded(today: date) -> QuerySet[Confirmation]:
    """Corrections and refusals of a year, after which nothing has been changed or asked."""
    changed = Standing.objects.filter(
        stakeholder=OuterRef("stakeholder"), valid__startswith__gte=OuterRef("answered_on")
    )
    asked = Confirmation.objects.filter(stakeholder=OuterRef("stakeholder"), pk__gt=OuterRef("pk"))
    return Confirmation.objects.filter(
        state__in=UNHAPPY,
        answered_on__gt=today - timedelta(days=YEAR),
    ).filter(~Exists(changed), ~Exists(asked))


def _tasks(picture: Picture, each: int) -> list[Wait]:
    entries = (
        DialogueEntry.objects.visible_to(picture.viewer)
        .filter(
            kind=DialogueEntry.Kind.TASK,
            done_on=None,
            due_on__lte=picture.today,
            stakeholder__institution=picture.institution,
        )
        .select_related("stakeholder__organisation")
        .order_by("due_on", "pk")
    )
    if not can_edit_any(picture.viewer, picture.institution.pk):
        entries = entries.filter(author_id=picture.viewer.person_id or 0)
    return [
        _wait(
            "task",
            entry.stakeholder,
            mark_safe(
                conditional_escape(_("Task due %(day)s: %(title)s"))
                % {"day": _day(entry.due_on), "title": written(entry.title, entry.language)}
            ),
            _("Do it"),
            f"?tab=dialogue#entry-{entry.pk}",
        )
        for entry in entries[:each]
    ]


def _next_steps(picture: Picture, each: int) -> list[Wait]:
    rows = _mine(picture, picture.stakeholders().filter(overdue_step(picture.today)))
    return [
        _wait(
            "next_step",
            row,
            mark_safe(
                conditional_escape(_("Next step by %(day)s: %(step)s"))
                % {
                    "day": _day(row.next_step_on),
                    "step": written(row.next_step or "–", row.next_step_language),
                }
            ),
            _("Take it"),
            "#next-step",
        )
        for row in rows.order_by("next_step_on", "pk")[:each]
    ]


def _tilted(picture: Picture, each: int) -> list[Wait]:
    last = ValueAssessment.objects.filter(stakeholder=OuterRef("pk"), on__lte=picture.today)
    last = last.order_by("-on")
    gives = F("we_give_score") - F("we_get_score")
    rows = (
        _mine(picture, picture.stakeholders())
        .filter(Exists(last.filter(we_give_score__gt=F("we_get_score"))))
        .annotate(
            tilt=Subquery(last.annotate(tilt=gives).values("tilt")[:1]),
            tilt_before=Subquery(last.annotate(tilt=gives).values("tilt")[1:2]),
        )
        .filter(tilt__gt=0, tilt_before__gt=0)
        .order_by("-tilt", "pk")
    )
    note = _("We have given more than we got twice in a row")
    return [_wait("tilted", row, note, _("Look"), "?tab=value") for row in rows[:each]]


def _silent(picture: Picture, each: int) -> list[Wait]:
    rows = _mine(picture, picture.stakeholders().filter(silent(picture)))
    rows = picture.with_evidence(rows).order_by(
        F("level_rank").desc(), F("last_evidence_on").asc(nulls_first=True), "pk"
    )
    return [
        _wait("silent", row, _silence(row, picture.today), _("Get in touch"), "?tab=dialogue")
        for row in rows[:each]
    ]


def _silence(row: Any, today: date) -> str:
    if row.last_evidence_on is None:
        return _("Nothing done together yet")
    months = max(1, int((today - row.last_evidence_on).days / MONTH))
    return ngettext("No contact for %(n)s month", "No contact for %(n)s months", months) % {
        "n": months
    }


def _patience(level: Level) -> int:
    return round(365 / (level.meetings_a_year or 1) * GRACE)


def _wait(kind: str, row: Stakeholder, note: str, verb: str, anchor: str = "") -> Wait:
    return Wait(kind, row.pk, row.organisation.name, note, verb, row.get_absolute_url() + anchor)


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else "–"
