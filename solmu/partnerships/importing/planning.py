"""The plan of an import: which organisation each row is, and what would become of it.

Nothing is written here. Each row counts once: created, updated, unchanged or rejected. What a
person changed after an earlier import wins, and is shown as a conflict with both values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from solmu.imports.guessing import Column, DataRow
from solmu.imports.models import Line
from solmu.imports.reading import Row, plain
from solmu.lib import names
from solmu.lib.copying import as_json
from solmu.partnerships.importing.known import Details, Known, StakeholderState
from solmu.partnerships.importing.rows import Facts, Reader, identity, place_of
from solmu.partnerships.importing.words import Vocabulary

SINGLES = (
    "name", "country", "municipality", "region", "postal_code", "business_id", "website", "kind",
    "level", "state", "owner", "start", "end", "next_step", "notes",
)  # fmt: skip
LISTS = ("roles", "contents", "themes", "fields")
ORGANISATION_FACTS = (
    "name", "business_id", "country", "municipality", "region", "postal_code", "website", "kind",
    "fields",
)  # fmt: skip
STANDING_FACTS = ("level", "state", "owner", "contents", "themes")
STAKEHOLDER_FACTS = ("roles", "next_step", "notes")
# How unlike two names must be for one business ID on both to be a mistake.
UNLIKE = 0.5
MANY_CANDIDATES = 3
# After as many rows it is told how far the work is.
TOLD_AFTER = 5_000
# Hears which stage the work is in, and which part of that is done.
Tell = Callable[[str, float], None]
# Of as many organisations all is known at a time: enough for few queries, little for the memory.
COMPARED_AT_ONCE = 5_000


@dataclass(slots=True)
class Settled:
    """What a person said about a row in the preview: other cells, and which organisation it is."""

    corrections: Mapping[str, str] = field(default_factory=dict)
    decision: str = ""


@dataclass(slots=True)
class PlannedLine:
    """A row and what becomes of it."""

    number: int
    sheet: str
    row: int
    # As they are kept: a JSON array of texts.
    cells: str
    facts: Facts
    name_key: str = ""
    identity: str = ""
    action: str = Line.Action.CREATED
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    settled: Settled = field(default_factory=Settled)
    target: Target | None = None
    # What the row was the first of its target to tell; None: all that it says.
    gave: set[Any] | None = None


@dataclass(slots=True)
class Target:
    """One organisation that rows are about: what the file says of it, and what would change."""

    first: PlannedLine
    facts: Facts
    days: list[str]
    organisation_id: int | None = None
    stakeholder_id: int | None = None
    lines: list[PlannedLine] = field(default_factory=list)
    # How a stakeholder stands that is to be changed.
    stakeholder: StakeholderState | None = None
    # What would be written, by field; a person by their key.
    organisation_changes: dict[str, Any] = field(default_factory=dict)
    proposals: dict[str, Any] = field(default_factory=dict)
    stakeholder_changes: dict[str, Any] = field(default_factory=dict)
    standing_changes: dict[str, Any] = field(default_factory=dict)
    people: list[list[Any]] = field(default_factory=list)
    person_changes: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """All rows, what they are about, and the values that nobody knew."""

    lines: list[PlannedLine]
    targets: list[Target]
    unknown: Counter[tuple[str, str]]
    known: Known
    vocabulary: Vocabulary
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows become what, and how many cells nobody knew."""
        actions = Counter(line.action for line in self.lines)
        return {
            "rows": len(self.lines),
            **{action: actions[action] for action in Line.Action.values},
            "unmapped": sum(self.unknown.values()),
            "duplicates": sum(1 for line in self.lines if line.candidates),
            "conflicts": sum(1 for line in self.lines if line.conflicts),
            "proposals": sum(len(target.proposals) for target in self.targets),
        }


def make_plan(
    institution_id: int,
    rows: Sequence[DataRow],
    columns: Sequence[Column],
    vocabulary: Vocabulary,
    today: date,
    settled: Mapping[int, Settled] | None = None,
    leaders_levels: Collection[str] = (),
    tell: Tell | None = None,
) -> Plan:
    """Understand the rows, find their organisations, and compare them with what is known."""
    lines, unknown = _understood(rows, columns, vocabulary, today, settled or {}, tell)
    if tell:
        tell("comparing", 0)
    good = [line for line in lines if not line.reasons]
    known = Known(
        institution_id,
        ((line.facts, line.name_key, line.identity) for line in good),
        {int(line.settled.decision) for line in good if line.settled.decision.isdigit()},
        today,
    )
    targets = _Matching(known).match(good)
    _find_candidates(targets, known)
    for number, some in enumerate(batched(targets, COMPARED_AT_ONCE)):
        if tell:
            tell("comparing", 0.5 + number * COMPARED_AT_ONCE / len(targets) / 2)
        details = Details(known, {one.organisation_id for one in some if one.organisation_id})
        for target in some:
            _Comparing(target, details, leaders_levels).compare()
    for line in lines:
        if line.reasons:
            line.action = Line.Action.REJECTED
            line.target = None
    return Plan(lines, [target for target in targets if target.lines], unknown, known, vocabulary)


def _understood(
    rows: Sequence[DataRow],
    columns: Sequence[Column],
    vocabulary: Vocabulary,
    today: date,
    settled: Mapping[int, Settled],
    tell: Tell | None,
) -> tuple[list[PlannedLine], Counter[tuple[str, str]]]:
    reader = Reader(columns, vocabulary, today)
    unknown: Counter[tuple[str, str]] = Counter()
    lines = []
    nothing = Settled()
    for number, row in enumerate(rows, 1):
        if tell and number % TOLD_AFTER == 0:
            tell("reading", number / len(rows))
        said = settled.get(number, nothing)
        cells = row.cells
        if said.corrections:
            cells = [said.corrections.get(str(index), cell) for index, cell in enumerate(cells)]
        found = reader.read(cells)
        kept = as_json(cells_as_text(cells))
        line = PlannedLine(number, row.sheet, row.number, kept, found.facts, settled=said)
        row.cells = []  # a large file is held in one form at a time
        line.reasons, line.notes = found.reasons, found.notes
        if said.decision == "skip":
            line.reasons = [_("Left out by you.")]
        if not line.reasons:
            line.name_key = names.key(found.facts["name"])
            line.identity = identity(found.facts)
        for entry in found.unknown:
            unknown[entry] += 1
        lines.append(line)
    return lines, unknown


class _Matching:
    """Finds for each row its organisation: known already, named earlier in the file, or new."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.targets: list[Target] = []
        self._by_organisation: dict[int, Target] = {}
        self._by_number: dict[tuple[str, str], Target] = {}
        self._by_name: dict[str, list[Target]] = {}
        self._by_line: dict[int, Target] = {}

    def match(self, lines: Iterable[PlannedLine]) -> list[Target]:
        """Give each line its target, in the file's order."""
        for line in lines:
            target = self._settled(line) or self._earlier(line)
            if line.reasons:
                continue
            organisation_id = None if target else self._organisation(line)
            if organisation_id == self.known.institution_id:
                line.reasons.append(_("This is your own institution."))
                continue
            if organisation_id and organisation_id in self._by_organisation:
                target = self._by_organisation[organisation_id]
            if target is None:
                target = self._new(line, organisation_id)
            else:
                _merge(target, line)
            line.target = target
            target.lines.append(line)
            self._by_line[line.number] = target
        return self.targets

    def _settled(self, line: PlannedLine) -> Target | None:
        """The earlier row that a person said this row repeats."""
        decision = line.settled.decision
        return self._by_line.get(int(decision[4:])) if decision.startswith("row:") else None

    def _earlier(self, line: PlannedLine) -> Target | None:
        facts = line.facts
        if number := facts.get("business_id"):
            same = self._by_number.get((facts.get("country", "FI"), number))
            if same:
                if names.similarity(facts["name"], same.facts["name"]) < UNLIKE:
                    line.reasons.append(
                        _("Row %(row)s has the same business ID but another name: %(name)s.")
                        % {"row": same.first.row, "name": same.facts["name"]}
                    )
                    return None
                return same
        if line.settled.decision == "new":
            return None
        for target in self._by_name.get(line.name_key, ()):
            if _one_and_same(facts, target.facts):
                return target
        return None

    def _organisation(self, line: PlannedLine) -> int | None:
        if line.settled.decision.isdigit():
            return self.known.current(int(line.settled.decision))
        if line.settled.decision == "new":
            return None
        return self.known.find(line.facts, line.name_key, line.identity)

    def _new(self, line: PlannedLine, organisation_id: int | None) -> Target:
        facts = line.facts
        days = [facts["last_contact"]] if "last_contact" in facts else []
        target = Target(line, facts, days, organisation_id)
        self.targets.append(target)
        if organisation_id:
            self._by_organisation[organisation_id] = target
            target.stakeholder_id = self.known.entries[organisation_id].stakeholder_id
        if number := facts.get("business_id"):
            self._by_number[facts.get("country", "FI"), number] = target
        self._by_name.setdefault(line.name_key, []).append(target)
        return target


def _one_and_same(one: Facts, other: Facts) -> bool:
    """Tell whether two rows of one name are about one organisation."""
    numbers = {one.get("business_id"), other.get("business_id")} - {None}
    if len(numbers) > 1:
        return False
    places = {place_of(one), place_of(other)} - {""}
    return len(places) < 2


def _merge(target: Target, line: PlannedLine) -> None:
    """Add to a target what a later row of it tells; what an earlier one told stands."""
    if target.facts is target.first.facts:
        target.facts = {
            key: list(value)
            if isinstance(value, list)
            else dict(value)
            if key == "extra"
            else value
            for key, value in target.facts.items()
        }
    line.gave = set()
    facts, merged = line.facts, target.facts
    for key in SINGLES:
        if key in facts and key not in merged:
            merged[key] = facts[key]
            line.gave.add(key)
        elif key in ("level", "state", "owner") and key in facts and facts[key] != merged[key]:
            line.notes.append(
                _("Row %(row)s says otherwise; the first row holds.") % {"row": target.first.row}
            )
    for key in LISTS:
        for value in facts.get(key, ()):
            if value not in merged.setdefault(key, []):
                merged[key].append(value)
                line.gave.add(key)
    known = {_person_key(person) for person in merged.get("people", ())}
    for person in facts.get("people", ()):
        if _person_key(person) not in known:
            merged.setdefault("people", []).append(person)
            line.gave.add(_person_key(person))
    for heading, text in facts.get("extra", {}).items():
        if heading not in merged.setdefault("extra", {}):
            merged["extra"][heading] = text
            line.gave.add(("extra", heading))
    if (day := facts.get("last_contact")) and day not in target.days:
        target.days.append(day)
        line.gave.add(("day", day))


def _person_key(person: Sequence[Any]) -> tuple[str, str]:
    given, family, _title, email, *_rest = person
    name = names.folded(f"{given} {family}".strip())
    return ("person", name or email)


def _find_candidates(targets: Sequence[Target], known: Known) -> None:
    """Note, for what would be new, what has a similar name and may be the same."""
    new = [target for target in targets if target.organisation_id is None]
    if not new:
        return
    index: names.NameIndex[tuple[str, int]] = names.NameIndex()
    numberless: names.NameIndex[tuple[str, int]] = names.NameIndex()
    lacking = any("business_id" not in target.facts for target in new)
    # Two that both have a business ID are two: only rows without one are compared with all.
    for organisation_id, key, place, has_number in known.names_for_comparison():
        entry = ("organisation", organisation_id)
        if lacking:
            index.add_key(entry, key, place)
        if not has_number:
            numberless.add_key(entry, key, place)
    for target in new:
        line = target.first
        place = place_of(target.facts)
        has_number = "business_id" in target.facts
        if line.settled.decision != "new":
            found = (numberless if has_number else index).similar_to_key(
                line.name_key, place, limit=MANY_CANDIDATES
            )
            line.candidates = [
                {"kind": match.id[0], "id": match.id[1], "score": round(match.score, 2)}
                for match in found
            ]
        entry = ("row", line.number)
        if lacking:
            index.add_key(entry, line.name_key, place)
        if not has_number:
            numberless.add_key(entry, line.name_key, place)
    known.name_candidates(new)


class _Comparing:
    """Compares what the file says of one organisation with what is known of it."""

    def __init__(self, target: Target, known: Details, leaders_levels: Collection[str]) -> None:
        self.target = target
        # Levels that are a leader's to give and to take, where the importer isn't one.
        self.leaders_levels = leaders_levels
        self.known = known
        self.facts = target.facts
        self.last: Mapping[str, Any] = known.last.get(target.organisation_id or 0, {})
        self._changed: dict[Any, dict[str, Any]] = {}
        self._conflicts: dict[Any, dict[str, Any]] = {}

    def compare(self) -> None:
        """Fill in the target's changes and give each line its action."""
        target = self.target
        if target.organisation_id:
            self._organisation(self.known.organisations[target.organisation_id])
        if target.stakeholder_id:
            state = self.known.stakeholders[target.organisation_id or 0]
            self._stakeholder(state)
            if target.stakeholder_changes or target.standing_changes:
                target.stakeholder = state
        else:
            target.people = list(self.facts.get("people", ()))
            if self.facts.get("level") in self.leaders_levels:
                target.first.notes.append(
                    _("A leader decides on this level: it is written as decided already.")
                )
        for number, line in enumerate(target.lines):
            if self._changed or self._conflicts:
                gave = self._given(line)
                line.changes = [change for key, change in self._changed.items() if key in gave]
                line.conflicts = [both for key, both in self._conflicts.items() if key in gave]
            if number == 0 and not target.stakeholder_id:
                line.action = Line.Action.CREATED
            elif line.changes or (not target.stakeholder_id and line.gave):
                line.action = Line.Action.UPDATED
            else:
                line.action = Line.Action.UNCHANGED

    def _given(self, line: PlannedLine) -> set[Any]:
        if line.gave is not None:
            return line.gave
        facts = line.facts
        return {
            *facts,
            *(_person_key(person) for person in facts.get("people", ())),
            *(("extra", heading) for heading in facts.get("extra", {})),
            ("day", facts.get("last_contact")),
            "gone",
        }

    def _settle(self, key: Any, new: Any, current: Any, last: Any) -> bool:
        """Decide whether the file's value is written; note the change or the conflict."""
        if _same(new, current):
            return False
        empty = current in (None, "", [], {})
        if empty and not _same(new, last):
            self._note(key, current, new)
            return True
        if not empty and last is not None and _same(last, current):
            self._note(key, current, new)
            return True
        self._conflicts[key] = {"field": _name_of(key), "file": new, "here": current}
        return False

    def _note(self, key: Any, before: Any, after: Any) -> None:
        self._changed[key] = {"field": _name_of(key), "before": before, "after": after}

    def _organisation(self, organisation: Mapping[str, Any]) -> None:
        sources = organisation["fact_sources"]
        for key in ORGANISATION_FACTS:
            new = self.facts.get(key)
            if not new or self._organisation_has(organisation, key, new):
                continue
            column = self.known.column_of(key, organisation)
            current = organisation[column]
            source = sources.get(field_name(column))
            if source == self.known.institution_id or (
                source is None and not organisation["public"] and organisation["ours"]
            ):
                if self._settle(key, new, current, self.last.get(key)):
                    self.target.organisation_changes[column] = new
            elif current in (None, "", []):
                if not _same(new, self.last.get(key)):
                    self.target.organisation_changes[column] = new
                    self._note(key, current, new)
            elif not self.known.is_proposed(organisation["id"], column, new):
                self.target.proposals[field_name(column)] = new
                shown = current if self.known.is_visible(organisation["id"]) else None
                self._changed[key] = {"field": key, "before": shown, "after": new, "proposed": True}

    def _organisation_has(self, organisation: Mapping[str, Any], key: str, new: Any) -> bool:
        if key == "name":
            # Only a business ID tells that another name is a new one.
            if self.facts.get("business_id") != organisation["business_id"]:
                return True
            ours = (organisation["name_fi"], organisation["name_sv"], organisation["name_en"])
            return new in ours or any(name and names.key(name) == names.key(new) for name in ours)
        if key == "region":  # a municipality says it better
            return "municipality" in self.facts or bool(organisation["municipality_id"])
        if key == "country":
            return self.facts.get("country", "FI") == organisation["country"]
        return _same(new, organisation[self.known.column_of(key, organisation)])

    def _stakeholder(self, state: StakeholderState) -> None:
        target, facts, last = self.target, self.facts, self.last
        for key in STAKEHOLDER_FACTS:
            new = facts.get(key)
            if new and self._settle(key, new, state.facts.get(key), last.get(key)):
                target.stakeholder_changes[key] = new
        self._extra(state)
        for key in STANDING_FACTS:
            new, current = facts.get(key), state.facts.get(key)
            if not new:
                continue
            if key == "level" and {new, current} & {*self.leaders_levels} and new != current:
                self._conflicts[key] = {"field": key, "file": new, "here": current or ""}
            elif self._settle(key, new, current, last.get(key)):
                target.standing_changes[key] = new
        for key in ("start", "end"):
            new = facts.get(key)
            if new and self._settle(key, new, state.facts.get(key), last.get(key)):
                target.standing_changes[key] = new
        self._people(state)
        self._days(state)

    def _extra(self, state: StakeholderState) -> None:
        now = dict(state.facts.get("extra") or {})
        last = self.last.get("extra") or {}
        new = self.facts.get("extra") or {}
        for heading, text in new.items():
            if self._settle(("extra", heading), text, now.get(heading), last.get(heading)):
                now[heading] = text
        for heading, text in last.items():
            # A value that has been given its meaning since is no longer kept as a text.
            if heading not in new and now.get(heading) == text:
                del now[heading]
                self._changed["gone"] = {"field": heading, "before": text, "after": ""}
        if now != (state.facts.get("extra") or {}):
            self.target.stakeholder_changes["extra"] = now

    def _people(self, state: StakeholderState) -> None:
        last = {_person_key(person): person for person in self.last.get("people", ())}
        for person in self.facts.get("people", ()):
            key = _person_key(person)
            here = state.person(key[1], person[3])
            if here:
                self._person(here, person, last.get(key))
            elif key in last:
                self._conflicts[key] = {"field": "contact", "file": key[1], "here": ""}
            else:
                self.target.people.append(person)
                self._note(key, "", f"{person[0]} {person[1]}".strip() or person[3] or person[5])

    def _person(
        self, here: Mapping[str, Any], person: Sequence[Any], last: Sequence[Any] | None
    ) -> None:
        changes = {}
        for position, key in ((2, "title"), (3, "email"), (5, "phone")):
            new = person[position]
            before = last[position] if last else None
            if not new or (key == "email" and new in here["other_emails"]):
                continue
            if new == before and key != "title" and not here["edited"]:
                continue  # another row of the file gave the same person another address or number
            place = (key, here["person_id"])
            if key != "title" and here["has_account"]:  # who has one keeps their own facts
                if not _same(new, here[key]):
                    both = {"field": key, "file": new, "here": here[key]}
                    self._conflicts[_person_key(person)] = both
            elif self._settle(place, new, here[key], before):
                changes[key] = new
            elif place in self._conflicts:
                self._conflicts[_person_key(person)] = self._conflicts.pop(place)
        if changes:
            self.target.person_changes.append((here["contact_id"], changes))
            self._changed[_person_key(person)] = {
                "field": "contact", "before": here["name"], "after": here["name"],
            }  # fmt: skip

    def _days(self, state: StakeholderState) -> None:
        imported = self.known.last_days.get(self.target.organisation_id or 0, set())
        wanted = []
        for day in self.target.days:
            if day in state.days:
                continue
            if day in imported:
                self._conflicts["day", day] = {"field": "last_contact", "file": day, "here": ""}
            else:
                wanted.append(day)
                self._note(("day", day), "", day)
        self.target.days = wanted


def field_name(column: str) -> str:
    """The field of a column: a record's without "_id"."""
    return column if column == "business_id" else column.removesuffix("_id")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) or isinstance(other, list):
        return {str(value) for value in one or ()} == {str(value) for value in other or ()}
    return str(one if one is not None else "") == str(other if other is not None else "")


def _name_of(key: Any) -> str:
    if isinstance(key, tuple):
        names_of = {"extra": key[1], "day": "last_contact", "person": "contact"}
        return str(names_of.get(key[0], key[0]))
    return str(key)


def cells_as_text(cells: Row) -> list[str]:
    """Return a row's cells as they are kept and shown."""
    return [plain(cell) for cell in cells]
