"""The picture on a date: who is in it, how they stood, and what the filters do."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.test import RequestFactory

from solmu.imports.models import Batch
from solmu.lib import clock, paging
from solmu.organisations.models import Organisation
from solmu.organisations.tests import factories as directory
from solmu.partnerships.models import Facet
from solmu.partnerships.picture.picture import Picture
from solmu.partnerships.tests import factories
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db

TODAY = clock.today()
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = date(2020, 1, 1)


def picture(viewer: Viewer, query: str = "") -> Picture:
    request = RequestFactory().get(f"/partners/?{query}")
    request.viewer = viewer
    return Picture.from_request(request)


@pytest.fixture
def home():
    return factories.institution("Ammattiopisto Tavastia")


@pytest.fixture
def viewer(home):
    return directory.viewer(directory.person_with_role(home))


def names_in(shown: Picture) -> set[str]:
    return {row.organisation.name_fi for row in shown.stakeholders()}


def test_picture_without_a_first_day_holds_on_every_date(home, viewer):
    factories.partner(home, "Aina Oy")

    assert names_in(picture(viewer)) == {"Aina Oy"}
    assert names_in(picture(viewer, "on=1950-01-01")) == {"Aina Oy"}


def test_picture_shows_the_standing_of_the_date(home, viewer):
    partner = factories.stakeholder(home, "Nousija Oy")
    factories.standing(partner, 2, last=date(2025, 5, 31))
    factories.standing(partner, 3, since=date(2025, 6, 1))

    def rank(on):
        return picture(viewer, f"on={on}").stakeholders().get().level_rank

    assert rank("2025-05-31") == 2
    assert rank("2025-06-01") == 3


def test_picture_leaves_out_who_had_no_standing_yet(home, viewer):
    factories.partner(home, "Uusi Oy", since=TODAY)

    assert names_in(picture(viewer)) == {"Uusi Oy"}
    assert names_in(picture(viewer, f"on={YESTERDAY}")) == set()


def test_picture_shows_ended_ones_only_when_asked(home, viewer):
    factories.partner(home, "Päättynyt Oy", state="ended")
    factories.partner(home, "Mahdollinen Oy", rank=None, state="potential")

    assert names_in(picture(viewer)) == {"Mahdollinen Oy"}
    assert names_in(picture(viewer, "state=ended")) == {"Päättynyt Oy"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level=4", {"Strategi Oy"}),
        ("level=4&level=none", {"Strategi Oy", "Tasoton Oy"}),
        ("scope=regional", {"Strategi Oy", "Kunnassa Oy"}),
        ("scope=national", {"Tasoton Oy"}),
        ("scope=international", {"Abroad AB", "Ylittävä Oy"}),
        ("country=SE", {"Abroad AB"}),
        ("region=05", {"Strategi Oy", "Ylittävä Oy"}),
        ("municipality=109", {"Kunnassa Oy"}),
        ("field=ict", {"Abroad AB"}),
        ("state=paused", {"Abroad AB"}),
        ("q=STRATEG", {"Strategi Oy"}),
        ("q=abroad", {"Abroad AB"}),
        ("q=7654321", {"Abroad AB"}),
        ("level=4&scope=national", set()),
    ],
)
def test_picture_filters(home, viewer, query, expected):
    region = directory.region()
    municipality = directory.municipality(
        inside=directory.region("06", "Pirkanmaa")
    )  # outside the regions of the area, but named in it
    home.municipalities.add(municipality)
    factories.partner(home, directory.organisation("Strategi Oy", region=region), 4)
    factories.partner(home, directory.organisation("Kunnassa Oy", municipality=municipality))
    factories.partner(
        home,
        directory.organisation("Ylittävä Oy", region=region),
        scope_override="international",
    )
    factories.partner(
        home,
        directory.organisation("Abroad AB", country="SE", fields=["ict"], business_id="7654321-0"),
        state="paused",
    )
    factories.partner(home, "Tasoton Oy", None)

    assert names_in(picture(viewer, query)) == expected


def test_picture_filters_by_content_theme_and_owner(home, viewer):
    owner = directory.person("Olli", "Omistaja")
    content = factories.facet(home, 2)
    theme = factories.facet(home, 1, Facet.Kind.THEME)
    factories.partner(home, "Kaikki Oy", contents=[content.pk], themes=[theme.pk], owner=owner)
    factories.partner(home, "Muu Oy")

    assert names_in(picture(viewer, f"content={content.pk}")) == {"Kaikki Oy"}
    assert names_in(picture(viewer, f"theme={theme.pk}")) == {"Kaikki Oy"}
    assert names_in(picture(viewer, f"owner={owner.pk}")) == {"Kaikki Oy"}
    assert names_in(picture(viewer, "owner=none")) == {"Muu Oy"}


@pytest.mark.parametrize(
    "query",
    [
        "on=2025-13-01", "on=x", "on=0001-01-01", "since=2999-01-01", "level=99", "level=x",
        "content=1e9", "content=99999999999999999999", "scope=moon", "owner=-1", "region=00",
        "municipality=%D9%A1%D9%A2%D9%A3", "country=fi", "state=gone", "field=%00",
    ],
)  # fmt: skip
def test_picture_tells_of_bad_values_and_leaves_them_out(home, viewer, query):
    factories.partner(home, "Ainoa Oy")

    shown = picture(viewer, query)

    assert names_in(shown) == {"Ainoa Oy"}
    assert len(shown.notices) == 1
    assert shown.query_string() == ""


@pytest.mark.parametrize("query", ["q=oy", "q=100+%25", "q=1234567-1", "q=oy&level=3"])
def test_picture_is_paged_alike_however_it_is_searched(home, viewer, query):
    for name in ("Öljy Oy", "Aamu Oy", "100 % Oy", "Zeta Oy", "Muu"):
        factories.partner(home, name, 3 if "m" in name else 2)
    Organisation.objects.filter(name_fi="Muu").update(business_id="1234567-1")
    order = [("organisation__sort_fi", "asc"), ("organisation_id", "asc")]

    def paged(by_name: str) -> list[str]:
        found, cursor = [], None
        while True:
            page = paging.page(picture(viewer, query).source(by_name=by_name), order, cursor, 2)
            found += [row.organisation.name_fi for row in page.rows]
            if (cursor := page.next) is None:
                return found

    assert paged("fi") == paged("") != []


def test_picture_takes_any_text_for_a_search(home, viewer):
    factories.partner(home, "100 % Oy")

    assert names_in(picture(viewer, "q=%25")) == {"100 % Oy"}
    assert names_in(picture(viewer, "q=%00")) == {"100 % Oy"}
    assert names_in(picture(viewer, "q=%5C")) == set()
    assert names_in(picture(viewer, "q=_00")) == set()


def test_picture_counts_by_level_scope_and_state(home, viewer):
    region = directory.region()
    factories.partner(home, directory.organisation(region=region), 4)
    factories.partner(home, directory.organisation(region=region), 4, state="paused")
    factories.partner(home, directory.organisation(country="EE"), 1)
    factories.partner(home, directory.organisation(), None, state="potential")

    counts = picture(viewer).counts()

    assert counts.total == 4
    assert counts.partners == 3
    assert counts.by_level == {4: 2, 1: 1, None: 1}
    assert counts.by_scope == {"regional": 2, "international": 1, "national": 1}
    assert counts.by_state == {"active": 2, "paused": 1, "potential": 1}
    assert counts.by_cell[4, "regional"] == 2


def test_counts_follow_every_change(home, viewer):
    partner = factories.partner(home, "Muuttuva Oy", 1)
    assert picture(viewer).counts().by_level == {1: 1}

    standing = partner.standings.get()
    standing.level = factories.level(home, 4)
    standing.save()
    assert picture(viewer).counts().by_level == {4: 1}

    partner.organisation.country = "SE"
    partner.organisation.save()
    assert picture(viewer).counts().by_scope == {"international": 1}

    home.regions.clear()
    factories.partner(home, directory.organisation(region=directory.region()))
    assert picture(viewer).counts().by_scope == {"international": 1, "national": 1}
    home.regions.add(directory.region())
    assert picture(viewer).counts().by_scope == {"international": 1, "regional": 1}


def proof(shown: Picture):
    row = shown.with_evidence(shown.stakeholders()).get()
    assert shown.stakeholders().filter(shown.has_evidence()).exists() == bool(row.evidence_count)
    return row.evidence_count, row.last_evidence_on


def test_evidence_is_counted_when_it_had_begun_by_the_date(home, viewer):
    partner = factories.partner(home)
    factories.evidence(partner, date(2025, 3, 1))
    factories.evidence(partner, date(2025, 9, 1))
    theirs = factories.partner(factories.institution("Muu opisto"), partner.organisation)
    factories.evidence(theirs, date(2025, 5, 1))

    assert proof(picture(viewer, "on=2025-02-28")) == (0, None)
    assert proof(picture(viewer, "on=2025-06-01")) == (1, date(2025, 3, 1))
    assert proof(picture(viewer)) == (2, date(2025, 9, 1))


def test_evidence_of_what_goes_on_reaches_the_date(home, viewer):
    partner = factories.partner(home)
    factories.evidence(
        partner, TODAY, kind="relation", valid=factories.days(None, None), institution=None
    )

    assert proof(picture(viewer, "on=2025-02-28")) == (1, date(2025, 2, 28))


def test_evidence_since_a_day_leaves_out_what_ended_before(home, viewer):
    partner = factories.partner(home)
    factories.evidence(partner, date(2025, 3, 1))
    shown = picture(viewer)

    rows = shown.stakeholders()
    assert rows.filter(shown.has_evidence(since=date(2025, 3, 1))).exists()
    assert not rows.filter(shown.has_evidence(since=date(2025, 3, 2))).exists()


def test_picture_shows_no_other_institution(home, viewer):
    other = factories.institution("Muu opisto")
    factories.partner(other, "Vieras Oy")
    factories.partner(home, "Oma Oy")

    assert names_in(picture(viewer)) == {"Oma Oy"}
    with pytest.raises(Http404):
        picture(viewer, f"institution={other.organisation.slug}")


def test_picture_is_not_for_those_without_a_role(home):
    nobody = directory.person(user=directory.user())

    with pytest.raises(PermissionDenied):
        picture(directory.viewer(nobody))
    with pytest.raises(PermissionDenied):
        picture(Viewer.anonymous())


def test_administrator_looks_from_any_institution(home):
    other = factories.institution("Muu opisto")
    factories.partner(other, "Vieras Oy")
    admin = directory.viewer(directory.admin())

    shown = picture(admin, f"institution={other.organisation.slug}")

    assert names_in(shown) == {"Vieras Oy"}
    assert shown.query_string() == f"?institution={other.organisation.slug}"


def test_query_string_keeps_what_is_on_and_takes_changes(home, viewer):
    shown = picture(viewer, "level=4&level=3&q=a+b&on=2025-01-01&since=2024-01-01")

    assert QueryDict(shown.query_string()[1:]) == QueryDict(
        "q=a+b&level=4&level=3&on=2025-01-01&since=2024-01-01"
    )
    assert shown.without("level", "4") == "?q=a+b&level=3&on=2025-01-01&since=2024-01-01"
    assert shown.query_string(on=None, since=None, q=None, level=None) == ""


@pytest.mark.parametrize("rows", [1, 3])
def test_picture_needs_the_same_queries_for_any_number(
    home, viewer, rows, django_assert_num_queries
):
    for _ in range(rows):
        factories.partner(home, rank=3)

    with django_assert_num_queries(3):  # institution with its version, rows, counts
        shown = picture(viewer)
        found = list(shown.stakeholders())
        counts = shown.counts()

    assert (len(found), counts.total) == (rows, rows)


def test_picture_of_a_file_shows_what_the_import_brought(home, viewer):
    brought = factories.partner(home, "Tuotu Oy")
    factories.partner(home, "Muu Oy")
    batch = Batch.objects.create(institution_id=home.pk, kind="partners", file_name="kumppanit.csv")
    batch.lines.create(number=1, row=2, action="created", organisation_id=brought.organisation_id)

    shown = picture(viewer, f"file={batch.pk}")

    assert names_in(shown) == {"Tuotu Oy"}
    assert not shown.notices


def test_picture_of_anothers_file_tells_nothing(home, viewer):
    mine = factories.partner(home, "Oma Oy")
    theirs = factories.institution("Toinen opisto")
    batch = Batch.objects.create(institution_id=theirs.pk, kind="partners", file_name="x.csv")
    batch.lines.create(number=1, row=2, action="created", organisation_id=mine.organisation_id)
    factories.partner(home, "Muu Oy")

    shown = picture(viewer, f"file={batch.pk}")

    assert names_in(shown) == {"Oma Oy", "Muu Oy"}
    assert shown.notices
