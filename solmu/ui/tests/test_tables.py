"""Tables: sorting, pages, columns, exports, and that nothing in a cell is taken for markup."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import Group
from django.test import RequestFactory
from django.utils.translation import gettext
from openpyxl import load_workbook

from solmu.ui.tables import Column, Table

pytestmark = pytest.mark.django_db

COLUMNS = [
    Column("name", "Name", lambda row: row.name, sort="name"),
    Column("id", "Number", lambda row: row.id, sort="id", numeric=True),
    Column("size", "Size", lambda row: 12345, shown=False, export=lambda row: 12345),
]


@pytest.fixture(autouse=True)
def groups() -> None:
    Group.objects.bulk_create(Group(name=name) for name in ("b", "a", "<b>=c</b>", "d"))


def _table(query: str = "", **options) -> Table[Group]:
    request = RequestFactory().get(f"/list/?{query}")
    return Table(
        request, COLUMNS, Group.objects.all(), default_sort="name", name="groups", **options
    )


def test_table_sorts_by_the_column_asked_for() -> None:
    assert [row.name for row in _table("sort=name&dir=desc").rows] == ["d", "b", "a", "<b>=c</b>"]


def test_unknown_sort_falls_back_to_the_default() -> None:
    assert [row.name for row in _table("sort=password&dir=desc").rows] == [
        "<b>=c</b>",
        "a",
        "b",
        "d",
    ]


def test_page_leads_to_the_next_and_keeps_the_filter() -> None:
    first = _table("q=x&format=csv", page_size=3)
    second = _table(first.more_url.removeprefix("?"), page_size=3)

    assert first.more_url.startswith("?q=x&after=")
    assert [row.name for row in second.rows] == ["d"]
    assert second.more_url == ""
    assert second.first_url == "?q=x"


def test_broken_cursor_shows_the_first_page() -> None:
    assert len(_table("after=nonsense").rows) == 4


@pytest.mark.parametrize("rows", [1, 3])
def test_table_takes_one_query(rows: int, django_assert_num_queries) -> None:
    Group.objects.filter(pk__in=Group.objects.values("pk")[rows:]).delete()

    with django_assert_num_queries(1):
        _table().render()


def test_cell_is_escaped_and_number_is_localised() -> None:
    html = _table("columns=name,size").render()

    assert "&lt;b&gt;=c&lt;/b&gt;" in html
    assert "<b>=c" not in html
    assert '<td data-label="Size">12\xa0345</td>' in html


def test_sorted_column_says_so_and_links_to_the_other_way() -> None:
    html = _table("sort=name&dir=asc").render()

    assert 'aria-sort="ascending"><a href="?sort=name&amp;dir=desc"' in html


def test_chosen_columns_are_shown_and_the_first_always() -> None:
    assert [column.key for column in _table("columns=id&columns=nonsense").columns] == [
        "name",
        "id",
    ]


def test_empty_table_says_so() -> None:
    Group.objects.all().delete()

    assert "None here" in _table(empty="None here").render()


def _content(response) -> bytes:
    return b"".join(response.streaming_content)


def test_csv_export_has_all_rows_and_columns_and_no_formula() -> None:
    Group.objects.create(name="=1+1")

    response = _table("format=csv&after=nonsense", page_size=2).export()

    rows = list(csv.reader(io.StringIO(_content(response).decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Name", "Number", "Size"]
    assert [row[0] for row in rows[1:]] == ["<b>=c</b>", "'=1+1", "a", "b", "d"]
    assert response.headers["Content-Disposition"] == 'attachment; filename="groups.csv"'


def test_json_export_has_keys_and_values() -> None:
    rows = json.loads(_content(_table("format=json&columns=name&columns=size").export()))

    assert rows[1] == {"name": "a", "size": 12345}


def test_xlsx_export_can_be_opened() -> None:
    sheet = load_workbook(io.BytesIO(_content(_table("format=xlsx").export()))).active

    assert [cell.value for cell in sheet["A"]] == ["Name", "<b>=c</b>", "a", "b", "d"]


def test_demo_export_says_that_it_is_fiction() -> None:
    request = RequestFactory().get("/list/?format=csv")
    request.demo = True

    response = Table(
        request, COLUMNS, Group.objects.all(), default_sort="name", name="groups"
    ).export()

    head = _content(response).decode("utf-8-sig").splitlines()[0]
    assert head.split(";")[-1] == gettext("Fictional demo content")
    assert response.headers["Content-Disposition"] == 'attachment; filename="groups-demo.csv"'


def test_no_format_is_no_export() -> None:
    assert _table("format=pdf").export() is None


def test_print_view_has_all_rows_and_keeps_the_filter() -> None:
    printed = _table("q=x&print=1", page_size=3)
    html = printed.render()

    assert len(printed.rows) == 4
    assert "ui/js/print.js" in html
    assert 'href="?q=x"' in html  # back to the list


def test_paper_says_which_rows_are_missing(monkeypatch) -> None:
    assert (
        gettext("Only %(n)s rows are here. “Print” above the list on the screen gives more.")
        % {"n": 3}
        in _table("", page_size=3).render()
    )
    monkeypatch.setattr("solmu.ui.tables.PRINTED", 2)
    assert "print-only" not in (html := _table("print=1").render())
    assert str(2) in html
    assert 'class="note"' in html
    assert "print-only" not in _table("").render()
