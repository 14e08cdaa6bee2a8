"""Drafting: from a template to a text, its variables, clauses, comparisons and its template."""

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import docx as word
import pytest

from solmu.agreements import document, files, indexing
from solmu.agreements.bases import exchange, writing
from solmu.agreements.drafting import (
    commenting,
    comparing,
    drafting,
    facts,
    promising,
    rebasing,
    shown,
    wording,
)
from solmu.agreements.drafting.commenting import Receiver
from solmu.agreements.drafting.drafting import ChangedMeanwhileError, DraftingError
from solmu.agreements.drafting.word import docx
from solmu.agreements.models import Agreement, BaseVersion, Clause, Comment, Party
from solmu.goals.models import Goal
from solmu.lib.periods import period
from solmu.notifications.models import Message
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.tests import factories
from solmu.partnerships.models import Contact, Stakeholder
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id
from solmu.search.models import Entry

pytestmark = pytest.mark.django_db

TEXTS = [
    {"key": "parties", "kind": "parties", "title": {"fi": "Osapuolet", "sv": "Parter"},
     "text": {"fi": "{institution.name} ja {partner.name} sopivat.", "sv": "Parter."}},
    {"key": "place", "title": {"fi": "Paikka", "sv": "Plats"},
     "text": {"fi": "Työ tehdään: {workplace}.", "sv": "Arbetet görs i {workplace}."}},
    {"key": "photos", "optional": True, "title": {"fi": "Kuvat"},
     "text": {"fi": "Kuvia saa ottaa."}},
    {"key": "fast", "alternatives": "speed", "title": {"fi": "Nopeasti"}, "text": {"fi": "Heti."}},
    {"key": "slow", "alternatives": "speed", "title": {"fi": "Hitaasti"},
     "text": {"fi": "Joskus."}},
    {"key": "goals", "kind": "goals", "title": {"fi": "Tavoitteet"}, "text": {"fi": "Tavoitteet:"}},
]  # fmt: skip


@pytest.fixture
def own() -> Institution:
    return factories.institution("Oma opisto")


@pytest.fixture
def by(own: Institution) -> Viewer:
    return viewer(own, "leader")


@pytest.fixture
def partner() -> Organisation:
    return factories.organisation("Kuutamo Oy", business_id="1234567-1")


def viewer(institution: Institution, role: str) -> Viewer:
    person = factories.person_with_role(institution, role)
    assert person.user_id
    return viewer_for_user_id(person.user_id)


def version(own: Institution, by: Viewer, texts: list[dict[str, Any]] = TEXTS) -> BaseVersion:
    read = exchange.read({"kind": "work_life", "name": {"fi": "Kumppanuus"}, "clauses": texts})
    base = writing.create(read, by=by, institution=own)
    writing.approve(base, by=by)
    return base.versions.get(state="approved")


@pytest.fixture
def draft(own: Institution, by: Viewer, partner: Organisation) -> Agreement:
    stakeholder = Stakeholder.objects.create(institution=own, organisation=partner)
    contact = Person.objects.create(given_name="Kaisa", family_name="Kuu", email="k@kuu.example")
    Contact.objects.create(stakeholder=stakeholder, person=contact, valid=period(date(2020, 1, 1)))
    return drafting.start(
        version(own, by),
        institution=own,
        organisations=[partner],
        stakeholder=stakeholder,
        title="Kumppanuus",
        leave_out=["photos", "fast"],
        by=by,
    )


def clause(draft: Agreement, key: str) -> Clause:
    return Clause.objects.get(agreement=draft, key=key)


def test_draft_takes_chosen_clauses_and_knows_the_partner(draft: Agreement) -> None:
    assert [one.key for one in draft.clauses.all()] == ["parties", "place", "slow", "goals"]
    content = drafting.content_of(draft)
    assert content["clauses"][0]["text"]["fi"] == "Oma opisto ja Kuutamo Oy sopivat."
    assert content["parties"][1]["contact"] == "Kaisa Kuu"
    assert drafting.missing(draft) == ["workplace"]


def test_template_must_be_approved(own: Institution, by: Viewer, partner: Organisation) -> None:
    read = exchange.read({"kind": "work_life", "name": {"fi": "Pohja"}, "clauses": TEXTS})
    base = writing.create(read, by=by, institution=own)
    with pytest.raises(DraftingError):
        drafting.start(
            base.versions.get(), institution=own, organisations=[partner], title="X", by=by
        )


def test_what_is_missing_is_filled_in_once(draft: Agreement, by: Viewer) -> None:
    drafting.set_values(draft, {"workplace": "Turku"}, by=by)
    draft.refresh_from_db()
    assert drafting.missing(draft) == []
    assert drafting.content_of(draft)["clauses"][1]["text"]["fi"] == "Työ tehdään: Turku."


def test_facts_flow_into_the_text(draft: Agreement, by: Viewer) -> None:
    written = facts.write(
        draft, {"title": "Uusi nimi", "valid": period(date(2027, 1, 1), date(2027, 12, 31))}, by=by
    )
    assert written.values["title"] == "Uusi nimi"
    assert "2027" in written.values["start"]
    again = facts.write(written, {"valid": None}, by=by)
    assert "start" not in again.values


def test_prevailing_language_is_one_of_them(draft: Agreement, by: Viewer) -> None:
    with pytest.raises(DraftingError):
        facts.write(draft, {"languages": ["sv"]}, by=by)


def test_two_people_editing_lose_nothing(draft: Agreement, by: Viewer) -> None:
    mine = clause(draft, "place")
    drafting.write_clause(clause(draft, "place"), {"text_fi": "Heidän."}, edition=1, by=by)
    with pytest.raises(ChangedMeanwhileError) as raised:
        drafting.write_clause(mine, {"text_fi": "Minun."}, edition=1, by=by)
    assert raised.value.clause.text_fi == "Heidän."
    drafting.write_clause(mine, {"text_fi": "Minun."}, edition=2, by=by)
    assert clause(draft, "place").text_fi == "Minun."


def test_braces_that_are_no_variable_are_refused(draft: Agreement, by: Viewer) -> None:
    for text in ("{Start}", "{", "{two words}"):
        with pytest.raises(DraftingError):
            drafting.write_clause(clause(draft, "place"), {"text_fi": text}, edition=1, by=by)
        with pytest.raises(DraftingError):
            drafting.add_clause(draft, {"title_fi": "X", "text_fi": text}, after=None, by=by)


def test_clauses_are_added_moved_and_taken_out(draft: Agreement, by: Viewer) -> None:
    first = clause(draft, "parties")
    drafting.add_clause(draft, {"title_fi": "Oma kohta", "text_fi": "A"}, after=first, by=by)
    drafting.move_clause(clause(draft, "goals"), up=True, by=by)
    drafting.remove_clause(clause(draft, "place"), by=by)
    assert [one.key for one in draft.clauses.all()] == ["parties", "oma-kohta", "goals", "slow"]


def test_html_in_texts_is_only_text(draft: Agreement, by: Viewer) -> None:
    drafting.write_clause(
        clause(draft, "place"), {"text_fi": "<script>alert(1)</script> & {workplace}"},
        edition=1, by=by,
    )  # fmt: skip
    text = shown.clauses(drafting.content_of(draft))[1].cells[0].text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert 'class="gap"' in text
    assert "<b>" not in shown.compared(wording.compared("<b>a</b>", "<b>b</b>"))


def test_differences_from_the_template_leave_chosen_clauses_out(
    draft: Agreement, by: Viewer
) -> None:
    assert comparing.changed(rebasing.from_base(draft)) == []
    drafting.write_clause(clause(draft, "slow"), {"text_fi": "Joskus ehkä."}, edition=1, by=by)
    drafting.remove_clause(clause(draft, "place"), by=by)
    found = {one.key: one.what for one in comparing.changed(rebasing.from_base(draft))}
    assert found == {"slow": "changed", "place": "removed"}


def test_moved_clauses_are_told() -> None:
    def one(key: str) -> dict[str, Any]:
        return {"key": key, "title": {"fi": key}, "text": {"fi": key}}

    found = comparing.compare(
        [one("a"), one("b"), one("c")], [one("b"), one("a"), one("c")], ["fi"]
    )
    assert {row.key for row in comparing.changed(found)} <= {"a", "b", "c"}
    assert all(row.what == "moved" for row in comparing.changed(found))


def test_new_template_is_taken_over_clause_by_clause(draft: Agreement, by: Viewer) -> None:
    assert draft.base_version is not None
    base = draft.base_version.base
    drafting.write_clause(clause(draft, "slow"), {"text_fi": "Omin sanoin."}, edition=1, by=by)
    writing.start_draft(base, by=by)
    later = base.versions.get(state="draft")
    later.clauses.filter(key="place").update(text_fi="Paikka on {workplace}.")
    later.clauses.filter(key="slow").update(text_fi="Myöhemmin.")
    writing.approve(base, by=by)
    draft.refresh_from_db()
    newer = rebasing.newer(Agreement.objects.get(pk=draft.pk))
    assert newer is not None

    found = {one.difference.key: one for one in rebasing.changes(draft, newer)}
    assert found["place"].suggested
    assert found["slow"].own
    assert not found["slow"].suggested
    rebasing.take_over(draft, newer, ["place"], by=by)

    assert clause(draft, "place").text_fi == "Paikka on {workplace}."
    assert clause(draft, "slow").text_fi == "Omin sanoin."
    assert rebasing.newer(Agreement.objects.get(pk=draft.pk)) is None


def receivers(draft: Agreement) -> list[Receiver]:
    party = drafting.parties_of(draft)[1]
    assert party.contact is not None
    return [Receiver(party, party.contact)]


def party_of(draft: Agreement) -> Party:
    return drafting.parties_of(draft)[1]


def test_sending_moves_the_turn_and_answering_moves_it_back(draft: Agreement, by: Viewer) -> None:
    sent = commenting.send(draft, receivers(draft), by=by, message="Katsokaa kohta 2.")
    draft = Agreement.objects.get(pk=draft.pk)
    assert draft.state == "negotiation"
    assert [one.pk for one in commenting.waited_for(draft)] == [party_of(draft).pk]
    message = Message.objects.get(kind="agreement-comment")
    assert message.to == "k@kuu.example"
    assert "Katsokaa kohta 2." in message.text

    comment = commenting.say(
        party_of(draft), key="place", text="Entä etätyö?", language="fi", by=by, author=None
    )
    assert comment.version == sent
    commenting.finish(party_of(draft), fine=False, by=by, name="Kaisa Kuu")
    assert commenting.waited_for(draft) == []
    commenting.finish(party_of(draft), fine=True, by=by, name="Kaisa Kuu")
    assert party_of(draft).voice == "fine"


def test_party_says_something_or_that_it_is_fine(draft: Agreement, by: Viewer) -> None:
    commenting.send(draft, receivers(draft), by=by)
    party = party_of(draft)
    with pytest.raises(DraftingError):
        commenting.finish(party, fine=False, by=by, name="K")
    with pytest.raises(DraftingError):
        commenting.say(party, key="place", text=" ", language="fi", by=by)
    with pytest.raises(DraftingError):
        commenting.say(party, key="unknown", text="x", language="fi", by=by)


def test_accepted_wording_keeps_its_variables(draft: Agreement, by: Viewer) -> None:
    drafting.set_values(draft, {"workplace": "Turku"}, by=by)
    commenting.send(draft, receivers(draft), by=by)
    comment = commenting.say(
        party_of(draft), key="place", suggested="Työ tehdään paikassa: Turku, ja etänä.",
        language="fi", by=by,
    )  # fmt: skip
    commenting.accept(comment, by=by)
    assert clause(draft, "place").text_fi == "Työ tehdään paikassa: {workplace}, ja etänä."
    with pytest.raises(DraftingError):
        commenting.accept(comment, by=by)


def test_suggestion_is_declined_with_an_answer_that_is_mailed(draft: Agreement, by: Viewer) -> None:
    commenting.send(draft, receivers(draft), by=by)
    party = party_of(draft)
    comment = commenting.say(
        party, key="slow", suggested="Heti.", language="fi", by=by, author=party.contact
    )
    with pytest.raises(DraftingError):
        commenting.reply(comment, " ", by=by, decline=True)
    commenting.reply(comment, "Emme ehdi.", by=by, decline=True)
    assert Comment.objects.get(pk=comment.pk).state == "declined"
    assert "Emme ehdi." in Message.objects.get(kind="agreement-replied").text


def test_link_ends_when_the_text_is_taken_back(draft: Agreement, by: Viewer) -> None:
    commenting.send(draft, receivers(draft), by=by)
    token = Message.objects.get(kind="agreement-comment").text.split("/comment/")[1].split("/")[0]
    found = commenting.opened(token)
    assert found is not None
    assert found.live
    commenting.take_back(Agreement.objects.get(pk=draft.pk), by=by)
    found = commenting.opened(token)
    assert found is not None
    assert not found.live
    assert commenting.opened("no-such-token") is None


def test_parties_come_and_go(draft: Agreement, by: Viewer) -> None:
    third = factories.organisation("Kolmas Oy")
    added = facts.add_party(draft, third, by=by)
    with pytest.raises(DraftingError):
        facts.add_party(draft, third, by=by)
    draft.refresh_from_db()
    assert draft.values["party3.name"] == "Kolmas Oy"
    facts.remove_party(added, by=by)
    with pytest.raises(DraftingError):
        facts.remove_party(party_of(draft), by=by)


def test_goals_and_duties_stand_in_the_text(draft: Agreement, by: Viewer) -> None:
    party = party_of(draft)
    assert party.contact is not None
    goal = promising.set_goal(
        draft, None, title="Harjoittelupaikkoja", indicator="paikkoja", target=10,  # type: ignore[arg-type]
        organisation_id=party.organisation_id, owners={party.organisation_id: party.contact}, by=by,
    )  # fmt: skip
    promising.set_duty(draft, None, organisation_id=party.organisation_id, text="Ohjaa", by=by)
    content = drafting.content_of(draft)
    assert content["goals"][0]["indicators"][0]["target"] == "10"
    assert content["duties"][0]["text"] == "Ohjaa"
    assert promising.owners_of(draft)[goal.pk][party.organisation_id] == party.contact
    promising.remove_goal(draft, goal, by=by)
    assert not Goal.objects.filter(pk=goal.pk).exists()
    with pytest.raises(DraftingError):
        promising.set_duty(draft, None, organisation_id=0, text="Ei kukaan", by=by)


def test_dropped_draft_can_not_be_written(draft: Agreement, by: Viewer) -> None:
    facts.drop(draft, by=by, reason="Ei tarvita")
    with pytest.raises(DraftingError):
        drafting.write_clause(clause(draft, "place"), {"text_fi": "x"}, edition=1, by=by)


def test_readers_see_what_was_sent_and_outsiders_nothing(
    draft: Agreement, own: Institution, by: Viewer, partner: Organisation
) -> None:
    reader, outsider = viewer(own, "reader"), viewer(factories.institution("Muu"), "leader")
    seen = Agreement.objects.visible_to
    assert seen(reader).filter(pk=draft.pk).exists()
    assert not seen(outsider).filter(pk=draft.pk).exists()
    other = factories.institution("Toinen opisto")
    facts.add_party(draft, other.organisation, by=by)
    leader = viewer(other, "leader")
    assert not seen(leader).filter(pk=draft.pk).exists()
    commenting.send(draft, receivers(draft), by=by)
    assert seen(leader).filter(pk=draft.pk).exists()
    drafting.write_clause(clause(draft, "slow"), {"text_fi": "Uudet sanat."}, edition=1, by=by)
    loaded = Agreement.objects.get(pk=draft.pk)
    theirs = files.text(leader, loaded)
    assert theirs.version is not None
    assert "Uudet sanat." not in str(theirs.content)
    assert "Uudet sanat." in str(files.text(by, loaded).content)


def test_confidential_clause_is_for_the_few(draft: Agreement, own: Institution, by: Viewer) -> None:
    drafting.write_clause(
        clause(draft, "slow"),
        {"text_fi": "Salainen hinta.", "confidential": True},
        edition=1,
        by=by,
    )
    reader = viewer(own, "reader")
    read = files.text(reader, Agreement.objects.get(pk=draft.pk))
    assert read.hides
    assert "Salainen hinta." not in str(
        [cell.text for one in shown.clauses(read.content, hide=read.hide) for cell in one.cells]
    )
    found = Entry.objects.visible_to
    assert not found(reader).filter(text__contains="Salainen").exists()
    assert found(by).filter(text__contains="Salainen", kind=indexing.CONFIDENTIAL).exists()


def test_search_entries_follow_the_text(draft: Agreement, by: Viewer) -> None:
    entry = Entry.objects.get(kind=indexing.AGREEMENT, record_id=draft.pk)
    assert "Kuutamo Oy" in entry.text
    assert "Työ tehdään: …" in entry.text
    drafting.write_clause(clause(draft, "slow"), {"text_fi": "Aivan uutta."}, edition=1, by=by)
    assert "Aivan uutta." in Entry.objects.get(pk__gt=entry.pk - 1, kind=indexing.AGREEMENT).text


def test_with_variables_bakes_in_only_what_was_changed() -> None:
    values = {"a": "Turku", "b": "kuusi kuukautta"}
    raw = "Paikka {a}, aika {b}. {c}"
    filled = wording.filled(raw, values)
    assert wording.with_variables(raw, values, filled) == raw
    new = filled.replace("Turku", "Salo")
    assert wording.with_variables(raw, values, new) == "Paikka Salo, aika {b}. {c}"


def test_pdf_says_that_it_is_a_draft(draft: Agreement, by: Viewer) -> None:
    made = files.pdf(by, Agreement.objects.get(pk=draft.pk))
    assert not made.sealed
    assert made.stream.read(4) == b"%PDF"


CONTENT = {
    "title": "Sopimus <&> \x0b",
    "kind": "network",
    "languages": ["fi", "sv"],
    "prevailing": "sv",
    "parties": [
        {"name": f"Opisto {n}", "business_id": "", "called": "", "contact": ""} for n in range(9)
    ],
    "clauses": [
        {"key": f"c{n}", "kind": "parties" if n == 1 else "text", "confidential": False,
         "title": {"fi": f"Kohta {n}", "sv": f"Punkt {n}"},
         "text": {"fi": f"Suomeksi {n}.\n\nToinen kappale {n}.", "sv": f"På svenska {n}."}}
        for n in range(14)
    ],
    "goals": [],
    "duties": [],
}  # fmt: skip


def test_word_file_holds_headings_tables_and_languages() -> None:
    made = word.Document(io.BytesIO(docx(CONTENT)))
    heads = [p.text for p in made.paragraphs if str(p.style.name).startswith("Heading")]
    assert heads[0].startswith("Svenska")
    assert len(heads) == 2 + 28
    assert len(made.tables) == 2
    head = made.tables[0].rows[0]._tr.xml
    assert "w:tblHeader" in head
    assert 'w:val="sv-FI"' in made.element.xml
    assert 'w:val="fi-FI"' in made.element.xml


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice isn't here")
def test_word_file_opens_in_libreoffice_without_loss(tmp_path: Path) -> None:
    file = tmp_path / "sopimus.docx"
    file.write_bytes(docx(CONTENT))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [shutil.which("soffice") or "", profile, "--headless", "--convert-to",
         "txt:Text (encoded):UTF8",
         "--outdir", str(tmp_path), str(file)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = (tmp_path / "sopimus.txt").read_text(encoding="utf-8")
    for n in range(14):
        assert f"Toinen kappale {n}." in text
        assert f"På svenska {n}." in text
    for n in range(9):
        assert text.count(f"Opisto {n}") >= 3


def test_clause_shown_hides_only_what_it_must() -> None:
    secret = {**CONTENT["clauses"][0], "confidential": True}
    assert "Suomeksi" not in document.clause_shown(CONTENT, secret, "fi", hide=True)["text"]
    assert "Suomeksi" in document.clause_shown(CONTENT, secret, "fi")["text"]
