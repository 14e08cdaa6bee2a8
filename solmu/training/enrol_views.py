"""Enrolling: the form for one and for a group, confirming by a link, one's own page."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from solmu.imports import previews
from solmu.imports.reading import ReadingError
from solmu.lib import clock
from solmu.organisations import signing_in
from solmu.organisations.door_views import private
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.training import applicants, cohorts, enrolling, mails, placing, states, workplaces
from solmu.training.enrolling import Application, EnrolError, GroupApplication
from solmu.training.forms import DetailsForm, EnrolForm, GroupForm, StartForm
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.page import known_programme

CHOICES = 4
GROUP = "training group"
FACTS = ("given_name", "family_name", "phone", *enrolling.OWN_FACTS)


def _by(request: HttpRequest) -> Viewer:
    """Whoever is signed in, else the applicant, of whom nothing is known yet."""
    if request.viewer.is_anonymous:
        return Viewer.system(gettext_noop("by the applicant"))
    return request.viewer


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Enrol oneself."""
    programme = _open_programme(request, slug)
    coming = cohorts.open_cohorts(programme, most=CHOICES)
    own = _own_person(request)
    form = EnrolForm(
        request.POST if request.method == "POST" else None,
        programme=programme,
        cohorts=coming,
        initial=_initial(own),
    )
    if request.method == "POST" and form.is_program:
        return redirect("training:sent", programme.slug)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        email = facts["email"]
        if not ratelimit.consume(request, action="enrol", key=email.lower()):
            return ratelimit.respond_429(request)
        chosen = facts.get("cohort")
        one = Application(
            email=email,
            cohort_id=chosen.pk if chosen else None,
            **{name: facts[name] for name in FACTS},
        )
        # Whoever is signed in has proved the address already.
        proved = own is not None and own.email.lower() == email.lower()
        try:
            enrolment, _new = enrolling.apply(programme, one, by=_by(request), confirmed=proved)
        except EnrolError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if proved:
                return redirect("training:my-enrolment", enrolment.uuid)
            return redirect("training:sent", programme.slug)
    return render(
        request,
        "training/enrol.html",
        {
            "programme": programme,
            "form": form,
            "coming": coming,
            "late": bool(coming) and placing.is_late(coming[0]),
        },
        status=422 if form.is_bound else 200,
    )


def _open_programme(request: HttpRequest, slug: str) -> Programme:
    programme = known_programme(request, slug)
    if programme.ended_on and programme.ended_on <= clock.today():
        raise Http404
    return programme


def _own_person(request: HttpRequest) -> Person | None:
    return Person.objects.filter(pk=request.viewer.person_id or 0).first()


def _initial(person: Person | None) -> dict[str, Any]:
    language = {"language": (get_language() or "fi")[:2]}
    if person is None:
        return language
    names = ("given_name", "family_name", "email", "phone")
    return {**language, **{name: getattr(person, name) for name in names}}


@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Look into your mail: said after every enrolment, whoever enrolled."""
    return render(request, "training/sent.html", {"programme": known_programme(request, slug)})


@require_safe
def workplace(request: HttpRequest) -> HttpResponseBase:
    """The name of the workplace that was looked up by its business ID, as a field of the form."""
    if not ratelimit.consume(request, action="workplace"):
        return ratelimit.respond_429(request)
    number = request.GET.get("business_id", "")
    found = workplaces.look_up(number, viewer=request.viewer)
    return render(
        request,
        "training/_workplace.html",
        {
            "name": found.name if found else request.GET.get("workplace_name", "")[:200],
            "found": found,
            "asked": bool(number.strip()),
        },
    )


@require_http_methods(["GET", "POST"])
def enrol_group(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Enrol people of a workplace together: read, look, then confirm by mail."""
    programme = _open_programme(request, slug)
    coming = cohorts.open_cohorts(programme, most=CHOICES)
    if request.method == "POST" and "seal" in request.POST:
        return _write_group(request, programme)
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        programme=programme,
        cohorts=coming,
        initial=_initial_group(request),
    )
    if request.method == "POST" and form.is_program:
        return redirect("training:sent", programme.slug)
    rows: list[applicants.ApplicantRow] = []
    if request.method == "POST" and form.is_valid():
        try:
            rows = _rows(form.cleaned_data)
        except ReadingError as error:
            form.add_error("file", str(error))
    taken = [row for row in rows if row.application]
    rejected = [row for row in rows if not row.application]
    return render(
        request,
        "training/enrol_group.html",
        {
            "programme": programme,
            "form": form,
            "taken": taken,
            "rejected": rejected,
            "rejected_text": "\n".join(row.text for row in rejected),
            "seal": _seal(programme, form.cleaned_data, taken) if taken else "",
            "start": form.cleaned_data.get("cohort") if taken else None,
        },
        status=422 if form.is_bound and not rows else 200,
    )


def _initial_group(request: HttpRequest) -> dict[str, Any]:
    person = _own_person(request)
    language = {"language": (get_language() or "fi")[:2]}
    if person is None:
        return language
    return {
        **language,
        "contact_name": person.name,
        "contact_email": person.email,
        "contact_phone": person.phone,
    }


def _rows(facts: dict[str, Any]) -> list[applicants.ApplicantRow]:
    rows = applicants.of_lines(facts["people"])
    if len(rows) > applicants.MOST:
        raise ReadingError(_("At most %(n)s rows at a time.") % {"n": applicants.MOST})
    if facts.get("file"):
        rows += applicants.read(facts["file"].read())
    applicants.refuse_repeats(rows)
    return rows


def _seal(programme: Programme, facts: dict[str, Any], taken: list[applicants.ApplicantRow]) -> str:
    chosen = facts.get("cohort")
    shared = {
        name: facts[name]
        for name in ("workplace_name", "business_id", "field", "municipality", "language")
    }
    people = [
        [one.given_name, one.family_name, one.email, one.phone]
        for row in taken
        if (one := row.application)
    ]
    who = {
        name: facts.get(name, "")
        for name in ("contact_name", "contact_email", "contact_phone", "payer")
    }
    return previews.seal(
        GROUP,
        programme.pk,
        {"who": who, "shared": shared, "people": people, "cohort": chosen.pk if chosen else None},
    )


def _write_group(request: HttpRequest, programme: Programme) -> HttpResponseBase:
    try:
        plain = previews.unseal(GROUP, programme.pk, request.POST["seal"])
    except previews.StaleError as error:
        messages.error(request, str(error))
        return redirect("training:enrol-group", programme.slug)
    email = plain["who"]["contact_email"]
    if not ratelimit.consume(request, action="enrol", key=email.lower()):
        return ratelimit.respond_429(request)
    shared = plain["shared"]
    who = GroupApplication(
        **plain["who"],
        workplace_name=shared["workplace_name"],
        business_id=shared["business_id"],
        language=shared["language"],
    )
    people = [
        Application(
            given_name=given,
            family_name=family,
            email=address,
            phone=phone,
            cohort_id=plain["cohort"],
            **shared,
        )
        for given, family, address, phone in plain["people"]
    ]
    try:
        enrolling.apply_group(programme, who, people, by=_by(request))
    except EnrolError as error:
        messages.error(request, str(error))
        return redirect("training:enrol-group", programme.slug)
    return redirect("training:sent", programme.slug)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Confirm one's enrolment by the button; opening the page changes nothing."""
    link = links.find(token, mails.CONFIRM)
    enrolment = mails.of_link(link) if link else None
    if link is None or enrolment is None or enrolment.state != states.State.UNCONFIRMED:
        return private(render(request, "training/gone.html", status=410))
    older = enrolling.double_of(enrolment)
    if request.method == "POST":
        same = older is not None and request.POST.get("answer") == "me"
        done = enrolling.confirm(link, same_person=same, by=_by(request))
        if done is None:
            return private(render(request, "training/gone.html", status=410))
        done = Enrolment.objects.select_related("cohort", "programme", "person").get(pk=done.pk)
        return private(
            render(
                request,
                "training/confirmed.html",
                {"enrolment": done, "programme": done.programme, "was_me": done.pk != enrolment.pk},
            )
        )
    return private(
        render(
            request,
            "training/confirm.html",
            {
                "enrolment": enrolment,
                "programme": enrolment.programme,
                "older": older,
                "older_email": _hidden(older.person.email) if older else "",
            },
        )
    )


def _hidden(email: str) -> str:
    """An address of which its owner knows that it is theirs, and nobody else learns it."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}…{at}{domain[:1]}…" if at else "…"


@require_http_methods(["GET", "POST"])
def confirm_group(request: HttpRequest, token: str) -> HttpResponseBase:
    """Confirm a group by the button."""
    link = links.find(token, mails.CONFIRM_GROUP)
    group = mails.group_of_link(link) if link else None
    if link is None or group is None:
        return private(render(request, "training/gone.html", status=410))
    done = False
    if request.method == "POST":
        if enrolling.confirm_group(link, by=_by(request)) is None:
            return private(render(request, "training/gone.html", status=410))
        done = True
    people = group.enrolments.select_related("person", "cohort").order_by("pk")
    return private(
        render(
            request,
            "training/group_confirm.html",
            {"group": group, "programme": group.programme, "people": people, "done": done},
        )
    )


@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, token: str) -> HttpResponseBase:
    """The participant's own page, opened by the link in their mail."""
    link = links.find(token, mails.OWN)
    enrolment = mails.of_link(link) if link else None
    if enrolment is None:
        return private(render(request, "training/gone.html", status=410))
    here = reverse("training:own", args=[token])
    return private(_own_page(request, enrolment, here, "training/bare.html"))


@require_http_methods(["GET", "POST"])
@login_required
def my_enrolment(request: HttpRequest, uuid: Any) -> HttpResponseBase:
    """The same page for a participant who is signed in."""
    found = get_object_or_404(
        Enrolment.objects.own(request.viewer).select_related(
            "person", "programme__institution__organisation", "cohort", "group"
        ),
        uuid=uuid,
    )
    here = reverse("training:my-enrolment", args=[found.uuid])
    return _own_page(request, found, here, "ui/page.html")


def _own_page(request: HttpRequest, enrolment: Enrolment, here: str, layout: str) -> HttpResponse:
    programme = enrolment.programme
    coming = [
        one
        for one in cohorts.open_cohorts(programme, most=CHOICES + 1)
        if one.pk != enrolment.cohort_id
    ][:CHOICES]
    act = request.POST.get("act", "") if request.method == "POST" else ""
    start_form = StartForm(request.POST if act == "start" else None, cohorts=coming)
    details = DetailsForm(
        request.POST if act == "details" else None,
        programme=programme,
        initial={
            **{name: getattr(enrolment, name) for name in enrolling.OWN_FACTS},
            **{name: getattr(enrolment.person, name) for name in enrolling.PERSON_FACTS},
        },
    )
    if request.method == "POST":
        answer = _act(request, enrolment, act, start_form, details, here)
        if answer is not None:
            return answer
    return render(
        request,
        "training/own.html",
        {
            "layout": layout,
            "enrolment": enrolment,
            "programme": programme,
            "here": here,
            "said": states.FOR_PARTICIPANT[enrolment.state],
            "before": enrolment.state in {*states.BEFORE_START, states.State.WAITING},
            "can_withdraw": states.can_move(enrolment, states.State.WITHDRAWN),
            "studies": enrolment.state in states.UNDER_WAY | states.DONE,
            "signed_in": request.viewer.person_id == enrolment.person_id,
            "coming": coming,
            "start_form": start_form,
            "details": details,
        },
        status=422 if request.method == "POST" else 200,
    )


def _act(
    request: HttpRequest,
    enrolment: Enrolment,
    act: str,
    start_form: StartForm,
    details: DetailsForm,
    here: str,
) -> HttpResponse | None:
    by = _by(request)
    try:
        if act == "start" and start_form.is_valid():
            cohort: Cohort = start_form.cleaned_data["cohort"]
            placed = enrolling.change_start(enrolment, cohort, by=by)
            messages.success(
                request,
                _("Your start has changed.")
                if placed
                else _("That start is full: you are on its waiting list."),
            )
            return redirect(here)
        if act == "details" and details.is_valid():
            enrolling.correct(enrolment, details.cleaned_data, by=by)
            messages.success(request, _("Your details are corrected."))
            return redirect(here)
        if act == "withdraw":
            enrolling.withdraw(enrolment, by=by)
            messages.success(request, _("You have withdrawn. You are welcome another time."))
            return redirect(here)
        if act == "study":
            user = enrolling.account_for(enrolment)
            if user is None:
                raise EnrolError(_("There is no e-mail address to sign in with."))
            signing_in.ask(user.email, target=enrolment.get_absolute_url())
            messages.success(request, _("We sent you a link that opens your studies."))
            return redirect(here)
    except EnrolError as error:
        if act == "start":
            start_form.add_error("cohort", str(error))
        else:
            messages.error(request, str(error))
    return None
