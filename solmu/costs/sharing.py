"""How a cost is shared: to the cent, and the same way every time. Pure.

Each payer has a weight under a key: 1 (equal), students, staff, participation, or an amount
(fixed). Exact share = amount × weight ÷ sum of the weights. Everybody first gets it rounded down to
the cent; the cents that are left over go one each to those whose share lost most by the rounding
(the largest remainder). Where two lost the same, the one with the larger weight comes first, then
the one whose name (the key of the mapping) comes first in the alphabet. So the shares always add up
to the amount, nobody is a whole cent from the exact share, and a larger weight never pays less.

A mix takes each of its keys as a part: of 60 % students and 40 % equal, a payer's weight is
0.6 × their part of the students + 0.4 × 1 ÷ number of payers. It is rounded once, at the end.

All arithmetic is in whole cents and fractions; nothing is ever a binary floating-point number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

EQUAL, STUDENTS, STAFF, PARTICIPATION, FIXED, MIX = (
    "equal", "students", "staff", "participation", "fixed", "mix",
)  # fmt: skip
KEYS = (EQUAL, STUDENTS, STAFF, PARTICIPATION, FIXED)
CENT = Decimal("0.01")
LARGEST = Decimal("1000000000000.00")

type Weight = int | Decimal | Fraction
type Weights = Mapping[str, Weight]


class SharingError(ValueError):
    """Why an amount can't be shared."""


class NothingToShareByError(SharingError):
    """Every weight of a key is zero: there is no ratio."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class MissingFigureError(SharingError):
    """Some payers have no weight under a key: it is unknown, which isn't zero."""

    def __init__(self, key: str, missing: Iterable[str]) -> None:
        self.key = key
        self.missing = tuple(missing)
        super().__init__(f"{key}: {', '.join(self.missing)}")


def to_cents(amount: Decimal) -> int:
    """Return an amount as whole cents; it has to be exact to the cent."""
    cents = Fraction(amount) * 100
    if cents.denominator != 1:
        raise SharingError("An amount has at most two decimals.")
    return int(cents)


def from_cents(cents: int) -> Decimal:
    """Return whole cents as an amount with two decimals."""
    sign, whole = ("-", -cents) if cents < 0 else ("", cents)
    return Decimal(f"{sign}{whole // 100}.{whole % 100:02d}")


def share(amount: Decimal, weights: Weights, *, key: str = "") -> dict[str, Decimal]:
    """Share an amount by weights: the largest remainder, to the cent, as the module tells."""
    cents = share_cents(to_cents(amount), weights, key=key)
    return {name: from_cents(part) for name, part in cents.items()}


def share_cents(cents: int, weights: Weights, *, key: str = "") -> dict[str, int]:
    """Share whole cents by weights, in the order in which the weights come."""
    if cents < 0:
        raise SharingError("An amount to share isn't negative.")
    fractions = {name: Fraction(weight) for name, weight in weights.items()}
    if any(weight < 0 for weight in fractions.values()):
        raise SharingError("A weight isn't negative.")
    # In the same ratio as whole numbers: what is lost by rounding has then one denominator.
    scale = lcm(*(weight.denominator for weight in fractions.values()))
    exact = {name: int(weight * scale) for name, weight in fractions.items()}
    whole = sum(exact.values())
    if whole == 0:
        raise NothingToShareByError(key)
    shares: dict[str, int] = {}
    lost: dict[str, int] = {}
    for name, weight in exact.items():
        shares[name], lost[name] = divmod(cents * weight, whole)
    left = cents - sum(shares.values())
    for name in sorted(exact, key=lambda name: (-lost[name], -exact[name], name))[:left]:
        shares[name] += 1
    return shares


def mixed(parts: Mapping[str, Weight], by_key: Mapping[str, Weights]) -> dict[str, Fraction]:
    """Return the weights of a mix: `parts` says how much each key counts."""
    counted = {key: Fraction(part) for key, part in parts.items() if part}
    if any(part < 0 for part in counted.values()):
        raise SharingError("A part of a mix isn't negative.")
    whole = sum(counted.values(), Fraction(0))
    if whole == 0:
        raise NothingToShareByError(MIX)
    weights: dict[str, Fraction] = {}
    for key, part in counted.items():
        of_key = by_key[key]
        sum_of_key = sum((Fraction(weight) for weight in of_key.values()), Fraction(0))
        if sum_of_key == 0:
            raise NothingToShareByError(key)
        for name, weight in of_key.items():
            more = part / whole * Fraction(weight) / sum_of_key
            weights[name] = weights.get(name, Fraction(0)) + more
    return weights


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one pays to another."""

    payer: str
    receiver: str
    cents: int


def each_to_each(shares: Mapping[str, int], borne: Mapping[str, int]) -> list[Transfer]:
    """Who pays what to whom, each payer to each one who bore costs; both sums come out exactly.

    `shares` is what each pays in the end, `borne` what each has paid to suppliers; they have the
    same sum. Each share is divided over those who bore costs as the costs are; the cents that
    rounding leaves are filled in from the first payer and receiver on.
    """
    whole = sum(shares.values())
    if whole != sum(borne.values()):
        raise SharingError("What is shared isn't what was borne.")
    if whole == 0:
        return []
    cell = {
        (payer, receiver): share * cost // whole
        for payer, share in shares.items()
        for receiver, cost in borne.items()
    }
    owed = {p: shares[p] - sum(cell[p, r] for r in borne) for p in shares}
    due = {r: borne[r] - sum(cell[p, r] for p in shares) for r in borne}
    for payer in shares:
        for receiver in borne:
            more = min(owed[payer], due[receiver])
            cell[payer, receiver] += more
            owed[payer] -= more
            due[receiver] -= more
    return [
        Transfer(payer, receiver, cents)
        for (payer, receiver), cents in cell.items()
        if cents and payer != receiver
    ]


def netted(shares: Mapping[str, int], borne: Mapping[str, int]) -> list[Transfer]:
    """Who pays what to whom when only the differences are paid: at most n - 1 payments.

    The one who owes most pays first to the one who is owed most; equals go by name.
    """
    if sum(shares.values()) != sum(borne.values()):
        raise SharingError("What is shared isn't what was borne.")
    names = {*shares, *borne}
    balance = {name: borne.get(name, 0) - shares.get(name, 0) for name in names}
    found: list[Transfer] = []
    while True:
        debtor = min(balance, key=lambda name: (balance[name], name), default=None)
        creditor = min(balance, key=lambda name: (-balance[name], name), default=None)
        if debtor is None or creditor is None or balance[debtor] == 0:
            return found
        cents = min(-balance[debtor], balance[creditor])
        found.append(Transfer(debtor, creditor, cents))
        balance[debtor] += cents
        balance[creditor] -= cents
