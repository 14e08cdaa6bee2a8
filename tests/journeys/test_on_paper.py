"""The picture leaves the screen: printed, as PNG; and it fits the first screen of a phone."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]

PHONE = {"width": 390, "height": 844}


def test_list_prints_all_rows_of_its_filter(page_as: Any) -> None:
    page = page_as("rector", locale="en-GB")
    page.goto("/partners/?scope=national")
    shown = int(page.locator(".says").inner_text().split()[0])
    assert page.locator("#partners-rows tr").count() == 50
    page.emulate_media(media="print")
    assert page.get_by_text("Only 50 rows are here.").is_visible()

    page.emulate_media(media="screen")
    page.add_init_script("window.print = () => { document.title = 'printed'; };")
    page.get_by_role("link", name="Print").click()
    page.wait_for_function("document.title === 'printed'")
    assert page.locator("#partners-rows tr").count() == shown > 50
    page.emulate_media(media="print")
    assert page.locator(".filters-on").is_visible()
    assert page.get_by_text("Back to the list").is_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Back to the list").click()
    page.wait_for_url("**/partners/?scope=national")


def test_partner_prints_every_part(page_as: Any, axe: Any) -> None:
    page = page_as("rector", locale="en-GB")
    page.goto("/partners/?q=Sinivuokko")
    page.get_by_role("link", name="Taitaja Sinivuokko Oy").first.click()
    page.get_by_role("link", name="Print all of it").click()
    for part in ("How it stands", "Contact persons", "Dialogue", "Every change"):
        assert page.get_by_role("heading", name=part, exact=True).is_visible(), part
    assert page.locator(".partner form").count() == 0
    assert axe(page) == []


@pytest.mark.parametrize("path", ["/partners/map/", "/partners/strategy/"])
def test_picture_is_saved_as_png(page_as: Any, tmp_path: Path, path: str) -> None:
    page = page_as("rector", locale="en-GB")
    page.goto(path)
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    download.value.save_as(tmp_path / "picture.png")
    head = (tmp_path / "picture.png").read_bytes()[:24]
    assert head[1:4] == b"PNG"
    assert int.from_bytes(head[16:20]) > 1900


def test_map_and_time_are_on_the_first_screen_of_a_phone(page_as: Any) -> None:
    page = page_as("rector", locale="fi-FI", viewport=PHONE)
    page.goto("/partners/map/")
    bar = page.locator(".bar").bounding_box()["y"]
    time = page.locator(".time-track input[type=range]").bounding_box()
    shown = page.locator(".map").bounding_box()
    assert time["y"] < shown["y"]
    assert shown["y"] + shown["height"] <= bar + 40

    fold = page.locator("[data-unfolds]")
    assert page.locator("#open-level").is_hidden()
    fold.click()
    assert fold.get_attribute("aria-expanded") == "true"
    page.locator("#open-level").click()
    page.locator("#filter-level input").first.check()
    page.locator("#open-scope").click()
    page.locator(".filters-on").wait_for()
    assert page.locator("#open-level").is_visible()  # unfolded it stays


def test_filters_are_open_on_a_phone_without_javascript(page_as: Any) -> None:
    page = page_as("rector", viewport=PHONE, java_script_enabled=False)
    page.goto("/partners/map/")
    assert page.locator("#open-level").is_visible()
    page.locator("summary", has=page.locator("use[href*='#download']")).first.click()
    assert page.get_by_text("PNG").is_hidden()
    assert page.get_by_text("SVG").is_visible()


def test_what_waits_comes_first_on_the_partner_s_page(page_as: Any) -> None:
    page = page_as("coordinator", locale="en-GB", viewport=PHONE)
    page.goto("/home/")
    told = page.locator(".waits [lang=fi]")
    assert told.count() > 0  # a task keeps the language that it was written in
    name = page.locator(".entry-row", has=page.locator("[lang=fi]")).locator("a").first.inner_text()
    page.goto(f"/partners/?q={name}")
    page.locator("#partners-rows").get_by_role("link", name=name).click()
    waits = page.get_by_role("heading", name="Waits for you").bounding_box()
    assert waits["y"] < page.get_by_role("heading", name="How it stands").bounding_box()["y"]
    assert page.locator(".waits [lang=fi]").count() > 0
