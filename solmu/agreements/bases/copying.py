"""A copy of a template: made, compared with its original, and brought up to it clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.bases import differing, indexing, writing
from solmu.agreements.bases.rules import BaseError
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.audit import history
from solmu.networks.models import Network
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer

State = BaseVersion.State


@dataclass(frozen=True, slots=True)
class Change:
    """What the original changed in a clause, beside what the copy says; `own` tells how it stands.

    `own` is "as it was", "own words", "taken" (it says already what the original says now), or
    "not there".
    """

    difference: differing.Difference
    own: str

    @property
    def suggested(self) -> bool:
        """Taking it over overwrites nobody's own words."""
        return self.own == "as it was" or (
            self.own == "not there" and self.difference.what == "added"
        )


@transaction.atomic
def copy(
    base: Base,
    *,
    by: Viewer,
    institution: Institution | None = None,
    network: Network | None = None,
) -> Base:
    """Copy the version in use into a template of one's own: a draft with a line to its original."""
    original = in_use(base)
    if original is None:
        raise BaseError(_("The template has no approved version to copy."))
    with history.acting(by, gettext_noop("template copied")):
        made = Base.objects.create(
            institution=institution,
            network=network,
            kind=base.kind,
            copied_from=base,
            copied_version=original.number,
            **{
                f"{part}_{code}": getattr(base, f"{part}_{code}")
                for part in ("name", "about")
                for code in ("fi", "sv", "en")
            },
        )
        version = BaseVersion.objects.create(base=made, number=1)
        BaseClause.objects.bulk_create(
            BaseClause(version=version, key=one.key, position=one.position, **writing.facts_of(one))
            for one in original.clauses.all()
        )
    indexing.index_bases([made.pk])
    return made


def in_use(base: Base) -> BaseVersion | None:
    """The version that agreements start from now."""
    found: BaseVersion | None = base.versions.filter(state=State.APPROVED).first()
    return found


def latest(base: Base) -> BaseVersion | None:
    """The draft, else the version in use: what the owner's people write on."""
    found: BaseVersion | None = (
        base.versions.exclude(state=State.REPLACED).order_by("-number").first()
    )
    return found


def copied(base: Base) -> BaseVersion | None:
    """The original's version that a copy was made of, or last brought up to."""
    if base.copied_from_id is None or base.copied_version is None:
        return None
    found: BaseVersion | None = BaseVersion.objects.filter(
        base_id=base.copied_from_id, number=base.copied_version
    ).first()
    return found


def newer_original(base: Base) -> BaseVersion | None:
    """The original's version in use where it is newer than the one copied; None where not.

    An original that is published no more tells no more of its changes.
    """
    if base.copied_from_id is None or base.copied_version is None:
        return None
    found: BaseVersion | None = (
        BaseVersion.objects.filter(
            base_id=base.copied_from_id, state=State.APPROVED, number__gt=base.copied_version
        )
        .select_related("base")
        .first()
    )
    if found is None or not _may_tell(base, found.base):
        return None
    return found


def behind(bases: QuerySet[Base]) -> QuerySet[Base]:
    """Those of the templates whose original has a newer version in use, and may tell of it."""
    return bases.filter(
        Q(copied_from__published=True)
        | Q(copied_from__institution=None, copied_from__network=None)
        | Q(copied_from__institution=F("institution"))
        | Q(copied_from__network=F("network")),
        copied_from__versions__state=State.APPROVED,
        copied_from__versions__number__gt=F("copied_version"),
        ended_on=None,
    )


def changes(base: Base) -> list[Change]:
    """What the original has changed since the copy, clause by clause."""
    newer, before, own = newer_original(base), copied(base), latest(base)
    if newer is None or before is None or own is None:
        return []
    held = {one.key: one for one in own.clauses.all()}
    was = {one.key: one for one in before.clauses.all()}
    now = {one.key: one for one in newer.clauses.all()}
    return [
        Change(one, _stands(held.get(one.key), was.get(one.key), now.get(one.key)))
        for one in differing.compare(was.values(), now.values())
        if one.what in {"changed", "added", "removed"}
    ]


@transaction.atomic
def take_over(base: Base, keys: Iterable[str], *, seen: int, by: Viewer) -> BaseVersion | None:
    """Bring chosen clauses to what the original says now; all others have been looked at.

    `seen` is the original's version that the person looked at. Returns the draft that was written,
    None where nothing was chosen.
    """
    row = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    newer = newer_original(row)
    if newer is None or newer.number != seen:
        raise BaseError(_("The original has changed again. Look once more."))
    offered = {one.difference.key for one in changes(row)}
    chosen = [key for key in dict.fromkeys(keys) if key in offered]
    draft = writing.start_draft(row, by=by) if chosen else None
    with history.acting(by, gettext_noop("changes of the original taken over")):
        if draft:
            _bring(draft, newer, chosen)
        row.copied_version = newer.number
        row.save(update_fields=["copied_version"])
        if draft and draft.asked_at:
            draft.asked_by, draft.asked_at = None, None
            draft.save(update_fields=["asked_by", "asked_at"])
    indexing.index_bases([row.pk])
    return draft


def _bring(draft: BaseVersion, newer: BaseVersion, chosen: Iterable[str]) -> None:
    rows = list(draft.clauses.all())
    source = list(newer.clauses.all())
    order = [one.key for one in source]
    by_key = {one.key: one for one in source}
    for key in chosen:
        held = next((one for one in rows if one.key == key), None)
        wanted = by_key.get(key)
        if wanted is None:
            if held:
                rows.remove(held)
                held.delete()
        elif held:
            for name, value in writing.facts_of(wanted).items():
                setattr(held, name, value)
            held.edition += 1
            held.save()
        else:
            made = BaseClause(
                version=draft, key=key, position=len(rows) + 1, **writing.facts_of(wanted)
            )
            made.save()
            rows.insert(_place(rows, order, key), made)
    for position, one in enumerate(rows, start=1):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])


def _place(rows: list[BaseClause], order: list[str], key: str) -> int:
    """After the nearest clause that stands before it in the original."""
    keys = [one.key for one in rows]
    for earlier in reversed(order[: order.index(key)]):
        if earlier in keys:
            return keys.index(earlier) + 1
    return 0


def _stands(own: BaseClause | None, was: BaseClause | None, now: BaseClause | None) -> str:
    if own is None:
        return "taken" if now is None else "not there"
    if now is not None and writing.facts_of(own) == writing.facts_of(now):
        return "taken"
    if was is not None and writing.facts_of(own) == writing.facts_of(was):
        return "as it was"
    return "own words"


def _may_tell(copy_: Base, original: Base) -> bool:
    if original.published or (original.institution_id is None and original.network_id is None):
        return True
    if original.institution_id is not None:
        return original.institution_id == copy_.institution_id
    return original.network_id == copy_.network_id
