"""What can be sealed; composition.SEALED names each kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be sealed."""

    pdf: bytes
    file_name: str
    reason: str  # written into the seal: "Signed agreement", "Certificate"


@dataclass(frozen=True, slots=True)
class Described:
    """What everybody who has the code or the file may know of it, in plain words."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""  # where those who may open it find it
    revoked_on: date | None = None
    revoked_why: str = ""
    # Why the record behind it no longer is what was sealed; empty: it is.
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of record whose document is sealed.

    `document` makes the unsealed document anew from the record, the same each time; `described`
    tells what it is; `sealed` is called in the transaction that has stored the sealed file.
    """

    label: Any
    document: Callable[[int, str], Document]  # the record's id, the code
    described: Callable[[int], Described]
    sealed: Callable[[int], Any] = id
