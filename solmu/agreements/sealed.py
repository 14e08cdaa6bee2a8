"""A signed version as a sealed document: the text, the signatures, the record, the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from solmu.agreements import document
from solmu.agreements.files import SEALED
from solmu.agreements.models import Agreement, Signature, Version
from solmu.agreements.signing import chain, integrity, mails, record
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day
from solmu.sealing.holders import Described, Document, Holder
from solmu.sealing.models import Seal


def _document(key: int, code: str) -> Document:
    version = _version(key)
    agreement = version.agreement
    with override(agreement.prevailing):
        signatures = [_signed(one) for one in _signatures(version)]
        reason = _("Signed agreement: %(title)s") % {"title": version.content["title"]}
    proof = document.Proof(
        code,
        f"{settings.SOLMU_ADDRESS}{reverse('sealing:verify', args=[code])}",
        record.as_data(_lines(version)),
    )
    made = document.pdf(version.content, version=version.number, signatures=signatures, proof=proof)
    name = slugify(version.content["title"])[:80] or "agreement"
    return Document(made, f"{name}.pdf", reason)


def _described(key: int) -> Described:
    version = _version(key)
    agreement, content = version.agreement, version.content
    valid: Any = agreement.valid
    facts = [
        (_("Kind"), str(agreement.get_kind_display())),
        (_("Parties"), ", ".join(party["name"] for party in content["parties"])),
        (_("Version"), str(version.number)),
        (_("State"), str(agreement.get_state_display())),
    ]
    if valid and (starts := first_day(valid)):
        facts.append((_("In force from"), date_format(starts, "SHORT_DATE_FORMAT")))
    if valid and (ends := last_day(valid)):
        facts.append((_("In force to"), date_format(ends, "SHORT_DATE_FORMAT")))
    facts += [
        (
            _("Signed by"),
            f"{one.name}, {one.party.organisation}, "
            + date_format((one.done_at or version.at).astimezone(clock.HELSINKI),
                          "SHORT_DATE_FORMAT"),
        )
        for one in _signatures(version)
    ]  # fmt: skip
    return Described(
        title=content["title"],
        facts=facts,
        url=reverse("agreements:agreement", args=[agreement.pk]),
        broken=integrity.broken(agreement),
    )


def _sealed(key: int) -> None:
    """Each signer gets the sealed document; the agreement's page shows it from now on."""
    seal = Seal.objects.filter(subject_kind=SEALED, subject_id=key).first()
    if seal is not None:
        mails.copies(_version(key), seal)


def _version(key: int) -> Version:
    return Version.objects.select_related("agreement__institution__organisation").get(pk=key)


def _signatures(version: Version) -> list[Signature]:
    rows = version.signatures.filter(state=Signature.State.SIGNED)
    return list(rows.select_related("party__organisation").order_by("position", "pk"))


def _signed(one: Signature) -> document.Signed:
    means = Agreement.Means(one.means).label
    if one.way == Signature.Way.UPLOADED:
        means = Signature.Way.UPLOADED.label
    return document.Signed(
        party=str(one.party.organisation),
        name=one.name,
        title=one.title,
        means=str(means),
        at=one.done_at or one.version.at,  # type: ignore[union-attr]
    )


def _lines(version: Version) -> list[chain.Line]:
    """The record up to the line that says that this version is in force: the same each time."""
    found = []
    for line in record.lines(version.agreement):
        found.append(line)
        if line.kind == "in force" and line.facts.get("version") == version.number:
            break
    return found


HOLDER = Holder(gettext_lazy("agreement"), _document, _described, _sealed)
