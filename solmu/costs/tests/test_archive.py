import pytest

from solmu.costs import archive
from solmu.networks.models import Network


@pytest.mark.demo
def test_a_network_takes_its_costs_along() -> None:
    network = Network.objects.get(organisation__slug="valkky")

    taken = {
        name: list(rows) for name, rows in archive.parts(network) if not isinstance(rows, bytes)
    }

    assert {name: len(rows) for name, rows in taken.items()} == {
        "costs": 2,
        "cost_items": 5,
        "cost_payers": 15,
        "cost_transfers": 6,
        "cost_answers": 15,
    }
