"""Founding an institution on one page, and changing its ladder and lists later."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.audit.changes import Part
from solmu.organisations import directory, institutions, invitations
from solmu.organisations.models import Institution
from solmu.organisations.moved import at_present_address
from solmu.organisations.permissions import can_found
from solmu.organisations.settings_tabs import tabs
from solmu.partnerships.founding import founding, ladder
from solmu.partnerships.founding.forms import FacetFormSet, FoundingForm, LevelFormSet
from solmu.partnerships.models import Facet, Level
from solmu.partnerships.permissions import can_settings
from solmu.people.viewing import CURRENT_INSTITUTION

_LIST_NAMES = ("name_fi", "name_sv", "name_en")


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Found an institution: name, area, ladder, lists and colleagues on one page."""
    if not can_found(request.viewer):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else None
    form = FoundingForm(given)
    levels = LevelFormSet(given, prefix="levels", initial=_ordered(ladder.LEVELS))
    contents = FacetFormSet(given, prefix="contents", initial=_listed(ladder.CONTENTS))
    themes = FacetFormSet(given, prefix="themes", initial=_listed(ladder.THEMES))
    # All are checked, so that everything that needs mending shows at once.
    if given is not None and all(
        [form.is_valid(), levels.is_valid(), contents.is_valid(), themes.is_valid()]
    ):
        facts = form.cleaned_data
        try:
            institution = founding.found(
                {key: facts[key] for key in (*_LIST_NAMES, "business_id", "website")},
                by=request.viewer,
                regions=facts["regions"],
                municipalities=facts["municipalities"],
                fields=facts["field_codes"],
                levels=_without_id(levels.facts()),
                contents=_names(contents.facts()),
                themes=_names(themes.facts()),
                own_role=facts["own_role"],
                invited=facts["emails"],
                invited_role=facts["role"],
                language=(get_language() or "fi")[:2],
            )
        except (directory.DirectoryError, institutions.InstitutionError) as error:
            form.add_error("business_id", str(error))
        except invitations.InvitationError as error:
            form.add_error("emails", str(error))
        else:
            messages.success(
                request,
                _("%(institution)s is ready. Now bring in the partners you have.")
                % {"institution": institution},
            )
            if not facts["own_role"]:
                return redirect("institutions:people", institution.organisation.slug)
            request.session[CURRENT_INSTITUTION] = institution.pk
            return redirect("/partners/import/")
    status = 200 if given is None else 422
    return render(
        request,
        "partnerships/found.html",
        {"form": form, "levels": levels, "contents": contents, "themes": themes},
        status=status,
    )


@require_http_methods(["GET", "POST"])
@login_required
@at_present_address
def change_ladder(request: HttpRequest, slug: str) -> HttpResponse:
    """The institution's ladder of levels."""
    institution = _institution(request, slug)
    present = [
        {"id": level.pk, "ORDER": level.rank, **_values(level, LevelFormSet.form.Meta.fields)}
        for level in Level.objects.filter(institution=institution)
    ]
    levels = LevelFormSet(
        request.POST if request.method == "POST" else None, prefix="levels", initial=present
    )
    if request.method == "POST" and levels.is_valid():
        try:
            ladder.change_ladder(institution, levels.facts(), by=request.viewer)
        except ladder.LadderError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The ladder is saved."))
            return redirect("founding:ladder", slug)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "partnerships/ladder.html",
        {
            "institution": institution,
            "levels": levels,
            "changes": [
                Part(
                    Level,
                    Q(institution_id=institution.pk),
                    _("Level"),
                    title=("name",),
                    names={"rank": _("step")},
                    hidden=frozenset({"institution"}),
                )
            ],
            "tabs": tabs(request.viewer, institution, "founding:ladder"),
        },
        status=status,
    )


@require_http_methods(["GET", "POST"])
@login_required
@at_present_address
def lists(request: HttpRequest, slug: str) -> HttpResponse:
    """The institution's lists of contents and themes."""
    institution = _institution(request, slug)
    sets = {
        kind: FacetFormSet(
            request.POST if request.method == "POST" else None,
            prefix=f"{kind}s",
            initial=[
                {"id": facet.pk, "ended": facet.ended, **_values(facet, _LIST_NAMES)}
                for facet in Facet.objects.filter(institution=institution, kind=kind)
            ],
        )
        for kind in Facet.Kind.values
    }
    if request.method == "POST" and all([rows.is_valid() for rows in sets.values()]):  # noqa: C419
        for kind, rows in sets.items():
            ladder.change_facets(institution, kind, rows.facts(), by=request.viewer)
        messages.success(request, _("The lists are saved."))
        return redirect("founding:lists", slug)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "partnerships/lists.html",
        {
            "institution": institution,
            "contents": sets["content"],
            "themes": sets["theme"],
            "changes": [
                Part(Facet, Q(institution_id=institution.pk, kind=kind), label, title=("name",))
                for kind, label in Facet.Kind.choices
            ],
            "tabs": tabs(request.viewer, institution, "founding:lists"),
        },
        status=status,
    )


def _institution(request: HttpRequest, slug: str) -> Institution:
    institution = get_object_or_404(
        Institution.objects.visible_to(request.viewer).select_related("organisation"),
        organisation__slug=slug,
    )
    if not can_settings(request.viewer, institution.pk):
        raise PermissionDenied
    return institution


def _values(row: Any, names: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _ordered(steps: Any) -> list[dict[str, Any]]:
    return [{**step, "ORDER": number} for number, step in enumerate(steps, start=1)]


def _listed(entries: Any) -> list[dict[str, str]]:
    return [dict(zip(_LIST_NAMES, names, strict=True)) for names in entries]


def _names(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in _LIST_NAMES} for row in rows]


def _without_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "id"} for row in rows]
