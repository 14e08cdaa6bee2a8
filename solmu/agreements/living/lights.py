"""How a duty or a goal stands, as a word with its colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from solmu.agreements.models import Duty
from solmu.goals.models import Goal
from solmu.lib.months import months_later

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Light:
    """A word, and the tone of its ground."""

    word: str
    tone: str
    # Something has to be done about it.
    calls: bool = False


def of_duty(duty: Duty, today: date) -> Light:
    """How a duty stands on a day."""
    if duty.done_on and not duty.every_months:
        return Light(_("done"), "lake")
    if duty.due_on is None:
        return Light(_("goes on"), "quiet")
    if duty.due_on < today:
        return Light(_("late"), "berry", calls=True)
    if duty.due_on <= today + SOON:
        return Light(_("due soon"), "neutral", calls=True)
    return Light(_("in time"), "quiet")


def of_goal(goal: Goal, percents: list[int], today: date) -> Light:
    """How a goal stands: by its state, what has been measured, and its next check."""
    if goal.state == Goal.State.REACHED:
        return Light(_("reached"), "lake")
    if goal.state == Goal.State.DROPPED:
        return Light(_("given up"), "quiet")
    if percents and min(percents) >= 100:
        return Light(_("target met"), "lake")
    if goal.next_check_on and goal.next_check_on < today:
        return Light(_("check is late"), "berry", calls=True)
    if goal.next_check_on and goal.next_check_on <= today + SOON:
        return Light(_("to be checked soon"), "neutral", calls=True)
    if goal.valid.upper and goal.valid.upper <= today:
        return Light(_("time is over"), "berry", calls=True)
    return Light(_("under way"), "quiet")


def next_due(duty: Duty, done_on: date) -> date | None:
    """When a repeating duty is due again, once it has been done."""
    if not duty.every_months:
        return None
    due = duty.due_on or done_on
    # The rhythm is kept where it was done a little early or late; a missed round isn't made up.
    due = months_later(due, duty.every_months)
    while due <= done_on:
        due = months_later(due, duty.every_months)
    return due


def number(value: Decimal | None) -> str:
    """A figure without needless zeros."""
    return "" if value is None else f"{value.normalize():f}"
