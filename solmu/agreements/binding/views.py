"""The tab of parties: who was bound on any day; joining, answering about it, leaving."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.agreements.binding import binding, joining, withdrawing
from solmu.agreements.binding import mails as binding_mails
from solmu.agreements.binding.forms import AnswerForm, JoinForm, WhoForm, WithdrawForm
from solmu.agreements.binding.joining import JoiningError
from solmu.agreements.binding.withdrawing import WithdrawingError
from solmu.agreements.models import Agreement, Joinder, Mandate, Party
from solmu.agreements.page import open_agreement, shell
from solmu.agreements.permissions import (
    can_answer_joinder,
    can_ask_to_join,
    can_edit,
    can_withdraw,
)
from solmu.approvals.models import Round, Voice
from solmu.lib import clock
from solmu.lib.periods import covers
from solmu.networks.forms import day_asked
from solmu.networks.models import Membership
from solmu.networks.permissions import can_lead
from solmu.organisations.models import Institution, Organisation
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer

TAB = "agreements:parties"


@require_safe
@login_required
def parties(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is bound on a day, by which version; who joins; who was bound before."""
    agreement = open_agreement(request, pk)
    today = clock.today()
    every = binding.every(agreement)
    first, last = binding.first_and_last(agreement, every, today)
    on = day_asked(request, today)
    now = binding.on(every, on)
    open_ones = agreement.joinders.filter(
        state__in=[Joinder.State.SIGNING, Joinder.State.ASKED]
    ).select_related("party__organisation", "agreement")
    context = {
        "on": on,
        "first": first,
        "last": last,
        "every": every,
        "now": [(one, _may_withdraw(request.viewer, agreement, one.party, today)) for one in now],
        "before": binding.before(every, on),
        "bars": binding.bars(every, first, last, on) if every else "",
        "named": [] if every else list(agreement.parties.select_related("organisation")),
        "joinders": open_ones.order_by("pk"),
        "can_join": can_ask_to_join(request.viewer, agreement),
        "missing_members": _not_members(request.viewer, agreement, every, today),
    }
    return render(
        request, "agreements/binding/parties.html", shell(request, agreement, TAB, **context)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def join(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask an organisation to join, or ask for one's own: its one page, and who signs it."""
    agreement = open_agreement(request, pk)
    if not can_ask_to_join(request.viewer, agreement):
        raise PermissionDenied(
            _("Those who keep the agreement can ask others to join, and institutions themselves.")
        )
    organisation = _joining_organisation(request, agreement)
    if organisation is None:
        who = WhoForm(
            request.GET if "organisation" in request.GET else None,
            viewer=request.viewer,
            own=_own_outside(request.viewer, agreement),
        )
        if who.is_bound:
            who.is_valid()
        context = shell(request, agreement, TAB, who=who)
        return render(request, "agreements/binding/join.html", context)
    choices = _mandated(agreement, organisation)
    form = JoinForm(request.POST if request.method == "POST" else None, choices)
    if request.method == "POST" and form.is_valid():
        try:
            joinder = joining.ask(
                agreement,
                organisation,
                Person.objects.filter(pk__in=form.cleaned_data["people"]).select_related("user"),
                from_on=form.cleaned_data["from_on"],
                by=request.viewer,
            )
        except JoiningError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Its signers have got a link. The others are asked after."))
            return redirect("agreements:joining", pk, joinder.pk)
    context = shell(request, agreement, TAB, form=form, organisation=organisation, choices=choices)
    status = 422 if request.method == "POST" else 200
    return render(request, "agreements/binding/join.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def joining_page(request: HttpRequest, pk: int, joinder_pk: int) -> HttpResponseBase:
    """One joining: how it stands, what the others say, and answering."""
    agreement = open_agreement(request, pk)
    joinder = get_object_or_404(
        Joinder.objects.select_related("party__organisation", "version", "agreement__network"),
        agreement=agreement,
        pk=joinder_pk,
    )
    if request.method == "POST":
        voice = _voice(joinder, request.POST.get("voice", ""))
        if voice is None or not can_answer_joinder(request.viewer, voice):
            raise PermissionDenied(_("Those who are asked can answer."))
        if _answer(request, voice, prefix=f"voice-{voice.pk}"):
            return redirect("agreements:joining", pk, joinder_pk)
    voices = joining.voices(joinder)
    waiting = joinder.state == Joinder.State.ASKED
    mine = [
        (voice, AnswerForm(prefix=f"voice-{voice.pk}", seen=voice.round.content_hash))
        for voice in voices
        if waiting and can_answer_joinder(request.viewer, voice)
    ]
    context = {
        "joinder": joinder,
        "voices": voices,
        "signatures": joinder.signatures.order_by("pk"),
        "mine": mine,
        "may_take_back": can_edit(request.viewer, agreement) and not joinder.decided_at,
        "seat": any(voice.person_id for voice in voices),
    }
    return render(
        request, "agreements/binding/joining.html", shell(request, agreement, TAB, **context)
    )


@require_POST
@login_required
def take_back(request: HttpRequest, pk: int, joinder_pk: int) -> HttpResponseBase:
    """Take back an asking to join."""
    agreement = open_agreement(request, pk)
    joinder = get_object_or_404(Joinder, agreement=agreement, pk=joinder_pk)
    if not can_edit(request.viewer, agreement):
        raise PermissionDenied(_("Those who keep the agreement can do this."))
    try:
        joining.take_back(joinder, by=request.viewer)
    except JoiningError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    return redirect(TAB, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, pk: int, party_pk: int) -> HttpResponseBase:
    """A party leaves: the notice and the reason; the last day is computed."""
    agreement = open_agreement(request, pk)
    party = get_object_or_404(
        agreement.parties.select_related("organisation"), pk=party_pk, bound__isnull=False
    )
    if not can_withdraw(request.viewer, agreement, party):
        raise PermissionDenied(
            _("The party's own leaders, or the agreement's keepers, can do this.")
        )
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    last = withdrawing.last_day(agreement, clock.today())
    if request.method == "POST" and form.is_valid():
        try:
            made = withdrawing.withdraw(party, by=request.viewer, **form.cleaned_data)
        except WithdrawingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Written down."))
            return redirect(f"{reverse(TAB, args=[pk])}?on={made.last_day.isoformat()}")
    context = {"party": party, "form": form, "last_day": last}
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "agreements/binding/withdraw.html",
        shell(request, agreement, TAB, **context),
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """One of the others answers about a joining by a personal link; opening changes nothing."""
    link = links.find(token, binding_mails.PURPOSE)
    voice = (
        Voice.objects.select_related("round", "organisation", "person")
        .filter(pk=link.record_id)
        .first()
        if link
        else None
    )
    if link is None or voice is None:
        return _private(render(request, "agreements/binding/answer.html", {}, status=410))
    joinder = Joinder.objects.select_related(
        "agreement__institution__organisation", "party__organisation", "version"
    ).get(pk=voice.round.subject_id)
    is_open = joinder.state == Joinder.State.ASKED and voice.round.state == Round.State.OPEN
    form = AnswerForm(
        request.POST if request.method == "POST" else None, seen=voice.round.content_hash
    )
    if request.method == "POST" and is_open and form.is_valid():
        by = Viewer(person_id=link.person_id, name=link.person.name if link.person else link.email)
        try:
            joining.answer(
                voice,
                yes="yes" in request.POST,
                note=form.cleaned_data["note"],
                seen=form.cleaned_data["seen"],
                by=by,
            )
        except JoiningError as error:
            form.add_error(None, str(error))
        else:
            return _private(redirect("agreements:joining-answer", token))
    context = {
        "joinder": joinder,
        "agreement": joinder.agreement,
        "voice": voice,
        "form": form,
        "is_open": is_open,
    }
    status = 422 if request.method == "POST" and is_open else 200
    return _private(render(request, "agreements/binding/answer.html", context, status=status))


def _answer(request: HttpRequest, voice: Voice, *, prefix: str) -> bool:
    form = AnswerForm(request.POST, prefix=prefix)
    if not form.is_valid():
        messages.error(request, _("The answer couldn't be read. Try again."))
        return True
    try:
        joining.answer(
            voice,
            yes="yes" in request.POST,
            note=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"],
            by=request.viewer,
        )
    except JoiningError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you, your answer counts."))
    return True


def _voice(joinder: Joinder, key: str) -> Voice | None:
    return next((one for one in joining.voices(joinder) if str(one.pk) == key), None)


def _may_withdraw(viewer: Viewer, agreement: Agreement, party: Party, today: date) -> bool:
    return (
        agreement.state == Agreement.State.ACTIVE
        and party.state != Party.State.WITHDRAWN
        and covers(party.bound, today)
        and can_withdraw(viewer, agreement, party)
    )


def _joining_organisation(request: HttpRequest, agreement: Agreement) -> Organisation | None:
    asked = request.POST if request.method == "POST" else request.GET
    form = WhoForm(
        {"organisation": asked.get("organisation", "")},
        viewer=request.viewer,
        own=_own_outside(request.viewer, agreement),
    )
    return form.cleaned_data["organisation"] if form.is_valid() else None


def _own_outside(viewer: Viewer, agreement: Agreement) -> list[Organisation]:
    """The viewer's own institutions that could join; none for those who may ask anybody."""
    if can_edit(viewer, agreement) or (agreement.network and can_lead(viewer, agreement.network)):
        return []
    own = Institution.objects.filter(pk__in=viewer.institutions).select_related("organisation")
    return [one.organisation for one in own if viewer.has_role(one.pk, "leader", "coordinator")]


def _mandated(agreement: Agreement, organisation: Organisation) -> list[tuple[int, str]]:
    rows = Mandate.objects.on(clock.today()).filter(
        organisation=organisation,
        institution_id__in=[agreement.institution_id, organisation.pk],
    )
    found: dict[int, str] = {}
    for one in rows.select_related("person").order_by("pk"):
        name = one.person.name
        found.setdefault(one.person_id, f"{name}, {one.title}" if one.title else name)
    return list(found.items())


def _not_members(
    viewer: Viewer, agreement: Agreement, every: list[Party], today: date
) -> list[Organisation]:
    """Parties bound today that aren't members of the agreement's network yet: a proposal."""
    network = agreement.network
    if network is None or not can_lead(viewer, network):
        return []
    bound = {one.organisation_id: one.organisation for one in every if covers(one.bound, today)}
    members = Membership.objects.on(today).filter(network=network, organisation_id__in=bound)
    known = set(members.values_list("organisation_id", flat=True))
    return [one for key, one in bound.items() if key not in known]


def _private(answer: HttpResponse) -> HttpResponse:
    # The address holds the secret: it goes into no Referer and no search engine.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
