"""The list of partners: what it shows, to whom, in which order, and as a file."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.organisations.tests import factories as directory
from solmu.partnerships.models import ValueAssessment
from solmu.partnerships.tests import factories

pytestmark = pytest.mark.django_db

TODAY = clock.today()


@pytest.fixture
def home():
    return factories.institution("Ammattiopisto Tavastia")


def signed_in(person, language="en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


@pytest.fixture
def client(home):
    return signed_in(directory.person_with_role(home))


def shown(client, query="") -> str:
    answer = client.get(f"/partners/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_list_asks_to_sign_in(db):
    answer = Client().get("/partners/")

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/partners/"


def test_list_is_not_for_those_without_a_role(home):
    assert signed_in(directory.person(user=directory.user())).get("/partners/").status_code == 403


def test_list_shows_no_other_institution(home, client):
    other = factories.institution("Muu opisto")
    factories.partner(other, "Vieras Oy")
    factories.partner(home, "Oma Oy")

    page = shown(client)

    assert "Oma Oy" in page
    assert "Vieras Oy" not in page
    assert client.get(f"/partners/?institution={other.organisation.slug}").status_code == 404


def test_list_says_first_how_things_stand(home, client):
    factories.partner(home, rank=4)
    factories.partner(home, rank=2, since=TODAY - timedelta(days=3))
    factories.partner(home, rank=None, state="potential")

    page = shown(client)

    assert "2 partners, 1 of them on the level “Strategic partner”." in page
    assert "1 more has no level yet." in page
    assert ": 1 new partner." in page


def test_administrator_chooses_the_institution(home):
    other = factories.institution("Muu opisto")
    factories.partner(other, "Vieras Oy")
    client = signed_in(directory.admin())

    page = shown(client, f"institution={other.organisation.slug}")

    assert "Vieras Oy" in page
    assert f'<option value="{other.organisation.slug}" selected>Muu opisto' in page
    assert f'<option value="{home.organisation.slug}">' in page


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_list_opens_in_each_language(home, language):
    factories.partner(home, rank=4)

    client = signed_in(directory.person_with_role(home), language)

    assert f'<html lang="{language}"' in shown(client, "since=2024-01-01&level=4")


def test_list_leads_to_the_import_when_nothing_is_there(home, client):
    assert "No partners yet" in shown(client)
    assert "No partners yet" not in shown(client, "level=4")


def test_list_sorts_names_as_the_reader_does(home):
    for name in ("Öljy Oy", "Zeta Oy", "Åland Ab", "Aalto Oy"):
        factories.partner(home, name)
    client = signed_in(directory.person_with_role(home), "fi")

    rows = json.loads(b"".join(client.get("/partners/?format=json")))

    assert [row["name"] for row in rows] == ["Aalto Oy", "Zeta Oy", "Åland Ab", "Öljy Oy"]


def test_list_pages_by_key(home, client):
    for number in range(55):
        factories.partner(home, f"Yritys {number:02}")

    first = shown(client)
    more = first.split('class="button quiet" href="?')[1].split('"')[0].replace("&amp;", "&")
    second = shown(client, more)

    assert "Yritys 49" in first
    assert "Yritys 50" not in first
    assert "Yritys 50" in second
    assert "Yritys 54" in second
    assert "Yritys 49" not in second


def test_list_exports_with_the_filter_that_is_on(home, client):
    owner = directory.person("Olli", "Omistaja")
    content = factories.facet(home, 1)
    partner = factories.partner(
        home,
        directory.organisation("=HYPERLINK(1) Oy", region=directory.region()),
        4,
        owner=owner,
        contents=[content.pk],
    )
    partner.next_step, partner.next_step_on = "Soita", date(2026, 1, 2)
    partner.save()
    factories.evidence(partner, date(2025, 3, 1))
    factories.partner(home, "Muu Oy", 1)

    answer = client.get("/partners/?level=4&format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert answer["Content-Type"].startswith("text/csv")
    assert len(rows) == 1
    row = rows[0]
    assert row["Partner"] == "'=HYPERLINK(1) Oy"
    assert row["Level"] == "Strategic partner"
    assert row["Content"] == "Working life"
    assert row["Scope"] == "regional"
    assert row["Place"] == "Kanta-Häme"
    assert row["Owner"] == "Olli Omistaja"
    assert row["Last done together"] == "2025-03-01"
    assert row["Next step"] == "Soita"
    assert row["Times done together"] == "1"


def test_list_escapes_names(home, client):
    factories.partner(home, "<script>alert(1)</script>")

    assert "<script>alert(1)" not in shown(client, "q=<script>")


def test_list_tells_what_was_not_understood(home, client):
    factories.partner(home)

    assert "The date was not understood." in shown(client, "on=eilen")


@pytest.mark.parametrize("rows", [1, 3])
def test_list_needs_the_same_queries_for_any_number(
    home, client, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        factories.evidence(factories.partner(home, rank=3), date(2025, 1, 1))
    client.get("/partners/")  # session and other first times
    factories.partner(home, rank=3)

    with django_assert_max_num_queries(18) as cold:
        client.get("/partners/")
    with django_assert_max_num_queries(4) as warm:
        client.get("/partners/")

    assert (len(cold), len(warm)) == (18, 4)


def test_changes_since_a_day_are_told(home, client):
    partner = factories.stakeholder(home, "Nousija Oy")
    factories.standing(partner, 2, last=date(2025, 5, 31))
    factories.standing(partner, 3, since=date(2025, 6, 1), reason="Strategia 2025")
    factories.partner(home, "Ennallaan Oy")

    page = shown(client, "since=2025-01-01")
    changed = page.split('id="changes"')[1].split("</section>")[0]

    assert "Nousija Oy" in changed
    assert "Raised: Cooperation → Partner" in changed
    assert "Strategia 2025" in changed
    assert "Ennallaan Oy" not in changed


def test_what_waits_is_told_with_its_verb(home, client):
    late = factories.partner(home, "Myöhässä Oy", 1)
    late.next_step, late.next_step_on = "Soita", TODAY - timedelta(days=1)
    late.save()
    factories.partner(home, "Hiljainen Oy", 4)
    busy = factories.partner(home, "Vireä Oy", 4)
    factories.evidence(busy, TODAY - timedelta(days=10))
    factories.entry(busy, TODAY, "task", title="Lähetä lasku", due_on=TODAY - timedelta(days=2))
    tilted = factories.partner(home, "Kallistunut Oy", 1)
    for days in (200, 20):
        ValueAssessment.objects.create(
            stakeholder=tilted, on=TODAY - timedelta(days=days), we_give_score=4, we_get_score=1
        )

    waits = shown(client).split('class="waits"')[1].split("</section>")[0]

    assert "Next step by" in waits
    assert "Soita" in waits
    assert "Hiljainen Oy" in waits
    assert "Get in touch" in waits
    assert "Lähetä lasku" in waits
    assert "Kallistunut Oy" in waits
    assert waits.count("Vireä Oy") == 2  # its task alone: title and verb
    assert "4 things wait for you" in waits


def test_what_waits_for_a_contributor_is_their_own(home):
    colleague = directory.person_with_role(home, "contributor")
    factories.partner(home, "Omani Oy", 4, owner=colleague)
    factories.partner(home, "Muiden Oy", 4)

    waits = shown(signed_in(colleague)).split('class="waits"')[1].split("</section>")[0]

    assert "Omani Oy" in waits
    assert "Muiden Oy" not in waits


def test_what_waits_is_told_in_the_reader_s_language(home):
    colleague = directory.person_with_role(home)
    factories.partner(home, "Hiljainen Oy", 4)

    assert "Nothing done together yet" in shown(signed_in(colleague, "en"))
    assert "Nothing done together yet" not in shown(signed_in(colleague, "fi"))


def test_nothing_waits_for_an_administrator(home):
    factories.partner(home, "Hiljainen Oy", 4)

    assert 'class="waits"' not in shown(signed_in(directory.admin()))
