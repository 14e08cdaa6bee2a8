"""A joinder page as a sealed document."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from solmu.agreements import document
from solmu.agreements.models import Joinder, Signature
from solmu.agreements.signing import integrity, mails, record
from solmu.sealing.holders import Described, Document, Holder
from solmu.sealing.models import Seal

KIND = "agreement-joinder"


def _document(key: int, code: str) -> Document:
    joinder = _joinder(key)
    agreement = joinder.agreement
    with override(agreement.prevailing):
        signatures = [
            document.Signed(
                party=str(one.party.organisation),
                name=one.name,
                title=one.title,
                means=str(one.get_means_display()),
                at=one.done_at,
            )
            for one in joinder.signatures.filter(state=Signature.State.SIGNED).select_related(
                "party__organisation"
            )
            if one.done_at
        ]
        # Of the agreement's record, what belongs to this joining.
        lines = record.lines(agreement)
        last = max(
            (line.number for line in lines if line.facts.get("joinder") == joinder.pk), default=0
        )
        pdf = document.pdf(
            joinder.content,
            version=joinder.version.number,
            signatures=signatures,
            proof=document.Proof(
                code=code,
                address=f"{settings.SOLMU_ADDRESS}{reverse('sealing:verify', args=[code])}",
                record=record.as_data(line for line in lines if line.number <= last),
            ),
        )
        name = slugify(f"{joinder.content['title']} {joinder.party.organisation}")[:80]
        return Document(pdf, f"{name}.pdf", _("Signed joining"))


def _described(key: int) -> Described:
    joinder = _joinder(key)
    facts = [(_("Joined"), str(joinder.party.organisation))]
    if joinder.party.bound and joinder.party.bound.lower:
        day = date_format(joinder.party.bound.lower, "SHORT_DATE_FORMAT")
        facts.append((_("Bound from"), day))
    return Described(
        title=joinder.content["title"],
        facts=facts,
        url=reverse("agreements:parties", args=[joinder.agreement_id]),
        broken=integrity.broken(joinder.agreement),
    )


def _sealed(key: int) -> None:
    joinder = _joinder(key)
    seal = Seal.objects.get(subject_kind=KIND, subject_id=key)
    for one in joinder.signatures.filter(state=Signature.State.SIGNED).select_related(
        "person__user", "party__organisation"
    ):
        mails.copy(joinder.agreement, one, seal)


def _joinder(key: int) -> Joinder:
    return Joinder.objects.select_related(
        "agreement__institution__organisation", "party__organisation", "version"
    ).get(pk=key)


HOLDER = Holder(gettext_lazy("joining an agreement"), _document, _described, _sealed)
