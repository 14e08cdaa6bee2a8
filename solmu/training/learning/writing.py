"""Changing a programme's contents: a draft beside what is published, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.training.learning.models import Page, Part, Source, Version
from solmu.training.models import Programme

PAGE_FACTS = (
    "order", "key", "kind", "title_fi", "title_sv", "title_en", "body_fi", "body_sv", "body_en",
    "address", "minutes", "taken_digest",
)  # fmt: skip
PART_FACTS = ("number", "title_fi", "title_sv", "title_en", "intro_fi", "intro_sv", "intro_en")
SOURCE_FACTS = (
    "key",
    "title_fi",
    "title_sv",
    "title_en",
    "address",
    "checked",
    "pages",
    "note_fi",
    "note_sv",
    "note_en",
)


class ContentError(ValueError):
    """Why the contents can't be changed so, in words for the person."""


def published(programme: Programme) -> Version | None:
    """The contents that participants read now."""
    return Version.objects.published().filter(programme=programme).order_by("-number").first()


@transaction.atomic
def draft_of(programme: Programme, *, by: Viewer) -> Version:
    """The draft; without one a copy of what is published, or an empty one, becomes it."""
    locked = Programme.objects.select_for_update().get(pk=programme.pk)
    found = Version.objects.filter(programme=locked, state=Version.State.DRAFT).first()
    if found is not None:
        return found
    before = published(programme)
    with history.acting(by, gettext_noop("drafted contents")):
        draft = new_version(programme)
        if before is not None:
            draft.shipped, draft.taken_from = before.shipped, before.taken_from
            draft.save(update_fields=["shipped", "taken_from"])
            copy_contents(before, draft)
        else:
            Part.objects.create(version=draft, number=1)
    return draft


def new_version(programme: Programme, **facts: Any) -> Version:
    """An empty draft with the next number."""
    latest = Version.objects.filter(programme=programme).aggregate(n=Max("number"))["n"] or 0
    return Version.objects.create(programme=programme, number=latest + 1, **facts)


def copy_contents(source: Version, target: Version, *, taken: bool = False) -> None:
    """Copy all parts, pages and sources; `taken`: from another's programme, which is noted."""
    for part in source.parts.prefetch_related("pages"):
        copied = Part.objects.create(
            version=target, **{name: getattr(part, name) for name in PART_FACTS}
        )
        pages = []
        for page in part.pages.all():
            facts = {name: getattr(page, name) for name in PAGE_FACTS}
            if taken:
                facts["taken_digest"] = page.digest
            pages.append(Page(part=copied, **facts))
        Page.objects.bulk_create(pages)
    Source.objects.bulk_create(
        Source(version=target, **{name: getattr(one, name) for name in SOURCE_FACTS})
        for one in source.sources.all()
    )


@transaction.atomic
def publish(version: Version, *, note: str, by: Viewer) -> Version:
    """Let participants read the draft from now on; pages done stay done."""
    row = Version.objects.select_for_update().get(pk=version.pk)
    if row.state != Version.State.DRAFT:
        raise ContentError(_("This version is published already."))
    pages = list(Page.objects.filter(part__version=row).select_related("part"))
    if not pages:
        raise ContentError(_("There are no pages yet."))
    for page in pages:
        if not page.title:
            raise ContentError(_("A page of part %(n)s has no title.") % {"n": page.part.number})
    if empty := row.parts.filter(pages=None).first():
        raise ContentError(_("Part %(n)s has no pages.") % {"n": empty.number})
    row.state, row.note, row.published_at = Version.State.PUBLISHED, note, clock.real_now()
    with history.acting(by, gettext_noop("published contents")):
        row.save(update_fields=["state", "note", "published_at"])
    return row


@transaction.atomic
def drop(version: Version, *, by: Viewer) -> None:
    """Throw the draft away."""
    row = _draft(version)
    with history.acting(by, gettext_noop("dropped a draft of contents")):
        Source.objects.filter(version=row).delete()
        Page.objects.filter(part__version=row).delete()
        Part.objects.filter(version=row).delete()
        row.delete()


@transaction.atomic
def add_page(part: Part, facts: Mapping[str, Any], *, by: Viewer) -> Page:
    """Add a page at the end of a part."""
    version = _draft(part.version)
    used = set(Page.objects.filter(part__version__programme=version.programme_id)
               .values_list("key", flat=True))  # fmt: skip
    number = next(n for n in range(1, 1000) if f"p{part.number}-{n:02}" not in used)
    last = part.pages.aggregate(n=Max("order"))["n"] or 0
    with history.acting(by, gettext_noop("added a page")):
        return Page.objects.create(
            part=part, order=last + 1, key=f"p{part.number}-{number:02}", **facts
        )


@transaction.atomic
def change_page(page: Page, facts: Mapping[str, Any], *, by: Viewer) -> None:
    """Write a page anew."""
    _draft(page.part.version)
    for name, value in facts.items():
        setattr(page, name, value)
    with history.acting(by, gettext_noop("changed a page")):
        page.save()


@transaction.atomic
def change_part(part: Part, facts: Mapping[str, Any], *, by: Viewer) -> None:
    """Write a part's title and introduction anew."""
    _draft(part.version)
    for name, value in facts.items():
        setattr(part, name, value)
    with history.acting(by, gettext_noop("changed a part")):
        part.save()


@transaction.atomic
def add_part(version: Version, *, by: Viewer) -> Part:
    """Add a part at the end."""
    row = _draft(version)
    last = row.parts.aggregate(n=Max("number"))["n"] or 0
    with history.acting(by, gettext_noop("added a part")):
        return Part.objects.create(version=row, number=last + 1)


@transaction.atomic
def move_page(page: Page, *, up: bool, by: Viewer) -> None:
    """Let a page change places with its neighbour."""
    _draft(page.part.version)
    pages = list(Page.objects.select_for_update().filter(part=page.part_id).order_by("order", "pk"))
    at = next(n for n, one in enumerate(pages) if one.pk == page.pk)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(pages):
        return
    pages[at], pages[other] = pages[other], pages[at]
    for order, one in enumerate(pages, 1):
        one.order = order
    with history.acting(by, gettext_noop("changed the order of pages")):
        Page.objects.bulk_update(pages, ["order"])


@transaction.atomic
def remove_page(page: Page, *, by: Viewer) -> None:
    """Take a page off the draft."""
    _draft(page.part.version)
    with history.acting(by, gettext_noop("removed a page")):
        Page.objects.filter(part=page.part_id, order__gt=page.order).update(order=F("order") - 1)
        Page.objects.filter(pk=page.pk).delete()


@transaction.atomic
def set_sources(version: Version, sources: list[dict[str, Any]], *, by: Viewer) -> None:
    """Write the list of sources anew."""
    row = _draft(version)
    with history.acting(by, gettext_noop("changed the sources")):
        notes = {
            one.key: {name: getattr(one, name) for name in SOURCE_FACTS if name.startswith("note")}
            for one in row.sources.all()
        }
        Source.objects.filter(version=row).delete()
        Source.objects.bulk_create(
            Source(version=row, **notes.get(facts["key"], {}), **facts) for facts in sources
        )


def _draft(version: Version) -> Version:
    row = Version.objects.select_for_update().select_related("programme").get(pk=version.pk)
    if row.state != Version.State.DRAFT:
        raise ContentError(_("What is published is changed by a new draft."))
    return row
