"""The workplace behind a business ID: the directory first, then registers that rooms above know."""

from __future__ import annotations

from dataclasses import dataclass

from solmu.imports import cleaning
from solmu.lib.composed import composed
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Workplace:
    """What is known of a workplace, and where from: the directory, or a register's name."""

    business_id: str
    name: str
    municipality: str = ""
    field: str = ""
    source: str = "directory"
    organisation_id: int | None = None


def checked(business_id: str) -> str:
    """A business ID as registers write it; empty for nothing. CleaningError if it is wrong."""
    found = cleaning.business_id(business_id, "FI")
    return found.number if found else ""


def look_up(business_id: str, *, viewer: Viewer | None = None) -> Workplace | None:
    """The workplace with a business ID, or None where nobody knows it."""
    try:
        number = checked(business_id)
    except cleaning.CleaningError:
        return None
    if not number:
        return None
    entry = in_directory(number, viewer=viewer)
    if entry:
        return Workplace(
            number,
            str(entry),
            municipality=entry.municipality_id or "",
            field=entry.fields[0] if entry.fields else "",
            organisation_id=entry.pk,
        )
    for register in composed("WORKPLACE_REGISTERS"):
        found: Workplace | None = register(number)
        if found:
            return found
    return None


def in_directory(business_id: str, *, viewer: Viewer | None = None) -> Organisation | None:
    """The directory's entry, where the viewer (or everybody) may know it."""
    seen = Organisation.objects.visible_to(viewer or Viewer.anonymous())
    return seen.filter(country="FI", business_id=business_id).first()


def recognise(business_id: str, name: str) -> Organisation | None:
    """The directory's entry of a workplace: by its ID whoever knows it, else by a public name."""
    current = Organisation.objects.filter(merged_into=None)
    if business_id:
        return current.filter(country="FI", business_id=business_id).first()
    named = list(current.filter(public=True, name_fi__iexact=name.strip())[:2]) if name else []
    return named[0] if len(named) == 1 else None
