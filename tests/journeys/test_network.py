"""Networks: five institutions begin one, a cost is shared, others see only what is public."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.journeys.test_first_use import mailed

pytestmark = [pytest.mark.browser, pytest.mark.demo]

NAME = "Taitojen silta"
FOUR = {
    "Ammattiopisto Tavastia": "rector@solmu.example",
    "Kiipulan ammattiopisto": "kirsi@kiipula.example",
    "Hevosopisto": "heli@hevosopisto.example",
    "Valkeakosken ammattiopisto": "",
}
GROUP, OTHER = "Opettajavaihto", "Yhteiset tilat"
COST, AMOUNT = "Hitsaussimulaattori", "10 000,01"


def save(page: Any, button: str = "Save") -> None:
    """Send the form; what comes is a page, not the form with an error."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()
    assert page.locator(".error-summary, .errorlist").count() == 0


def rows(page: Any, caption: str) -> dict[str, Any]:
    """The rows of a table by the name in front of each."""
    table = page.get_by_role("table", name=caption, exact=True)
    found = table.locator("tbody tr").all()
    return {row.get_by_role("rowheader").inner_text().strip(): row for row in found}


def cents(shown: str) -> Decimal:
    """An amount as it is shown, as a number."""
    return Decimal(re.sub(r"[^0-9.]", "", shown))


def found_network(page: Any) -> str:
    """Five institutions begin a network; give its address."""
    page.goto("/networks/")
    page.get_by_role("link", name="Start a network").click()
    page.get_by_label("Name in Finnish").fill(NAME)
    page.get_by_label("Peer network").check()
    page.get_by_label("Purpose").fill("Teachers learn at each other's schools.")
    page.get_by_label("Began on").fill("2026-01-15")
    for number, (organisation, email) in enumerate(FOUR.items()):
        page.get_by_label(re.compile("^Organisation")).nth(number).fill(organisation)
        page.get_by_label("Contact person's e-mail").nth(number).fill(email)
    save(page, "Start the network")
    assert page.inner_text("h1") == NAME
    return str(page.url)


def join(guest: Any, email: str) -> None:
    """A contact person accepts what came by mail."""
    mail = mailed(guest, "network-invitation", email)
    address = re.search(r"/networks/invitations/\S+", mail["text"])
    assert address
    guest.goto(address[0])
    assert NAME in guest.inner_text("h1")
    guest.get_by_label("Given name").fill("Kirsi")
    guest.get_by_label("Family name").fill("Kallio")
    guest.get_by_role("button", name="Accept").click()
    guest.wait_for_url("**/networks/*/")
    assert guest.inner_text("h1") == NAME


def found_groups(page: Any) -> None:
    """Two groups; somebody sits in a seat of the first."""
    for name, seats in ((GROUP, ("Hyria koulutus", "Kiipulan ammattiopisto")), (OTHER, ())):
        page.get_by_role("link", name="Groups", exact=True).first.click()
        page.get_by_role("link", name="Found a group").first.click()
        page.get_by_label("Name in Finnish").fill(name)
        page.get_by_label("Task").first.fill("Two weeks at another school for ten teachers.")
        page.get_by_label("Meetings a year").fill("4")
        for organisation in seats:
            page.get_by_label(organisation).check()
        save(page, "Found the group")
        assert page.inner_text("h1") == name
    page.get_by_role("link", name="Groups", exact=True).first.click()
    page.get_by_role("link", name=GROUP).first.click()
    seat = rows(page, page.locator("table.seats caption").inner_text())["Kiipulan ammattiopisto"]
    assert "open" in seat.inner_text()
    seat.get_by_role("link", name="Name somebody").click()
    page.get_by_label("Person").select_option(label="Kirsi Kallio")
    page.get_by_label("Role").select_option("Chair")
    save(page, "Name this person")
    assert "Kirsi Kallio holds this seat" in page.inner_text("main")


def write_plan(page: Any) -> None:
    """A strategy with a theme and a goal, and a measure of the year's plan."""
    page.get_by_role("link", name="Action plan", exact=True).first.click()
    page.get_by_role("link", name="Begin with the strategy").click()
    page.get_by_role("link", name="Write the strategy").click()
    page.get_by_label("Name of the strategy").fill("Taidot liikkeelle")
    save(page)
    page.get_by_role("link", name="New theme").click()
    page.get_by_role("textbox", name="Theme").fill("Opettajat oppivat")
    save(page)
    page.get_by_role("link", name="New goal").click()
    page.get_by_label("Goal", exact=True).fill("Joka opettaja näkee toisen koulun")
    page.get_by_label("Responsible group").select_option(GROUP)
    save(page)
    page.get_by_role("link", name="Begin a year's plan").click()
    save(page)
    page.get_by_role("link", name="New measure").click()
    page.get_by_label("Measure", exact=True).fill("Kymmenen opettajaa vaihtaa kouluaan")
    page.get_by_label("Goal", exact=True).select_option(index=1)
    page.get_by_label("Responsible group").select_option(GROUP)
    page.get_by_label("Responsible institution").select_option("Kiipulan ammattiopisto")
    page.get_by_label("Hyria koulutus").check()
    save(page)
    page.get_by_role("link", name="Action plan", exact=True).first.click()
    plan = page.inner_text("main")
    assert "Joka opettaja näkee toisen koulun" in plan
    assert "Kymmenen opettajaa vaihtaa kouluaan" in plan


def share_cost(page: Any) -> str:
    """Seven of Välkky's eight share a cost and are asked about it; give its address."""
    page.goto("/networks/valkky/costs/")
    page.get_by_role("link", name="New case").click()
    page.get_by_label("What is shared").fill(COST)
    page.get_by_label(re.compile("^Cost")).first.fill(COST)
    page.get_by_label("Planned, €").first.fill(AMOUNT)
    page.get_by_label("By students", exact=True).check()
    page.get_by_role("checkbox", name="Hevosopisto").uncheck()
    save(page)
    assert "10,000.01 € over 7 payers. A draft" in page.inner_text("main").replace("\xa0", " ")
    assert_adds_up(page)
    page.get_by_role("link", name="Ask for approval").click()
    save(page, "Ask them")
    assert "0 of 7 have approved" in page.inner_text("main")
    assert_adds_up(page)
    return str(page.url)


def assert_adds_up(page: Any) -> None:
    """The shares as they are shown come to the whole, each of them above zero."""
    shares = [cents(row.locator("td.num").inner_text()) for row in rows(page, "Shares").values()]
    assert len(shares) == 7
    assert min(shares) > 0
    assert sum(shares) == Decimal("10000.01")


def test_network_is_founded_with_groups_and_a_plan(own_site: Any, page_as: Any) -> None:
    lead = page_as("network-lead", own_site, locale="en-GB")
    home = found_network(lead)
    lead.get_by_role("link", name="Members", exact=True).click()
    members = rows(lead, "Members")
    assert set(members) == {"Hyria koulutus", *FOUR}
    assert all("ounding member" in row.inner_text() for row in members.values())
    asked = lead.get_by_role("region", name="Asked to be contact persons").inner_text()
    assert all(email in asked for email in FOUR.values())

    guest = page_as("", own_site, locale="en-GB")
    join(guest, "kirsi@kiipula.example")

    rector = page_as("rector", own_site, locale="en-GB")
    rector.goto("/home/")
    rector.get_by_role("link", name=re.compile(NAME)).first.click()
    rector.get_by_role("button", name="Accept").click()
    rector.wait_for_url(home)

    lead.goto(home)
    found_groups(lead)
    write_plan(lead)
    # Whoever was named sees the group, the plan and what it is theirs to do.
    guest.goto(home)
    assert GROUP in guest.inner_text("main")
    guest.get_by_role("link", name="Action plan", exact=True).first.click()
    guest.get_by_role("link", name="Mine", exact=True).click()
    guest.get_by_role("link", name="Kymmenen opettajaa vaihtaa kouluaan").click()
    guest.get_by_label("Status").select_option("started")
    save(guest, "Save the status")
    assert "Started" in guest.locator(".badge").first.inner_text()

    outsider = page_as("outsider", own_site, locale="en-GB")
    assert outsider.request.get(home).status == 404  # it was not made public


def test_cost_is_shared_to_the_cent_and_approved(own_site: Any, page_as: Any) -> None:
    lead = page_as("network-lead", own_site, locale="en-GB")
    case = share_cost(lead)
    what_if = rows(lead, "What if")
    for column in range(3):  # equally, by students, by staff
        amounts = [row.locator("td.num").nth(column).inner_text() for row in what_if.values()]
        assert sum(map(cents, amounts)) == Decimal("10000.01")

    rector = page_as("rector", own_site, locale="en-GB")
    rector.goto("/home/")
    rector.get_by_role("link", name=COST).first.click()
    rector.wait_for_url(case)
    share = rows(rector, "Shares")["Ammattiopisto Tavastia"].locator("td.num").inner_text()
    assert share in rector.locator(".waits").inner_text()
    rector.get_by_role("button", name="Approve").click()
    rector.wait_for_load_state()
    assert "1 of 7 have approved" in rector.inner_text("main")
    assert "approved" in rows(rector, "Shares")["Ammattiopisto Tavastia"].inner_text().lower()
    rector.goto("/home/")
    assert COST not in rector.inner_text("main")

    rector.goto("/partners/strategy/?q=V%C3%A4lkky")
    card = rector.locator(".board-card").get_by_role("link", name="Välkky", exact=True)
    assert card.is_visible()

    lead.reload()
    assert "1 of 7 have approved" in lead.inner_text("main")


@pytest.fixture
def outsider(page_as: Any) -> Iterator[Any]:
    """A page of somebody outside Välkky, for whom a refusal is no error of the console."""
    page = page_as("outsider", locale="en-GB")
    yield page
    refused = [text for text in page.console_errors if "403 (Forbidden)" in text]
    for text in refused:
        page.console_errors.remove(text)


def test_outsider_sees_the_public_page_alone(outsider: Any) -> None:
    for inside in ("", "costs/", "plan/", "groups/", "members/"):
        answer = outsider.goto(f"/networks/valkky/{inside}")
        assert answer.status == 403
        assert "Ammattitaidon messuosasto" not in outsider.inner_text("body")
    assert outsider.goto("/n/valkky/").status == 200
    page = outsider.inner_text("main")
    assert "Välkky" in page
    assert "Ammattiopisto Tavastia" in page
    assert "€" not in page
    outsider.goto("/networks/")
    outsider.get_by_role("link", name="Välkky", exact=True).click()
    assert outsider.url.endswith("/n/valkky/")
