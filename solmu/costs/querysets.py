"""Reads of cost cases, scoped by who asks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import DecimalField, Exists, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer

GUEST = "guest"


class CaseQuerySet(models.QuerySet):
    """Cost cases."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Cases of the networks that the viewer is in, but not as a guest.

        A leader also sees what their institution is asked to pay, once it has been proposed.
        """
        if viewer.is_admin:
            return self
        inside = [network for network, roles in viewer.networks.items() if roles - {GUEST}]
        seen = Q(network_id__in=inside)
        led = [key for key in viewer.institutions if viewer.has_role(key, "leader")]
        if led:
            payer: Any = self.model._meta.get_field("payers").related_model  # noqa: SLF001
            theirs = payer.objects.filter(case_id=OuterRef("pk"), organisation_id__in=led)
            seen |= ~Q(state="draft", version=1) & Q(Exists(theirs))
        return self.filter(seen)

    def with_amounts(self) -> Self:
        """With `amount` (planned), `spent` (actual, None before any) and `payer_count`."""
        item: Any = self.model._meta.get_field("items").related_model  # noqa: SLF001
        payer: Any = self.model._meta.get_field("payers").related_model  # noqa: SLF001
        money = DecimalField(max_digits=17, decimal_places=2)

        def of_items(column: str) -> Subquery:
            items = item.objects.filter(case_id=OuterRef("pk")).order_by().values("case_id")
            return Subquery(items.annotate(sum=Sum(column)).values("sum"), output_field=money)

        payers = payer.objects.filter(case_id=OuterRef("pk")).order_by().values("case_id")
        return self.annotate(
            amount=Coalesce(of_items("planned"), Value(Decimal("0.00"), output_field=money)),
            spent=of_items("actual"),
            payer_count=Coalesce(
                Subquery(payers.annotate(n=models.Count("pk")).values("n")), Value(0)
            ),
        )
