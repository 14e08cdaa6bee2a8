"""An institution's certificates: made on first need, uploaded, renewed, retired."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer
from solmu.sealing import keys
from solmu.sealing.models import SigningCertificate

FOLDER = "keys"
# One of our own is replaced in time; an uploaded one is missed in time.
RENEWED = timedelta(days=60)
WARNED = timedelta(days=60)
_WHY = {
    "unreadable": gettext_noop(
        "The file can't be opened: it is no PKCS#12, or the password is wrong."
    ),
    "incomplete": gettext_noop("The file holds no key with its certificate."),
    "weak": gettext_noop("The key is too short: RSA needs 2048 bits at least."),
    "kind": gettext_noop("This kind of key can't seal documents: it must be RSA or ECDSA."),
    "date": gettext_noop("The certificate isn't valid today."),
    "usage": gettext_noop("The certificate isn't meant for signing or sealing."),
}


class CertificateError(ValueError):
    """Why a certificate isn't taken, in words for the person who sent it."""


def path_of(certificate: SigningCertificate) -> Path:
    """Where its key lies."""
    return Path(settings.MEDIA_ROOT) / FOLDER / certificate.file_name


def in_use(institution: Institution) -> SigningCertificate | None:
    """The certificate that seals today, if there is one already: an uploaded one before our own."""
    today = clock.real_now().date()
    for certificate in (
        SigningCertificate.objects.filter(
            institution=institution, retired_at=None, valid__contains=today
        )
        .order_by("own", "-pk")
        .iterator()
    ):
        if path_of(certificate).exists():
            return certificate
    return None


def current(institution: Institution) -> SigningCertificate:
    """The certificate to seal with now; one of our own is made on first need, and in time."""
    found = in_use(institution)
    if found is not None and not _ends_soon(found):
        return found
    with transaction.atomic():
        # Two workers make one between them.
        Institution.objects.select_for_update().get(pk=institution.pk)
        found = in_use(institution)
        if found is not None and not _ends_soon(found):
            return found
        organisation = institution.organisation
        packed = keys.make(
            organisation.name_fi,
            business_id=organisation.business_id or "",
            country=organisation.country,
        )
        with history.acting(Viewer.system(gettext_noop("a certificate was needed to seal with"))):
            return _keep(packed, institution, own=True)


@transaction.atomic
def upload(
    institution: Institution, data: bytes, password: str, *, by: Viewer
) -> SigningCertificate:
    """Take an institution's own certificate in use from a PKCS#12 file; the password isn't kept."""
    try:
        packed = keys.read(data, password)
    except keys.KeyFileError as error:
        raise CertificateError(_(_WHY[error.why])) from error
    known = SigningCertificate.objects.filter(fingerprint=packed.fingerprint).first()
    if known is not None and (known.institution_id != institution.pk or known.own):
        raise CertificateError(_("This certificate is in use already."))
    with history.acting(by, gettext_noop("certificate uploaded")):
        others = SigningCertificate.objects.filter(
            institution=institution, own=False, retired_at=None
        )
        for other in others.exclude(fingerprint=packed.fingerprint):
            _retire(other)
        if known is None:
            return _keep(packed, institution, own=False)
        keys.write(packed, path_of(known).parent)
        known.retired_at = None
        known.save(update_fields=["retired_at"])
        return known


@transaction.atomic
def retire(certificate: SigningCertificate, *, by: Viewer) -> None:
    """Seal no more with an uploaded certificate: its key is erased, its seals stay."""
    row = SigningCertificate.objects.select_for_update().get(pk=certificate.pk)
    if row.own or row.retired_at:
        return
    with history.acting(by, gettext_noop("certificate taken out of use")):
        _retire(row)


def _retire(certificate: SigningCertificate) -> None:
    certificate.retired_at = clock.real_now()
    certificate.save(update_fields=["retired_at"])
    transaction.on_commit(lambda: path_of(certificate).unlink(missing_ok=True))


def days_left(certificate: SigningCertificate) -> int:
    """How many days the certificate is still valid."""
    ends = certificate.valid.upper
    return (ends - clock.real_now().date()).days if ends else 10_000


def _ends_soon(certificate: SigningCertificate) -> bool:
    """Whether one of our own is to be replaced by a new one."""
    return certificate.own and days_left(certificate) <= RENEWED.days


def _keep(packed: keys.Packed, institution: Institution, *, own: bool) -> SigningCertificate:
    keys.write(packed, Path(settings.MEDIA_ROOT) / FOLDER)
    certificate = packed.certificate
    return SigningCertificate.objects.create(
        institution=institution,
        name=keys.name_of(certificate.subject)[:300],
        issuer=keys.name_of(certificate.issuer)[:300],
        fingerprint=packed.fingerprint,
        file_name=packed.file_name,
        own=own,
        qualified=keys.says_qualified(certificate),
        valid=DateRange(
            certificate.not_valid_before_utc.date(), certificate.not_valid_after_utc.date(), "[)"
        ),
    )
