"""Merging two records of one person, and taking the merge back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.absorbing import Absorption, Overlap, touched, undo
from solmu.lib.composed import follow
from solmu.people.models import Person, PersonMerge
from solmu.people.viewer import Viewer


class PersonMergeError(ValueError):
    """The records can't be merged; the message says why."""


def ends(one: Person, other: Person) -> tuple[Person, Person]:
    """Which of two records stays: the one with an account, else the older; the other goes."""
    if one.pk == other.pk:
        raise PersonMergeError(_("A record can't be merged with itself."))
    if one.merged_into_id or other.merged_into_id:
        raise PersonMergeError(_("One of the records has been merged already."))
    if one.user_id and other.user_id:
        raise PersonMergeError(_("Both have an account of their own: they are two people."))
    kept, gone = sorted((one, other), key=lambda each: (each.user_id is None, each.pk))
    return kept, gone


def preview(kept: Person, gone: Person, choices: dict[str, str]) -> list[Overlap]:
    """Which periods would overlap; the merge is tried and taken back at once."""
    with transaction.atomic():
        overlaps = list(_absorb(kept, gone, choices).overlaps)
        transaction.set_rollback(True)
    return overlaps


@transaction.atomic
def merge(
    kept: Person, gone: Person, *, by: Viewer, choices: dict[str, str] | None = None
) -> PersonMerge:
    """Make two records one; every overlap has to be settled."""
    with history.acting(by, gettext_noop("people merged")):
        work = _absorb(kept, gone, choices or {})
        if work.overlaps:
            raise PersonMergeError(_("Say first which of the overlapping periods holds."))
        done = PersonMerge.objects.create(
            kept=kept,
            gone=gone,
            choices=choices or {},
            journal=work.journal,
            institution_id=by.institution_id,
        )
    _follow(done)
    return done


@transaction.atomic
def take_back(done: PersonMerge, *, by: Viewer) -> list[dict[str, Any]]:
    """Undo a merge; returns what has been changed since and stays with the kept record."""
    done = PersonMerge.objects.select_for_update().get(pk=done.pk)
    if done.undone_at:
        raise PersonMergeError(_("The merge has been taken back already."))
    with history.acting(by, gettext_noop("merge taken back")):
        left = undo(done.journal)
        done.undone_at = clock.real_now()
        done.save(update_fields=["undone_at"])
    _follow(done)
    return left


def _absorb(kept: Person, gone: Person, choices: dict[str, str]) -> Absorption:
    rows = Person.objects.select_for_update(of=("self",)).in_bulk([kept.pk, gone.pk])
    kept, gone = rows[kept.pk], rows[gone.pk]
    ends(kept, gone)
    work = Absorption(choices, ignored=frozenset([PersonMerge]))
    work.lead_over(kept, gone)
    work.set(gone, merged_into_id=kept.pk)
    known = [kept.email.lower(), *kept.other_emails]
    more = [email for email in (gone.email.lower(), *gone.other_emails) if email]
    work.set(
        kept,
        other_emails=[*kept.other_emails, *(email for email in more if email not in known)],
    )
    work.fill(kept, gone, leave=["merged_into", "user", "legal_basis", "other_emails"])
    return work


def _follow(done: PersonMerge) -> None:
    follow("person", [done.kept_id, done.gone_id])
    for model, keys in touched(done.journal).items():
        follow(model, keys)
