"""Costs in templates: {{ amount|euros }}, and the long tables of a case, each made in one pass."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from solmu.approvals.models import Voice
from solmu.costs.money import euros
from solmu.costs.page import CasePage
from solmu.costs.settling import Line
from solmu.ui import markup

register = template.Library()

register.filter("euros", euros)

TONES = {Voice.Answer.YES: "lake", Voice.Answer.NO: "berry"}


@register.simple_tag
def share_rows(page: CasePage) -> SafeString:
    """The rows of the payers: what each weighs, what it pays, what it has answered."""
    weight, share, approval = (escape(word) for word in (_("Weight"), _("Share"), _("Approval")))
    return mark_safe(
        "".join(
            f'<tr><th scope="row">{_own(row.payer, row.mine)}</th>'
            f'<td data-label="{weight}">{escape(row.weight)}</td>'
            f'<td class="num" data-label="{share}">{escape(row.share)}</td>'
            f'<td data-label="{approval}">{_answer(row.voice)}</td></tr>'
            for row in page.share_rows
        )
    )


@register.simple_tag
def what_if_rows(page: CasePage) -> SafeString:
    """The rows of what each payer would pay under each key."""
    openings = [
        f'<td class="num" data-label="{escape(capfirst(str(one["label"])))}">'
        for one in page.what_if
    ]
    return mark_safe(
        "".join(
            f'<tr><th scope="row">{escape(payer)}</th>'
            + "".join(
                f"{opening}{_own(amount, own)}</td>"
                for opening, (_label, amount, own) in zip(openings, cells, strict=True)
            )
            + "</tr>"
            for payer, cells in page.what_if_rows
        )
    )


@register.simple_tag
def sheet_rows(lines: Iterable[Line]) -> SafeString:
    """The rows of the settlement: what each was to pay, pays, has paid, and gets or owes."""
    words = (_("Agreed share"), _("Share of actual"), _("Has paid"), _("Balance"))
    openings = [f'<td class="num" data-label="{escape(word)}">' for word in words]
    return mark_safe(
        "".join(
            f'<tr><th scope="row">{escape(line.organisation)}</th>'
            + "".join(
                f"{opening}{escape(euros(amount))}</td>"
                for opening, amount in zip(
                    openings, (line.agreed, line.share, line.borne, line.balance), strict=True
                )
            )
            + "</tr>"
            for line in lines
        )
    )


def _own(text: object, own: bool) -> str:
    return f"<b>{escape(text)}</b>" if own else escape(text)


def _answer(voice: Voice | None) -> str:
    if voice is None:
        return ""
    if not voice.answer:
        return markup.badge(_("waits"), "quiet")
    note = f'<span class="note">{conditional_escape(voice.note)}</span>' if voice.note else ""
    return markup.badge(voice.get_answer_display(), TONES[Voice.Answer(voice.answer)]) + note
