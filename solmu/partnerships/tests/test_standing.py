from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from solmu.lib.periods import covers, period
from solmu.organisations.tests import factories as directory
from solmu.partnerships import standing
from solmu.partnerships.models import Stakeholder, Standing
from solmu.partnerships.standing import NEXT, NotYoursToDecideError, StandingError
from solmu.partnerships.tests import factories
from solmu.people.viewer import Viewer
from solmu.search.models import Entry

pytestmark = pytest.mark.django_db

SYSTEM = Viewer.system("test")
DAY = date(2024, 3, 1)


def rows(of: Stakeholder) -> list[Standing]:
    return sorted(Standing.objects.filter(stakeholder=of), key=lambda r: r.valid.lower or date.min)


def on(of: Stakeholder, day: date) -> Standing | None:
    return next((row for row in rows(of) if covers(row.valid, day)), None)


@pytest.fixture
def stakeholder() -> Stakeholder:
    return factories.stakeholder(factories.institution())


def begin(of: Stakeholder, day: date | None = DAY, **facts: Any) -> Standing:
    return standing.change(of, on=day, reason="alku", by=SYSTEM, **facts)


def test_change_closes_the_day_before_and_opens_a_new_period(stakeholder: Stakeholder) -> None:
    first, second = (
        factories.level(stakeholder.institution, 1),
        factories.level(stakeholder.institution, 2),
    )
    begin(stakeholder, level=first, goals="yhdessä")

    new = standing.change(
        stakeholder, on=DAY + timedelta(days=10), reason="vakiintui", by=SYSTEM, level=second
    )

    old, now = rows(stakeholder)
    assert old.valid == period(DAY, DAY + timedelta(days=9))
    assert now.pk == new.pk
    assert now.valid == period(DAY + timedelta(days=10))
    assert (now.level, now.goals, now.reason) == (second, "yhdessä", "vakiintui")


def test_change_on_the_first_day_replaces(stakeholder: Stakeholder) -> None:
    begin(stakeholder, level=factories.level(stakeholder.institution, 1))

    standing.change(
        stakeholder,
        on=DAY,
        reason="oikaisu",
        by=SYSTEM,
        level=factories.level(stakeholder.institution, 2),
    )

    (only,) = rows(stakeholder)
    assert (only.level.rank, only.reason, only.valid) == (2, "oikaisu", period(DAY))


def test_change_in_the_past_keeps_what_later_changes_changed(stakeholder: Stakeholder) -> None:
    one, two, three = (factories.level(stakeholder.institution, n) for n in (1, 2, 3))
    begin(stakeholder, level=one, goals="a")
    later = DAY + timedelta(days=100)
    standing.change(stakeholder, on=later, reason="nousi", by=SYSTEM, level=three)

    standing.change(
        stakeholder, on=DAY + timedelta(days=50), reason="oikaisu", by=SYSTEM, level=two, goals="b"
    )

    assert [row.level.rank for row in rows(stakeholder)] == [1, 2, 3]
    # The level was changed later by itself; the goals were not, so they hold on.
    assert [row.goals for row in rows(stakeholder)] == ["a", "b", "b"]
    assert on(stakeholder, later).reason == "nousi"


def test_change_before_the_first_day_begins_earlier(stakeholder: Stakeholder) -> None:
    begin(stakeholder, goals="a")

    standing.change(stakeholder, on=DAY - timedelta(days=5), reason="aiemmin", by=SYSTEM, goals="b")

    assert [row.goals for row in rows(stakeholder)] == ["b", "a"]
    assert rows(stakeholder)[0].valid == period(DAY - timedelta(days=5), DAY - timedelta(days=1))


def test_change_since_before_the_records(stakeholder: Stakeholder) -> None:
    begin(stakeholder, None, goals="a")

    standing.change(stakeholder, on=DAY, reason="nyt", by=SYSTEM, goals="b")

    assert on(stakeholder, date(1950, 1, 1)).goals == "a"
    assert on(stakeholder, DAY).goals == "b"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_change_needs_a_reason(stakeholder: Stakeholder, reason: str) -> None:
    with pytest.raises(StandingError):
        standing.change(stakeholder, on=DAY, reason=reason, by=SYSTEM, goals="a")
    assert rows(stakeholder) == []


def test_change_that_changes_nothing_is_refused(stakeholder: Stakeholder) -> None:
    begin(stakeholder, goals="a")
    with pytest.raises(StandingError):
        standing.change(stakeholder, on=DAY + timedelta(days=1), reason="x", by=SYSTEM, goals="a")


@pytest.mark.parametrize("before", Standing.State.values)
@pytest.mark.parametrize("after", Standing.State.values)
def test_states_follow_one_another_as_written(
    stakeholder: Stakeholder, before: str, after: str
) -> None:
    begin(stakeholder, state=before)
    allowed = after in NEXT[before]

    try:
        standing.change(stakeholder, on=DAY + timedelta(days=1), reason="x", by=SYSTEM, state=after)
    except StandingError:
        assert not allowed
    else:
        assert allowed


def test_change_whose_state_a_later_change_contradicts_is_refused(stakeholder: Stakeholder) -> None:
    begin(stakeholder, state="active")
    standing.change(
        stakeholder, on=DAY + timedelta(days=20), reason="tauko", by=SYSTEM, state="paused"
    )
    with pytest.raises(StandingError):
        standing.change(
            stakeholder, on=DAY + timedelta(days=10), reason="loppu", by=SYSTEM, state="ended"
        )
    assert [row.state for row in rows(stakeholder)] == ["active", "paused"]


def test_levels_of_leaders_are_decided_by_leaders(stakeholder: Stakeholder) -> None:
    at = stakeholder.institution
    strategic = factories.level(at, 4)
    coordinator = directory.viewer(directory.person_with_role(at, "coordinator"))
    leader = directory.viewer(directory.person_with_role(at, "leader"))
    begin(stakeholder, level=factories.level(at, 3))

    with pytest.raises(NotYoursToDecideError):
        standing.change(
            stakeholder, on=DAY + timedelta(days=1), reason="x", by=coordinator, level=strategic
        )
    made = standing.change(
        stakeholder, on=DAY + timedelta(days=1), reason="x", by=leader, level=strategic
    )
    assert made.decided_by_id == leader.person_id
    with pytest.raises(NotYoursToDecideError):
        standing.change(
            stakeholder,
            on=DAY + timedelta(days=2),
            reason="x",
            by=coordinator,
            level=factories.level(at, 3),
        )


def test_levels_and_lists_of_other_institutions_are_refused(stakeholder: Stakeholder) -> None:
    other = factories.institution()
    for facts in ({"level": factories.level(other, 1)}, {"contents": [factories.facet(other)]}):
        with pytest.raises(StandingError):
            begin(stakeholder, **facts)


def test_change_writes_history_with_reason_and_search_entry(stakeholder: Stakeholder) -> None:
    begin(stakeholder, goals="hitsauksen näyttöympäristö")

    event = Standing.pgh_event_model.objects.select_related("pgh_context").get()
    assert event.pgh_context.metadata["reason"] == "alku"
    entry = Entry.objects.get(kind="partnership", record_id=stakeholder.pk)
    assert "hitsauksen" in entry.text
    assert entry.institution_id == stakeholder.institution_id


def test_undo_restores_how_it_was(stakeholder: Stakeholder) -> None:
    begin(stakeholder, goals="a")
    standing.change(
        stakeholder, on=DAY + timedelta(days=90), reason="myöh.", by=SYSTEM, form="network"
    )
    before = [(r.pk, r.valid, r.goals, r.form, r.reason) for r in rows(stakeholder)]
    made = standing.change(
        stakeholder, on=DAY + timedelta(days=9), reason="x", by=SYSTEM, goals="b"
    )
    assert standing.last_change(stakeholder) == made.pk

    standing.undo(made, by=SYSTEM)

    assert [(r.pk, r.valid, r.goals, r.form, r.reason) for r in rows(stakeholder)] == before


def test_undo_is_refused_after_another_change(stakeholder: Stakeholder) -> None:
    begin(stakeholder, goals="a")
    made = standing.change(
        stakeholder, on=DAY + timedelta(days=9), reason="x", by=SYSTEM, goals="b"
    )
    standing.change(stakeholder, on=DAY + timedelta(days=10), reason="y", by=SYSTEM, goals="c")

    with pytest.raises(StandingError):
        standing.undo(made, by=SYSTEM)


def test_undo_of_the_beginning_is_refused(stakeholder: Stakeholder) -> None:
    with pytest.raises(StandingError):
        standing.undo(begin(stakeholder), by=SYSTEM)
    assert standing.last_change(stakeholder) is None


@dataclass
class Model:
    """The rule told simply: each fact is a list of days on which it changed."""

    begins: list[date] = field(default_factory=list)
    facts: dict[str, dict[date, str]] = field(default_factory=dict)

    def at(self, name: str, day: date) -> str:
        days = [d for d in self.facts.get(name, {}) if d <= day]
        return self.facts[name][max(days)] if days else DEFAULTS[name]

    def change(self, day: date, wanted: dict[str, str]) -> bool:
        """Apply the change; False when nothing changes."""
        first = min(self.begins, default=None)
        begins_earlier = first is None or day < first
        if not begins_earlier and all(self.at(n, day) == v for n, v in wanted.items()):
            return False
        if begins_earlier:
            # What began later began by itself: all its facts were set on its first day.
            if first is not None:
                for name in DEFAULTS:
                    self.facts.setdefault(name, {}).setdefault(first, self.at(name, first))
            for name in DEFAULTS:
                self.facts.setdefault(name, {})[day] = wanted.get(name, DEFAULTS[name])
        else:
            for name, value in wanted.items():
                changes = self.facts.setdefault(name, {})
                # A day on which the fact was set to what it was already is no change of it.
                for d in sorted(changes):
                    if d > day and changes[d] == self.before(name, d):
                        del changes[d]
                changes[day] = value
        self.begins.append(day)
        return True

    def before(self, name: str, day: date) -> str | None:
        days = [d for d in self.facts[name] if d < day]
        return self.facts[name][max(days)] if days else None


DEFAULTS = {"goals": "", "form": "bilateral", "scope_override": ""}
VALUES = {
    "goals": ["", "a", "b", "c"],
    "form": ["bilateral", "network", "ecosystem"],
    "scope_override": ["", "regional", "national"],
}


@pytest.mark.database
@pytest.mark.parametrize("seed", range(25))
def test_any_date_answers_as_the_simple_model_does(stakeholder: Stakeholder, seed: int) -> None:
    random = Random(seed)
    model = Model()
    for _step in range(12):
        day = DAY + timedelta(days=random.randint(0, 14))
        names = random.sample(sorted(VALUES), random.randint(1, 3))
        wanted = {name: random.choice(VALUES[name]) for name in names}
        expected = model.change(day, wanted)
        if expected:
            standing.change(stakeholder, on=day, reason="syy", by=SYSTEM, **wanted)
        else:
            with pytest.raises(StandingError):
                standing.change(stakeholder, on=day, reason="syy", by=SYSTEM, **wanted)

        found = rows(stakeholder)
        assert standing.gaps(found) == []
        assert found[-1].valid.upper is None
        assert [row.valid.lower for row in found] == sorted(set(model.begins))
        for offset in range(-2, 18):
            asked = DAY + timedelta(days=offset)
            row = next((r for r in found if covers(r.valid, asked)), None)
            if asked < min(model.begins):
                assert row is None
            else:
                assert {n: getattr(row, n) for n in DEFAULTS} == {
                    n: model.at(n, asked) for n in DEFAULTS
                }


@pytest.mark.database
@pytest.mark.parametrize("seed", range(8))
def test_undoing_the_last_change_always_restores(stakeholder: Stakeholder, seed: int) -> None:
    random = Random(100 + seed)
    begin(stakeholder)
    for _step in range(8):
        before = [(r.pk, r.valid, r.goals, r.form, r.reason) for r in rows(stakeholder)]
        day = DAY + timedelta(days=random.randint(-3, 14))
        wanted = {name: random.choice(VALUES[name]) for name in ("goals", "form")}
        try:
            made = standing.change(stakeholder, on=day, reason="syy", by=SYSTEM, **wanted)
        except StandingError:
            continue
        if random.random() < 0.6:
            standing.undo(made, by=SYSTEM)
            assert [(r.pk, r.valid, r.goals, r.form, r.reason) for r in rows(stakeholder)] == before
