"""Rows copied into PostgreSQL come out as they went in."""

from uuid import UUID

import pytest
from django.db import connection

from solmu.lib import copying

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_copied_values_come_back_as_they_were() -> None:
    texts = ["", 'Ääkkönen; "Oy"', "a\tb", "a\nb\r\nc", "\\N", "\\.", "C:\\new", "{}", "NULL"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (id int, note text, spare text, yes boolean)")
        copying.copy_rows(
            "copied",
            ("id", "note", "spare", "yes"),
            [(number, text, None, number % 2 == 0) for number, text in enumerate(texts)],
        )
        cursor.execute("SELECT id, note, spare, yes FROM copied ORDER BY id")
        assert cursor.fetchall() == [
            (number, text, None, number % 2 == 0) for number, text in enumerate(texts)
        ]


def test_signs_that_part_values_do_not_part_a_value() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (a text, b text)")
        copying.copy_rows("copied", ("a", "b"), [("x\x1fy", "z\x00"), ("p\x1eq", None)])
        cursor.execute("SELECT a, b FROM copied ORDER BY a DESC")
        assert cursor.fetchall() == [("x y", "z"), ("p\x1eq", None)]


def test_new_uuids_are_random_ones() -> None:
    made = [UUID(text) for text in copying.new_uuids(100)]
    assert len(set(made)) == 100
    assert {one.version for one in made} == {4}
    assert {one.variant for one in made} == {"specified in RFC 4122"}
