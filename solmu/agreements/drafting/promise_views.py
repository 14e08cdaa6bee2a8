"""The tab of goals and duties: what was promised, by whom, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements.drafting import drafting, people, promising
from solmu.agreements.drafting.drafting import HOLDER, DraftingError
from solmu.agreements.forms import DutyForm, GoalForm
from solmu.agreements.living import lights
from solmu.agreements.living import page as life
from solmu.agreements.models import Agreement, Duty
from solmu.agreements.page import edited_agreement, open_agreement, shell
from solmu.agreements.permissions import can_comment, can_edit
from solmu.goals import progress
from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.lib import clock
from solmu.people.models import Person

TAB = "agreements:goals"
State = Agreement.State


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator with its latest value."""

    indicator: Indicator
    value: IndicatorValue | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal with who looks after it and how far it is."""

    goal: Goal
    owners: list[tuple[str, Person]]
    measured: list[Measured]
    light: lights.Light


@require_safe
@login_required
def goals(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The goals with their indicators, and the duties of each side."""
    agreement = open_agreement(request, pk)
    may_edit = can_edit(request.viewer, agreement) and agreement.is_open
    in_force = agreement.state == State.ACTIVE
    more = {
        "goals": goal_rows(agreement),
        "duties": life.duty_rows(agreement, life.ticks_for(request.viewer, agreement)),
        "in_force": in_force,
        "others": life.others_with_contact(agreement) if in_force else [],
        "may_edit": may_edit,
        "may_check": in_force and can_comment(request.viewer, agreement),
    }
    return render(request, "agreements/goals.html", shell(request, agreement, TAB, **more))


def goal_rows(agreement: Agreement) -> list[GoalRow]:
    """Each goal with its owners and the latest value of each indicator; what calls for doing first.

    One that was given up is shown too once the text stands.
    """
    if agreement.is_open:
        rows = drafting.goals_of(agreement)
    else:
        whole = _goals(agreement).select_related("organisation")
        rows = list(whole.prefetch_related("indicators").order_by("pk"))
    owners = promising.owners_of(agreement)
    names = {party.organisation_id: str(party.organisation) for party in agreement.parties.all()}
    latest: dict[int, IndicatorValue] = {}
    values = IndicatorValue.objects.filter(indicator__goal__in=rows).order_by("on")
    for one in values:
        latest[one.indicator_id] = one
    found = []
    for goal in rows:
        measured = []
        for indicator in goal.indicators.all():
            value = latest.get(indicator.pk)
            number: Decimal | None = value.value if value else None
            percent = progress.percent(indicator.baseline, indicator.target, number)
            measured.append(Measured(indicator, value, percent))
        mine = owners.get(goal.pk, {})
        named = [(names.get(key, ""), person) for key, person in mine.items()]
        percents = [one.percent for one in measured if one.percent is not None]
        light = lights.of_goal(goal, percents, clock.today())
        found.append(GoalRow(goal, named, measured, light))
    return found if agreement.is_open else sorted(found, key=lambda one: not one.light.calls)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def goal(request: HttpRequest, pk: int, goal: int | None = None) -> HttpResponseBase:
    """Write a goal, new or known."""
    agreement = edited_agreement(request, pk)
    held = None
    if goal is not None:
        held = get_object_or_404(_goals(agreement), pk=goal)
    parties = drafting.parties_of(agreement)
    owners = promising.owners_of(agreement).get(held.pk, {}) if held else {}
    form = GoalForm(
        request.POST if request.method == "POST" else None,
        parties=parties,
        people=people.known_by_party(agreement, parties),
        goal=held,
        owners={key: person.pk for key, person in owners.items()},
    )
    if form.is_bound and form.is_valid():
        written = form.cleaned_data
        try:
            promising.set_goal(
                agreement,
                held,
                title=written["title"],
                text=written["text"],
                organisation_id=written["organisation"],
                until=written["by"],
                next_check_on=written["next_check_on"],
                indicator=written["indicator"],
                unit=written["unit"],
                baseline=written["baseline"],
                target=written["target"],
                owners=form.owners(),
                by=request.viewer,
            )
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The goal is saved."))
            return redirect(TAB, pk)
    status = 422 if form.is_bound else 200
    context = shell(request, agreement, TAB, form=form, goal=held)
    return render(request, "agreements/goal.html", context, status=status)


@require_POST
@login_required
def goal_remove(request: HttpRequest, pk: int, goal: int) -> HttpResponse:
    """Take a goal out of the draft."""
    agreement = edited_agreement(request, pk)
    held = get_object_or_404(_goals(agreement), pk=goal)
    return _done(request, pk, lambda: promising.remove_goal(agreement, held, by=request.viewer))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def duty(request: HttpRequest, pk: int, duty: int | None = None) -> HttpResponseBase:
    """Write a duty, new or known."""
    agreement = edited_agreement(request, pk)
    held = None
    if duty is not None:
        held = get_object_or_404(Duty.objects.filter(agreement=agreement), pk=duty)
    parties = drafting.parties_of(agreement)
    form = DutyForm(
        request.POST if request.method == "POST" else None,
        parties=parties,
        people=people.known_by_party(agreement, parties),
        duty=held,
    )
    if form.is_bound and form.is_valid():
        try:
            promising.set_duty(agreement, held, by=request.viewer, **form.facts())
        except DraftingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The duty is saved."))
            return redirect(TAB, pk)
    status = 422 if form.is_bound else 200
    context = shell(request, agreement, TAB, form=form, duty=held)
    return render(request, "agreements/duty.html", context, status=status)


@require_POST
@login_required
def duty_remove(request: HttpRequest, pk: int, duty: int) -> HttpResponse:
    """Take a duty out of the draft."""
    agreement = edited_agreement(request, pk)
    held = get_object_or_404(Duty.objects.filter(agreement=agreement), pk=duty)
    return _done(request, pk, lambda: promising.remove_duty(held, by=request.viewer))


def _goals(agreement: Agreement) -> Any:
    return Goal.objects.of(HOLDER, agreement.pk)


def _done(request: HttpRequest, pk: int, job: Any) -> HttpResponse:
    try:
        job()
    except DraftingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect(TAB, pk)
