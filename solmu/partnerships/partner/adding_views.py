"""Adding a partner by hand: find it in the directory first, else write a new entry."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.organisations.directory import DirectoryError
from solmu.organisations.models import Organisation
from solmu.partnerships.partner import adding
from solmu.partnerships.partner.adding_forms import AddForm
from solmu.partnerships.permissions import can_edit_any
from solmu.partnerships.picture.picture import Picture
from solmu.partnerships.standing import StandingError


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a partner: ?find= looks in the directory, ?organisation= takes an entry of it."""
    picture = Picture.from_request(request)
    if not can_edit_any(picture.viewer, picture.institution.pk):
        raise PermissionDenied
    text = request.GET.get("find", "")
    organisation = _chosen(request)
    found = adding.found(text, viewer=picture.viewer, institution=picture.institution)
    writing = organisation is not None or "write" in request.GET or request.method == "POST"
    form = AddForm(
        request.POST if request.method == "POST" else None,
        picture=picture,
        organisation=organisation,
        initial={"name": text},
    )
    if request.method == "POST" and form.is_valid():
        try:
            stakeholder, created = adding.add(
                picture.institution,
                organisation or form.organisation_facts(),
                roles=form.cleaned_data["roles"],
                on=form.cleaned_data["on"],
                by=picture.viewer,
                **form.standing_facts(),
            )
        except (DirectoryError, StandingError) as error:
            form.add_error(None, str(error))
        else:
            name = stakeholder.organisation.name
            if created:
                messages.success(request, _("%(name)s is on your list now.") % {"name": name})
            else:
                messages.info(request, _("%(name)s was on your list already.") % {"name": name})
            return redirect(stakeholder)
    return render(
        request,
        "partnerships/new.html",
        {
            "picture": picture,
            "text": text,
            "found": found,
            "organisation": organisation,
            "form": form,
            "writing": writing,
        },
        status=422 if form.is_bound else 200,
    )


def _chosen(request: HttpRequest) -> Organisation | None:
    pk = request.GET.get("organisation", "")
    if not pk:
        return None
    seen = Organisation.objects.visible_to(request.viewer)
    return get_object_or_404(seen, pk=int(pk) if pk.isascii() and pk.isdecimal() else 0)
