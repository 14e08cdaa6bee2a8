"""Drafting a cost case: starting it, changing it, proposing a change, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.approvals import asking
from solmu.approvals.models import Round
from solmu.audit import history
from solmu.costs import content, indexing
from solmu.costs.models import KIND, CostCase, CostItem, Payer
from solmu.lib import clock
from solmu.networks.models import Network
from solmu.people.viewer import Viewer

State = CostCase.State


class CostError(ValueError):
    """Why something can't be done with a case, in words for the person; `field` names where."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class ConflictError(CostError):
    """Somebody else has changed the case since it was read."""


@dataclass(frozen=True, slots=True)
class Item:
    """A planned cost; with a key when it is one that the case has already."""

    title: str
    planned: Decimal
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Paying:
    """A payer, with the figures that are entered on the case."""

    organisation_id: int
    students: Decimal | None = None
    staff: Decimal | None = None
    participation: Decimal | None = None
    fixed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a case says."""

    title: str
    text: str = ""
    language: str = "fi"
    on: date | None = None
    group_id: int | None = None
    key: str = CostCase.Key.EQUAL
    mix: dict[str, str] = field(default_factory=dict)
    items: Sequence[Item] = ()
    payers: Sequence[Paying] = ()


@transaction.atomic
def create(network: Network, draft: Draft, *, by: Viewer) -> CostCase:
    """Start a case; nobody is asked before it is proposed."""
    with history.acting(by):
        case = CostCase.objects.create(network=network, created_by_id=by.person_id, **_facts(draft))
        _write_items(case, draft.items)
        _write_payers(case, draft.payers)
    indexing.index_cases([case.pk])
    return case


@transaction.atomic
def edit(case: CostCase, draft: Draft, *, revision: int, by: Viewer) -> CostCase:
    """Change a draft. A revision that isn't the present one means that somebody else came before.

    (A proposed case is changed by `agreeing.change`, which asks again.)
    """
    row = locked(case)
    if row.state != State.DRAFT:
        raise CostError(_("This can only be changed as a draft."))
    return write(row, draft, revision=revision, by=by)


def write(row: CostCase, draft: Draft, *, revision: int, by: Viewer) -> CostCase:
    """Write what a locked case says now."""
    if row.revision != revision:
        raise ConflictError(
            _("Somebody else has changed this meanwhile. Below is what you wrote; save it again.")
        )
    with history.acting(by):
        for name, value in _facts(draft).items():
            setattr(row, name, value)
        row.revision += 1
        row.save()
        _write_items(row, draft.items)
        _write_payers(row, draft.payers)
    indexing.index_cases([row.pk])
    return row


@transaction.atomic
def withdraw(case: CostCase, *, reason: str = "", by: Viewer) -> None:
    """Take a case back; what was asked is closed, and all stays readable."""
    row = locked(case)
    if row.transfers.filter(paid_on__isnull=False).exists():
        raise CostError(_("Something has been paid already, so this can't be withdrawn."))
    with history.acting(by, reason or gettext_noop("withdrawn")):
        move(row, State.WITHDRAWN)
        asking.close(KIND, row.pk)


@transaction.atomic
def bring_back(case: CostCase, *, by: Viewer) -> None:
    """Undo a withdrawal: it is a draft again."""
    with history.acting(by, gettext_noop("brought back")):
        move(locked(case), State.DRAFT)


@transaction.atomic
def propose_change(case: CostCase, *, reason: str = "", by: Viewer) -> None:
    """Open an agreed case for a change; what was agreed holds until the change is agreed."""
    row = locked(case)
    if row.state != State.AGREED:
        raise CostError(_("Only what has been agreed is changed this way."))
    if row.transfers.exists():
        raise CostError(
            _("The settlement has been drawn up. Cancel it before you change the costs.")
        )
    with history.acting(by, reason or gettext_noop("a change is proposed")):
        row.version += 1
        move(row, State.DRAFT, also=("version",))


@transaction.atomic
def drop_change(case: CostCase, *, by: Viewer) -> None:
    """Leave the change: the case says again what was agreed, and is agreed."""
    row = locked(case)
    agreed = asking.latest(KIND, row.pk, Round.State.APPROVED)
    if agreed is None or row.state not in {State.DRAFT, State.PROPOSED, State.WITHDRAWN}:
        raise CostError(_("There is no earlier agreement to go back to."))
    with history.acting(by, gettext_noop("the change was dropped")):
        asking.close(KIND, row.pk)
        draft = content.draft_facts(agreed.content)
        for name in ("title", "text", "key", "mix"):
            setattr(row, name, draft[name])
        row.state, row.revision = State.AGREED, row.revision + 1
        row.save()
        _write_items(row, [Item(**one) for one in draft["items"]])
        _write_payers(row, [Paying(**one) for one in draft["payers"]])
    indexing.index_cases([row.pk])


def locked(case: CostCase) -> CostCase:
    """The case as it is now, held until the transaction ends."""
    return (
        CostCase.objects.select_for_update(of=("self",)).select_related("network").get(pk=case.pk)
    )


def move(row: CostCase, to: str, *, also: Sequence[str] = ()) -> None:
    """Move a locked case to another state, if it may become that."""
    if to not in CostCase.NEXT[State(row.state)]:
        raise CostError(
            _("This can't be done now: the case is in the state “%(state)s”.")
            % {"state": row.get_state_display()}
        )
    row.state = State(to)
    row.revision += 1
    row.save(update_fields=["state", "revision", *also])
    indexing.index_cases([row.pk])


def _facts(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "text": draft.text,
        "language": draft.language,
        "on": draft.on or clock.today(),
        "group_id": draft.group_id,
        "key": draft.key,
        "mix": draft.mix if draft.key == CostCase.Key.MIX else {},
    }


def _write_items(case: CostCase, items: Sequence[Item]) -> None:
    held = {row.pk: row for row in case.items.all()}
    for item in items:
        row = held.pop(item.pk, None) if item.pk else None
        if row is None:
            CostItem.objects.create(case=case, title=item.title, planned=item.planned)
        elif (row.title, row.planned) != (item.title, item.planned):
            row.title, row.planned = item.title, item.planned
            row.save(update_fields=["title", "planned"])
    for row in held.values():
        if row.actual is not None:
            raise CostError(
                _("“%(item)s” has an actual cost already, so it stays.") % {"item": row.title},
                "items",
            )
        row.delete()


def _write_payers(case: CostCase, payers: Sequence[Paying]) -> None:
    held = {row.organisation_id: row for row in case.payers.all()}
    for paying in payers:
        row = held.pop(paying.organisation_id, None)
        facts = {
            "students": paying.students,
            "staff": paying.staff,
            "participation": paying.participation,
            "fixed": paying.fixed,
        }
        if row is None:
            Payer.objects.create(case=case, organisation_id=paying.organisation_id, **facts)
        elif any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            row.save(update_fields=list(facts))
    for row in held.values():
        row.delete()
