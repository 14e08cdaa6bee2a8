"""The main job without a mouse: from signing in to a changed level and a moved card."""

import re
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]

FOCUSED = r"""() => {
    const at = document.activeElement;
    const labels = [...(at.labels ?? [])].map((label) => label.innerText);
    return [at.getAttribute("aria-label"), at.innerText, ...labels].filter(Boolean).join("\n");
}"""


def tab_to(page: Any, name: str, *, key: str = "Tab", most: int = 120) -> None:
    """Press Tab until what has this name has the focus, and see that the focus shows."""
    for _ in range(most):
        page.keyboard.press(key)
        if re.search(rf"^{re.escape(name)}(?!\w)", page.evaluate(FOCUSED), re.MULTILINE):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    pytest.fail(f"{name} can't be reached by {key}")


def press(page: Any, key: str, *, until: str) -> None:
    """Press a key that leads to a page whose address matches."""
    page.keyboard.press(key)
    page.wait_for_url(until)


def test_main_job_is_done_by_keyboard_alone(own_site: Any, page_as: Any) -> None:
    page = page_as("", own_site, locale="en-GB")
    page.goto("/accounts/login/")
    tab_to(page, "Kaisa Kanervala")
    press(page, "Enter", until="**/home/")
    tab_to(page, "Partnerships")
    press(page, "Enter", until="**/partners/")

    # A filter opens, is ticked, and applies when it closes.
    tab_to(page, "Level")
    page.keyboard.press("Enter")
    tab_to(page, "Partner")
    page.keyboard.press("Space")
    press(page, "Escape", until="**level=3*")
    page.locator(".filters-on").wait_for()
    assert "Level" in page.evaluate(FOCUSED)  # the focus stayed where it was

    first = page.locator("#partners-rows a").first.inner_text()
    tab_to(page, first)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=first, level=1).wait_for()

    tab_to(page, "Change how it stands")
    press(page, "Enter", until="**/change/")
    tab_to(page, "Partner")
    page.keyboard.press("ArrowUp")
    assert "Strategic partner" in page.evaluate(FOCUSED)
    tab_to(page, "Reason")
    page.keyboard.type("The board decided so")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=first, level=1).wait_for()
    assert "Strategic partner since" in page.locator(".lead").inner_text()

    # The same partner on the board goes back by keys.
    page.goto(f"/partners/strategy/?q={first.replace(' ', '+')}")
    tab_to(page, first)
    for key in ("m", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("Too early")
    tab_to(page, "Move")
    page.keyboard.press("Enter")
    page.locator("td[data-level='3']").get_by_role("link", name=first, exact=True).wait_for()

    tab_to(page, "Shown on")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**on=20*")
    tab_to(page, "Back to today")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "on=20" not in url)


def test_skip_link_spares_the_menu(page_as: Any) -> None:
    page = page_as("rector", locale="en-GB")
    page.goto("/partners/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, "Import", most=2)
