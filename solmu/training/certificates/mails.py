"""The message that brings a certificate, and the links that open it without an account."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from solmu.lib.translated import text_in
from solmu.notifications import outbox
from solmu.people import links
from solmu.people.models import SignedLink
from solmu.training.certificates import card
from solmu.training.certificates.models import Certificate

PURPOSE = "training-certificate"
RECORD = "training.certificate"
DAYS = 3 * 365


def certificate(row: Certificate) -> None:
    """Send the certificate (read with `told`): a link to it, word of the card, and a question."""
    enrolment = row.enrolment
    person, programme = enrolment.person, enrolment.programme
    _link, token = links.create(PURPOSE, RECORD, row.pk, email=person.email, person=person,
                                days=DAYS)  # fmt: skip
    language = row.language
    with override(language):
        told = card.page(programme, language)
    outbox.write(
        "training-certificate",
        to=person.email,
        person=person,
        template="certificates/email/certificate",
        language=language,
        key=f"training-certificate-{row.pk}",
        context={
            "name": person.given_name or row.name,
            "programme": row.programme_name,
            "institution": text_in(programme.institution.organisation, "name", language),
            "contact": programme.contact_email,
            "card": told,
            "again": row.replaces_id is not None,
            "paper": enrolment.wants_paper and bool(enrolment.postal_address),
            "link": _address("certificates:link", token),
            "feedback": _address("certificates:link-feedback", token),
        },
    )


def of_link(link: SignedLink) -> Certificate | None:
    """The certificate that a link opens."""
    return Certificate.objects.told().filter(pk=link.record_id).first()


def _address(name: str, token: str) -> str:
    return settings.SOLMU_ADDRESS + reverse(name, args=[token])
