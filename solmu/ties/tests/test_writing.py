from datetime import date

import pytest

from solmu.lib.periods import period
from solmu.organisations.tests import factories
from solmu.ties import writing
from solmu.ties.models import Evidence
from solmu.ties.writing import Tie

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)


def ties(*numbers: int) -> list[Tie]:
    one, other = factories.organisation(), factories.organisation()
    return [Tie("meeting", n, other.pk, one.pk, "meeting", period(DAY, DAY)) for n in numbers]


def test_ends_are_kept_in_order() -> None:
    (tie,) = ties(1)
    writing.write("meeting", 1, [tie])
    row = Evidence.objects.get()
    assert row.a_id < row.b_id


def test_writing_again_replaces() -> None:
    tie, _other = ties(1, 2)
    writing.write("meeting", 1, [tie])
    writing.write("meeting", 1, [tie])
    assert Evidence.objects.count() == 1
    writing.write("meeting", 1, [])
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("kept", "told", "expected"),
    [
        ((), (), []),
        ((1, 2, 3), (1, 2, 3), []),
        ((1, 3), (1, 2, 3), ["missing"]),
        ((1, 2, 3), (2,), ["extra", "extra"]),
        ((5,), (4, 6), ["missing", "extra", "missing"]),
        ((), (1,), ["missing"]),
    ],
)
def test_differences_are_found(
    kept: tuple[int, ...], told: tuple[int, ...], expected: list[str]
) -> None:
    everything = {tie.source_id: tie for tie in ties(1, 2, 3, 4, 5, 6)}
    for number in kept:
        writing.write("meeting", number, [everything[number]])

    found = writing.differences({"meeting": lambda: [everything[n] for n in told]})

    assert [what for what, _row in found] == expected


def test_rebuilding_makes_exactly_what_is_told() -> None:
    some = ties(1, 2, 3)
    writing.write("meeting", 9, [*ties(9)])

    assert writing.rebuild_all({"meeting": lambda: some}) == 3

    assert list(writing.differences({"meeting": lambda: some})) == []


def test_rebuilder_out_of_order_is_refused() -> None:
    some = ties(2, 1)
    with pytest.raises(ValueError, match="order"):
        list(writing.differences({"meeting": lambda: some}))
