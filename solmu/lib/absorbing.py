"""Two rows found to be one: all that points to the one that goes is led to the one that stays.

Walks every key to the row, whatever model it is in. Where moving a row would break a unique
constraint, the two rows in conflict are made one in the same way; where it would make two dated
periods overlap, a person says which of them holds. A journal of what was done undoes it.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q

KEPT, GONE = "kept", "gone"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two periods that would hold at once; a person says which one does."""

    key: str
    kept: models.Model
    gone: models.Model


@dataclass(slots=True)
class Absorption:
    """One merge: what a person has settled, what has been done, what is still to be settled."""

    choices: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[type[models.Model]] = frozenset()
    journal: list[dict[str, Any]] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    pieces: dict[tuple[type[models.Model], Any], Any] = field(default_factory=dict)

    def lead_over(self, kept: models.Model, gone: models.Model) -> None:
        """Lead everything that points to `gone` to `kept`."""
        for relation in type(kept)._meta.get_fields(include_hidden=True):  # noqa: SLF001
            if not relation.auto_created or relation.concrete or relation.many_to_many:
                continue
            model: Any = relation.related_model
            # Histories keep what was true then.
            if model in self.ignored or hasattr(model, "pgh_tracked_model"):
                continue
            key = relation.field  # type: ignore[union-attr]
            for row in model._base_manager.filter(**{key.name: gone.pk}).order_by("pk"):  # noqa: SLF001
                self._lead(row, key, kept)

    def set(self, row: models.Model, **values: Any) -> None:
        """Change a row and write it in the journal."""
        was = {name: getattr(row, name) for name in values}
        changed = {name: value for name, value in values.items() if was[name] != value}
        if not changed:
            return
        columns = _columns(type(row))
        pairs = {name: [_plain(was[name]), _plain(value)] for name, value in changed.items()}
        self._note("set", row, values=pairs)
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=[columns[name].name for name in changed])

    def fill(self, kept: models.Model, gone: models.Model, *, leave: Iterable[str] = ()) -> None:
        """Give the row that stays what only the other one knew."""
        skip = {"id", "uuid", "slug", "created_at", *leave}
        values: dict[str, Any] = {}
        for name, column in _columns(type(kept)).items():
            if column.primary_key or column.name in skip or name in skip:
                continue
            mine, theirs = getattr(kept, name), getattr(gone, name)
            if isinstance(mine, list) and isinstance(theirs, list):
                values[name] = mine + [one for one in theirs if one not in mine]
            elif isinstance(mine, dict) and isinstance(theirs, dict):
                values[name] = {**theirs, **mine}
            elif mine in (None, "") and theirs not in (None, ""):
                values[name] = theirs
        # One by one, so that each can be taken back although another has been changed since.
        for name, value in values.items():
            self.set(kept, **{name: value})

    def _lead(self, row: models.Model, key: models.Field, kept: models.Model) -> None:
        if type(row) is type(kept) and row.pk == kept.pk:  # it pointed to its other self
            self.set(row, **{key.attname: None})
            return
        values = _ordered(row, {key.attname: kept.pk})
        if _is_loop(row, values, type(kept)):
            self._delete(row)
            return
        twin = self._twin(row, values)
        if twin is not None:
            self._make_one(twin, row)
            return
        alive, pieces = self._part_periods(row, values)
        if alive:
            self.set(row, **values)
        for piece in pieces:
            self._lead(piece, key, kept)

    def _make_one(self, kept: models.Model, gone: models.Model) -> None:
        self.lead_over(kept, gone)
        self._delete(gone)
        self.fill(kept, gone)

    def _twin(self, row: models.Model, values: dict[str, Any]) -> models.Model | None:
        """The row that the moved row would repeat."""
        model = type(row)
        manager = model._base_manager  # noqa: SLF001
        for names, condition in _uniques(model):
            attnames = [_attname(model, name) for name in names]
            if not values.keys() & set(attnames):
                continue
            wanted = {name: values.get(name, getattr(row, name)) for name in attnames}
            if None in wanted.values():
                continue
            if condition and not manager.filter(condition, pk=row.pk).exists():
                continue
            found = manager.filter(condition or Q(), **wanted).exclude(pk=row.pk).first()
            if found is not None:
                return found
        return None

    def _part_periods(
        self, row: models.Model, values: dict[str, Any]
    ) -> tuple[bool, list[models.Model]]:
        """Cut the periods that would overlap.

        Tells whether anything is left of the row, and which pieces of it became rows of their own.
        """
        model = type(row)
        pieces: list[models.Model] = []
        for constraint in model._meta.constraints:  # noqa: SLF001
            if not isinstance(constraint, ExclusionConstraint):
                continue
            same, period = _parts(constraint)
            attnames = [_attname(model, name) for name in same]
            if not values.keys() & set(attnames) or getattr(row, period) is None:
                continue
            wanted: dict[str, Any] = {}
            for name in attnames:
                value = values.get(name, getattr(row, name))
                wanted[f"{name}__isnull" if value is None else name] = (
                    True if value is None else value
                )
            wanted[f"{period}__overlap"] = getattr(row, period)
            for other in model._base_manager.filter(**wanted).exclude(pk=row.pk).order_by("pk"):  # noqa: SLF001
                label = model._meta.label  # noqa: SLF001
                # A piece goes by the row that it was cut from: its own key is another each time.
                # Copies, so that a person is shown the periods as they were before the cut.
                key = f"{label}:{other.pk}:{self._cut_from(row)}"
                overlap = Overlap(key, copy(other), copy(row))
                choice = self.choices.get(overlap.key)
                if choice is None and overlap.key not in {one.key for one in self.overlaps}:
                    self.overlaps.append(overlap)
                loser, winner = (other, row) if choice == GONE else (row, other)
                alive, others = self._cut(loser, winner, period)
                if loser is row:
                    pieces += others
                    if not alive:
                        return False, pieces
        return True, pieces

    def _cut(
        self, row: models.Model, winner: models.Model, period: str
    ) -> tuple[bool, list[models.Model]]:
        """Take the winner's period out of a row's; what lies on both sides becomes two rows."""
        pieces = _minus(getattr(row, period), getattr(winner, period))
        others: list[models.Model] = []
        if not pieces:
            self.lead_over(winner, row)  # what was signed for it stays
            self._delete(row)
            return False, others
        self.set(row, **{period: pieces[0]})
        for piece in pieces[1:]:
            values = {name: getattr(row, name) for name in _columns(type(row))}
            values = {
                name: value
                for name, value in values.items()
                if not _columns(type(row))[name].primary_key and name != "uuid"
            }
            copy = type(row)(**{**values, period: piece})
            copy.save(force_insert=True)
            self._note("create", copy)
            self.pieces[type(row), copy.pk] = self._cut_from(row)
            others.append(copy)
        return True, others

    def _cut_from(self, row: models.Model) -> Any:
        return self.pieces.get((type(row), row.pk), row.pk)

    def _delete(self, row: models.Model) -> None:
        values = {name: _plain(getattr(row, name)) for name in _columns(type(row))}
        self._note("delete", row, values=values)
        type(row)._base_manager.filter(pk=row.pk).delete()  # noqa: SLF001

    def _note(self, did: str, row: models.Model, **facts: Any) -> None:
        # What is derived from other rows is written anew from them, not taken back.
        if not getattr(type(row), "DERIVED", False):
            label = row._meta.label  # noqa: SLF001
            self.journal.append({"do": did, "model": label, "pk": row.pk, **facts})


def touched(journal: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The rows that a journal tells of, by model."""
    found: dict[str, set[int]] = {}
    for entry in journal:
        found.setdefault(entry["model"], set()).add(entry["pk"])
    return {model: sorted(keys) for model, keys in found.items()}


def undo(journal: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take back what the journal says, the last first; returns what others have changed since."""
    left = []
    for entry in reversed(journal):
        model = apps.get_model(entry["model"])
        try:
            with transaction.atomic():
                done = _UNDO[entry["do"]](model, entry)
        except IntegrityError:
            done = False
        if not done:
            left.append(entry)
    return left


def _undo_set(model: type[models.Model], entry: dict[str, Any]) -> bool:
    columns = _columns(model)
    row = model._base_manager.filter(pk=entry["pk"]).first()  # noqa: SLF001
    if row is None:
        return False
    for name, (_was, became) in entry["values"].items():
        if _plain(getattr(row, name)) != became:
            return False
    for name, (was, _became) in entry["values"].items():
        setattr(row, name, _value(columns[name], was))
    row.save(update_fields=[columns[name].name for name in entry["values"]])
    return True


def _undo_delete(model: type[models.Model], entry: dict[str, Any]) -> bool:
    columns = _columns(model)
    values = {name: _value(columns[name], raw) for name, raw in entry["values"].items()}
    model(**values).save(force_insert=True)
    return True


def _undo_create(model: type[models.Model], entry: dict[str, Any]) -> bool:
    return bool(model._base_manager.filter(pk=entry["pk"]).delete()[0])  # noqa: SLF001


_UNDO = {"set": _undo_set, "delete": _undo_delete, "create": _undo_create}


def _columns(model: type[models.Model]) -> dict[str, models.Field]:
    return {
        column.attname: column
        for column in model._meta.concrete_fields  # noqa: SLF001
        if not isinstance(column, models.GeneratedField)
    }


def _attname(model: Any, name: str) -> str:
    return str(model._meta.get_field(name).attname)  # noqa: SLF001


def _ordered(row: models.Model, values: dict[str, Any]) -> dict[str, Any]:
    """Keep two ends in their order, where the model says that they have one."""
    ends = getattr(type(row), "ORDERED_ENDS", None)
    if ends is None:
        return values
    one, other = (values.get(name, getattr(row, name)) for name in ends)
    return dict(zip(ends, sorted((one, other)), strict=True))


def _is_loop(row: models.Model, values: dict[str, Any], of: type[models.Model]) -> bool:
    """Tell whether the row would join the kept row with itself."""
    if type(row) is of:
        return False
    ends = [
        values.get(column.attname, getattr(row, column.attname))
        for column in row._meta.concrete_fields  # noqa: SLF001
        if column.is_relation and column.related_model is of and not column.null
    ]
    return len(ends) > 1 and len(set(ends)) == 1


def _uniques(model: type[models.Model]) -> list[tuple[tuple[str, ...], Q | None]]:
    found: list[tuple[tuple[str, ...], Q | None]] = [
        ((column.name,), None)
        for column in model._meta.concrete_fields  # noqa: SLF001
        if column.unique and not column.primary_key
    ]
    found += [(tuple(names), None) for names in model._meta.unique_together]  # noqa: SLF001
    for constraint in model._meta.constraints:  # noqa: SLF001
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            found.append((tuple(constraint.fields), constraint.condition))
    return found


def _parts(constraint: ExclusionConstraint) -> tuple[list[str], str]:
    """The fields that have to be the same, and the period that may not overlap then."""
    same, period = [], ""
    for expression, operator in constraint.expressions:
        name = expression if isinstance(expression, str) else _first_field(expression)
        if operator == "&&":
            period = name
        else:
            same.append(name)
    return same, period


def _first_field(expression: Any) -> str:
    if isinstance(expression, F):
        return str(expression.name)  # type: ignore[attr-defined]
    return next(_first_field(part) for part in expression.get_source_expressions())


def _minus(period: DateRange, away: DateRange) -> list[DateRange]:
    if _apart(period, away):
        return [period]
    pieces = []
    if away.lower is not None and (period.lower is None or period.lower < away.lower):
        pieces.append(DateRange(period.lower, away.lower, "[)"))
    if away.upper is not None and (period.upper is None or away.upper < period.upper):
        pieces.append(DateRange(away.upper, period.upper, "[)"))
    return pieces


def _apart(one: DateRange, other: DateRange) -> bool:
    return any(
        first.upper is not None and last.lower is not None and first.upper <= last.lower
        for first, last in ((one, other), (other, one))
    )


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, DateRange):
        return [_plain(value.lower), _plain(value.upper)]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _value(column: models.Field, raw: Any) -> Any:
    if isinstance(column, DateRangeField) and raw is not None:
        return DateRange(*(date.fromisoformat(end) if end else None for end in raw), "[)")
    if isinstance(raw, list | dict) or raw is None:
        return raw
    return column.to_python(raw)
