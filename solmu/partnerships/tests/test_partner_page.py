from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.tests import factories as directory
from solmu.partnerships import standing
from solmu.partnerships.models import Contact, Stakeholder, Standing, ValueAssessment
from solmu.partnerships.partner import contacts, dialogue, value
from solmu.partnerships.partner.contacts import ContactError
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.search.models import Entry

pytestmark = pytest.mark.django_db

SYSTEM = Viewer.system("test")
TODAY = clock.today()
TABS = ("overview", "value", "contacts", "dialogue", "together", "path", "history")


@pytest.fixture
def stakeholder() -> Stakeholder:
    return factories.partner(
        factories.institution(), "Konepaja Oy", 3, since=TODAY - timedelta(days=400)
    )


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.user, backend="solmu.people.viewing.ViewerBackend")
    return client


@pytest.fixture
def client(stakeholder: Stakeholder) -> Client:
    return signed_in(directory.person_with_role(stakeholder.institution, "coordinator"))


def text(client: Client, stakeholder: Stakeholder, tab: str = "overview") -> str:
    answer = client.get(f"/partners/{stakeholder.pk}/?tab={tab}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_every_part_is_read_by_all_in_the_institution_and_by_nobody_else(
    stakeholder: Stakeholder, tab: str
) -> None:
    address = f"/partners/{stakeholder.pk}/?tab={tab}"
    for role in ("leader", "coordinator", "contributor", "reader"):
        person = directory.person_with_role(stakeholder.institution, role)
        assert signed_in(person).get(address).status_code == 200, role
    assert signed_in(directory.admin()).get(address).status_code == 200
    outsider = directory.person_with_role(factories.institution(), "leader")
    assert signed_in(outsider).get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "address", ["change/", "state/ended/", "edit/", "value/", "contacts/add/", "confirm/"]
)
def test_forms_are_for_those_who_may_edit(stakeholder: Stakeholder, address: str) -> None:
    at = stakeholder.institution
    expected = {"leader": 200, "coordinator": 200, "contributor": 403, "reader": 403}
    for role, status in expected.items():
        client = signed_in(directory.person_with_role(at, role))
        assert client.get(f"/partners/{stakeholder.pk}/{address}").status_code == status, role
    owner = directory.person_with_role(at, "contributor")
    Standing.objects.update(owner=owner)
    assert signed_in(owner).get(f"/partners/{stakeholder.pk}/{address}").status_code == 200


def test_first_sentence_says_how_things_stand(stakeholder: Stakeholder, client: Client) -> None:
    page = text(client, stakeholder)

    assert "Partner since" in page
    assert "Nobody looks after it yet." in page
    assert "Nothing done together is recorded yet." in page


def test_claimed_level_without_evidence_says_so(stakeholder: Stakeholder, client: Client) -> None:
    claimed = "nothing done together stands behind it yet"
    assert claimed in text(client, stakeholder)

    dialogue.log(stakeholder, kind="visit", on=TODAY, title="Käynti", by=SYSTEM)

    assert claimed not in text(client, stakeholder)
    assert "Visit: Käynti" in text(client, stakeholder, "together")


def test_queries_do_not_grow_with_the_data(
    stakeholder: Stakeholder, client: Client, django_assert_max_num_queries: Any
) -> None:
    def queries(tab: str) -> int:
        text(client, stakeholder, tab)  # the institution's words are remembered until it changes
        with django_assert_max_num_queries(40) as found:
            text(client, stakeholder, tab)
        return len(found)

    def add(number: int) -> None:
        contacts.add(
            stakeholder, by=SYSTEM, given_name=f"N{number}", email=f"n{number}@posti.example"
        )
        value.assess(stakeholder, on=TODAY - timedelta(days=number), by=SYSTEM, we_get_score=number)
        for kind in ("meeting", "task", "note"):
            dialogue.log(stakeholder, kind=kind, on=TODAY, title="x", by=SYSTEM, due_on=TODAY)
        standing.change(
            stakeholder,
            on=TODAY - timedelta(days=number),
            reason="x",
            by=SYSTEM,
            goals=f"g{number}",
        )

    add(1)
    first = {tab: queries(tab) for tab in TABS}
    for number in (2, 3, 4):
        add(number)

    assert {tab: queries(tab) for tab in TABS} == first


def test_change_form_changes_only_what_was_changed(
    stakeholder: Stakeholder, client: Client
) -> None:
    now = Standing.objects.get()
    day = TODAY - timedelta(days=10)
    answer = client.post(
        f"/partners/{stakeholder.pk}/change/",
        {
            "base": now.pk,
            "on": day.isoformat(),
            "reason": "Sovittiin tavoitteet",
            "level": now.level_id,
            "state": "active",
            "form": "bilateral",
            "goals": "Uusi tavoite",
        },
    )

    assert answer.status_code == 302
    new = Standing.objects.on(day).get()
    assert (new.goals, new.reason, new.level_id) == (
        "Uusi tavoite",
        "Sovittiin tavoitteet",
        now.level_id,
    )
    page = text(client, stakeholder, "path")
    assert "Sovittiin tavoitteet" in page
    assert "Undo this change" in page
    client.post(f"/partners/{stakeholder.pk}/undo/{new.pk}/")
    assert Standing.objects.count() == 1


def test_change_form_refuses_a_level_that_a_leader_decides(
    stakeholder: Stakeholder, client: Client
) -> None:
    answer = client.post(
        f"/partners/{stakeholder.pk}/change/",
        {
            "on": TODAY.isoformat(),
            "reason": "x",
            "level": factories.level(stakeholder.institution, 4).pk,
            "state": "active",
            "form": "bilateral",
        },
    )
    assert answer.status_code == 422
    assert "decided by a leader" in answer.content.decode()


def test_partnership_is_paused_goes_on_and_ends_with_a_reason(
    stakeholder: Stakeholder, client: Client
) -> None:
    for number, to in enumerate(("paused", "active", "ended")):
        address = f"/partners/{stakeholder.pk}/state/{to}/"
        day = (TODAY - timedelta(days=5 - number)).isoformat()
        assert client.post(address, {"on": day, "reason": ""}).status_code == 422
        assert client.post(address, {"on": day, "reason": "Syy"}).status_code == 302
    assert Standing.objects.on(TODAY).get().state == "ended"
    assert "Ended on" in text(client, stakeholder)


def test_next_step_is_set_on_the_page(stakeholder: Stakeholder, client: Client) -> None:
    client.post(
        f"/partners/{stakeholder.pk}/next-step/",
        {"next_step": "Soita Ainolle", "next_step_on": TODAY.isoformat()},
    )

    assert text(client, stakeholder).count("Soita Ainolle") >= 2  # the step, and what waits


def test_unmapped_columns_are_shown(stakeholder: Stakeholder, client: Client) -> None:
    Stakeholder.objects.update(extra={"Lounasseteli": "kyllä"})
    assert "Lounasseteli" in text(client, stakeholder)


def test_value_is_assessed_and_marked_as_our_view(stakeholder: Stakeholder, client: Client) -> None:
    answer = client.post(
        f"/partners/{stakeholder.pk}/value/",
        {
            "on": TODAY.isoformat(),
            "we_get": "Työpaikkoja",
            "we_get_score": "3",
            "they_get": "Osaajia",
            "they_get_score": "1",
        },
    )

    assert answer.status_code == 302
    assert ValueAssessment.objects.get().we_get_score == 3
    page = text(client, stakeholder, "value")
    assert "We gain clearly more than the partner." in page
    assert "Much; it would be hard to get elsewhere." in page
    assert page.count("our view") == 3


def test_score_out_of_range_is_refused(stakeholder: Stakeholder, client: Client) -> None:
    answer = client.post(
        f"/partners/{stakeholder.pk}/value/", {"on": TODAY.isoformat(), "we_get_score": "5"}
    )
    assert answer.status_code == 422
    with pytest.raises(ValueError, match="0–4"):
        value.assess(stakeholder, on=TODAY, by=SYSTEM, student_score=5)


def test_second_assessment_on_a_day_replaces_the_first(stakeholder: Stakeholder) -> None:
    value.assess(stakeholder, on=TODAY, by=SYSTEM, we_get_score=1)
    value.assess(stakeholder, on=TODAY, by=SYSTEM, we_get_score=2)
    assert ValueAssessment.objects.get().we_get_score == 2


def test_contact_is_added_edited_ended_and_resumed(
    stakeholder: Stakeholder, client: Client
) -> None:
    facts = {
        "given_name": "Aino",
        "family_name": "Esimerkki",
        "email": "aino@posti.example",
        "title": "johtaja",
        "legal_basis": "consent",
        "retention_until": "2030-12-31",
    }
    client.post(f"/partners/{stakeholder.pk}/contacts/add/", facts)
    contact = Contact.objects.get()
    assert contact.person.legal_basis == "consent"
    assert Entry.objects.get(kind="contact").title == "Aino Esimerkki"

    client.post(
        f"/partners/{stakeholder.pk}/contacts/{contact.pk}/", {**facts, "given_name": "Aina"}
    )
    assert Entry.objects.get(kind="contact").title == "Aina Esimerkki"

    client.post(f"/partners/{stakeholder.pk}/contacts/{contact.pk}/end/")
    contact.refresh_from_db()
    assert contact.valid.upper == TODAY + timedelta(days=1)
    client.post(f"/partners/{stakeholder.pk}/contacts/{contact.pk}/end/", {"resume": "1"})
    contact.refresh_from_db()
    assert contact.valid.upper is None


def test_person_is_entered_once_in_an_institution_but_not_known_to_another(
    stakeholder: Stakeholder,
) -> None:
    second = factories.stakeholder(stakeholder.institution)
    elsewhere = factories.stakeholder(factories.institution())
    facts = {"given_name": "Aino", "email": "aino@posti.example"}

    one = contacts.add(stakeholder, by=SYSTEM, **facts)
    two = contacts.add(second, by=SYSTEM, **facts)
    three = contacts.add(elsewhere, by=SYSTEM, **facts)

    assert one.person_id == two.person_id
    assert three.person_id != one.person_id
    with pytest.raises(ContactError):
        contacts.add(stakeholder, by=SYSTEM, **facts)


def test_other_partners_of_a_contact_person_are_shown(
    stakeholder: Stakeholder, client: Client
) -> None:
    second = factories.stakeholder(stakeholder.institution, "Toinen Oy")
    for of in (stakeholder, second):
        contacts.add(of, by=SYSTEM, given_name="Aino", email="aino@posti.example")

    assert "Toinen Oy" in text(client, stakeholder, "contacts")


def test_facts_of_somebody_with_an_account_are_their_own(stakeholder: Stakeholder) -> None:
    person = directory.person_with_role(stakeholder.institution)
    contact = contacts.add(stakeholder, by=SYSTEM, person=person)

    contacts.edit(contact, by=SYSTEM, title="johtaja", given_name="Muu")

    person.refresh_from_db()
    assert person.given_name == "Aino"


def test_rows_of_another_partner_are_not_reached(stakeholder: Stakeholder, client: Client) -> None:
    other = factories.partner(stakeholder.institution)
    contact = contacts.add(other, by=SYSTEM, given_name="Aino")
    entry = dialogue.log(other, kind="note", on=TODAY, title="x", by=SYSTEM)
    base = f"/partners/{stakeholder.pk}"
    assert client.get(f"{base}/contacts/{contact.pk}/").status_code == 404
    assert client.get(f"{base}/dialogue/{entry.pk}/").status_code == 404
    assert client.post(f"{base}/undo/{other.standings.get().pk}/").status_code == 404


def test_history_tells_who_changed_what_before_and_after(
    stakeholder: Stakeholder, client: Client
) -> None:
    client.post(f"/partners/{stakeholder.pk}/edit/", {"roles": ["employer"], "notes": "Vanha"})
    client.post(
        f"/partners/{stakeholder.pk}/edit/", {"roles": ["employer", "funder"], "notes": "Uusi"}
    )

    page = text(client, stakeholder, "history")

    assert "Aino Esimerkki" in page
    assert "<del>Vanha</del>" in page
    assert "<ins>Uusi</ins>" in page
    assert "employer, funder" in page


def test_each_text_is_shown_in_the_language_that_it_was_written_in(
    stakeholder: Stakeholder, client: Client
) -> None:
    own = directory.person_with_role(stakeholder.institution, "coordinator")
    finnish = Viewer(person_id=own.pk, language="fi")
    today = standing.change(
        stakeholder, on=TODAY - timedelta(days=9), reason="alku", by=SYSTEM, language="fi",
        goals="Enemmän harjoittelupaikkoja",
    )  # fmt: skip
    contact = contacts.add(stakeholder, by=finnish, given_name="Aino", note="Soita aamulla")
    base = f"/partners/{stakeholder.pk}"
    client.post(
        f"{base}/state/paused/",
        {"on": TODAY.isoformat(), "reason": "Ingen tid", "language": "sv"},
    )
    client.post(f"{base}/edit/", {"roles": [], "notes": "Viktig", "language": "sv"})
    client.post(f"{base}/next-step/", {"next_step": "Call them"})
    client.post(f"{base}/edit/", {"roles": ["employer"], "notes": "Viktig"})

    assert today.goals_language == "fi"
    now = text(client, stakeholder)
    for language, words in (
        ("fi", "Enemmän harjoittelupaikkoja"),
        ("sv", "Ingen tid"),
        ("sv", "Viktig"),
        ("en", "Call them"),
    ):
        assert f'lang="{language}">{words}<' in now, words
    assert '<span lang="sv">Ingen tid</span>' in text(client, stakeholder, "path")
    assert '<dd lang="fi">Soita aamulla' in text(client, stakeholder, "contacts")
    form = client.get(f"{base}/contacts/{contact.pk}/").content.decode()
    assert form.count('value="fi" selected') == 1


def test_period_of_a_contact_is_told_inclusive(stakeholder: Stakeholder, client: Client) -> None:
    contact = contacts.add(stakeholder, by=SYSTEM, given_name="Aino", on=TODAY - timedelta(days=9))
    contact.valid = period(TODAY - timedelta(days=9), TODAY - timedelta(days=1))
    contact.save()
    assert "Is a contact again" in text(client, stakeholder, "contacts")


def test_history_tells_a_change_of_standing_before_and_after(
    stakeholder: Stakeholder, client: Client
) -> None:
    standing.change(
        stakeholder,
        on=TODAY,
        reason="Sovittiin",
        by=SYSTEM,
        level=factories.level(stakeholder.institution, 2),
    )

    page = text(client, stakeholder, "history")

    assert "<del>Partner</del>" in page
    assert "<ins>Cooperation</ins>" in page
    assert "Level, state and scope" in page
    assert "tanding" not in page


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("tab", ["dialogue", "contacts", "together", "value"])
def test_lists_are_exported(stakeholder: Stakeholder, client: Client, tab: str, form: str) -> None:
    contacts.add(stakeholder, by=SYSTEM, given_name="Aino")
    value.assess(stakeholder, on=TODAY, by=SYSTEM, we_get_score=1)
    dialogue.log(stakeholder, kind="visit", on=TODAY, title="=cmd", by=SYSTEM)

    answer = client.get(f"/partners/{stakeholder.pk}/?tab={tab}&format={form}")

    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert len(b"".join(answer.streaming_content)) > 20


def test_export_keeps_filter_and_limits(stakeholder: Stakeholder, client: Client) -> None:
    dialogue.log(stakeholder, kind="visit", on=TODAY, title="Käynti", by=SYSTEM)
    dialogue.log(stakeholder, kind="call", on=TODAY, title="Soitto", by=SYSTEM)
    dialogue.log(stakeholder, kind="call", on=TODAY, title="Salainen", by=SYSTEM, limited=True)

    answer = client.get(f"/partners/{stakeholder.pk}/?tab=dialogue&kind=call&format=json")

    rows = b"".join(answer.streaming_content).decode()
    assert "Soitto" in rows
    assert "Käynti" not in rows
    assert "Salainen" not in rows
