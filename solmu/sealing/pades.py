"""Sealing PDF documents with PAdES, and checking sealed ones; by pyHanko.

A seal says that the document has not changed since an organisation sealed it. It is as strong as
its certificate: one that Solmu has made itself is a technical seal that nobody else vouches for.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

FIELD = "Solmu"
YEARS = 10


class SealError(ValueError):
    """The document can't be sealed or read; the message says why."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a sealed document says of itself."""

    intact: bool  # nothing that the seal covers has changed
    whole: bool  # the seal covers the whole file: nothing was added after it
    sealed_by: str
    issued_by: str
    fingerprint: str  # the certificate's SHA-256: whose seal it is, beyond the name it bears
    own: bool  # the certificate is its own issuer: nobody else vouches for it
    stamped: bool  # a time-stamp authority has confirmed when
    at: datetime | None

    @property
    def holds(self) -> bool:
        """The file is exactly what was sealed."""
        return self.intact and self.whole


def make_certificate(name: str, folder: Path) -> tuple[Path, str]:
    """Make a key and a certificate of our own for an organisation.

    Returns the file that holds both (readable by its owner alone) and the certificate's SHA-256.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{fingerprint[:32]}.p12"
    packed = serialization.pkcs12.serialize_key_and_certificates(
        name[:64].encode(), key, certificate, None, serialization.NoEncryption()
    )
    path.touch(mode=0o600)
    path.write_bytes(packed)
    return path, fingerprint


def seal(pdf: bytes, key_file: Path, *, reason: str, name: str, stamper: str = "") -> bytes:
    """Return the document sealed: PAdES B-B, or B-T with the time-stamp authority at `stamper`."""
    signer = signers.SimpleSigner.load_pkcs12(str(key_file))
    if signer is None:
        raise SealError("the sealing key can't be read")
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=name,
        subfilter=SigSeedSubFilter.PADES,
    )
    authority = timestamps.HTTPTimeStamper(stamper, timeout=20) if stamper else None
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    sealed = signers.PdfSigner(
        meta, signer, timestamper=authority, new_field_spec=SigFieldSpec(FIELD)
    ).sign_pdf(writer)
    return bytes(sealed.getbuffer())


def check(pdf: bytes) -> Check | None:
    """Read the seal of a document and check it; None when it has none.

    Raises SealError for what is no PDF or one that can't be read.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        found = reader.embedded_signatures
    except (PdfError, ValueError, KeyError, TypeError, RecursionError, IndexError) as error:
        raise SealError("the file can't be read as a PDF") from error
    if not found:
        return None
    embedded = found[-1]
    certificate = embedded.signer_cert
    trust = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    try:
        status = validate_pdf_signature(embedded, signer_validation_context=trust)
    except (SignatureValidationError, PdfError, ValueError) as error:
        raise SealError("the seal can't be read") from error
    return Check(
        intact=bool(status.intact and status.valid),
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        sealed_by=_common_name(certificate.subject.native),
        issued_by=_common_name(certificate.issuer.native),
        fingerprint=certificate.sha256.hex(),
        own=certificate.self_signed in {"yes", "maybe"},
        stamped=status.timestamp_validity is not None,
        at=status.signer_reported_dt,
    )


def _common_name(name: dict[str, object]) -> str:
    return str(name.get("common_name") or name.get("organization_name") or "")
