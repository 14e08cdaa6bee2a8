"""The components in a real browser: every theme and width, by keyboard, and without JavaScript."""

import re

import pytest

pytestmark = [pytest.mark.demo, pytest.mark.browser]

WIDTHS = (1280, 390, 320)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["fi-FI", "sv-SE", "en-GB"])
def test_component_page_is_accessible(page_as, axe, width: int, scheme: str, locale: str) -> None:
    page = page_as("", viewport={"width": width, "height": 800}, color_scheme=scheme, locale=locale)
    page.goto("/ui/")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_theme_wins_over_the_device(page_as, axe, theme: str) -> None:
    page = page_as("", color_scheme="dark" if theme == "light" else "light")
    page.goto("/ui/")
    page.locator(".account summary").click()
    page.locator(f"[data-themes] [value={theme}]").click()
    page.keyboard.press("Escape")

    assert page.locator("html").get_attribute("data-theme") == theme
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == theme
    assert axe(page) == []


def test_high_contrast_and_reduced_motion_are_accessible(page_as, axe) -> None:
    page = page_as("", forced_colors="active", reduced_motion="reduce")
    page.goto("/ui/")

    assert axe(page) == []
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration")
        == "0s"
    )


def test_palette_leads_to_a_page_by_keyboard_alone(page_as) -> None:
    page = page_as("coordinator")
    page.goto("/home/")
    page.keyboard.press("Control+k")
    page.keyboard.type("kump")
    page.wait_for_selector("#palette [role=option]")

    focused = page.locator("#palette input")
    assert focused.evaluate("el => el === document.activeElement")
    chosen = page.locator(f"#{focused.get_attribute('aria-activedescendant')}")
    target = chosen.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(target)))


def test_palette_closes_with_escape_and_gives_focus_back(page_as) -> None:
    page = page_as("coordinator")
    page.goto("/ui/")
    page.locator("main a.button").first.focus()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")

    assert not page.locator("#palette").evaluate("el => el.open")
    assert page.locator("main a.button").first.evaluate("el => el === document.activeElement")


def test_skip_link_leads_to_the_content(page_as) -> None:
    page = page_as("")
    page.goto("/ui/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_dialog_opens_and_closes_by_keyboard(page_as) -> None:
    page = page_as("")
    page.goto("/ui/")
    opener = page.locator("a[href='#move']").first
    opener.focus()
    page.keyboard.press("Enter")

    assert page.locator("#move").evaluate("el => el.open")
    assert page.evaluate("document.activeElement.id") == "move-reason"
    page.keyboard.press("Escape")
    assert opener.evaluate("el => el === document.activeElement")


def test_dialog_opens_and_closes_without_javascript(page_as) -> None:
    page = page_as("", java_script_enabled=False)
    page.goto("/ui/")
    page.locator("a[href='#move']").first.click()
    assert page.locator("#move-reason").is_visible()
    page.locator("#move header a").click()

    assert not page.locator("#move-reason").is_visible()


def test_time_track_moves_a_month_by_arrow_key(page_as) -> None:
    page = page_as("")
    page.goto("/ui/")
    page.locator(".time-track input[type=range]").focus()
    page.keyboard.press("ArrowLeft")

    page.wait_for_url(re.compile("on=2025-05-01"))


def test_filter_and_export_work_without_javascript(page_as) -> None:
    page = page_as("", java_script_enabled=False)
    page.goto("/ui/")
    page.locator(".filters summary").first.click()
    page.locator(".filters [name=level][value='2']").check()
    page.locator(".filters .sends").click()

    page.wait_for_url(re.compile("level=2"))
    page.locator("#example details summary").last.click()
    with page.expect_download() as download:
        page.locator("#example a[download]").first.click()
    assert download.value.suggested_filename == "example-demo.xlsx"


def test_half_filled_form_survives_a_reload(page_as) -> None:
    page = page_as("")
    page.goto("/ui/")
    page.locator("#id_name").fill("Hoivakoti Vanaja")
    page.locator("#id_content_1").check()
    page.reload()

    assert page.locator("#id_name").input_value() == "Hoivakoti Vanaja"
    assert page.locator("#id_content_1").is_checked()


def test_toasts_are_announced_and_errors_stay(page_as) -> None:
    page = page_as("")
    page.goto("/ui/?toast=1")

    toasts = page.locator(".toasts[role=status] .toast")
    assert toasts.count() == 2
    toasts.last.locator("button").click()
    assert toasts.count() == 1


def test_phone_has_its_menu_at_the_bottom(page_as) -> None:
    page = page_as("coordinator", viewport={"width": 390, "height": 844})
    page.goto("/home/")

    assert page.locator("nav.bar").is_visible()
    assert not page.locator("nav.menu").is_visible()
    assert page.locator("nav.bar > ul > li").count() <= 5


def test_print_shows_the_content_and_the_demo_mark_without_the_menu(page_as) -> None:
    page = page_as("coordinator")
    page.goto("/ui/")
    page.emulate_media(media="print")

    assert not page.locator("nav.menu").is_visible()
    assert page.locator(".demo-line").first.is_visible()
    assert page.locator("h1").is_visible()
