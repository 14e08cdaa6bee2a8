from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import DateField, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Length

from solmu.lib.compiled import compiled, rows_of_each, several

pytestmark = pytest.mark.django_db


@compiled
def _kinds(*, app: str) -> QuerySet[ContentType]:
    return ContentType.objects.filter(app_label=app).order_by("model")


@compiled
def _named(*, part: str) -> QuerySet[ContentType]:
    return ContentType.objects.filter(model__icontains=part).order_by("model")


@compiled
def _some(labels: tuple[str, ...], *, at_least: int, day: date) -> QuerySet[ContentType]:
    found = ContentType.objects.filter(app_label__in=labels, pk__gte=at_least)
    return found.annotate(day=Value(day, DateField())).order_by("pk")


def test_compiled_fills_in_the_values_of_each_call() -> None:
    assert {kind.model for kind in _kinds(app="people")} == {
        kind.model for kind in ContentType.objects.filter(app_label="people")
    }
    assert {kind.app_label for kind in _kinds(app="search")} == {"search"}


def test_compiled_escapes_text_inside_a_pattern() -> None:
    assert {kind.model for kind in _named(part="perso")} >= {"person"}
    assert not _named(part="pers%n")
    assert not _named(part="pers_n")


def test_compiled_keeps_forms_apart_and_annotates() -> None:
    first = ContentType.objects.filter(app_label="people").earliest("pk")
    day = date(2026, 2, 3)

    both = _some(("people", "search"), at_least=0, day=day)
    rest = _some(("people",), at_least=first.pk + 1, day=date(2027, 1, 1))

    assert {kind.app_label for kind in both} == {"people", "search"}
    assert first.pk not in {kind.pk for kind in rest}
    assert both[0].day == day
    assert not _some((), at_least=0, day=day)


def test_compiled_wants_what_decides_the_form_as_positional() -> None:
    with pytest.raises(TypeError):
        _kinds(app=None)


def test_compiled_makes_anew_what_it_cannot_fill_in() -> None:
    @compiled
    def odd(*, app: int) -> QuerySet[ContentType]:
        return ContentType.objects.filter(app_label=app)  # becomes a text

    ContentType.objects.create(app_label="7", model="seven")

    assert [kind.model for kind in odd(app=7)] == ["seven"]


def test_rows_of_each_reads_only_what_finds_something(
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    asked = [
        _kinds.asked(app="people"),
        _kinds.asked(app="nowhere"),
        _some.asked((), at_least=0, day=date(2026, 2, 3)),  # can't have any
        _kinds.asked(app="search"),
    ]

    with django_assert_num_queries(3):
        people, *nothing, search = rows_of_each(asked)

    assert people == _kinds(app="people")
    assert search == _kinds(app="search")
    assert nothing == [[], []]
    assert rows_of_each([]) == []


def test_rows_of_each_reads_what_one_query_cannot_tell() -> None:
    @compiled
    def odd(*, app: int) -> QuerySet[ContentType]:
        return ContentType.objects.filter(app_label=app)  # becomes a text

    ContentType.objects.create(app_label="7", model="seven")

    seven, named = rows_of_each([odd.asked(app=7), _named.asked(part="perso")])

    assert [kind.model for kind in seven] == ["seven"]
    assert "person" in {kind.model for kind in named}


def test_compiled_asks_of_small_fields_too() -> None:
    @compiled
    def long(*, letters: int) -> QuerySet[ContentType]:
        length = Length("model", output_field=SmallIntegerField())
        return ContentType.objects.annotate(length=length).filter(length=letters)

    assert "person" in {kind.model for kind in long(letters=6)}
    [found] = rows_of_each([long.asked(letters=6)])
    assert "person" in {kind.model for kind in found}


def test_several_ids_share_few_forms() -> None:
    @compiled
    def of(**ids: int) -> QuerySet[ContentType]:
        return ContentType.objects.filter(pk__in=[*ids.values()]).order_by("pk")

    kinds = list(ContentType.objects.order_by("pk").values_list("pk", flat=True)[:5])

    for count in (0, 1, 3, 5):
        assert [kind.pk for kind in of(**several(kinds[:count]))] == kinds[:count]
    assert [len(several(range(count))) for count in (0, 1, 2, 3, 5, 25)] == [0, 1, 2, 4, 8, 32]
