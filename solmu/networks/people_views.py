"""Who is in a network and how; asking to join, guests, coordinators."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.lib import clock
from solmu.lib.periods import last_day
from solmu.networks import guests, taking_part, trail
from solmu.networks.forms import GuestForm, JoinForm, LeadForm, UntilForm
from solmu.networks.models import Membership, Network, Participant, Representative, Term
from solmu.networks.page import known_network, led_network, open_network, shell
from solmu.networks.permissions import can_host, can_lead, can_open, can_represent
from solmu.networks.views import WAYS
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.ui import files_out

SHOWN = 500


@dataclass(slots=True)
class Taking:
    """A person and all the ways in which they are in the network."""

    person: Person
    organisation: Organisation | None = None
    ways: list[str] = field(default_factory=list)
    last: date | None = None


@require_GET
@login_required
def people(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Everybody in the network, by organisation; requests, guests and coordinators."""
    network = open_network(request, slug)
    return _page(request, network)


def _page(
    request: HttpRequest, network: Network, *, status: int = 200, **forms: Any
) -> HttpResponseBase:
    viewer = request.viewer
    today = clock.today()
    rows = in_network(network, today)
    if file := _export(request, network, rows):
        return file
    asked = [
        one
        for one in Participant.objects.filter(network=network, state=Participant.State.ASKED)
        .select_related("person", "organisation")
        .order_by("asked_at")
        if can_represent(viewer, network, one.organisation_id)
    ]
    there = list(
        Participant.objects.on(today)
        .filter(network=network, state=Participant.State.APPROVED)
        .exclude(way=Participant.Way.LEAD)
        .select_related("person", "organisation", "sponsor")
        .order_by("person__family_name", "person__given_name")
    )
    leads = list(
        Participant.objects.on(today)
        .filter(network=network, way=Participant.Way.LEAD)
        .select_related("person", "organisation")
    )
    lead = can_lead(viewer, network)
    if lead:
        forms.setdefault("lead_form", LeadForm(people=_nameable(rows, leads)))
    by_organisation: dict[str, list[Taking]] = {}
    for row in rows[:SHOWN]:
        by_organisation.setdefault(str(row.organisation or _("For themselves")), []).append(row)
    return render(
        request,
        "networks/people.html",
        shell(
            request,
            network,
            "networks:people",
            by_organisation=sorted(by_organisation.items(), key=lambda pair: pair[0].lower()),
            count=len(rows),
            more=max(0, len(rows) - SHOWN),
            asked=asked,
            guests=[
                (
                    one,
                    last_day(one.valid),
                    guests.days_left(one) <= guests.REMINDED_BEFORE.days,
                    _may_prolong(request, network, one),
                )
                for one in there
                if one.way == Participant.Way.GUEST
            ],
            joined=[
                (one, can_represent(viewer, network, one.organisation_id))
                for one in there
                if one.way != Participant.Way.GUEST
            ],
            mine=[
                one
                for one in there
                if one.person_id == viewer.person_id and one.way != Participant.Way.GUEST
            ],
            leads=leads,
            can_host=can_host(viewer, network),
            parts=trail.of_people(network),
            **forms,
        ),
        status=status,
    )


def in_network(network: Network, on: date) -> list[Taking]:
    """Everybody in a network on a day, each once; three queries."""
    found: dict[int, Taking] = {}

    def note(person: Person, organisation: Organisation | None, way: str) -> Taking:
        taking = found.setdefault(person.pk, Taking(person))
        taking.organisation = taking.organisation or organisation
        if way not in taking.ways:
            taking.ways.append(way)
        return taking

    for named in (
        Representative.objects.on(on)
        .filter(network=network)
        .select_related("person", "organisation")
    ):
        note(named.person, named.organisation, named.get_kind_display())
    for part in (
        Participant.objects.on(on)
        .filter(network=network, state=Participant.State.APPROVED)
        .select_related("person", "organisation")
    ):
        taking = note(part.person, part.organisation, str(WAYS.get(part.way, part.way)))
        if part.way == Participant.Way.GUEST:
            taking.last = last_day(part.valid)
    for term in (
        Term.objects.on(on)
        .filter(seat__group__network=network, seat__valid__contains=on)
        .filter(seat__group__valid__contains=on)
        .select_related("person", "seat__organisation", "seat__group")
    ):
        role = "" if term.role == Term.Role.MEMBER else f" ({term.get_role_display()})"
        note(term.person, term.seat.organisation, f"{term.seat.group.name}{role}")
    return sorted(
        found.values(),
        key=lambda one: (
            str(one.organisation or "").lower(),
            one.person.family_name.lower(),
            one.person.given_name.lower(),
            one.person.pk,
        ),
    )


def _export(request: HttpRequest, network: Network, rows: list[Taking]) -> HttpResponseBase | None:
    if request.GET.get("format") != "xlsx":
        return None
    headings = [_("Name"), _("Organisation"), _("E-mail"), _("In the network as"), _("Last day")]
    values = (
        [
            row.person.name,
            str(row.organisation or ""),
            row.person.email,
            ", ".join(row.ways),
            row.last,
        ]
        for row in rows
    )
    return files_out.answer(request, "xlsx", headings, values, name=f"{network.slug}-people")


def _nameable(rows: list[Taking], leads: list[Participant]) -> Any:
    """Who can be made a coordinator: anybody in the network with an account who isn't one."""
    already = {one.person_id for one in leads}
    keys = [row.person.pk for row in rows if row.last is None and row.person.pk not in already]
    return Person.objects.filter(pk__in=keys, user__isnull=False).order_by(
        "family_name", "given_name"
    )


def _may_prolong(request: HttpRequest, network: Network, guest: Participant) -> bool:
    return can_lead(request.viewer, network) or (
        guest.sponsor_id is not None and guest.sponsor_id == request.viewer.person_id
    )


@require_http_methods(["GET", "POST"])
@login_required
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to join: for a member institution where one works, or for oneself in a peer network."""
    network = known_network(request, slug)
    viewer = request.viewer
    if network.elsewhere_of_id is not None:
        raise Http404
    if can_open(viewer, network):
        return redirect(network)
    today = clock.today()
    members = {
        each.organisation_id: each.organisation
        for each in Membership.objects.on(today)
        .filter(network=network, organisation_id__in=viewer.institutions)
        .select_related("organisation")
    }
    peer = network.kind == Network.Kind.PEER
    choices = [(key, str(organisation)) for key, organisation in members.items()]
    form = JoinForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST":
        if viewer.person_id is None or not (choices or peer):
            raise PermissionDenied(
                _("Only staff of a member can ask to join, and your institution isn't a member.")
            )
        if form.is_valid():
            chosen = int(form.cleaned_data.get("organisation") or next(iter(members), 0))
            try:
                if peer:
                    taking_part.come(network, by=viewer, organisation_id=chosen or None)
                    messages.success(request, _("Welcome to the network."))
                    return redirect(network)
                taking_part.ask(
                    network, members[chosen], by=viewer, purpose=form.cleaned_data["purpose"]
                )
            except taking_part.TakingPartError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("Your request is on its way. You get a message when it is answered.")
                )
                return redirect("networks:join", network.slug)
    waiting = Participant.objects.filter(
        network=network, person_id=viewer.person_id or 0, state=Participant.State.ASKED
    ).first()
    return render(
        request,
        "networks/join.html",
        {
            "network": network,
            "form": form,
            "choices": choices,
            "peer": peer,
            "waiting": waiting,
            "public": network.public,
        },
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def answer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody in who has asked, or say no."""
    network = open_network(request, slug)
    asked = get_object_or_404(Participant, network=network, pk=pk, way=Participant.Way.JOINED)
    if not can_represent(request.viewer, network, asked.organisation_id):
        raise PermissionDenied
    try:
        if "approve" in request.POST:
            taking_part.approve(asked, by=request.viewer)
            messages.success(request, _("%(name)s is in.") % {"name": asked.person.name})
        elif "decline" in request.POST:
            taking_part.decline(asked, by=request.viewer)
            messages.success(request, _("The answer is sent."))
    except taking_part.TakingPartError as error:
        messages.error(request, str(error))
    return redirect("networks:people", network.slug)


@require_POST
@login_required
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End somebody's part: one's own, or as who answers for them."""
    network = open_network(request, slug)
    one = get_object_or_404(Participant, network=network, pk=pk)
    own = one.person_id == request.viewer.person_id
    if one.way == Participant.Way.LEAD:
        allowed = can_lead(request.viewer, network)
    elif one.way == Participant.Way.GUEST:
        allowed = own or _may_prolong(request, network, one)
    else:
        allowed = own or can_represent(request.viewer, network, one.organisation_id)
    if not allowed:
        raise PermissionDenied
    try:
        taking_part.end(one, by=request.viewer)
    except taking_part.TakingPartError as error:
        messages.error(request, str(error))
        return redirect("networks:people", network.slug)
    messages.success(request, _("%(name)s is in the network no more.") % {"name": one.person.name})
    return redirect("networks:list" if own else "networks:people", *([] if own else [network.slug]))


@require_http_methods(["GET", "POST"])
@login_required
def guest(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite a guest, who reads along until a day; whoever invites is the sponsor."""
    network = open_network(request, slug)
    viewer = request.viewer
    if not can_host(viewer, network) or viewer.person_id is None:
        raise PermissionDenied
    form = GuestForm(request.POST if request.method == "POST" else None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        try:
            made = guests.invite(
                network,
                by=viewer,
                sponsor=Person.objects.get(pk=viewer.person_id),
                **form.cleaned_data,
            )
        except guests.GuestError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s is a guest now.") % {"name": made.person.name})
            return redirect("networks:people", network.slug)
    return render(
        request,
        "networks/guest.html",
        shell(request, network, "networks:people", form=form),
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def prolong(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a guest more time."""
    network = open_network(request, slug)
    one = get_object_or_404(Participant, network=network, pk=pk, way=Participant.Way.GUEST)
    if not _may_prolong(request, network, one):
        raise PermissionDenied
    form = UntilForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a last day."))
        return redirect("networks:people", network.slug)
    try:
        guests.prolong(one, by=request.viewer, until=form.cleaned_data["until"])
    except guests.GuestError as error:
        messages.error(request, str(error))
    else:
        day = date_format(form.cleaned_data["until"], "SHORT_DATE_FORMAT")
        messages.success(request, capfirst(_("the guest stays until %(day)s.") % {"day": day}))
    return redirect("networks:people", network.slug)


@require_POST
@login_required
def lead(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Name another coordinator of the network."""
    network = led_network(request, slug)
    today = clock.today()
    leads = list(Participant.objects.on(today).filter(network=network, way=Participant.Way.LEAD))
    form = LeadForm(request.POST, people=_nameable(in_network(network, today), leads))
    if not form.is_valid():
        return _page(request, network, status=422, lead_form=form)
    taking_part.lead(network, form.cleaned_data["person"], by=request.viewer)
    messages.success(request, _("The coordinator is named."))
    return redirect("networks:people", network.slug)
