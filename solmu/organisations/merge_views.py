"""Pages of merging two entries: asking, settling overlaps, deciding, taking back."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from solmu.audit.changes import Part
from solmu.lib.absorbing import GONE, KEPT, Overlap
from solmu.lib.periods import first_day, last_day
from solmu.organisations import merging
from solmu.organisations.forms import OrganisationField
from solmu.organisations.models import Merge, Organisation
from solmu.organisations.permissions import (
    can_ask_merge,
    can_ask_undo,
    can_decide_merge,
    can_undo_merge,
)
from solmu.organisations.querysets import UNDO_ASKED
from solmu.people.viewer import Viewer

# What the rows whose periods may overlap are called, by the model's label.
NAMES = {
    "organisations.Relation": gettext_lazy("relation"),
    "partnerships.Standing": gettext_lazy("how the partner stands"),
    "partnerships.Contact": gettext_lazy("contact person"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """An overlap as a person is asked about it."""

    key: str
    label: Any
    kept: dict[str, Any]
    gone: dict[str, Any]
    answer: str


class OtherForm(forms.Form):
    """The other entry."""

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = OrganisationField(viewer, label=_("The other entry"), max_length=250)


@require_http_methods(["GET", "POST"])
@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that two entries are one; what would overlap is settled first."""
    seen = Organisation.objects.visible_to(request.viewer)
    found = get_object_or_404(seen, pk=pk)
    if not can_ask_merge(request.viewer, found):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    form = OtherForm(given if "other" in given else None, viewer=request.viewer)
    context: dict[str, Any] = {"organisation": found, "form": form}
    status = 200
    if form.is_bound and form.is_valid():
        choices = asked_choices(request)
        try:
            kept, gone = merging.ends(found, form.cleaned_data["other"])
            seen_before = merging.preview(kept, gone, choices)
            questions = questions_of(seen_before.overlaps, choices, request.viewer)
            context |= {"kept": kept, "gone": gone, "questions": questions}
            if request.method == "POST" and "merge" in request.POST:
                unsettled = [one for one in questions if one.key not in choices]
                if not unsettled:
                    viewer = request.viewer
                    merge = merging.ask(
                        kept, gone, by=viewer, choices=choices, institution_id=viewer.institution_id
                    )
                    return _told(request, merge)
                status = 422
                messages.warning(request, _("Say first which of the overlapping periods holds."))
        except merging.MergeError as error:
            form.add_error(None, str(error))
    return render(request, "organisations/merge_ask.html", context, status=status)


@require_GET
@login_required
def merges(request: HttpRequest) -> HttpResponse:
    """Merges that wait, and those that have been done."""
    seen = (
        Merge.objects.visible_to(request.viewer)
        .select_related("kept", "gone", "asked_by")
        .order_by("-pk")
    )
    waits = Q(state=Merge.State.WAITING) | UNDO_ASKED
    return render(
        request,
        "organisations/merges.html",
        {
            "waiting": seen.filter(waits),
            "decided": seen.exclude(waits)[:100],
        },
    )


@require_http_methods(["GET", "POST"])
@login_required
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """One merge: an administrator accepts or declines; later it can be taken back."""
    found = get_object_or_404(
        Merge.objects.visible_to(request.viewer).select_related("kept", "gone", "asked_by"), pk=pk
    )
    viewer = request.viewer
    may_decide = found.state == Merge.State.WAITING and can_decide_merge(viewer, found)
    done = found.state == Merge.State.DONE
    may_undo = done and can_undo_merge(viewer, found)
    may_ask_undo = done and not may_undo and can_ask_undo(viewer, found)
    choices = {**found.choices, **asked_choices(request)}
    if request.method == "POST":
        act = request.POST.get("act", "")
        may = {
            "accept": may_decide,
            "decline": may_decide,
            "undo": may_undo,
            "ask-undo": may_ask_undo,
            "keep": may_undo and viewer.is_admin,
        }
        if not may.get(act, True):
            raise PermissionDenied
        try:
            return _act(request, found, act, choices)
        except merging.MergeError as error:
            messages.error(request, str(error))
    questions = []
    if may_decide:
        try:
            overlaps = merging.preview(found.kept, found.gone, {}).overlaps
            questions = questions_of(overlaps, choices, viewer)
        except merging.MergeError as error:
            messages.error(request, str(error))
    return render(
        request,
        "organisations/merge.html",
        {
            "merge": found,
            "questions": questions,
            "may_decide": may_decide,
            "may_undo": may_undo,
            "may_ask_undo": may_ask_undo,
        },
        status=422 if request.method == "POST" else 200,
    )


def _act(request: HttpRequest, found: Merge, act: str, choices: dict[str, str]) -> HttpResponse:
    if act == "accept":
        merging.accept(found, by=request.viewer, choices=choices)
        found.refresh_from_db()
        return _told(request, found)
    if act == "undo":
        left = merging.take_back(found, by=request.viewer)
        if left:
            text = _(
                "The merge is taken back, but %(n)s changes made since stay with the kept entry."
            )
            messages.warning(request, text % {"n": len(left)})
        else:
            messages.success(request, _("The merge is taken back."))
    elif act == "ask-undo":
        merging.ask_undo(found, by=request.viewer)
        messages.success(request, _("An administrator is asked to take the merge back."))
    elif act == "keep":
        merging.keep(found, by=request.viewer)
        messages.success(request, _("The entries stay one."))
    elif act == "decline":
        merging.decline(found, by=request.viewer)
        messages.success(request, _("Both entries stay as they are."))
    return redirect("organisations:merge", found.pk)


def _told(request: HttpRequest, merge: Merge) -> HttpResponse:
    if merge.state == Merge.State.WAITING:
        messages.info(
            request, _("Others may use these entries too: an administrator looks at it first.")
        )
        return redirect("organisations:merge", merge.pk)
    messages.success(request, _("The entries are one now."))
    return redirect(merge.kept)


def asked_choices(request: HttpRequest) -> dict[str, str]:
    """Which period holds, for each overlap that was answered."""
    return {
        key.removeprefix("holds-"): value
        for key, value in request.POST.items()
        if key.startswith("holds-") and value in {KEPT, GONE}
    }


def questions_of(
    overlaps: list[Overlap], choices: dict[str, str], viewer: Viewer
) -> list[Question]:
    """The overlaps that the viewer may know of, as questions."""
    asked: dict[str, Question] = {}
    for overlap in overlaps:
        if not viewer.is_admin and _institution_of(overlap.kept) not in viewer.institutions:
            continue
        label = overlap.kept._meta.label  # noqa: SLF001
        asked[overlap.key] = Question(
            key=overlap.key,
            label=NAMES.get(label, overlap.kept._meta.verbose_name),  # noqa: SLF001
            kept=_described(overlap.kept),
            gone=_described(overlap.gone),
            answer=choices.get(overlap.key, ""),
        )
    return list(asked.values())


def _institution_of(row: models.Model) -> int | None:
    for holder in (row, getattr(row, "stakeholder", None)):
        if found := getattr(holder, "institution_id", None):
            return int(found)
    return None


def _described(row: models.Model) -> dict[str, Any]:
    facts = []
    for column, label in Part(type(row), Q(), "").fields:
        value = getattr(row, column.name)
        if column.name == "valid" or value in (None, "", []) or isinstance(value, list | dict):
            continue
        if column.choices:
            value = dict(column.flatchoices).get(value, value)
        facts.append((label, value))
    return {
        "since": first_day(row.valid),  # type: ignore[attr-defined]
        "until": last_day(row.valid),  # type: ignore[attr-defined]
        "facts": facts[:6],
    }
