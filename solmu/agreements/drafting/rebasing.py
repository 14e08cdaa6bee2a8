"""A draft and the template that it was made of: what differs, and taking over what is new there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements import indexing
from solmu.agreements.drafting import comparing, drafting
from solmu.agreements.drafting.comparing import Difference
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.models import Agreement, BaseClause, BaseVersion, Clause
from solmu.audit import history
from solmu.lib.translated import LANGUAGES
from solmu.people.viewer import Viewer

_TEXTS = tuple(f"{part}_{code}" for part in ("title", "text") for code in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Change:
    """A clause of the template that is new, changed or gone since the draft was made of it."""

    difference: Difference
    # The draft says it in words of its own: taking over replaces them.
    own: bool
    # Suggested: nothing of one's own is lost.
    suggested: bool


def newer(agreement: Agreement) -> BaseVersion | None:
    """The template's version in use, where the draft was made of an earlier one."""
    made_of = agreement.base_version
    if made_of is None or made_of.state == BaseVersion.State.APPROVED:
        return None
    found: BaseVersion | None = (
        BaseVersion.objects.filter(base_id=made_of.base_id, state=BaseVersion.State.APPROVED)
        .exclude(pk=made_of.pk)
        .first()
    )
    return found


def from_base(agreement: Agreement) -> list[Difference]:
    """What the draft says otherwise than its template: optional clauses left out are no change."""
    made_of = agreement.base_version
    if made_of is None:
        return []
    drafted = [raw(clause) for clause in agreement.clauses.all()]
    taken = {clause["key"] for clause in drafted}
    offered = [
        raw(clause)
        for clause in made_of.clauses.all()
        if clause.key in taken or not (clause.optional or clause.alternatives)
    ]
    return comparing.compare(offered, drafted, agreement.languages)


def changes(agreement: Agreement, version: BaseVersion) -> list[Change]:
    """What the template's later version has otherwise, clause by clause."""
    made_of = agreement.base_version
    before = {clause.key: clause for clause in made_of.clauses.all()} if made_of else {}
    after = {clause.key: clause for clause in version.clauses.all()}
    own = {clause.key: clause for clause in agreement.clauses.all()}
    found = []
    differing = comparing.compare(
        [raw(one) for one in before.values()],
        [raw(one) for one in after.values()],
        agreement.languages,
    )
    for one in comparing.changed(differing):
        drafted, old, new = own.get(one.key), before.get(one.key), after.get(one.key)
        if one.what == "moved" or (one.what in {"changed", "removed"} and drafted is None):
            continue
        if drafted and new and _same(agreement, drafted, new):
            continue
        written = drafted is not None and (old is None or not _same(agreement, drafted, old))
        optional = one.what == "added" and new is not None and (
            new.optional or bool(new.alternatives)
        )  # fmt: skip
        found.append(Change(one, written, not written and not optional))
    return found


@transaction.atomic
def take_over(
    agreement: Agreement, version: BaseVersion, keys: Iterable[str], *, by: Viewer
) -> Agreement:
    """Take the chosen clauses of the template's later version; the draft follows it from now on."""
    row = drafting.opened(agreement)
    if row.base_version is None or version.base_id != row.base_version.base_id:
        raise DraftingError(_("That is another template."))
    if version.state != BaseVersion.State.APPROVED:
        raise DraftingError(_("The template has to be approved before it is used."))
    chosen = set(keys)
    after = {clause.key: clause for clause in version.clauses.all()}
    with history.acting(by, gettext_noop("clauses taken over from the template")):
        for clause in list(row.clauses.select_for_update()):
            if clause.key not in chosen:
                continue
            if clause.key not in after:
                clause.delete()
                continue
            for name in _TEXTS:
                setattr(clause, name, getattr(after[clause.key], name))
            clause.kind = after[clause.key].kind
            clause.edition += 1
            clause.save()
        for key, added in after.items():
            if key in chosen and not row.clauses.filter(key=key).exists():
                _add(row, added, list(after))
        row.base_version = version
        row.save(update_fields=["base_version"])
    indexing.index_agreements([row.pk])
    return row


def raw(clause: Clause | BaseClause) -> dict[str, Any]:
    """A clause as it is written, its variables unfilled."""
    return {
        "key": clause.key,
        "title": {code: getattr(clause, f"title_{code}") for code in LANGUAGES},
        "text": {code: getattr(clause, f"text_{code}") for code in LANGUAGES},
    }


def _same(agreement: Agreement, one: Clause, other: BaseClause) -> bool:
    compared = comparing.compare([raw(other)], [raw(one)], agreement.languages)
    return not comparing.changed(compared)


def _add(row: Agreement, clause: BaseClause, order: list[str]) -> None:
    """Add a clause after the nearest one that stands before it in the template."""
    mine = list(row.clauses.order_by("position", "pk"))
    before = set(order[: order.index(clause.key)])
    at = max((i for i, one in enumerate(mine) if one.key in before), default=-1) + 1
    added = Clause(
        agreement=row, key=clause.key, kind=clause.kind, position=0,
        **{name: getattr(clause, name) for name in _TEXTS},
    )  # fmt: skip
    mine.insert(at, added)
    for position, one in enumerate(mine, start=1):
        if one.position != position:
            one.position = position
            one.save()
