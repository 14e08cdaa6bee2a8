"""A year's plan as a spreadsheet: written out, read in, with what would change shown before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, override

from solmu.audit import history
from solmu.imports import reading
from solmu.lib import clock
from solmu.lib.translated import LANGUAGES
from solmu.networks.models import Group
from solmu.organisations.models import Organisation
from solmu.people.viewer import Viewer
from solmu.plans import measures, overview, people, planning
from solmu.plans.models import Measure, Plan, PlanGoal, Theme
from solmu.ui import files_out

FORMATS = ("xlsx", "csv", "json")
MOST_ROWS = 2000

# What a column is called in the file; a heading in any of the languages is understood.
COLUMNS: dict[str, Any] = {
    "theme": gettext_lazy("Theme"),
    "goal": gettext_lazy("Goal"),
    "title": gettext_lazy("Measure"),
    "text": gettext_lazy("How it is done"),
    "group": gettext_lazy("Responsible group"),
    "organisation": gettext_lazy("Responsible institution"),
    "person": gettext_lazy("Responsible person"),
    "taking_part": gettext_lazy("Others that take part"),
    "starts_on": gettext_lazy("Begins"),
    "ends_on": gettext_lazy("Is ready by"),
    "status": gettext_lazy("Status"),
    "indicator": gettext_lazy("Indicator"),
    "baseline": gettext_lazy("Baseline"),
    "target": gettext_lazy("Target"),
    "value": gettext_lazy("Latest value"),
    "id": gettext_lazy("Identifier"),
}
# What other plans call them.
ALSO: dict[str, tuple[str, ...]] = {
    "theme": ("teema", "painopiste", "tema", "focus"),
    "goal": ("tavoite", "mål"),
    "title": ("toimenpide", "toimenpiteet", "åtgärd", "action"),
    "text": ("kuvaus", "toteutus", "beskrivning", "description"),
    "group": ("vastuuryhmä", "ryhmä", "grupp", "group"),
    "organisation": ("vastuuoppilaitos", "vastuuorganisaatio", "läroanstalt", "institution"),
    "taking_part": ("mukana", "osallistujat", "yhteistyössä", "deltar", "partners"),
    "starts_on": ("alkaa", "aloitus", "börjar", "start", "from"),
    "ends_on": ("valmis", "päättyy", "määräaika", "aikataulu", "klar", "slutar", "deadline", "end"),
    "status": ("tila", "tilanne", "läge"),
    "id": ("tunniste", "uuid"),
}
NEEDED = ("theme", "goal", "title")


class ExchangeError(ValueError):
    """The file can't be used; the message says why."""


def download(request: HttpRequest, plan: Plan, form: str) -> HttpResponseBase:
    """The plan's measures as a file."""
    name = f"{plan.network.slug}-{plan.year}"
    return files_out.answer(
        request, form, list(COLUMNS.values()), _rows(plan), name=name, keys=list(COLUMNS)
    )


def _rows(plan: Plan) -> Iterable[list[Any]]:
    found = overview.measures_of(plan).select_related(
        "group", "organisation", "person", "goal__goal", "goal__theme", "indicator"
    )
    for measure in found.prefetch_related("indicator__values"):
        indicator = measure.indicator
        values = sorted(indicator.values.all(), key=lambda one: one.on) if indicator else []
        yield [
            measure.goal.theme.title,
            measure.goal.goal.title,
            measure.title,
            measure.text,
            str(measure.group or ""),
            str(measure.organisation or ""),
            measure.person.name if measure.person else "",
            "; ".join(str(part.organisation) for part in measure.taking_part.all()),
            measure.starts_on,
            measure.ends_on,
            measure.get_status_display(),
            indicator.name if indicator else "",
            indicator.baseline if indicator else None,
            indicator.target if indicator else None,
            values[-1].value if values else None,
            str(measure.uuid),
        ]


Row = dict[str, Any]


@dataclass(slots=True)
class Line:
    """What a row of the file would do; `reasons` when it can't be taken in."""

    number: int
    title: str
    does: str
    changes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Planned:
    """What a file would do to a plan."""

    lines: list[Line]
    new_themes: list[str] = field(default_factory=list)
    new_goals: list[str] = field(default_factory=list)

    def count(self, does: str) -> int:
        """How many rows would do this."""
        return sum(line.does == does for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what they would do."""
        return {does: self.count(does) for does in ("created", "updated", "unchanged", "rejected")}


def read(content: bytes) -> list[Row]:
    """The file's rows by the columns' keys, each with its number; plain values only."""
    names = _headings()
    try:
        book = reading.read_bytes(content)
    except reading.ReadingError as error:
        raise ExchangeError(str(error)) from error
    for sheet in book.sheets:
        for at, cells in enumerate(sheet.rows[:20]):
            keys = [names.get(_plain(cell).casefold(), "") for cell in cells]
            if all(key in keys for key in NEEDED):
                return _read_below(sheet.rows[at + 1 :], keys, at + 2)
    raise ExchangeError(
        _("No row of headings was found. A plan needs the columns Theme, Goal and Measure.")
    )


def _read_below(rows: list[Any], keys: list[str], number: int) -> list[Row]:
    found = []
    for at, cells in enumerate(rows, number):
        row: Row = {}
        for key, cell in zip(keys, cells, strict=False):
            if key and key not in row:
                row[key] = _plain(cell)
        if any(row.values()):
            found.append({"row": at, **row})
    if len(found) > MOST_ROWS:
        raise ExchangeError(_("A plan may have at most %(n)s rows.") % {"n": MOST_ROWS})
    return found


def _headings() -> dict[str, str]:
    names = {name: key for key, others in ALSO.items() for name in (key, *others)}
    for code in LANGUAGES:
        with override(code):
            names |= {str(label).casefold(): key for key, label in COLUMNS.items()}
    return names


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = " ".join(line.rstrip() for line in str(cell).strip().split("\r\n"))
    return re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff]", "", text)


class _Reader:
    """Reads rows against what the network and its plan hold."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        network = plan.network
        self.themes = {one.title.casefold(): one for one in plan.strategy.themes.all()}
        goals = PlanGoal.objects.filter(theme__strategy=plan.strategy_id).select_related(
            "goal", "theme"
        )
        self.goals = {(one.theme_id, one.goal.title.casefold()): one for one in goals}
        self.groups: dict[str, Group] = _by_names(people.groups_in(network))
        self.organisations: dict[str, Organisation] = _by_names(people.organisations_in(network))
        held = overview.measures_of(plan)
        self.by_uuid = {one.uuid: one for one in held}
        self.by_title = {(one.goal_id, one.title.casefold()): one for one in self.by_uuid.values()}
        self.statuses = _statuses()

    def measure_of(self, row: Row, goal: PlanGoal | None) -> Measure | None:
        """The measure that a row is about."""
        try:
            found = self.by_uuid.get(UUID(row.get("id", "")))
        except ValueError:
            found = None
        if found is None and goal is not None:
            found = self.by_title.get((goal.pk, row["title"].casefold()))
        return found

    def goal_of(self, row: Row) -> PlanGoal | None:
        """The goal that a row names, if the plan has it."""
        theme = self.themes.get(row.get("theme", "").casefold())
        return self.goals.get((theme.pk, row.get("goal", "").casefold())) if theme else None

    def facts(self, row: Row) -> tuple[dict[str, Any], list[str]]:
        """What a row says of a measure, and why it can't be taken in."""
        facts: dict[str, Any] = {}
        wrong: list[str] = []
        for key, most in (("theme", 120), ("goal", 200), ("title", 200)):
            if not row.get(key):
                wrong.append(_("%(column)s is missing.") % {"column": COLUMNS[key]})
            elif len(row[key]) > most:
                wrong.append(_("%(column)s is too long.") % {"column": COLUMNS[key]})
        facts["title"] = row.get("title", "")
        if "text" in row:
            facts["text"] = row["text"]
        named: tuple[tuple[str, dict[str, Any]], ...] = (
            ("group", self.groups),
            ("organisation", self.organisations),
        )
        for key, known in named:
            if key in row:
                facts[key] = known.get(row[key].casefold()) if row[key] else None
                if row[key] and facts[key] is None:
                    wrong.append(_("“%(name)s” is not in the network.") % {"name": row[key]})
        if "taking_part" in row:
            facts[measures.PARTS] = []
            for name in filter(None, (part.strip() for part in row["taking_part"].split(";"))):
                found = self.organisations.get(name.casefold())
                if found is None:
                    wrong.append(_("“%(name)s” is not in the network.") % {"name": name})
                else:
                    facts[measures.PARTS].append(found.pk)
        for key in ("starts_on", "ends_on"):
            if row.get(key):
                facts[key] = _day(row[key])
                if facts[key] is None:
                    wrong.append(_("“%(text)s” is not a day.") % {"text": row[key]})
        if row.get("status"):
            facts["status"] = self.statuses.get(row["status"].casefold())
            if facts["status"] is None:
                wrong.append(_("“%(text)s” is not a status.") % {"text": row["status"]})
        return facts, wrong


def plan_rows(plan: Plan, rows: list[Row]) -> Planned:
    """What the rows would do to the plan; nothing is written."""
    reader = _Reader(plan)
    planned = Planned([])
    told: set[Any] = set()
    for row in rows:
        line = _plan_row(reader, row, told)
        planned.lines.append(line)
        if line.does == "rejected":
            continue
        theme, goal = row["theme"], row["goal"]
        if theme.casefold() not in reader.themes and theme not in planned.new_themes:
            planned.new_themes.append(theme)
        if reader.goal_of(row) is None and goal not in planned.new_goals:
            planned.new_goals.append(goal)
    return planned


def _plan_row(reader: _Reader, row: Row, told: set[Any]) -> Line:
    facts, wrong = reader.facts(row)
    line = Line(row["row"], row.get("title", ""), "rejected", reasons=wrong)
    if wrong:
        return line
    goal = reader.goal_of(row)
    measure = reader.measure_of(row, goal)
    same = measure.pk if measure else (row["theme"], row["goal"], row["title"].casefold())
    if same in told:
        line.reasons = [_("An earlier row of the file is about the same measure.")]
        return line
    first = facts.get("starts_on", measure.starts_on if measure else date(reader.plan.year, 1, 1))
    last = facts.get("ends_on", measure.ends_on if measure else date(reader.plan.year, 12, 31))
    if last < first:
        line.reasons = [_("The measure would be ready before it begins.")]
        return line
    told.add(same)
    if measure is None:
        line.does = "created"
        return line
    changes = _changes(measure, facts)
    if goal is None or goal.pk != measure.goal_id:
        changes["goal"] = goal
    line.changes = [str(COLUMNS[key]) for key in changes]
    line.does = "updated" if changes else "unchanged"
    return line


def _changes(measure: Measure, facts: dict[str, Any]) -> dict[str, Any]:
    changes = {}
    for key, value in facts.items():
        if key == measures.PARTS:
            here: Any = sorted(part.organisation_id for part in measure.taking_part.all())
            value = sorted(set(value) - {measure.organisation_id})  # noqa: PLW2901
        else:
            here = getattr(measure, key)
        # A cell of a spreadsheet has no lines.
        if key == "text" and " ".join(here.split()) == " ".join(value.split()):
            continue
        if here != value:
            changes[key] = value
    return changes


@transaction.atomic
def apply(plan: Plan, rows: list[Row], *, by: Viewer) -> Planned:
    """Take the rows in, in one transaction; the same file again changes nothing."""
    Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    planned = plan_rows(plan, rows)
    with history.acting(by, gettext_noop("plan imported")):
        reader = _Reader(plan)
        for row, line in zip(rows, planned.lines, strict=True):
            if line.does in {"created", "updated"}:
                _take_in(reader, row, by)
    return planned


def _take_in(reader: _Reader, row: Row, by: Viewer) -> None:
    facts, _wrong = reader.facts(row)
    goal = reader.goal_of(row) or _new_goal(reader, row, by)
    status = facts.pop("status", None)
    parts = facts.pop(measures.PARTS, None)
    measure = reader.measure_of(row, goal)
    if measure is None:
        year = reader.plan.year
        measure = Measure(
            plan=reader.plan,
            goal=goal,
            language=reader.plan.strategy.language,
            starts_on=facts.pop("starts_on", date(year, 1, 1)),
            ends_on=facts.pop("ends_on", date(year, 12, 31)),
            place=len(reader.by_uuid) + 1,
            **facts,
        )
        measures.add(measure, by=by, taking_part=parts or ())
        reader.by_uuid[measure.uuid] = measure
    else:
        sent = facts if parts is None else {**facts, measures.PARTS: parts}
        changed = _changes(measure, sent)
        if goal.pk != measure.goal_id:
            changed["goal"] = goal
        if changed:
            measures.change(measure, by=by, changed=changed)
    if status is not None and status != measure.status:
        measures.come_to(measure, status, on=clock.today(), by=by)


def _new_goal(reader: _Reader, row: Row, by: Viewer) -> PlanGoal:
    theme = reader.themes.get(row["theme"].casefold())
    if theme is None:
        theme = planning.set_theme(Theme(strategy=reader.plan.strategy), by=by, title=row["theme"])
        reader.themes[row["theme"].casefold()] = theme
    goal = planning.set_goal(PlanGoal(), by=by, theme=theme, group=None, title=row["goal"])
    reader.goals[theme.pk, row["goal"].casefold()] = goal
    return goal


def _by_names(rows: Iterable[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for one in rows:
        for code in LANGUAGES:
            if name := getattr(one, f"name_{code}"):
                named[name.casefold()] = one
        named.setdefault(one.slug, one)
    return named


def _statuses() -> dict[str, str]:
    words = {str(value): str(value) for value in Measure.Status.values}
    for code in LANGUAGES:
        with override(code):
            words |= {str(label).casefold(): value for value, label in Measure.Status.choices}
    return words


def _day(text: str) -> date | None:
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        day, month, year = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if 1990 <= made.year <= 2200 else None
