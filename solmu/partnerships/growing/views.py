"""Partnerships that have grown from two to many: the person's yes or no."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from solmu.lib import clock
from solmu.partnerships.growing import growing as growth
from solmu.partnerships.growing.forms import FromForm
from solmu.partnerships.models import Stakeholder
from solmu.partnerships.permissions import can_edit, can_edit_any
from solmu.partnerships.standing import StandingError


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def growing(request: HttpRequest) -> HttpResponse:
    """All proposals of the institution on one page; several are answered at once."""
    viewer = request.viewer
    if viewer.institution_id is None:
        raise Http404
    if not can_edit_any(viewer, viewer.institution_id):
        raise PermissionDenied
    today = clock.today()
    found = growth.proposals(viewer.institution_id, today)
    sent = request.POST if request.method == "POST" else None
    form = FromForm(sent, initial={"on": today})
    if request.method == "POST":
        chosen = growth.chosen(found, request.POST.getlist("partner"))
        if form.is_valid() and chosen:
            return _answered(request, chosen, form)
        if not chosen:
            form.add_error(None, _("Choose at least one partnership."))
    context: dict[str, Any] = {
        "proposals": found,
        "form": form,
        "crumbs": [(_("Partnerships"), reverse("partnerships:list"))],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "partnerships/growing.html", context, status=status)


def _answered(request: HttpRequest, chosen: list[growth.Proposal], form: FromForm) -> HttpResponse:
    day = form.cleaned_data["on"]
    if request.POST.get("answer") == "no":
        for proposal in chosen:
            growth.decline(proposal, on=clock.today(), by=request.viewer)
        done = ngettext(
            "%(n)s partnership stays as it is.", "%(n)s partnerships stay as they are.", len(chosen)
        )
        messages.success(request, done % {"n": len(chosen)})
        return redirect("partnerships:growing")
    changed = 0
    for proposal in chosen:
        try:
            growth.accept(proposal, on=day, by=request.viewer)
            changed += 1
        except StandingError as error:
            messages.error(request, f"{proposal.stakeholder}: {error}")
    if changed:
        done = ngettext(
            "%(n)s partnership has its new form.",
            "%(n)s partnerships have their new form.",
            changed,
        )
        messages.success(request, done % {"n": changed})
    return redirect("partnerships:growing")


@require_POST
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the proposal about one partnership, on its own page."""
    stakeholder = get_object_or_404(
        Stakeholder.objects.visible_to(request.viewer).select_related("organisation"), pk=pk
    )
    if not can_edit(request.viewer, stakeholder):
        raise PermissionDenied
    today = clock.today()
    found = growth.proposals(stakeholder.institution_id, today, stakeholder=stakeholder)
    address = f"{stakeholder.get_absolute_url()}?tab=path"
    if not found:
        messages.info(request, _("Nothing waits for an answer any more."))
        return redirect(address)
    form = FromForm(request.POST)
    if request.POST.get("answer") == "no":
        growth.decline(found[0], on=today, by=request.viewer)
        messages.success(request, _("The form stays as it is."))
    elif not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors.get("on", [])))
    else:
        try:
            growth.accept(found[0], on=form.cleaned_data["on"], by=request.viewer)
            messages.success(request, _("The partnership has its new form."))
        except StandingError as error:
            messages.error(request, str(error))
    return redirect(address)
