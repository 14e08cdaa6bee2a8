"""The history of a record in the reader's words: who changed what, when and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.formats import date_format, localize
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from solmu.lib.periods import last_day
from solmu.lib.translated import LANGUAGES

GROUPS = 20  # changes on a page
EVENTS = 80  # read of each part for a page
LINES = 12  # shown of one change
LONGEST = 400  # characters of a text

# Names for people of fields that bear only a name for programs; without one a field isn't shown.
NAMES: Mapping[str, Any] = {"valid": gettext_lazy("period")}
HIDDEN = frozenset({"id", "uuid", "slug", "name_key", "created_at", "fact_sources"})

# A model, or a function that names the rows of some ids.
Reference = type[models.Model] | Callable[[set[int]], dict[int, str]]


@dataclass(frozen=True)
class Part:
    """Which changes of one model belong to a history; `where` is a condition on its events.

    `title` names the columns that tell which row it is; of a text kept in several languages
    ("name" for name_fi, name_sv, name_en) the reader's is told.
    """

    model: type[models.Model]
    where: Q
    label: Any
    title: Sequence[str] = ()
    names: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    # Periods follow one another: a new one is told as a change of the one that ends before it.
    continues: bool = False

    @property
    def fields(self) -> list[tuple[models.Field[Any, Any], Any]]:
        """The fields that people read, with what they are called."""
        shown = []
        for column in self.model._meta.concrete_fields:  # noqa: SLF001
            name = column.name
            if column.primary_key or name in self.hidden or name in HIDDEN:
                continue
            label = self.names.get(name) or NAMES.get(name)
            if label is None and isinstance(column.verbose_name, Promise):
                label = column.verbose_name
            if label is not None:
                shown.append((column, label))
        return shown


@dataclass(frozen=True, slots=True)
class Fact:
    """One field before and after."""

    name: Any
    before: str
    after: str
    # Of a text that is kept in several, or with its language beside it; empty for all else.
    language: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What happened to one row: added, changed or removed."""

    happened: str
    label: Any
    title: str
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class Change:
    """All that one person changed at once."""

    at: datetime
    who: str
    reason: str
    lines: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Page:
    """Changes, the newest first, and where the earlier ones begin."""

    changes: list[Change]
    before: str


def of_record(record: models.Model) -> list[Part]:
    """The history of one row alone."""
    model = type(record)
    return [Part(model, Q(pgh_obj_id=record.pk), model._meta.verbose_name)]  # noqa: SLF001


def read(parts: Iterable[Part], viewer: Any, before: str = "") -> Page:
    """A page of changes; the number of queries depends on the parts alone."""
    parts = list(parts)
    limit = _instant(before)
    found: list[tuple[Part, Any]] = []
    horizon: datetime | None = None
    for part in parts:
        events = _events(part)
        if limit:
            events = events.filter(pgh_created_at__lt=limit)
        rows = list(events.order_by("-pgh_created_at", "-pgh_id")[:EVENTS])
        if len(rows) == EVENTS:
            oldest = rows[-1].pgh_created_at
            horizon = max(horizon, oldest) if horizon else oldest
        found += [(part, row) for row in rows]
    groups = _grouped(found)
    whole = [group for group in groups if horizon is None or group[0][1].pgh_created_at > horizon]
    shown = (whole or groups)[:GROUPS]
    kept = [pair for group in shown for pair in group]
    earlier = _earlier(kept)
    words = _words(kept, earlier)
    changes = [_change(group, earlier, words, viewer) for group in shown]
    more = len(shown) < len(groups) or horizon is not None
    cursor = shown[-1][0][1].pgh_created_at.isoformat() if shown and more else ""
    return Page([change for change in changes if change.lines], cursor)


def _events(part: Part) -> Any:
    model = part.model.pgh_event_models["insert"]  # type: ignore[attr-defined]
    return model.objects.filter(part.where).select_related("pgh_context")


def _grouped(found: list[tuple[Part, Any]]) -> list[list[tuple[Part, Any]]]:
    """Events of one act together, the newest act first, the first event of an act first."""
    groups: dict[Any, list[tuple[Part, Any]]] = {}
    for part, event in found:
        groups.setdefault((event.pgh_created_at, event.pgh_context_id), []).append((part, event))
    ordered = sorted(groups.values(), key=lambda group: group[0][1].pgh_created_at, reverse=True)
    # Rows are read newest first in each part; told, they are in the order in which they happened.
    return [sorted(group, key=lambda pair: pair[1].pgh_id) for group in ordered]


def _earlier(kept: list[tuple[Part, Any]]) -> dict[tuple[int, int], Any]:
    """For each event of the page, the event of the same row before it."""
    earlier: dict[tuple[int, int], Any] = {}
    by_part: dict[int, tuple[Part, list[Any]]] = {}
    for part, event in kept:
        by_part.setdefault(id(part), (part, []))[1].append(event)
    for key, (part, events) in by_part.items():
        changed = [event for event in events if event.pgh_label != "insert"]
        if not changed:
            continue
        model = part.model.pgh_event_models["insert"]  # type: ignore[attr-defined]
        rows = model.objects.filter(
            pgh_obj_id__in={event.pgh_obj_id for event in changed},
            pgh_id__lte=max(event.pgh_id for event in changed),
        ).order_by("pgh_id")
        last: dict[int, Any] = {}
        for row in rows:
            if row.pgh_obj_id in last:
                earlier[key, row.pgh_id] = last[row.pgh_obj_id]
            last[row.pgh_obj_id] = row
    return earlier


class _Words:
    """Names of the rows that values point to."""

    def __init__(self) -> None:
        self.names: dict[Any, dict[int, str]] = {}

    def of(self, reference: Reference, key: int) -> str:
        return self.names.get(reference, {}).get(key, "–")


def _words(kept: list[tuple[Part, Any]], earlier: dict[tuple[int, int], Any]) -> _Words:
    wanted: dict[Any, set[Any]] = {}
    for part, event in kept:
        for row in (event, earlier.get((id(part), event.pgh_id))):
            if row is None:
                continue
            named = {column.name: column for column in part.model._meta.concrete_fields}  # noqa: SLF001
            columns = {column for column, _label in part.fields} | {
                named[one] for one in part.title if one in named
            }
            for column in columns:
                reference = _reference(part, column)
                if reference is None:
                    continue
                value = getattr(row, column.attname)
                values = value if isinstance(value, list) else [value]
                wanted.setdefault(reference, set()).update(v for v in values if v is not None)
    words = _Words()
    for reference, keys in wanted.items():
        if isinstance(reference, type):
            rows = _in_bulk(reference, keys)
            words.names[reference] = {key: str(row) for key, row in rows.items()}
        else:
            words.names[reference] = reference(keys)
    return words


def _in_bulk(model: Any, keys: set[Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = model.objects.in_bulk(list(keys))
    return found


def _reference(part: Part, column: Any) -> Reference | None:
    if column.name in part.references:
        return part.references[column.name]
    return column.related_model if column.is_relation else None


def _change(
    group: list[tuple[Part, Any]], earlier: dict[tuple[int, int], Any], words: _Words, viewer: Any
) -> Change:
    lines = []
    before = _ended(group)
    ended = {id(event) for event in before.values()}
    for part, event in group:
        if id(event) in ended:
            continue
        was = before.get(id(event)) or earlier.get((id(part), event.pgh_id))
        line = _line(part, event, was, words)
        if line is not None:
            lines.append(line)
    context = group[0][1].pgh_context
    facts = context.metadata if context else {}
    who, reason = _actor(facts, viewer)
    return Change(
        at=group[0][1].pgh_created_at,
        who=who,
        reason=reason,
        lines=lines[:LINES],
        more=max(0, len(lines) - LINES),
    )


def _ended(group: list[tuple[Part, Any]]) -> dict[int, Any]:
    """For each new period of the act, the one that the act ended the day before."""
    ends = {
        (id(part), event.valid.upper): event
        for part, event in group
        if part.continues and event.pgh_label == "update" and event.valid.upper
    }
    return {
        id(event): ends[id(part), event.valid.lower]
        for part, event in group
        if part.continues and event.pgh_label == "insert" and (id(part), event.valid.lower) in ends
    }


def _actor(facts: dict[str, Any], viewer: Any) -> tuple[str, str]:
    """Who and why; who at another institution worked on a shared record is not told."""
    institution = facts.get("institution")
    reason = facts.get("reason") or ""
    if institution and not viewer.is_admin and institution not in viewer.institutions:
        return _("somebody else"), ""
    if not facts.get("user"):
        return "Solmu", _(reason) if reason else ""
    return facts.get("name") or _("somebody"), _(reason) if reason else ""


def _language_of(column: str, event: Any) -> str:
    suffix = column.rpartition("_")[2]
    return suffix if suffix in LANGUAGES else getattr(event, f"{column}_language", "")


def _line(part: Part, event: Any, before: Any, words: _Words) -> Line | None:
    happened = event.pgh_label
    if happened == "insert" and before is not None:
        happened = "update"
    facts = []
    if happened != "delete":
        for column, label in part.fields:
            now = _shown(part, column, event, words)
            was = _shown(part, column, before, words) if before is not None else ""
            is_title = part.continues and column.name in part.title
            if now != was and not is_title and (happened == "insert" or before is not None):
                facts.append(Fact(label, was, now, _language_of(column.name, event)))
    if happened == "update" and not facts:
        return None
    columns = {column.name: column for column in part.model._meta.concrete_fields}  # noqa: SLF001
    titles = [_title_column(name, columns, event) for name in dict.fromkeys(part.title)]
    title = " ".join(text for column in titles if (text := _shown(part, column, event, words)))
    if happened == "insert":
        no = _text(value=False)
        told = {column.name for column in titles}
        names = {str(label): column.name for column, label in part.fields}
        facts = [f for f in facts if f.after not in {"", no} and names.get(str(f.name)) not in told]
    return Line(happened, part.label, title, facts)


def _title_column(name: str, columns: Mapping[str, Any], row: Any) -> Any:
    """The column of that name; of a text in several languages the one that the reader is told."""
    if name in columns:
        return columns[name]
    own = (get_language() or "fi")[:2]
    codes = [code for code in (own, *LANGUAGES) if getattr(row, f"{name}_{code}")]
    return columns[f"{name}_{codes[0] if codes else 'fi'}"]


def _shown(part: Part, column: Any, row: Any, words: _Words) -> str:
    value = getattr(row, column.attname)
    if value is None or value in ("", [], {}):
        return ""
    if (reference := _reference(part, column)) is not None:
        keys = value if isinstance(value, list) else [value]
        return ", ".join(words.of(reference, key) for key in keys)
    choices = dict(column.flatchoices or ())
    if isinstance(column, ArrayField):
        choices = dict(column.base_field.flatchoices or ())
        return ", ".join(str(choices.get(one, one)) for one in value)
    if choices:
        return str(choices.get(value, value))
    return str(value) if column.name == "year" else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, DateRange):
        first = date_format(value.lower, "SHORT_DATE_FORMAT") if value.lower else ""
        last = last_day(value)
        return f"{first}–{date_format(last, 'SHORT_DATE_FORMAT') if last else ''}"
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {one}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    text = str(localize(value))
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…"


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None
