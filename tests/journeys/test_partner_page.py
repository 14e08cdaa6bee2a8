"""A coordinator logs a visit and asks; the partner answers through the link; all see it."""

import re
from typing import Any

import pytest

pytestmark = pytest.mark.demo


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_partner_is_visited_asked_and_confirms(
    own_site: Any, page_as: Any, *, scripts: bool
) -> None:
    page = page_as("coordinator", own_site, locale="en-GB", java_script_enabled=scripts)
    page.goto("/partners/?q=Sinivuokko")
    page.get_by_role("link", name="Taitaja Sinivuokko Oy").first.click()
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_label("Visit", exact=True).check()
    page.get_by_label("In a few words").fill("Visit to the workshop")
    page.get_by_role("button", name="Log it").click()
    page.get_by_role("link", name="Done together").click()
    assert page.get_by_role("link", name="Visit: Visit to the workshop").is_visible()

    page.get_by_role("link", name="Ask the partner to confirm").click()
    page.get_by_role("button", name="Send the link").click()
    assert page.get_by_text("Waits for an answer").is_visible()
    mail = page.request.get("/demo/outbox.json").text()
    link = re.search(r"/partners/confirm/[\w-]+/", mail)
    assert link

    visitor = page_as("", own_site, locale="en-GB", java_script_enabled=scripts)
    visitor.goto(link.group())
    assert visitor.get_by_text("Who looks after it").is_visible()
    visitor.get_by_label("Yes, this is how we see it too").check()
    visitor.get_by_role("button", name="Send the answer").click()
    assert visitor.get_by_role("heading", name="Thank you for your answer").is_visible()

    page.reload()
    assert page.get_by_text("confirmed it").is_visible()
