"""Networks that an institution belongs to and that are run elsewhere: its own record of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from solmu.lib import clock
from solmu.lib.periods import first_day, last_day
from solmu.networks import elsewhere, founding, membering, trail
from solmu.networks.forms import ElsewhereForm
from solmu.networks.models import Membership, Network, Representative
from solmu.networks.page import open_network, shell
from solmu.networks.permissions import can_record
from solmu.organisations.models import Institution


@require_http_methods(["GET", "POST"])
@login_required
def record(request: HttpRequest) -> HttpResponse:
    """Record a network that is run elsewhere."""
    viewer = request.viewer
    if viewer.institution_id is None or not can_record(viewer, viewer.institution_id):
        raise PermissionDenied
    institution = Institution.objects.select_related("organisation").get(pk=viewer.institution_id)
    form = ElsewhereForm(
        request.POST if request.method == "POST" else None,
        viewer=viewer,
        network=None,
        institution_id=institution.pk,
    )
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data, "language": (get_language() or "fi")[:2]}
        try:
            made = elsewhere.record(
                facts,
                by=viewer,
                institution=institution,
                first=facts["first"],
                last=facts["last"],
                representatives=facts["representatives"],
            )
        except (founding.FoundingError, membering.MemberingError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The network is recorded. Only your institution sees it."))
            return redirect(made)
    return render(
        request,
        "networks/elsewhere_edit.html",
        {"form": form, "institution": institution},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what the institution has recorded."""
    network = open_network(request, slug)
    if network.elsewhere_of is None:
        raise Http404
    if not can_record(request.viewer, network.elsewhere_of_id):
        raise PermissionDenied
    own = _own(network)
    first = own[0] if own else None
    today = clock.today()
    form = ElsewhereForm(
        request.POST if request.method == "POST" else None,
        viewer=request.viewer,
        network=network,
        institution_id=network.elsewhere_of_id,  # type: ignore[arg-type]
        initial={
            "first": first_day(first.valid) if first else first_day(network.valid),
            "last": last_day(first.valid) if first else None,
            "representatives": list(
                Representative.objects.on(today)
                .filter(network=network)
                .values_list("person_id", flat=True)
            ),
        },
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            elsewhere.change(
                network,
                facts,
                by=request.viewer,
                first=facts["first"],
                last=facts["last"],
                representatives=facts["representatives"],
            )
        except (founding.FoundingError, membering.MemberingError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The network is saved."))
            return redirect(network)
    return render(
        request,
        "networks/elsewhere_edit.html",
        {"form": form, "network": network, "institution": network.elsewhere_of},
        status=422 if form.is_bound else 200,
    )


def page(request: HttpRequest, network: Network) -> HttpResponse:
    """What the institution knows of a network that is run elsewhere."""
    today = clock.today()
    named = Representative.objects.filter(network=network).select_related("person")
    facts: list[tuple[Any, Any]] = [
        (_("Kind"), capfirst(network.get_kind_display())),
        (_("Need or goal"), network.need),
        (_("Led by"), network.led_by or network.led_by_name),
        (_("Way of working"), network.way_of_working),
        (_("Its groups"), network.groups_elsewhere),
        (_("Funding"), network.funding),
        (_("Source of the funding"), network.funding_source),
        (_("Themes"), ", ".join(network.themes)),
    ]
    return render(
        request,
        "networks/elsewhere.html",
        shell(
            request,
            network,
            "networks:home",
            facts=[(label, value) for label, value in facts if value],
            memberships=[(each, membering.told(each)) for each in _own(network)],
            representatives=[each.person for each in named.on(today)],
            can_record=can_record(request.viewer, network.elsewhere_of_id),
            parts=[*trail.of_network(network), *trail.of_members(network)],
        ),
    )


def _own(network: Network) -> list[Membership]:
    rows = Membership.objects.filter(  # type: ignore[misc]
        network=network, organisation_id=network.elsewhere_of_id
    ).select_related("organisation")
    return list(rows.order_by("valid"))
