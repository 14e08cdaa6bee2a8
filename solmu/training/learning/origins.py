"""Where a programme's contents come from, and are improved: another programme, or Solmu itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from solmu.training.learning import comparing, loading, writing
from solmu.training.learning.models import Page, Source, Version
from solmu.training.models import Programme


@dataclass(slots=True)
class Origin:
    """The contents that own ones were taken from, as they are now."""

    pages: dict[str, Page]  # by key, each with its part
    sources: list[Source]
    programme: Programme | None = None  # None: the material that comes with Solmu
    version: Version | None = None
    # What each page said when all was taken first, for pages that don't tell it themselves.
    first: dict[str, str] = field(default_factory=dict)


def of(programme: Programme, own: Version | None) -> Origin | None:
    """The origin of a programme's own version; None for contents of its own."""
    if own is None:
        return None
    rows = Version.objects.published().filter(programme=programme).order_by("number")
    if source := programme.adopted_from:
        newest = writing.published(source)
        if newest is None:
            return None
        begun = rows.filter(taken_from__isnull=False).first()
        pages, sources = comparing.pages_of(newest), list(newest.sources.all())
        return Origin(pages, sources, source, newest, _digests(begun))
    found = loading.planned(own.shipped) if own.shipped else None
    if found is None:
        return None
    begun = rows.filter(shipped=own.shipped).first()
    return Origin(*found, first=_digests(begun))


def _digests(version: Version | None) -> dict[str, str]:
    pages = comparing.pages_of(version) if version else {}
    return {key: page.digest for key, page in pages.items()}
