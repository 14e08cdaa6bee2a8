"""The pages of drafting, as people go through them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from solmu.accounts.models import ApiToken
from solmu.agreements.bases import exchange, writing
from solmu.agreements.drafting import commenting, drafting
from solmu.agreements.drafting.commenting import Receiver
from solmu.agreements.models import Agreement, Base, Clause, Comment
from solmu.goals.models import Goal
from solmu.lib.periods import period
from solmu.lib.tokens import token_hash
from solmu.notifications.models import Message
from solmu.organisations.models import Affiliation, Institution
from solmu.organisations.tests import factories
from solmu.partnerships.models import Contact, Stakeholder
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.django_db

SYSTEM = Viewer.system("a test")
CLAUSES = [
    {"key": "parties", "kind": "parties", "title": {"fi": "Osapuolet", "sv": "Parter"},
     "text": {"fi": "{institution.name} ja {partner.name}.", "sv": "{partner.name}."}},
    {"key": "place", "title": {"fi": "Paikka", "sv": "Plats"},
     "text": {"fi": "Paikka: {workplace}, alkaen {start}.", "sv": "Plats: {workplace}."}},
    {"key": "photos", "optional": True, "title": {"fi": "Kuvat"},
     "text": {"fi": "Kuvia saa ottaa."}},
]  # fmt: skip


class Cast:
    """An institution with a coordinator and a reader, a partner with a contact person, a base."""

    def __init__(self) -> None:
        self.own = factories.institution("Oma opisto")
        self.coordinator = factories.person_with_role(self.own, "coordinator")
        self.reader = factories.person_with_role(self.own, "reader")
        self.outsider = factories.person_with_role(factories.institution("Muu"), "leader")
        self.partner = factories.organisation("Kuutamo Oy")
        self.stakeholder = Stakeholder.objects.create(
            institution=self.own, organisation=self.partner
        )
        self.contact = Person.objects.create(given_name="Kaisa", email="kaisa@kuu.example")
        Contact.objects.create(
            stakeholder=self.stakeholder, person=self.contact, valid=period(date(2020, 1, 1))
        )
        read = exchange.read({"kind": "work_life", "name": {"fi": "Pohja"}, "clauses": CLAUSES})
        self.base: Base = writing.create(read, by=SYSTEM, institution=self.own)
        writing.approve(self.base, by=SYSTEM)

    def client(self, person: Person) -> Client:
        client = Client()
        assert person.user is not None
        client.force_login(person.user)
        return client

    def draft(self, **more: Any) -> Agreement:
        return drafting.start(
            self.base.versions.get(state="approved"),
            institution=self.own,
            organisations=[self.partner],
            stakeholder=self.stakeholder,
            title="Kumppanuus",
            by=SYSTEM,
            **more,
        )

    def sent(self) -> tuple[Agreement, str]:
        draft = self.draft()
        party = drafting.parties_of(draft)[1]
        commenting.send(draft, [Receiver(party, self.contact)], by=SYSTEM)
        message = Message.objects.filter(kind="agreement-comment").latest("pk")
        token = message.text.split("/comment/")[1].split("/")[0]
        return Agreement.objects.get(pk=draft.pk), f"/agreements/comment/{token}/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_coordinator_drafts_from_the_partner_to_a_sent_text(cast: Cast) -> None:
    client = cast.client(cast.coordinator)
    partner = f"/agreements/new/?partner={cast.stakeholder.pk}"
    assert "Pohja" in client.get(partner).content.decode()
    form = f"{partner}&base={cast.base.versions.get(state='approved').pk}"
    assert "take-photos" in client.get(form).content.decode()

    answer = client.post(form, {"title": "Yhdessä", "languages": ["fi", "sv"]})
    draft = Agreement.objects.get()
    assert answer.headers["Location"] == reverse("agreements:variables", args=[draft.pk])
    assert draft.languages == ["fi", "sv"]
    assert not draft.clauses.filter(key="photos").exists()

    variables = answer.headers["Location"]
    filled = {"v-workplace": "Turku", "v-start": "2027-01-01"}
    names = {"v-institution.name": "Oma opisto", "v-partner.name": "Kuutamo Oy"}
    client.post(variables, filled | names)
    text = client.get(f"/agreements/{draft.pk}/text/").content.decode()
    assert "Paikka: Turku" in text
    assert "Plats: Turku" in text
    draft.refresh_from_db()
    assert draft.valid.lower == date(2027, 1, 1)

    party = drafting.parties_of(draft)[1]
    client.post(
        f"/agreements/{draft.pk}/comments/send/",
        {f"ask-{party.pk}-asked": "on", f"ask-{party.pk}-person": str(cast.contact.pk)},
    )
    assert Agreement.objects.get(pk=draft.pk).state == "negotiation"
    assert Message.objects.filter(to="kaisa@kuu.example").exists()


def test_somebody_new_becomes_the_partners_contact(cast: Cast) -> None:
    draft = cast.draft()
    party = drafting.parties_of(draft)[1]
    cast.client(cast.coordinator).post(
        f"/agreements/{draft.pk}/comments/send/",
        {f"ask-{party.pk}-asked": "on", f"ask-{party.pk}-person": "",
         f"ask-{party.pk}-name": "Uusi Ihminen", f"ask-{party.pk}-email": "uusi@kuu.example"},
    )  # fmt: skip
    assert Contact.objects.filter(
        stakeholder=cast.stakeholder, person__email="uusi@kuu.example"
    ).exists()


def test_contact_comments_by_the_link_and_the_drafter_takes_it(cast: Cast) -> None:
    draft, path = cast.sent()
    visitor = Client()
    page = visitor.get(path)
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "csrfmiddlewaretoken" in page.content.decode()

    visitor.post(path, {"key": "place", "language": "fi", "text": "Lisätään etätyö",
                        "suggested": "Paikka: {workplace} tai etänä, alkaen {start}."})  # fmt: skip
    assert visitor.post(path, {"done": "1"}).status_code == 302
    comment = Comment.objects.get()
    assert comment.author == cast.contact

    client = cast.client(cast.coordinator)
    tab = client.get(f"/agreements/{draft.pk}/comments/").content.decode()
    assert "<ins>" in tab
    client.post(f"/agreements/{draft.pk}/comments/{comment.pk}/accept/")
    assert "tai etänä" in Clause.objects.get(agreement=draft, key="place").text_fi
    assert visitor.post(path, {"fine": "1"}).status_code == 302
    assert draft.parties.get(organisation=cast.partner).voice == "fine"


def test_link_says_kindly_when_it_has_ended(cast: Cast) -> None:
    draft, path = cast.sent()
    commenting.take_back(draft, by=SYSTEM)
    assert Client().get(path).status_code == 410
    assert Client().post(path, {"fine": "1"}).status_code == 410
    assert Client().get("/agreements/comment/nothing/").status_code == 404


def test_party_that_uses_solmu_answers_signed_in(cast: Cast) -> None:
    other = factories.institution("Toinen opisto")
    leader = factories.person_with_role(other, "leader")
    contributor = factories.person_with_role(other, "contributor")
    draft = drafting.start(
        cast.base.versions.get(state="approved"), institution=cast.own,
        organisations=[other.organisation], title="Kahden kesken", by=SYSTEM,
    )  # fmt: skip
    assert cast.client(leader).get(draft.get_absolute_url()).status_code == 404
    party = drafting.parties_of(draft)[1]
    commenting.send(draft, [Receiver(party, leader)], by=SYSTEM)

    assert cast.client(contributor).get(f"/agreements/{draft.pk}/comments/").status_code == 200
    refused = cast.client(contributor).post(f"/agreements/{draft.pk}/comments/finish/", {"fine": 1})
    assert refused.status_code == 403
    client = cast.client(leader)
    assert "Kahden kesken" in client.get("/home/").content.decode()
    said = client.post(f"/agreements/{draft.pk}/comments/say/",
                       {"key": "", "language": "fi", "text": "Hyvä", "suggested": ""})  # fmt: skip
    assert said.status_code == 302
    client.post(f"/agreements/{draft.pk}/comments/finish/", {"fine": "1"})
    party.refresh_from_db()
    assert party.voice == "fine"


def test_clause_page_shows_both_texts_after_a_conflict(cast: Cast) -> None:
    draft = cast.draft()
    clause = draft.clauses.get(key="place")
    client = cast.client(cast.coordinator)
    drafting.write_clause(clause, {"text_fi": "Heidän sanansa."}, edition=1, by=SYSTEM)
    path = f"/agreements/{draft.pk}/text/{clause.pk}/"
    sent = {"edition": "1", "title_fi": "Paikka", "text_fi": "Minun sanani."}
    page = client.post(path, sent)
    text = page.content.decode()
    assert page.status_code == 422
    assert "Heidän" in text
    assert "Minun sanani." in text
    assert 'name="edition" value="2"' in text
    assert client.post(path, {**sent, "edition": "2"}).status_code == 302


def test_preview_is_a_part_of_the_page(cast: Cast) -> None:
    draft = cast.draft()
    clause = draft.clauses.get(key="place")
    answer = cast.client(cast.coordinator).post(
        f"/agreements/{draft.pk}/text/{clause.pk}/?preview=1",
        {"title_fi": "T", "text_fi": "Kumppani on {partner.name} <b>x</b> {Wrong}"},
    )
    text = answer.content.decode()
    assert "<html" not in text
    assert "Kumppani on Kuutamo Oy &lt;b&gt;" in text
    assert "{Wrong}" in text
    clause.refresh_from_db()
    assert clause.edition == 1


def test_reader_reads_and_outsider_knows_nothing(cast: Cast) -> None:
    draft = cast.draft()
    parts = ("", "text/", "comments/", "goals/", "history/", "agreement.pdf", "agreement.docx")
    for part in parts:
        path = f"/agreements/{draft.pk}/{part}"
        assert cast.client(cast.reader).get(path).status_code == 200, part
        assert cast.client(cast.outsider).get(path).status_code == 404, part
        assert Client().get(path).status_code == 302, part
    for part in ("edit/", "variables/", "comments/send/", "text/add/", "goals/add/"):
        path = f"/agreements/{draft.pk}/{part}"
        assert cast.client(cast.reader).get(path).status_code == 403, part
        assert cast.client(cast.outsider).get(path).status_code == 404, part


def test_list_filters_and_costs_the_same_queries(cast: Cast) -> None:
    client = cast.client(cast.coordinator)

    def queries() -> int:
        client.get("/agreements/")  # the counts by state are remembered from now on
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/agreements/").status_code == 200
        return len(caught)

    cast.draft()
    one = queries()
    for _ in range(3):
        cast.draft()
    assert queries() == one
    Agreement.objects.filter(pk=Agreement.objects.earliest("pk").pk).update(
        state="active", valid=period(date(2026, 1, 1), date(2026, 12, 31))
    )
    wanted = {
        "state=active": 1,
        "on=2026-06-01": 1,
        "on=2025-06-01": 0,
        "q=kuutamo": 4,
        f"partner={cast.partner.pk}": 4,
        "kind=project": 0,
        "on=nonsense": 4,
    }
    for query, n in wanted.items():
        answer = client.get(f"/agreements/?{query}&format=json")
        rows = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert rows.decode().count('"title"') == n, query


def test_facts_form_changes_term_and_parties(cast: Cast) -> None:
    draft = cast.draft()
    first, second = drafting.parties_of(draft)
    sent = {
        "title": "Uusi nimi", "summary": "", "owner": "", "languages": ["fi"], "prevailing": "fi",
        "starts_on": "2027-01-01", "ends_on": "2026-01-01", "notice_months": "3",
        "accession": "closed", "silence_days": "30", "means": "code",
        f"party-{first.pk}-called": "Opisto", f"party-{first.pk}-signers_needed": "1",
        f"party-{second.pk}-called": "Firma", f"party-{second.pk}-signers_needed": "2",
        f"party-{second.pk}-contact": str(cast.contact.pk),
    }  # fmt: skip
    client, path = cast.client(cast.coordinator), f"/agreements/{draft.pk}/edit/"
    assert client.post(path, sent).status_code == 422
    assert client.post(path, {**sent, "ends_on": "2027-12-31"}).status_code == 302
    draft.refresh_from_db()
    second.refresh_from_db()
    assert (draft.title, draft.notice_months) == ("Uusi nimi", 3)
    assert (second.called, second.signers_needed) == ("Firma", 2)
    assert draft.values["partner.called"] == "Firma"


def test_goal_and_duty_are_written_on_their_pages(cast: Cast) -> None:
    draft = cast.draft()
    second = drafting.parties_of(draft)[1]
    client = cast.client(cast.coordinator)
    goal = {
        "title": "Paikkoja",
        "indicator": "paikkoja",
        "baseline": "2",
        "target": "10",
        "organisation": str(cast.partner.pk),
        f"owner-{second.pk}": str(cast.contact.pk),
    }
    client.post(f"/agreements/{draft.pk}/goals/add/", goal)
    client.post(f"/agreements/{draft.pk}/duties/add/",
                {"organisation": str(cast.partner.pk), "text": "Nimeää ohjaajan",
                 "due_on": "2027-02-01"})  # fmt: skip
    page = client.get(f"/agreements/{draft.pk}/goals/").content.decode()
    assert "Paikkoja" in page
    assert "Nimeää ohjaajan" in page
    assert "Kaisa" in page
    assert client.post(f"/agreements/{draft.pk}/goals/add/", {"title": ""}).status_code == 422


def test_api_takes_a_goal_out_of_a_draft(cast: Cast) -> None:
    draft = cast.draft()
    goal = Goal.objects.create(
        holder_kind="agreement",
        holder_id=draft.pk,
        title="Paikkoja",
        valid=period(date(2026, 1, 1)),
    )
    path = f"/api/v1/goals/{goal.pk}"
    reader = Client(headers={"Authorization": token(cast.reader)})
    assert reader.delete(path).status_code == 403
    client = Client(headers={"Authorization": token(cast.coordinator)})
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_partner_page_lists_its_agreements(cast: Cast) -> None:
    cast.draft()
    page = cast.client(cast.coordinator).get(cast.stakeholder.get_absolute_url())
    assert "Kumppanuus" in page.content.decode()


def test_a_hundred_thousand_commas_do_not_break_the_address(cast: Cast) -> None:
    client = cast.client(cast.coordinator)
    for query in ("partner=99999999999999999999", "base=x", "network=%00", "q=%00", "owner=abc"):
        assert client.get(f"/agreements/?{query}").status_code == 200, query
    assert client.get("/agreements/new/?partner=99999999999999999999").status_code == 200
    assert client.get("/agreements/new/?network=ei-ole").status_code == 404


def token(person: Person) -> str:
    ApiToken.objects.create(user=person.user, name="t", token_hash=token_hash(f"t{person.pk}"))
    return f"Bearer t{person.pk}"


def test_api_drafts_changes_and_tells_who_was_bound(cast: Cast) -> None:
    client = Client(headers={"Authorization": token(cast.coordinator)})
    made = client.post(
        "/api/v1/agreements",
        {"template": cast.base.pk, "partnership": cast.stakeholder.pk, "title": "Rajapinnasta",
         "leave_out": ["photos"], "valid_from": "2027-01-01"},
        content_type="application/json",
    )  # fmt: skip
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["state"] == "draft"
    assert told["valid_from"] == "2027-01-01"
    assert told["verify_code"] is None
    assert [one["organisation_name"] for one in told["parties"]] == ["Oma opisto", "Kuutamo Oy"]

    path = f"/api/v1/agreements/{told['id']}"
    changed = client.patch(path, {"title": "Toinen", "valid_to": "2027-12-31"},
                           content_type="application/json")  # fmt: skip
    assert changed.json()["valid_to"] == "2027-12-31"
    wrong = client.patch(path, {"valid_to": "2026-12-31"}, content_type="application/json")
    assert wrong.status_code == 422
    assert (
        client.patch(path, {"state": "active"}, content_type="application/json").status_code == 422
    )
    assert client.get(f"{path}/pdf").headers["Content-Type"] == "application/pdf"

    Agreement.objects.filter(pk=told["id"]).update(state="active")
    party = Agreement.objects.get().parties.earliest("pk")
    party.bound = period(date(2027, 1, 1), date(2027, 6, 30))
    party.save()
    for day, n in (("2027-03-01", 1), ("2027-08-01", 0)):
        assert len(client.get(f"{path}?on={day}").json()["parties"]) == n
        [row] = client.get(f"/api/v1/agreements?on={day}").json()["items"]
        assert len(row["parties"]) == n
    closed = client.patch(path, {"title": "Myöhässä"}, content_type="application/json")
    assert closed.status_code == 422
    assert client.delete(path).status_code == 422

    outsider = Client(headers={"Authorization": token(cast.outsider)})
    assert outsider.get(path).status_code == 404
    reader = Client(headers={"Authorization": token(cast.reader)})
    assert reader.get(path).status_code == 200
    assert reader.patch(path, {}, content_type="application/json").status_code == 403


def test_contributor_may_not_draft(cast: Cast) -> None:
    contributor = Affiliation.objects.filter(institution=cast.own, role="contributor").first()
    assert contributor is None
    person = factories.person_with_role(Institution.objects.get(pk=cast.own.pk), "contributor")
    assert cast.client(person).get("/agreements/new/").status_code == 403
    assert cast.client(person).get("/agreements/").status_code == 200
