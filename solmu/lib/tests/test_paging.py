"""Pages by key: every row comes once, in order, whatever the direction and the gaps."""

import base64
import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import Value
from django.db.models.functions import NullIf

from solmu.lib import paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NAMES = ["a", "b", "c", "d", "e", "f", "g"]


@pytest.fixture(autouse=True)
def groups() -> None:
    Group.objects.bulk_create(Group(name=name) for name in NAMES)


def _all(queryset, order, limit=2):
    found, cursor, pages = [], None, 0
    while True:
        page = paging.page(queryset, order, cursor, limit)
        found += page.rows
        pages += 1
        if not page.next:
            return found, pages
        cursor = page.next


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_give_every_row_once_in_order(direction: str) -> None:
    rows, pages = _all(Group.objects.all(), [("name", direction), ("id", direction)])

    assert [row.name for row in rows] == (NAMES if direction == "asc" else NAMES[::-1])
    assert pages == 4


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_rows_without_a_value_come_last(direction: str) -> None:
    queryset = Group.objects.annotate(key=NullIf("name", Value("c")))

    rows, _ = _all(queryset, [("key", direction), ("id", "asc")])

    with_value = [name for name in NAMES if name != "c"]
    assert [row.name for row in rows] == [
        *(with_value if direction == "asc" else with_value[::-1]),
        "c",
    ]


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_equal_values_are_told_apart_by_the_last_key(direction: str) -> None:
    queryset = Group.objects.annotate(key=NullIf(Value("x"), "name"))

    rows, _ = _all(queryset, [("key", direction), ("id", "desc")])

    assert [row.name for row in rows] == NAMES[::-1]


def test_mixed_directions_keep_their_order() -> None:
    order = [("content_type_id", "desc"), ("codename", "asc"), ("id", "asc")]

    rows, _ = _all(Permission.objects.all(), order, limit=7)

    wanted = Permission.objects.order_by("-content_type_id", "codename", "id")
    assert [row.id for row in rows] == [row.id for row in wanted]


def test_key_over_a_join_needs_no_query_more(django_assert_num_queries) -> None:
    order = [("content_type__model", "asc"), ("id", "asc")]

    with django_assert_num_queries(2):
        first = paging.page(Permission.objects.all(), order, None, 5)
        second = paging.page(Permission.objects.all(), order, first.next, 5)

    wanted = Permission.objects.order_by("content_type__model", "id").values_list("id", flat=True)
    assert [row.id for row in (*first.rows, *second.rows)] == list(wanted[:10])


def test_values_rows_page_too() -> None:
    rows, _ = _all(Group.objects.values("id", "name"), [("name", "asc"), ("id", "asc")])

    assert [row["name"] for row in rows] == NAMES


def test_row_comparison_is_used_where_nothing_is_missing() -> None:
    queryset = Group.objects.all()
    page = paging.page(queryset, [("name", "asc"), ("id", "asc")], None, 2)
    keys = [paging._Key(queryset, name, "asc", at) for at, name in enumerate(["name", "id"])]

    sql = str(queryset.filter(paging._after(keys, ["b", 2])).query)

    assert '("auth_group"."name", "auth_group"."id") > (b, 2)' in sql
    assert page.next


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%",
        "é",
        "W10",
        base64.urlsafe_b64encode(json.dumps(["-name,id", "b", 2]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["name,id", "b"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["name,id", {"z": "b"}, 2]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["name,id", "b\0", 2]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["name,id", "b", "two"]).encode()).decode(),
    ],
)
def test_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(paging.BadCursorError):
        paging.page(Group.objects.all(), [("name", "asc"), ("id", "asc")], cursor, 2)
