"""A goal of an agreement in force: its values so far, and the check that either side makes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.agreements.drafting import drafting, people, promising
from solmu.agreements.drafting.drafting import HOLDER
from solmu.agreements.living import checking
from solmu.agreements.living.duties import LifeError
from solmu.agreements.living.forms import CheckForm
from solmu.agreements.models import Agreement
from solmu.agreements.page import open_agreement, shell
from solmu.agreements.permissions import can_comment, can_edit
from solmu.goals.models import Goal, IndicatorValue

GOALS = "agreements:goals"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def goal_check(request: HttpRequest, pk: int, goal: int) -> HttpResponseBase:
    """What a goal's figures have been, and what shows it; whoever speaks for a side checks it."""
    agreement = open_agreement(request, pk)
    found = Goal.objects.of(HOLDER, agreement.pk).select_related("organisation")
    held = get_object_or_404(found.prefetch_related("indicators"), pk=goal)
    if request.method == "POST" and not can_comment(request.viewer, agreement):
        raise PermissionDenied(_("Those who speak for a party check its goals."))
    form = _form(request, agreement, held)
    if form.is_bound and form.is_valid():
        try:
            checking.check(agreement, held, by=request.viewer, **form.facts())
        except LifeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The goal is checked."))
            return redirect(GOALS, pk)
    values = IndicatorValue.objects.filter(indicator__goal=held).select_related("indicator", "by")
    in_force = agreement.state == Agreement.State.ACTIVE
    more: dict[str, Any] = {
        "goal": held,
        "owners": promising.owners_of(agreement).get(held.pk, {}).values(),
        "values": values.order_by("-on", "indicator_id"),
        "form": form if in_force and can_comment(request.viewer, agreement) else None,
    }
    status = 422 if form.is_bound else 200
    context = shell(request, agreement, GOALS, **more)
    return render(request, "agreements/living/goal.html", context, status=status)


def _form(request: HttpRequest, agreement: Agreement, goal: Goal) -> CheckForm:
    """The form; those who keep the agreement also say who looks after the goal."""
    parties = drafting.parties_of(agreement) if can_edit(request.viewer, agreement) else []
    owners = promising.owners_of(agreement).get(goal.pk, {})
    return CheckForm(
        request.POST if request.method == "POST" else None,
        goal=goal,
        parties=parties,
        people=people.known_by_party(agreement, parties),
        owners={key: person.pk for key, person in owners.items()},
    )
