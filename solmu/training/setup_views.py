"""Setting up: a new programme, its facts and rule, exceptions to it, who runs it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from solmu.lib import clock
from solmu.lib.startrule import StartRule
from solmu.organisations.models import Institution
from solmu.training import cohorts, logos, public, setting_up
from solmu.training.forms import ExceptionForm, LogoForm, ProgrammeForm, RuleFields, StaffForm
from solmu.training.models import Programme, StartException
from solmu.training.page import programme_shell, set_up_programme
from solmu.training.permissions import can_found
from solmu.training.setting_up import SetUpError

SHOWN = 12


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponseBase:
    """Found a programme."""
    # An administrator has no institution of their own and names one.
    if not can_found(request.viewer) and not request.viewer.is_admin:
        raise PermissionDenied(_("Leaders and coordinators of an institution found a training."))
    form = ProgrammeForm(request.POST if request.method == "POST" else None, viewer=request.viewer)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        institution = facts.get("institution") or Institution.objects.get(
            pk=request.viewer.institution_id
        )
        try:
            made = setting_up.found(institution, facts["slug"], facts, by=request.viewer)
        except SetUpError as error:
            form.add_error("slug", str(error))
        else:
            messages.success(request, _("The training is founded, with a year of starts."))
            return redirect("training:run", made.slug)
    return render(
        request,
        "training/new.html",
        {"form": form, **_rule_shown(form)},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def settings(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A programme's facts, its rule, and the exceptions to it."""
    programme = set_up_programme(request, slug)
    form = ProgrammeForm(
        request.POST if request.method == "POST" else None,
        viewer=request.viewer,
        instance=Programme.objects.get(pk=programme.pk),
    )
    if request.method == "POST" and form.is_valid():
        if setting_up.change(programme, form.cleaned_data, by=request.viewer):
            messages.success(request, _("The training is changed."))
        return redirect("training:settings", programme.slug)
    return _settings_page(request, programme, form=form, status=422 if form.is_bound else 200)


def _settings_page(
    request: HttpRequest,
    programme: Programme,
    *,
    form: ProgrammeForm | None = None,
    exception_form: ExceptionForm | None = None,
    logo_form: LogoForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or ProgrammeForm(viewer=request.viewer, instance=programme)
    exceptions = list(programme.exceptions.order_by("day", "other"))
    return render(
        request,
        "training/settings.html",
        programme_shell(
            request,
            programme,
            "training:settings",
            form=form,
            exceptions=exceptions,
            exception_form=exception_form or ExceptionForm(days=_days(programme)),
            frame=public.frame(programme),
            logo=logos.of(programme),
            logo_form=logo_form or LogoForm(),
            **_rule_shown(form, [(one.day, one.other) for one in exceptions]),
        ),
        status=status,
    )


def _days(programme: Programme) -> list[date]:
    today = clock.today()
    return list(programme.start_rule.between(today + timedelta(days=1), today + cohorts.AHEAD))


def _rule_shown(form: RuleFields, exceptions: Any = ()) -> dict[str, Any]:
    """The rule of the form in words, with the starts that it gives from now on."""
    rule = (
        form.rule_of(form.cleaned_data)
        if form.is_bound and hasattr(form, "cleaned_data") and "kind" in form.cleaned_data
        else form.rule_of(form.initial)
    )
    return rule_facts(rule, exceptions)


def rule_facts(rule: StartRule, exceptions: Any = ()) -> dict[str, Any]:
    """A rule in words, with its next starts."""
    today = clock.today()
    days = cohorts.starts(rule, today + timedelta(days=1), today + timedelta(days=760), exceptions)
    return {"rule_words": rule.words, "rule_days": days[:SHOWN]}


@require_safe
@login_required
def preview(request: HttpRequest) -> HttpResponse:
    """What the chosen parts of a rule would give: the live list beside the form."""
    form = RuleFields(request.GET)
    if not form.is_valid():
        return render(request, "training/_rule.html", {"rule_words": "", "rule_days": []})
    return render(request, "training/_rule.html", rule_facts(form.rule_of(form.cleaned_data)))


@require_POST
@login_required
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the programme a logo, or take it off."""
    programme = set_up_programme(request, slug)
    if "remove" in request.POST:
        logos.remove(programme, by=request.viewer)
        messages.success(request, _("The logo is taken off."))
        return redirect("training:settings", programme.slug)
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _settings_page(request, programme, logo_form=form, status=422)
    logos.put(programme, form.cleaned_data["logo"], by=request.viewer)
    messages.success(request, _("The logo is on the programme's pages."))
    return redirect("training:settings", programme.slug)


@require_POST
@login_required
def add_exception(request: HttpRequest, slug: str) -> HttpResponse:
    """Skip, move or add a start."""
    programme = set_up_programme(request, slug)
    form = ExceptionForm(request.POST, days=_days(programme))
    if form.is_valid():
        facts = form.cleaned_data
        try:
            cohorts.except_start(
                programme,
                day=date.fromisoformat(facts["day"]) if facts["day"] else None,
                other=facts["other"],
                why=facts["why"],
                by=request.viewer,
            )
        except cohorts.CohortError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The exception is made."))
            return redirect("training:settings", programme.slug)
    return _settings_page(request, programme, exception_form=form, status=422)


@require_POST
@login_required
def drop_exception(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an exception back."""
    programme = set_up_programme(request, slug)
    found = get_object_or_404(StartException.objects.filter(programme=programme), pk=pk)
    cohorts.drop_exception(found, by=request.viewer)
    messages.success(request, _("The exception is taken back."))
    return redirect("training:settings", programme.slug)


@require_http_methods(["GET", "POST"])
@login_required
def staff(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who runs the programme, and since when."""
    programme = set_up_programme(request, slug)
    form = StaffForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            setting_up.give_role(
                programme,
                facts["person"],
                facts["role"],
                since=facts["since"],
                until=facts["until"],
                by=request.viewer,
            )
        except SetUpError as error:
            form.add_error("person", str(error))
        else:
            messages.success(request, _("%(name)s runs it too.") % {"name": facts["person"]})
            return redirect("training:staff", programme.slug)
    today = clock.today()
    rows = list(programme.staff.select_related("person").order_by("-valid", "pk"))
    return render(
        request,
        "training/staff.html",
        programme_shell(
            request,
            programme,
            "training:staff",
            form=form,
            now=[row for row in rows if row.valid.upper is None or row.valid.upper > today],
            before=[
                row for row in rows if row.valid.upper is not None and row.valid.upper <= today
            ],
        ),
        status=422 if form.is_bound else 200,
    )


@require_POST
@login_required
def end_staff(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody's time end today."""
    programme = set_up_programme(request, slug)
    found = get_object_or_404(programme.staff, pk=pk)
    setting_up.end_role(found, on=clock.today(), by=request.viewer)
    messages.success(request, _("Their time ends today."))
    return redirect("training:staff", programme.slug)
