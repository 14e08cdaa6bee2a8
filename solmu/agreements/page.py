"""What every page of an agreement shares: finding it, who may open it, its tabs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.agreements.models import Agreement
from solmu.agreements.permissions import can_comment, can_edit, can_end

# The parts of an agreement's pages: label and the name of an address that takes its id.
TABS: tuple[tuple[Any, str], ...] = (
    (gettext_lazy("Overview"), "agreements:agreement"),
    (gettext_lazy("Text"), "agreements:text"),
    (gettext_lazy("Comments"), "agreements:comments"),
    (gettext_lazy("Goals and duties"), "agreements:goals"),
    (gettext_lazy("Signing"), "agreements:signing"),
    (gettext_lazy("Parties"), "agreements:parties"),
    (gettext_lazy("Life"), "agreements:life"),
    (gettext_lazy("History"), "agreements:history"),
)


def open_agreement(request: HttpRequest, pk: int) -> Agreement:
    """Return the agreement at the address; 404 for those who may not know of it."""
    found: Agreement | None = (
        Agreement.objects.visible_to(request.viewer)
        .select_related(
            "institution__organisation",
            "stakeholder",
            "network__organisation",
            "base_version__base",
            "owner",
        )
        .prefetch_related("parties__organisation", "parties__contact")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def edited_agreement(request: HttpRequest, pk: int) -> Agreement:
    """Return an agreement that the viewer drafts; 403 for its other readers."""
    agreement = open_agreement(request, pk)
    if not can_edit(request.viewer, agreement):
        raise PermissionDenied(_("Those who draft the institution's agreements can do this."))
    return agreement


def shell(request: HttpRequest, agreement: Agreement, current: str, **more: Any) -> dict[str, Any]:
    """The context of an agreement's page; `current` is the name of its tab's address."""
    viewer = request.viewer
    return {
        "agreement": agreement,
        "agreement_tabs": [
            (label, url, name == current) for label, name in TABS if (url := _url(name, agreement))
        ],
        "can_edit": can_edit(viewer, agreement),
        "can_comment": can_comment(viewer, agreement),
        "can_end": can_end(viewer, agreement),
        **more,
    }


def _url(name: str, agreement: Agreement) -> str:
    try:
        return reverse(name, args=[agreement.pk])
    except NoReverseMatch:
        return ""
