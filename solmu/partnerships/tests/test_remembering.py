"""What is kept of a picture is good until something that it was drawn from changes."""

from collections.abc import Callable
from datetime import date
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from solmu.organisations.models import Institution
from solmu.organisations.tests import factories as directory
from solmu.partnerships.picture.picture import with_area
from solmu.partnerships.picture.remembering import remembered
from solmu.partnerships.tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def home() -> Institution:
    made = factories.institution()
    factories.partner(made, rank=2, owner=directory.person("Olli", "Omistaja"))
    return made


@pytest.fixture
def made_again(home) -> Callable[[], bool]:
    """Tells whether what is kept had to be made again, as each new request would see it."""

    def look() -> bool:
        calls: list[int] = []
        seen = with_area(Institution.objects.filter(pk=home.pk)).get()
        remembered(seen, ("test",), lambda: calls.append(1))
        return bool(calls)

    assert look()
    assert not look()
    return look


def test_kept_until_a_standing_changes(home, made_again):
    standing = home.stakeholders.get().standings.get()
    standing.level = factories.level(home, 4)
    standing.save()

    assert made_again()
    assert not made_again()


@pytest.mark.parametrize(
    "change",
    [
        factories.partner,
        lambda home: factories.entry(home.stakeholders.get(), date(2026, 1, 1)),
        lambda home: factories.evidence(home.stakeholders.get(), date(2026, 1, 1)),
        lambda home: home.levels.filter(rank=1).update(name_fi="Tuttu"),
        lambda home: home.facets.filter(rank=1).update(name_fi="Työ"),
        lambda home: home.stakeholders.update(next_step="Soita"),
        lambda home: renamed(home.stakeholders.get().organisation, name_fi="Uusi nimi"),
        lambda home: renamed(home.stakeholders.get().standings.get().owner, given_name="Oili"),
    ],
)
def test_kept_until_what_it_was_drawn_from_changes(home, made_again, change):
    change(home)

    assert made_again()


def renamed(record: Any, **facts: str) -> None:
    for name, value in facts.items():
        setattr(record, name, value)
    record.save()


def test_kept_while_others_change_theirs(home, made_again):
    other = factories.institution("Muu opisto")
    theirs = factories.partner(other, rank=3, owner=directory.person())
    factories.entry(theirs, date(2026, 1, 1))
    factories.evidence(theirs, date(2026, 1, 1))
    renamed(theirs.organisation, name_fi="Muuttunut Oy")

    assert not made_again()


def test_made_again_when_a_slow_writer_has_finished(home):
    times = count()

    def made(*writers: str) -> int:
        seen = SimpleNamespace(pk=home.pk, version="7.7.7.7.7.7.7.7.7", writers=writers)
        return remembered(seen, ("slow",), lambda: next(times))

    assert made("5", "7") == 0
    assert made("7") == 1  # 5 has written something, perhaps before version 7
    assert made("7", "9") == 1
    assert made() == 2
