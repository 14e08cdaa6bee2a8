"""The study material and the bank that come with Solmu keep what they promise."""

import re
from collections import Counter

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from solmu.accounts.models import User
from solmu.lib.translated import LANGUAGES
from solmu.training.learning import comparing, loading, origins, shipped, texts, writing
from solmu.training.learning.models import Page, Version
from solmu.training.tests import making

NAMES = shipped.names()


@pytest.mark.parametrize("name", NAMES)
def test_material_takes_about_seven_hours_in_each_language(name):
    material = shipped.material(name)

    assert len(material.parts) == 4
    minutes = sum(page.minutes for part in material.parts for page in part.pages)
    assert 390 <= minutes <= 450
    for part in material.parts:
        for page in part.pages:
            assert set(page.bodies) == set(LANGUAGES)
            for body in page.bodies.values():
                assert texts.parts_of(body).checks


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_there_in_the_language_of_the_text_and_told_in_words(name):
    found = [
        (code, image)
        for part in shipped.material(name).parts
        for page in part.pages
        for code, body in page.bodies.items()
        for image in re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", body)
    ]

    assert found
    for code, (words, address) in found:
        assert finders.find(f"learning/{address}"), address
        assert address.endswith(f".{code}.svg")
        assert len(words) > 20


@pytest.mark.parametrize("name", NAMES)
def test_sources_tell_when_they_were_checked_or_why_not(name):
    material = shipped.material(name)
    pages = {page.key for part in material.parts for page in part.pages}

    for source in material.sources:
        assert source.checked or set(source.notes) == set(LANGUAGES), source.key
        assert set(source.pages) <= pages, source.key
    assert {one.key: one for one in material.sources}["vet-act"].checked


@pytest.mark.parametrize("name", NAMES)
def test_bank_can_not_be_passed_by_guessing_from_its_form(name):
    bank = shipped.questions(name)

    assert len(bank) >= 80
    assert min(Counter(one["part"] for one in bank).values()) >= 20
    for code in LANGUAGES:
        longest = 0
        for one in bank:
            options = [option[code] for option in one["options"]]
            assert len(set(options)) == len(options) == 4, one["id"]
            right = [at for at, option in enumerate(one["options"]) if option.get("right")]
            assert len(right) == 1, one["id"]
            assert one["why"][code], one["id"]
            longest += len(options[right[0]]) == max(map(len, options))
        # By chance every fourth.
        assert longest / len(bank) < 0.4
    places = Counter(
        at for one in bank for at, option in enumerate(one["options"]) if option.get("right")
    )
    assert max(places.values()) / len(bank) < 0.4


@pytest.mark.django_db
def test_improved_material_comes_into_a_draft_and_own_changes_stay(client: Client) -> None:
    programme = making.programme()
    name = NAMES[0]
    loaded = loading.load(programme, name, by=making.SYSTEM)
    keys = list(comparing.pages_of(loaded))
    improved, ours, both, gone, fresh = keys[:5]
    # As if an earlier Solmu had shipped it, before pages told what they were taken as.
    rows = Page.objects.filter(part__version=loaded)
    rows.update(taken_digest="")
    rows.filter(key__in=[improved, both]).update(body_fi="Näin oli ennen.")
    rows.filter(key=fresh).delete()
    draft = writing.draft_of(programme, by=making.SYSTEM)
    Page.objects.filter(part__version=draft, key__in=[ours, both]).update(title_fi="Oma otsikko")
    writing.remove_page(Page.objects.get(part__version=draft, key=gone), by=making.SYSTEM)
    writing.publish(draft, note="", by=making.SYSTEM)
    client.force_login(User.objects.create_user("a@solmu.example", is_admin=True))
    contents = f"/training/{programme.slug}/contents/"

    def found() -> dict[str, str]:
        own = Version.objects.filter(programme=programme).order_by("-number")[0]
        origin = origins.of(programme, own)
        assert origin
        return {one.key: one.kind for one in comparing.against_original(own, origin)}

    assert found() == {
        improved: "theirs", ours: "ours", both: "both", gone: "away", fresh: "new",
    }  # fmt: skip
    assert f"{contents}original/" in client.get(contents).content.decode()
    assert client.get(f"{contents}original/").status_code == 200
    assert client.post(f"{contents}original/", {"all": "1"}).status_code == 302

    assert found() == {ours: "ours", both: "both", gone: "away"}
    current = writing.published(programme)
    assert current == draft  # participants read what they read, until the draft is published
    client.post(f"{contents}original/", {"key": both})
    assert found() == {ours: "ours", gone: "away"}
    assert client.post(f"{contents}original/", {"key": "muu"}).status_code == 404
