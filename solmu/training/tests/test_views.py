"""The pages of training: the public one, enrolling, one's own page, running, setting up."""

import json
import re
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.organisations.models import Municipality, Organisation, Region
from solmu.training.models import Cohort, Enrolment, Programme
from solmu.training.tests import making

pytestmark = pytest.mark.django_db
State = Enrolment.State


@pytest.fixture
def cohort() -> Cohort:
    region = Region.objects.create(code="02", name_fi="Varsinais-Suomi")
    Municipality.objects.create(
        code="853", name_fi="Turku", name_sv="Åbo", region=region, lat=60.4, lon=22.2, valid="[,)"
    )
    return making.cohort(making.programme(about_fi="Tästä <on> kyse", price_fi="Maksuton"))


def _link() -> str:
    text = Message.objects.latest("pk").text
    found = re.search(r"(/training/(?:confirm|own|group)/[\w-]+/)", text)
    assert found
    return found[1]


def test_public_page_says_when_it_starts_and_tells_machines_too(
    client: Client, cohort: Cohort
) -> None:
    html = client.get("/training/ohjaaja/").content.decode()

    data = re.search(r'<script type="application/ld\+json">(.+?)</script>', html)
    assert data
    course = json.loads(data[1])
    assert course["@type"] == "Course"
    assert course["description"] == "Tästä <on> kyse"
    assert course["offers"] == {"@type": "Offer", "description": "Maksuton"}
    assert course["hasCourseInstance"][0]["startDate"] == cohort.starts_on.isoformat()
    assert "<on>" not in html
    assert f'datetime="{cohort.starts_on.isoformat()}"' in html


def test_programme_that_is_not_public_is_not_there(client: Client, cohort: Cohort) -> None:
    Programme.objects.update(public=False)
    for path in ("", "enrol/", "embed/", "starts.ics", "privacy/"):
        assert client.get(f"/training/ohjaaja/{path}").status_code == 404


def test_frame_is_allowed_for_the_named_sites_only(client: Client, cohort: Cohort) -> None:
    closed = client.get("/training/ohjaaja/embed/")
    assert "frame-ancestors 'none'" in closed.headers["Content-Security-Policy"]
    assert closed.headers["X-Frame-Options"] == "DENY"

    Programme.objects.update(embed_origins=["https://www.opisto.example"])
    framed = client.get("/training/ohjaaja/embed/")

    policy = framed.headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.opisto.example" in policy
    assert "script-src 'self'" in policy
    assert "X-Frame-Options" not in framed.headers
    page = client.get("/training/ohjaaja/")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_calendar_holds_the_starts(client: Client, cohort: Cohort) -> None:
    text = client.get("/training/ohjaaja/starts.ics").content.decode()
    assert f"DTSTART;VALUE=DATE:{cohort.starts_on:%Y%m%d}" in text


def test_enrolling_is_confirmed_by_the_mailed_button(client: Client, cohort: Cohort) -> None:
    facts = making.form_facts(cohort=str(cohort.pk))
    sent = client.post("/training/ohjaaja/enrol/", facts)
    assert sent.headers["Location"] == "/training/ohjaaja/enrol/sent/"
    link = _link()

    shown = client.get(link)
    assert "Mallikas" in shown.content.decode()
    assert Enrolment.objects.get().state == State.UNCONFIRMED  # opening changes nothing

    client.post(link)
    row = Enrolment.objects.get()
    assert (row.state, row.cohort, row.municipality) == (State.APPLIED, cohort, "853")
    assert client.post(link).status_code == 410


def test_half_filled_form_keeps_what_was_written(client: Client, cohort: Cohort) -> None:
    facts = making.form_facts(cohort=str(cohort.pk), email="maija", workplace_name="")

    answer = client.post("/training/ohjaaja/enrol/", facts)

    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'value="Mallikas"' in html
    assert 'value="+358 40 765 4321"' in html
    assert not Enrolment.objects.exists()


def test_paper_needs_an_address(client: Client, cohort: Cohort) -> None:
    facts = making.form_facts(cohort=str(cohort.pk), wants_paper="on")
    assert client.post("/training/ohjaaja/enrol/", facts).status_code == 422


def test_program_that_fills_in_everything_is_let_believe(client: Client, cohort: Cohort) -> None:
    facts = making.form_facts(cohort=str(cohort.pk), website="https://spam.example")
    assert client.post("/training/ohjaaja/enrol/", facts).status_code == 302
    assert not Enrolment.objects.exists()
    assert not Message.objects.exists()


def test_workplace_is_found_by_its_business_id(client: Client, cohort: Cohort) -> None:
    Organisation.objects.create(
        slug="paja", name_fi="Metallipaja Esimerkki Oy", name_key="metallipaja esimerkki",
        business_id="9100012-8", public=True, municipality_id="853",
    )  # fmt: skip
    found = client.get("/training/workplace/", {"business_id": "9100012-8"})
    assert 'value="Metallipaja Esimerkki Oy"' in found.content.decode()

    facts = making.form_facts(
        cohort=str(cohort.pk), business_id="9100012-8", workplace_name="", municipality=""
    )
    client.post("/training/ohjaaja/enrol/", facts)

    row = Enrolment.objects.get()
    assert row.workplace_name == "Metallipaja Esimerkki Oy"
    assert row.workplace is not None


def test_private_entry_of_the_directory_is_not_told(client: Client, cohort: Cohort) -> None:
    Organisation.objects.create(
        slug="salainen", name_fi="Salainen Oy", name_key="salainen", business_id="9100012-8",
        public=False,
    )  # fmt: skip
    html = client.get("/training/workplace/", {"business_id": "9100012-8"}).content.decode()
    assert "Salainen" not in html


def test_group_gets_bad_rows_back_with_reasons(client: Client, cohort: Cohort) -> None:
    people = (
        "Maija Mallikas, maija@tyo.example, 040 111 1111\n"
        "Matti\tMeikäläinen\tmatti@tyo.example\t+358 40 222 2222\n"
        "Ilman Osoitetta, 040 333 3333\n"
        "MALLIKAS MAIJA; toinen@tyo.example; 0401111111\n"
    )
    facts = {
        "contact_name": "Kaisa Kontakti", "contact_email": "kaisa@paja.example",
        "workplace_name": "Paja Oy", "municipality": "853", "language": "fi", "people": people,
        "cohort": str(cohort.pk),
    }  # fmt: skip
    shown = client.post("/training/ohjaaja/enrol/group/", facts)
    assert shown.status_code == 200
    assert [row.number for row in shown.context["rejected"]] == [3, 4]
    assert all(row.reason for row in shown.context["rejected"])

    client.post("/training/ohjaaja/enrol/group/", {"seal": shown.context["seal"]})
    assert Enrolment.objects.filter(state=State.UNCONFIRMED).count() == 2
    client.post(_link())
    assert Enrolment.objects.filter(state=State.APPLIED, cohort=cohort).count() == 2


def test_group_comes_from_a_spreadsheet_too(client: Client, cohort: Cohort) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Sukunimi", "Etunimi", "Sähköposti", "Puhelin"])
    sheet.append(["Mallikas", "Maija", "maija@tyo.example", "040 111 1111"])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "ryhma.xlsx"
    shown = client.post(
        "/training/ohjaaja/enrol/group/",
        {
            "contact_name": "Kaisa", "contact_email": "kaisa@paja.example",
            "workplace_name": "Paja Oy", "municipality": "853", "language": "fi", "file": file,
            "cohort": str(cohort.pk),
        },
    )  # fmt: skip
    assert [row.application.name for row in shown.context["taken"]] == ["Maija Mallikas"]


def test_own_page_changes_the_start_and_withdraws(client: Client, cohort: Cohort) -> None:
    later = making.cohort(cohort.programme, days=50)
    client.post("/training/ohjaaja/enrol/", making.form_facts(cohort=str(cohort.pk)))
    client.post(_link())
    own = _link()
    assert own.startswith("/training/own/")

    assert client.get(own).status_code == 200
    client.post(own, {"act": "start", "cohort": str(later.pk)})
    assert Enrolment.objects.get().cohort == later

    client.post(own, {"act": "withdraw"})
    row = Enrolment.objects.get()
    assert row.state == State.WITHDRAWN
    assert client.get(own).status_code == 200


def test_question_about_a_double_does_not_tell_its_address(client: Client, cohort: Cohort) -> None:
    client.post("/training/ohjaaja/enrol/", making.form_facts(cohort=str(cohort.pk)))
    client.post(_link())
    client.post(
        "/training/ohjaaja/enrol/",
        making.form_facts(
            cohort=str(cohort.pk), given_name="MAIJA", phone="0407654321", email="m2@tyo.example"
        ),
    )
    link = _link()
    html = client.get(link).content.decode()
    assert "m…@t…" in html
    assert "maija@tyo.example" not in html

    client.post(link, {"answer": "me"})
    assert Enrolment.objects.filter(state=State.APPLIED).count() == 1


def test_late_applicant_chooses_this_start_or_the_next(client: Client, cohort: Cohort) -> None:
    near = making.cohort(cohort.programme, days=3)
    html = client.get("/training/ohjaaja/enrol/").content.decode()
    assert f'value="{near.pk}"' in html
    assert f'value="{cohort.pk}"' in html
    assert near.starts_on - timedelta(days=near.programme.pick_days) < clock.today()
