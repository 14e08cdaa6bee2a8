"""What every page of those who run a programme shares: finding it, who may open it, its tabs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.lib.composed import composed
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.permissions import can_run, can_set_up


def known_programme(request: HttpRequest, slug: str) -> Programme:
    """The programme at the address; 404 for those who may not know it."""
    seen = Programme.objects.visible_to(request.viewer).select_related("institution__organisation")
    return get_object_or_404(seen, slug=slug)


def run_programme(request: HttpRequest, slug: str) -> Programme:
    """A programme whose month the viewer runs; 403 for others who know it."""
    found = known_programme(request, slug)
    if not can_run(request.viewer, found):
        raise PermissionDenied(_("Only those who run the training can do this."))
    return found


def set_up_programme(request: HttpRequest, slug: str) -> Programme:
    """A programme that the viewer may set up; 403 for others who know it."""
    found = known_programme(request, slug)
    if not can_set_up(request.viewer, found):
        raise PermissionDenied(_("Only the trainers and the institution's leaders can do this."))
    return found


def run_cohort(request: HttpRequest, pk: int) -> Cohort:
    """A cohort of a programme that the viewer runs; 404 for others."""
    seen = Cohort.objects.visible_to(request.viewer).select_related(
        "programme__institution__organisation"
    )
    return get_object_or_404(seen, pk=pk)


def run_enrolment(request: HttpRequest, uuid: Any) -> Enrolment:
    """A participant of a programme that the viewer runs; 404 for others."""
    seen = Enrolment.objects.visible_to(request.viewer).select_related(
        "person", "programme__institution__organisation", "cohort", "workplace", "group__contact"
    )
    found = get_object_or_404(seen, uuid=uuid)
    if found.cohort:
        found.cohort.programme = found.programme
    return found


def programme_shell(
    request: HttpRequest, programme: Programme, current: str, **more: Any
) -> dict[str, Any]:
    """The context of a programme's page; `current` is the name of its tab's address."""
    may = can_set_up(request.viewer, programme)
    tabs = [
        (label, reverse(name, args=[programme.slug]), name == current)
        for label, name in composed("PROGRAMME_TABS")
        if may or name not in ("training:settings", "training:staff", "exam:questions")
    ]
    return {
        "programme": programme,
        "trail": trail(),
        "tab_list": tabs,
        "can_set_up": may,
        **more,
    }


def trail(programme: Programme | None = None, cohort: Cohort | None = None) -> list[Any]:
    """The way to a page below a programme or a cohort."""
    steps: list[Any] = [(_("Training"), reverse("training:start"))]
    if programme:
        steps.append((programme, reverse("training:run", args=[programme.slug])))
    if cohort:
        steps.append((date_format(cohort.starts_on, "DATE_FORMAT"), cohort.get_absolute_url()))
    return steps


def cohort_shell(request: HttpRequest, cohort: Cohort, current: str, **more: Any) -> dict[str, Any]:
    """The context of a cohort's page; `current` is the name of its tab's address."""
    tabs = [
        (label, reverse(name, args=[cohort.pk]), name == current)
        for label, name in composed("COHORT_TABS")
    ]
    return {
        "cohort": cohort,
        "programme": cohort.programme,
        "trail": trail(cohort.programme),
        "tab_list": tabs if len(tabs) > 1 else [],
        "can_set_up": can_set_up(request.viewer, cohort.programme),
        **more,
    }
