"""An agreement's whole way: drafted, commented, signed on a phone, sealed, checked; and joined."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.demo]

PHONE = {"width": 390, "height": 844}
TITLE = "Yhteinen kevät"
ASKED = "Työssä oppimisen kumppanuus"  # the demo's agreement that the persona `company` is to sign
JOINED = "Välkyn verkostosopimus"


def api(page: Any, path: str, persona: str = "coordinator") -> Any:
    """What the API answers to a persona."""
    headers = {"Authorization": f"Bearer demo-{persona}"}
    return page.request.get(f"/api/v1/{path}", headers=headers).json()


def mail(page: Any, kind: str, *, to: str = "", about: str = "") -> dict[str, Any]:
    """The newest message of a kind in the outbox."""
    for _try in range(60):
        for one in page.request.get("/demo/outbox.json").json()["items"]:
            told = f"{one['subject']} {one['text']}"
            if one["kind"] == kind and one["to"].startswith(to) and about in told:
                return dict(one)
        page.wait_for_timeout(500)
    raise AssertionError(f"no {kind} to {to}")


def link(message: dict[str, Any]) -> str:
    """The path of the personal link in a message."""
    found = re.search(r"https?://[^/\s]+(/(?:sign|agreements)/\S+)", message["text"])
    assert found
    return found[1]


def sign(page: Any, path: str, *, to: str) -> None:
    """Read, ask for the code, give it, sign."""
    page.goto(path)
    page.get_by_role("button", name="Send me the code").click()
    subject = mail(page, "agreement-code", to=to)["subject"]
    page.get_by_label("Code from your e-mail").fill(subject.split()[0])
    page.get_by_label("I have read the whole text and sign it").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_role("heading", name="Thank you, you have signed").wait_for()


def test_agreement_from_template_to_a_file_that_proves_itself(
    own_site: Any, page_as: Any, tmp_path: Path
) -> None:
    coordinator = page_as("coordinator", own_site, locale="en-GB")
    demo = next(
        one for one in api(coordinator, "agreements?limit=500")["items"] if one["title"] == ASKED
    )
    partner = demo["parties"][1]["organisation_name"]

    coordinator.goto(f"/agreements/new/?find={partner}")
    coordinator.get_by_role("link", name=re.compile(f"^Choose.*{partner}")).click()
    coordinator.get_by_role("link", name="Start from this").first.click()
    coordinator.get_by_label("Title").fill(TITLE)
    coordinator.get_by_role("button", name="Make the draft").click()
    coordinator.get_by_role("link", name="Text", exact=True).click()
    coordinator.get_by_role("link", name=re.compile("^Edit")).nth(1).click()
    text = coordinator.locator("textarea[name=text_fi]")
    text.fill(f"{text.input_value()} Tapaamme joka kevät.")
    coordinator.get_by_role("button", name="Save", exact=True).click()
    agreement = re.search(r"/agreements/(\d+)/", coordinator.url)
    assert agreement
    home = f"/agreements/{agreement[1]}/"
    coordinator.goto(f"{home}variables/")
    for box in coordinator.locator("form.form > .field input").all():
        if not box.input_value():
            box.fill("2027-01-01" if box.get_attribute("type") == "date" else "yhteinen")
    coordinator.get_by_role("button", name="Save", exact=True).click()

    coordinator.goto(f"{home}comments/send/")
    for tick in coordinator.get_by_label(re.compile("^Ask them")).all():
        tick.check()
    person = coordinator.locator("select").first
    person.select_option(label=next(
        one for one in person.locator("option").all_inner_texts() if "Suvantola" in one
    ))  # fmt: skip
    coordinator.get_by_role("button", name="Send", exact=True).click()

    company = page_as("", own_site, locale="en-GB", viewport=PHONE)
    company.goto(link(mail(company, "agreement-comment", to="company@")))
    company.get_by_text("Comment on the whole").click()
    whole = company.locator("#whole")
    whole.locator("textarea").first.fill("Hyvä näin.")
    whole.get_by_role("button", name="Add").click()
    company.get_by_role("button", name="It is fine by us").click()

    coordinator.goto(f"{home}signing/")
    coordinator.get_by_label(re.compile("Suvantola")).check()
    coordinator.get_by_label(re.compile("Kanervala")).check()
    coordinator.get_by_role("button", name="Send for signing").click()
    coordinator.get_by_text("0 of 2 signers have signed.").wait_for()

    asked = mail(company, "agreement-sign", to="company@", about=TITLE)
    sign(company, link(asked), to="company@")
    assert company.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    rector = page_as("rector", own_site, locale="en-GB")
    rector.goto("/home/")
    sign(rector, link(mail(rector, "agreement-sign", to="rector@", about=TITLE)), to="rector@")

    copy = mail(company, "agreement-copy", to="company@", about=TITLE)
    company.goto(link(copy))
    with company.expect_download() as download:
        company.get_by_role("link", name="Download the sealed PDF").click()
    file = tmp_path / "sopimus.pdf"
    download.value.save_as(file)
    if shutil.which("pdfsig"):
        told = subprocess.run(
            ["pdfsig", str(file)], capture_output=True, text=True, check=False
        ).stdout
        assert "Signature is Valid" in told
        assert "Total document signed" in told

    company.goto("/verify/")
    company.locator("input[type=file]").set_input_files(file)
    company.get_by_role("button", name="Check the file").click()
    company.get_by_role("heading", name="Genuine and unchanged").wait_for()
    changed = tmp_path / "muutettu.pdf"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    company.goto("/verify/")
    company.locator("input[type=file]").set_input_files(changed)
    company.get_by_role("button", name="Check the file").click()
    company.locator(".verdict.fails").wait_for()


def test_ninth_institution_joins_and_nobody_signs_again(own_site: Any, page_as: Any) -> None:
    lead = page_as("network-lead", own_site, locale="en-GB")
    found = api(lead, "agreements?limit=500", "network-lead")["items"]
    home = f"/agreements/{next(one['id'] for one in found if one['title'] == JOINED)}/parties/"
    for day, bound in (("2010-09-01", 7), ("2014-09-01", 9), ("", 8)):
        lead.goto(f"{home}?on={day}")
        lead.get_by_text(f"{bound} parties are bound.").wait_for()

    lead.get_by_role("link", name="Let somebody join").click()
    lead.get_by_label("Organisation").fill("Esimerkkilän ammattiopisto")
    lead.get_by_role("button", name="Go on").click()
    lead.get_by_label(re.compile("koulutuspäällikkö")).check()
    lead.get_by_role("button", name="Ask for the signature").click()
    lead.get_by_text("Waits for the joining party's signature").wait_for()
    joining = lead.url

    outsider = page_as("", own_site, locale="en-GB", viewport=PHONE)
    sign(outsider, link(mail(outsider, "agreement-sign", to="outsider@")), to="outsider@")
    answered = 0
    items = outsider.request.get("/demo/outbox.json").json()["items"]
    for one in items:
        if one["kind"] != "agreement-joinder":
            continue
        outsider.goto(link(one))
        if outsider.get_by_role("button", name="Confirm", exact=True).count():
            outsider.get_by_role("button", name="Confirm", exact=True).click()
            answered += 1
    assert answered >= 2

    lead.goto(joining)
    lead.get_by_text("Confirmed.").first.wait_for()
    lead.goto(home)
    lead.get_by_text("9 parties are bound.").wait_for()
    lead.get_by_text("Not members of the network yet").wait_for()
