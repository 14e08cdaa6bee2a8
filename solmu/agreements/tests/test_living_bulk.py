"""Many agreements from a spreadsheet: each row previewed, drafted, sent, followed on one board."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from solmu.agreements.bases import exchange, writing
from solmu.agreements.living import bulking
from solmu.agreements.models import Agreement, Base, Bulk, BulkRow, Signature
from solmu.agreements.tests import signing_factories as make
from solmu.notifications.models import Message
from solmu.organisations.tests import factories
from solmu.people.models import Person

pytestmark = pytest.mark.django_db

CLAUSES = [
    {"key": "parties", "kind": "parties", "title": {"fi": "Osapuolet"},
     "text": {"fi": "{institution.name} ja {partner.name}, {partner.contact}."}},
    {"key": "field", "title": {"fi": "Ala"}, "text": {"fi": "Ala: {field}, alkaen {start}."}},
]  # fmt: skip
HEADINGS = ("Kumppani", "Yhteyshenkilö", "Sähköposti", "Alkaa", "field")
STRANGE = ("Kumppani", "Sähköposti", "Lempiväri")


class Cast:
    """An institution whose rector may sign, two partners, a template, a signed-in coordinator."""

    def __init__(self) -> None:
        self.own = factories.institution("Oma opisto")
        self.coordinator = factories.person_with_role(self.own, "coordinator")
        self.rector = make.person("Rehtori")
        make.mandate(self.own.organisation, self.rector, known_to=self.own)
        self.partners = [factories.organisation(f"Kuutamo {n} Oy") for n in (1, 2)]
        read = exchange.read({"kind": "work_life", "name": {"fi": "Pohja"}, "clauses": CLAUSES})
        self.base: Base = writing.create(read, by=make.SYSTEM, institution=self.own)
        writing.approve(self.base, by=make.SYSTEM)
        self.version = self.base.versions.get(state="approved")
        self.client = Client()
        self.client.force_login(self.coordinator.user)

    def sent(
        self, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS
    ) -> dict[str, object]:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (headings, *rows):
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        return {
            "version": self.version.pk,
            "title": "Työelämäsopimus",
            "languages": ["fi"],
            "signer": self.rector.pk,
            "file": SimpleUploadedFile("sopimukset.xlsx", file.getvalue()),
        }

    def made(self) -> Bulk:
        """Two rows read, seen and drafted."""
        page = self.client.post("/agreements/bulk/new/", self.sent(*ROWS))
        sent = {key: value for key, value in self.sent().items() if key != "file"}
        self.client.post("/agreements/bulk/new/", {**sent, "seal": page.context["seal"]})
        bulk = Bulk.objects.get()
        bulking.draft_all(bulk.pk)
        return bulk


ROWS = (
    ("Kuutamo 1 Oy", "Kaisa Kuu", "kaisa@kuu.example", "1.8.2026", "leipomo"),
    ("Kuutamo 2 Oy", "", "sepp@kuu.example", "1.8.2026", "metalli"),
)


def test_rows_are_previewed_and_the_wrong_ones_come_back_with_reasons():
    cast = Cast()
    page = cast.client.post(
        "/agreements/bulk/new/",
        cast.sent(
            *ROWS,
            ("Tuntematon Oy", "X", "x@kuu.example", "", ""),
            ("Kuutamo 1 Oy", "X", "x@kuu.example", "", ""),
            ("Kuutamo 2 Oy", "X", "ei osoite", "", ""),
        ),
    )
    assert [row.values for row in page.context["taken"]] == [
        {"field": "leipomo"},
        {"field": "metalli"},
    ]
    assert len({row.reason for row in page.context["rejected"]}) == 3
    assert not Agreement.objects.exists()
    back = cast.client.post("/agreements/bulk/new/", {"rejected": page.context["rejected_seal"]})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(back.streaming_content)))
    values = list(book.active.iter_rows(values_only=True))
    assert (len(values), values[1][0]) == (4, "Tuntematon Oy")
    assert values[1][-1]


def test_drafts_are_made_sent_in_one_go_and_followed():
    cast = Cast()
    bulk = cast.made()
    bulking.draft_all(bulk.pk)  # the worker died and runs it again
    agreements = list(Agreement.objects.order_by("pk"))
    assert [one.title for one in agreements] == [
        "Työelämäsopimus: Kuutamo 1 Oy", "Työelämäsopimus: Kuutamo 2 Oy",
    ]  # fmt: skip
    assert agreements[0].values["field"] == "leipomo"
    assert agreements[0].values["partner.contact"] == "Kaisa Kuu"
    path = f"/agreements/bulk/{bulk.pk}/"
    assert cast.client.post(f"{path}send/", {}).status_code == 422
    assert cast.client.post(f"{path}send/", {"checked": "on"}).status_code == 302
    for _run in range(2):
        bulking.send_all(bulk.pk, cast.coordinator.user_id)
    assert list(Agreement.objects.values_list("state", flat=True)) == ["signing", "signing"]
    assert Signature.objects.count() == 4
    assert Message.objects.filter(kind="agreement-sign").count() == 4
    assert not BulkRow.objects.exclude(problem="").exists()
    board = cast.client.get(path).content.decode()
    assert "Kuutamo 2 Oy" in board
    assert "hx-trigger" not in board
    # Whoever watched is shown the whole page once it is done.
    assert cast.client.get(path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_what_no_row_tells_is_asked_once_for_all_and_unknown_columns_are_named():
    cast = Cast()
    told = [("Kuutamo 1 Oy", "", "a@kuu.example", "1.8.2026", ""), ROWS[1]]
    page = cast.client.post("/agreements/bulk/new/", cast.sent(*told))
    assert [name for name, _label in page.context["asked"]] == ["same-field"]
    assert page.context["unused"] == ""
    sent = {key: value for key, value in cast.sent().items() if key != "file"}
    cast.client.post(
        "/agreements/bulk/new/",
        {**sent, "seal": page.context["seal"], "same-field": "media", "same-title": "ei"},
    )
    bulking.draft_all(Bulk.objects.get().pk)
    made = Agreement.objects.order_by("pk")
    assert [one.values["field"] for one in made] == ["media", "metalli"]
    assert made[0].values["title"] == "Työelämäsopimus: Kuutamo 1 Oy"
    strange = cast.sent(("Kuutamo 1 Oy", "a@kuu.example", "sininen"), headings=STRANGE)
    page = cast.client.post("/agreements/bulk/new/", strange)
    assert page.context["unused"] == "Lempiväri"


def test_what_cannot_be_sent_is_told_in_words_and_the_rest_goes():
    cast = Cast()
    bulk = cast.made()
    first, second = Agreement.objects.order_by("pk")
    Agreement.objects.filter(pk=first.pk).update(values={})
    bulking.send(bulk, sign_by=None, by=make.SYSTEM)
    bulking.send_all(bulk.pk, cast.coordinator.user_id)
    second.refresh_from_db()
    assert second.state == "signing"
    assert BulkRow.objects.get(agreement=first).problem


def test_others_do_not_see_the_board():
    cast = Cast()
    bulk = cast.made()
    client = Client()
    for role, status in (("reader", 403), ("contributor", 403)):
        client.force_login(factories.person_with_role(cast.own, role).user)
        assert client.get(f"/agreements/bulk/{bulk.pk}/").status_code == status
    client.force_login(factories.person_with_role(factories.institution("Muu"), "leader").user)
    assert client.get(f"/agreements/bulk/{bulk.pk}/").status_code == 404
    assert Person.objects.filter(email="kaisa@kuu.example").count() == 1
