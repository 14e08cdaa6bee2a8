"""The signing record of an agreement, kept as a chain; writing is in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from solmu.agreements.models import Agreement, Record, Signature
from solmu.agreements.signing import chain
from solmu.lib import clock


def add(
    agreement: Agreement, kind: str, facts: dict[str, Any], *, at: datetime | None = None
) -> Record:
    """Add a line; the caller holds the agreement's lock, so that lines follow each other."""
    last = Record.objects.filter(agreement=agreement).order_by("number").last()
    at = at or clock.real_now()
    line = chain.next_line(line_of(last) if last else None, kind, at, facts)
    return Record.objects.create(
        agreement=agreement,
        number=line.number,
        kind=line.kind,
        at=at,
        facts=line.facts,
        previous=line.previous,
        digest=line.digest,
    )


def lines(agreement: Agreement) -> list[chain.Line]:
    """The whole record."""
    return [line_of(row) for row in Record.objects.filter(agreement=agreement).order_by("number")]


def line_of(row: Record) -> chain.Line:
    """A stored line as the chain reads it."""
    return chain.Line(
        row.number, row.kind, chain.instant(row.at), row.facts, row.previous, row.digest
    )


def as_data(found: Iterable[chain.Line]) -> list[dict[str, Any]]:
    """Lines as they are attached to the document."""
    return [
        {
            "number": line.number,
            "kind": line.kind,
            "at": line.at,
            "facts": line.facts,
            "previous": line.previous,
            "digest": line.digest,
        }
        for line in found
    ]


def from_data(rows: Iterable[dict[str, Any]]) -> list[chain.Line]:
    """Lines as they were attached to a document."""
    return [
        chain.Line(
            int(row["number"]),
            str(row["kind"]),
            str(row["at"]),
            dict(row["facts"]),
            str(row["previous"]),
            str(row["digest"]),
        )
        for row in rows
    ]


def time_of(line: chain.Line) -> datetime:
    """The instant of a line."""
    return datetime.fromisoformat(line.at)


def facts_of(row: Signature) -> dict[str, Any]:
    """What the record says of a signature."""
    facts: dict[str, Any] = {
        "signature": str(row.uuid),
        "signer": row.name,
        "email": row.email,
        "title": row.title,
        "party": str(row.party.organisation),
        "way": row.way,
        "means": row.means,
        "identified": row.identified,
        "content": row.digest,
        "address": row.address,
        "browser": row.browser,
    }
    if row.version is not None:
        facts["version"] = row.version.number
    else:
        facts["joinder"] = row.joinder_id
    if row.way == Signature.Way.UPLOADED:
        facts |= {"signed_on": str(row.signed_on or ""), "proof": row.proof}
    return facts
