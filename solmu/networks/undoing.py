"""Taking back what was done with groups in one go: a closing, a split or a merge.

The history knows each record before and after. What was made is taken away, and what was changed or
removed says again what it said before, unless somebody has changed it since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.networks import group_evidence
from solmu.networks.groups import GroupError, lock
from solmu.networks.models import Group, Seat, Term
from solmu.people.viewer import Viewer

DAYS = 30
# Why a change was made, as `groups` writes it, and what taking it back is called.
ACTS = {
    "group closed": gettext_lazy("Take the closing back"),
    "group split": gettext_lazy("Take the split back"),
    "groups merged": gettext_lazy("Take the merge back"),
}
# What Solmu writes by itself and may be written anew.
OWN_MARKS = frozenset({"reminded_on"})
# A seat stands in a group, a term in a seat.
ORDER = (Group, Seat, Term)


@dataclass(frozen=True, slots=True)
class Act:
    """What was done with a group, when, and what taking it back is called."""

    context_id: Any
    title: Any
    at: datetime


@dataclass(slots=True)
class _Change:
    """A record that the act touched: what it said before and after; None: it wasn't there."""

    model: Any
    pk: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def place(self) -> int:
        return ORDER.index(self.model) if self.model in ORDER else len(ORDER)


def last_act(group: Group) -> Act | None:
    """The closing, split or merge that was the last thing to happen to a group, if lately."""
    events = _events(Group).objects.filter(pgh_obj_id=group.pk).select_related("pgh_context")
    last = events.order_by("-pgh_id").first()
    if last is None or last.pgh_context is None:
        return None
    title = ACTS.get(last.pgh_context.metadata.get("reason", ""))
    if title is None or last.pgh_created_at < clock.real_now() - timedelta(days=DAYS):
        return None
    return Act(last.pgh_context_id, title, last.pgh_created_at)


@transaction.atomic
def undo(group: Group, *, by: Viewer) -> None:
    """Make everything that the group's last closing, split or merge has touched as it was."""
    lock(group.network_id)
    act = last_act(group)
    if act is None:
        raise GroupError(_("There is nothing here that could be taken back."))
    changes = sorted(_changes(act.context_id), key=lambda one: one.place)
    for change in changes:
        _check(change)
    try:
        with (
            transaction.atomic(),
            history.acting(by, gettext_noop("change of groups taken back")),
            connection.cursor() as cursor,
        ):
            for change in reversed(changes):
                if change.before is None:
                    _rows(change)._raw_delete(using=connection.alias)  # noqa: SLF001
            for change in changes:
                _restore(change)
            # What has come to a group since keeps it.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            seats = [one.pk for one in changes if one.model is Seat and one.before is None]
            for change in changes:
                if change.model is Group:
                    group_evidence.write(change.pk, gone=seats)
    except IntegrityError as error:
        raise GroupError(
            _("Something has been added since, so this can't be taken back any more.")
        ) from error


def _changes(context_id: Any) -> Iterator[_Change]:
    for model in apps.get_models():
        if "pgh_event_models" not in vars(model):
            continue
        events = _events(model)
        by_record: dict[int, list[Any]] = {}
        for event in events.objects.filter(pgh_context_id=context_id).order_by("pgh_id"):
            by_record.setdefault(event.pgh_obj_id, []).append(event)
        for pk, (first, *rest) in by_record.items():
            last = rest[-1] if rest else first
            before = None
            if first.pgh_label == "delete":
                before = _values(model, first)
            elif first.pgh_label == "update":
                earlier = events.objects.filter(pgh_obj_id=pk, pgh_id__lt=first.pgh_id)
                known = earlier.order_by("-pgh_id").first()
                if known is None:
                    raise GroupError(_("It isn't known any more how things were before."))
                before = _values(model, known)
            after = None if last.pgh_label == "delete" else _values(model, last)
            if before is not None or after is not None:
                yield _Change(model, pk, before, after)


def _check(change: _Change) -> None:
    """Refuse where somebody has changed since what the act has made or changed."""
    row = _rows(change).first()
    if change.after is None:
        return
    touched = {
        name
        for name, value in change.after.items()
        if change.before is None or change.before[name] != value
    }
    if row is None or any(getattr(row, name) != change.after[name] for name in touched - OWN_MARKS):
        raise GroupError(
            _("%(record)s has been changed since, so this can't be taken back any more.")
            % {"record": row or change.model._meta.verbose_name}  # noqa: SLF001
        )


def _restore(change: _Change) -> None:
    if change.before is None:
        return
    if change.after is None:
        change.model._base_manager.bulk_create([change.model(**change.before)])  # noqa: SLF001
        return
    was = {name: value for name, value in change.before.items() if change.after[name] != value}
    if was:
        _rows(change).update(**was)


def _rows(change: _Change) -> Any:
    return change.model._base_manager.filter(pk=change.pk)  # noqa: SLF001


def _events(model: Any) -> Any:
    return model.pgh_event_models["insert"]


def _values(model: Any, event: Any) -> dict[str, Any]:
    return {
        column.attname: getattr(event, column.attname)
        for column in model._meta.concrete_fields  # noqa: SLF001
        if not isinstance(column, models.GeneratedField)
    }
