"""A partner as its page shows it: how things stand, since when, and what has been done together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from solmu.lib import clock
from solmu.lib.compiled import rows_of_each
from solmu.lib.periods import covers, last_day
from solmu.organisations import merging
from solmu.organisations.models import Institution
from solmu.partnerships.models import (
    Confirmation,
    DialogueEntry,
    Facet,
    Level,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.partnerships.partner import rows as partner_rows
from solmu.partnerships.permissions import can_edit
from solmu.partnerships.picture.picture import (
    Picture,
    Words,
    area_of,
    country_name,
    derived_scope,
)
from solmu.partnerships.picture.waiting import UNHAPPY, YEAR
from solmu.people.viewer import Viewer
from solmu.ties.models import Evidence
from solmu.ui.markup import written

State = Standing.State

NAMES: dict[str, Promise] = {
    "state": gettext_lazy("State"),
    "level_id": gettext_lazy("Level"),
    "contents": gettext_lazy("What we do together"),
    "themes": gettext_lazy("Themes"),
    "scope_override": gettext_lazy("Scope"),
    "form": gettext_lazy("Form"),
    "owner_id": gettext_lazy("Owner on our side"),
    "counterpart_id": gettext_lazy("Owner on their side"),
    "goals": gettext_lazy("Goals"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One fact that a change of standing changed, in words."""

    name: Any
    before: str
    after: str
    # Of texts that people wrote; empty for all else.
    language_before: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One standing on the path: its days, what it changed, why and by whose decision."""

    standing: Standing
    first: date | None
    last: date | None
    moves: list[Move]
    is_now: bool
    is_coming: bool


class Partner:
    """Everything the page's parts read; each is fetched when it is first asked for."""

    def __init__(self, stakeholder: Stakeholder, viewer: Viewer) -> None:
        self.stakeholder = stakeholder
        self.viewer = viewer
        self.organisation = stakeholder.organisation
        self.today = clock.today()

    @classmethod
    def load(cls, viewer: Viewer, pk: int) -> Partner:
        """The partner that the viewer may see, else 404."""
        stakeholder = partner_rows.seen(viewer, pk)
        if stakeholder is None:
            raise Http404
        partner = cls(stakeholder, viewer)
        # For permissions.can_edit, which then needs no query.
        owner_id = partner.now.owner_id if partner.now else None
        partner.stakeholder.owner_id = owner_id  # type: ignore[attr-defined]
        return partner

    @cached_property
    def institution(self) -> Institution:
        """The institution with its operating area."""
        return area_of(self.stakeholder.institution_id)

    @cached_property
    def standings(self) -> list[Standing]:
        """All standings, the earliest first."""
        rows = partner_rows.standings(stakeholder=self.stakeholder.pk)
        return sorted(rows, key=lambda row: row.valid.lower or date.min)

    @cached_property
    def now(self) -> Standing | None:
        """How it stands today."""
        return next((row for row in self.standings if covers(row.valid, self.today)), None)

    @cached_property
    def coming(self) -> list[Standing]:
        """Standings that begin on a day to come."""
        rows = [row for row in self.standings if row.valid.lower and row.valid.lower > self.today]
        for row in rows:
            row.why = written(row.reason, row.reason_language)  # type: ignore[attr-defined]
        return rows

    @cached_property
    def words(self) -> Words:
        """The institution's words for levels, contents and themes, as its pictures know them."""
        return Picture(self.viewer, self.institution, self.today, self.today).words

    @cached_property
    def _beside(self) -> list[list[Any]]:
        """What most partners have nothing of: one query tells what there is to be read."""
        key = self.stakeholder.pk
        own = not can_edit(self.viewer, self.stakeholder)
        return rows_of_each(
            [
                partner_rows.confirmations.asked(stakeholder=key),
                partner_rows.tasks_due(self.viewer, key, self.today, own=own),
                partner_rows.last_assessment.asked(stakeholder=key),
            ]
        )

    @property
    def confirmations(self) -> list[Confirmation]:
        """What the partner has been asked, the newest first."""
        return self._beside[0]

    @property
    def tasks_due(self) -> list[DialogueEntry]:
        """Open tasks whose day has come, or has none; of who doesn't edit it, their own."""
        return self._beside[1]

    @property
    def assessment(self) -> ValueAssessment | None:
        """How the value was seen last."""
        return next(iter(self._beside[2]), None)

    @property
    def unheeded(self) -> Confirmation | None:
        """As `waiting.unheeded`: a correction or refusal of a year that nothing has followed."""
        last = max(self.confirmations, key=lambda row: row.pk, default=None)
        if last is None or last.state not in UNHAPPY or last.answered_on is None:
            return None
        answered = last.answered_on
        if answered <= self.today - timedelta(days=YEAR) or any(
            row.valid.lower and row.valid.lower >= answered for row in self.standings
        ):
            return None
        return last

    @cached_property
    def levels(self) -> list[Level]:
        """The institution's ladder, the lowest step first."""
        return list(self.words.levels)

    @cached_property
    def facets(self) -> dict[int, Facet]:
        """The institution's contents and themes."""
        return self.words.facet_by_id

    @property
    def level(self) -> Level | None:
        """The level held today."""
        return self.now.level if self.now else None

    @property
    def is_over(self) -> bool:
        """True when the partnership has ended."""
        return self.now is not None and self.now.state == State.ENDED

    @cached_property
    def scope(self) -> str:
        """The scope, by place unless somebody has chosen another."""
        if self.now and self.now.scope_override:
            return self.now.scope_override
        return self.derived_scope

    @cached_property
    def derived_scope(self) -> str:
        """The scope that the place gives."""
        return derived_scope(self.organisation, self.institution)

    @property
    def country(self) -> str:
        """The organisation's country in the reader's language."""
        return country_name(self.organisation.country)

    @property
    def scope_name(self) -> Any:
        """The scope in words."""
        return Standing.Scope(self.scope).label

    @property
    def contents(self) -> list[str]:
        """What the two do together."""
        return self._names(self.now.contents if self.now else [])

    @property
    def themes(self) -> list[str]:
        """Themes of the partnership."""
        return self._names(self.now.themes if self.now else [])

    @property
    def roles(self) -> list[Any]:
        """What the organisation is to the institution."""
        return [Stakeholder.Role(role).label for role in self.stakeholder.roles]

    def since(self, *names: str) -> date | None:
        """Since when these facts have been as they are today; None: since before the records."""
        first = None
        for row in reversed(self.standings):
            if row.valid.lower and row.valid.lower > self.today:
                continue
            if any(getattr(row, name) != getattr(self.now, name) for name in names):
                break
            first = row.valid.lower
        return first

    # What has been done together

    @cached_property
    def evidence(self) -> QuerySet[Evidence]:
        """Evidence between the two that the viewer may see."""
        return partner_rows.evidence_between(
            self.viewer, self.stakeholder.institution_id, self.stakeholder.organisation_id
        )

    @cached_property
    def evidence_by_kind(self) -> dict[str, Any]:
        """How much of each kind, and when last (a period that goes on: today)."""
        rows = partner_rows.evidence_by_kind(
            self.viewer,
            self.stakeholder.institution_id,
            self.stakeholder.organisation_id,
            self.today,
        )
        return {row["kind"]: row for row in rows}

    @property
    def evidence_count(self) -> int:
        """How many things have been done together."""
        return sum(row["number"] for row in self.evidence_by_kind.values())

    @property
    def last_together(self) -> date | None:
        """The day when something was last done together."""
        days = [row["last"] for row in self.evidence_by_kind.values() if row["last"]]
        return max(days, default=None)

    @property
    def is_claimed(self) -> bool:
        """True when a level is claimed and nothing stands behind it."""
        return self.level is not None and not self.is_over and self.evidence_count == 0

    # Sentences

    @property
    def sentences(self) -> list[str]:
        """How things stand, in up to three sentences."""
        said = [self._standing_sentence()]
        if self.now and not self.is_over:
            owner = self.now.owner
            said.append(
                _("%(owner)s looks after it.") % {"owner": owner.name}
                if owner
                else _("Nobody looks after it yet.")
            )
        last = self.last_together
        said.append(
            _("Last together on %(day)s.") % {"day": day_of(last)}
            if last
            else _("Nothing done together is recorded yet.")
        )
        return said

    def _standing_sentence(self) -> str:
        now = self.now
        if now is None:
            coming = self.coming[0].valid.lower if self.coming else None
            if coming:
                return _("Begins on %(day)s.") % {"day": day_of(coming)}
            return _("How things stand hasn't been said yet.")
        level = now.level.name if now.level else ""
        if now.state in {State.ENDED, State.PAUSED, State.POTENTIAL}:
            since = self.since("state")
            words = {"level": level, "day": day_of(since) if since else ""}
            if now.state == State.ENDED:
                return _("Ended on %(day)s.") % words if since else _("Ended.")
            if now.state == State.PAUSED:
                return _("Paused since %(day)s.") % words if since else _("Paused.")
            if level:
                return _("Could become: %(level)s.") % words
            return (
                _("A potential partner since %(day)s.") % words
                if since
                else _("A potential partner.")
            )
        since = self.since("level_id", "state")
        words = {"level": level, "day": day_of(since) if since else ""}
        if not level:
            return _("A stakeholder without a level.")
        return (
            _("%(level)s since %(day)s.") % words
            if since
            else _("%(level)s since before the records.") % words
        )

    # The path

    @cached_property
    def ladder(self) -> list[tuple[str, str, str]]:
        """The ladder as a line of steps: name, the day it was first reached, state."""
        first: dict[int, date | None] = {}
        for row in self.standings:
            if row.level_id and (row.valid.lower is None or row.valid.lower <= self.today):
                first.setdefault(row.level_id, row.valid.lower)
        rank = self.level.rank if self.level and not self.is_over else 0
        steps = []
        for level in self.levels:
            state = "now" if level.rank == rank else "done" if level.rank < rank else ""
            note = ""
            if level.pk in first and level.rank <= rank:
                day = first[level.pk]
                note = day_of(day) if day else _("before the records")
            steps.append((level.name, note, state))
        return steps

    @cached_property
    def path(self) -> list[Stretch]:
        """Every change of how things stood, the newest first."""
        people = {
            person.pk: person.name
            for row in self.standings
            for person in (row.owner, row.counterpart)
            if person
        }
        before: Standing | None = None
        stretches = []
        for row in self.standings:
            stretches.append(
                Stretch(
                    standing=row,
                    first=row.valid.lower,
                    last=last_day(row.valid),
                    moves=[*self._moves(before, row, people)],
                    is_now=row is self.now,
                    is_coming=bool(row.valid.lower and row.valid.lower > self.today),
                )
            )
            before = row
        return stretches[::-1]

    def _moves(
        self, before: Standing | None, after: Standing, people: dict[int, str]
    ) -> Iterable[Move]:
        for name, label in NAMES.items():
            was = self._word(name, before, people) if before else ""
            now = self._word(name, after, people)
            if was != now:
                written = name == "goals"
                yield Move(
                    label,
                    was if before else "",
                    now,
                    before.goals_language if before and written else "",
                    after.goals_language if written else "",
                )

    def _word(self, name: str, row: Standing, people: dict[int, str]) -> str:
        if name == "level_id":
            return row.level.name if row.level else _("no level")
        if name in {"contents", "themes"}:
            return ", ".join(self._names(getattr(row, name)))
        if name in {"owner_id", "counterpart_id"}:
            return people.get(getattr(row, name) or 0, "")
        if name == "scope_override":
            return str(row.get_scope_override_display()) if row.scope_override else ""
        if name in {"state", "form"}:
            return str(getattr(row, f"get_{name}_display")())
        return str(getattr(row, name))

    def _names(self, keys: Iterable[int]) -> list[str]:
        return [self.facets[key].name for key in keys if key in self.facets]


def present_partner(request: HttpRequest, pk: int, **rest: Any) -> dict[str, Any] | None:
    """The partner that one became when its organisation was merged with another."""
    for held, organisation_id in merging.became(Stakeholder._meta.label, pk):  # noqa: SLF001
        kept = Stakeholder.objects.visible_to(request.viewer).filter(
            institution_id=held["institution_id"], organisation_id=organisation_id
        )
        if found := kept.values_list("pk", flat=True).first():
            return {"pk": found}
    return None


def day_of(day: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(day, "SHORT_DATE_FORMAT").replace(" ", "\N{NO-BREAK SPACE}")
