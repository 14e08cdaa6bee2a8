"""Running a programme: its starts, a start's participants, one participant."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.organisations.fields import FIELDS
from solmu.training import cohorts, enrolling, placing, states
from solmu.training.enrolling import EnrolError
from solmu.training.forms import CohortForm, DetailsForm, NoteForm, ReasonForm, StartForm
from solmu.training.models import Cohort, Enrolment
from solmu.training.page import (
    cohort_shell,
    programme_shell,
    run_cohort,
    run_enrolment,
    run_programme,
    trail,
)
from solmu.ui.markup import badge

PAST = 18


@require_safe
@login_required
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme's starts: those to come, the one that runs, those that are over."""
    programme = run_programme(request, slug)
    today = clock.today()
    rows = list(cohorts.with_taken(programme.cohorts.all()).order_by("-starts_on"))
    for row in rows:
        row.programme = programme
    over = [row for row in rows if row.starts_on <= today and row.access_until < today]
    panels = [panel for make in composed("PROGRAMME_PANELS") if (panel := make(request, programme))]
    return render(
        request,
        "training/run.html",
        programme_shell(
            request,
            programme,
            "training:run",
            coming=[row for row in reversed(rows) if row.starts_on > today],
            running=[row for row in rows if row.starts_on <= today <= row.access_until],
            over=over[:PAST],
            unconfirmed=programme.enrolments.filter(state=states.State.UNCONFIRMED).count(),
            panels=panels,
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
def new_cohort(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Found a start beside those of the rule."""
    programme = run_programme(request, slug)
    form = CohortForm(
        request.POST if request.method == "POST" else None, initial={"places": programme.places}
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            made = cohorts.found(
                programme,
                facts["starts_on"],
                places=facts["places"],
                note=facts["note"],
                by=request.viewer,
            )
        except cohorts.CohortError as error:
            form.add_error("starts_on", str(error))
        else:
            messages.success(request, _("The start is founded."))
            return redirect(made)
    return render(
        request,
        "training/cohort_form.html",
        programme_shell(request, programme, "training:run", form=form),
        status=422 if form.is_bound else 200,
    )


@require_safe
@login_required
def cohort(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A start's participants, on the board."""
    answer: HttpResponseBase = composed("COHORT_BOARD")(request, run_cohort(request, pk))
    return answer


def _state(row: Enrolment) -> Any:
    return badge(row.get_state_display(), states.TONES[states.State(row.state)])


@require_http_methods(["GET", "POST"])
@login_required
def change_cohort(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A start's own places, addresses and note."""
    found = run_cohort(request, pk)
    form = CohortForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        names = ("places", "meeting_url", "recording_url", "note")
        cohorts.change(found, by=request.viewer, **{name: facts[name] for name in names})
        messages.success(request, _("The start is changed."))
        return redirect(found)
    return render(
        request,
        "training/cohort_form.html",
        cohort_shell(
            request,
            found,
            "training:cohort",
            form=form,
            cancel_form=ReasonForm(),
            planned=found.state == Cohort.State.PLANNED and found.starts_on > clock.today(),
        ),
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def cancel_cohort(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a start; those who were coming go to the next one."""
    found = run_cohort(request, pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    try:
        moved = cohorts.cancel(found, why=form.cleaned_data.get("why", ""), by=request.viewer)
    except cohorts.CohortError as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(
        request,
        _("The start is cancelled; %(n)s people were moved and told.") % {"n": len(moved)},
    )
    return redirect("training:run", found.programme.slug)


@require_http_methods(["GET", "POST"])
@login_required
def enrolment(request: HttpRequest, uuid: Any) -> HttpResponseBase:
    """One participant: where they are, what has happened, and what the staff can do."""
    found = run_enrolment(request, uuid)
    programme = found.programme
    coming = [one for one in cohorts.open_cohorts(programme, most=5) if one.pk != found.cohort_id]
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms = {
        "note_form": NoteForm(request.POST if act == "note" else None, instance=found),
        "start_form": StartForm(request.POST if act == "start" else None, cohorts=coming),
        "details": DetailsForm(
            request.POST if act == "details" else None,
            programme=programme,
            initial={
                **{name: getattr(found, name) for name in enrolling.OWN_FACTS},
                **{name: getattr(found.person, name) for name in enrolling.PERSON_FACTS},
            },
        ),
        "why_form": ReasonForm(request.POST if act == "withdraw" else None),
    }
    if request.method == "POST" and _act(request, found, act, forms):
        return redirect("training:enrolment", found.uuid)
    changes = list(found.changes.select_related("person").order_by("-at", "-pk"))
    return render(
        request,
        "training/enrolment.html",
        {
            "enrolment": found,
            "programme": programme,
            "trail": trail(programme, found.cohort),
            "state_badge": _state(found),
            "field_name": FIELDS.get(found.field, ""),
            "coming": coming,
            "can_move": found.state
            in {*states.BEFORE_START, *states.UNDER_WAY, states.State.WAITING, *states.ENDED},
            "can_withdraw": states.can_move(found, states.State.WITHDRAWN),
            "happened": _happened(found, changes),
            **forms,
        },
        status=422 if request.method == "POST" else 200,
    )


def _happened(found: Enrolment, changes: list[Any]) -> list[dict[str, Any]]:
    """The states and what rooms above tell, the newest first."""
    lines = [_told(change) for change in changes]
    for tell in composed("ENROLMENT_TRACES"):
        lines += tell(found)
    return sorted(lines, key=lambda line: line["on"], reverse=True)


def _told(change: Any) -> dict[str, Any]:
    note = " · ".join(
        part
        for part in (
            date_format(clock.local(change.at), "TIME_FORMAT"),
            change.person.name if change.person else "",
            _(change.why) if change.why else "",
        )
        if part
    )
    return {
        "on": clock.local(change.at).date(),
        "title": states.State(change.state).label,
        "note": note,
    }


def _act(request: HttpRequest, found: Enrolment, act: str, forms: dict[str, Any]) -> bool:
    by = request.viewer
    try:
        if act == "note" and forms["note_form"].is_valid():
            with history.acting(by, _("noted")):
                forms["note_form"].save()
            messages.success(request, _("It is noted."))
            return True
        if act == "start" and forms["start_form"].is_valid():
            placing.place(found, forms["start_form"].cleaned_data["cohort"], by=by)
            messages.success(request, _("The participant has another start now."))
            return True
        if act == "details" and forms["details"].is_valid():
            enrolling.correct(found, forms["details"].cleaned_data, by=by)
            messages.success(request, _("The details are corrected."))
            return True
        if act == "withdraw" and forms["why_form"].is_valid():
            enrolling.withdraw(found, by=by, why=forms["why_form"].cleaned_data["why"])
            messages.success(request, _("The enrolment is withdrawn."))
            return True
    except (EnrolError, placing.PlacingError) as error:
        messages.error(request, str(error))
        return True
    return False
