"""Keys and certificates that seal: made by Solmu itself, or read from a PKCS#12 file. No database.

A key file holds the key with its certificates, readable by its owner alone; it is named by the
certificate's fingerprint.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier

YEARS = 10
_ORGANISATION_ID = ObjectIdentifier("2.5.4.97")  # ETSI EN 319 412-1
_QC_STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_QC_COMPLIANCE = b"\x06\x06\x04\x00\x8e\x46\x01\x01"  # 0.4.0.1862.1.1, DER
_QC_DEVICE = b"\x06\x06\x04\x00\x8e\x46\x01\x04"  # 0.4.0.1862.1.4, DER
_LEAST_RSA = 2048

type Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class KeyFileError(ValueError):
    """Why a file of keys isn't taken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Packed:
    """A key with its certificates, ready to be kept."""

    key: Key
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The certificate's SHA-256, in hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def file_name(self) -> str:
        """What the key file is called."""
        return f"{self.fingerprint[:32]}.p12"


def make(name: str, *, business_id: str = "", country: str = "FI") -> Packed:
    """Make a key and a certificate of our own for an organisation: EC P-256, self-signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, country)] if len(country) == 2 else []
    parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]))
    if business_id:
        parts.append(x509.NameAttribute(_ORGANISATION_ID, f"NTR{country}-{business_id}"))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, name[:64]))
    who = x509.Name(parts)
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
    return Packed(key, certificate)


def read(data: bytes, password: str) -> Packed:
    """Read a PKCS#12 file; KeyFileError names in one word why it isn't fit to seal with."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError("unreadable") from error
    if key is None or certificate is None:
        raise KeyFileError("incomplete")
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _LEAST_RSA:
            raise KeyFileError("weak")
    elif not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyFileError("kind")
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise KeyFileError("date")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        pass
    except ValueError as error:
        raise KeyFileError("unreadable") from error
    else:
        if not (usage.digital_signature or usage.content_commitment):
            raise KeyFileError("usage")
    return Packed(key, certificate, tuple(others))


def write(packed: Packed, folder: Path) -> Path:
    """Keep the key in a file of its own, readable by its owner alone; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / packed.file_name
    data = pkcs12.serialize_key_and_certificates(
        b"solmu",
        packed.key,
        packed.certificate,
        packed.others or None,
        serialization.NoEncryption(),
    )
    half_made = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half_made.replace(path)
    return path


def name_of(name: x509.Name) -> str:
    """Whose certificate it is, or who has issued it: the organisation, else the common name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for part in name.get_attributes_for_oid(kind):
            if text := str(part.value).strip():
                return text
    return name.rfc4514_string()[:300]


def says_qualified(certificate: x509.Certificate) -> bool:
    """Whether the certificate says it is qualified, with its key in a qualified device.

    It says so of itself: whether its issuer is on a trusted list is for the reader to look up. One
    that is its own issuer can't be.
    """
    if certificate.issuer == certificate.subject:
        return False
    try:
        said = certificate.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    data = said.value if isinstance(said, x509.UnrecognizedExtension) else b""
    return _QC_COMPLIANCE in data and _QC_DEVICE in data


def ends_on(certificates: Iterable[x509.Certificate]) -> datetime:
    """When the first of the certificates ends."""
    return min(one.not_valid_after_utc for one in certificates)
