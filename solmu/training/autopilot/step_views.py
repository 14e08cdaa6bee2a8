"""The steps: those of a programme, and what each will do, does and has done in a cohort."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods, require_safe

from solmu.lib import clock
from solmu.training.autopilot import invitations, letters, running, steps
from solmu.training.autopilot.board_views import what_words
from solmu.training.autopilot.forms import RunForm, StepForm
from solmu.training.autopilot.models import Kind, Mode, Step, StepRun, Trace
from solmu.training.cohorts import open_cohorts
from solmu.training.models import Cohort, Programme
from solmu.training.page import (
    cohort_shell,
    programme_shell,
    run_cohort,
    run_programme,
    set_up_programme,
    trail,
)

SHOWN = 50
PREVIEWED = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as somebody would get it."""

    language: str
    label: str
    subject: str
    text: str


def _previews(step: Step, cohort: Cohort) -> list[Preview]:
    """The step's message in each language of the programme, to a made-up person."""
    opening = invitations.Opening.of(cohort)
    found = []
    for code, label in (("fi", _("in Finnish")), ("sv", _("in Swedish")), ("en", _("in English"))):
        if code not in cohort.programme.languages:
            continue
        letter = letters.letter(
            step.kind, cohort, code, step=step, meeting=opening.told, pages=PREVIEWED
        )
        with override(code):
            own = {
                "name": {"fi": "Matti", "sv": "Maja", "en": "Mary"}[code],
                "last_day": steps.day_text(cohort.access_until),
                "done": "7",
                "link": "https://…",
            }
        subject, text, _html = letter.to(own)
        found.append(Preview(code, label, subject, text.strip()))
    return found


def _sample(programme: Programme) -> Cohort | None:
    """The cohort by which a programme's texts are shown: the next start, else the latest."""
    coming = open_cohorts(programme, most=1)
    found = coming[0] if coming else programme.cohorts.order_by("-starts_on").first()
    if found:
        found.programme = programme
    return found


@require_safe
@login_required
def programme(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The steps of a programme's month."""
    found = run_programme(request, slug)
    sample = _sample(found)
    rows = [
        {
            "step": step,
            "day": steps.due_on(step, sample) if sample else None,
            "says": day_words(step),
        }
        for step in steps.shown(found).values()
    ]
    hidden = len(steps.of(found)) - len(rows)
    return render(
        request,
        "autopilot/programme.html",
        programme_shell(
            request, found, "autopilot:programme", rows=rows, sample=sample, hidden=hidden
        ),
    )


def day_words(step: Step) -> str:
    """The day of a step in words."""
    n = abs(step.days)
    if step.kind == Kind.CHECK and step.days < 0:
        text = ngettext(
            "one working day before the start", "%(n)s working days before the start", n
        )
        return text % {"n": n}
    if step.kind in steps.FROM_END:
        if step.days == 0:
            return (
                _("when the last day of access is over")
                if step.kind == Kind.CLOSE
                else _("on the last day of access")
            )
        text = (
            ngettext("one day before the access ends", "%(n)s days before the access ends", n)
            if step.days < 0
            else ngettext(
                "one day after the last day of access", "%(n)s days after the last day of access", n
            )
        )
        return text % {"n": n}
    if step.days == 0:
        return _("on the day of the start")
    text = (
        ngettext("one day before the start", "%(n)s days before the start", n)
        if step.days < 0
        else ngettext("one day after the start", "%(n)s days after the start", n)
    )
    return text % {"n": n}


def _step_of(programme: Programme, kind: str) -> Step:
    found = steps.of(programme).get(kind)
    if found is None:
        raise Http404
    found.programme = programme
    return found


@require_http_methods(["GET", "POST"])
@login_required
def step(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """A step of a programme: its day, who starts it, its message."""
    found = set_up_programme(request, slug)
    row = _step_of(found, kind)
    form = StepForm(request.POST if request.method == "POST" else None, instance=row)
    valid = request.method == "POST" and form.is_valid()
    if valid and "preview" not in request.POST:
        fresh = Step.objects.get(pk=row.pk)
        steps.change(fresh, form.cleaned_data, by=request.viewer)
        messages.success(request, _("The step is changed."))
        return redirect("autopilot:programme", found.slug)
    sample = _sample(found)
    return render(
        request,
        "autopilot/step.html",
        {
            "programme": found,
            "step": row,
            "form": form,
            "trail": trail(found),
            "previews": _previews(row, sample) if sample and (valid or not form.is_bound) else [],
            "previewing": valid,
            "values": letters.VALUES,
        },
        status=422 if form.is_bound and not valid else 200,
    )


@require_safe
@login_required
def cohort(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What each step does in a cohort: its day, for how many, and how far it is."""
    found = run_cohort(request, pk)
    runs = {one.kind: one for one in found.runs.select_related("person")}
    rows = []
    for kind, each in steps.shown(found.programme).items():
        run = runs.get(kind) or _planned(found, each)
        over = run.state in (StepRun.State.DONE, StepRun.State.SKIPPED)
        rows.append(
            {
                "run": run,
                "step": each,
                "off": not each.on and run.pk is None,
                "mode": Mode(run.mode or each.mode).label,
                "n": Trace.objects.filter(
                    cohort=found, step=kind, what__startswith=running.MAIN[Kind(kind)]
                ).count()
                if over
                else running.concerned(run, found).count(),
                "over": over,
                "problem": _(run.problem) if run.problem else "",
                "note": _(run.note) if run.note else "",
            }
        )
    return render(
        request,
        "autopilot/cohort.html",
        cohort_shell(request, found, "autopilot:cohort", rows=rows, today=clock.today()),
    )


def _planned(cohort: Cohort, step: Step) -> StepRun:
    """A run that isn't written yet: a look ahead writes nothing."""
    return StepRun(cohort=cohort, kind=step.kind, due_on=steps.due_on(step, cohort))


@require_http_methods(["GET", "POST"])
@login_required
def run(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """A step in a cohort: whom it will concern and what they get, or what was done for whom."""
    found = run_cohort(request, pk)
    each = steps.shown(found.programme).get(kind)
    if each is None:
        raise Http404
    row = found.runs.filter(kind=kind).first()
    form = RunForm(
        request.POST if request.POST.get("act") == "set" else None,
        run=row or _planned(found, each),
        initial={
            "due_on": row.due_on if row else steps.due_on(each, found),
            "mode": (row.mode if row else "") or each.mode,
        },
    )
    if request.method == "POST":
        answer = _act(request, found, kind, form)
        if answer:
            return answer
    shown = row or _planned(found, each)
    shown.cohort = found
    over = shown.state in (StepRun.State.DONE, StepRun.State.SKIPPED)
    people = (
        []
        if over
        else list(
            running.concerned(shown, found)
            .select_related("person")
            .order_by("person__family_name", "person__given_name", "pk")[:SHOWN]
        )
    )
    traced = Trace.objects.filter(cohort=found, step=kind).select_related("enrolment__person")
    words = what_words()
    done = [
        {
            "enrolment": one.enrolment,
            "what": words.get(one.what.split(" 2")[0], one.what),
            "at": clock.local(one.at),
        }
        for one in traced.order_by("-at", "-pk")[:SHOWN]
    ]
    return render(
        request,
        "autopilot/run.html",
        {
            "cohort": found,
            "programme": found.programme,
            "run": shown,
            "step": each,
            "trail": trail(found.programme, found),
            "form": form,
            "over": over,
            "n": 0 if over else running.concerned(shown, found).count(),
            "people": people,
            "without": [one for one in people if not one.person.email],
            "done": done,
            "done_n": traced.count(),
            "previews": _previews(each, found),
            "mode": Mode(shown.mode or each.mode).label,
            "problem": _(shown.problem) if shown.problem else "",
            "note": _(shown.note) if shown.note else "",
            "may_run": found.state in (Cohort.State.PLANNED, Cohort.State.RUNNING),
            "may_set": shown.state != StepRun.State.RUNNING or shown.problem == running.NOT_OVER,
            "closes": kind == Kind.CLOSE,
        },
        status=422 if request.method == "POST" else 200,
    )


def _act(request: HttpRequest, found: Cohort, kind: str, form: RunForm) -> HttpResponseBase | None:
    what = request.POST.get("act", "")
    open_ = found.state in (Cohort.State.PLANNED, Cohort.State.RUNNING)
    if not open_ or what not in ("now", "skip", "set") or (what == "set" and not form.is_valid()):
        return None
    runs = {one.kind: one for one in steps.plan(found, by=request.viewer)}
    row = runs.get(kind)
    if row is None:
        messages.error(request, _("The step is not in use in this training."))
    elif what == "now":
        running.run_now(row, by=request.viewer)
        messages.success(request, _("The step is under way."))
    elif what == "skip":
        running.skip(row, by=request.viewer)
        messages.success(request, _("The step is left out of this start."))
    else:
        facts = form.cleaned_data
        running.set_run(row, due_on=facts["due_on"], mode=facts["mode"], by=request.viewer)
        messages.success(request, _("The step is changed in this start."))
    return redirect("autopilot:cohort", found.pk)
