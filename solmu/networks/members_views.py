"""Who belonged to a network on a day; members join, leave and change their role."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Concat, Trim
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.lib import clock
from solmu.lib.paging import Source
from solmu.lib.periods import first_day, last_day
from solmu.networks import belonging, contacts, inviting, membering, trail
from solmu.networks.forms import (
    ContactForm,
    CorrectForm,
    InviteContactForm,
    LeaveForm,
    MemberForm,
    RoleForm,
    day_asked,
)
from solmu.networks.models import MemberInvitation, Membership, Network, Representative
from solmu.networks.page import led_network, open_network, shell
from solmu.networks.permissions import can_lead, can_name_contacts
from solmu.networks.views import number
from solmu.organisations.models import Figure
from solmu.ui import markup
from solmu.ui.tables import Column, Table


@require_GET
@login_required
def members(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who belonged on a day, with contact persons and the figures of that year."""
    network = open_network(request, slug)
    today = clock.today()
    first, last = belonging.first_and_last(network, today)
    on = day_asked(request, today)
    table = Table(
        request,
        _columns(network, on.year),
        _on(network, on),
        default_sort="name",
        empty=_("Nobody belonged on that day."),
        name="members",
        caption=_("Members"),
    )
    if file := table.export():
        return file
    picture = belonging.belonging(network, on)
    return render(
        request,
        "networks/members.html",
        shell(
            request,
            network,
            "networks:members",
            table=table,
            picture=picture,
            on=on,
            today=today,
            first=first,
            last=last,
            totals=_totals(picture),
            bars=belonging.bars(picture.every, first, last, on),
            former=[(each, membering.told_of(each.valid)) for each in reversed(picture.former)],
            invitations=inviting.open_in(network),
            # All that has ever happened to all members is read only when somebody asks.
            parts=trail.of_members(network) if {"history", "before"} & {*request.GET} else None,
        ),
    )


def _totals(picture: belonging.Belonging) -> list[tuple[Any, str, list[str]]]:
    """The sums over the members that told theirs, each with what it lacks; none if nobody did."""
    found = []
    students, staff = pgettext("how many", "students"), pgettext("how many", "staff")
    for word, total in ((students, picture.students), (staff, picture.staff)):
        lacks = []
        if total.missing:
            lacks.append(_("not told: %(names)s") % {"names": belonging.named(total.missing)})
        if total.earlier:
            told = {"names": belonging.named(total.earlier)}
            lacks.append(_("an earlier year's: %(names)s") % told)
        found.append((word, number(total.sum) if total.known else "–", lacks))
    return found if picture.students.known or picture.staff.known else []


def _on(network: Network, on: date) -> Source[Any]:
    """The memberships of a day, each with contact persons and the figures of that year."""
    at: dict[str, Any] = {"network": network.pk, "on": on}
    return Source(("members", on.year), partial(_members, on.year), at)


def _members(year: int, *, network: int, on: date) -> QuerySet[Membership]:
    def figure(name: str) -> Subquery:
        rows = Figure.objects.filter(
            organisation=OuterRef("organisation"),
            year__range=(year - belonging.YEARS_BACK, year),
        )
        return Subquery(rows.order_by("-year").values(name)[:1])

    def named(kind: str) -> Subquery:
        rows = Representative.objects.on(on).filter(
            network=OuterRef("network"), organisation=OuterRef("organisation"), kind=kind
        )
        name = Trim(Concat("person__given_name", Value(" "), "person__family_name"))
        return Subquery(rows.annotate(name=name).values("name")[:1], output_field=TextField())

    names = [f"organisation__name_{code}" for code in ("fi", "sv", "en")]
    places = [f"organisation__municipality__name_{code}" for code in ("fi", "sv")]
    return (
        Membership.objects.on(on)
        .filter(network=network)
        .select_related("organisation", "organisation__municipality")
        .only("role", "valid", "note", "organisation__business_id", *names, *places)
        .annotate(
            students=figure("students"),
            staff=figure("staff"),
            figure_year=figure("year"),
            contact=named(Representative.Kind.CONTACT),
            deputy=named(Representative.Kind.DEPUTY),
        )
    )


def _columns(network: Network, year: int) -> list[Column[Any]]:
    language = (get_language() or "fi")[:2]
    address = reverse("networks:members", args=[network.slug])
    roles = {role: capfirst(role.label) for role in Membership.Role}
    not_named, not_told = markup.noted("", _("not named")), markup.noted("–", _("not told"))

    def figure(name: str) -> Callable[[Any], Any]:
        def shown(row: Any) -> Any:
            value = getattr(row, name)
            if row.role not in Membership.FULL:
                return ""
            if value is None:
                return not_told
            told = number(value)
            return told if row.figure_year == year else markup.noted(told, str(row.figure_year))

        return shown

    return [
        Column(
            "name",
            _("Member"),
            lambda row: markup.link(f"{address}{row.pk}/", row.organisation.name),
            sort=f"organisation__sort_{language}",
            export=lambda row: row.organisation.name,
        ),
        Column(
            "role",
            _("Role"),
            lambda row: roles[row.role],
            sort="role",
            export=lambda row: row.get_role_display(),
        ),
        Column(
            "since",
            _("Since"),
            lambda row: first_day(row.valid),
            sort="valid",
            export=lambda row: first_day(row.valid),
        ),
        Column(
            "until",
            _("Until"),
            lambda row: last_day(row.valid),
            export=lambda row: last_day(row.valid),
        ),
        Column(
            "contact",
            _("Contact person"),
            lambda row: row.contact or not_named,
            sort="contact",
            export=lambda row: row.contact,
        ),
        Column(
            "deputy",
            capfirst(Representative.Kind.DEPUTY.label),
            lambda row: row.deputy,
            export=lambda row: row.deputy,
        ),
        Column(
            "students",
            _("Students"),
            figure("students"),
            sort="students",
            numeric=True,
            export=lambda row: row.students,
        ),
        Column(
            "staff",
            _("Staff"),
            figure("staff"),
            sort="staff",
            numeric=True,
            export=lambda row: row.staff,
        ),
        Column(
            "figure_year",
            _("Year of the figures"),
            lambda row: str(row.figure_year or ""),
            shown=False,
            export=lambda row: row.figure_year,
        ),
        Column(
            "municipality",
            _("Municipality"),
            lambda row: row.organisation.municipality,
            shown=False,
            export=lambda row: str(row.organisation.municipality or ""),
        ),
        Column(
            "business_id",
            _("Business ID"),
            lambda row: row.organisation.business_id,
            shown=False,
            export=lambda row: row.organisation.business_id,
        ),
        Column("note", _("Note"), lambda row: row.note, shown=False, export=lambda row: row.note),
    ]


@require_http_methods(["GET", "POST"])
@login_required
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """A new member: who, in which role, from when; its contact person can be asked at once."""
    network = led_network(request, slug)
    form = MemberForm(request.POST if request.method == "POST" else None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            made = membering.join(
                network,
                facts["organisation"],
                by=request.viewer,
                role=facts["role"],
                on=facts["on"],
                until=facts["until"],
                reason=facts["reason"],
            )
        except membering.MemberingError as error:
            form.refuse(error)
        else:
            if facts["email"]:
                inviting.invite(
                    network,
                    made.organisation,
                    facts["email"],
                    by=request.viewer,
                    language=network.language,
                )
            messages.success(request, _("%(name)s is a member now.") % {"name": made.organisation})
            return redirect("networks:members", network.slug)
    return render(
        request,
        "networks/member_add.html",
        shell(request, network, "networks:members", form=form),
        status=422 if form.is_bound else 200,
    )


@require_GET
@login_required
def member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One membership: its days and role, contact persons, history, and what can be done."""
    network = open_network(request, slug)
    return _member_page(request, network, _membership(request, network, pk))


def _membership(request: HttpRequest, network: Network, pk: int) -> Membership:
    found: Membership = get_object_or_404(
        Membership.objects.visible_to(request.viewer).select_related("organisation"),
        network=network,
        pk=pk,
    )
    found.network = network
    return found


def _member_page(
    request: HttpRequest, network: Network, found: Membership, *, status: int = 200, **forms: Any
) -> HttpResponse:
    today = clock.today()
    viewer = request.viewer
    names = can_name_contacts(viewer, network, found.organisation_id)
    lead = can_lead(viewer, network)
    last = last_day(found.valid)
    going = last is None or last >= today
    own = Representative.objects.filter(
        network=network, organisation_id=found.organisation_id
    ).select_related("person")
    if lead and going:
        forms.setdefault("leave_form", LeaveForm(initial={"on": today}))
        forms.setdefault("role_form", RoleForm(initial={"on": today}, member=found))
    if names and going:
        forms.setdefault("contact_form", ContactForm(network=network, membership=found))
        forms.setdefault("invite_form", InviteContactForm(initial={"language": network.language}))
    others = (
        Membership.objects.filter(network=network, organisation_id=found.organisation_id)
        .exclude(pk=found.pk)
        .order_by("valid")
    )
    return render(
        request,
        "networks/member.html",
        shell(
            request,
            network,
            "networks:members",
            membership=found,
            told=membering.told(found),
            others=[(each, membering.told(each)) for each in others],
            now=[each for each in own if _covers(each, today)],
            before=[each for each in own if not _covers(each, today)],
            figures=Figure.objects.filter(organisation_id=found.organisation_id).order_by("-year")[
                :10
            ],
            invitations=inviting.open_questions().filter(
                network=network, organisation_id=found.organisation_id
            ),
            can_name=names,
            parts=trail.of_member(network, found.organisation_id),
            **forms,
        ),
        status=status,
    )


def _covers(each: Representative, on: Any) -> bool:
    return (each.valid.lower is None or each.valid.lower <= on) and (
        each.valid.upper is None or on < each.valid.upper
    )


@require_POST
@login_required
def leave(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A member leaves: the day is its last."""
    network = led_network(request, slug)
    found = _membership(request, network, pk)
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            membering.leave(
                found,
                by=request.viewer,
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
            )
        except membering.MemberingError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The last day is recorded."))
            return redirect("networks:members", network.slug)
    return _member_page(request, network, found, status=422, leave_form=form)


@require_POST
@login_required
def role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A member has another role from a day on."""
    network = led_network(request, slug)
    found = _membership(request, network, pk)
    form = RoleForm(request.POST, member=found)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            later = membering.change_role(
                found, facts["role"], by=request.viewer, on=facts["on"], reason=facts["reason"]
            )
        except membering.MemberingError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The role is changed."))
            return redirect("networks:member", network.slug, later.pk)
    return _member_page(request, network, found, status=422, role_form=form)


@require_http_methods(["GET", "POST"])
@login_required
def correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put right what was recorded of a membership."""
    network = led_network(request, slug)
    found = _membership(request, network, pk)
    form = CorrectForm(
        request.POST if request.method == "POST" else None,
        initial={
            "role": found.role,
            "first": first_day(found.valid),
            "last": last_day(found.valid),
            "note": found.note,
        },
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            membering.correct(
                found,
                by=request.viewer,
                role=facts["role"],
                first=facts["first"],
                last=facts["last"],
                note=facts["note"],
            )
        except membering.MemberingError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The membership is corrected."))
            return redirect("networks:member", network.slug, found.pk)
    return render(
        request,
        "networks/member_correct.html",
        shell(request, network, "networks:members", form=form, membership=found),
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def name_contact(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Name a member's contact person or deputy."""
    network = open_network(request, slug)
    found = _naming(request, network, pk)
    form = ContactForm(request.POST, network=network, membership=found)
    if form.is_valid():
        try:
            contacts.name(
                network,
                found.organisation,
                form.cleaned_data["person"],
                by=request.viewer,
                kind=form.cleaned_data["kind"],
                on=form.cleaned_data["on"],
            )
        except contacts.ContactError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The person is named."))
            return redirect("networks:member", network.slug, found.pk)
    return _member_page(request, network, found, status=422, contact_form=form)


@require_POST
@login_required
def end_contact(request: HttpRequest, slug: str, pk: int, named: int) -> HttpResponse:
    """End a contact person's or a deputy's task: today is the last day."""
    network = open_network(request, slug)
    found = _naming(request, network, pk)
    one = get_object_or_404(
        Representative, pk=named, network=network, organisation_id=found.organisation_id
    )
    contacts.end(one, by=request.viewer)
    messages.success(request, _("The task is ended."))
    return redirect("networks:member", network.slug, found.pk)


@require_POST
@login_required
def invite_contact(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask somebody by mail to be the member's contact person."""
    network = open_network(request, slug)
    found = _naming(request, network, pk)
    form = InviteContactForm(request.POST)
    if form.is_valid():
        inviting.invite(
            network,
            found.organisation,
            form.cleaned_data["email"],
            by=request.viewer,
            language=form.cleaned_data["language"],
        )
        messages.success(request, _("The question is on its way."))
        return redirect("networks:member", network.slug, found.pk)
    return _member_page(request, network, found, status=422, invite_form=form)


@require_POST
@login_required
def cancel_invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a question back; its link stops working."""
    network = open_network(request, slug)
    one = get_object_or_404(MemberInvitation, network=network, pk=pk)
    if not can_name_contacts(request.viewer, network, one.organisation_id):
        raise PermissionDenied
    inviting.cancel(one, by=request.viewer)
    messages.success(request, _("The question is taken back."))
    return redirect("networks:members", network.slug)


def _naming(request: HttpRequest, network: Network, pk: int) -> Membership:
    found = _membership(request, network, pk)
    if not can_name_contacts(request.viewer, network, found.organisation_id):
        raise PermissionDenied
    return found
