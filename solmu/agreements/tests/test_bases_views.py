"""The pages and the API of templates in the demo."""

import io
import json
from collections.abc import Callable

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.agreements.bases import copying, writing
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.people.viewer import Viewer

pytestmark = pytest.mark.demo

ClientAs = Callable[[str], Client]
LIST = "/agreements/templates/"
API = "/api/v1/agreement-templates"
SYSTEM = Viewer.system("a test")
State = BaseVersion.State


@pytest.fixture
def base() -> Base:
    return Base.objects.get(institution__organisation__slug="tavastia", kind="work_life")


def test_pages_open_and_hold_little(client_as: ClientAs, base: Base) -> None:
    writing.start_draft(base, by=SYSTEM)
    rector = client_as("rector")
    at = base.get_absolute_url()
    one = base.versions.get(state=State.DRAFT).clauses.first()
    for page in (
        LIST, f"{LIST}?kind=network", at, f"{at}?sample=1&language=sv", f"{at}?version=1",
        f"{at}edit/", f"{at}details/", f"{at}compare/?from=1&to=2", f"{at}compare/?from=original",
        f"{at}clauses/new/", f"{at}clauses/{one.pk}/", f"{at}clauses/{one.pk}/remove/",
        f"{at}approve/", f"{at}history/", f"{LIST}new/", f"{LIST}import/",
    ):  # fmt: skip
        answer = rector.get(page)
        assert answer.status_code == 200, page
        assert len(answer.content) <= 100_000, page
    assert rector.get(f"{LIST}?format=csv").status_code == 200
    assert rector.get(f"{at}nonsense/").status_code == 404


def test_queries_of_the_list_do_not_grow(client_as: ClientAs, base: Base) -> None:
    rector = client_as("rector")
    rector.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        rector.get(LIST)
    institution = base.institution
    assert institution is not None
    for _number in range(5):
        copying.copy(base, by=SYSTEM, institution=institution)
    with CaptureQueriesContext(connection) as more:
        rector.get(LIST)
    assert len(more) <= len(few)


def test_a_clause_is_written_without_javascript(client_as: ClientAs, base: Base) -> None:
    coordinator = client_as("coordinator")
    at = base.get_absolute_url()
    answer = coordinator.post(f"{at}draft/")
    assert answer.headers["Location"] == f"{at}edit/"
    draft = base.versions.get(state=State.DRAFT)
    one = draft.clauses.get(key="purpose")
    sent = {
        "title_fi": "Miksi", "text_fi": "Alkaa {start}.", "kind": "text",
        "edition": one.edition, "next": "1",
    }  # fmt: skip
    wrong = coordinator.post(f"{at}clauses/{one.pk}/", sent | {"text_fi": "Alkaa {Start}."})
    assert wrong.status_code == 422
    assert "{Start}" in wrong.content.decode()
    saved = coordinator.post(f"{at}clauses/{one.pk}/", sent)
    following = draft.clauses.all()[one.position]
    assert saved.headers["Location"] == f"{at}clauses/{following.pk}/"
    late = coordinator.post(f"{at}clauses/{one.pk}/", sent | {"text_fi": "Myöhässä."})
    assert late.status_code == 422
    assert BaseClause.objects.get(pk=one.pk).text_fi == "Alkaa {start}."

    coordinator.post(f"{at}clauses/{one.pk}/move/", {"up": "1"})
    assert draft.clauses.first().key == "purpose"
    assert coordinator.post(f"{at}approve/").status_code == 403
    assert coordinator.post(f"{at}ask/").status_code == 302
    assert base.name_fi in client_as("rector").get("/home/").content.decode()
    assert client_as("rector").post(f"{at}approve/", {"note": "Selvempi."}).status_code == 302
    assert base.versions.get(state=State.APPROVED).number == 3


def test_drafts_are_for_the_owners_people(client_as: ClientAs, base: Base) -> None:
    writing.start_draft(base, by=SYSTEM)
    outsider = client_as("outsider")
    at = base.get_absolute_url()
    assert outsider.get(f"{at}?version=3").context["page"].version.number == 2
    assert outsider.get(f"{at}history/").status_code == 403
    assert outsider.get(f"{at}edit/").status_code == 403
    writing.unpublish(base, by=SYSTEM)
    assert outsider.get(at).status_code == 404
    assert outsider.get(f"{API}/{base.pk}", headers=token("outsider")).status_code == 404


def test_a_copy_takes_over_what_the_original_changed(client_as: ClientAs, base: Base) -> None:
    lead = client_as("network-lead")
    copy = Base.objects.get(copied_from=base)
    at = copy.get_absolute_url()
    assert f"{at}changes/" in lead.get("/home/").content.decode()
    assert f"{at}changes/" in lead.get(at).content.decode()
    page = lead.get(f"{at}changes/")
    assert page.status_code == 200
    answer = lead.post(f"{at}changes/", {"seen": "2", "take": ["kestava-tulevaisuus"]})
    assert answer.headers["Location"] == f"{at}edit/"
    assert copy.versions.get().clauses.filter(key="kestava-tulevaisuus").exists()
    assert lead.get(f"{at}changes/").status_code == 302


def test_a_template_is_copied_on_a_page(client_as: ClientAs) -> None:
    shipped = Base.objects.get(institution=None, network=None, kind="project")
    made = client_as("coordinator").post(
        f"{shipped.get_absolute_url()}copy/", {"owner": "institution"}
    )
    copy = Base.objects.get(copied_from=shipped)
    assert made.headers["Location"] == copy.get_absolute_url()
    assert client_as("member").get(copy.get_absolute_url()).status_code == 404
    refused = client_as("coordinator").post(
        f"{shipped.get_absolute_url()}copy/", {"owner": "network-1"}
    )
    assert refused.status_code == 422


def test_a_word_file_is_previewed_and_then_becomes_a_template(client_as: ClientAs) -> None:
    coordinator = client_as("coordinator")
    file = docx.Document()
    for line in ("1. Osapuolet", "Me.", "2. Kesto", "Vuosi {Nimi}."):
        file.add_paragraph(line)
    out = io.BytesIO()
    file.save(out)
    before = Base.objects.count()
    sent = SimpleUploadedFile("vanha sopimus.docx", out.getvalue())
    shown = coordinator.post(f"{LIST}import/", {"file": sent, "language": "fi"})
    assert shown.status_code == 200
    assert Base.objects.count() == before
    decide = shown.context["decide"]
    facts = {name: decide[name].value() for name in ("name", "kind", "accepted", "owner")}
    assert facts["name"] == "vanha sopimus"
    forged = coordinator.post(f"{LIST}import/", facts | {"accepted": facts["accepted"] + "x"})
    assert forged.headers["Location"] == f"{LIST}import/"
    other = client_as("outsider").post(f"{LIST}import/", facts)
    assert other.headers["Location"] == f"{LIST}import/"
    made = coordinator.post(f"{LIST}import/", facts | {"name": "Uusi", "kind": "project"})
    base = Base.objects.get(name_fi="Uusi", kind="project")
    assert made.headers["Location"] == f"{base.get_absolute_url()}edit/"
    held = list(base.versions.get().clauses.values_list("key", "text_fi"))
    assert held == [("osapuolet", "Me."), ("kesto", "Vuosi [Nimi].")]

    hostile = SimpleUploadedFile("x.docx", b"PK\x03\x04")
    assert (
        coordinator.post(f"{LIST}import/", {"file": hostile, "language": "fi"}).status_code == 422
    )


def test_files_of_a_template(client_as: ClientAs, base: Base) -> None:
    rector = client_as("rector")
    at = base.get_absolute_url()
    word = rector.get(f"{at}template.docx?language=sv")
    assert docx.Document(io.BytesIO(word.content)).core_properties.language == "sv-FI"
    assert rector.get(f"{at}template.docx?language=all").content.startswith(b"PK")
    assert rector.get(f"{at}template.pdf").content.startswith(b"%PDF")
    told = rector.get(f"{at}template.json").content
    again = SimpleUploadedFile("malli.json", told)
    shown = rector.post(f"{LIST}import/", {"file": again, "language": "fi"})
    assert len(shown.context["found"]) == len(json.loads(told)["clauses"])


def token(persona: str) -> dict[str, str]:
    return {"Authorization": f"Bearer demo-{persona}"}


def test_the_api_lists_reads_starts_and_writes(base: Base) -> None:
    client = Client()
    listed = client.get(f"{API}?kind=work_life&own=true", headers=token("coordinator")).json()
    assert base.pk in [one["id"] for one in listed["items"]]
    whole = client.get(f"{API}/{base.pk}?version=1", headers=token("coordinator")).json()
    assert whole["version"] == 1
    assert {one["key"] for one in whole["clauses"]} >= {"parties", "purpose"}
    assert client.get(f"{API}/{base.pk}?version=9", headers=token("coordinator")).status_code == 422

    body = {
        "kind": "other",
        "name": {"fi": "Rajapinnasta"},
        "clauses": [{"title": {"fi": "Kesto"}, "text": {"fi": "Vuosi."}}],
    }

    def post(
        more: dict[str, object], persona: str = "coordinator"
    ) -> tuple[int, dict[str, object]]:
        answer = client.post(
            API, json.dumps(body | more), content_type="application/json", headers=token(persona)
        )
        return answer.status_code, answer.json()

    status, made = post({})
    assert status == 201
    assert made["institution"] == "tavastia"
    assert made["in_use"] is False
    assert post({}, "member")[0] == 403
    assert post({"network": "valkky"}, "coordinator")[0] == 403
    status, led = post({"network": "valkky"}, "network-lead")
    assert (status, led["network"]) == (201, "valkky")
    assert post({"clauses": [{"title": {"fi": "x"}, "text": {"fi": "{X}"}}]})[0] == 422
    assert post({"name": {}})[0] == 422

    changed = client.patch(
        f"{API}/{made['id']}",
        json.dumps({"clauses": [], "name": {"fi": "Toinen"}}),
        content_type="application/json",
        headers=token("coordinator"),
    )
    assert changed.json()["name"] == "Toinen"
    assert changed.json()["clauses"] == []
    refused = client.patch(
        f"{API}/{base.pk}", "{}", content_type="application/json", headers=token("outsider")
    )
    assert refused.status_code == 403
