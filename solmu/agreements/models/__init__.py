"""The facts of agreements: base templates, the agreement and its parties, signatures."""

from solmu.agreements.models.agreement import (
    Agreement,
    Clause,
    Comment,
    Duty,
    GoalOwner,
    Party,
    RelatedAgreement,
    Review,
    Version,
)
from solmu.agreements.models.base import Base, BaseClause, BaseVersion
from solmu.agreements.models.life import (
    Bulk,
    BulkRow,
    Fulfilment,
    LevelProposal,
    Notice,
)
from solmu.agreements.models.signature import (
    Joinder,
    Mandate,
    Record,
    Signatory,
    Signature,
    Withdrawal,
)

__all__ = [
    "Agreement",
    "Base",
    "BaseClause",
    "BaseVersion",
    "Bulk",
    "BulkRow",
    "Clause",
    "Comment",
    "Duty",
    "Fulfilment",
    "GoalOwner",
    "Joinder",
    "LevelProposal",
    "Mandate",
    "Notice",
    "Party",
    "Record",
    "RelatedAgreement",
    "Review",
    "Signatory",
    "Signature",
    "Version",
    "Withdrawal",
]
