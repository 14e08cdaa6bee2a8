"""The board of a cohort: participants by state, what is stuck, and acts for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.lib.paging import Source
from solmu.organisations.fields import FIELDS
from solmu.training import states
from solmu.training.autopilot import board, steps
from solmu.training.autopilot.forms import MessageForm
from solmu.training.autopilot.models import StepRun, Trace
from solmu.training.learning.models import Page, Version
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.page import cohort_shell, run_cohort, trail
from solmu.training.states import State
from solmu.training.systems import working
from solmu.ui.filters import Filter, FilterBar
from solmu.ui.markup import badge
from solmu.ui.tables import Column, Table

STUCK = "stuck"
NONE = (0, 0)
NAMED = 30


def page(request: HttpRequest, cohort: Cohort) -> HttpResponseBase:
    """The board; the page of a cohort below asks for it."""
    bar = _bar(request)
    counts = board.counts(cohort)
    pages = _pages(cohort)
    table = Table(
        request,
        _columns(pages, cohort.programme),
        _rows(cohort, bar),
        default_sort="name",
        name="participants",
        caption=_("Participants"),
        empty=_("Nobody has applied yet.") if not bar.on else _("Nobody is so."),
    )
    if answer := table.export():
        return answer
    systems = working.chosen(cohort.programme)
    panels = [panel for make in composed("COHORT_PANELS") if (panel := make(request, cohort))]
    return render(
        request,
        "autopilot/board.html",
        cohort_shell(
            request,
            cohort,
            "training:cohort",
            bar=bar,
            table=table,
            taken=sum(counts.get(state, NONE)[0] for state in states.PLACED),
            waiting=counts.get(states.State.WAITING, NONE)[0],
            panels=panels,
            strip=_strip(request, counts, systems),
            held=sum(held for _n, held in counts.values()),
            stuck_url=f"?show={STUCK}",
            routine=_routine(cohort, systems),
            query=request.GET.urlencode(),
            next_start=board.next_start(cohort),
            accounts=board.OF_ACCOUNTS & set(board.shown_states(systems)),
        ),
    )


def _bar(request: HttpRequest) -> FilterBar:
    return FilterBar(
        request,
        [
            Filter("state", _("State"), [(s.value, s.label) for s in states.State]),
            Filter("show", _("Show"), [(STUCK, _("those who are stuck"))]),
        ],
        search="q",
        search_label=_("Name, e-mail or workplace"),
    )


def _chosen(cohort: Cohort, bar: FilterBar) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(cohort=cohort)
    if bar.chosen["state"]:
        rows = rows.filter(state__in=bar.chosen["state"])
    if bar.text:
        rows = rows.called(bar.text)
    if bar.chosen["show"]:
        return board.only_stuck(rows)
    return rows


def _rows(cohort: Cohort, bar: FilterBar) -> QuerySet[Enrolment] | Source[Enrolment]:
    """The rows of the list; by SQL that is made once, where nothing is searched for."""

    def made(rows: QuerySet[Enrolment], **days: Any) -> QuerySet[Enrolment]:
        found = board.with_done(board.with_stuck(rows, **days)).select_related("person")
        return found.filter(~Q(stuck="")) if bar.chosen["show"] else found

    if bar.text:
        return made(_chosen(cohort, bar), **board.days())
    chosen = sorted(bar.chosen["state"])

    def make(*, cohort: int, **days: Any) -> QuerySet[Enrolment]:
        rows = Enrolment.objects.filter(cohort_id=cohort)
        return made(rows.filter(state__in=chosen) if chosen else rows, **days)

    form = ("participants", *chosen, bool(bar.chosen["show"]))
    return Source(form, make, {"cohort": cohort.pk, **board.days()})


def _pages(cohort: Cohort) -> int:
    newest = (
        Version.objects.published().filter(programme_id=cohort.programme_id).order_by("-number")
    )
    return Page.objects.filter(part__version__in=newest.values("pk")[:1]).count()


def _strip(request: HttpRequest, counts: dict[str, tuple[int, int]], systems: Any) -> SafeString:
    """The states with how many are in each, as links that filter."""
    chosen = request.GET.getlist("state")
    cells = []
    for state in board.shown_states(systems, counts):
        n, held = counts.get(state, (0, 0))
        current = ' aria-current="true"' if state in chosen else ""
        note = ngettext("%(n)s stuck", "%(n)s stuck", held) % {"n": held} if held else ""
        inner = f'<b class="num">{n}</b> <span>{conditional_escape(state.label)}</span>' + (
            f' <span class="held">{conditional_escape(note)}</span>' if note else ""
        )
        cells.append(
            f'<li><a href="?state={state.value}"{current}>{inner}</a></li>'
            if n
            else f'<li><span class="none">{inner}</span></li>'
        )
    label = conditional_escape(_("Participants by state"))
    return mark_safe(f'<ul class="states" aria-label="{label}">{"".join(cells)}</ul>')


def _routine(cohort: Cohort, systems: Any) -> list[tuple[str, str, str]]:
    """The steps as a line: done, now, to come."""
    runs = {one.kind: one for one in cohort.runs.all()}
    found = []
    now_told = False
    for kind, step in steps.shown(cohort.programme, systems).items():
        run = runs.get(kind)
        if run is None and not step.on:
            continue
        day = run.due_on if run else steps.due_on(step, cohort)
        over = run is not None and run.state in (StepRun.State.DONE, StepRun.State.SKIPPED)
        state = "done" if over else "" if now_told else "now"
        now_told = now_told or not over
        note = date_format(day, "SHORT_DATE_FORMAT")
        if run and run.state != StepRun.State.PLANNED:
            note += f" · {run.get_state_display()}"
        found.append((str(step.get_kind_display()), note, state))
    return found


def _columns(pages: int, programme: Programme) -> list[Column[Any]]:
    # Few words and days come again and again.
    day = cache(lambda day: date_format(day, "SHORT_DATE_FORMAT"))
    of_state = cache(lambda state: badge(State(state).label, states.TONES[State(state)]))

    @cache
    def why(code: str) -> Any:
        told = badge(board.WHY[code], "berry") if code else ""
        url = board.help_url(code, programme)
        return format_html('<a href="{}">{}</a>', url, told) if url else told

    return [
        Column("name", _("Name"), _name, sort="person__family_name",
               export=lambda row: row.person.name),
        Column("state", _("State"), lambda row: of_state(row.state), sort="state",
               export=lambda row: str(row.get_state_display())),
        Column("since", _("Since"), lambda row: day(clock.local(row.state_since).date()),
               sort="state_since", export=lambda row: row.state_since.date()),
        Column("stuck", _("Needs a person"), lambda row: why(row.stuck),
               export=lambda row: str(board.WHY.get(row.stuck, ""))),
        Column("pages", _("Pages done"),
               lambda row: f"{row.pages_done} / {pages}" if pages else "–",
               numeric=True, export=lambda row: row.pages_done),
        Column("score", _("Score"), _score, sort="score", numeric=True,
               export=lambda row: row.score),
        Column("last", _("Access until"),
               lambda row: day(row.last) if row.last else "–",
               export=lambda row: row.last),
        Column("email", _("E-mail"), lambda row: row.person.email, shown=False,
               export=lambda row: row.person.email),
        Column("phone", _("Phone"), lambda row: row.person.phone, shown=False,
               export=lambda row: row.person.phone),
        Column("workplace", _("Workplace"), lambda row: row.workplace_name, sort="workplace_name",
               shown=False, export=lambda row: row.workplace_name),
        Column("field", _("Field"), lambda row: FIELDS.get(row.field, "–"), sort="field",
               shown=False, export=lambda row: str(FIELDS.get(row.field, ""))),
        Column("note", _("Notes"), lambda row: row.note, shown=False,
               export=lambda row: row.note),
        Column("applied", _("Applied"),
               lambda row: day(clock.local(row.applied_at).date()), sort="applied_at",
               shown=False, export=lambda row: row.applied_at.date()),
    ]  # fmt: skip


_NOBODY = "00000000-0000-0000-0000-000000000000"
_ADDRESS = cache(lambda: reverse("training:enrolment", args=[_NOBODY]))


def _name(row: Enrolment) -> SafeString:
    return format_html(
        '<span class="pick"><input type="checkbox" name="who" value="{0}" form="bulk"'
        ' aria-label="{1}"><a href="{2}">{1}</a></span>',
        row.pk,
        row.person,
        _ADDRESS().replace(_NOBODY, str(row.uuid)),
    )


def _score(row: Enrolment) -> str:
    return f"{number_format(row.score.normalize())} %" if row.score is not None else "–"


# Acts for many.


def _who(request: HttpRequest, cohort: Cohort) -> QuerySet[Enrolment]:
    """The participants that were ticked, or all that the filter shows."""
    rows = _chosen(cohort, _bar(request))
    if not request.POST.get("all"):
        ids = [int(each) for each in request.POST.getlist("who") if each.isdigit()]
        rows = rows.filter(pk__in=ids)
    return rows.select_related("person").order_by("applied_at", "pk")


def _back(request: HttpRequest, cohort: Cohort) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(cohort.get_absolute_url() + (f"?{query}" if query else ""))


@require_POST
@login_required
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Move, extend, mark checked or withdraw some participants."""
    found = run_cohort(request, pk)
    what = request.POST.get("act", "")
    rows = list(_who(request, found))
    if what not in (board.MOVE, board.EXTEND, board.CHECKED, board.WITHDRAW):
        return _back(request, found)
    if not rows:
        messages.error(request, _("Choose participants first."))
        return _back(request, found)
    if what == board.WITHDRAW and "sure" not in request.POST:
        context = _people(request, found, rows, everybody=bool(request.POST.get("all")))
        return render(request, "autopilot/withdraw.html", context)
    outcome = board.act(found, rows, what, by=request.viewer)
    said = {
        board.MOVE: _("Moved to the next start and told so: %(n)s."),
        board.EXTEND: _("Given two weeks more: %(n)s."),
        board.CHECKED: _("Account marked as checked: %(n)s."),
        board.WITHDRAW: _("Withdrawn: %(n)s."),
    }[what] % {"n": outcome.done}
    if outcome.left:
        said += " " + _("Not possible for %(n)s.") % {"n": outcome.left}
    (messages.success if outcome.done else messages.error)(request, said)
    return _back(request, found)


@require_http_methods(["GET", "POST"])
@login_required
def write(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write a message to some participants: chosen on the board, else all that the filter shows."""
    found = run_cohort(request, pk)
    sends = request.POST.get("send") is not None
    everybody = request.method == "GET" or bool(request.POST.get("all"))
    if request.method == "GET":
        rows = _chosen(found, _bar(request)).exclude(state=states.State.WITHDRAWN)
        rows = rows.select_related("person").order_by("applied_at", "pk")
    else:
        rows = _who(request, found)
    people = list(rows)
    if request.method == "POST" and not people:
        messages.error(request, _("Choose participants first."))
        return _back(request, found)
    form = MessageForm(request.POST if sends else None)
    if sends and form.is_valid():
        outcome = board.write(found, people, **form.cleaned_data)
        text = _("Written to %(n)s.") % {"n": outcome.done}
        if outcome.left:
            text += " " + _("No e-mail address: %(n)s.") % {"n": outcome.left}
        messages.success(request, text)
        return _back(request, found)
    return render(
        request,
        "autopilot/write.html",
        {**_people(request, found, people, everybody=everybody), "form": form},
        status=422 if form.is_bound else 200,
    )


def _people(
    request: HttpRequest, found: Cohort, people: Sequence[Enrolment], *, everybody: bool
) -> dict[str, Any]:
    """What a page shows of the participants that something is done for."""
    return {
        "cohort": found,
        "programme": found.programme,
        "trail": trail(found.programme, found),
        "everybody": everybody,
        "who": [] if everybody else [row.pk for row in people],
        "names": [row.person.name for row in people[:NAMED]],
        "n": len(people),
        "more": max(0, len(people) - NAMED),
        "query": request.GET.urlencode(),
    }


def traces(enrolment: Enrolment) -> list[dict[str, Any]]:
    """What the steps have done for a participant, for their page."""
    words = what_words()
    rows = Trace.objects.filter(enrolment=enrolment).filter(~Q(what="")).order_by("-at", "-pk")
    return [
        {
            "on": clock.local(row.at).date(),
            "title": row.get_step_display(),
            "note": date_format(clock.local(row.at), "TIME_FORMAT")
            + " · "
            + words.get(row.what.split(" 2")[0], row.what),
        }
        for row in rows
    ]


def what_words() -> dict[str, str]:
    """What traces say, in words."""
    return {
        "invited": _("invited, and the account made"),
        "asked to check": _("asked to try the account"),
        "started": _("started, and the link sent"),
        "reminded": _("reminded"),
        "closed": _("closed"),
        "no e-mail": _("nothing could be sent: no e-mail address"),
    }
