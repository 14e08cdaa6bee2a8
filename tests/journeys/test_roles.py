"""What other roles see and may do: a reader looks, a contributor edits their own."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_first_use import mailed

pytestmark = [pytest.mark.browser, pytest.mark.demo]


@pytest.fixture
def colleague(own_site: Any, page_as: Any) -> Callable[[str], Any]:
    """A function that invites somebody with a role, and gives their page once they have joined."""

    def join(role: str) -> Any:
        coordinator = page_as("coordinator", own_site, locale="en-GB")
        coordinator.goto("/institutions/tavastia/people/")
        coordinator.get_by_label("E-mail addresses").fill(f"{role}@tavastia.example")
        coordinator.get_by_label(f"{role.title()}:").check()
        coordinator.get_by_role("button", name="Send the invitations").click()
        coordinator.get_by_text("One invitation is on its way.").wait_for()
        mail = mailed(page_as("", own_site), "invitation", f"{role}@tavastia.example")
        address = re.search(r"/accounts/invitation/\S+", mail["text"])
        assert address
        page = page_as("", own_site, locale="en-GB")
        page.goto(address[0])
        page.get_by_label("Given name").fill("Uusi")
        page.get_by_label("Family name").fill(role.title())
        page.get_by_role("button", name="Join").click()
        page.wait_for_url("**/home/")
        return page

    return join


def refused(page: Any, path: str) -> bool:
    """True when the page says in words that it is not open."""
    answer = page.goto(path)
    said = page.get_by_role("heading", name="This is not open to you").is_visible()
    page.console_errors[:] = [e for e in page.console_errors if "403" not in e]
    return answer.status == 403 and said


def test_reader_sees_all_and_is_offered_nothing_to_change(colleague: Any) -> None:
    page = colleague("reader")
    page.goto("/partners/")
    assert page.get_by_role("link", name="Add a partner").count() == 0
    assert page.get_by_role("link", name="Import").count() == 0
    page.goto("/partners/strategy/")
    assert page.locator(".board-card").count() > 0
    assert page.locator(".grip, #move-dialog").count() == 0
    page.locator(".board-card a").first.click()
    page.get_by_role("heading", name="How it stands").wait_for()
    partner = re.sub(r"^https?://[^/]+", "", page.url)
    assert page.locator("main form, main .actions a").count() == 0
    page.goto(f"{partner}?tab=dialogue")
    assert page.locator("main form").count() == 0

    for path in (f"{partner}change/", f"{partner}move/", "/partners/import/", "/partners/new/"):
        assert refused(page, path), path


def test_contributor_edits_own_partner_and_logs_with_others(
    colleague: Any, own_site: Any, page_as: Any
) -> None:
    page = colleague("contributor")
    page.goto("/partners/?q=Sinivuokko")
    page.get_by_role("link", name="Taitaja Sinivuokko Oy").first.click()
    page.wait_for_url(re.compile(r"/partners/\d+/$"))
    partner = re.sub(r"^https?://[^/]+", "", page.url)
    assert page.get_by_role("link", name="Change how it stands").count() == 0
    assert refused(page, f"{partner}change/")
    page.goto(partner)
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_label("Call", exact=True).check()
    page.get_by_label("In a few words").fill("We talked about the spring")
    page.get_by_role("button", name="Log it").click()
    page.locator(".timeline .what", has_text="We talked about the spring").wait_for()

    # It becomes theirs: then they may change it, but not who else decides.
    coordinator = page_as("coordinator", own_site, locale="en-GB")
    coordinator.goto(f"{partner}change/")
    coordinator.get_by_label("Who looks after it on our side").select_option(
        label="Uusi Contributor"
    )
    coordinator.get_by_label("Reason").fill("A new owner")
    coordinator.get_by_role("button", name="Save").click()
    coordinator.get_by_text("Uusi Contributor looks after it").wait_for()
    page.goto(partner)
    page.get_by_role("link", name="Change how it stands").click()
    page.get_by_label("Goals").fill("Three places for students")
    page.get_by_label("Reason").fill("Agreed on the phone")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Three places for students").wait_for()
    page.goto("/partners/strategy/")
    assert page.get_by_text("the cards of the partners that you own").is_visible()
    page.goto("/partners/strategy/?q=Sinivuokko")
    assert page.locator(".grip").count() == 1
