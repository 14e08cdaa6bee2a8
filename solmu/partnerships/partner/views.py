"""The partner's page and what is done on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.lib.paging import BadCursorError, page
from solmu.lib.periods import last_day
from solmu.organisations.moved import following
from solmu.partnerships import describing, standing
from solmu.partnerships.growing import growing
from solmu.partnerships.growing.forms import FromForm
from solmu.partnerships.models import (
    Confirmation,
    Contact,
    DialogueEntry,
    Standing,
    ValueAssessment,
)
from solmu.partnerships.partner import confirming, contacts, dialogue, trail, value, value_picture
from solmu.partnerships.partner import files as partner_files
from solmu.partnerships.partner import rows as partner_rows
from solmu.partnerships.partner.forms import (
    ChangeForm,
    ConfirmForm,
    ContactForm,
    DescribeForm,
    DialogueForm,
    NextStepForm,
    ReasonForm,
    ValueForm,
    written_in,
)
from solmu.partnerships.partner.page import Partner, day_of, present_partner
from solmu.partnerships.permissions import (
    can_edit,
    can_edit_any,
    can_edit_dialogue,
    can_log_dialogue,
)
from solmu.partnerships.picture.waiting import CLAIMS
from solmu.ties.kinds import kind_name, told

PAGE_SIZE = 30
PRINTED = 500  # rows of each part on paper

TABS = (
    ("overview", gettext_lazy("Overview")),
    ("value", gettext_lazy("Value both ways")),
    ("contacts", gettext_lazy("Contacts")),
    ("dialogue", gettext_lazy("Dialogue")),
    ("together", gettext_lazy("Done together")),
    ("path", gettext_lazy("Path")),
    ("history", gettext_lazy("History")),
)

# Ways to another state, with their page's words.
MOVES: dict[str, dict[str, Any]] = {
    Standing.State.PAUSED: {
        "title": gettext_lazy("Pause the partnership"),
        "verb": gettext_lazy("Pause"),
        "text": gettext_lazy(
            "Nothing is lost: the level, the people and the evidence stay, and you can go on later."
        ),
        "done": gettext_lazy("The partnership is paused."),
    },
    Standing.State.ENDED: {
        "title": gettext_lazy("End the partnership"),
        "verb": gettext_lazy("End it"),
        "text": gettext_lazy(
            "It leaves today's picture from that day on. Its path and what was done together stay."
        ),
        "done": gettext_lazy("The partnership has ended."),
    },
    Standing.State.ACTIVE: {
        "title": gettext_lazy("Go on with the partnership"),
        "verb": gettext_lazy("Go on"),
        "text": gettext_lazy("It comes back to the picture as active from that day on."),
        "done": gettext_lazy("The partnership goes on."),
    },
}

View = Callable[..., HttpResponseBase]


def of_partner(view: View) -> View:
    """Give a view the partner of its address; 404 when the viewer may not know of it."""

    @wraps(view)
    @login_required
    @following(present_partner)
    def loaded(request: HttpRequest, pk: int, **rest: Any) -> HttpResponseBase:
        return view(request, Partner.load(request.viewer, pk), **rest)

    return loaded


def of_editor(view: View) -> View:
    """As `of_partner`, for those who may edit the partner; others 403."""

    @wraps(view)
    def checked(request: HttpRequest, partner: Partner, **rest: Any) -> HttpResponseBase:
        if not can_edit(request.viewer, partner.stakeholder):
            raise PermissionDenied
        return view(request, partner, **rest)

    return of_partner(checked)


@require_safe
@of_partner
def partner(request: HttpRequest, partner: Partner) -> HttpResponseBase:
    """How things stand with a partner, and all that is behind it; ?format= gives a file."""
    tab = request.GET.get("tab", "overview")
    if tab not in _PARTS:
        raise Http404
    if "format" in request.GET and (
        given := partner_files.file(request, partner, tab, _entries(request, partner))
    ):
        return given
    context = _page(request, partner, tab)
    context |= _PARTS[tab](request, partner)
    if "print" in request.GET:
        context["printed"] = _printed(request, partner, context)
    return render(request, "partnerships/partner.html", context)


def _printed(request: HttpRequest, partner: Partner, page: dict[str, Any]) -> list[SafeString]:
    """Every part of the page one after another, as paper has no tabs; nothing there to press."""
    read_only = {**page, "may_edit": False, "may_log": False, "printing": True}
    return [
        render_to_string(
            f"partnerships/partner_{key}.html",
            {**read_only, **_PARTS[key](request, partner)},
            request,
        )
        for key, _label in TABS
    ]


def _page(request: HttpRequest, partner: Partner, tab: str) -> dict[str, Any]:
    address = partner.stakeholder.get_absolute_url()
    return {
        "partner": partner,
        "stakeholder": partner.stakeholder,
        "tab": tab,
        "tab_template": f"partnerships/partner_{tab}.html",
        "tabs": [
            (label, address if key == "overview" else f"{address}?tab={key}", key == tab)
            for key, label in TABS
        ],
        "crumbs": [(_("Partnerships"), reverse("partnerships:list"))],
        "may_edit": can_edit(request.viewer, partner.stakeholder),
        "may_merge": can_edit_any(request.viewer, partner.stakeholder.institution_id),
        "may_log": can_log_dialogue(request.viewer, partner.stakeholder),
        "moves": _moves(partner),
        "waits": _waits(request, partner),
        "today": partner.today,
    }


def _moves(partner: Partner) -> list[tuple[Any, str]]:
    if partner.now is None:
        return []
    possible = standing.NEXT[partner.now.state]
    return [
        (words["title"], reverse("partnerships:partner-state", args=[partner.stakeholder.pk, to]))
        for to, words in MOVES.items()
        if to in possible and partner.now.state != Standing.State.POTENTIAL
    ]


def _waits(request: HttpRequest, partner: Partner) -> list[dict[str, Any]]:
    """What waits for the viewer with this partner."""
    if not can_log_dialogue(request.viewer, partner.stakeholder):
        return []
    edits = can_edit(request.viewer, partner.stakeholder)
    address = partner.stakeholder.get_absolute_url()
    found = [
        {
            "title": task.title,
            "language": task.language,
            "due": task.due_on,
            "verb": _("Do it"),
            "url": f"{address}?tab=dialogue#entry-{task.pk}",
        }
        for task in partner.tasks_due
    ]
    if not edits:
        return found
    step = partner.stakeholder
    if step.next_step_on and step.next_step_on <= partner.today:
        found.append(
            {
                "title": step.next_step or _("Next step"),
                "language": step.next_step_language if step.next_step else "",
                "due": step.next_step_on,
                "verb": _("Take it"),
                "url": f"{address}#next-step",
            }
        )
    if answer := partner.unheeded:
        corrected = answer.state == Confirmation.State.CORRECTED
        found.append(
            {
                "title": _("The partner has something to correct")
                if corrected
                else _("The partner didn't confirm"),
                "due": answer.answered_on,
                "verb": _("Look"),
                "url": f"{address}?tab=together#confirmations",
            }
        )
    if partner.is_claimed and partner.level and partner.level.rank >= CLAIMS:
        found.append(
            {
                "title": _("Nothing stands behind the level yet"),
                "due": None,
                "verb": _("Log a meeting"),
                "url": f"{address}?tab=dialogue",
            }
        )
    return found


# The parts, each at its own tab


def _overview(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    stakeholder = partner.stakeholder
    assessment = partner.assessment
    return {
        "latest": partner_rows.latest_entries(request.viewer, stakeholder.pk, partner.today),
        "assessment": assessment,
        "balance": value.balance(assessment) if assessment else "",
        "balance_picture": value_picture.balance(assessment) if assessment else "",
        "people": _people(partner)[:4],
        "next_step_form": NextStepForm(
            initial={
                "next_step": stakeholder.next_step,
                "next_step_on": stakeholder.next_step_on,
                "language": written_in(stakeholder.next_step, stakeholder.next_step_language),
            }
        ),
        "waiting_answers": _confirmations(partner)[:1],
        "extra": sorted(stakeholder.extra.items()),
        "panels": [
            panel
            for make in composed("PARTNER_PANELS")
            if (panel := make(request, stakeholder)) is not None
        ],
    }


def _value(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    rows = list(
        ValueAssessment.objects.filter(stakeholder=partner.stakeholder)
        .select_related("by")
        .order_by("on")
    )
    latest = rows[-1] if rows else None
    return {
        "assessment": latest,
        "assessments": rows[::-1],
        "sides": value.sides(latest) if latest else [],
        "balance": value.balance(latest) if latest else "",
        "balance_picture": value_picture.balance(latest) if latest else "",
        "trend_picture": value_picture.trend(rows) if len(rows) > 1 else "",
        "trend_rows": [(row, value.sides(row)) for row in rows[::-1]],
        "side_names": value.NAMES.values(),
    }


def _contacts(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    people = _people(partner)
    elsewhere: dict[int, list[Contact]] = {}
    others = Contact.objects.filter(
        person_id__in=[contact.person_id for contact in people],
        stakeholder__institution_id=partner.stakeholder.institution_id,
        valid__contains=partner.today,
    ).exclude(stakeholder=partner.stakeholder)
    for other in others.select_related("stakeholder__organisation").order_by("pk"):
        elsewhere.setdefault(other.person_id, []).append(other)
    for contact in people:
        contact.elsewhere = elsewhere.get(contact.person_id, [])  # type: ignore[attr-defined]
    return {"people": people, "former": _people(partner, former=True)}


def _entries(request: HttpRequest, partner: Partner) -> QuerySet[DialogueEntry]:
    """The dialogue that the viewer may read, under the filter of its kind."""
    entries = (
        DialogueEntry.objects.visible_to(request.viewer)
        .filter(stakeholder=partner.stakeholder)
        .select_related("author", "contact__person", "stakeholder")
    )
    kind = request.GET.get("kind", "")
    return entries.filter(kind=kind) if kind in DialogueEntry.Kind.values else entries


def _dialogue(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    entries = _entries(request, partner)
    is_open = Q(kind=DialogueEntry.Kind.TASK, done_on=None)
    order = [("on", "desc"), ("id", "desc")]
    try:
        shown = page(entries.exclude(is_open), order, request.GET.get("after"), _size(request))
    except BadCursorError as error:
        raise Http404 from error
    tasks = list(entries.filter(is_open).order_by("due_on", "pk")[:20])
    for entry in (*tasks, *shown.rows):
        entry.may_edit = can_edit_dialogue(request.viewer, entry)  # type: ignore[attr-defined]
    kind = request.GET.get("kind", "")
    return {
        "tasks": tasks,
        "entries": shown.rows,
        "next": shown.next,
        "kind": kind if kind in DialogueEntry.Kind.values else "",
        "kinds": DialogueEntry.Kind.choices,
        "form": DialogueForm(stakeholder=partner.stakeholder),
    }


def _size(request: HttpRequest) -> int:
    return PRINTED if "print" in request.GET else PAGE_SIZE


def _together(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    try:
        shown = page(
            partner.evidence,
            [("valid__startswith", "desc"), ("id", "desc")],
            request.GET.get("after"),
            _size(request),
        )
    except BadCursorError as error:
        raise Http404 from error
    return {
        "lines": told(shown.rows, request.viewer),
        "kind_figures": [
            (row["number"], kind_name(kind)) for kind, row in partner.evidence_by_kind.items()
        ],
        "next": shown.next,
        "confirmations": _confirmations(partner),
    }


def _path(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    stakeholder, today = partner.stakeholder, partner.today
    found: list[growing.Proposal] = []
    if can_edit(request.viewer, stakeholder):
        found = growing.proposals(stakeholder.institution_id, today, stakeholder=stakeholder)
    return {
        "undoable": standing.last_change(stakeholder),
        "growth_steps": [
            (name, day_of(day) if day else "", state)
            for name, day, state in growing.steps(partner.standings, today)
        ],
        "common_networks": growing.common_networks(
            stakeholder.institution_id, stakeholder.organisation_id, today
        ),
        "growth_proposal": found[0] if found else None,
        "open_networks": request.viewer.networks,
        "growth_form": FromForm(initial={"on": today}),
    }


def _history(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    return {"parts": trail.parts(partner.stakeholder, request.viewer)}


_PARTS: dict[str, Callable[[HttpRequest, Partner], dict[str, Any]]] = {
    "overview": _overview,
    "value": _value,
    "contacts": _contacts,
    "dialogue": _dialogue,
    "together": _together,
    "path": _path,
    "history": _history,
}


def _people(partner: Partner, *, former: bool = False) -> list[Contact]:
    people = partner_rows.contacts(former, stakeholder=partner.stakeholder.pk, today=partner.today)
    for contact in people:
        contact.last_day = last_day(contact.valid)  # type: ignore[attr-defined]
    return people


def _confirmations(partner: Partner) -> list[Any]:
    rows: list[Any] = partner.confirmations
    expires = confirming.expires(rows)
    for row in rows:
        row.open_until = expires.get(row.pk)
        row.is_waiting = row.state == Confirmation.State.ASKED and row.pk in expires
        row.has_expired = row.state == Confirmation.State.ASKED and row.pk not in expires
        row.parts = confirming.parts_in(row, row.language)
    return rows


# How it stands


@require_http_methods(["GET", "POST"])
@of_editor
def change(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Change what is dated, from a day on and for a reason."""
    base = partner.now or (partner.coming[0] if partner.coming else None)
    posted = request.POST if request.method == "POST" else None
    if posted and posted.get("base", "").isdecimal():
        # What the form was filled from, so that only what the person changed is a change.
        base = next((row for row in partner.standings if str(row.pk) == posted["base"]), base)
    form = ChangeForm(
        posted,
        stakeholder=partner.stakeholder,
        standing=base,
        viewer=request.viewer,
        derived_scope=partner.derived_scope,
    )
    if form.is_valid():
        facts = form.facts()
        if not partner.standings:
            facts = {"state": form.cleaned_data["state"], **facts}
        try:
            standing.change(
                partner.stakeholder,
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                by=request.viewer,
                language=form.cleaned_data["language"],
                **facts,
            )
        except standing.StandingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Changed. The path shows it, and there it can be undone."))
            return redirect(partner.stakeholder)
    context = {"partner": partner, "form": form, "base": base, "crumbs": _crumbs(partner)}
    return render(request, "partnerships/partner_change.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
@of_editor
def state(request: HttpRequest, partner: Partner, to: str) -> HttpResponse:
    """Pause, end or go on, from a day and for a reason."""
    if to not in MOVES:
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            standing.change(
                partner.stakeholder,
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                by=request.viewer,
                language=form.cleaned_data["language"],
                state=to,
            )
        except standing.StandingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, str(MOVES[to]["done"]))
            return redirect(partner.stakeholder)
    context = {"partner": partner, "form": form, "words": MOVES[to], "crumbs": _crumbs(partner)}
    return render(request, "partnerships/partner_state.html", context, status=_status(form))


@require_POST
@of_editor
def undo(request: HttpRequest, partner: Partner, standing_pk: int) -> HttpResponse:
    """Take the last change back."""
    row = get_object_or_404(Standing, pk=standing_pk, stakeholder=partner.stakeholder)
    try:
        standing.undo(row, by=request.viewer)
    except standing.StandingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone."))
    return redirect(_tab(partner, "path"))


@require_http_methods(["GET", "POST"])
@of_editor
def edit(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Change roles and notes."""
    stakeholder = partner.stakeholder
    language = written_in(stakeholder.notes, stakeholder.notes_language)
    initial = {"roles": stakeholder.roles, "notes": stakeholder.notes, "language": language}
    form = DescribeForm(request.POST or None, initial=initial)
    if form.is_valid():
        describing.describe(stakeholder, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(stakeholder)
    context = {
        "partner": partner,
        "form": form,
        "title": _("Roles and notes"),
        "crumbs": _crumbs(partner),
    }
    return render(request, "partnerships/partner_form.html", context, status=_status(form))


@require_POST
@of_editor
def next_step(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Set the next step; empty when it has been taken."""
    form = NextStepForm(request.POST)
    if form.is_valid():
        describing.describe(partner.stakeholder, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return redirect(partner.stakeholder)


# Value


@require_http_methods(["GET", "POST"])
@of_editor
def assess(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Write how value looks; the texts begin from the last assessment."""
    last = ValueAssessment.objects.filter(stakeholder=partner.stakeholder).order_by("-on").first()
    initial = {}
    if last:
        initial = {key: getattr(last, key) for key in (*value.SIDES, "language")}
        initial |= {f"{key}_score": getattr(last, f"{key}_score") for key in value.SIDES}
    form = ValueForm(request.POST or None, initial=initial)
    if form.is_valid():
        value.assess(
            partner.stakeholder, on=form.cleaned_data["on"], by=request.viewer, **form.facts()
        )
        messages.success(request, _("Saved."))
        return redirect(_tab(partner, "value"))
    context = {"partner": partner, "form": form, "crumbs": _crumbs(partner)}
    return render(request, "partnerships/partner_assess.html", context, status=_status(form))


# Contacts


@require_http_methods(["GET", "POST"])
@of_editor
def contact_add(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Add a contact person."""
    form = ContactForm(request.POST or None)
    if form.is_valid():
        try:
            contacts.add(partner.stakeholder, by=request.viewer, **form.cleaned_data)
        except contacts.ContactError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Added."))
            return redirect(_tab(partner, "contacts"))
    context = {
        "partner": partner,
        "form": form,
        "title": _("Add a contact person"),
        "crumbs": _crumbs(partner),
    }
    return render(request, "partnerships/partner_contact.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
@of_editor
def contact_edit(request: HttpRequest, partner: Partner, contact_pk: int) -> HttpResponse:
    """Change a contact person."""
    contact = _contact(partner, contact_pk)
    form = ContactForm(request.POST or None, contact=contact)
    if form.is_valid():
        contacts.edit(contact, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(_tab(partner, "contacts"))
    context = {
        "partner": partner,
        "form": form,
        "contact": contact,
        "title": contact.person.name,
        "crumbs": _crumbs(partner),
    }
    return render(request, "partnerships/partner_contact.html", context, status=_status(form))


@require_POST
@of_editor
def contact_end(request: HttpRequest, partner: Partner, contact_pk: int) -> HttpResponse:
    """End a contact, or let an ended one go on."""
    contact = _contact(partner, contact_pk)
    try:
        if request.POST.get("resume"):
            contacts.resume(contact, by=request.viewer)
            messages.success(
                request, _("%(name)s is a contact again.") % {"name": contact.person.name}
            )
        else:
            contacts.end(contact, by=request.viewer)
            messages.success(
                request, _("%(name)s isn't a contact any more.") % {"name": contact.person.name}
            )
    except contacts.ContactError as error:
        messages.error(request, str(error))
    return redirect(_tab(partner, "contacts"))


# Dialogue


@require_POST
@of_partner
def log(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Log a meeting, call, visit, note or task."""
    if not can_log_dialogue(request.viewer, partner.stakeholder):
        raise PermissionDenied
    form = DialogueForm(request.POST, stakeholder=partner.stakeholder)
    if form.is_valid():
        dialogue.log(partner.stakeholder, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("Logged."))
        return redirect(_tab(partner, "dialogue"))
    context = _page(request, partner, "dialogue") | _dialogue(request, partner) | {"form": form}
    return render(request, "partnerships/partner.html", context, status=422)


@require_http_methods(["GET", "POST"])
@of_partner
def entry(request: HttpRequest, partner: Partner, entry_pk: int) -> HttpResponse:
    """Change a dialogue entry."""
    row = _entry(request, partner, entry_pk)
    initial = {name: getattr(row, name) for name in DialogueForm.base_fields}
    form = DialogueForm(request.POST or None, stakeholder=partner.stakeholder, initial=initial)
    if form.is_valid():
        dialogue.edit(row, by=request.viewer, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(f"{_tab(partner, 'dialogue')}#entry-{row.pk}")
    context = {"partner": partner, "form": form, "entry": row, "crumbs": _crumbs(partner)}
    return render(request, "partnerships/partner_entry.html", context, status=_status(form))


@require_POST
@of_partner
def entry_done(request: HttpRequest, partner: Partner, entry_pk: int) -> HttpResponse:
    """Mark a task done, or open it again."""
    row = _entry(request, partner, entry_pk)
    if request.POST.get("reopen"):
        dialogue.reopen(row, by=request.viewer)
        messages.success(request, _("The task is open again."))
    else:
        dialogue.finish(row, by=request.viewer)
        messages.success(request, _("Done."))
    return redirect(_tab(partner, "dialogue"))


@require_POST
@of_partner
def entry_remove(request: HttpRequest, partner: Partner, entry_pk: int) -> HttpResponse:
    """Take away an entry logged by mistake."""
    dialogue.remove(_entry(request, partner, entry_pk), by=request.viewer)
    messages.success(request, _("Removed. The history keeps it."))
    return redirect(_tab(partner, "dialogue"))


# Confirmations, from our side


@require_http_methods(["GET", "POST"])
@of_editor
def ask(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Ask a contact to confirm the partnership, showing only what is ticked."""
    people = Contact.objects.filter(
        stakeholder=partner.stakeholder, valid__contains=clock.today()
    ).exclude(person__email="")
    people = people.select_related("person").order_by("person__family_name", "pk")
    form = ConfirmForm(
        request.POST or None, people=people, preview=confirming.preview(partner.stakeholder)
    )
    if form.is_valid():
        contact = form.cleaned_data["contact"]
        try:
            confirming.ask(partner.stakeholder, contact, shows=form.chosen(), by=request.viewer)
        except confirming.ConfirmingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("A link is on its way to %(name)s.") % {"name": contact.person.name}
            )
            return redirect(f"{_tab(partner, 'together')}#confirmations")
    context = {
        "partner": partner,
        "form": form,
        "has_people": people.exists(),
        "days": confirming.DAYS,
        "crumbs": _crumbs(partner),
    }
    return render(request, "partnerships/partner_ask.html", context, status=_status(form))


@require_POST
@of_editor
def resend(request: HttpRequest, partner: Partner, confirmation_pk: int) -> HttpResponse:
    """Send a question again."""
    row = get_object_or_404(Confirmation, pk=confirmation_pk, stakeholder=partner.stakeholder)
    return _confirmation_step(request, partner, confirming.resend, row, _("Sent again."))


@require_POST
@of_editor
def cancel(request: HttpRequest, partner: Partner, confirmation_pk: int) -> HttpResponse:
    """Take a question back."""
    row = get_object_or_404(Confirmation, pk=confirmation_pk, stakeholder=partner.stakeholder)
    return _confirmation_step(
        request, partner, confirming.cancel, row, _("Cancelled. The link is dead.")
    )


def _confirmation_step(
    request: HttpRequest, partner: Partner, step: Any, row: Confirmation, done: str
) -> HttpResponse:
    try:
        step(row, by=request.viewer)
    except confirming.ConfirmingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(f"{_tab(partner, 'together')}#confirmations")


def _contact(partner: Partner, pk: int) -> Contact:
    rows = Contact.objects.select_related("person")
    return get_object_or_404(rows, pk=pk, stakeholder=partner.stakeholder)


def _entry(request: HttpRequest, partner: Partner, pk: int) -> DialogueEntry:
    seen = DialogueEntry.objects.visible_to(request.viewer).select_related("stakeholder")
    row = get_object_or_404(seen, pk=pk, stakeholder=partner.stakeholder)
    if not can_edit_dialogue(request.viewer, row):
        raise PermissionDenied
    return row


def _tab(partner: Partner, tab: str) -> str:
    return f"{partner.stakeholder.get_absolute_url()}?tab={tab}"


def _crumbs(partner: Partner) -> list[tuple[Any, str]]:
    return [
        (_("Partnerships"), reverse("partnerships:list")),
        (partner.organisation.name, partner.stakeholder.get_absolute_url()),
    ]


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
