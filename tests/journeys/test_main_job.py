"""The main job: a spreadsheet comes in, is seen on the map, and the rector moves a card."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NEW = "Hattaran Konepaja Oy"


def bring(page: Any, file: str) -> None:
    """Give the import a file and look at what would become of its rows."""
    page.goto("/partners/import/")
    page.get_by_label("Your spreadsheet").set_input_files(EXAMPLES / file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Show what would happen").first.click()
    page.get_by_role("heading", name="What would happen").wait_for()


def card_on(page: Any, level: int) -> Any:
    """The card of the partner of the short example, if it is on this level."""
    cells = page.locator(f"td[data-level='{level}']")
    return cells.get_by_role("link", name="Tuulentuvan Metalli Oy", exact=True)


def test_messy_spreadsheet_reaches_the_map_and_the_board(own_site: Any, page_as: Any) -> None:
    page = page_as("coordinator", own_site, locale="en-GB")
    bring(page, "partners-messy.xlsx")
    page.get_by_role("link", name="Say what they mean").click()
    page.get_by_label("Työelämäkumppani").select_option("Partner")
    page.get_by_role("button", name="Remember these").click()
    page.get_by_role("link", name="Mend them").click()
    page.get_by_role("link", name="Kirjaimellisen Oy").click()
    page.get_by_label("Y-tunnus", exact=True).fill("")
    page.get_by_role("button", name="Save the row").click()
    # The rest of the rejected rows come next.
    page.get_by_role("link", name="Huomisen Haave Oy").wait_for()
    page.get_by_role("button", name="Write these").click()
    page.get_by_role("heading", name="Imported").wait_for()
    assert page.locator(".figures a[href*=created]").inner_text() == "102"
    page.get_by_role("link", name="See them on the map").click()
    assert page.get_by_role("link", name="Imported file: partners-messy.xlsx").is_visible()
    page.get_by_label("Find by name or business ID").fill(NEW)
    page.wait_for_function("() => document.querySelectorAll('.spot').length === 1")
    assert page.locator(".aside").get_by_text("Hämeenlinna").is_visible()

    bring(page, "partners-messy.xlsx")
    assert page.locator(".figures a[href*=created]").inner_text() == "0"
    assert page.locator(".figures a[href*=updated]").inner_text() == "0"

    rector = page_as("rector", own_site, locale="en-GB")
    rector.goto(f"/partners/strategy/?q={NEW.replace(' ', '+')}")
    card = rector.locator(".board-card", has_text=NEW)
    cell = rector.locator("td[data-level='4'][data-scope='national']")
    card.hover()
    rector.mouse.down()
    cell.hover()
    cell.hover(position={"x": 40, "y": 40})
    rector.mouse.up()
    dialog = rector.get_by_role("dialog")
    assert dialog.get_by_text("The place says another scope.").is_visible()
    dialog.get_by_label("Reason").fill("Decided by the board")
    dialog.get_by_role("button", name="Move").click()
    cell.get_by_role("link", name=NEW, exact=True).wait_for()
    rector.get_by_role("link", name="Undo").click()
    home = rector.locator("td[data-level='3'][data-scope='regional']")
    home.get_by_role("link", name=NEW, exact=True).wait_for()

    slider = rector.get_by_role("slider", name="Shown on")
    slider.focus()
    rector.keyboard.press("ArrowLeft")
    rector.wait_for_url("**on=20*")


def test_main_job_needs_no_scripts(own_site: Any, page_as: Any) -> None:
    page = page_as(
        "rector",
        own_site,
        locale="en-GB",
        java_script_enabled=False,
        viewport={"width": 390, "height": 844},
    )
    bring(page, "partners-small.csv")
    page.get_by_role("button", name="Write these").click()
    for _ in range(20):
        if page.get_by_role("heading", name="Imported").is_visible():
            break
        page.get_by_role("link", name="See how far it is").click()
    page.get_by_role("link", name="See them on the map").click()
    page.get_by_label("Find by name or business ID").fill("Tuulentuvan")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Strategy board").click()
    page.locator(".board-card", has_text="Tuulentuvan Metalli Oy").locator(".grip").click()
    page.get_by_label("Partner", exact=True).check()
    page.get_by_label("Reason").fill("We plan the year together")
    page.get_by_role("button", name="Move").click()
    assert card_on(page, 3).is_visible()
    page.locator("#track-on").fill("2026-01-15")
    page.get_by_role("button", name="Show", exact=True).first.click()
    assert card_on(page, 2).is_visible()
