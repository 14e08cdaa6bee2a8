"""The map in a browser: by keyboard, closer and farther, and without JavaScript."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]

COUNTED = "() => [...document.querySelectorAll('.spot')].map((spot) => spot.spot?.count ?? 0)"


def width(page):
    return float(page.locator(".map-svg").get_attribute("viewBox").split()[2])


def opened(page, path="/partners/map/"):
    page.goto(path)
    page.wait_for_function("() => document.querySelector('.spot')?.spot")
    return page


def test_map_goes_closer_and_back_by_keyboard(page_as):
    page = opened(page_as("coordinator"))
    total = sum(page.evaluate(COUNTED))
    assert total > 200
    home = width(page)
    page.locator(".map-svg").focus()
    page.keyboard.press("+")
    page.wait_for_function(
        "(home) => document.querySelector('.map-svg').viewBox.baseVal.width < home * 0.7", arg=home
    )
    assert "at=" in page.url
    page.keyboard.press("0")
    page.wait_for_function(
        "(home) => document.querySelector('.map-svg').viewBox.baseVal.width > home * 0.99", arg=home
    )
    assert "at=" not in page.url
    assert sum(page.evaluate(COUNTED)) == total


def test_a_ring_comes_apart_when_it_is_opened(page_as):
    page = opened(page_as("coordinator"))
    counts = page.evaluate(COUNTED)
    largest = counts.index(max(counts))
    page.locator(".spot").nth(largest).press("Enter")
    page.wait_for_function("() => document.querySelector('.map').classList.contains('closer')")
    page.wait_for_timeout(250)
    assert max(page.evaluate(COUNTED)) < max(counts)


def test_a_mark_tells_what_it_holds_and_lets_go(page_as):
    page = opened(page_as("rector"))
    counts = page.evaluate(COUNTED)
    page.locator(".spot").nth(counts.index(max(counts))).hover()
    told = page.locator(".map-pop")
    told.locator("a").first.wait_for()
    assert str(max(counts)) in told.inner_text()
    page.keyboard.press("Escape")
    told.wait_for(state="hidden")


def test_time_moves_and_the_map_stays_where_it_was(page_as):
    page = opened(page_as("rector"))
    page.locator(".map-tools [data-zoom=in]").click()
    page.wait_for_function("() => document.querySelector('.map').classList.contains('closer')")
    page.wait_for_timeout(250)
    near = width(page)
    handle = page.locator(".time-track input[type=range]")
    handle.focus()
    page.keyboard.press("PageDown")
    page.wait_for_url("**on=**")
    page.wait_for_function("() => document.querySelector('.spot')?.spot")
    assert width(page) == pytest.approx(near)


def test_the_map_works_without_javascript(page_as):
    page = page_as("rector", java_script_enabled=False)
    page.goto("/partners/map/")
    assert page.locator(".spot").count() > 20
    page.locator("a.spot[href*='at=']").first.click()
    assert "at=" in page.url
    page.goto("/partners/map/?region=05")
    page.locator("a.spot[href*='municipality=']").first.click()
    assert "municipality=" in page.url
    assert page.locator("table tbody tr").count() > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844), (320, 640)])
def test_the_map_is_accessible(page_as, axe, scheme, size):
    page = page_as(
        "coordinator", color_scheme=scheme, viewport={"width": size[0], "height": size[1]}
    )
    opened(page)
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_cold_map_is_light_on_the_wire(page_as):
    page = page_as("rector")
    sizes = []
    page.on("response", lambda answer: sizes.append(answer.request.sizes()["responseBodySize"]))
    opened(page)
    assert sum(sizes) < 400_000
