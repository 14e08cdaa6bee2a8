"""Whether a signing record, the signatures and the texts are still what they were."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from solmu.agreements.models import Agreement, Joinder, Record, Signature, Version
from solmu.agreements.signing import chain, record
from solmu.lib import clock


def broken(agreement: Agreement) -> str:
    """Why the record of an agreement doesn't hold any more, in a sentence; empty: it holds.

    Each line seals all before it; each signature has its line; each text has the digest that was
    signed. Changing any of the rows is seen by one of the three.
    """
    lines = record.lines(agreement)
    if (number := chain.broken_at(lines)) is not None:
        return _("The signing record has been changed at line %(n)s.") % {"n": number}
    for text in _texts(agreement):
        if chain.digest_of(text.content) != text.digest:
            return _("The text has been changed after it was sent for signing.")
    signed = {line.facts.get("signature"): line for line in lines if line.kind == "signed"}
    rows = Signature.objects.filter(
        party__agreement=agreement, state=Signature.State.SIGNED
    ).select_related("party__organisation", "version", "joinder")
    found = 0
    for row in rows:
        line = signed.get(str(row.uuid))
        if line is None or not _matches(row, line.facts):
            return _("The signature of %(name)s isn't what the record says.") % {"name": row.name}
        found += 1
    if found != len(signed):
        return _("A signature that the record knows is missing.")
    in_force = agreement.state in {Agreement.State.ACTIVE, Agreement.State.ENDED}
    if in_force and found and not any(line.kind == "in force" for line in lines):
        return _("The end of the signing record is missing.")
    return ""


def broken_ones() -> Iterator[tuple[Agreement, str]]:
    """Each agreement whose record doesn't hold, with why; for `solmu doctor`."""
    recorded = Record.objects.values("agreement_id")
    for agreement in Agreement.objects.filter(pk__in=recorded).order_by("pk").iterator():
        if why := broken(agreement):
            yield agreement, why


def told(line: chain.Line) -> dict[str, str]:
    """A line of the record as people read it."""
    facts = line.facts
    at = record.time_of(line).astimezone(clock.HELSINKI)
    who = str(facts.get("signer") or facts.get("by") or facts.get("party") or "")
    party = str(facts.get("party") or "")
    return {
        "number": str(line.number),
        "at": date_format(at, "SHORT_DATETIME_FORMAT"),
        "what": str(_kinds().get(line.kind, line.kind)),
        "who": f"{who}, {party}" if party and party != who else who,
        "note": str(facts.get("reason") or facts.get("note") or facts.get("proof") or ""),
        "digest": line.digest,
    }


def _kinds() -> dict[str, str]:
    return {
        "asked": _("Signatures asked for"),
        "signed": _("Signed"),
        "declined": _("Declined to sign"),
        "cancelled": _("Request taken back"),
        "expired": _("The time to sign ran out"),
        "in force": _("In force"),
        "joining": _("Asked to join"),
        "others asked": _("The other parties were asked"),
        "answered": _("Answered about the joining"),
        "joined": _("Joined"),
        "not joined": _("Didn't join"),
        "withdrew": _("Withdrew"),
        "notice": _("Notice given"),
        "notice taken back": _("Notice taken back"),
        "renewed": _("Renewed by itself"),
        "ended": _("Ended"),
    }


def _texts(agreement: Agreement) -> Iterator[Version | Joinder]:
    yield from Version.objects.filter(agreement=agreement, signatures__isnull=False).distinct()
    yield from Joinder.objects.filter(agreement=agreement)


def _matches(row: Signature, facts: dict[str, object]) -> bool:
    now = record.facts_of(row)
    if not row.name:  # erased at the person's request: what was signed still has to be the same
        return now.get("content") == facts.get("content") and row.digest == row.subject.digest
    # The organisation may have got another name since; whose signature it is may not change.
    same = ("signer", "email", "content", "means", "way", "address", "version", "joinder")
    return (
        all(now.get(name) == facts.get(name) for name in same) and row.digest == row.subject.digest
    )
