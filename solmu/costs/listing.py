"""The list of a network's cost cases: filters, totals by year, what each pays."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.costs.models import CostCase
from solmu.costs.money import euros
from solmu.lib.compiled import compiled
from solmu.lib.paging import Source
from solmu.networks.models import Network
from solmu.ui import markup
from solmu.ui.tables import Column, Table

State = CostCase.State
TONES = {State.PROPOSED: "berry", State.AGREED: "lake", State.SETTLED: "lake"}


@dataclass(frozen=True, slots=True)
class Year:
    """The costs of a year that are agreed, and those that are not yet."""

    year: int
    agreed: Decimal
    open: Decimal
    spent: Decimal


class Listing:
    """The cases of one network for one request; who may read its costs sees all of them."""

    def __init__(self, request: HttpRequest, network: Network) -> None:
        self.request, self.network = request, network
        self.year = request.GET.get("year", "")
        self.state = request.GET.get("state", "")
        self._at = {"network": network.pk}

    @cached_property
    def table(self) -> Table[CostCase]:
        """The cases that the filter leaves."""
        year = int(self.year) if self.year.isdecimal() and len(self.year) == 4 else None
        state = self.state if self.state in State.values else ""
        return Table(
            self.request,
            _columns(self.network),
            Source(("costs", year, state), partial(_cases, year, state), self._at),
            default_sort="on",
            default_dir="desc",
            name="costs",
            caption=_("Costs"),
            empty=_("No costs yet"),
        )

    @cached_property
    def years(self) -> list[Year]:
        """Totals of each year, the newest first; what was withdrawn isn't counted."""
        totals: dict[int, dict[str, Decimal]] = {}
        for row in _totals(**self._at):
            year = totals.setdefault(
                row["on__year"], dict.fromkeys(("agreed", "open", "spent"), Decimal("0.00"))
            )
            settled = row["state"] in {State.AGREED, State.SETTLED}
            year["agreed" if settled else "open"] += row["planned"] or Decimal("0.00")
            year["spent"] += row["actual"] or Decimal("0.00")
        return [Year(year, **totals[year]) for year in sorted(totals, reverse=True)]

    @cached_property
    def states(self) -> list[tuple[str, Any, int]]:
        """The states there are, each with how many cases."""
        counted = dict(_counts(**self._at))
        return [(key, label, counted[key]) for key, label in State.choices if key in counted]

    @property
    def lead(self) -> str:
        """How things stand, in a sentence."""
        counted = {key: n for key, _label, n in self.states}
        waiting = counted.get(State.PROPOSED, 0)
        agreed = counted.get(State.AGREED, 0) + counted.get(State.SETTLED, 0)
        if not counted:
            return _("What the network pays together is agreed case by case.")
        first = ngettext(
            "%(n)s case has been agreed.", "%(n)s cases have been agreed.", agreed
        ) % {"n": agreed}  # fmt: skip
        if not waiting:
            return first
        then = ngettext(
            "%(n)s waits for approval.", "%(n)s wait for approval.", waiting
        ) % {"n": waiting}  # fmt: skip
        return f"{first} {then}"


def _cases(year: int | None, state: str, *, network: int) -> QuerySet[CostCase]:
    rows = CostCase.objects.filter(network=network)
    if year is not None:
        rows = rows.filter(on__year=year)
    if state:
        rows = rows.filter(state=state)
    return rows.with_amounts()


@compiled
def _totals(*, network: int) -> QuerySet[Any, Any]:
    rows = CostCase.objects.filter(network=network).exclude(state=State.WITHDRAWN).order_by()
    summed = {"planned": Sum("items__planned"), "actual": Sum("items__actual")}
    return rows.values("on__year", "state").annotate(**summed)


@compiled
def _counts(*, network: int) -> QuerySet[CostCase, tuple[str, int]]:
    rows = CostCase.objects.filter(network=network).order_by().values("state")
    return rows.annotate(n=Count("pk")).values_list("state", "n")


def _columns(network: Network) -> list[Column[Any]]:
    def title(row: CostCase) -> SafeString:
        row.network = network
        return markup.link(row.get_absolute_url(), row.title)

    return [
        Column("title", _("Case"), title, sort="title", export=lambda row: row.title),
        Column("on", _("Date"), lambda row: date_format(row.on, "SHORT_DATE_FORMAT"), sort="on",
               export=lambda row: row.on),
        Column("state", _("State"), _state, export=lambda row: str(row.get_state_display())),
        Column("amount", _("Planned, €"), lambda row: euros(row.amount), numeric=True),
        Column("spent", _("Actual, €"), lambda row: euros(row.spent), numeric=True),
        Column("key", _("Shared"), lambda row: row.get_key_display(),
               export=lambda row: str(row.get_key_display())),
        Column("payers", _("Payers"), lambda row: row.payer_count, numeric=True,
               export=lambda row: row.payer_count),
    ]  # fmt: skip


def _state(row: CostCase) -> SafeString:
    return markup.badge(row.get_state_display(), TONES.get(State(row.state), "neutral"))
