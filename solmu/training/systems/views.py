"""A programme's systems: settings, health, and what each has done for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from solmu.lib import clock
from solmu.lib.http import ServiceError
from solmu.lib.kept_secrets import LostSecretError
from solmu.training.models import Programme
from solmu.training.page import programme_shell, run_programme, trail
from solmu.training.systems import doing, exchanging, working
from solmu.training.systems.forms import FORMS
from solmu.training.systems.models import System, Work
from solmu.training.systems.permissions import can_connect

SHOWN = 100
ABOUT: dict[str, Any] = {
    System.Kind.STUDENTA_FILES: gettext_lazy(
        "Applications are read from files in a folder of the server, and results are written there."
    ),
    System.Kind.STUDENTA_API: gettext_lazy(
        "Applications are fetched from the student management system, and results are sent to it."
    ),
    System.Kind.ACCOUNTS: gettext_lazy(
        "Each participant gets an account a week before the start; it is closed after the end."
    ),
    System.Kind.CLASSROOM: gettext_lazy(
        "Each participant is invited to the course; who has accepted has an account that works."
    ),
    System.Kind.FORMS: gettext_lazy(
        "Results of a test that is a Google Forms quiz are fetched and written down here."
    ),
    System.Kind.TEAMS: gettext_lazy(
        "The opening meeting is made in Teams; its address goes into the invitation. A start that"
        " has an address of its own keeps it."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of system as the list shows it."""

    kind: str
    label: Any
    about: Any
    system: System | None
    waiting: int = 0
    failed: int = 0


@login_required
@require_http_methods(["GET", "HEAD"])
def systems(request: HttpRequest, slug: str) -> HttpResponse:
    """All kinds of systems, which are in use, and whether they answer."""
    programme = run_programme(request, slug)
    known = {one.kind: one for one in programme.systems.all()}
    counts = {
        (row["system__kind"], row["state"]): row["n"]
        for row in Work.objects.filter(system__programme=programme)
        .values("system__kind", "state")
        .annotate(n=Count("pk"))
    }
    lines = [
        Line(
            kind,
            label,
            ABOUT[kind],
            known.get(kind),
            counts.get((kind, Work.State.WAITING), 0),
            counts.get((kind, Work.State.FAILED), 0),
        )
        for kind, label in System.Kind.choices
    ]
    return render(
        request,
        "systems/systems.html",
        programme_shell(
            request,
            programme,
            "systems:systems",
            lines=lines,
            used=[line.label for line in lines if line.system and line.system.on],
            may_connect=_may(request, programme),
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def system(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """One system: its settings, whether it answers, what it has done."""
    programme = run_programme(request, slug)
    one = _system(programme, kind)
    may = _may(request, programme)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = FORMS[kind](request.POST if request.method == "POST" else None, one)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        if saved.on:
            _check(request, saved)
            working.start(saved)
        else:
            messages.success(request, _("Saved. The system is not in use."))
        return redirect("systems:system", slug, kind)
    works = (
        one.works.select_related("enrolment__person", "cohort")
        .exclude(state=Work.State.DONE)
        .order_by("state", "next_at")[:SHOWN]
        if one.pk
        else []
    )
    done = one.works.filter(state=Work.State.DONE).count() if one.pk else 0
    return render(
        request,
        "systems/system.html",
        {
            "programme": programme,
            "trail": [
                *trail(programme),
                (_("Own systems"), reverse("systems:systems", args=[slug])),
            ],
            "system": one,
            "about": ABOUT[kind],
            "form": form,
            "works": works,
            "done": done,
            "reads": one.on and kind in exchanging.READERS,
            "may_connect": may,
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def check(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Ask the system whether it answers."""
    programme = run_programme(request, slug)
    one = _system(programme, kind)
    if not one.pk:
        raise Http404
    _check(request, one)
    return redirect("systems:system", slug, kind)


@login_required
@require_POST
def read(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Read the applications that wait in the student management system."""
    programme = run_programme(request, slug)
    one = _system(programme, kind)
    if not one.pk or kind not in exchanging.READERS:
        raise Http404
    exchanging.read(one)
    if one.problem:
        messages.error(request, one.problem)
    else:
        messages.success(request, _("The applications were read."))
    return redirect("systems:system", slug, kind)


@login_required
@require_POST
def again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Try something again that the system refused."""
    programme = run_programme(request, slug)
    work = get_object_or_404(
        Work.objects.select_related("system"), pk=pk, system__programme=programme
    )
    working.ask_again(work, by=request.viewer)
    messages.success(request, _("It is tried again."))
    return redirect("systems:system", slug, work.system.kind)


def _check(request: HttpRequest, one: System) -> None:
    try:
        doing.check(one)
    except (ServiceError, LostSecretError) as error:
        one.problem = str(error) or _("The system's secret has to be given again.")
        messages.error(request, one.problem)
    else:
        one.problem = ""
        messages.success(request, _("The system answers."))
    one.checked_at = clock.real_now()
    one.save(update_fields=["checked_at", "problem"])


def _system(programme: Programme, kind: str) -> System:
    if kind not in FORMS:
        raise Http404
    return programme.systems.filter(kind=kind).first() or System(programme=programme, kind=kind)


def _may(request: HttpRequest, programme: Programme) -> bool:
    return can_connect(request.viewer, programme)
