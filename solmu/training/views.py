"""Programmes as everybody sees them: the list, each one's public page, feed and frame."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from solmu.lib import clock
from solmu.training import cohorts, public
from solmu.training.models import Enrolment, Programme
from solmu.training.page import known_programme
from solmu.training.permissions import can_found, can_run

SHOWN = 6


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """One's own studies, the programmes that one runs, and all that are offered."""
    viewer = request.viewer
    today = clock.today()
    seen = Programme.objects.visible_to(viewer).select_related("institution__organisation")
    run = list(Programme.objects.run_by(viewer).select_related("institution__organisation"))
    return render(
        request,
        "training/start.html",
        {
            "offered": list(seen.filter(public=True).offered(today)),
            "run": run,
            "studies": own_studies(request),
            "can_found": can_found(viewer) or viewer.is_admin,
            "bare": viewer.is_anonymous,
            "layout": "ui/bare.html" if viewer.is_anonymous else "ui/page.html",
        },
    )


def own_studies(request: HttpRequest) -> list[Enrolment]:
    """The viewer's own enrolments, the newest first."""
    return list(
        Enrolment.objects.own(request.viewer)
        .select_related("programme", "cohort", "person")
        .order_by("-applied_at", "-pk")
    )


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What the viewer studies and has studied."""
    return render(request, "training/mine.html", {"studies": own_studies(request)})


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """What a programme is, for whom, how long, and when it starts."""
    found = known_programme(request, slug)
    coming = cohorts.open_cohorts(found, most=SHOWN)
    return render(
        request,
        "training/programme.html",
        {
            "programme": found,
            "coming": coming,
            "course_data": public.course_data(found, coming),
            "is_open": found.ended_on is None or found.ended_on > clock.today(),
            "runs": can_run(request.viewer, found),
        },
    )


@require_safe
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """What is kept of participants, why, for how long, and what they can ask for."""
    return render(request, "training/privacy.html", {"programme": known_programme(request, slug)})


@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The coming starts with a way to enrol, for the frame of the institution's own site."""
    found = known_programme(request, slug)
    response = render(
        request,
        "training/embed.html",
        {"programme": found, "coming": cohorts.open_cohorts(found, most=SHOWN)},
    )
    return public.framed(response, found)


@require_safe
def starts_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The coming starts as a calendar."""
    found = known_programme(request, slug)
    content = public.calendar(found, cohorts.open_cohorts(found))
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
