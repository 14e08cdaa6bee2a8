"""By which rule a round is decided. Pure."""

EVERY, MAJORITY = "every", "majority"
APPROVED, DECLINED, OPEN = "approved", "declined", "open"


def outcome(rule: str, *, yes: int, no: int, asked: int) -> str:
    """Return how a round stands: it is decided as soon as nothing can change it any more.

    A majority is more than half of all who were asked, not of those who answered.
    """
    if asked < 1 or yes < 0 or no < 0 or yes + no > asked:
        raise ValueError("there are more answers than askings")
    needed = asked if rule == EVERY else asked // 2 + 1
    if yes >= needed:
        return APPROVED
    return DECLINED if asked - no < needed else OPEN
