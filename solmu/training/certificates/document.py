"""A certificate as a document, and the letters that take certificates to their people by post."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from solmu.documents import codes, making
from solmu.lib.translated import text_in
from solmu.training import words
from solmu.training.certificates import card
from solmu.training.certificates.models import Certificate

FOLDER = Path(__file__).resolve().parent / "documents"


def pdf(certificate: Certificate, code: str) -> bytes:
    """The certificate (read with `told`) as an accessible PDF that can be kept."""
    with override(certificate.language):
        data = _content(certificate, code)
    return making.pdf(FOLDER / "certificate.typ", data, language=certificate.language)


def letters(certificates: Iterable[tuple[Certificate, str]]) -> bytes:
    """One print-ready PDF: for each certificate (with its code) a letter, then the certificate."""
    items = []
    for certificate, code in certificates:
        enrolment = certificate.enrolment
        programme = enrolment.programme
        with override(certificate.language):
            content = _content(certificate, code)
            items.append(
                {
                    **content,
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
            )
    return making.pdf(FOLDER / "letters.typ", {"title": _("Certificates to post"), "items": items})


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
