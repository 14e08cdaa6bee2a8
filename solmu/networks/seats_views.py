"""Pages of seats: who holds one, named, handed over; and what a successor is given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.lib.periods import last_day
from solmu.networks import group_forms, groups, seat_mails, seats, sitting, terms
from solmu.networks.group_history import of_seat
from solmu.networks.groups_views import TAB, open_group, open_here
from solmu.networks.models import Network, Seat, Term
from solmu.networks.page import shell
from solmu.networks.permissions import can_fill, can_run_group


def open_seat(request: HttpRequest, slug: str, uuid: UUID) -> Seat:
    """The seat at the address, its network open to the viewer; its terms are loaded."""
    network = open_here(request, slug)
    return _loaded(network, Seat.objects.visible_to(request.viewer), uuid)


def fillable(request: HttpRequest, slug: str, uuid: UUID) -> Seat:
    """A seat of which the viewer may say who holds it; 403 for the others."""
    seat = open_seat(request, slug, uuid)
    if not can_fill(request.viewer, seat):
        raise PermissionDenied(
            _("The organisation's contact persons say who sits here, and the coordinators.")
        )
    return seat


def runnable(request: HttpRequest, slug: str, uuid: UUID) -> Seat:
    """A seat that the viewer may change or end: who runs the group; 403 for the others."""
    seat = open_seat(request, slug, uuid)
    if not can_run_group(request.viewer, seat.group):
        raise PermissionDenied(_("Only the group's chairs and the coordinators can change seats."))
    return seat


@require_http_methods(["GET", "POST"])
@login_required
def seat_new(request: HttpRequest, slug: str, group_slug: str) -> HttpResponse:
    """Add a seat to a group."""
    group = open_group(request, slug, group_slug)
    if not can_run_group(request.viewer, group):
        raise PermissionDenied(_("Only the group's chairs and the coordinators can add seats."))
    form = group_forms.SeatForm(
        request.POST if request.method == "POST" else None,
        group=group,
        members=group_forms.members_ever(group.network),
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            seat = seats.add(
                group,
                form.chosen,
                first=facts["first"],
                last=facts["last"],
                title=facts["title"],
                by=request.viewer,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The seat is added. Who sits in it?"))
            return redirect(_address(seat, "seat"))
    return _form_page(
        request,
        group.network,
        form,
        title=_("Add a seat to %(group)s") % {"group": group},
        verb=_("Add the seat"),
        back=group.get_absolute_url(),
    )


@require_GET
@login_required
def seat_page(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """One seat: who holds it and who has held it."""
    seat = open_seat(request, slug, uuid)
    viewer, today = request.viewer, clock.today()
    one = sitting.sitting(seat, today)
    lines = [
        {
            "term": term,
            "last": last_day(term.valid),
            "is_now": term in (one.holder, one.deputy),
            "is_coming": bool(term.valid.lower and term.valid.lower > today),
            "may_remove": bool(term.valid.lower and term.valid.lower >= today),
        }
        for term in reversed(list(seat.terms.all()))
    ]
    return render(
        request,
        "networks/seat.html",
        shell(
            request,
            seat.group.network,
            TAB,
            seat=seat,
            name=sitting.seat_name(seat),
            one=one,
            ends_soon=one.ends_soon(today),
            lines=lines,
            last=last_day(seat.valid),
            goes_on=seat.valid.upper is None or seat.valid.upper > today,
            may_fill=can_fill(viewer, seat),
            may_run=can_run_group(viewer, seat.group),
            parts=of_seat(seat),
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
def seat_edit(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Change what a seat is for, and its days."""
    seat = runnable(request, slug, uuid)
    form = group_forms.SeatEditForm(request.POST if request.method == "POST" else None, seat=seat)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            seats.edit(
                seat,
                by=request.viewer,
                seen=facts["seen"],
                title=facts["title"],
                first=facts["first"],
                last=facts["last"],
                set_last=True,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The seat is changed."))
            return redirect(_address(seat, "seat"))
    return _seat_form(request, seat, form, title=_("Change the seat"), verb=_("Save"))


@require_http_methods(["GET", "POST"])
@login_required
def seat_end(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """End a seat with the terms in it."""
    seat = runnable(request, slug, uuid)
    form = group_forms.LastDayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            seats.end(seat, last=form.cleaned_data["last"], by=request.viewer)
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The seat ends. Who has held it stays known."))
            return redirect(seat.group)
    return _seat_form(
        request,
        seat,
        form,
        title=_("End the seat"),
        verb=_("End the seat"),
        text=_("The term in it ends on the same day; terms that were to begin later fall away."),
    )


@require_POST
@login_required
def seat_remove(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Remove a seat that nobody has held."""
    seat = runnable(request, slug, uuid)
    group = seat.group
    try:
        seats.remove(seat, by=request.viewer)
    except groups.GroupError as error:
        messages.error(request, str(error))
        return redirect(_address(seat, "seat"))
    messages.success(request, _("The seat is removed."))
    return redirect(group)


@require_http_methods(["GET", "POST"])
@login_required
def seat_name(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Say who sits in a seat, or who is the deputy."""
    seat = fillable(request, slug, uuid)
    deputy = "deputy" in request.GET
    form = group_forms.NameForm(
        request.POST if request.method == "POST" else None, seat=seat, deputy=deputy
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            term = terms.name(
                seat,
                form.who,
                first=facts["first"],
                last=facts["last"],
                role=facts.get("role") or Term.Role.MEMBER,
                deputy=deputy,
                by=request.viewer,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s is told by mail.") % {"name": term.person.name})
            return redirect(_address(seat, "seat"))
    return _seat_form(
        request,
        seat,
        form,
        title=_("Name a deputy") if deputy else _("Name somebody to the seat"),
        verb=_("Name this person"),
    )


@require_http_methods(["GET", "POST"])
@login_required
def seat_hand_over(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Hand a seat over to a successor from a day on."""
    seat = fillable(request, slug, uuid)
    one = sitting.sitting(seat, clock.today())
    form = group_forms.HandOverForm(
        request.POST if request.method == "POST" else None, seat=seat, holder=one.holder
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            term = terms.hand_over(
                seat,
                form.who,
                on=facts["first"],
                last=facts["last"],
                role=facts["role"],
                by=request.viewer,
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _("%(name)s follows, and is told where everything is.")
                % {"name": term.person.name},
            )
            return redirect(_address(seat, "seat"))
    return _seat_form(
        request,
        seat,
        form,
        title=_("Hand the seat over"),
        verb=_("Hand over"),
        text=_(
            "The successor gets a message with the way to the group's task, its open work and"
            " your address."
        ),
    )


@require_GET
@login_required
def seat_pack(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """What a successor needs: the task, the open work, and whom to ask. Theirs before it begins."""
    viewer, today = request.viewer, clock.today()
    own = Q(person_id=viewer.person_id, deputy=False) & (
        Q(valid__contains=today) | Q(valid__startswith__gt=today)
    )
    term = (
        Term.objects.filter(own, seat__uuid=uuid, seat__group__network__organisation__slug=slug)
        .order_by("valid")
        .first()
        if viewer.person_id
        else None
    )
    if term is not None:
        network = Network.objects.select_related("organisation").get(organisation__slug=slug)
        seat = _loaded(network, Seat.objects.all(), uuid)
    else:
        seat = open_seat(request, slug, uuid)
        one = sitting.sitting(seat, today)
        term = one.holder or one.coming or one.ended
    group = seat.group
    if term is not None:
        term.seat = seat
    before = seat_mails.predecessor(term) if term is not None else None
    held = sitting.sittings(
        sitting.seats_with_terms(Seat.objects.on(today).filter(group=group)), today
    )
    return render(
        request,
        "networks/seat_pack.html",
        shell(
            request,
            group.network,
            TAB,
            seat=seat,
            group=group,
            name=sitting.seat_name(seat),
            term=term,
            is_own=bool(term and term.person_id == viewer.person_id),
            last=last_day(term.valid) if term else None,
            before=before,
            before_last=last_day(before.valid) if before else None,
            rhythm=sitting.rhythm(group),
            held=[one for one in held if one.seat.pk != seat.pk],
            lines=[line for give in composed("HAND_OVER") for line in give(term)] if term else [],
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
def term_edit(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Correct a term."""
    term = _open_term(request, slug, uuid)
    form = group_forms.TermForm(request.POST if request.method == "POST" else None, term=term)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            terms.edit(
                term,
                by=request.viewer,
                first=facts["first"],
                last=facts["last"],
                role=facts["role"],
                seen=facts["seen"],
            )
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The term is changed."))
            return redirect(_address(term.seat, "seat"))
    return _seat_form(
        request,
        term.seat,
        form,
        title=_("Correct the term of %(name)s") % {"name": term.person.name},
        verb=_("Save"),
    )


@require_http_methods(["GET", "POST"])
@login_required
def term_end(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """End a term before its time."""
    term = _open_term(request, slug, uuid)
    form = group_forms.LastDayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            terms.end(term, last=form.cleaned_data["last"], by=request.viewer)
        except groups.GroupError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The term ends. The seat waits for a follower."))
            return redirect(_address(term.seat, "seat"))
    return _seat_form(
        request,
        term.seat,
        form,
        title=_("End the term of %(name)s") % {"name": term.person.name},
        verb=_("End the term"),
    )


@require_POST
@login_required
def term_remove(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Take back a term that hasn't begun."""
    term = _open_term(request, slug, uuid)
    try:
        terms.remove(term, by=request.viewer)
    except groups.GroupError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The term is taken back."))
    return redirect(_address(term.seat, "seat"))


def _open_term(request: HttpRequest, slug: str, uuid: UUID) -> Term:
    network = open_here(request, slug)
    term = get_object_or_404(
        Term.objects.visible_to(request.viewer).select_related(
            "person", "seat__organisation", "seat__group"
        ),
        uuid=uuid,
        seat__group__network=network,
    )
    term.seat.group.network = network
    if not can_fill(request.viewer, term.seat):
        raise PermissionDenied(
            _("The organisation's contact persons say who sits here, and the coordinators.")
        )
    return term


def _loaded(network: Network, found: Any, uuid: UUID) -> Seat:
    every = Term.objects.select_related("person").order_by("valid", "pk")
    seat: Seat = get_object_or_404(
        found.select_related("organisation", "group").prefetch_related(
            Prefetch("terms", queryset=every)
        ),
        uuid=uuid,
        group__network=network,
    )
    seat.group.network = network
    return seat


def _address(seat: Seat, page: str) -> str:
    return reverse(f"networks:{page}", args=[seat.group.network.slug, seat.uuid])


def _seat_form(
    request: HttpRequest, seat: Seat, form: Any, *, title: str, verb: str, text: str = ""
) -> HttpResponse:
    return _form_page(
        request,
        seat.group.network,
        form,
        title=title,
        verb=verb,
        back=_address(seat, "seat"),
        about=f"{sitting.seat_name(seat)} · {seat.group}",
        text=text,
    )


def _form_page(
    request: HttpRequest, network: Network, form: Any, *, title: str, verb: str, back: str,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    return render(
        request,
        "networks/group_form.html",
        shell(request, network, TAB, form=form, title=title, verb=verb, back=back, **more),
        status=422 if form.is_bound else 200,
    )
