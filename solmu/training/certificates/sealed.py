"""A certificate as a sealed document, and what everybody who has it may know."""

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from solmu.sealing.holders import Described, Document, Holder
from solmu.training.certificates import document, issuing
from solmu.training.certificates.models import SEALED, Certificate

__all__ = ["HOLDER", "SEALED"]


def _document(key: int, code: str) -> Document:
    row = Certificate.objects.told().get(pk=key)
    with override(row.language):
        reason = _("Certificate: %(name)s") % {"name": row.name}
    name = slugify(f"{row.programme_name} {row.name}")[:80] or "certificate"
    logo = document.logos_of(row.enrolment.programme, [code]).get(code)
    return Document(document.pdf(row, code, logo), f"{name}.pdf", reason)


def described(key: int) -> Described:
    """Whose certificate it is and of what; never how well the test went."""
    row = Certificate.objects.told().get(pk=key)
    return Described(
        title=_("Certificate: %(programme)s") % {"programme": row.programme_name},
        facts=[
            (_("Name"), row.name),
            (_("Issued by"), str(row.enrolment.programme.institution.organisation)),
            (_("Issued on"), date_format(row.issued_on, "SHORT_DATE_FORMAT")),
            (_("Number"), row.number),
        ],
        revoked_on=row.revoked_on,
        revoked_why=row.revoked_why,
    )


HOLDER = Holder(gettext_lazy("certificate"), _document, described, issuing.sealed)
