"""The renewal calendar, as a page and as a feed behind a secret address."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from solmu.agreements.living import days
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.people.models import Person
from solmu.people.viewing import viewer_for_user_id


@require_safe
@login_required
def calendar(request: HttpRequest) -> HttpResponseBase:
    """The days ahead by month: ends, last days to give notice, reviews, duties."""
    first = _first(request)
    found = days.ahead(request.viewer, first)
    until = months_later(first, days.MONTHS)
    cut = len(found) == days.MOST and found[-1].on > first
    if cut:  # the month that isn't whole comes on the next page; of a full month, the day
        month = found[-1].on.replace(day=1)
        until = month if month > first else found[-1].on
        found = [one for one in found if one.on < until]
    context = {
        "months": days.by_month(found),
        "first": first,
        "until": until,
        "cut": cut,
        "before": months_later(first, -days.MONTHS),
        "count": len(found),
        "feed": request.session.pop("agreements_feed", ""),
    }
    return render(request, "agreements/living/calendar.html", context)


@require_POST
@login_required
def feed(request: HttpRequest) -> HttpResponse:
    """Make a secret address for one's own calendar program, or end it."""
    person = Person.objects.filter(pk=request.viewer.person_id or 0).first()
    if person is None:
        raise PermissionDenied(_("Your account has no person yet."))
    if "end" in request.POST:
        days.end_feed(person, by=request.viewer)
        messages.success(request, _("The address works no more."))
    else:
        token = days.new_feed(person, by=request.viewer)
        path = reverse("agreements:calendar-feed", args=[token])
        # Shown once on the next page: only its digest is kept.
        request.session["agreements_feed"] = settings.SOLMU_ADDRESS + path
    return redirect("agreements:calendar")


@require_safe
@never_cache
def feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for whoever has the secret address; as its owner sees it today."""
    person = days.person_of(token)
    if person is None or person.user_id is None:
        raise Http404
    viewer = viewer_for_user_id(person.user_id)
    with override(viewer.language or person.language or "fi"):
        content = days.calendar(viewer)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="agreements.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _first(request: HttpRequest) -> date:
    try:
        day = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return clock.today().replace(day=1)
    return day if 1950 <= day.year <= 2150 else clock.today().replace(day=1)
