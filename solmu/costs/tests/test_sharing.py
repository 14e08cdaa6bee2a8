from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from solmu.costs import sharing

SEVEN = ("eerikkila", "hami", "hevosopisto", "hyria", "kiipula", "lhkk", "tavastia")


def _amounts(random: Random, count: int) -> list[int]:
    fixed = [0, 1, 2, 99, 100, 101, 1_000_001, 10**12, 10**14, 10**14 - 1]
    return fixed + [random.randrange(1, 10 ** random.randint(1, 14)) for _ in range(count)]


def _weights(random: Random) -> dict[str, sharing.Weight]:
    names = [f"payer{number}" for number in range(random.randint(1, 40))]
    kinds = (
        lambda: 1,
        lambda: random.choice((0, 0, 1, 7)),
        lambda: random.randrange(10 ** random.randint(1, 9)),
        lambda: Decimal(random.randrange(10**7)) / 1000,
        lambda: Fraction(random.randrange(100), random.randrange(1, 100)),
    )
    kind = random.choice(kinds)
    return {name: kind() for name in names}


@pytest.mark.parametrize("seed", range(60))
def test_shares_add_up_exactly_and_nobody_is_a_cent_off(seed: int) -> None:
    random = Random(seed)
    for cents in _amounts(random, 5):
        weights = _weights(random)
        whole = sum(Fraction(weight) for weight in weights.values())
        if not whole:
            continue
        shares = sharing.share_cents(cents, weights)

        assert sum(shares.values()) == cents
        assert list(shares) == list(weights)
        for name, part in shares.items():
            assert part >= 0
            assert abs(part - cents * Fraction(weights[name]) / whole) < 1


@pytest.mark.parametrize("seed", range(60))
def test_a_larger_weight_never_pays_less_and_order_does_not_matter(seed: int) -> None:
    random = Random(seed)
    weights = _weights(random)
    if not any(weights.values()):
        return
    cents = random.randrange(10**9)
    shares = sharing.share_cents(cents, weights)
    names = sorted(weights, key=lambda name: Fraction(weights[name]))
    for lighter, heavier in pairwise(names):
        if weights[lighter] < weights[heavier]:
            assert shares[lighter] <= shares[heavier]
        else:
            assert abs(shares[lighter] - shares[heavier]) <= 1
    shuffled = list(weights.items())
    random.shuffle(shuffled)

    assert sharing.share_cents(cents, dict(shuffled)) == shares


def test_a_payer_without_weight_pays_nothing() -> None:
    assert sharing.share(Decimal("0.01"), {"a": 0, "b": 3}) == {
        "a": Decimal("0.00"),
        "b": Decimal("0.01"),
    }


def test_ten_thousand_and_a_cent_over_seven() -> None:
    shares = sharing.share(Decimal("10000.01"), dict.fromkeys(SEVEN, 1))

    assert [str(part) for part in shares.values()] == ["1428.58"] * 2 + ["1428.57"] * 5
    assert sum(shares.values()) == Decimal("10000.01")


def test_fixed_shares_that_add_up_come_out_as_they_are() -> None:
    fixed = {"a": Decimal("3333.34"), "b": Decimal("0.00"), "c": Decimal("6666.67")}

    assert sharing.share(Decimal("10000.01"), fixed) == fixed


def test_a_key_whose_weights_are_all_zero_is_an_error() -> None:
    with pytest.raises(sharing.NothingToShareByError):
        sharing.share(Decimal(1), {"a": 0, "b": 0})
    with pytest.raises(sharing.NothingToShareByError):
        sharing.share(Decimal(1), {})


def test_half_a_cent_and_negative_numbers_are_errors() -> None:
    with pytest.raises(sharing.SharingError):
        sharing.share(Decimal("0.005"), {"a": 1})
    with pytest.raises(sharing.SharingError):
        sharing.share(Decimal(-1), {"a": 1})
    with pytest.raises(sharing.SharingError):
        sharing.share(Decimal(1), {"a": 2, "b": -1})


def test_a_mix_counts_each_key_by_its_part() -> None:
    by_key = {"equal": {"a": 1, "b": 1}, "students": {"a": 300, "b": 100}}

    weights = sharing.mixed({"equal": 40, "students": 60}, by_key)

    assert weights == {"a": Fraction(65, 100), "b": Fraction(35, 100)}
    assert sharing.mixed({"equal": 0, "students": 1}, by_key)["a"] == Fraction(3, 4)
    with pytest.raises(sharing.NothingToShareByError) as caught:
        sharing.mixed({"staff": 1}, {"staff": {"a": 0}})
    assert caught.value.key == "staff"


@pytest.mark.parametrize("seed", range(40))
def test_a_mix_adds_up_too(seed: int) -> None:
    random = Random(seed)
    names = [f"payer{number}" for number in range(random.randint(1, 12))]
    by_key = {
        key: {name: random.randrange(1, 5000) for name in names}
        for key in ("equal", "students", "staff")
    }
    parts = {key: random.randrange(1, 100) for key in by_key}
    cents = random.randrange(1, 10**12)

    assert sum(sharing.share_cents(cents, sharing.mixed(parts, by_key)).values()) == cents


@pytest.mark.parametrize("seed", range(60))
def test_settlement_pays_each_what_they_bore(seed: int) -> None:
    random = Random(seed)
    names = [f"payer{number}" for number in range(random.randint(1, 12))]
    borne = {name: random.randrange(10**6) for name in random.sample(names, min(3, len(names)))}
    shares = sharing.share_cents(
        sum(borne.values()), {name: random.randrange(1, 900) for name in names}
    )
    for way in (sharing.each_to_each, sharing.netted):
        balance = {name: borne.get(name, 0) - shares[name] for name in names}
        for transfer in way(shares, borne):
            assert transfer.cents > 0
            assert transfer.payer != transfer.receiver
            balance[transfer.payer] += transfer.cents
            balance[transfer.receiver] -= transfer.cents
        assert set(balance.values()) <= {0}
    assert len(sharing.netted(shares, borne)) < max(2, len(names))
    for transfer in sharing.each_to_each(shares, borne):
        assert transfer.receiver in borne


def test_cents_and_amounts_are_the_same_money() -> None:
    assert sharing.to_cents(Decimal("10000.01")) == 1_000_001
    assert str(sharing.from_cents(5)) == "0.05"
    assert str(sharing.from_cents(-1205)) == "-12.05"
    assert str(sharing.from_cents(10**14)) == "1000000000000.00"
