"""What the life of agreements puts on my day: reviews, levels to decide, duties of one's own."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.agreements.living.ahead import DUTY_AHEAD, REVIEW_AHEAD
from solmu.agreements.models import Agreement, Duty, LevelProposal
from solmu.agreements.permissions import LEADER
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.ui.menu import Waiting

MOST = 8
State = Agreement.State


def waits(viewer: Viewer) -> list[Waiting]:
    """Levels that a leader decides, reviews of one's own agreements, one's own duties."""
    if viewer.is_anonymous or viewer.person_id is None:
        return []
    return [*_levels(viewer), *_reviews(viewer), *_duties(viewer)]


def _levels(viewer: Viewer) -> list[Waiting]:
    led = [key for key in viewer.institutions if viewer.has_role(key, LEADER)]
    if not led:
        return []
    rows = LevelProposal.objects.filter(
        state=LevelProposal.State.WAITING, review__agreement__institution_id__in=led
    ).select_related("review__agreement", "level")
    return [
        Waiting(
            one.review.agreement.title,
            _("a review proposes the level “%(level)s”") % {"level": one.level.name},
            _("Decide"),
            reverse("agreements:review", args=[one.review.agreement_id, one.review_id]),
        )
        for one in rows.order_by("pk")[:MOST]
    ]


def _reviews(viewer: Viewer) -> list[Waiting]:
    rows = Agreement.objects.filter(
        owner_id=viewer.person_id,
        state=State.ACTIVE,
        next_review_on__lte=clock.today() + REVIEW_AHEAD,
    ).order_by("next_review_on", "pk")
    return [
        Waiting(
            row.title,
            _("is reviewed on %(day)s") % {"day": _day(row.next_review_on)},
            _("Look at the year"),
            reverse("agreements:review-new", args=[row.pk]),
        )
        for row in rows[:MOST]
    ]


def _duties(viewer: Viewer) -> list[Waiting]:
    rows = (
        Duty.objects.filter(
            Q(done_on=None) | Q(every_months__gt=0),
            person_id=viewer.person_id or 0,
            due_on__lte=clock.today() + DUTY_AHEAD,
            agreement__in=Agreement.objects.visible_to(viewer).filter(state=State.ACTIVE),
        )
        .select_related("agreement")
        .order_by("due_on", "pk")
    )
    return [
        Waiting(
            row.text,
            _("promised by %(day)s in %(title)s")
            % {"day": _day(row.due_on), "title": row.agreement.title},
            _("See and tick"),
            f"{reverse('agreements:goals', args=[row.agreement_id])}#duties",
        )
        for row in rows[:MOST]
    ]


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
