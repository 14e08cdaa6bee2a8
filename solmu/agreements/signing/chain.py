"""The signing record as a hash chain: each line seals all before it. Pure.

A line's digest is the SHA-256 of its canonical JSON (keys sorted, no spaces, UTF-8) together with
the digest of the line before it; the first line follows 64 zeros. Whoever has the record can check
it with nothing but this rule.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a record, as it is stored and as it is written into the document."""

    number: int
    kind: str
    at: str  # ISO 8601, UTC, with microseconds
    facts: dict[str, Any]
    previous: str
    digest: str


def canonical(value: Any) -> bytes:
    """The value as canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def digest_of(value: Any) -> str:
    """The SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def instant(at: datetime) -> str:
    """An instant as records write it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def next_line(last: Line | None, kind: str, at: datetime, facts: dict[str, Any]) -> Line:
    """The line that follows."""
    number, previous = (last.number + 1, last.digest) if last else (1, START)
    said = instant(at)
    return Line(number, kind, said, facts, previous, _digest(number, kind, said, facts, previous))


def broken_at(lines: Iterable[Line]) -> int | None:
    """The number of the first line that is not what it was, or not in its place; None: all hold."""
    previous, wanted = START, 1
    for line in lines:
        digest = _digest(line.number, line.kind, line.at, line.facts, line.previous)
        if line.number != wanted or line.previous != previous or line.digest != digest:
            return wanted
        previous, wanted = line.digest, wanted + 1
    return None


def _digest(number: int, kind: str, at: str, facts: dict[str, Any], previous: str) -> str:
    return digest_of(
        {"number": number, "kind": kind, "at": at, "facts": facts, "previous": previous}
    )
