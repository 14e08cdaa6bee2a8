from datetime import date

import pytest

from solmu.approvals import rules


@pytest.mark.parametrize(
    ("rule", "yes", "no", "asked", "stands"),
    [
        ("every", 2, 0, 3, "open"),
        ("every", 3, 0, 3, "approved"),
        ("every", 2, 1, 3, "declined"),
        ("majority", 2, 0, 3, "approved"),
        ("majority", 1, 1, 3, "open"),
        ("majority", 2, 0, 4, "open"),
        ("majority", 2, 2, 4, "declined"),
        ("majority", 1, 0, 1, "approved"),
        ("silence", 1, 0, 3, "open"),
        ("silence", 3, 0, 3, "approved"),
        ("silence", 2, 1, 3, "declined"),
    ],
)
def test_a_round_is_decided_by_its_rule(
    rule: str, yes: int, no: int, asked: int, stands: str
) -> None:
    assert rules.outcome(rule, yes=yes, no=no, asked=asked) == stands


def test_more_answers_than_askings_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="more answers"):
        rules.outcome("every", yes=2, no=1, asked=2)


@pytest.mark.parametrize(
    ("rule", "yes", "no", "stands"),
    [
        ("silence", 0, 0, "approved"),
        ("silence", 1, 0, "approved"),
        ("silence", 1, 1, "declined"),
        ("every", 1, 0, "open"),
        ("majority", 1, 0, "open"),
    ],
)
def test_silence_is_consent_only_by_its_own_rule(rule: str, yes: int, no: int, stands: str) -> None:
    assert rules.outcome(rule, yes=yes, no=no, asked=3, over=True) == stands


def test_the_last_day_still_counts() -> None:
    day = date(2026, 5, 15)

    assert [rules.is_over(last, day) for last in (date(2026, 5, 14), day, None)] == [
        True, False, False,
    ]  # fmt: skip
