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
    ],
)
def test_a_round_is_decided_by_its_rule(
    rule: str, yes: int, no: int, asked: int, stands: str
) -> None:
    assert rules.outcome(rule, yes=yes, no=no, asked=asked) == stands


def test_more_answers_than_askings_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="more answers"):
        rules.outcome("every", yes=2, no=1, asked=2)
