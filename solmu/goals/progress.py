"""How far an indicator has come from its baseline to its target: pure."""

from decimal import Decimal


def percent(baseline: Decimal | None, target: Decimal | None, value: Decimal | None) -> int | None:
    """How much of the way is done, 0 to 100; None when an end of the way is not known."""
    if target is None or value is None:
        return None
    start = baseline if baseline is not None else Decimal(0)
    if target == start:
        return 100 if value == target else None
    done = (value - start) / (target - start) * 100
    return int(max(Decimal(0), min(Decimal(100), done)))


def reached(target: Decimal | None, value: Decimal | None, *, down: bool) -> bool:
    """Tell whether the target is met."""
    if target is None or value is None:
        return False
    return value <= target if down else value >= target
