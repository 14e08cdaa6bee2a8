"""The picture as a strategy board, and moving a partner on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from solmu.lib import clock
from solmu.organisations.models import Institution
from solmu.partnerships import standing as standings
from solmu.partnerships.models import Level, Stakeholder, Standing
from solmu.partnerships.permissions import can_edit, can_edit_any
from solmu.partnerships.picture.bar import BOARD, bar
from solmu.partnerships.picture.board import Board
from solmu.partnerships.picture.board_drawing import drawing
from solmu.partnerships.picture.board_forms import MoveForm
from solmu.partnerships.picture.list_views import lead, told_changes
from solmu.partnerships.picture.picture import (
    NO_LEVEL,
    Picture,
    derived_scope,
    standing_on,
    with_area,
)


@login_required
@require_safe
def strategy(request: HttpRequest) -> HttpResponse:
    """The institution's partners on a date, by level and scope."""
    picture = Picture.from_request(request)
    own = picture.institution.pk
    board = Board(picture, reverse("partnerships:list"))
    if request.GET.get("format") == "svg":
        return _as_svg(request, board)
    return render(
        request,
        "partnerships/strategy.html",
        {
            "picture": picture,
            "bar": bar(picture, BOARD),
            "lead": lead(picture),
            "board": board,
            "changes": told_changes(picture),
            "here": request.get_full_path(),
            "today": picture.today,
            "moves_all": picture.is_today and can_edit_any(picture.viewer, own),
            "moves_own": picture.is_today and picture.viewer.has_role(own, "contributor"),
            "exports": [
                (label, reverse("partnerships:list") + picture.query_string(format=form))
                for form, label in (("xlsx", "Excel (XLSX)"), ("csv", "CSV"), ("json", "JSON"))
            ]
            + [(_("Picture (SVG)"), request.path + picture.query_string(format="svg"))],
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a partner to another level or scope, with a reason and the day it takes effect."""
    viewer = request.viewer
    stakeholder, institution = _stakeholder(request, pk)
    if not can_edit(viewer, stakeholder):
        raise PermissionDenied
    derived = derived_scope(stakeholder.organisation, institution)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        levels=list(Level.objects.filter(institution=institution).order_by("rank")),
        derived=derived,
        viewer=viewer,
        initial=_initial(request, stakeholder),
    )
    back = _back(request)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                standing = standings.change(
                    stakeholder,
                    on=form.cleaned_data["on"],
                    reason=form.cleaned_data["reason"],
                    by=viewer,
                    **form.facts(stakeholder.state),
                )
            except standings.NotYoursToDecideError as error:
                form.add_error("level", str(error))
                status = 403
            except standings.StandingError as error:
                form.add_error(None, str(error))
            else:
                _tell(request, stakeholder, standing, back)
                return redirect(back)
    return render(
        request,
        "partnerships/move.html",
        {"form": form, "stakeholder": stakeholder, "derived": derived, "back": back},
        status=status,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def undo_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a move back while nothing has changed since."""
    viewer = request.viewer
    standing = get_object_or_404(
        Standing.objects.visible_to(viewer).select_related("stakeholder__organisation"), pk=pk
    )
    stakeholder = standing.stakeholder
    if not can_edit(viewer, stakeholder):
        raise PermissionDenied
    back = _back(request)
    if request.method != "POST":
        facts = {"stakeholder": stakeholder, "standing": standing, "back": back}
        return render(request, "partnerships/undo_move.html", facts)
    try:
        standings.undo(standing, by=viewer)
    except standings.StandingError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Taken back: %(name)s is where it was.") % {"name": stakeholder.organisation.name},
        )
    return redirect(back)


def _as_svg(request: HttpRequest, board: Board) -> HttpResponse:
    demo = getattr(request, "demo", False)
    title = f"{board.picture.institution.organisation.name}: {_('Strategy board')}"
    svg = drawing(board, title, mark=_("Fictional demo content") if demo else "")
    name = "strategy-demo.svg" if demo else "strategy.svg"
    return HttpResponse(
        svg,
        content_type="image/svg+xml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _stakeholder(request: HttpRequest, pk: int) -> tuple[Any, Institution]:
    """The stakeholder as it stands today, and its institution with its area."""
    seen = Stakeholder.objects.visible_to(request.viewer)
    own = get_object_or_404(seen.values_list("institution_id", flat=True), pk=pk)
    institution = with_area(Institution.objects.all()).get(pk=own)
    return get_object_or_404(standing_on(seen, clock.today(), institution), pk=pk), institution


def _initial(request: HttpRequest, stakeholder: Any) -> dict[str, Any]:
    rank = str(stakeholder.level_rank or NO_LEVEL)
    return {
        "level": request.GET.get("level", rank),
        "scope": request.GET.get("scope", stakeholder.scope),
    }


def _tell(request: HttpRequest, stakeholder: Any, standing: Standing, back: str) -> None:
    level = standing.level.name if standing.level else _("No level yet")
    if standing.valid.lower <= clock.today():
        told = _("%(name)s is now on “%(level)s”.")
    else:
        told = _("%(name)s moves to “%(level)s” on the day you gave.")
    undo = f"{reverse('partnerships:undo_move', args=[standing.pk])}?{urlencode({'back': back})}"
    messages.success(
        request,
        format_html(
            '{} <a href="{}" data-undo>{}</a>',
            told % {"name": stakeholder.organisation.name, "level": level},
            undo,
            _("Undo"),
        ),
    )


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("back") or request.GET.get("back") or ""
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(
        "/partners/"
    ):
        return asked
    return reverse("partnerships:strategy")
