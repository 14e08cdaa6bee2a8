"""What the answers of an attempt are worth. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """Right answers, the per cent that they are, and the same for each part."""

    right: int
    asked: int
    passed: bool
    parts: dict[int, tuple[int, int]]

    @property
    def percent(self) -> Decimal:
        """Right answers in per cent."""
        return percent(self.right, self.asked)


def percent(right: int, asked: int) -> Decimal:
    """A share in per cent, with two decimals."""
    if not asked:
        return Decimal("0.00")
    return (Decimal(100 * right) / asked).quantize(Decimal("0.01"), ROUND_HALF_UP)


def needed(asked: int, pass_percent: int) -> int:
    """How many right answers pass: 28 of 40 at 70 %."""
    return -(-asked * pass_percent // 100)


def score(
    questions: Sequence[int],
    choices: Mapping[int, int],
    key: Mapping[int, tuple[int, int]],
    pass_percent: int,
) -> Result:
    """Score an attempt: `choices` by the place of the question, `key` (part, right) by its id."""
    parts: dict[int, tuple[int, int]] = {}
    right = 0
    for item, question in enumerate(questions):
        part, answer = key[question]
        hit = choices.get(item) == answer
        right += hit
        before = parts.get(part, (0, 0))
        parts[part] = before[0] + hit, before[1] + 1
    asked = len(questions)
    return Result(
        right,
        asked,
        asked > 0 and right >= needed(asked, pass_percent),
        dict(sorted(parts.items())),
    )
