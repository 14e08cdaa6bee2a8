"""What the other party sees and ticks through a signed link, without an account."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from solmu.agreements.drafting.drafting import HOLDER
from solmu.agreements.drafting.promise_views import goal_rows
from solmu.agreements.living import checking, duties, mails, page
from solmu.agreements.living.duties import LifeError
from solmu.agreements.living.forms import CheckForm, TickForm
from solmu.agreements.models import Agreement, Party
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer

SAID = gettext_noop("Said through the link")


@dataclass(frozen=True, slots=True)
class Opened:
    """Whom the link speaks for."""

    party: Party
    person: Person


def opened(token: str) -> Opened | None:
    """The party behind a link, while the agreement binds it and the person acts for it.

    Its contact does, and whoever looks after one of its goals.
    """
    link = links.find(token, mails.PURPOSE)
    if link is None:
        return None
    party = (
        Party.objects.select_related(
            "agreement__institution__organisation", "agreement__owner", "organisation"
        )
        .filter(pk=link.record_id, bound__contains=clock.today())
        .first()
    )
    if party is None or link.person is None:
        return None
    if party.contact_id == link.person_id or party.agreement.goal_owners.filter(
        organisation_id=party.organisation_id, person=link.person
    ):
        return Opened(party, link.person)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def promises(request: HttpRequest, token: str) -> HttpResponse:
    """The goals and duties for the other party: it ticks its own duties, and checks the goals."""
    found = opened(token)
    if found is None or found.party.agreement.state != Agreement.State.ACTIVE:
        return _private(render(request, "agreements/living/gone.html", {}, status=410))
    party, agreement = found.party, found.party.agreement
    rows = page.duty_rows(agreement, {party.organisation_id})
    if request.method == "POST" and "goal" in request.POST:
        _check(request, found)
        return _private(redirect("agreements:promises", token))
    if request.method == "POST":
        key = request.POST.get("duty", "")
        row = next((one for one in rows if str(one.duty.pk) == key and one.may_tick), None)
        form = TickForm(request.POST)
        if row is None or not form.is_valid():
            messages.error(request, _("That couldn't be ticked. Try again."))
        else:
            try:
                duties.tick(
                    row.duty,
                    by=Viewer.system(SAID),
                    organisation=party.organisation,
                    person=found.person,
                    done_on=form.cleaned_data["done_on"],
                    note=form.cleaned_data["note"],
                    seen_due=form.cleaned_data["due"],
                )
            except LifeError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Thank you, it is ticked."))
        return _private(redirect("agreements:promises", token))
    context = {
        "agreement": agreement,
        "party": party,
        "person": found.person,
        "goals": goal_rows(agreement),
        "rows": rows,
        "token": token,
    }
    return _private(render(request, "agreements/living/promises.html", context))


def _check(request: HttpRequest, found: Opened) -> None:
    """Keep the figures that the other side tells of a goal."""
    agreement, today = found.party.agreement, clock.today()
    key = request.POST["goal"]
    open_ones = Goal.objects.of(HOLDER, agreement.pk).filter(state=Goal.State.OPEN)
    goal = next((one for one in open_ones if str(one.pk) == key), None)
    if goal is None:
        messages.error(request, _("That goal isn't being worked on any more."))
        return
    following = checking.next_check(goal)
    told = {
        **request.POST.dict(),
        "on": today.isoformat(),
        "state": str(Goal.State.OPEN),
        "next_check_on": following.isoformat() if following and following > today else "",
    }
    form = CheckForm(told, goal=goal, parties=[], people={}, owners={})
    if not form.is_valid():
        messages.error(request, _("A value is a number, such as 12 or 4.5."))
        return
    facts = form.facts()
    if not facts["values"]:
        messages.error(request, _("Tell a value first."))
        return
    try:
        checking.check(agreement, goal, by=Viewer.system(SAID), person=found.person, **facts)
    except LifeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you, it is written down."))


def _private(answer: HttpResponse) -> HttpResponse:
    # The address holds the secret: it goes into no Referer and no search engine.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
