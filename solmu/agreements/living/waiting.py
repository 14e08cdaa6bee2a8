"""What the life of agreements puts on my day: reviews, levels to decide, duties of one's own."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.agreements.living.ahead import CHECK_AHEAD, DUTY_AHEAD, REVIEW_AHEAD
from solmu.agreements.models import Agreement, Duty, GoalOwner, LevelProposal
from solmu.agreements.permissions import LEADER
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.compiled import compiled, several
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting, Waits

MOST = 8
State = Agreement.State


def waits(viewer: Viewer) -> list[Waits[Any]]:
    """Levels that a leader decides; reviews, goals and duties of one's own."""
    own = viewer.person_id
    if own is None:
        return []
    today = clock.today()
    led = [key for key in viewer.institutions if viewer.has_role(key, LEADER)]
    levels = [Waits(_proposed.asked(**several(led)), _levels)] if led else []
    checked = _checked.asked(person=own, until=today + CHECK_AHEAD)
    return [
        *levels,
        Waits(_reviewed.asked(owner=own, until=today + REVIEW_AHEAD), _reviews),
        Waits(checked, partial(_goals, viewer)),
        Waits(_due.asked(person=own, until=today + DUTY_AHEAD), partial(_duties, viewer)),
        Waits(_kept_long_enough.asked(owner=own, today=today), _kept),
    ]


def _levels(proposals: list[LevelProposal]) -> list[Waiting]:
    return [
        Waiting(
            one.review.agreement.title,
            _("a review proposes the level “%(level)s”") % {"level": one.level.name},
            _("Decide"),
            reverse("agreements:review", args=[one.review.agreement_id, one.review_id]),
        )
        for one in proposals
    ]


@compiled
def _proposed(**led: int) -> QuerySet[LevelProposal]:
    rows = LevelProposal.objects.filter(
        state=LevelProposal.State.WAITING, review__agreement__institution_id__in=[*led.values()]
    )
    return rows.select_related("review__agreement", "level").order_by("pk")[:MOST]


def _reviews(agreements: list[Agreement]) -> list[Waiting]:
    return [
        Waiting(
            row.title,
            _("is reviewed on %(day)s") % {"day": _day(row.next_review_on)},
            _("Look at the year"),
            reverse("agreements:review-new", args=[row.pk]),
        )
        for row in agreements
    ]


@compiled
def _reviewed(*, owner: int, until: date) -> QuerySet[Agreement]:
    rows = Agreement.objects.filter(owner_id=owner, state=State.ACTIVE, next_review_on__lte=until)
    return rows.order_by("next_review_on", "pk")[:MOST]


def _goals(viewer: Viewer, rows: list[GoalOwner]) -> list[Waiting]:
    return [
        Waiting(
            row.goal.title,
            _("is checked by %(day)s; %(title)s")
            % {"day": _day(row.goal.next_check_on), "title": row.agreement.title},
            _("Check the goal"),
            reverse("agreements:goal-check", args=[row.agreement_id, row.goal_id]),
        )
        for row in _open_to(viewer, rows)[:MOST]
    ]


@compiled
def _checked(*, person: int, until: date) -> QuerySet[GoalOwner]:
    rows = GoalOwner.objects.filter(
        person_id=person,
        goal__state=Goal.State.OPEN,
        goal__next_check_on__lte=until,
        agreement__state=State.ACTIVE,
    )
    # A few may be of agreements that are not open to the person any more.
    order = ("goal__next_check_on", "pk")
    return rows.select_related("goal", "agreement").order_by(*order)[: MOST * 3]


def _open_to[Row: GoalOwner | Duty](viewer: Viewer, rows: list[Row]) -> list[Row]:
    """Those whose agreement the viewer sees."""
    keys = {row.agreement_id for row in rows}
    open_to = Agreement.objects.visible_to(viewer).filter(pk__in=keys)
    seen = {*open_to.values_list("pk", flat=True)}
    return [row for row in rows if row.agreement_id in seen]


def _duties(viewer: Viewer, rows: list[Duty]) -> list[Waiting]:
    return [
        Waiting(
            row.text,
            _("promised by %(day)s in %(title)s")
            % {"day": _day(row.due_on), "title": row.agreement.title},
            _("See and tick"),
            f"{reverse('agreements:goals', args=[row.agreement_id])}#duties",
        )
        for row in _open_to(viewer, rows)[:MOST]
    ]


@compiled
def _due(*, person: int, until: date) -> QuerySet[Duty]:
    rows = Duty.objects.filter(
        Q(done_on=None) | Q(every_months__gt=0),
        person_id=person,
        due_on__lte=until,
        agreement__state=State.ACTIVE,
    )
    # A few may be of agreements that are not open to the person any more.
    return rows.select_related("agreement").order_by("due_on", "pk")[: MOST * 3]


def _kept(agreements: list[Agreement]) -> list[Waiting]:
    return [
        Waiting(
            row.title,
            _("was to be kept until %(day)s") % {"day": _day(row.kept_until)},
            _("Decide"),
            f"{reverse('agreements:life', args=[row.pk])}#archive",
        )
        for row in agreements
    ]


@compiled
def _kept_long_enough(*, owner: int, today: date) -> QuerySet[Agreement]:
    return Agreement.objects.kept_long_enough(today).filter(owner_id=owner).order_by("pk")[:MOST]


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
