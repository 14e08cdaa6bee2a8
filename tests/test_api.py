"""What holds for the whole API: its description, tokens, problems, lists, and doing a POST once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import OpenAPIV31SpecValidator

from solmu.accounts import idempotency
from solmu.accounts.models import ApiToken, IdempotencyKey
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.models import Affiliation
from solmu.organisations.tests import factories as directory
from solmu.partnerships.models import Contact, DialogueEntry
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.tests.api_client import ApiClient

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


@pytest.fixture
def coordinator() -> Person:
    return directory.person_with_role(factories.institution())


def _entry(partnership: int, **facts: Any) -> dict[str, Any]:
    return {"partnership": partnership, "kind": "note", "title": "Soitettu", **facts}


# Description


def _schema() -> dict[str, Any]:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return json.loads(answer.content)


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(value) for value in node))
    return set()


def test_openapi_is_3_1_and_whole() -> None:
    schema = _schema()

    assert schema["openapi"].startswith("3.1.")
    assert schema["info"]["title"]
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    assert _references(schema) <= known
    operations = [
        (path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    ]
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names))
    for path, method, operation in operations:
        assert not path.endswith("/")
        assert all(operation.get(name) for name in ("summary", "description", "tags"))
        placed = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert placed == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert all("schema" in one for one in operation["parameters"])
        # Anybody checks a document and enrols; all else needs a token.
        assert path.endswith("/verify") or set(operation["responses"]) >= {"401"}
        if method == "post":
            assert idempotency.HEADER in {one["name"] for one in operation["parameters"]}


def test_openapi_validates() -> None:
    OpenAPIV31SpecValidator(_schema()).validate()


def test_docs_load_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs").content.decode()
    assert "cdn" not in page
    assert "<script>" not in page
    for resource in {
        operation["tags"][0] for item in _schema()["paths"].values() for operation in item.values()
    }:
        answer = Client().get("/api/v1/docs", {"resource": resource})
        assert answer.status_code == 200
        assert len(answer.content) < 100_000


# Tokens


def test_no_or_invalid_token_is_401(coordinator: Person) -> None:
    expired = ApiClient(coordinator, expires_at=clock.real_now() - timedelta(seconds=1))
    for client in (Client(), Client(headers={"authorization": "Bearer wrong"}), expired):
        answer = client.get("/api/v1/organisations")
        assert answer.status_code == 401
        assert answer["Content-Type"] == PROBLEM
        assert answer["WWW-Authenticate"] == "Bearer"
    assert json.loads(answer.content)["status"] == 401


def test_token_of_somebody_who_is_no_longer_active_is_401(coordinator: Person) -> None:
    client = ApiClient(coordinator)
    coordinator.user.is_active = False
    coordinator.user.save()
    assert client.get("/api/v1/organisations").status_code == 401


def test_session_is_no_token(coordinator: Person) -> None:
    client = Client()
    client.force_login(coordinator.user, backend="solmu.people.viewing.ViewerBackend")
    assert client.get("/api/v1/organisations").status_code == 401


def test_token_makes_the_viewer_in_one_query_and_notes_its_use_once_a_day(
    coordinator: Person,
) -> None:
    client = ApiClient(coordinator)
    client.get("/api/v1/search?q=x")
    assert ApiToken.objects.get().last_used_on == clock.real_now().date()

    with CaptureQueriesContext(connections["default"]) as queries:
        client.get("/api/v1/search?q=x")
    asked = [query["sql"] for query in queries if "apitoken" in query["sql"]]
    assert len(asked) == 1


# Problems


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "nonsense", 404),
        ("get", "organisations/", 404),
        ("get", "organisations/999999", 404),
        ("get", f"organisations/{10**30}", 404),
        ("put", "organisations", 405),
        ("get", "organisations?limit=501", 422),
        ("get", "organisations?limit=x", 422),
        ("get", "organisations?nonsense=1", 422),
        ("get", "organisations?cursor=nonsense", 422),
        ("get", "organisations?q=%00", 422),
        ("get", "partnerships?on=2026-02-30", 422),
        ("get", "partnerships?on=1", 422),
        ("get", "partnerships?level=nonsense", 422),
        ("get", "partnerships?institution=nonsense", 404),
        ("get", "search?nonsense=1&q=x", 422),
    ],
)
def test_every_error_is_a_problem(coordinator: Person, method: str, path: str, status: int) -> None:
    answer = getattr(ApiClient(coordinator), method)(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer["Content-Type"] == PROBLEM
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["title"]
    if status == 422:
        assert body["errors"][0]["field"] in path


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Aukea Oy", "nonsense": 1}, "nonsense"),
        ({"name": 5}, "name"),
        ({"name": "Aukea Oy", "lat": "60"}, "lat"),
        ({"name": "Aukea Oy", "lat": True}, "lat"),
        ({"name": "Aukea Oy", "kind": "nonsense"}, "kind"),
        ({"name": "Aukea \u0000 Oy"}, "name"),
        ({"name": "Aukea Oy", "region": "Ei Missään"}, "region"),
        ({"name": "Aukea Oy", "website": "javascript:alert(1)"}, "website"),
        ({"name": "Aukea Oy", "fields": ["nonsense"]}, "fields"),
        ({"name": "Aukea Oy", "parent": 999999}, "parent"),
    ],
)
def test_unknown_field_or_wrong_type_is_422_and_named(
    coordinator: Person, body: dict[str, Any], field: str
) -> None:
    answer = ApiClient(coordinator).send("organisations", body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert field in answer.json()["detail"]


def test_body_that_is_no_json_is_400_and_another_media_type_415(coordinator: Person) -> None:
    client = ApiClient(coordinator)
    for body in ("{", '{"name": NaN}', "[" * 100_000, b"\xff"):
        answer = client.post("/api/v1/organisations", body, content_type="application/json")
        assert answer.status_code == 400
        assert answer["Content-Type"] == PROBLEM
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/api/v1/organisations", "name=x", content_type=kind)
        assert answer.status_code == 415
    for body in ("[]", '"x"', "null", ""):
        answer = client.post("/api/v1/organisations", body, content_type="application/json")
        assert answer.status_code == 422


@pytest.mark.parametrize("key", ["", "a"])
def test_body_that_is_too_big_is_413(coordinator: Person, key: str) -> None:
    answer = ApiClient(coordinator).send("organisations", {"name": "x" * 3_000_000}, key=key)
    assert answer.status_code == 413
    assert answer["Content-Type"] == PROBLEM


@pytest.mark.parametrize(
    "body", [{"fields": ["\ud800"]}, {"\ud800": 1}, {"name_sv": "\ud800"}, {"fields": ["a\0"]}]
)
def test_what_no_text_can_hold_is_422(coordinator: Person, body: dict[str, Any]) -> None:
    answer = ApiClient(coordinator).send("organisations", {"name": "Koe Oy", **body})
    assert answer.status_code == 422


def test_token_is_told_from_others_of_its_user(coordinator: Person) -> None:
    api = ApiClient(coordinator)
    user = coordinator.user
    for hash_, days in (("a" * 64, -1), ("b" * 64, 1), ("f" * 64, None)):
        until = clock.real_now() + timedelta(days=days) if days else None
        ApiToken.objects.create(user=user, name=hash_[0], token_hash=hash_, expires_at=until)
    partner = factories.partner(coordinator.affiliations.get().institution)
    assert api.send("dialogue", _entry(partner.pk), key="x").status_code == 201
    used = IdempotencyKey.objects.get().token
    assert used.name not in {"a", "b", "f"}
    used.expires_at = clock.real_now()
    used.save()
    assert api.get("/api/v1/dialogue").status_code == 401


def test_permission_comes_before_validation(coordinator: Person) -> None:
    institution = Affiliation.objects.get().institution
    partner = factories.partner(institution)
    outsider = ApiClient(directory.person_with_role(factories.institution()))
    reader = ApiClient(directory.person_with_role(institution, "reader"))
    invalid = {
        "nonsense": 1,
        "partnership": partner.pk,
        "institution": institution.organisation.slug,
    }

    for path in ("partnerships", "contacts", "dialogue", "organisations"):
        assert outsider.send(path, invalid).status_code == 404, path
        assert reader.send(path, invalid).status_code == 403, path
    assert outsider.send(f"partnerships/{partner.pk}", invalid, method="patch").status_code == 404
    assert reader.send(f"partnerships/{partner.pk}", invalid, method="patch").status_code == 403
    assert ApiClient().send("partnerships", invalid).status_code == 401


# Lists


def test_lists_page_by_cursor_in_a_constant_number_of_queries(coordinator: Person) -> None:
    institution = Affiliation.objects.get().institution
    client = ApiClient(coordinator)
    partners = [factories.partner(institution, owner=coordinator) for _ in range(5)]
    for partner in partners:
        factories.entry(partner, clock.today())
        Contact.objects.create(
            stakeholder=partner, person=directory.person(), valid=period(clock.today())
        )
    client.get("/api/v1/search?q=x")
    for path in ("organisations", "partnerships", "contacts", "dialogue"):
        counts = []
        for limit in (1, 5):
            with CaptureQueriesContext(connections["default"]) as queries:
                page = client.get(f"/api/v1/{path}?limit={limit}").json()
            counts.append(len(queries))
            assert len(page["items"]) == limit
        assert counts[0] == counts[1]
        seen, cursor = [], None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = client.get(f"/api/v1/{path}", query).json()
            seen += [item["id"] for item in page["items"]]
            assert len(page["items"]) <= 2
            cursor = page["next"]
            if cursor is None:
                break
        whole = client.get(f"/api/v1/{path}?limit=500").json()
        assert seen == [item["id"] for item in whole["items"]]
        assert len(seen) == len(set(seen))
        assert whole["next"] is None


# Idempotency


def test_same_key_and_body_gets_the_same_answer_and_is_done_once(coordinator: Person) -> None:
    partner = factories.partner(Affiliation.objects.get().institution)
    client = ApiClient(coordinator)

    first = client.send("dialogue", _entry(partner.pk), key="a")
    again = client.send("dialogue", _entry(partner.pk), key="a")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"]
    assert DialogueEntry.objects.count() == 1
    assert client.send("dialogue", _entry(partner.pk), key="b").status_code == 201
    assert client.send("dialogue", _entry(partner.pk)).status_code == 201
    assert DialogueEntry.objects.count() == 3


def test_same_key_with_another_body_is_refused(coordinator: Person) -> None:
    partner = factories.partner(Affiliation.objects.get().institution)
    client = ApiClient(coordinator)
    client.send("dialogue", _entry(partner.pk), key="a")

    answer = client.send("dialogue", _entry(partner.pk, title="Muu"), key="a")

    assert answer.status_code == 422
    assert answer["Content-Type"] == PROBLEM
    assert DialogueEntry.objects.count() == 1


def test_key_is_of_a_token_and_an_address(coordinator: Person) -> None:
    institution = Affiliation.objects.get().institution
    partner = factories.partner(institution)
    client, other = ApiClient(coordinator), ApiClient(directory.person_with_role(institution))
    client.send("dialogue", _entry(partner.pk), key="a")

    assert other.send("dialogue", _entry(partner.pk, title="Muu"), key="a").status_code == 201
    assert client.send("organisations", {"name": "Aukea Oy"}, key="a").status_code == 201


def test_answer_that_did_nothing_is_not_kept(coordinator: Person) -> None:
    partner = factories.partner(Affiliation.objects.get().institution)
    client = ApiClient(coordinator)

    assert client.send("dialogue", _entry(partner.pk, kind="x"), key="a").status_code == 422
    assert client.send("dialogue", _entry(partner.pk), key="a").status_code == 201


def test_key_is_forgotten_after_a_day(coordinator: Person) -> None:
    partner = factories.partner(Affiliation.objects.get().institution)
    client = ApiClient(coordinator)
    client.send("dialogue", _entry(partner.pk), key="a")
    client.send("dialogue", _entry(partner.pk), key="b")
    IdempotencyKey.objects.update(created_at=clock.real_now() - timedelta(hours=25))

    assert client.send("dialogue", _entry(partner.pk), key="a").status_code == 201
    assert DialogueEntry.objects.count() == 3
    idempotency.forget_old_keys()
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["a"]


@pytest.mark.parametrize("key", [" ", "x" * 201])
def test_key_without_sense_is_400(coordinator: Person, key: str) -> None:
    assert (
        ApiClient(coordinator).send("organisations", {"name": "Aukea Oy"}, key=key).status_code
        == 400
    )


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_time_is_409() -> None:
    coordinator = directory.person_with_role(factories.institution())
    partner = factories.partner(Affiliation.objects.get().institution)
    client = ApiClient(coordinator)
    token = ApiToken.objects.get()
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s)",
                [idempotency.lock_number(token.pk, "/api/v1/dialogue", "a")],
            )
        answer = client.send("dialogue", _entry(partner.pk), key="a")
    finally:
        other.close()

    assert answer.status_code == 409
    assert answer["Retry-After"] == "1"
    assert DialogueEntry.objects.count() == 0
    assert client.send("dialogue", _entry(partner.pk), key="a").status_code == 201
    assert not transaction.get_connection().in_atomic_block
