"""What changed between two dates, told in sentences."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from solmu.lib import clock
from solmu.organisations.tests import factories as directory
from solmu.partnerships.picture import changes
from solmu.partnerships.picture.changes import Change, Stance
from solmu.partnerships.tests import factories
from solmu.partnerships.tests.test_picture import picture

TODAY = clock.today()
THEN = date(2025, 1, 1)
RANKS = {11: 1, 12: 2, 13: 3}


def stance(state="active", level=11, scope="regional", form="bilateral", owner=None) -> Stance:
    return Stance(state, level, scope, form, owner)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, stance(), ["new"]),
        (None, stance("potential", None), ["found"]),
        (None, stance("ended"), []),
        (stance(), None, ["ended"]),
        (stance(), stance("ended"), ["ended"]),
        (stance("ended"), stance("ended", 12), []),
        (stance("ended"), stance(), ["resumed"]),
        (stance(), stance("paused"), ["paused"]),
        (stance("paused"), stance(level=12), ["resumed", "raised"]),
        (stance("potential", None), stance(), ["new"]),
        (stance("potential", None), stance("active", None), ["new"]),
        (stance(level=None), stance(level=12), ["raised"]),
        (stance(level=13), stance(level=12), ["lowered"]),
        (stance(level=13), stance(level=None), ["lowered"]),
        (stance(), stance(scope="national", form="network", owner=3), ["scope", "form", "owner"]),
        (stance(), stance(), []),
    ],
)
def test_kinds_of_a_change(before, after, expected):
    assert changes.kinds(Change(1, "Oy", before, after), RANKS) == expected


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def home():
    return factories.institution()


@pytest.fixture
def viewer(home):
    return directory.viewer(directory.person_with_role(home))


def told(shown, since=THEN) -> dict[str, list[str]]:
    found = changes.between(shown, since)
    return {row.name: changes.sentences(row, shown.words) for row in found.rows}


@pytest.mark.django_db
def test_changes_are_those_between_the_two_dates(home, viewer):
    change_day = date(2025, 6, 1)
    raised = factories.stakeholder(home, "Nousija Oy")
    factories.standing(raised, 2, last=change_day - timedelta(days=1))
    factories.standing(raised, 4, since=change_day)
    factories.partner(home, "Uusi Oy", 1, since=change_day)
    factories.partner(home, "Poistunut Oy", 1, last=date(2025, 3, 31))
    factories.partner(home, "Vanha Oy", 1, since=date(2024, 1, 1))
    early = factories.stakeholder(home, "Ennen Oy")
    factories.standing(early, 1, last=date(2024, 5, 1))
    factories.standing(early, 2, since=date(2024, 5, 2))
    factories.partner(home, "Tuleva Oy", 1, since=TODAY + timedelta(days=10))

    assert told(picture(viewer)) == {
        "Nousija Oy": ["Raised: Cooperation → Strategic partner"],
        "Uusi Oy": ["New: Contact"],
        "Poistunut Oy": ["Ended"],
    }
    assert set(told(picture(viewer, "on=2025-05-31"))) == {"Poistunut Oy"}


@pytest.mark.django_db
def test_changes_keep_to_the_filters(home, viewer):
    for name, rank in (("Korkea Oy", 4), ("Matala Oy", 1)):
        factories.partner(home, name, rank, since=date(2025, 6, 1))
    left = factories.stakeholder(home, "Laskenut Oy")
    factories.standing(left, 4, last=date(2025, 5, 31))
    factories.standing(left, 2, since=date(2025, 6, 1))

    assert set(told(picture(viewer, "level=4"))) == {"Korkea Oy", "Laskenut Oy"}
    assert set(told(picture(viewer, "q=matala"))) == {"Matala Oy"}


@pytest.mark.django_db
def test_changes_of_others_are_not_told(home, viewer):
    factories.partner(factories.institution("Muu"), "Vieras Oy", 1, since=date(2025, 6, 1))

    assert told(picture(viewer)) == {}


@pytest.mark.django_db
def test_counts_of_changes_are_said(home, viewer):
    for _ in range(2):
        factories.partner(home, rank=1, since=date(2025, 6, 1))

    assert changes.counted(changes.between(picture(viewer), THEN).counts) == ["2 new partners"]
