"""Merging two entries of the directory that are one organisation, and taking the merge back.

Everything that points to the entry that goes leads to the one that stays. Where periods would
overlap, a person settles which holds. A public entry may be others' too: an administrator accepts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.absorbing import Absorption, Overlap, touched, undo
from solmu.lib.composed import follow
from solmu.organisations import indexing
from solmu.organisations.models import Merge, Organisation, SlugHistory
from solmu.people.viewer import Viewer

RELATION = "organisations.Relation"


class MergeError(ValueError):
    """The entries can't be merged; the message says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: how many rows it would lead over, and which periods would overlap."""

    overlaps: list[Overlap]
    moved: int


def ends(one: Organisation, other: Organisation) -> tuple[Organisation, Organisation]:
    """Which of two stays: an institution or a network, else the public one, else the older."""
    if one.pk == other.pk:
        raise MergeError(_("An entry can't be merged with itself."))
    if one.merged_into_id or other.merged_into_id:
        raise MergeError(_("One of the entries has been merged already."))
    theirs = _more_than_entries([one.pk, other.pk])
    if len(theirs) > 1:
        raise MergeError(_("Two that work in Solmu, as institutions or networks, can't be merged."))

    def rank(each: Organisation) -> tuple[bool, bool, int]:
        return each.pk not in theirs, not each.public, each.pk

    kept, gone = sorted((one, other), key=rank)
    return kept, gone


def preview(kept: Organisation, gone: Organisation, choices: dict[str, str]) -> Preview:
    """Try the merge and take it back at once."""
    with transaction.atomic():
        work = _absorb(kept.pk, gone.pk, choices)
        seen = Preview(list(work.overlaps), len(work.journal))
        transaction.set_rollback(True)
    return seen


@transaction.atomic
def ask(
    kept: Organisation,
    gone: Organisation,
    *,
    by: Viewer,
    choices: dict[str, str],
    institution_id: int | None = None,
) -> Merge:
    """Merge two entries, or, where they may be others' too, ask an administrator to."""
    merge = Merge.objects.create(
        kept=kept,
        gone=gone,
        choices=choices,
        asked_by_id=by.person_id,
        institution_id=institution_id,
    )
    if by.is_admin or not (kept.public or gone.public):
        accept(merge, by=by, choices={})
        merge.refresh_from_db()
    return merge


@transaction.atomic
def accept(merge: Merge, *, by: Viewer, choices: dict[str, str]) -> None:
    """Carry out a merge; every overlap has to be settled."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.state != Merge.State.WAITING:
        raise MergeError(_("This merge has been decided already."))
    settled = {**merge.choices, **choices}
    with history.acting(by, gettext_noop("entries merged")):
        work = _absorb(merge.kept_id, merge.gone_id, settled)
        if work.overlaps:
            raise MergeError(_("Say first which of the overlapping periods holds."))
        merge.state, merge.done_at = Merge.State.DONE, clock.real_now()
        merge.choices, merge.journal = settled, work.journal
        merge.save()
    _follow(merge)


@transaction.atomic
def decline(merge: Merge, *, by: Viewer) -> None:
    """Leave both entries as they are."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.state == Merge.State.WAITING:
        merge.state, merge.done_at = Merge.State.DECLINED, clock.real_now()
        merge.save(update_fields=["state", "done_at"])


@transaction.atomic
def ask_undo(merge: Merge, *, by: Viewer) -> None:
    """Ask an administrator to take a merge back that affects others too."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.state != Merge.State.DONE:
        raise MergeError(_("Only a merge that is done can be taken back."))
    merge.undo_asked_at = clock.real_now()
    merge.save(update_fields=["undo_asked_at"])


@transaction.atomic
def keep(merge: Merge, *, by: Viewer) -> None:
    """Leave a merge as it is although somebody asked to take it back."""
    Merge.objects.filter(pk=merge.pk).update(undo_asked_at=None)


@transaction.atomic
def take_back(merge: Merge, *, by: Viewer) -> list[dict[str, Any]]:
    """Undo a merge; returns what has been changed since and stays with the kept entry."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.state != Merge.State.DONE:
        raise MergeError(_("Only a merge that is done can be taken back."))
    with history.acting(by, gettext_noop("merge taken back")):
        left = undo(merge.journal)
        merge.state, merge.undone_at = Merge.State.UNDONE, clock.real_now()
        merge.save(update_fields=["state", "undone_at"])
    _follow(merge)
    return left


def _absorb(kept_id: int, gone_id: int, choices: dict[str, str]) -> Absorption:
    rows = Organisation.objects.select_for_update().in_bulk([kept_id, gone_id])
    kept, gone = rows[kept_id], rows[gone_id]
    if kept.merged_into_id or gone.merged_into_id:
        raise MergeError(_("One of the entries has been merged already."))
    if _more_than_entries([gone.pk]):
        raise MergeError(_("The entry works in Solmu, as an institution or a network: it stays."))
    work = Absorption(choices, ignored=frozenset([Merge]))
    work.lead_over(kept, gone)
    work.set(gone, merged_into_id=kept.pk)
    sources = {**gone.fact_sources, **kept.fact_sources}
    work.fill(kept, gone, leave=["merged_into", "public", "fact_sources", "name_key", "kind"])
    work.set(kept, public=kept.public or gone.public, fact_sources=sources)
    return work


def _more_than_entries(ids: list[int]) -> set[int]:
    """Those that are also something else of their own, under the same key: an institution …"""
    return {
        key
        for relation in Organisation._meta.related_objects  # noqa: SLF001
        if relation.field.primary_key
        for key in relation.related_model._base_manager.filter(pk__in=ids).values_list(  # noqa: SLF001
            "pk", flat=True
        )
    }


def _follow(merge: Merge) -> None:
    """Let the index and the evidence tell what is now."""
    indexing.index_changed([merge.kept_id, merge.gone_id])
    for model, keys in touched(merge.journal).items():
        follow("relation" if model == RELATION else model, keys)


def end_of(organisation: Organisation) -> Organisation:
    """The entry that a merged one has become, through merges."""
    while organisation.merged_into is not None:
        organisation = organisation.merged_into
    return organisation


def became(model: str, pk: int) -> Iterator[tuple[dict[str, Any], int]]:
    """For a row that a merge made one with another: what it held, and which entry it is now of."""
    done = Merge.objects.filter(
        state=Merge.State.DONE, journal__contains=[{"do": "delete", "model": model, "pk": pk}]
    )
    for merge in done.select_related("kept__merged_into"):
        for entry in merge.journal:
            if (entry["do"], entry["model"], entry["pk"]) == ("delete", model, pk):
                yield entry["values"], end_of(merge.kept).pk


def address_of(slug: str) -> Organisation | None:
    """The organisation that an address, present or former, leads to, through merges."""
    found = Organisation.objects.filter(slug=slug).select_related("merged_into").first()
    if found is None:
        former = SlugHistory.objects.filter(slug=slug).select_related("organisation").first()
        found = former.organisation if former else None
    return end_of(found) if found else None
