"""The panel on an organisation's page: what one's own institution has to do with it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from solmu.lib import clock
from solmu.organisations.models import Organisation
from solmu.partnerships.models import Level, Stakeholder, Standing
from solmu.partnerships.permissions import can_edit_any


@require_GET
@login_required
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """How the organisation stands with the institution that the viewer looks from."""
    viewer = request.viewer
    organisation = get_object_or_404(Organisation.objects.visible_to(viewer), pk=pk)
    own = viewer.institution_id
    stakeholder = (
        Stakeholder.objects.visible_to(viewer)
        .filter(institution_id=own, organisation=organisation)
        .first()
    )
    may_add = own not in (None, organisation.pk) and can_edit_any(viewer, own)
    if "HX-Request" not in request.headers:  # without JavaScript the panel is a link to the page
        if stakeholder:
            return redirect(stakeholder)
        if may_add:
            return redirect(f"{reverse('partnerships:new')}?organisation={organisation.pk}")
        return redirect(organisation)
    standing = None
    if stakeholder:
        standing = (
            Standing.objects.on(clock.today())
            .filter(stakeholder=stakeholder)
            .select_related("level", "owner")
            .first()
        )
    return render(
        request,
        "partnerships/_organisation.html",
        {
            "organisation": organisation,
            "stakeholder": stakeholder,
            "standing": standing,
            "steps": Level.objects.filter(institution_id=own).count() if standing else 0,
            "can_add": may_add,
        },
    )
