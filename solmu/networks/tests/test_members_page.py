"""The page of members: who belonged on a day, and figures that say what they lack."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks import belonging
from solmu.networks.models import Membership, Network, Representative
from solmu.organisations.models import Figure, Organisation
from solmu.organisations.tests import factories as organisations

pytestmark = [pytest.mark.demo, pytest.mark.django_db]

MEMBERS = "/networks/valkky/members/"


@pytest.fixture
def valkky() -> Network:
    return Network.objects.get(organisation__slug="valkky")


def exported(client: Client, **asked: Any) -> list[dict[str, Any]]:
    """The rows of the page's file."""
    answer = client.get(MEMBERS, {**asked, "format": "json"})
    rows: list[dict[str, Any]] = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    return rows


@pytest.mark.parametrize(
    ("on", "count", "former"),
    [("2010-08-02", 0, 0), ("2013-06-01", 7, 0), ("2014-12-31", 9, 0), ("2019-01-01", 8, 1)],
)
def test_members_of_a_day(
    client_as: Callable[[str], Client], on: str, count: int, former: int
) -> None:
    client = client_as("member")

    page = client.get(MEMBERS, {"on": on})

    assert len(page.context["picture"].now) == count
    assert len(page.context["former"]) == former
    names = {row["name"] for row in exported(client, on=on)}
    assert len(names) == count
    assert ("Aiempi jäsen" in names) == (on in {"2013-06-01", "2014-12-31"})
    assert all(name in page.content.decode() for name in names)


@pytest.mark.parametrize("on", ["", "eilen", "2013-02-30", "1066-10-14", "2999-01-01"])
def test_a_day_that_cannot_be_shows_today(client_as: Callable[[str], Client], on: str) -> None:
    page = client_as("member").get(MEMBERS, {"on": on})

    assert page.status_code == 200
    assert page.context["on"] == clock.today()
    assert len(page.context["picture"].now) == 8


def test_contact_persons_are_those_of_the_day(
    client_as: Callable[[str], Client], valkky: Network
) -> None:
    tavastia = Organisation.objects.get(slug="tavastia")
    Representative.objects.create(
        network=valkky,
        organisation=tavastia,
        person=organisations.person("Edellinen", "Yhteyshenkilö"),
        kind="contact",
        valid=period(date(2012, 1, 1), date(2021, 12, 31)),
    )
    client = client_as("member")

    def contact(on: str) -> str:
        rows = exported(client, on=on)
        return next(row["contact"] for row in rows if row["name"] == tavastia.name)

    assert contact("2013-06-01") == "Edellinen Yhteyshenkilö"
    assert contact(clock.today().isoformat()) == "Onni Pajulahti"


def test_missing_figures_are_named_and_never_zero(
    client_as: Callable[[str], Client], valkky: Network
) -> None:
    today = clock.today()
    hami, vaao = (Organisation.objects.get(slug=slug) for slug in ("hami", "vaao"))
    Figure.objects.filter(organisation__in=[hami, vaao], year__gte=today.year - 3).delete()
    Figure.objects.create(organisation=vaao, year=today.year - 1, students=321)

    page = client_as("member").get(MEMBERS)

    picture = page.context["picture"]
    assert hami.name in picture.students.missing
    assert vaao.name not in picture.students.missing
    assert vaao.name in picture.students.earlier
    assert {hami.name, vaao.name} <= set(picture.staff.missing)
    figures = page.content.decode().split('id="figures"')[1].split("</dl>")[0]
    assert str(hami) in figures
    assert str(vaao) in figures
    known = picture.students.known
    assert known == len(picture.full) - len(picture.students.missing)
    row = next(row for row in exported(client_as("member")) if row["name"] == hami.name)
    assert row["students"] is None


def test_a_sum_of_nothing_is_never_zero(client_as: Callable[[str], Client]) -> None:
    Figure.objects.filter(year__lte=2011).delete()

    page = client_as("member").get(MEMBERS, {"on": "2011-01-01"}, headers={"Accept-Language": "en"})

    assert page.context["totals"] == []
    assert "No figures of 2011 are known." in page.content.decode()


def test_sums_are_of_the_days_own_year(client_as: Callable[[str], Client]) -> None:
    then = client_as("member").get(MEMBERS, {"on": "2013-06-01"}).context["picture"]

    members = [each.organisation_id for each in then.full]
    of_the_year = Figure.objects.filter(organisation__in=members, year=2013)
    assert then.students.sum == sum(row.students or 0 for row in of_the_year) > 0
    assert then.students.missing == ["Aiempi jäsen"]


def test_observers_and_supporters_are_not_counted(
    client_as: Callable[[str], Client], valkky: Network
) -> None:
    before = client_as("member").get(MEMBERS).context["picture"]
    extra = organisations.organisation()
    Figure.objects.create(organisation=extra, year=clock.today().year, students=10_000, staff=1)
    Membership.objects.create(
        network=valkky, organisation=extra, role="observer", valid=period(clock.today())
    )

    page = client_as("member").get(MEMBERS)

    picture = page.context["picture"]
    assert len(picture.now) == len(before.now) + 1
    assert len(picture.full) == len(before.full)
    assert picture.students.sum == before.students.sum
    assert extra.name in page.content.decode()


def test_queries_do_not_grow_with_the_members(
    client_as: Callable[[str], Client], valkky: Network
) -> None:
    client = client_as("network-lead")
    counts = []
    for _turn in range(2):
        for path in (MEMBERS, "/networks/valkky/"):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
        for _number in range(12):
            extra = organisations.organisation()
            Membership.objects.create(
                network=valkky, organisation=extra, valid=period(date(2015, 1, 1))
            )
            Figure.objects.create(organisation=extra, year=clock.today().year, students=10)
            Representative.objects.create(
                network=valkky,
                organisation=extra,
                person=organisations.person(),
                kind="contact",
                valid=period(date(2015, 1, 1)),
            )

    assert counts[:2] == counts[2:]


def test_a_member_leaves_on_the_page(client_as: Callable[[str], Client], valkky: Network) -> None:
    client = client_as("network-lead")
    made = valkky.memberships.get(organisation__slug="hami")
    path = f"{MEMBERS}{made.pk}/leave/"

    early = client.post(path, {"on": "2009-01-01"})
    done = client.post(path, {"on": clock.today().isoformat(), "reason": "Kokeilu"})

    assert early.status_code == 422
    assert early.context["leave_form"].errors["on"]
    assert done.status_code == 302
    made.refresh_from_db()
    assert made.note == "Kokeilu"
    assert not made.valid.upper_inf


def test_of_many_members_the_years_are_told_in_numbers() -> None:
    def drawn(count: int) -> str:
        several = [
            belonging.Member(
                number, number, f"Opisto {number}", "member", period(date(2012 + number % 3, 1, 1))
            )
            for number in range(1, count + 1)
        ]
        return str(belonging.bars(several, date(2012, 1, 1), date(2015, 6, 1), date(2015, 6, 1)))

    assert "Opisto 40" in drawn(belonging.MOST_LINES)
    many = drawn(belonging.MOST_LINES + 2)
    assert "Opisto" not in many
    assert [f">{n}<" in many for n in (14, 28, 42)] == [True, True, True]


def test_history_of_the_members_is_read_when_asked(client_as: Callable[[str], Client]) -> None:
    client = client_as("member")

    assert client.get(MEMBERS).context["parts"] is None
    page = client.get(MEMBERS, {"history": "1"})
    assert page.context["parts"]
    assert 'id="history"' in page.content.decode()
