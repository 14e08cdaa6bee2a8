"""An institution's settings: operating area, colleagues and their roles."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from solmu.audit.changes import Part
from solmu.lib import clock
from solmu.organisations import affiliations, fields, invitations
from solmu.organisations import institutions as founding
from solmu.organisations.forms import AreaForm, InviteForm, RoleForm
from solmu.organisations.models import (
    Affiliation,
    Institution,
    Invitation,
    OperatingMunicipality,
    OperatingRegion,
)
from solmu.organisations.moved import at_present_address
from solmu.organisations.permissions import can_found, can_give, can_manage, can_see_colleagues
from solmu.organisations.settings_tabs import tabs
from solmu.people.viewing import CURRENT_INSTITUTION


@require_GET
@login_required
def institutions(request: HttpRequest) -> HttpResponse:
    """The institutions that the viewer has a part in; administrators see all. One opens."""
    seen = (
        Institution.objects.visible_to(request.viewer)
        .select_related("organisation")
        .order_by(f"organisation__sort_{(get_language() or 'fi')[:2]}")
    )
    if len(seen) == 1 and not request.viewer.is_admin:
        return redirect("institutions:general", seen[0].organisation.slug)
    return render(
        request,
        "organisations/institutions.html",
        {"institutions": seen, "can_found": can_found(request.viewer)},
    )


@require_POST
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Look from another of one's institutions."""
    chosen = request.POST.get("institution", "")
    if not chosen.isdecimal() or int(chosen) not in request.viewer.institutions:
        raise Http404
    request.session[CURRENT_INSTITUTION] = int(chosen)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if safe else "/home/")


@require_http_methods(["GET", "POST"])
@login_required
@at_present_address
def general(request: HttpRequest, slug: str) -> HttpResponse:
    """Operating area and fields."""
    institution = _institution(request, slug)
    may = can_manage(request.viewer, institution.pk)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        form = AreaForm(request.POST)
        if form.is_valid():
            facts = form.cleaned_data
            founding.change_area(
                institution,
                by=request.viewer,
                regions=facts["regions"],
                municipalities=facts["municipalities"],
                fields=facts["field_codes"],
            )
            messages.success(request, _("The operating area is saved."))
            return redirect("institutions:general", slug)
    else:
        form = AreaForm(
            initial={
                "regions": list(institution.regions.values_list("pk", flat=True)),
                "municipalities": list(institution.municipalities.values_list("pk", flat=True)),
                "field_codes": institution.fields,
            }
        )
    return render(
        request,
        "organisations/institution.html",
        {
            "institution": institution,
            "form": form if may else None,
            "regions": institution.regions.all(),
            "municipalities": institution.municipalities.all(),
            "changes": _history(institution)
            if can_see_colleagues(request.viewer, institution)
            else None,
            "tabs": tabs(request.viewer, institution, "institutions:general"),
        },
        status=422 if form.is_bound else 200,
    )


def _history(institution: Institution) -> list[Part]:
    """The institution's own facts and its operating area, which decides the scope of partners."""
    of, own = Q(institution_id=institution.pk), frozenset({"institution"})
    return [
        Part(
            Institution,
            Q(pgh_obj_id=institution.pk),
            _("Institution"),
            references={"fields": fields.named},
        ),
        Part(
            OperatingRegion,
            of,
            _("region of the operating area"),
            title=("region",),
            hidden=own,
        ),
        Part(
            OperatingMunicipality,
            of,
            _("municipality of the operating area"),
            title=("municipality",),
            hidden=own,
        ),
    ]


@require_GET
@login_required
@at_present_address
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Colleagues with their roles, and invitations that wait for an answer."""
    institution = _institution(request, slug)
    if not can_see_colleagues(request.viewer, institution):
        raise PermissionDenied
    return _people_page(request, institution)


@require_POST
@login_required
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite colleagues by mail."""
    institution = _managed(request, slug)
    role = request.POST.get("role", "")
    if role and not can_give(request.viewer, institution.pk, role):
        raise PermissionDenied
    form = InviteForm(request.POST, roles=_gives(request, institution))
    if not form.is_valid():
        return _people_page(request, institution, form)
    sent = 0
    for email in form.cleaned_data["emails"]:
        try:
            invitations.invite(
                institution,
                email,
                form.cleaned_data["role"],
                by=request.viewer,
                language=form.cleaned_data["language"],
            )
            sent += 1
        except invitations.InvitationError as error:
            messages.warning(request, str(error))
    if sent:
        text = ngettext(
            "One invitation is on its way.", "%(n)s invitations are on their way.", sent
        )
        messages.success(request, text % {"n": sent})
    return redirect("institutions:people", slug)


@require_POST
@login_required
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a colleague another role from today."""
    institution = _managed(request, slug)
    held = get_object_or_404(_held(institution), pk=pk)
    form = RoleForm(request.POST)
    for role in (held.role, request.POST.get("role", "")):
        if not can_give(request.viewer, institution.pk, role):
            raise PermissionDenied
    if form.is_valid():
        affiliations.give_role(
            held.person, institution, form.cleaned_data["role"], by=request.viewer
        )
        messages.success(request, _("The role is changed from today."))
    return redirect("institutions:people", slug)


@require_POST
@login_required
def end_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End a colleague's role; what they did stays in the history."""
    institution = _managed(request, slug)
    held = get_object_or_404(_held(institution), pk=pk)
    if not can_give(request.viewer, institution.pk, held.role):
        raise PermissionDenied
    if held.person_id == request.viewer.person_id and not request.viewer.is_admin:
        messages.warning(request, _("You can't end your own role; ask a colleague."))
        return redirect("institutions:people", slug)
    affiliations.end_role(held, by=request.viewer)
    messages.success(request, _("The role has ended."))
    return redirect("institutions:people", slug)


@require_POST
@login_required
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    institution = _managed(request, slug)
    waiting = get_object_or_404(
        Invitation, pk=pk, institution=institution, accepted_at=None, cancelled_at=None
    )
    invitations.cancel(waiting, by=request.viewer)
    messages.success(request, _("The invitation is taken back; its link no longer works."))
    return redirect("institutions:people", slug)


def _people_page(
    request: HttpRequest, institution: Institution, form: InviteForm | None = None
) -> HttpResponse:
    may = can_manage(request.viewer, institution.pk)
    gives = _gives(request, institution)
    held = _held(institution).select_related("person").order_by("person__family_name", "pk")
    return render(
        request,
        "organisations/people.html",
        {
            "institution": institution,
            "held": held,
            "ended": Affiliation.objects.filter(
                institution=institution, valid__fully_lt=(clock.today(), None)
            )
            .select_related("person")
            .order_by("-valid")[:50],
            "invitations": invitations.open_invitations(institution).order_by("-pk") if may else [],
            "roles": [choice for choice in Affiliation.Role.choices if choice[0] in gives],
            "gives": gives,
            "may": may,
            "changes": [
                Part(Affiliation, Q(institution_id=institution.pk), _("Role"), title=("person",))
            ],
            "form": form
            or InviteForm(initial={"language": (get_language() or "fi")[:2]}, roles=gives),
            "tabs": tabs(request.viewer, institution, "institutions:people"),
        },
        status=422 if form else 200,
    )


def _gives(request: HttpRequest, institution: Institution) -> set[str]:
    """The roles that the viewer may give and take."""
    roles = Affiliation.Role.values
    return {role for role in roles if can_give(request.viewer, institution.pk, role)}


def _held(institution: Institution) -> QuerySet[Affiliation]:
    return Affiliation.objects.on(clock.today()).filter(institution=institution)


def _institution(request: HttpRequest, slug: str) -> Institution:
    return get_object_or_404(
        Institution.objects.visible_to(request.viewer).select_related("organisation"),
        organisation__slug=slug,
    )


def _managed(request: HttpRequest, slug: str) -> Institution:
    institution = _institution(request, slug)
    if not can_manage(request.viewer, institution.pk):
        raise PermissionDenied
    return institution
