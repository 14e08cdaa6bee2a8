"""The settlement sheet as PDF and XLSX."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.approvals import asking
from solmu.approvals.models import Round
from solmu.costs import content
from solmu.costs.models import KIND, CostCase
from solmu.costs.money import euros
from solmu.costs.settling import Line, Sheet
from solmu.documents import making
from solmu.lib import clock, sheets_out

XLSX = sheets_out.TYPES["xlsx"]
DOCUMENT = Path(__file__).resolve().parent / "documents" / "settlement.typ"


def xlsx(case: CostCase, sheet: Sheet, *, netting: bool, demo: bool = False) -> IO[bytes]:
    """A workbook: what each was to pay, pays and has paid, and below it who pays whom."""
    headings = [
        _("Payer"), _("Agreed share, €"), _("Share of the actual costs, €"),
        _("Paid to suppliers, €"), _("Gets (+) or pays (-), €"),
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [str(line.organisation), line.agreed, line.share, line.borne, line.balance]
        for line in sheet.lines
    ]
    totals = _totals(sheet.lines)
    rows.append([_("Together"), *totals])
    rows.append([])
    rows.append([_("Pays"), _("To"), _("Amount, €"), _("Paid on")])
    rows += [
        [str(payer), str(receiver), amount, paid]
        for payer, receiver, amount, paid in payments(case, sheet, netting=netting)
    ]
    if demo:
        rows += [[], [_("Fictional demo content")]]
    return sheets_out.xlsx_file(headings, rows, title=case.title)


def pdf(case: CostCase, sheet: Sheet, *, netting: bool) -> bytes:
    """The sheet as an accessible document."""
    agreed = asking.latest(KIND, case.pk, Round.State.APPROVED)
    key = content.key_name(agreed.content) if agreed else ""
    closed = agreed.closed_at if agreed else None
    shown = {
        "title": case.title,
        "subtitle": _("Settlement of shared costs"),
        "network": str(case.network),
        "facts": [
            [_("Shared"), key],
            [_("Agreed on"), date_format(closed, "SHORT_DATE_FORMAT") if closed else ""],
            [_("Planned"), euros(sheet.planned)],
            [_("Actual"), euros(sheet.actual)],
            [_("Difference"), euros(sheet.actual - sheet.planned)],
            [_("Printed"), date_format(clock.today(), "SHORT_DATE_FORMAT")],
        ],
        "items_title": _("Costs"),
        "items_heads": [_("Cost"), _("Planned"), _("Actual"), _("Paid by")],
        "items": [
            [item.title, euros(item.planned), euros(item.actual), str(item.paid_by or "–")]
            for item in case.items.select_related("paid_by")
        ],
        "shares_title": _("Shares"),
        "shares_heads": [_("Payer"), _("Agreed share"), _("Share"), _("Has paid"), _("Balance")],
        "shares": [
            [str(line.organisation), *(euros(one) for one in _numbers(line))]
            for line in sheet.lines
        ],
        "shares_total": [_("Together"), *(euros(one) for one in _totals(sheet.lines))],
        "payments_title": _("Payments"),
        "payments_heads": [_("Pays"), _("To"), _("Amount"), _("Paid on")],
        "payments": [
            [
                str(payer),
                str(receiver),
                euros(amount),
                date_format(paid, "SHORT_DATE_FORMAT") if paid else "–",
            ]
            for payer, receiver, amount, paid in payments(case, sheet, netting=netting)
        ],
        "none": _("Nobody owes anything."),
        "note": _(
            "Shares are exact to the cent: each is rounded down, and the cents left over go to"
            " those who lost most by it."
        ),
    }
    return making.pdf(DOCUMENT, shown, language=(get_language() or "fi")[:2])


def payments(case: CostCase, sheet: Sheet, *, netting: bool) -> list[tuple[Any, Any, Decimal, Any]]:
    """Who pays whom: as drawn up, else as it would be."""
    drawn_up = list(case.transfers.select_related("payer", "receiver"))
    if drawn_up:
        return [(row.payer, row.receiver, row.amount, row.paid_on) for row in drawn_up]
    return [(*one, None) for one in sheet.transfers(netting=netting)]


def _numbers(line: Line) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return line.agreed, line.share, line.borne, line.balance


def _totals(lines: list[Line]) -> list[Decimal]:
    return [sum(column, Decimal("0.00")) for column in zip(*map(_numbers, lines), strict=True)]
