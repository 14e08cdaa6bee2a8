"""The API's training, on the demo."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from solmu.training.models import Enrolment

pytestmark = pytest.mark.demo
SLUG = "tyopaikkaohjaaja"


def _call(client: Client, persona: str, method: str, path: str, data: Any = None) -> Any:
    more: dict[str, Any] = {"headers": {"authorization": f"Bearer demo-{persona}"}}
    if data is not None:
        more |= {"data": data, "content_type": "application/json"}
    return getattr(client, method)(f"/api/v1{path}", **more)


def test_starts_of_any_year_follow_the_rule(client: Client) -> None:
    def of(year: int) -> list[str]:
        answer = _call(client, "outsider", "get", f"/programmes/{SLUG}/starts?year={year}")
        starts: list[str] = answer.json()["starts"]
        return starts

    assert of(2029)[0] == "2029-01-02"
    assert of(2029)[4] == "2029-05-08"
    assert of(2030)[0] == "2030-01-08"
    assert of(2026)[0] == "2026-01-13"
    assert len(of(2033)) == 12
    assert of(2033)[-1] == "2033-12-13"


def test_programme_tells_its_rule(client: Client) -> None:
    told = _call(client, "outsider", "get", f"/programmes/{SLUG}").json()
    assert (told["rule"], told["pass_percent"], told["questions"], told["access_days"]) == (
        "1 tue working",
        70,
        40,
        30,
    )


def test_enrolment_of_staff_holds_at_once_and_only_once(client: Client) -> None:
    sent = {
        "programme": SLUG,
        "name": "Maija Mallikas",
        "email": "maija@tyo.example",
        "workplace": "Paja Oy",
    }
    made = _call(client, "assistant", "post", "/enrolments", sent)
    assert made.status_code == 201
    told = made.json()
    assert told["state"] == "applied"
    assert told["cohort"]
    assert told["score"] is None

    again = _call(client, "assistant", "post", "/enrolments", sent | {"email": "MAIJA@tyo.example"})
    assert (again.status_code, again.json()["id"]) == (200, told["id"])

    read = _call(client, "trainer", "get", f"/enrolments/{told['id']}")
    assert read.json()["name"] == "Maija Mallikas"
    assert _call(client, "rector", "get", f"/enrolments/{told['id']}").status_code == 404


def test_enrolment_of_others_waits_for_the_mailed_link(client: Client) -> None:
    sent = {"programme": SLUG, "name": "Olli Oma", "email": "olli@tyo.example", "workplace": "X"}
    made = _call(client, "member", "post", "/enrolments", sent)
    assert (made.status_code, made.json()["state"]) == (201, "unconfirmed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "olli"}, "email"),
        ({"programme": "ei-ole"}, "programme"),
        ({"name": " "}, "name"),
        ({"business_id": "9100012-1"}, "business_id"),
        ({"cohort": 0}, "cohort"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_field_is_named(client: Client, change: dict[str, Any], field: str) -> None:
    sent = {"programme": SLUG, "name": "Olli Oma", "email": "olli@tyo.example", "workplace": "X"}
    answer = _call(client, "assistant", "post", "/enrolments", sent | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_cohort_counts_its_participants(client: Client) -> None:
    listed = _call(client, "assistant", "get", f"/cohorts?programme={SLUG}&limit=500").json()
    past = [one for one in listed["items"] if one["state"] == "closed"]
    assert len(past) == 15
    assert 130 <= sum(one["participants"] for one in past) <= 170
    passed = Enrolment.objects.filter(cohort__state="closed", state="certified")
    scores = [float(one.score or 0) for one in passed]
    assert sum(scores) / len(scores) > 90


def test_learner_sees_only_their_own(client_as: Callable[[str], Client]) -> None:
    told = _call(client_as("learner"), "learner", "get", "/enrolments").json()["items"]
    assert [one["state"] for one in told] == ["studying"]
