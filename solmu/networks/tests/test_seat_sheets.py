"""Seats as a spreadsheet, out and in."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from solmu.imports import previews, reading
from solmu.networks import seat_sheets
from solmu.networks.models import Network, Seat, Term
from solmu.networks.tests.group_factories import SYSTEM, group, member, network
from solmu.notifications.models import Message
from solmu.people.models import Person

pytestmark = pytest.mark.django_db

HEAD = "Ryhmä;Organisaatio;Henkilö;Sähköposti;Rooli;Varajäsen;Alkaen;Asti\n"


def file(*lines: str) -> bytes:
    """A file of rows under the usual headings."""
    return (HEAD + "\n".join(lines) + "\n").encode()


def kokeilu() -> Network:
    """A network with a group and a member."""
    of = network()
    member(of, "Opisto A")
    group(of, "Viestintä")
    return of


def test_rows_are_tried_out_and_written_only_when_told_to() -> None:
    of = kokeilu()
    content = file(
        "Viestintä;Opisto A;Aino Alku;aino@solmu.example;pj;;1.1.2020;31.12.2022",
        "Viestintä;Opisto A;Bertta Jatko;bertta@solmu.example;jäsen;;1.1.2023;",
        "Viestintä;Opisto A;Sisko Vara;sisko@solmu.example;;x;1.1.2023;",
    )

    rows = seat_sheets.read(of, content, by=SYSTEM)
    assert [row.reason for row in rows] == ["", "", ""]
    assert not Seat.objects.exists()
    assert not Person.objects.exists()

    assert seat_sheets.apply(of, seat_sheets.sealed(of, rows), by=SYSTEM) == 3
    assert Seat.objects.count() == 1
    told = Term.objects.order_by("valid", "deputy").values_list("person__given_name", "role",
                                                                "deputy")  # fmt: skip
    assert list(told) == [
        ("Aino", "chair", False), ("Bertta", "member", False), ("Sisko", "member", True),
    ]  # fmt: skip
    # Whose term is over is told nothing.
    assert {message.to for message in Message.objects.all()} == {
        "bertta@solmu.example", "sisko@solmu.example",
    }  # fmt: skip
    again = seat_sheets.read(of, content, by=SYSTEM)
    assert [row.there for row in again] == [True, True, True]


@pytest.mark.parametrize(
    "line",
    [
        "Tuntematon;Opisto A;Aino Alku;a@solmu.example;;;1.1.2020;",
        "Viestintä;;Aino Alku;a@solmu.example;;;1.1.2020;",
        "Viestintä;Opisto A;Aino Alku;a@solmu.example;keisari;;1.1.2020;",
        "Viestintä;Opisto A;Aino Alku;a@solmu.example;;;;",
        "Viestintä;Opisto A;Aino Alku;a@solmu.example;;;31.2.2020;",
        "Viestintä;Opisto A;Aino Alku;a@solmu.example;;;1.1.1999;",
        "Viestintä;Opisto A;Aino Alku;a@solmu.example;;;1.1.2020;1.1.2019",
        "Viestintä;Opisto A;Aino Alku;;;;1.1.2020;",
    ],
)
def test_a_row_that_cannot_be_says_why(line: str) -> None:
    rows = seat_sheets.read(kokeilu(), file(line), by=SYSTEM)

    assert [bool(row.reason) for row in rows] == [True]


def test_two_rows_for_one_seat_at_once_leave_the_second_out() -> None:
    rows = seat_sheets.read(
        kokeilu(),
        file(
            "Viestintä;Opisto A;Aino Alku;a@solmu.example;;;1.1.2020;",
            "Viestintä;Opisto A;Bertta Toinen;b@solmu.example;;;1.6.2021;",
        ),
        by=SYSTEM,
    )

    assert [bool(row.reason) for row in rows] == [False, True]


def test_of_those_who_sat_once_a_name_is_enough() -> None:
    of = kokeilu()
    rows = seat_sheets.read(
        of, file("Viestintä;Opisto A;Aino Alku;;;;1.1.2012;31.12.2013"), by=SYSTEM
    )

    seat_sheets.apply(of, seat_sheets.sealed(of, rows), by=SYSTEM)

    assert Term.objects.get().person.email == ""


def test_a_file_without_groups_is_refused() -> None:
    with pytest.raises(reading.ReadingError):
        seat_sheets.read(kokeilu(), b"Kaupunki;Vuosi\nTurku;2020\n", by=SYSTEM)


@pytest.mark.demo
def test_the_file_of_a_day_reads_back_as_it_was(client_as: Callable[[str], Client]) -> None:
    client = client_as("network-lead")
    of = Network.objects.get(organisation__slug="valkky")

    for form in ("xlsx", "csv"):
        answer = client.get(f"/networks/valkky/groups/export/?on=2026-01-01&format={form}")
        rows = seat_sheets.read(of, b"".join(answer.streaming_content), by=SYSTEM)
        held = Term.objects.filter(seat__group__network=of, valid__contains=date(2026, 1, 1))
        assert len(rows) == held.count()
        assert [(row.reason, row.there) for row in rows] == [("", True)] * len(rows)


@pytest.mark.demo
def test_pages_of_the_import(client_as: Callable[[str], Client]) -> None:
    client, path = client_as("network-lead"), "/networks/valkky/groups/import/"
    line = "Viestintä;Eerikkilän Urheiluopisto;Uusi Ihminen;uusi@solmu.example;;;1.1.2026;"
    bad = "Ei ole;Hyria;A B;a@solmu.example;;;1.1.2026;"

    seen = client.post(path, {"file": SimpleUploadedFile("paikat.csv", file(line, bad))})
    assert (len(seen.context["taken"]), len(seen.context["rejected"])) == (1, 1)
    done = client.post(path, {"seal": seen.context["seal"]})

    assert done.status_code == 302
    assert Term.objects.filter(person__email="uusi@solmu.example").exists()
    assert client.post(path, {"seal": "väärä"}).headers["Location"] == path


def test_what_was_previewed_for_one_network_is_not_taken_in_another() -> None:
    of = kokeilu()
    rows = seat_sheets.read(
        of, file("Viestintä;Opisto A;Aino Alku;;;;1.1.2012;31.12.2013"), by=SYSTEM
    )
    other = Network(organisation_id=of.pk + 1)

    with pytest.raises(previews.StaleError):
        seat_sheets.apply(other, seat_sheets.sealed(of, rows), by=SYSTEM)
    assert not Term.objects.exists()
