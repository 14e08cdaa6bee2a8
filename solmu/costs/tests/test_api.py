"""The API's costs in the demo."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.demo

SEVEN = ["tavastia", "lhkk", "hyria", "hami", "kiipula", "vaao", "eerikkila"]


def _post(body: dict[str, Any], persona: str = "network-lead") -> Any:
    return Client().post(
        "/api/v1/costs",
        json.dumps(body),
        content_type="application/json",
        headers={"authorization": f"Bearer demo-{persona}"},
    )


def _case(**facts: Any) -> dict[str, Any]:
    made = {"network": "valkky", "title": "Kone", "amount": "10000.01", "key": "equal"}
    return {**made, "payers": SEVEN, **facts}


@pytest.mark.parametrize("key", ["equal", "students", "staff", "participation"])
@pytest.mark.parametrize("amount", ["0.01", "10000.01", "1000000000000.00"])
def test_shares_add_up(key: str, amount: str) -> None:
    answer = _post(_case(key=key, amount=amount))

    assert answer.status_code == 201, answer.content
    shares = answer.json()["shares"]
    assert [one["institution"] for one in shares] == SEVEN
    assert sum(Decimal(one["amount"]) for one in shares) == Decimal(amount)


def test_fixed_shares_come_out_as_given() -> None:
    shares = dict.fromkeys(SEVEN, "1000.00") | {"tavastia": "4000.01"}

    answer = _post(_case(key="fixed", shares=shares))

    assert answer.status_code == 201, answer.content
    assert {one["institution"]: one["amount"] for one in answer.json()["shares"]} == shares


def test_weights_are_entered_on_the_case() -> None:
    weights = dict.fromkeys(SEVEN, 0) | {"hyria": 1, "hami": 2.5}

    answer = _post(_case(key="participation", weights=weights, amount="3.50"))

    told = {one["institution"]: one["amount"] for one in answer.json()["shares"]}
    assert (told["hyria"], told["hami"], told["vaao"]) == ("1.00", "2.50", "0.00")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": " 1"}, "amount"),
        ({"amount": "١"}, "amount"),
        ({"amount": 5}, "amount"),
        ({"payers": []}, "payers"),
        ({"payers": [*SEVEN, "tavastia"]}, "payers"),
        ({"payers": ["tuakk"]}, "payers"),
        ({"payers": ["no-such"]}, "payers"),
        ({"key": "size"}, "key"),
        ({"key": "fixed"}, "shares"),
        ({"key": "fixed", "shares": dict.fromkeys(SEVEN, "1.00")}, "shares"),
        ({"key": "fixed", "shares": {"tavastia": "10000.01"}}, "shares"),
        ({"shares": dict.fromkeys(SEVEN, "1.00")}, "shares"),
        ({"key": "students", "weights": dict.fromkeys(SEVEN, 0)}, "weights"),
        ({"key": "students", "weights": {"tavastia": -1}}, "weights"),
        ({"key": "students", "weights": {"tuakk": 1}}, "weights"),
        ({"title": " "}, "title"),
        ({"what": 1}, "what"),
    ],
)
def test_what_cannot_be_shared_names_its_field(facts: dict[str, Any], field: str) -> None:
    answer = _post(_case(**facts))

    assert answer.status_code == 422, answer.content
    assert field in {one["field"].split(".")[0] for one in answer.json()["errors"]}


@pytest.mark.parametrize("persona", ["rector", "outsider", "learner", "trainer"])
def test_only_those_who_prepare_costs_may(persona: str) -> None:
    assert _post(_case(amount="bad"), persona).status_code == 403


def test_costs_are_read_by_those_in_the_network() -> None:
    def count(persona: str) -> int:
        answer = Client().get(
            "/api/v1/costs?network=valkky", headers={"authorization": f"Bearer demo-{persona}"}
        )
        assert answer.status_code == 200
        return len(answer.json()["items"])

    assert count("member") == count("rector") == 2
    assert count("outsider") == count("learner") == 0


def test_list_takes_the_same_queries_whatever_its_length() -> None:
    _post(_case(key="participation"))

    def queries(cases: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            answer = Client().get(
                f"/api/v1/costs?limit={cases}",
                headers={"authorization": "Bearer demo-network-lead"},
            )
        assert len(answer.json()["items"]) == cases
        return len(asked)

    queries(1)

    assert queries(3) == queries(1) <= 12


def test_list_tells_of_each_case_what_the_case_itself_does() -> None:
    _post(_case(key="staff"))
    _post(_case(key="participation", weights=dict.fromkeys(SEVEN, 2)))
    signed = {"authorization": "Bearer demo-network-lead"}

    listed = Client().get("/api/v1/costs", headers=signed).json()["items"]

    assert {one["state"] for one in listed} == {"draft", "proposed", "agreed"}
    for one in listed:
        assert Client().get(f"/api/v1/costs/{one['id']}", headers=signed).json() == one
