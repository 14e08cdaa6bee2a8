"""What every page of an agreement shares: finding it, who may open it, its tabs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.agreements.models import Agreement, Party
from solmu.agreements.permissions import can_comment, can_edit, can_end
from solmu.agreements.querysets import seen_rows

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
    found = seen_rows(request.viewer, "one", _one, pk=pk)
    if not found:
        raise Http404
    agreement: Agreement = found[0]
    parties = Party.objects.select_related("organisation", "contact")
    prefetch_related_objects([agreement], Prefetch("parties", parties))
    return agreement


def _one(seen: QuerySet[Agreement], *, pk: int) -> QuerySet[Agreement]:
    return seen.filter(pk=pk).select_related(
        "institution__organisation",
        "stakeholder",
        "network__organisation",
        "base_version__base",
        "owner",
    )


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
