"""The API's goals, indicators and measured values."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field, StringConstraints

from solmu.goals import setting
from solmu.goals.holders import Holder, holder_of
from solmu.goals.models import Goal, Indicator, IndicatorValue
from solmu.goals.permissions import can_add, can_edit, can_measure
from solmu.lib import clock
from solmu.lib.api_types import Day, Input, Listed, Listing, body_field, listing
from solmu.lib.periods import first_day, last_day, period
from solmu.lib.problems import ProblemError, invalid
from solmu.people.api_access import ApiRequest, Bearer

router = Router()

Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Figure = Annotated[str, Field(pattern=r"^-?\d{1,12}(\.\d{1,2})?$", description="A decimal number")]
Language = Literal["fi", "sv", "en"]
State = Literal["open", "reached", "dropped"]


class GoalOut(BaseModel):
    """A goal of a network."""

    id: int
    uuid: str
    holder_kind: str = Field(description="What the goal belongs to: `network`")
    holder: str = Field(description="The network's slug")
    title: str
    text: str
    language: str
    organisation: int | None
    valid_from: date | None
    valid_to: date | None = Field(description="The last day; null: until further notice")
    state: str = Field(description="`open`, `reached` or `dropped`")
    next_check_on: date | None


class IndicatorOut(BaseModel):
    """How it is seen that a goal comes nearer."""

    id: int
    uuid: str
    goal: int
    name: str
    unit: str
    baseline: str | None
    target: str | None
    direction: str = Field(description="`up`: more is better; `down`: less is better")
    source: str


class ValueOut(BaseModel):
    """What an indicator was on a day."""

    id: int
    uuid: str
    indicator: int
    on: date
    value: str
    note: str


class GoalFilters(Listed):
    """Which goals."""

    holder_kind: str = Field("", max_length=20)
    holder: str = Field("", max_length=80, description="The network's slug")
    state: State | None = None


class IndicatorFilters(Listed):
    """Which indicators."""

    goal: int | None = None


class ValueFilters(Listed):
    """Which values."""

    indicator: int | None = None


class GoalFacts(Input):
    """What can be changed of a goal."""

    title: Title = ""
    text: str = Field("", max_length=10_000)
    language: Language = "fi"
    valid_from: Day | None = None
    valid_to: Day | None = None
    state: State = "open"
    next_check_on: Day | None = None


class NewGoal(GoalFacts):
    """A goal to set."""

    title: Title
    holder_kind: str = Field("network", max_length=20)
    holder: str = Field(max_length=80, description="The network's slug")


class IndicatorFacts(Input):
    """What can be changed of an indicator."""

    name: Title = ""
    unit: str = Field("", max_length=40)
    baseline: Figure | None = None
    target: Figure | None = None
    direction: Literal["up", "down"] = "up"
    source: str = Field("", max_length=200)


class NewIndicator(IndicatorFacts):
    """An indicator to set."""

    goal: int
    name: Title


class ValueFacts(Input):
    """What can be changed of a value."""

    value: Figure = ""
    note: str = Field("", max_length=300)


class NewValue(Input):
    """A value that was measured; a value of the same day is corrected."""

    indicator: int
    value: Figure
    on: Day | None = Field(None, description="Today by default")
    note: str = Field("", max_length=300)


def _goal(request: ApiRequest, id: int) -> Goal:  # noqa: A002
    return get_object_or_404(Goal.objects.visible_to(request.viewer), pk=id)


def _editable_goal(request: ApiRequest, id: int) -> Goal:  # noqa: A002
    goal = _goal(request, id)
    if not can_edit(request.viewer, goal):
        raise PermissionDenied
    return goal


def _setting(request: ApiRequest) -> tuple[str, int] | None:
    """What the new goal belongs to; None when the body doesn't say it."""
    kind = body_field(request, "holder_kind", str) or "network"
    name = body_field(request, "holder", str)
    holder: Holder | None = holder_of(kind)
    if holder is None or not name:
        return None
    found = holder.find(request.viewer, name)
    if found is None:
        raise Http404
    if not can_add(request.viewer, kind, found):
        raise PermissionDenied
    return kind, found


def _indicators(request: ApiRequest) -> QuerySet[Indicator]:
    seen: QuerySet[Indicator] = Indicator.objects.visible_to(request.viewer)
    return seen.select_related("goal")


def _indicator(request: ApiRequest, id: int) -> Indicator:  # noqa: A002
    return get_object_or_404(_indicators(request), pk=id)


def _editable_indicator(request: ApiRequest, id: int) -> Indicator:  # noqa: A002
    indicator = _indicator(request, id)
    if not can_edit(request.viewer, indicator.goal):
        raise PermissionDenied
    return indicator


def _goal_of_new(request: ApiRequest) -> Goal | None:
    named = body_field(request, "goal", int)
    return _editable_goal(request, named) if named else None


def _values(request: ApiRequest) -> QuerySet[IndicatorValue]:
    seen: QuerySet[IndicatorValue] = IndicatorValue.objects.visible_to(request.viewer)
    return seen.select_related("indicator__goal")


def _value(request: ApiRequest, id: int) -> IndicatorValue:  # noqa: A002
    return get_object_or_404(_values(request), pk=id)


def _editable_value(request: ApiRequest, id: int) -> IndicatorValue:  # noqa: A002
    value = _value(request, id)
    if not can_measure(request.viewer, value.indicator):
        raise PermissionDenied
    return value


def _measuring(request: ApiRequest) -> Indicator | None:
    named = body_field(request, "indicator", int)
    if not named:
        return None
    indicator = _indicator(request, named)
    if not can_measure(request.viewer, indicator):
        raise PermissionDenied
    return indicator


@router.get("/goals", response=Listing[GoalOut], summary="List goals")
def goals(request: ApiRequest, asked: Query[GoalFilters]) -> dict[str, Any]:
    """List the goals that the viewer can see."""
    rows = Goal.objects.visible_to(request.viewer)
    if asked.holder_kind:
        rows = rows.filter(holder_kind=asked.holder_kind)
    if asked.holder:
        holder = holder_of(asked.holder_kind or "network")
        found = holder.find(request.viewer, asked.holder) if holder else None
        rows = rows.filter(holder_kind=asked.holder_kind or "network", holder_id=found or 0)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return listing(rows, [("id", "asc")], asked, _shown_goals)


@router.get("/goals/{int:id}", response=GoalOut, auth=Bearer(_goal), summary="Read a goal")
def goal(request: ApiRequest, id: int) -> GoalOut:  # noqa: A002
    """Read one goal."""
    return _shown_goals([request.record])[0]


@router.post("/goals", response={201: GoalOut}, auth=Bearer(_setting), summary="Set a goal")
def set_goal(request: ApiRequest, body: NewGoal) -> Status:
    """Set a goal of a network."""
    if request.record is None:
        raise invalid("holder_kind", "there is no such kind")
    kind, found = request.record
    facts = _goal_facts(body, None)
    made = setting.set_goal(Goal(holder_kind=kind, holder_id=found), by=request.viewer, **facts)
    return Status(HTTPStatus.CREATED, _shown_goals([made])[0])


@router.patch(
    "/goals/{int:id}", response=GoalOut, auth=Bearer(_editable_goal), summary="Change a goal"
)
def change_goal(request: ApiRequest, id: int, body: GoalFacts) -> GoalOut:  # noqa: A002
    """Change a goal."""
    changed = setting.set_goal(
        request.record, by=request.viewer, **_goal_facts(body, request.record)
    )
    return _shown_goals([changed])[0]


@router.delete(
    "/goals/{int:id}",
    response={204: None},
    auth=Bearer(_editable_goal),
    summary="Take a goal out",
)
def remove_goal(request: ApiRequest, id: int) -> Status[None]:  # noqa: A002
    """Take a goal out of a draft agreement; one that has been measured stays, as dropped.

    Goals of a network are not taken out: mark them as dropped.
    """
    goal: Goal = request.record
    holder = holder_of(goal.holder_kind)
    if holder is None or holder.remove is None:
        raise ProblemError(
            HTTPStatus.CONFLICT, "Such a goal isn't taken out. Let its state be `dropped` instead."
        )
    holder.remove(request.viewer, goal)
    return Status(HTTPStatus.NO_CONTENT, None)


@router.get("/indicators", response=Listing[IndicatorOut], summary="List indicators")
def indicators(request: ApiRequest, asked: Query[IndicatorFilters]) -> dict[str, Any]:
    """List the indicators that the viewer can see."""
    rows = _indicators(request)
    if asked.goal is not None:
        rows = rows.filter(goal_id=asked.goal)
    return listing(rows, [("id", "asc")], asked, _shown_indicators)


@router.get(
    "/indicators/{int:id}",
    response=IndicatorOut,
    auth=Bearer(_indicator),
    summary="Read an indicator",
)
def indicator(request: ApiRequest, id: int) -> IndicatorOut:  # noqa: A002
    """Read one indicator."""
    return _shown_indicators([request.record])[0]


@router.post(
    "/indicators",
    response={201: IndicatorOut},
    auth=Bearer(_goal_of_new),
    summary="Set an indicator",
)
def set_indicator(request: ApiRequest, body: NewIndicator) -> Status:
    """Say how a goal is measured."""
    if request.record is None:
        raise invalid("goal", "there is no such goal")
    facts = _indicator_facts(body)
    made = setting.set_indicator(Indicator(goal=request.record), by=request.viewer, **facts)
    return Status(HTTPStatus.CREATED, _shown_indicators([made])[0])


@router.patch(
    "/indicators/{int:id}",
    response=IndicatorOut,
    auth=Bearer(_editable_indicator),
    summary="Change an indicator",
)
def change_indicator(request: ApiRequest, id: int, body: IndicatorFacts) -> IndicatorOut:  # noqa: A002
    """Change an indicator."""
    changed = setting.set_indicator(request.record, by=request.viewer, **_indicator_facts(body))
    return _shown_indicators([changed])[0]


@router.get("/indicator-values", response=Listing[ValueOut], summary="List measured values")
def values(request: ApiRequest, asked: Query[ValueFilters]) -> dict[str, Any]:
    """List the values that the viewer can see."""
    rows = _values(request)
    if asked.indicator is not None:
        rows = rows.filter(indicator_id=asked.indicator)
    return listing(rows, [("id", "asc")], asked, _shown_values)


@router.get(
    "/indicator-values/{int:id}", response=ValueOut, auth=Bearer(_value), summary="Read a value"
)
def value(request: ApiRequest, id: int) -> ValueOut:  # noqa: A002
    """Read one measured value."""
    return _shown_values([request.record])[0]


@router.post(
    "/indicator-values",
    response={201: ValueOut},
    auth=Bearer(_measuring),
    summary="Enter a measured value",
)
def measure(request: ApiRequest, body: NewValue) -> Status:
    """Enter what an indicator was on a day."""
    if request.record is None:
        raise invalid("indicator", "there is no such indicator")
    on = body.on or clock.today()
    if on > clock.today():
        raise invalid("on", "a value can't be measured on a day to come")
    made = setting.measure(
        request.record, on=on, value=Decimal(body.value), note=body.note, by=request.viewer
    )
    return Status(HTTPStatus.CREATED, _shown_values([made])[0])


@router.patch(
    "/indicator-values/{int:id}",
    response=ValueOut,
    auth=Bearer(_editable_value),
    summary="Correct a value",
)
def correct(request: ApiRequest, id: int, body: ValueFacts) -> ValueOut:  # noqa: A002
    """Correct a measured value or its note."""
    held: IndicatorValue = request.record
    given = body.given
    changed = setting.measure(
        held.indicator,
        on=held.on,
        value=Decimal(given["value"]) if "value" in given else held.value,
        note=given.get("note", held.note),
        by=request.viewer,
    )
    return _shown_values([changed])[0]


def _goal_facts(body: GoalFacts, held: Goal | None) -> dict[str, Any]:
    facts = body.given
    for name in ("holder_kind", "holder"):
        facts.pop(name, None)
    first = facts.pop("valid_from", first_day(held.valid) if held else clock.today())
    last = facts.pop("valid_to", last_day(held.valid) if held else None)
    if first and last and last < first:
        raise invalid("valid_to", "is before valid_from")
    facts["valid"] = period(first, last)
    return facts


def _indicator_facts(body: IndicatorFacts) -> dict[str, Any]:
    facts = body.given
    facts.pop("goal", None)
    for name in ("baseline", "target"):
        if facts.get(name) is not None:
            facts[name] = Decimal(facts[name])
    return facts


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:.2f}"


def _shown_goals(rows: Sequence[Goal]) -> list[GoalOut]:
    named: dict[tuple[str, int], str] = {}
    for kind in {row.holder_kind for row in rows}:
        if holder := holder_of(kind):
            ids = [row.holder_id for row in rows if row.holder_kind == kind]
            named |= {(kind, key): name for key, name in holder.named(ids).items()}
    return [
        GoalOut(
            id=row.pk,
            uuid=str(row.uuid),
            holder_kind=row.holder_kind,
            holder=named.get((row.holder_kind, row.holder_id), ""),
            title=row.title,
            text=row.text,
            language=row.language,
            organisation=row.organisation_id,
            valid_from=first_day(row.valid),
            valid_to=last_day(row.valid),
            state=row.state,
            next_check_on=row.next_check_on,
        )
        for row in rows
    ]


def _shown_indicators(rows: Sequence[Indicator]) -> list[IndicatorOut]:
    return [
        IndicatorOut(
            id=row.pk,
            uuid=str(row.uuid),
            goal=row.goal_id,
            name=row.name,
            unit=row.unit,
            baseline=_text(row.baseline),
            target=_text(row.target),
            direction=row.direction,
            source=row.source,
        )
        for row in rows
    ]


def _shown_values(rows: Sequence[IndicatorValue]) -> list[ValueOut]:
    return [
        ValueOut(
            id=row.pk,
            uuid=str(row.uuid),
            indicator=row.indicator_id,
            on=row.on,
            value=f"{row.value:.2f}",
            note=row.note,
        )
        for row in rows
    ]
