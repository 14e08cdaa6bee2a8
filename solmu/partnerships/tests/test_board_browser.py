"""The picture in a browser: a card moved by keyboard and by mouse, filters that keep the place."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]


def first_card(page, level: str):
    return page.locator(f"td[data-level='{level}'] .board-card").first


def test_card_is_moved_by_keyboard_with_a_reason(page_as, own_site):
    page = page_as("rector", own_site)
    page.goto("/partners/strategy/")
    card = first_card(page, "3")
    name = card.locator("a").first.inner_text()
    pk = card.get_attribute("data-card")
    scope = card.locator("xpath=ancestor::td").get_attribute("data-scope")

    card.locator("a").first.focus()
    page.keyboard.press("m")
    says = page.locator("#board-says")
    assert name in says.inner_text()
    page.keyboard.press("ArrowUp")
    assert page.locator("td.over").get_attribute("data-level") == "4"
    page.keyboard.press("Enter")
    dialog = page.locator("#move-dialog")
    assert dialog.is_visible()
    assert name in dialog.locator(".from-to").inner_text()
    assert dialog.locator("[data-override]").is_hidden()
    page.keyboard.type("Johtoryhmän päätös")
    page.keyboard.press("Tab")  # to the day
    page.keyboard.press("Enter")

    page.wait_for_selector(".toasts.floats .toast")
    assert name in page.locator(".toast").inner_text()
    page.goto(f"/partners/strategy/?level=4&scope={scope}")
    assert page.request.get(f"/partners/{pk}/").ok


def test_lifted_card_is_left_with_escape(page_as):
    page = page_as("rector")
    page.goto("/partners/strategy/")
    card = first_card(page, "3")

    card.locator("a").first.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")

    assert page.locator(".lifted, td.over").count() == 0
    assert not page.locator("#move-dialog").is_visible()
    assert page.evaluate("document.activeElement.closest('.board-card').dataset.card") == (
        card.get_attribute("data-card")
    )


def test_card_dragged_across_scope_says_that_it_is_set_by_hand(page_as):
    page = page_as("rector")
    page.goto("/partners/strategy/")
    card = page.locator("td[data-level='4'][data-scope='regional'] .board-card").first
    target = page.locator("td[data-level='4'][data-scope='national']")
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), target.bounding_box()

    page.mouse.move(start["x"] + 30, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 20, steps=3)
    page.mouse.move(end["x"] + 40, end["y"] + 40, steps=6)
    page.mouse.up()

    assert page.locator("#move-dialog [data-override]").is_visible()
    assert page.url.endswith("/partners/strategy/")  # the click that ends a drag opens nothing
    page.keyboard.press("Escape")
    assert not page.locator("#move-dialog").is_visible()


def test_filter_is_shown_in_place_and_the_address_says_it(page_as):
    page = page_as("coordinator")
    page.goto("/partners/")

    page.click("#open-level")
    page.check("#f-level-4")
    page.check("#f-level-3")
    page.locator("#filter-level").get_by_role("button").click()
    page.wait_for_url(re.compile(r"level=4&level=3|level=3&level=4"))
    page.wait_for_selector(".filters-on")

    assert page.evaluate("document.activeElement.id") == "open-level"
    assert page.locator(".filters-on .chip").count() == 2


def test_search_narrows_while_one_writes(page_as):
    page = page_as("coordinator")
    page.goto("/partners/")
    name = page.locator("#partners-rows th").nth(3).inner_text()

    page.locator("#filter-q").press_sequentially(name[:12])
    page.wait_for_url(re.compile(r"q=\w"))
    page.wait_for_selector(".filters-on")

    page.locator("#filter-q:focus").wait_for()
    assert name in page.locator("#partners-rows").inner_text()


def test_time_track_moves_the_picture_by_keyboard(page_as):
    page = page_as("rector")
    page.goto("/partners/strategy/")

    track = page.locator(".time-track input[type=range]")
    track.focus()
    page.keyboard.press("PageDown")
    page.wait_for_url(re.compile(r"on=\d{4}-\d\d-\d\d"))
    page.wait_for_selector(".picture-time .today")

    assert page.evaluate("document.activeElement.type") == "range"
    assert page.locator(".grip").count() == 0


@pytest.mark.parametrize("path", ["/partners/", "/partners/strategy/", "/partners/new/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_picture_has_nothing_that_axe_finds(page_as, axe, path, scheme):
    page = page_as("coordinator", color_scheme=scheme)
    page.goto(path)

    assert axe(page) == []


@pytest.mark.parametrize("path", ["/partners/", "/partners/strategy/", "/partners/new/"])
def test_picture_fits_a_phone(page_as, path):
    page = page_as("coordinator", viewport={"width": 320, "height": 700})
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
