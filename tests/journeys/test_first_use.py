"""First use: an administrator founds an institution, a colleague is invited by mail and joins."""

import re
import time
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]


def mailed(page: Any, kind: str, to: str) -> dict[str, str]:
    """The mail that the outbox has caught."""
    for _try in range(100):
        mails = page.request.get("/demo/outbox.json").json()["items"]
        found = [mail for mail in mails if mail["kind"] == kind and mail["to"] == to]
        if found:
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"no {kind} for {to}")


def test_institution_is_founded_and_a_colleague_joins(page_as: Any, own_site: Any) -> None:
    admin = page_as("admin", own_site, locale="en-GB")
    admin.goto("/institutions/new/")
    admin.get_by_label("Name in Finnish").first.fill("Uusi ammattiopisto")
    admin.get_by_label("Business ID").fill("1572860-0")
    admin.get_by_label("Kanta-Häme").check()
    admin.get_by_label("Colleagues to invite").fill("leena@uusi.example")
    admin.get_by_role("button", name="Create the institution").click()
    admin.wait_for_url("**/partners/import/")

    mail = mailed(page_as("", own_site), "invitation", "leena@uusi.example")
    address = re.search(r"/accounts/invitation/\S+", mail["text"])
    assert address
    colleague = page_as("", own_site, locale="en-GB")
    colleague.goto(address[0])
    assert "Uusi ammattiopisto" in colleague.inner_text("h1")
    colleague.get_by_label("Given name").fill("Leena")
    colleague.get_by_label("Family name").fill("Uusi")
    colleague.get_by_role("button", name="Join").click()
    colleague.wait_for_url("**/home/")
    colleague.goto("/accounts/me/")
    assert "Uusi ammattiopisto" in colleague.inner_text("main")


def test_sign_in_by_link_without_javascript(page_as: Any, own_site: Any) -> None:
    page = page_as("", own_site, locale="en-GB", java_script_enabled=False)
    page.goto("/accounts/login/?next=/accounts/me/")
    page.locator("#link-email").fill("coordinator@solmu.example")
    page.get_by_role("button", name="Send me a link").click()
    assert "Look in your mail" in page.inner_text("h1")

    mail = mailed(page_as("", own_site), "sign_in_link", "coordinator@solmu.example")
    address = re.search(r"/accounts/link/\S+", mail["text"])
    assert address
    page.goto(address[0])
    page.get_by_role("button", name="Sign in").click()
    assert page.url.endswith("/accounts/me/")
    assert "coordinator@solmu.example" in page.inner_text("main")
