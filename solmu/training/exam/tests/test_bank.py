"""The bank: changing, reading and writing files, what the answers tell."""

import io
import json
import zipfile
from random import Random
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from django.urls import reverse

from solmu.lib import sheets_out
from solmu.training.exam import command, gift, importing, items, qti, taking, writing
from solmu.training.exam.importing import CREATED, REJECTED, UNCHANGED, UPDATED
from solmu.training.exam.items import Item
from solmu.training.exam.loading import follow_adoption, load
from solmu.training.exam.models import Attempt, Question
from solmu.training.exam.tests.making import SYSTEM, bank, contents, places, ready
from solmu.training.exam.writing import Draft, QuestionError
from solmu.training.learning import adopting, comparing, origins
from solmu.training.learning import writing as learning
from solmu.training.learning.models import Page, Version
from solmu.training.tests import making


def question(text: str = "Mikä?", right: int = 0, **facts) -> Draft:
    options = [{"fi": one} for one in ("yksi", "kaksi", "kolme")]
    return Draft(1, {"fi": text}, options, right, **facts)


@pytest.mark.django_db
def test_question_that_is_changed_becomes_a_new_row():
    programme = making.programme()
    first = writing.add(programme, question(), by=SYSTEM)

    second = writing.change(first, question("Mikä sitten?", key=first.key), by=SYSTEM)

    first.refresh_from_db()
    assert (second.replaces, second.key, first.active, second.active) == (
        first, first.key, False, True,
    )  # fmt: skip
    with pytest.raises(QuestionError):
        writing.use(first, active=True, by=SYSTEM)


@pytest.mark.django_db
def test_question_saved_as_it_is_stays_the_same_row():
    programme = making.programme()
    first = writing.add(programme, question(), by=SYSTEM)

    assert writing.change(first, question(), by=SYSTEM) == first


@pytest.mark.parametrize(
    "draft",
    [
        Draft(1, {"fi": ""}, [{"fi": "a"}, {"fi": "b"}]),
        Draft(1, {"fi": "x"}, [{"fi": "a"}]),
        Draft(1, {"fi": "x"}, [{"fi": "a"}, {"fi": "A"}]),
        Draft(1, {"fi": "x"}, [{"fi": "a"}, {"fi": "b"}], -1),
        Draft(1, {"fi": "x", "sv": "y"}, [{"fi": "a", "sv": "c"}, {"fi": "b"}]),
        Draft(0, {"fi": "x"}, [{"fi": "a"}, {"fi": "b"}]),
    ],
)
def test_question_that_cannot_be_asked_is_refused(draft):
    with pytest.raises(QuestionError):
        draft.check()


@pytest.mark.django_db
def test_shipped_bank_is_loaded_once_and_changes_replace():
    programme = making.programme()

    new, replaced = load(programme, "tyopaikkaohjaaja", by=SYSTEM)
    Question.objects.filter(key="p1-01").update(text_fi="Vanha sanamuoto?")

    assert new >= 80
    assert replaced == 0
    assert load(programme, "tyopaikkaohjaaja", by=SYSTEM) == (0, 1)
    assert load(programme, "tyopaikkaohjaaja", by=SYSTEM) == (0, 0)
    for part in (1, 2, 3, 4):
        assert Question.objects.active().filter(part=part).count() >= 20


GIFT = """// A comment
$CATEGORY: $course$/Osa 2

::q1::Mikä on 2\\:n ja 2\\:n summa? {
=neljä#Oikein
~kolme
~viisi
####Koska 2 \\+ 2
}

Totta vai ei? {T}

Luku? {#3:1}

::puoli::Kumpi? {
~%50%tämä
~%50%tuo
}

::q2::[html]<p>Mikä <b>väri</b>?</p> {
=punainen =sininen
}
"""


def test_gift_is_read_and_what_cannot_be_taken_says_why():
    rows = list(gift.read(GIFT))

    good, *bad = rows
    assert (good.key, good.part, good.text) == ("q1", 2, "Mikä on 2:n ja 2:n summa?")
    assert (good.options, good.right) == (["neljä", "kolme", "viisi"], 0)
    assert [bool(row.reason) for row in bad] == [True] * 4


def test_gift_comes_back_as_it_was_written():
    written = [
        gift.Written("p1-01", 1, "A {b} = ~c# \\ d: e?", ["x=1", "~y", "{z}"], 1, "Koska #1: {a}"),
        gift.Written("p2-01", 2, "Toinen?", ["a", "b"], 0),
    ]

    read = list(gift.read(gift.write(written)))

    assert [
        gift.Written(one.key, one.part, one.text, one.options, one.right, one.why) for one in read
    ] == written


def test_qti_package_names_every_item_and_its_right_option():
    rows = [gift.Written("p1-01", 1, "Mikä < on?", ["a", "b & c"], 1, "Koska.")]

    with zipfile.ZipFile(io.BytesIO(qti.package(rows, title="T", language="fi"))) as package:
        names = package.namelist()
        manifest = ET.fromstring(package.read("imsmanifest.xml"))
        item = ET.fromstring(package.read("items/q-p1-01.xml"))
        test = ET.fromstring(package.read("test.xml"))

    def of(root, name, schema=qti.ITEM):
        return root.find(f".//{{{schema}}}{name}")

    assert names[0] == "imsmanifest.xml"
    assert of(manifest, "schemaversion", qti.MANIFEST).text == "3.0.0"
    assert of(item, "qti-value").text == "B"
    assert of(item, "qti-prompt").text == "Mikä < on?"
    assert of(test, "qti-assessment-item-ref").get("href") == "items/q-p1-01.xml"


def sheet(*rows) -> bytes:
    headings = ["Id", "Osa", "Kieli", "Kysymys", "A", "B", "C", "Oikea vastaus", "Perustelu"]
    with sheets_out.xlsx_file(headings, rows) as file:
        return file.read()


@pytest.mark.django_db
def test_spreadsheet_of_questions_counts_every_row_once():
    programme = making.programme()
    content = sheet(
        ["a1", 1, "fi", "Kysymys yksi?", "x", "y", "z", "B", "Koska."],
        ["a1", 1, "sv", "Fråga ett?", "xs", "ys", "zs", "2", "Därför."],
        ["a1", 1, "fi", "Kysymys yksi?", "x", "y", "z", "y", "Koska."],
        ["a2", 1, "fi", "Kysymys kaksi?", "x", "y", "z", "Q", ""],
        ["", 2, "fi", "Kysymys kolme?", "x", "y", "", "A", ""],
    )

    plan = importing.plan(programme, importing.read(content, is_gift=False, language="fi"))
    importing.apply(programme, plan.drafts, by=SYSTEM)
    again = importing.plan(programme, importing.read(content, is_gift=False, language="fi"))

    assert [row.outcome for row in plan.rows] == [CREATED, CREATED, UNCHANGED, REJECTED, CREATED]
    assert [row.outcome for row in again.rows] == [*[UNCHANGED] * 3, REJECTED, UNCHANGED]
    one = Question.objects.get(key="a1")
    assert (one.text_sv, one.right, one.options[1]) == ("Fråga ett?", 1, {"fi": "y", "sv": "ys"})


@pytest.mark.django_db
def test_bank_written_as_a_spreadsheet_reads_back_unchanged():
    programme = making.programme()
    bank(programme, parts=2, each=3)
    questions = list(Question.objects.order_by("part", "key"))
    with sheets_out.xlsx_file(importing.headings(), importing.lines(questions)) as file:
        content = file.read()

    plan = importing.plan(programme, importing.read(content, is_gift=False, language="fi"))

    assert {row.outcome for row in plan.rows} == {UNCHANGED}
    assert len(plan.rows) == 12  # two languages


@pytest.mark.django_db
def test_changed_row_replaces_the_question():
    programme = making.programme()
    writing.add(programme, question(key="a1"), by=SYSTEM)
    content = sheet(["a1", 1, "fi", "Mikä?", "yksi", "kaksi", "neljä", "A", ""])

    plan = importing.plan(programme, importing.read(content, is_gift=False, language="fi"))
    importing.apply(programme, plan.drafts, by=SYSTEM)

    assert plan.rows[0].outcome == UPDATED
    assert Question.objects.active().get(key="a1").options[2] == {"fi": "neljä"}
    assert Question.objects.count() == 2


@pytest.mark.django_db
def test_command_prints_what_became_of_the_rows(tmp_path, capsys):
    making.programme()
    file = tmp_path / "q.xlsx"
    file.write_bytes(
        sheet(
            ["a1", 1, "fi", "Kysymys?", "x", "y", "z", "B", ""],
            ["a2", 1, "fi", "Toinen?", "x", "y", "z", "", ""],
        )
    )

    code = command.main([str(file), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [told[k] for k in ("rows", "created", "updated", "unchanged", "rejected")] == [
        2, 1, 0, 0, 1,
    ]  # fmt: skip
    book = openpyxl.load_workbook(told["rejected_file"])
    assert "Toinen?" in [cell.value for cell in book.active[2]]


@pytest.mark.django_db
def test_file_is_previewed_and_what_was_shown_is_written(client):
    programme = making.programme()
    row = ready(number=9)
    person = row.person
    user = person.user
    user.is_admin = True
    user.save()
    client.force_login(user, backend="solmu.people.viewing.ViewerBackend")
    url = reverse("exam:read", args=[programme.slug])
    before = Question.objects.count()
    file = io.BytesIO(GIFT.encode())
    file.name = "bank.gift"

    shown = client.post(url, {"file": file, "language": "fi"})
    between = Question.objects.count()
    client.post(url, {"seal": shown.context["seal"]})

    assert (shown.status_code, between) == (200, before)
    assert len(shown.context["rejected"]) == 4
    assert Question.objects.get(key="q1").text_fi == "Mikä on 2:n ja 2:n summa?"


@pytest.mark.django_db
def test_item_that_tells_nothing_is_pointed_out_and_an_easy_one_is_not():
    first = ready()
    chance = Random(7)
    for number in range(2, 62):
        row = ready(number=number)
        attempt = taking.start(row, by=SYSTEM)
        able = chance.random()
        options = {}
        for item, (question_id, order) in enumerate(attempt.questions):
            key = Question.objects.get(pk=question_id).key if item < 0 else question_id
            if key == _odd():
                hit = able < 0.5  # who knows little answers right
            elif key == _easy():
                hit = True
            else:
                hit = chance.random() < able
            options[item] = order.index(2 if hit else chance.choice((0, 1, 3)))
        taking.submit(attempt, options=options, by=SYSTEM)

    found = items.of_programme(first.programme)

    odd, easy = Question.objects.get(pk=_odd()), Question.objects.get(pk=_easy())
    assert items.is_weak(found[odd.pk])
    assert items.remarks(odd, found[odd.pk])
    assert found[easy.pk].share == 1.0
    assert not items.is_weak(found[easy.pk])
    weak = [key for key, item in found.items() if items.is_weak(item)]
    assert len(weak) <= 4


def _odd() -> int:
    return Question.objects.get(key="p1-01").pk


def _easy() -> int:
    return Question.objects.get(key="p2-01").pk


def test_nothing_is_said_of_few_answers():
    assert items.remarks(Question(right=0, options=[{}, {}]), Item(19, 0.5, -0.9)) == []


@pytest.mark.django_db
def test_adopted_programme_keeps_the_line_and_pulls_improvements():
    original = making.programme()
    contents(original, parts=1, pages=3)
    bank(original, parts=1, each=2)
    own = adopting.adopt(
        original,
        making.institution("toinen"),
        slug="oma-ohjaaja",
        names={"fi": "Oma ohjaaja", "sv": "", "en": ""},
        by=SYSTEM,
    )
    for programme, key, text in (
        (original, "p1-1", "Parempi."),
        (original, "p1-2", "Parempi."),
        (own, "p1-2", "Omamme."),
        (own, "p1-3", "Omamme."),
    ):
        draft = learning.draft_of(programme, by=SYSTEM)
        page = Page.objects.get(part__version=draft, key=key)
        learning.change_page(page, {"body_fi": text}, by=SYSTEM)
        if programme == original:
            learning.publish(draft, note="", by=SYSTEM)
    draft, newest = learning.draft_of(own, by=SYSTEM), learning.published(original)

    origin = origins.of(own, draft)
    assert origin

    found = {one.key: one.kind for one in comparing.against_original(draft, origin)}
    adopting.take(draft, origin, "p1-1", by=SYSTEM)
    left = {one.key: one.kind for one in comparing.against_original(draft, origin)}

    assert (own.adopted_from, own.public) == (original, False)
    assert found == {"p1-1": "theirs", "p1-2": "both", "p1-3": "ours"}
    assert left == {"p1-2": "both", "p1-3": "ours"}
    assert Page.objects.get(part__version=draft, key="p1-1").body_fi == "Parempi."
    assert Version.objects.get(pk=draft.pk).taken_from == newest
    assert Question.objects.filter(programme=own).count() == 2
    assert follow_adoption


@pytest.mark.django_db
def test_attempts_of_the_api_are_ones_own_and_the_staffs():
    row, other = ready(), ready(number=2)
    attempt = taking.start(row, by=SYSTEM)
    taking.submit(attempt, options=places(attempt, 30), by=SYSTEM)
    taking.start(other, by=SYSTEM)

    from solmu.people.viewing import viewer_for_user_id

    seen = Attempt.objects.visible_to(viewer_for_user_id(row.person.user_id))

    assert list(seen) == [attempt]
