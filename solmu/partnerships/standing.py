"""Changing how a stakeholder stands: from a day on, for a reason, undone while nothing followed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.partnerships import indexing
from solmu.partnerships.models import Facet, Level, Stakeholder, Standing
from solmu.partnerships.permissions import can_decide_level
from solmu.people.viewer import Viewer

State = Standing.State

# Which state may follow which.
NEXT: dict[str, frozenset[str]] = {
    State.POTENTIAL: frozenset({State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset({State.ACTIVE, State.POTENTIAL}),
}

_EVENTS: Any = Standing.pgh_event_models["insert"]  # type: ignore[attr-defined]

# What is dated, and may be given to `change`.
FACTS = (
    "state",
    "level_id",
    "contents",
    "themes",
    "scope_override",
    "form",
    "owner_id",
    "counterpart_id",
    "goals",
)


UNDONE = gettext_noop("Undone")  # translated where the history is shown


class StandingError(ValueError):
    """The change can't be made; the sentence says why and what to do."""


class NotYoursToDecideError(StandingError, PermissionDenied):
    """The level is decided by somebody else."""

    code: ClassVar = "forbidden"


@transaction.atomic
def change(
    stakeholder: Stakeholder,
    *,
    on: date | None,
    reason: str,
    by: Viewer,
    language: str = "",
    **facts: Any,
) -> Standing:
    """Let facts hold from a day on, and return the standing that begins then.

    A change on a day when another began is one with it. Later changes stand: a fact holds until the
    next day when that fact itself changes. `on=None` is "since before the records began".
    `language` is that of the reason and of new goals; the writer's own by default.
    """
    reason = reason.strip()
    language = (language or by.language or get_language() or "fi")[:2]
    if not reason:
        raise StandingError(_("Give a reason for the change."))
    stakeholder = Stakeholder.objects.select_for_update().get(pk=stakeholder.pk)
    wanted = _normal(stakeholder, facts)
    rows = list(Standing.objects.filter(stakeholder=stakeholder))
    rows.sort(key=lambda row: row.valid.lower or date.min)
    before, at, later = _place(rows, on)
    standing = at or _opened(stakeholder, before, later, on)
    changed = {name for name, value in wanted.items() if _value(standing, name) != value}
    if (at or before) and not changed:
        raise StandingError(_("Nothing changes: all of this holds already."))
    if "level_id" in changed:
        _check_decider(stakeholder, by, {standing.level_id, wanted["level_id"]} - {None})
    # Where nothing came before, the next row is a beginning of its own.
    carried = _carried(wanted, standing, later) if at or before else []
    wanted = {name: value for name, value in wanted.items() if name in changed}

    with history.acting(by, reason):
        for row, values in ((standing, wanted), *carried):
            for name, value in values.items():
                setattr(row, name, value)
            if "goals" in values:
                row.goals_language = language
        _check_states([before or standing, standing, *later])
        standing.reason, standing.reason_language = reason, language
        standing.decided_by_id = by.person_id
        if before and not at and (before.valid.upper is None or before.valid.upper > on):
            before.valid = DateRange(before.valid.lower, on, "[)")
            before.save(update_fields=["valid"])
        standing.save()
        for row, values in carried:
            columns = [*values, "goals_language"] if "goals" in values else values
            row.save(update_fields=[name.removesuffix("_id") for name in columns])
        indexing.index_stakeholders([stakeholder.pk])
    return standing


@transaction.atomic
def undo(standing: Standing, *, by: Viewer) -> None:
    """Take a change back, as long as nothing about how the stakeholder stands has changed since."""
    stakeholder = Stakeholder.objects.select_for_update().get(pk=standing.stakeholder_id)
    events = list(_EVENTS.objects.filter(stakeholder_id=stakeholder.pk).order_by("pgh_id"))
    context = events[-1].pgh_context_id if events else None
    if context is None or last_change(stakeholder) != standing.pk:
        raise StandingError(_("Something has changed since, so this can't be undone any more."))
    undone = [event for event in events if event.pgh_context_id == context]
    earlier = [event for event in events if event.pgh_context_id != context]
    last = {event.pgh_obj_id: event for event in earlier}
    touched = {event.pgh_obj_id for event in undone}
    levels = set(Standing.objects.filter(pk__in=touched).values_list("level_id", flat=True))
    before = {last[key].level_id for key in touched & set(last)}
    if levels != before:
        _check_decider(stakeholder, by, (levels | before) - {None})
    with history.acting(by, UNDONE):
        Standing.objects.filter(pk__in=touched - set(last)).delete()
        for key in sorted(touched & set(last)):
            snapshot = last[key]
            Standing.objects.filter(pk=key).update(
                **{
                    field.attname: getattr(snapshot, field.attname)
                    for field in Standing._meta.concrete_fields  # noqa: SLF001
                    if not field.primary_key
                }
            )
        indexing.index_stakeholders([stakeholder.pk])


def last_change(stakeholder: Stakeholder) -> int | None:
    """The standing whose change is the last one and can still be undone; None if there is none."""
    events = _EVENTS.objects.filter(stakeholder_id=stakeholder.pk)
    last = events.order_by("-pgh_id").values_list("pgh_context_id", flat=True).first()
    if last is None or not events.exclude(pgh_context_id=last).exists():
        return None
    touched = list(
        events.filter(pgh_context_id=last).select_related("pgh_context").order_by("pgh_id")
    )
    if (touched[0].pgh_context.metadata or {}).get("reason") == UNDONE:
        return None
    opened = [event for event in touched if event.pgh_label == "insert"]
    # A change on the day of another wrote over that row; what it carried on begins later.
    event = opened[-1] if opened else min(touched, key=lambda row: row.valid.lower or date.min)
    return int(event.pgh_obj_id)


def end(stakeholder: Stakeholder, *, on: date, reason: str, by: Viewer) -> Standing:
    """End a partnership from a day; its path and evidence stay."""
    return change(stakeholder, on=on, reason=reason, by=by, state=State.ENDED)


def gaps(rows: Iterable[Standing]) -> list[date]:
    """The days on which one standing ends and none follows, for checks."""
    ordered = sorted(rows, key=lambda row: row.valid.lower or date.min)
    return [
        one.valid.upper for one, other in pairwise(ordered) if one.valid.upper != other.valid.lower
    ]


def _normal(stakeholder: Stakeholder, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts by their column, checked to belong to the institution."""
    wanted: dict[str, Any] = {}
    for name, value in facts.items():
        if name in {"level", "owner", "counterpart"}:
            wanted[f"{name}_id"] = value.pk if value is not None else None
        elif name in {"contents", "themes"}:
            wanted[name] = sorted({getattr(item, "pk", item) for item in value})
        elif name in FACTS:
            wanted[name] = value
        else:
            raise TypeError(f"a standing has no {name}")
    if wanted.get("state", State.ACTIVE) not in State.values:
        raise StandingError(_("There is no such state."))
    if wanted.get("form", Standing.Form.BILATERAL) not in Standing.Form.values:
        raise StandingError(_("There is no such form."))
    if wanted.get("scope_override", "") not in ("", *Standing.Scope.values):
        raise StandingError(_("There is no such scope."))
    own = {"institution_id": stakeholder.institution_id}
    if wanted.get("level_id") and not Level.objects.filter(pk=wanted["level_id"], **own).exists():
        raise StandingError(_("The level isn't on your institution's ladder."))
    for name, kind in (("contents", Facet.Kind.CONTENT), ("themes", Facet.Kind.THEME)):
        if chosen := wanted.get(name):
            known = Facet.objects.filter(pk__in=chosen, kind=kind, **own).count()
            if known != len(chosen):
                raise StandingError(_("That isn't on your institution's own list."))
    return wanted


def _place(
    rows: list[Standing], on: date | None
) -> tuple[Standing | None, Standing | None, list[Standing]]:
    """The row before the day, the row that begins on it, and those that begin later."""
    day = on or date.min
    starts = [row.valid.lower or date.min for row in rows]
    earlier = [row for row, start in zip(rows, starts, strict=True) if start < day]
    at = next((row for row, start in zip(rows, starts, strict=True) if start == day), None)
    later = [row for row, start in zip(rows, starts, strict=True) if start > day]
    return (earlier[-1] if earlier else None), at, later


def _opened(
    stakeholder: Stakeholder, before: Standing | None, later: list[Standing], on: date | None
) -> Standing:
    """A new row from the day until the next one, as things stood before it."""
    until = later[0].valid.lower if later else None
    standing = Standing(stakeholder=stakeholder, valid=DateRange(on, until, "[)"))
    if before:
        for name in (*FACTS, "goals_language"):
            setattr(standing, name, getattr(before, name))
    return standing


def _carried(
    wanted: dict[str, Any], standing: Standing, later: list[Standing]
) -> list[tuple[Standing, dict[str, Any]]]:
    """For each later row, the facts that it had only taken over and that now are others."""
    held = {name: _value(standing, name) for name in wanted}
    carried = []
    for row in later:
        held = {name: value for name, value in held.items() if _value(row, name) == value}
        values = {name: wanted[name] for name in held if held[name] != wanted[name]}
        if values:
            carried.append((row, values))
    return carried


def _check_states(rows: list[Standing]) -> None:
    for one, other in pairwise(rows):
        if one.state == other.state or other.state in NEXT[one.state]:
            continue
        words = {"one": one.get_state_display(), "other": other.get_state_display()}
        if other is rows[1]:
            raise StandingError(_("“%(other)s” doesn't follow “%(one)s”.") % words)
        words["day"] = date_format(other.valid.lower, "SHORT_DATE_FORMAT")
        raise StandingError(
            _("On %(day)s the state becomes “%(other)s”, which doesn't follow “%(one)s”.") % words
        )


def _check_decider(stakeholder: Stakeholder, by: Viewer, levels: set[int]) -> None:
    """Who decides a level also decides that it is left."""
    decided: list[Level | None] = [*Level.objects.filter(pk__in=levels)]
    decided = decided or [None]
    for level in decided:
        if can_decide_level(by, stakeholder.institution_id, level):
            continue
        if level and level.decided_by == Level.Decider.LEADER:
            raise NotYoursToDecideError(
                _("The level “%(level)s” is decided by a leader.") % {"level": level.name}
            )
        raise NotYoursToDecideError(_("Levels are decided by a coordinator or a leader."))


def _value(row: Standing, name: str) -> Any:
    value = getattr(row, name)
    return sorted(value) if isinstance(value, list) else value
