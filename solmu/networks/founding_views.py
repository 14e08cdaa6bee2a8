"""Starting a network, changing it, ending it; answering an invitation to be a contact person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet, formset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.networks import founding, inviting, membering, trail
from solmu.networks.forms import FirstMemberForm, LeaveForm, NetworkForm
from solmu.networks.models import Network
from solmu.networks.page import led_network, open_network, shell
from solmu.networks.permissions import can_found, can_record
from solmu.organisations.door_views import enter, private
from solmu.organisations.forms import AcceptForm
from solmu.organisations.models import Institution
from solmu.people import links

ROWS, MOST_ROWS = 6, 200


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Start a network: what it is for, and its first members."""
    if not can_found(request.viewer):
        raise PermissionDenied
    form = NetworkForm(
        request.POST if request.method == "POST" else None,
        viewer=request.viewer,
        network=None,
        initial={"language": get_language() or "fi"},
    )
    firsts = _first_members(request)
    if request.method == "POST" and form.is_valid() and firsts.is_valid():
        facts = form.cleaned_data
        try:
            network = founding.found(
                facts,
                by=request.viewer,
                institution=_institution(request),
                on=facts["founded_on"],
                members=_named(firsts),
                public=facts["public"],
            )
        except (founding.FoundingError, membering.MemberingError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The network is started."))
            return redirect(network)
    return render(
        request,
        "networks/found.html",
        {"form": form, "firsts": firsts, "institution": request.viewer.institution_name},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is told of the network."""
    network = led_network(request, slug)
    if network.elsewhere_of_id is not None:
        return redirect("networks:elsewhere", network.slug)
    form = NetworkForm(
        request.POST if request.method == "POST" else None, viewer=request.viewer, network=network
    )
    if request.method == "POST" and form.is_valid():
        try:
            founding.change(
                network, form.cleaned_data, by=request.viewer, public=form.cleaned_data["public"]
            )
        except founding.FoundingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The network is saved."))
            return redirect(network)
    return _edit_page(request, network, form=form, status=422 if form.is_bound else 200)


def _edit_page(
    request: HttpRequest, network: Network, *, form: NetworkForm, status: int, **more: Any
) -> HttpResponse:
    more.setdefault("end_form", LeaveForm(initial={"on": clock.today()}))
    return render(
        request,
        "networks/edit.html",
        shell(
            request, network, "networks:home", form=form, parts=trail.of_network(network), **more
        ),
        status=status,
    )


@require_POST
@login_required
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """End the network; all that it has stays to be read."""
    network = led_network(request, slug)
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            founding.end(
                network,
                by=request.viewer,
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
            )
        except (founding.FoundingError, membering.MemberingError) as error:
            form.add_error("on", str(error))
        else:
            messages.success(request, _("The network's last day is recorded."))
            return redirect(network)
    page = NetworkForm(viewer=request.viewer, network=network)
    return _edit_page(request, network, form=page, status=422, end_form=form)


@require_http_methods(["GET", "POST"])
@login_required
def move_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a network that is run elsewhere be run here, and ask its members in."""
    network = open_network(request, slug)
    if network.elsewhere_of_id is None:
        raise Http404
    if not can_record(request.viewer, network.elsewhere_of_id):
        raise PermissionDenied
    form = NetworkForm(
        request.POST if request.method == "POST" else None,
        viewer=request.viewer,
        network=network,
        initial={"purpose": network.purpose or network.need},
    )
    firsts = _first_members(request)
    if request.method == "POST" and form.is_valid() and firsts.is_valid():
        try:
            moved = founding.move_in(
                network,
                form.cleaned_data,
                by=request.viewer,
                members=_named(firsts),
                public=form.cleaned_data["public"],
            )
        except (founding.FoundingError, membering.MemberingError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The network is run here now. Its history is with it."))
            return redirect(moved)
    return render(
        request,
        "networks/found.html",
        {
            "form": form,
            "firsts": firsts,
            "institution": str(network.elsewhere_of),
            "network": network,
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Who asks whom to speak for a member; the answer is a button. Opening changes nothing."""
    link = links.find(token, inviting.PURPOSE)
    asked = inviting.of_link(link) if link else None
    if link is None or asked is None:
        return private(
            render(request, "networks/invitation.html", {"invitation": None}, status=410)
        )
    known = User.objects.filter(email__iexact=asked.email).first()
    if request.method == "POST" and "decline" in request.POST:
        try:
            inviting.decline_by_link(link)
        except inviting.InvitingError:
            return private(
                render(request, "networks/invitation.html", {"invitation": None}, status=410)
            )
        return private(
            render(request, "networks/invitation.html", {"invitation": asked, "declined": True})
        )
    form = AcceptForm(
        request.POST if request.method == "POST" else None, known=known, email=asked.email
    )
    form.fields.pop("password", None)
    if request.method == "POST" and form.is_valid():
        facts = {key: form.cleaned_data.get(key, "") for key in ("given_name", "family_name")}
        try:
            user = inviting.accept_by_link(link, **facts)
        except inviting.InvitingError as error:
            form.add_error(None, str(error))
        else:
            if known is None or request.viewer.user_id == known.pk:
                return enter(request, user, asked.network.get_absolute_url())
            # A forwarded message must not open an account that somebody already has.
            messages.success(request, _("Thank you. Sign in as you always do."))
            return redirect("account_login")
    return private(
        render(
            request,
            "networks/invitation.html",
            {"invitation": asked, "known": known, "form": form},
            status=422 if form.is_bound else 200,
        )
    )


@require_http_methods(["GET", "POST"])
@login_required
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """The same question, found in my day by whoever has an account."""
    asked = next((one for one in inviting.asked_of(request.viewer) if one.pk == pk), None)
    if asked is None:
        raise Http404
    if request.method == "POST":
        try:
            inviting.answer(asked, accepts="decline" not in request.POST, by=request.viewer)
        except inviting.InvitingError as error:
            messages.error(request, str(error))
            return redirect("networks:list")
        if "decline" in request.POST:
            messages.success(request, _("The answer is sent."))
            return redirect("networks:list")
        messages.success(request, _("Welcome to the network."))
        return redirect(asked.network)
    return render(request, "networks/question.html", {"invitation": asked})


def _first_members(request: HttpRequest) -> BaseFormSet[FirstMemberForm]:
    try:
        rows = int(request.GET.get("rows", ROWS))
    except ValueError:
        rows = ROWS
    kind = formset_factory(
        FirstMemberForm, extra=min(max(rows, 1), MOST_ROWS), max_num=MOST_ROWS, validate_max=True
    )
    return kind(
        request.POST if "first-TOTAL_FORMS" in request.POST else None,
        prefix="first",
        form_kwargs={"viewer": request.viewer},
    )


def _named(firsts: BaseFormSet[FirstMemberForm]) -> list[founding.First]:
    return [
        founding.First(facts["organisation"], facts.get("email") or "")
        for form in firsts
        if (facts := form.cleaned_data) and facts.get("organisation")
    ]


def _institution(request: HttpRequest) -> Institution | None:
    return (
        Institution.objects.filter(pk=request.viewer.institution_id)
        .select_related("organisation")
        .first()
    )
