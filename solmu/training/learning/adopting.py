"""Adopting another institution's programme under one's own name, and keeping up with it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer
from solmu.training import cohorts
from solmu.training.learning import comparing, writing
from solmu.training.learning.models import Page, Part, Source, Version
from solmu.training.learning.origins import Origin
from solmu.training.learning.writing import ContentError
from solmu.training.models import Programme

# What of a programme is its own and not taken from the original.
_OWN = {
    "id", "uuid", "institution", "slug", "name_fi", "name_sv", "name_en", "adopted_from", "places",
    "meeting_url", "recording_url", "contact_email", "ended_on", "created_at", "price_fi",
    "price_sv", "price_en", "embed_origins", "look", "public",
}  # fmt: skip


@transaction.atomic
def adopt(
    original: Programme, institution: Institution, *, slug: str, names: dict[str, str], by: Viewer
) -> Programme:
    """Found an own programme with the contents of another; not public until it is made so."""
    contents = writing.published(original)
    if contents is None:
        raise ContentError(_("This programme has no published contents."))
    facts = {
        field.attname: getattr(original, field.attname)
        for field in Programme._meta.fields  # noqa: SLF001
        if field.name not in _OWN
    }
    with history.acting(by, gettext_noop("adopted a programme")):
        programme = Programme.objects.create(
            **facts,
            institution=institution,
            slug=slug,
            adopted_from=original,
            public=False,
            **{f"name_{code}": text for code, text in names.items()},
        )
        version = writing.new_version(
            programme,
            state=Version.State.PUBLISHED,
            published_at=clock.real_now(),
            taken_from=contents,
        )
        writing.copy_contents(contents, version, taken=True)
        for follow in composed("ADOPTED"):
            follow(programme, original, by)
    cohorts.make_coming(programme, by=by)
    return programme


@transaction.atomic
def take(draft: Version, origin: Origin, key: str, *, by: Viewer) -> None:
    """Take one page of the original into the own draft, as it is there."""
    theirs = origin.pages[key]
    facts = {name: getattr(theirs, name) for name in writing.PAGE_FACTS if name != "order"}
    facts["taken_digest"] = theirs.digest
    own = Page.objects.filter(part__version=draft, key=key).select_related("part__version").first()
    if own is not None:
        writing.change_page(own, facts, by=by)
    else:
        part = Part.objects.filter(version=draft, number=theirs.part.number).first()
        if part is None:
            part = writing.add_part(draft, by=by)
            told = {n: getattr(theirs.part, n) for n in writing.PART_FACTS if n != "number"}
            writing.change_part(part, told, by=by)
        with history.acting(by, gettext_noop("took a page from the original")):
            order = part.pages.count() + 1
            Page.objects.create(part=part, order=order, **facts)
    known = set(draft.sources.values_list("key", flat=True))
    with history.acting(by, gettext_noop("took a page from the original")):
        Source.objects.bulk_create(
            Source(version=draft, **{name: getattr(one, name) for name in writing.SOURCE_FACTS})
            for one in origin.sources
            if key in one.pages and one.key not in known
        )
        if origin.version and draft.taken_from_id != origin.version.pk:
            draft.taken_from = origin.version
            draft.save(update_fields=["taken_from"])


@transaction.atomic
def take_free(draft: Version, origin: Origin, *, by: Viewer) -> int:
    """Take all that the original has improved where nothing was changed here; how many pages."""
    free = [one for one in comparing.against_original(draft, origin) if one.is_free]
    for one in free:
        take(draft, origin, one.key, by=by)
    return len(free)
