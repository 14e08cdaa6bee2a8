"""The facts of agreements: base templates, the agreement and its parties, signatures."""

from solmu.agreements.models.agreement import (
    Agreement,
    Clause,
    Comment,
    Duty,
    Party,
    Review,
    Version,
)
from solmu.agreements.models.base import Base, BaseClause, BaseVersion
from solmu.agreements.models.signature import (
    Joinder,
    Mandate,
    Record,
    Signature,
)

__all__ = [
    "Agreement",
    "Base",
    "BaseClause",
    "BaseVersion",
    "Clause",
    "Comment",
    "Duty",
    "Joinder",
    "Mandate",
    "Party",
    "Record",
    "Review",
    "Signature",
    "Version",
]
