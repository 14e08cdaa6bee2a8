"""Settling a case: what it came to, who pays what to whom, and that it has been paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.approvals import asking
from solmu.approvals.models import Round
from solmu.audit import history
from solmu.costs import content, drafting, sharing
from solmu.costs.drafting import CostError
from solmu.costs.models import KIND, CostCase, CostItem, Transfer
from solmu.lib import clock
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer

State = CostCase.State


@dataclass(frozen=True, slots=True)
class Spent:
    """What an item came to, who paid the supplier and when."""

    actual: Decimal | None
    paid_by_id: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation on the settlement sheet."""

    organisation: Organisation
    agreed: Decimal
    share: Decimal
    borne: Decimal

    @property
    def balance(self) -> Decimal:
        """What it gets from the others; negative: what it pays to them."""
        return self.borne - self.share


@dataclass(frozen=True, slots=True)
class Sheet:
    """The settlement of a case: each payer's line, and the payments that make it even."""

    planned: Decimal
    actual: Decimal
    lines: list[Line]
    each: list[sharing.Transfer]
    net: list[sharing.Transfer]
    organisations: dict[str, Organisation]

    def transfers(self, *, netting: bool) -> list[tuple[Organisation, Organisation, Decimal]]:
        """Who pays what to whom."""
        return [
            (
                self.organisations[one.payer],
                self.organisations[one.receiver],
                sharing.from_cents(one.cents),
            )
            for one in (self.net if netting else self.each)
        ]


@transaction.atomic
def record(case: CostCase, spent: Mapping[int, Spent], *, by: Viewer) -> None:
    """Write down what the items of an agreed case came to; what was agreed stays as it is."""
    row = drafting.locked(case)
    _open_for_costs(row)
    with history.acting(by):
        for item in row.items.all():
            now = spent.get(item.pk)
            if now is None or now == Spent(item.actual, item.paid_by_id, item.on):
                continue
            if now.actual and now.paid_by_id is None:
                raise CostError(_("Say who paid “%(item)s”.") % {"item": item.title}, str(item.pk))
            item.actual, item.paid_by_id, item.on = now.actual, now.paid_by_id, now.on
            item.save(update_fields=["actual", "paid_by", "on"])


@transaction.atomic
def add_unplanned(case: CostCase, title: str, spent: Spent, *, by: Viewer) -> CostItem:
    """Write down a cost that nobody had planned."""
    row = drafting.locked(case)
    _open_for_costs(row)
    if not spent.actual or spent.paid_by_id is None:
        raise CostError(_("Say what it came to, and who paid it."))
    with history.acting(by):
        return CostItem.objects.create(
            case=row,
            title=title,
            planned=Decimal("0.00"),
            actual=spent.actual,
            paid_by_id=spent.paid_by_id,
            on=spent.on,
        )


def sheet(case: CostCase, items: Sequence[CostItem] | None = None) -> Sheet:
    """The settlement as the actual costs stand, by the weights that were agreed.

    CostError where nothing has been agreed or spent, or an item is still open.
    """
    agreed = asking.latest(KIND, case.pk, Round.State.APPROVED)
    if agreed is None:
        raise CostError(_("Nothing has been agreed yet."))
    items = list(case.items.all()) if items is None else items
    waiting = [item.title for item in items if item.actual is None]
    if waiting:
        raise CostError(
            _("Not known yet what this came to: %(items)s.") % {"items": ", ".join(waiting)}
        )
    payers = {payer["slug"]: payer for payer in agreed.content["payers"]}
    ids = {payer["organisation"] for payer in payers.values()}
    ids |= {item.paid_by_id for item in items if item.paid_by_id}
    found = Organisation.objects.select_related("merged_into").in_bulk(ids)
    by_slug = {slug: found[payer["organisation"]] for slug, payer in payers.items()}
    slug_of = {one.pk: slug for slug, one in by_slug.items()}
    # A payer that was merged with another since is that other.
    slug_of |= {one.merged_into_id: slug for slug, one in by_slug.items() if one.merged_into_id}
    borne: dict[str, int] = {}
    for item in items:
        if item.actual:
            bearer = found[item.paid_by_id]
            slug = slug_of.setdefault(bearer.pk, bearer.slug)
            by_slug.setdefault(slug, bearer)
            borne[slug] = borne.get(slug, 0) + sharing.to_cents(item.actual)
    if not borne:
        raise CostError(_("Nothing has been spent, so there is nothing to settle."))
    shares = sharing.share_cents(sum(borne.values()), content.weights(agreed.content))
    everybody = {**dict.fromkeys(by_slug, 0), **shares}
    lines = [
        Line(
            one,
            Decimal(payers[slug]["share"]) if slug in payers else Decimal("0.00"),
            sharing.from_cents(everybody[slug]),
            sharing.from_cents(borne.get(slug, 0)),
        )
        for slug, one in by_slug.items()
    ]
    return Sheet(
        planned=Decimal(agreed.content["amount"]),
        actual=sharing.from_cents(sum(borne.values())),
        lines=lines,
        each=sharing.each_to_each(everybody, borne),
        net=sharing.netted(everybody, borne),
        organisations=by_slug,
    )


@transaction.atomic
def draw_up(case: CostCase, *, netting: bool, by: Viewer) -> list[Transfer]:
    """Write the payments down, each waiting to be marked paid; costs are closed with it."""
    row = drafting.locked(case)
    _open_for_costs(row)
    made = sheet(row)
    with history.acting(by, gettext_noop("the settlement was drawn up")):
        transfers = [
            Transfer.objects.create(case=row, payer=payer, receiver=receiver, amount=amount)
            for payer, receiver, amount in made.transfers(netting=netting)
        ]
        if not transfers:  # everybody has borne exactly their own share
            drafting.move(row, State.SETTLED)
    return transfers


@transaction.atomic
def cancel(case: CostCase, *, by: Viewer) -> None:
    """Take the settlement back, as long as nothing has been paid."""
    row = drafting.locked(case)
    if row.transfers.filter(paid_on__isnull=False).exists():
        raise CostError(_("Something has been paid already, so the settlement stays."))
    with history.acting(by, gettext_noop("the settlement was cancelled")):
        row.transfers.all().delete()
        if row.state == State.SETTLED:
            drafting.move(row, State.AGREED)


@transaction.atomic
def mark_paid(transfer: Transfer, *, on: date | None, by: Viewer) -> CostCase:
    """Say that a payment has come (or, without a day, that it has not); the last one settles."""
    row = drafting.locked(transfer.case)
    paid = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if on is not None and on > clock.today():
        raise CostError(_("The day is yet to come."), "on")
    with history.acting(by):
        paid.paid_on = on
        paid.save(update_fields=["paid_on"])
        waits = row.transfers.filter(paid_on=None).exists()
        if row.state == State.AGREED and not waits:
            drafting.move(row, State.SETTLED)
        elif row.state == State.SETTLED and waits:
            drafting.move(row, State.AGREED)
    return row


def _open_for_costs(row: CostCase) -> None:
    if row.state != State.AGREED:
        raise CostError(_("Actual costs are written down once the case has been agreed."))
    if row.transfers.exists():
        raise CostError(
            _("The settlement has been drawn up. Cancel it before you change the costs.")
        )
