"""Founding an institution on one page, and its settings later."""

import pytest
from django.test import Client

from solmu.lib.periods import period
from solmu.notifications.models import Message
from solmu.organisations.models import Affiliation, Institution
from solmu.organisations.tests import factories
from solmu.partnerships.founding import ladder
from solmu.partnerships.models import Facet, Level, Stakeholder, Standing

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


def as_sent(page) -> dict[str, str]:
    """What the browser would send of the page's form sets, as they are shown."""
    sent = {}
    for name in ("levels", "contents", "themes"):
        rows = page.context.get(name)
        if rows is None:
            continue
        for form in (rows.management_form, *rows.forms):
            for bound in form:
                value = bound.value()
                if value is None or (value is False):
                    continue
                sent[bound.html_name] = str(value)
    return sent


def test_administrator_founds_an_institution_on_one_page():
    person = factories.admin()
    client = client_of(person)
    region, place = (
        factories.region(),
        factories.municipality("980", "Ylöjärvi", inside=factories.region("06", "Pirkanmaa")),
    )
    page = client.get("/institutions/new/")

    answer = client.post(
        "/institutions/new/",
        {
            **as_sent(page),
            "name_fi": "Uusi ammattiopisto",
            "business_id": "1572860-0",
            "regions": [region.pk],
            "municipalities": [place.pk],
            "field_codes": ["health"],
            "own_role": "coordinator",
            "emails": "leena@uusi.example\nolli@uusi.example",
            "role": "contributor",
            "levels-0-name_fi": "Tuttu",
        },
    )

    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.headers["Location"] == "/partners/import/"
    institution = Institution.objects.get()
    assert institution.organisation.slug == "uusi-ammattiopisto"
    assert institution.organisation.public
    assert list(institution.regions.all()) == [region]
    assert list(institution.municipalities.all()) == [place]
    assert institution.fields == ["health"]
    assert [level.name_fi for level in Level.objects.all()] == [
        "Tuttu",
        "Yhteistyö",
        "Kumppani",
        "Strateginen kumppani",
    ]
    assert Facet.objects.filter(kind="content").count() == len(ladder.CONTENTS)
    assert Facet.objects.filter(kind="theme").count() == len(ladder.THEMES)
    assert Affiliation.objects.get().role == "coordinator"
    assert Message.objects.filter(kind="invitation").count() == 2


def test_mistakes_show_all_at_once_and_nothing_is_written():
    client = client_of(factories.admin())
    sent = as_sent(client.get("/institutions/new/"))

    answer = client.post(
        "/institutions/new/",
        {**sent, "business_id": "1572860-1", "emails": "ei osoite", "role": "reader"},
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name_fi", "business_id", "emails"}
    assert not Institution.objects.exists()


def test_an_organisation_of_the_directory_becomes_the_institution():
    known = factories.organisation("Vanha opisto", business_id="1572860-0", public=False)
    client = client_of(factories.admin())
    sent = as_sent(client.get("/institutions/new/"))
    facts = {
        **sent,
        "name_fi": "Vanha opisto",
        "business_id": "1572860-0",
        "own_role": "",
        "role": "reader",
    }

    first = client.post("/institutions/new/", facts)
    again = client.post("/institutions/new/", facts)

    known.refresh_from_db()  # now known to all, it has its name as its address
    assert first.headers["Location"] == f"/institutions/{known.slug}/people/"
    assert again.status_code == 422
    assert Institution.objects.get().organisation == known


@pytest.mark.parametrize("role", ["leader", "reader"])
def test_only_administrators_found(role):
    client = client_of(factories.person_with_role(factories.institution(), role))

    assert client.get("/institutions/new/").status_code == 403


@pytest.fixture
def place():
    institution = factories.institution(slug="tavastia")
    ladder.create_defaults(institution)
    return institution


def test_ladder_is_renamed_reordered_and_lengthened(place):
    client = client_of(factories.person_with_role(place))
    sent = as_sent(client.get("/institutions/tavastia/ladder/"))
    ids = list(Level.objects.order_by("rank").values_list("pk", flat=True))

    answer = client.post(
        "/institutions/tavastia/ladder/",
        {**sent, "levels-0-ORDER": "2", "levels-1-ORDER": "1", "levels-2-name_fi": "Kaveri",
         "levels-4-name_fi": "Ekosysteemi", "levels-4-decided_by": "leader", "levels-4-ORDER": "5"},
    )  # fmt: skip

    assert answer.status_code == 302
    now = Level.objects.order_by("rank")
    assert [level.pk for level in now][:4] == [ids[1], ids[0], ids[2], ids[3]]
    assert [level.name_fi for level in now][2:] == ["Kaveri", "Strateginen kumppani", "Ekosysteemi"]
    told = client.get("/institutions/tavastia/ladder/").content.decode().partition("History")[2]
    assert ("Kaveri" in told, "Ekosysteemi" in told) == (True, True)
    assert "Level, Partner" in told  # as the reader's language calls it


@pytest.mark.parametrize(("role", "status"), [("leader", 302), ("coordinator", 422)])
def test_what_leaders_decide_is_given_away_by_leaders(place, role, status):
    client = client_of(factories.person_with_role(place, role))
    sent = as_sent(client.get("/institutions/tavastia/ladder/"))

    answer = client.post(
        "/institutions/tavastia/ladder/", {**sent, "levels-3-decided_by": "coordinator"}
    )

    assert answer.status_code == status
    decider = "leader" if role == "coordinator" else "coordinator"
    assert Level.objects.get(rank=4).decided_by == decider


def test_a_level_in_use_stays(place):
    level = Level.objects.get(rank=1)
    stakeholder = Stakeholder.objects.create(
        institution=place, organisation=factories.organisation()
    )
    Standing.objects.create(stakeholder=stakeholder, level=level, valid=period())
    client = client_of(factories.person_with_role(place))
    sent = as_sent(client.get("/institutions/tavastia/ladder/"))

    answer = client.post("/institutions/tavastia/ladder/", {**sent, "levels-0-DELETE": "on"})
    other = client.post("/institutions/tavastia/ladder/", {**sent, "levels-3-DELETE": "on"})

    assert (answer.status_code, other.status_code) == (422, 302)
    assert [row.rank for row in Level.objects.order_by("rank")] == [1, 2, 3]


def test_lists_are_changed_and_an_emptied_entry_is_no_longer_offered(place):
    client = client_of(factories.person_with_role(place))
    sent = as_sent(client.get("/institutions/tavastia/lists/"))
    first = Facet.objects.filter(kind="content").first()

    answer = client.post(
        "/institutions/tavastia/lists/",
        {**sent, "contents-0-name_fi": "", "contents-0-name_sv": "", "contents-0-name_en": "",
         "contents-5-name_fi": "Liikunta"},
    )  # fmt: skip

    assert answer.status_code == 302
    first.refresh_from_db()
    assert (first.ended, first.name_fi) == (True, "Työelämä")
    assert Facet.objects.filter(kind="content", name_fi="Liikunta", ended=False).exists()


@pytest.mark.parametrize(
    ("role", "status"), [("leader", 200), ("coordinator", 200), ("contributor", 403)]
)
def test_who_changes_the_ladder(place, role, status):
    client = client_of(factories.person_with_role(place, role))

    assert client.get("/institutions/tavastia/ladder/").status_code == status
    assert client.get("/institutions/tavastia/lists/").status_code == status
