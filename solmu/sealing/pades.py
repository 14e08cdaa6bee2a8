"""Sealing PDF documents with PAdES, and checking sealed ones; by pyHanko.

A seal says that the document has not changed since an organisation sealed it. It is as strong as
its certificate: one that Solmu has made itself is a technical seal that nobody else vouches for.

Files that come from outside are never parsed as PDF: the signatures in them are found by their
byte ranges, and what a signature covers is compared byte by byte. So a PDF made to exhaust a
reader has nothing to work on.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import CMSExtractionError, SigningError, extract_signer_info
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.validation import DocumentSecurityStore, collect_validation_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_tst_data_iter,
    validate_sig_integrity,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from solmu.lib.outside import AddressError, check_address
from solmu.sealing import keys

FIELD = "Solmu"
# More signatures than any agreement has; a file with more is not looked at to its end.
_MOST = 50
_LONGEST_SIGNATURE = 400_000  # in the file, as hexadecimal
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_HEX = re.compile(rb"<[0-9A-Fa-f\s]*>")
_SPARE = 64  # a signature by an elliptic curve isn't always equally long
_NEAR = 3000  # how far from the signature the rest of its dictionary is looked for
_DIGESTS = {"sha256", "sha384", "sha512"}
_STRING = rb"\s*\(((?:[^()\\]|\\.){1,600})\)"
_WHEN = re.compile(rb"/M" + _STRING)
_CONTACT = re.compile(rb"/ContactInfo" + _STRING)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_DATE = re.compile(r"D:(\d{14})(?:([+\-Z])(?:(\d\d)'(\d\d))?)?")


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
    qualified: bool = False  # the certificate says so of itself; see keys.says_qualified
    covers: int = 0  # how many bytes of the file, from its beginning
    contact: str = ""  # where the seal itself says that it can be checked

    @property
    def holds(self) -> bool:
        """The file is exactly what was sealed."""
        return self.intact and self.whole


class _Sealer(signers.SimpleSigner):
    """A key that seals quickly.

    Two seals by one key differ in the document's digest and in the signature of it alone: all else
    is put together once, and the parts that differ are put in their places.
    """

    _known: tuple[bytes, bytes, int] | None = None
    _key: Any = None

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """Return the bare signature; an RSA key is checked when it is read, once a process."""
        if self._key is None:
            self._key = serialization.load_der_private_key(self.signing_key.dump(), None)
        how = get_pyca_cryptography_hash(digest_algorithm)
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), how)
        signature: bytes = self._key.sign(data, ec.ECDSA(how))
        return signature

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, *args: Any, **how: Any
    ) -> cms.ContentInfo:
        """Return the signature of a document's digest."""
        if args or how.get("timestamper") is not None or how.get("dry_run"):
            return await super().async_sign(data_digest, digest_algorithm, *args, **how)
        if self._known is None:
            made = await super().async_sign(_BLANK, digest_algorithm, **how)
            info = made["content"]["signer_infos"][0]
            attributes = info["signed_attrs"].untag().dump()
            self._known = made.dump(), attributes, attributes.index(_BLANK)
        whole, attributes, at = self._known
        signed = attributes[:at] + data_digest + attributes[at + len(_BLANK) :]
        signature = await self.async_sign_raw(signed, digest_algorithm)
        found = cms.ContentInfo.load(whole.replace(_BLANK, data_digest))
        found["content"]["signer_infos"][0]["signature"] = signature
        return found


_BLANK = bytes(range(100, 132))  # as long as a SHA-256


# A field that nobody sees lies outside the page: inside, PDF/UA would have it among the contents.
_UNSEEN = InvisSigSettings(box_out_of_bounds=True)


class _Writer(IncrementalPdfFileWriter):
    """Adds to a document, and leaves what it says of itself as it is.

    pyHanko would write the metadata anew in a form that is no PDF/A; who has sealed and when stands
    in the seal.
    """

    def _update_meta(self) -> None:
        pass


@lru_cache(maxsize=64)
def signer(key_file: Path) -> signers.SimpleSigner:
    """The key of a key file, read once a process."""
    read = signers.SimpleSigner.load_pkcs12(str(key_file))
    if read is None:
        raise SealError("the sealing key can't be read")
    return _Sealer(
        signing_cert=read.signing_cert,
        signing_key=read.signing_key,
        cert_registry=read.cert_registry,
    )


@lru_cache(maxsize=64)
def _room(key_file: Path) -> int:
    """How much room a seal without a time stamp needs in the file."""
    made = asyncio.run(signer(key_file).async_sign(_BLANK, "sha256", dry_run=True, use_pades=True))
    return 2 * len(made.dump()) + _SPARE


def seal(
    pdf: bytes,
    key_file: Path,
    *,
    reason: str,
    name: str,
    contact: str = "",
    field: str = FIELD,
    authority: timestamps.TimeStamper | None = None,
) -> bytes:
    """Return the document sealed: PAdES B-B, or B-T with a time-stamp authority.

    `contact` is the address where the seal can be checked.
    """
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        reason=reason,
        name=name,
        contact_info=contact or None,
        subfilter=SigSeedSubFilter.PADES,
    )
    place = SigFieldSpec(field, readable_field_name=name, invis_sig_settings=_UNSEEN)
    sealing = signers.PdfSigner(meta, signer(key_file), timestamper=authority, new_field_spec=place)
    try:
        writer = _Writer(io.BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
        # The room for a stamp is told by the authority itself, asked once for a sample.
        room = None if authority else _room(key_file)
        return bytes(sealing.sign_pdf(writer, bytes_reserved=room).getbuffer())
    except (PdfError, SigningError) as error:
        raise SealError(f"the document can't be sealed: {error}") from error


def check(pdf: bytes) -> Check | None:
    """Read the last seal of a document and check it; None when it has none.

    Raises SealError for what is no PDF or whose seal can't be read.
    """
    found = checks(pdf)
    return found[-1] if found else None


def checks(pdf: bytes) -> list[Check]:
    """Read all seals of a document, in the order in which they were made."""
    if b"%PDF-" not in pdf[:1024] or b"startxref" not in pdf:
        raise SealError("the file can't be read as a PDF")
    found = [check for where in _signatures(pdf) if (check := _check(pdf, where)) is not None]
    return sorted(found, key=lambda check: check.covers)


def strengthen(pdf: bytes, authority: timestamps.TimeStamper) -> tuple[bytes, date]:
    """Add to a sealed document what is needed to check it for decades: PAdES B-LTA.

    All certificates and what is known of their revocation, and a time stamp of the whole document.
    Returns it with the day when that stamp's certificate ends: before that it is done again.
    Their issuers are asked whether the certificates are revoked.
    """
    return asyncio.run(_strengthen(pdf, authority))


async def _strengthen(pdf: bytes, authority: timestamps.TimeStamper) -> tuple[bytes, date]:
    sample = await authority.async_dummy_response("sha256")
    leaf = extract_certs_for_validation(sample["content"]).signer_cert
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if not found:
        raise SealError("the document bears no seal")
    tokens = [sample["content"], *(one.signed_data for one in found)]
    for one in found:
        tokens += extract_tst_data_iter(one.signer_info, signed=False)
    known = {
        one.chosen.dump(): one.chosen
        for token in tokens
        for one in token["certificates"]
        if one.name == "certificate"
    }
    # Whom to trust isn't asked here: what is at hand is kept with the document, up to its roots.
    issuers = {one.subject.hashable for one in known.values()}
    roots = [
        one
        for one in known.values()
        if one.issuer.hashable == one.subject.hashable or one.issuer.hashable not in issuers
    ]
    context = ValidationContext(
        trust_roots=roots,
        other_certs=list(known.values()),
        allow_fetching=all(_is_asked(one) for one in known.values()),
        revocation_mode="soft-fail",
    )
    try:
        output = io.BytesIO(pdf)
        for number in range(len(found)):
            one = PdfFileReader(output).embedded_signatures[number]
            paths = await collect_validation_info(one, context)
            writer = _Writer.from_reader(one.reader)
            DocumentSecurityStore.supply_dss_in_writer(
                writer,
                one.pkcs7_content.hex().encode("ascii"),
                paths=paths,
                validation_context=context,
            )
            output = io.BytesIO()
            writer.write(output)
        stamper = signers.PdfTimeStamper(authority, invis_settings=_UNSEEN)
        stamped = await stamper.async_timestamp_pdf(
            _Writer(output),
            "sha256",
            context,
            # The stamp comes last, and so covers the whole file.
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )
    except (PdfError, SigningError, PathError, ValidationError) as error:
        raise SealError(f"the proof can't be added: {error}") from error
    return bytes(stamped.getbuffer()), leaf.not_valid_after.date()


def _is_asked(certificate: asn1_x509.Certificate) -> bool:
    """Whether the services that a certificate names lie outside."""
    addresses = [*certificate.ocsp_urls]
    for points in (certificate.crl_distribution_points, certificate.delta_crl_distribution_points):
        addresses += [point.url for point in points if point.url]
    for access in certificate.authority_information_access_value or ():
        addresses.append(str(access["access_location"].native))
    try:
        for address in addresses:
            check_address(address)
    except AddressError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Where:
    """Where in the file a signature is: what it covers is all before and after its gap."""

    first: int  # the gap's beginning
    second: int  # the gap's end
    end: int


def _signatures(pdf: bytes) -> Iterator[_Where]:
    for number, match in enumerate(_RANGE.finditer(pdf)):
        if number >= _MOST:
            raise SealError("the file holds too many seals")
        start, first, second, rest = map(int, match.groups())
        where = _Where(first, second, second + rest)
        # Nothing but the signature itself may be left out of what it covers.
        if (
            start != 0
            or not first < second <= where.end <= len(pdf)
            or second - first > _LONGEST_SIGNATURE
            or not _HEX.fullmatch(pdf, first, second)
        ):
            raise SealError("the seal can't be read")
        yield where


def _check(pdf: bytes, where: _Where) -> Check | None:
    """Check one signature; None for a time stamp of the whole document, which is no seal."""
    try:
        content = cms.ContentInfo.load(
            bytes.fromhex(pdf[where.first + 1 : where.second - 1].decode())
        )
        data = content["content"]
        if data["encap_content_info"]["content_type"].native == "tst_info":
            return None
        info = extract_signer_info(data)
        of = extract_certs_for_validation(data).signer_cert
        certificate = x509.load_der_x509_certificate(of.dump())
        intact = all(validate_sig_integrity(info, of, "data", _digest(pdf, where, info)))
        stamped_at = _stamped_at(info)
        contact = _near(_CONTACT, pdf, where)
        return Check(
            intact=intact,
            whole=where.end == len(pdf),
            sealed_by=keys.name_of(certificate.subject),
            issued_by=keys.name_of(certificate.issuer),
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            own=certificate.issuer == certificate.subject,
            stamped=stamped_at is not None,
            at=stamped_at or _said_at(pdf, where, info),
            qualified=keys.says_qualified(certificate),
            covers=where.end,
            contact=contact,
        )
    except (
        CMSExtractionError,
        SignatureValidationError,
        UnsupportedAlgorithm,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise SealError("the seal can't be read") from error


def _digest(pdf: bytes, where: _Where, info: cms.SignerInfo) -> bytes:
    kind = info["digest_algorithm"]["algorithm"].native
    if kind not in _DIGESTS:
        raise SealError("the seal can't be read")
    digest = hashlib.new(kind)
    view = memoryview(pdf)
    digest.update(view[: where.first])
    digest.update(view[where.second : where.end])
    return digest.digest()


def _stamped_at(info: cms.SignerInfo) -> datetime | None:
    """When a time-stamp authority saw the signature; None when no stamp holds."""
    signature = info["signature"].native
    for stamp in extract_tst_data_iter(info, signed=False):
        told = stamp["encap_content_info"]["content"]
        facts = told.parsed
        imprint = facts["message_imprint"]
        kind = imprint["hash_algorithm"]["algorithm"].native
        if kind not in _DIGESTS:
            continue
        by = extract_signer_info(stamp)
        own = by["digest_algorithm"]["algorithm"].native
        holds = own in _DIGESTS and all(
            validate_sig_integrity(
                by,
                extract_certs_for_validation(stamp).signer_cert,
                "tst_info",
                hashlib.new(own, bytes(told)).digest(),
            )
        )
        if holds and imprint["hashed_message"].native == hashlib.new(kind, signature).digest():
            at: datetime = facts["gen_time"].native
            return at
    return None


def _said_at(pdf: bytes, where: _Where, info: cms.SignerInfo) -> datetime | None:
    """When the signer says that it signed, by its own clock."""
    for attribute in info["signed_attrs"]:
        if attribute["type"].native == "signing_time":
            at: datetime = attribute["values"][0].native
            return at
    match = _DATE.match(_near(_WHEN, pdf, where))
    if match is None:
        return None
    digits, sign, hours, minutes = match.groups()
    at = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return at + shift if sign == "-" else at - shift


def _near(pattern: re.Pattern[bytes], pdf: bytes, where: _Where) -> str:
    """A text in the signature's dictionary: the one that is nearest to the signature itself."""
    match = pattern.search(pdf, where.second, min(where.second + _NEAR, where.end))
    if match is None:
        before = list(pattern.finditer(pdf, max(0, where.first - _NEAR), where.first))
        match = before[-1] if before else None
    return _ESCAPED.sub(_letter, match[1]).decode("latin-1") if match else ""


def _letter(escaped: re.Match[bytes]) -> bytes:
    said = escaped[1]
    return bytes([int(said, 8) & 255]) if said[:1].isdigit() and said < b"8" else said
