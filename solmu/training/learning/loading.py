"""Bringing shipped material into a programme: done again, it changes nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training.learning import shipped, writing
from solmu.training.learning.models import Page, Part, Source, Version
from solmu.training.models import Programme


@transaction.atomic
def load(programme: Programme, name: str, *, by: Viewer, publish: bool = True) -> Version:
    """Make shipped material the programme's contents, unless they say the same already."""
    material = shipped.material(name)
    Programme.objects.select_for_update().get(pk=programme.pk)
    current = writing.published(programme)
    if current is not None and current.shipped == name and _digests(current) == _planned(material):
        return current
    with history.acting(by, gettext_noop("loaded shipped contents")):
        version = writing.new_version(
            programme,
            shipped=name,
            state=Version.State.PUBLISHED if publish else Version.State.DRAFT,
            published_at=clock.real_now() if publish else None,
        )
        for part in material.parts:
            row = Part.objects.create(version=version, **_part_facts(part))
            pages = _pages(row, part)
            for page in pages:
                page.taken_digest = page.digest
            Page.objects.bulk_create(pages)
        Source.objects.bulk_create(_sources(version, material))
    return version


def planned(name: str) -> tuple[dict[str, Page], list[Source]] | None:
    """Shipped pages, by key and with their parts, and sources, in no database; None: not there."""
    if name not in shipped.names():
        return None
    material, version = shipped.material(name), Version(shipped=name)
    parts = [_pages(Part(version=version, **_part_facts(part)), part) for part in material.parts]
    pages = {page.key: page for part in parts for page in part}
    return pages, _sources(version, material)


def _pages(row: Part, part: shipped.Part) -> list[Page]:
    return [
        Page(part=row, order=order, **_page_facts(page)) for order, page in enumerate(part.pages, 1)
    ]


def _sources(version: Version, material: shipped.Material) -> list[Source]:
    return [
        Source(
            version=version,
            key=one.key,
            address=one.address,
            checked=one.checked,
            pages=one.pages,
            **{f"title_{code}": text for code, text in one.titles.items()},
            **{f"note_{code}": text for code, text in one.notes.items()},
        )
        for one in material.sources
    ]


def _part_facts(part: shipped.Part) -> dict[str, object]:
    return {
        "number": part.number,
        **{f"title_{code}": text for code, text in part.titles.items()},
        **{f"intro_{code}": text for code, text in part.intros.items()},
    }


def _page_facts(page: shipped.Page) -> dict[str, object]:
    return {
        "key": page.key,
        "minutes": page.minutes,
        **{f"title_{code}": text for code, text in page.titles.items()},
        **{f"body_{code}": text for code, text in page.bodies.items()},
    }


def _digests(version: Version) -> list[tuple[str, str]]:
    pages = Page.objects.filter(part__version=version).order_by("part__number", "order")
    return [(page.key, page.digest) for page in pages]


def _planned(material: shipped.Material) -> list[tuple[str, str]]:
    return [
        (page.key, Page(**_page_facts(page)).digest)
        for part in material.parts
        for page in part.pages
    ]
