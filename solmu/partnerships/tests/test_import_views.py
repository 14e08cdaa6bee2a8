"""The import in the browser's terms: upload, columns, values, rows, approval, result."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from solmu.imports.models import Batch, ValueMapping
from solmu.organisations.models import Institution
from solmu.organisations.tests.factories import municipality, person_with_role, region
from solmu.partnerships.importing import batches as importing
from solmu.partnerships.models import Stakeholder
from solmu.partnerships.tests import factories
from solmu.people.models import Person
from solmu.people.viewer import Viewer

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CSV = (
    "Yritys;Y-tunnus;Kunta;Taso;Autopaikka\n"
    "Hattara Oy;9300000-9;Hämeenlinna;Työelämäkumppani;P1\n"
    "Väärä <b>Oy</b>;9300000-1;Hämeenlinna;Kumppani;P2\n"
)


@pytest.fixture
def here() -> Institution:
    municipality("109", "Hämeenlinna", inside=region("05", "Kanta-Häme"))
    return factories.institution("Opisto Esimerkki")


def signed_in(person: Person) -> Client:
    client = Client()
    assert person.user
    client.force_login(person.user)
    return client


def uploaded(client: Client, text: str = CSV) -> Batch:
    file = SimpleUploadedFile("kumppanit.csv", text.encode(), content_type="text/csv")
    response = client.post("/partners/import/", {"file": file})
    batch = Batch.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/partners/import/{batch.pk}/columns/"
    return batch


def all_columns(batch: Batch, **other: str) -> dict[str, str]:
    return {f"column-{one['index']}": one["field"] for one in batch.columns} | other


def test_coordinator_brings_a_file_all_the_way(here: Institution, settings: Any) -> None:
    settings.SOLMU_LIVE_ADDRESS = "http://127.0.0.1:9"
    client = signed_in(person_with_role(here))
    batch = uploaded(client)
    address = f"/partners/import/{batch.pk}/"
    page = client.get(f"{address}columns/").content.decode()
    assert "Autopaikka" in page
    assert client.post(f"{address}columns/", all_columns(batch))["Location"] == address
    preview = client.get(address).content.decode()
    assert "Hattara Oy" in preview
    assert "Väärä &lt;b&gt;Oy" in preview
    assert "<b>Oy" not in preview

    level = here.levels.get(rank=3)
    response = client.post(f"{address}values/", {"value-0": str(level.pk)})
    assert response["Location"] == address
    assert ValueMapping.objects.get().target == str(level.pk)

    assert client.get(f"{address}rows/2/").status_code == 200
    batch.refresh_from_db()
    line = batch.lines.get(number=2)
    cells = {f"cell-{n}": cell for n, cell in enumerate(line.cells)} | {"cell-1": "9300037-5"}
    assert client.post(f"{address}rows/2/", cells)["Location"] == address
    batch.refresh_from_db()
    assert batch.counts["rejected"] == 0

    assert client.post(f"{address}apply/")["Location"] == address
    batch.refresh_from_db()
    assert batch.state == Batch.State.APPLYING
    waiting = client.get(address)
    assert waiting["Refresh"] == "5"
    assert f'data-live="{settings.SOLMU_LIVE_ADDRESS}/stream?ticket=' in waiting.content.decode()
    importing.apply(batch, by=Viewer.system("test"))
    assert Stakeholder.objects.count() == 2
    assert (
        client.get(f"{address}?progress=1", headers={"HX-Request": "true"})["HX-Redirect"]
        == address
    )
    result = client.get(address).content.decode()
    assert "Hattara Oy" in result
    for partner in Stakeholder.objects.all():
        assert f'href="{partner.get_absolute_url()}"' in result
    assert client.get(f"{address}rows/1/").status_code == 200

    client.post(f"{address}undo/")
    assert Stakeholder.objects.count() == 0
    assert client.get(address).status_code == 200


def test_a_mended_row_leads_to_the_next_that_was_rejected(here: Institution) -> None:
    client = signed_in(person_with_role(here))
    batch = uploaded(client, CSV + "Toinen Oy;9300000-2;Hämeenlinna;Kumppani;P3\n")
    address = f"/partners/import/{batch.pk}/"
    client.post(f"{address}columns/", all_columns(batch))
    cells = {f"cell-{n}": text for n, text in enumerate(batch.lines.get(number=2).cells)}

    first = client.post(f"{address}rows/2/", cells | {"cell-1": "9300037-5"})
    second = client.post(f"{address}rows/3/", cells | {"cell-0": "Toinen Oy", "cell-1": ""})

    assert first["Location"] == f"{address}?show=rejected"
    assert second["Location"] == address


def test_a_mended_cell_stays_and_can_be_put_back(here: Institution) -> None:
    client = signed_in(person_with_role(here))
    batch = uploaded(client)
    address = f"/partners/import/{batch.pk}/"
    client.post(f"{address}columns/", all_columns(batch))
    cells = {f"cell-{n}": text for n, text in enumerate(batch.lines.get(number=1).cells)}

    for name in ("Hattarat Oy", "Hattarat Oy", "Hattara Oy"):
        client.post(f"{address}rows/1/", cells | {"cell-0": name})
        assert batch.lines.get(number=1).name == name


def test_file_is_thrown_away(here: Institution) -> None:
    client = signed_in(person_with_role(here))
    batch = uploaded(client)
    client.post(f"/partners/import/{batch.pk}/columns/", all_columns(batch))
    assert client.post(f"/partners/import/{batch.pk}/discard/")["Location"] == "/partners/import/"
    assert not Batch.objects.exists()


def test_column_is_corrected_by_hand(here: Institution) -> None:
    client = signed_in(person_with_role(here))
    batch = uploaded(client)
    address = f"/partners/import/{batch.pk}/"
    client.post(f"{address}columns/", all_columns(batch, **{"column-4": "notes"}))
    assert batch.lines.get(number=1).facts["notes"] == "P1"
    twice = client.post(f"{address}columns/", all_columns(batch, **{"column-4": "organisation"}))
    assert twice.status_code == 422
    none = client.post(f"{address}columns/", all_columns(batch, **{"column-0": ""}))
    assert none.status_code == 422


def test_rejected_rows_are_handed_back(here: Institution) -> None:
    client = signed_in(person_with_role(here))
    batch = uploaded(client, CSV + "=1+1;9300000-2;Hämeenlinna;;\n")
    client.post(f"/partners/import/{batch.pk}/columns/", all_columns(batch))
    response = client.get(f"/partners/import/{batch.pk}/rejected/")
    path = Path("/tmp") / f"rejected-{batch.pk}.xlsx"
    path.write_bytes(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    rows = list(load_workbook(path).active.iter_rows(values_only=True))
    path.unlink()
    assert [row[0] for row in rows] == ["Yritys", "Väärä <b>Oy</b>", "=1+1"]
    assert "9300000-1" in str(rows[1][-1])


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(200), b"<html><table></table></html>"]
)
def test_bad_file_is_refused_with_a_sentence(here: Institution, content: bytes) -> None:
    client = signed_in(person_with_role(here))
    response = client.post("/partners/import/", {"file": SimpleUploadedFile("kuva.xlsx", content)})
    assert response.status_code == 422
    assert not Batch.objects.exists()


@pytest.mark.parametrize("role", ["reader", "contributor"])
def test_others_may_not_import(here: Institution, role: str) -> None:
    uploaded(signed_in(person_with_role(here)))
    batch = Batch.objects.get()
    client = signed_in(person_with_role(here, role))
    assert client.get("/partners/import/").status_code == 403
    assert client.get(f"/partners/import/{batch.pk}/").status_code == 404
    stranger = signed_in(person_with_role(factories.institution("Opisto Toinen")))
    for path in ("", "columns/", "values/", "rows/1/", "rejected/"):
        assert stranger.get(f"/partners/import/{batch.pk}/{path}").status_code == 404
    assert stranger.post(f"/partners/import/{batch.pk}/apply/").status_code == 404
    assert stranger.post(f"/partners/import/{batch.pk}/undo/").status_code == 404
    assert Client().get("/partners/import/").status_code == 302


def test_preview_has_a_constant_number_of_queries(
    here: Institution, django_assert_max_num_queries: object
) -> None:
    client = signed_in(person_with_role(here))
    rows = "".join(f"Yritys {n} Oy;;Hämeenlinna;Kumppani;\n" for n in range(120))
    batch = uploaded(client, CSV + rows)
    client.post(f"/partners/import/{batch.pk}/columns/", all_columns(batch))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = client.get(f"/partners/import/{batch.pk}/")
    assert len(page.content) < 100_000
