"""Asks every address and operation as every persona, and compares with the table of matrix.py."""

from collections.abc import Callable

import pytest
from django.test import Client

from solmu.portal.personas import PERSONAS
from tests.permissions.asking import API, VARIANT, Address, Samples, addresses, answer
from tests.permissions.matrix import COLUMNS, NETWORK_COLUMNS, rows

EXPECTED = {Address(row.method, row.path): row.answers for row in rows()}
EVERYBODY = [persona for group in COLUMNS.values() for persona in group]


def _plain(address: Address) -> str:
    return address.path.partition(VARIANT)[0]


def test_table_knows_every_persona() -> None:
    in_networks = [persona for group in NETWORK_COLUMNS.values() for persona in group]

    assert set(EVERYBODY) == {"", *(persona.slug for persona in PERSONAS)}
    assert sorted(in_networks) == sorted(EVERYBODY)


def test_table_has_every_address_and_operation() -> None:
    known = {_plain(address) for address in EXPECTED}
    operations = {address for address in addresses() if address.path.startswith(API)}

    missing = [str(address) for address in addresses() if address.path not in known]
    missing += [str(address) for address in operations if address not in EXPECTED]
    assert not missing, "give these a row in tests/permissions/matrix.py"


def test_table_has_nothing_that_is_no_address() -> None:
    there = set(addresses())
    assert [
        str(address)
        for address in EXPECTED
        if Address(address.method, _plain(address)) not in there
    ] == []


@pytest.mark.demo
@pytest.mark.parametrize("persona", EVERYBODY, ids=lambda persona: persona or "nobody")
def test_answers_are_those_of_the_table(persona: str, client_as: Callable[[str], Client]) -> None:
    samples = Samples()
    client = client_as(persona)
    client.raise_request_exception = False

    wrong = []
    for address in {*addresses(), *EXPECTED}:
        got = answer(client, persona, address, samples)
        # A page without the method may first ask to sign in.
        expected = EXPECTED[address][persona] if address in EXPECTED else "405"
        if got != expected and not (expected == "405" and got == "login" and not persona):
            wrong.append(f"{address}: {got} instead of {expected}")
    assert not wrong, "\n".join(sorted(wrong))
