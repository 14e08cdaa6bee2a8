"""By which rule a round is decided. Pure."""

from datetime import date

EVERY, MAJORITY, SILENCE = "every", "majority", "silence"
APPROVED, DECLINED, OPEN = "approved", "declined", "open"


def outcome(rule: str, *, yes: int, no: int, asked: int, over: bool = False) -> str:
    """Return how a round stands: it is decided as soon as nothing can change it any more.

    A majority is more than half of all who were asked, not of those who answered. Where silence is
    consent, a single no declines; `over` says that the last day to object has passed.
    """
    if asked < 1 or yes < 0 or no < 0 or yes + no > asked:
        raise ValueError("there are more answers than askings")
    needed = asked // 2 + 1 if rule == MAJORITY else asked
    if yes >= needed:
        return APPROVED
    if asked - no < needed:
        return DECLINED
    return APPROVED if over and rule == SILENCE else OPEN


def is_over(last_day: date | None, today: date) -> bool:
    """Tell whether the last day to answer has passed; without one there is always time."""
    return last_day is not None and last_day < today
