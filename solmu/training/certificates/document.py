"""A certificate as a document, and the letters that take certificates to their people by post."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from solmu.documents import codes, making
from solmu.files.models import File
from solmu.lib.translated import text_in
from solmu.sealing.models import Seal
from solmu.training import logos, words
from solmu.training.certificates import card
from solmu.training.certificates.models import Certificate
from solmu.training.models import Programme

FOLDER = Path(__file__).resolve().parent / "documents"


def pdf(certificate: Certificate, code: str, logo: File | None = None) -> bytes:
    """The certificate (read with `told`) as an accessible PDF that can be kept."""
    with override(certificate.language):
        data = _content(certificate, code)
    data["logo"] = _picture(logo)
    return making.pdf(FOLDER / "certificate.typ", data, language=certificate.language)


def logos_of(programme: Programme, codes: Iterable[str]) -> dict[str, File]:
    """The programme's logo as it was when each certificate was issued, by the seal's code."""
    known = logos.ever(programme)
    if not known:
        return {}
    issued = Seal.objects.filter(code__in=list(codes)).values_list("code", "asked_at")
    return {code: logo for code, moment in issued if (logo := logos.at(known, moment))}


def letters(
    certificates: Iterable[tuple[Certificate, str]], shown: Mapping[str, File] | None = None
) -> tuple[bytes, list[Certificate]]:
    """One print-ready PDF: for each certificate (with its code) a letter, then the certificate.

    Also those that it leaves out, because they have letters that no font has. Empty without any.
    """
    shown = shown or {}
    items = _items(certificates, shown)
    pictures = {one.sha256: _picture(one) for one in shown.values()}
    left: list[Certificate] = []
    while items:
        data = {
            "title": _("Certificates to post"),
            "items": [item for _one, item in items],
            "logos": pictures,
        }
        try:
            return making.pdf(FOLDER / "letters.typ", data), left
        except making.LettersError as error:
            held = [
                one
                for one, item in items
                if error.are_in(json.dumps(item, ensure_ascii=False, default=str))
            ]
            if not held:
                raise
            left += held
            items = [(one, item) for one, item in items if one not in held]
    return b"", left


def _items(
    certificates: Iterable[tuple[Certificate, str]], shown: Mapping[str, File]
) -> list[tuple[Certificate, dict[str, Any]]]:
    items = []
    for certificate, code in certificates:
        enrolment = certificate.enrolment
        programme = enrolment.programme
        with override(certificate.language):
            content = _content(certificate, code)
            item = {
                **content,
                "logo": shown[code].sha256 if code in shown else "",
                "to": [certificate.name, *_lines(enrolment.postal_address)],
                "sender": content["institution"],
                "day": words.day(certificate.issued_on),
                "greeting": _("Congratulations, %(name)s!")
                % {"name": enrolment.person.given_name or certificate.name},
                "letter": [
                    _("You have passed %(programme)s. Here is your certificate.")
                    % {"programme": certificate.programme_name},
                    card.of_letter(programme, certificate.language),
                    _("Questions? Write to %(contact)s.") % {"contact": programme.contact_email}
                    if programme.contact_email
                    else "",
                ],
                "regards": _("Kind regards"),
            }
            items.append((certificate, item))
    return items


def _picture(logo: File | None) -> str:
    # A backup may have been restored without its files: a certificate is due all the same.
    if logo is None or not logo.path.is_file():
        return ""
    return making.picture(logo.path.read_bytes(), logo.content_type)


def address_of(code: str) -> str:
    """Where anybody checks a certificate."""
    return settings.SOLMU_ADDRESS + reverse("sealing:verify", args=[code])


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.splitlines() if line.strip()][:5]


def _content(certificate: Certificate, code: str) -> dict[str, Any]:
    """What the certificate says, in the language that is active."""
    programme = certificate.enrolment.programme
    facts = []
    if certificate.hours:
        facts.append(
            (
                _("Length"),
                ngettext("about %(n)s hour of study", "about %(n)s hours of study",
                         certificate.hours) % {"n": certificate.hours},
            )
        )  # fmt: skip
    if certificate.score is not None:
        score = f"{certificate.score.normalize():f} %".replace(".", ",")
        facts.append((_("Result of the test"), score))
    facts.append((_("Date"), date_format(certificate.issued_on, "SHORT_DATE_FORMAT")))
    facts.append((_("Number"), certificate.number))
    address = address_of(code)
    return {
        "lang": certificate.language,
        "heading": _("Certificate"),
        "name": certificate.name,
        "passed": _("has passed the training"),
        "programme": certificate.programme_name,
        "parts_title": _("Contents"),
        "parts": certificate.parts,
        "facts": facts,
        "institution": text_in(programme.institution.organisation, "name", certificate.language),
        "picture": codes.qr(address),
        "alt": _("A code that leads to %(address)s") % {"address": address},
        "address": address,
        "check": _("Check this certificate"),
        "check_text": _("Open the address, or give the code %(code)s.") % {"code": code},
    }
