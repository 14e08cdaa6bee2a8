"""Checking a file or a code: what it is, whose seal it bears, and whether anything has changed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from solmu.files.models import File
from solmu.lib.composed import composed
from solmu.sealing import pades
from solmu.sealing.holders import Described
from solmu.sealing.models import Seal, SigningCertificate
from solmu.sealing.sealing import FILES, LETTERS, holder

_CODE = re.compile(rf"/verify/([{LETTERS}]{{4}}(?:-[{LETTERS}]{{4}}){{3}})/")


class Outcome(StrEnum):
    """What was found out of a file."""

    HOLDS = "holds"  # exactly what was sealed
    EARLIER = "earlier"  # what was sealed, before its proof was strengthened
    REVOKED = "revoked"
    CHANGED = "changed"
    ADDED = "added"  # something was added after the seal
    OTHER = "other"  # another document than the code's
    STRANGER = "stranger"  # sealed by somebody else
    UNKNOWN = "unknown"  # sealed by one of our certificates, but no record of ours
    UNSEALED = "unsealed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file proves, in plain words."""

    outcome: Outcome
    seal: Seal | None = None
    described: Described | None = None
    sealed_by: str = ""
    # What kind of signature it is; empty where there is none of ours.
    kind: str = ""
    proof: str = ""  # who says when it was sealed
    problem: str = ""  # what a verifier of another kind of file has said

    @property
    def valid(self) -> bool:
        """The file is what was sealed here, and what it says has not been revoked."""
        return self.outcome in {Outcome.HOLDS, Outcome.EARLIER, Outcome.UNKNOWN}

    @property
    def reason(self) -> str:
        """Why, in a sentence or two."""
        return " ".join(part for part in (_reason(self), self.note) if part)

    @property
    def note(self) -> str:
        """What else is to be known: that the record in Solmu is no longer what was sealed."""
        if self.described is None or not self.described.broken or self.problem:
            return ""
        return _("The record in Solmu is no longer what was sealed: %(why)s") % {
            "why": self.described.broken
        }


def find(code: str) -> Seal | None:
    """The seal of a code, however it was typed."""
    return (
        Seal.objects.select_related("certificate", "institution__organisation", "file")
        .filter(code=tidy(code))
        .first()
    )


def tidy(code: str) -> str:
    """A code as it was given out: capitals in fours."""
    letters = [letter for letter in code.upper()[:100] if letter.isalnum()]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, len(letters), 4))[:24]


def described(seal: Seal) -> Described | None:
    """What the record is; None where its module is switched off."""
    by = holder(seal.subject_kind)
    return by.described(seal.subject_id) if by else None


def examine(data: bytes, *, expected: Seal | None = None) -> Verdict:
    """Tell what a file proves; `expected` is the seal that it is compared with."""
    verdict = _known(data) or _other_kind(data) or _by_its_seal(data)
    if expected and verdict.seal and verdict.seal.pk != expected.pk:
        return replace(verdict, outcome=Outcome.OTHER)
    return verdict


def _known(data: bytes) -> Verdict | None:
    """A file that was made here, byte by byte: known by its digest, and never looked into."""
    sha256 = _sha(data)
    seal = _seal_of(sha256)
    if seal is None:
        return None
    return _of(seal, Outcome.HOLDS if seal.sha256 == sha256 else Outcome.EARLIER)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _seal_of(sha256: str) -> Seal | None:
    kept = File.objects.filter(holder_kind=FILES, sha256=sha256).values("holder_id")
    return (
        Seal.objects.select_related("certificate", "institution__organisation", "file")
        .filter(pk__in=kept, state=Seal.State.SEALED)
        .first()
    )


def _of(seal: Seal, outcome: Outcome) -> Verdict:
    told = described(seal)
    if told and told.revoked_on and outcome in {Outcome.HOLDS, Outcome.EARLIER}:
        outcome = Outcome.REVOKED
    return Verdict(
        outcome,
        seal,
        told,
        seal.certificate.name if seal.certificate else str(seal.institution),
        kind_of(seal.certificate) if seal.certificate else "",
        proof_of(seal),
    )


def _other_kind(data: bytes) -> Verdict | None:
    """A file of another kind that a room above knows how to check, such as a badge."""
    for check in composed("VERIFIERS"):
        told = check(data)
        if told is None:
            continue
        if told.broken:
            return Verdict(Outcome.CHANGED, described=told, problem=told.broken)
        return Verdict(Outcome.REVOKED if told.revoked_on else Outcome.HOLDS, described=told)
    return None


def _by_its_seal(data: bytes) -> Verdict:
    """A file that isn't known as it is: whether its seal is ours, and what has happened to it."""
    try:
        found = pades.checks(data)
    except pades.SealError:
        return Verdict(Outcome.UNREADABLE)
    if not found:
        return Verdict(Outcome.UNSEALED)
    known = {
        one.fingerprint: one
        for one in SigningCertificate.objects.filter(
            fingerprint__in={check.fingerprint for check in found}
        )
    }
    ours = [check for check in found if check.fingerprint in known]
    if not ours:
        return Verdict(Outcome.STRANGER, sealed_by=found[-1].sealed_by)
    check = ours[-1]
    certificate = known[check.fingerprint]
    seal = _seal_of(_sha(data[: check.covers])) if check.intact else None
    if seal is None:
        named = _CODE.search(check.contact)
        seal = find(named[1]) if named else None
    if not check.intact:
        outcome = Outcome.CHANGED
    elif not check.whole:
        outcome = Outcome.ADDED
    else:
        # Its seal holds, and yet it isn't the file that was sealed: something was touched that
        # the seal doesn't cover. Without a record there is nothing to compare with.
        outcome = Outcome.CHANGED if seal else Outcome.UNKNOWN
    if seal is not None:
        return _of(seal, outcome)
    return Verdict(outcome, sealed_by=certificate.name, kind=kind_of(certificate))


def kind_of(certificate: SigningCertificate) -> str:
    """What kind of seal the certificate makes, in plain words; never more than it is."""
    words = {"name": certificate.name, "issuer": certificate.issuer}
    if certificate.own:
        return (
            _(
                "A technical seal made by Solmu for %(name)s. It shows that nothing has changed;"
                " nobody outside vouches for the certificate."
            )
            % words
        )
    if certificate.issuer == certificate.name:
        return (
            _(
                "A seal by a certificate that %(name)s has issued to itself. It shows that nothing"
                " has changed; nobody outside vouches for the certificate."
            )
            % words
        )
    if certificate.qualified:
        return (
            _(
                "A seal of %(name)s by a certificate of issuer %(issuer)s, which says of itself"
                " that it is qualified. Whether the issuer is on the trusted list of the EU is"
                " for you to check."
            )
            % words
        )
    return _("An advanced seal of %(name)s by a certificate of issuer %(issuer)s.") % words


def proof_of(seal: Seal) -> str:
    """Who says when the document was sealed."""
    if seal.level == Seal.Level.LTA:
        return _(
            "Time-stamp authorities have confirmed the time, and the file carries the proof that is"
            " needed to check it decades from now (PAdES B-LTA)."
        )
    if seal.level == Seal.Level.T:
        return _("A time-stamp authority has confirmed the time (PAdES B-T).")
    if seal.level == Seal.Level.B:
        return _("The time is by Solmu's own clock (PAdES B-B).")
    return ""


def _reason(verdict: Verdict) -> str:
    words = {"name": verdict.sealed_by}
    match verdict.outcome:
        case Outcome.HOLDS if verdict.seal:
            return _("The file is exactly as %(name)s sealed it.") % words
        case Outcome.HOLDS:
            return _("The file is exactly as it was issued.")
        case Outcome.EARLIER:
            return (
                _(
                    "The file is exactly as %(name)s sealed it. A later file of the same document"
                    " carries a stronger proof of the time."
                )
                % words
            )
        case Outcome.REVOKED:
            return _("The file is genuine, but what it says has been revoked.")
        case Outcome.CHANGED if verdict.problem:
            return verdict.problem
        case Outcome.CHANGED:
            return _("The file has been changed after %(name)s sealed it.") % words
        case Outcome.ADDED:
            return _("Something has been added to the file after %(name)s sealed it.") % words
        case Outcome.OTHER:
            return _("The file is another document than the one with this code.")
        case Outcome.STRANGER:
            return (
                _(
                    "The file isn't one of ours. It bears a seal or a signature by the name of"
                    " %(name)s, which Solmu doesn't know."
                )
                % words
            )
        case Outcome.UNKNOWN:
            return (
                _(
                    "The seal of %(name)s holds and nothing has changed, but the document isn't in"
                    " this Solmu."
                )
                % words
            )
        case Outcome.UNSEALED:
            return _("The file isn't one of ours: it bears no seal.")
    return _("The file can't be read as a sealed document: it is damaged or of another kind.")
