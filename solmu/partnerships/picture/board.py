"""The strategy board, level × scope: each cell has the few that need attention, and a count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.lib.compiled import fetch
from solmu.partnerships.models import Level, Stakeholder, Standing
from solmu.partnerships.picture import waiting
from solmu.partnerships.picture.picture import NO_LEVEL, Picture, derived_scope

CARDS = 3
SCOPES = tuple(Standing.Scope)


@dataclass(frozen=True, slots=True)
class Card:
    """A partner on the board: why it needs attention, whether what was done shows its level."""

    id: int
    name: str
    url: str
    owner: str
    state: str
    attention: str
    claimed: bool
    overridden: bool
    level_id: int | None
    scope: str
    derived: str
    mine: bool


@dataclass(slots=True)
class Cell:
    """The partners on one level within one scope."""

    level: Level | None
    scope: str
    scope_label: str
    number: int = 0
    url: str = ""
    cards: list[Card] = field(default_factory=list)

    @property
    def rest(self) -> int:
        """How many are not shown as cards."""
        return self.number - len(self.cards)


@dataclass(slots=True)
class Row:
    """A level of the ladder, or those without one, across the scopes."""

    level: Level | None
    number: int
    url: str
    cells: list[Cell]


class Board:
    """The board of a picture; `list_url` is the address of the list that counts lead to."""

    def __init__(self, picture: Picture, list_url: str) -> None:
        self.picture = picture
        self.list_url = list_url
        self.rows = list(self._rows())
        cells = {
            (row.level.pk if row.level else None, c.scope): c
            for row in self.rows
            for c in row.cells
        }
        for card in self._cards():
            cells[card.level_id, card.scope].cards.append(card)

    @property
    def scopes(self) -> list[tuple[str, str, int, str]]:
        """The columns: (scope, word, how many, address of the list)."""
        counts = self.picture.counts().by_scope
        return [
            (
                scope.value,
                str(scope.label),
                counts.get(scope.value, 0),
                self._url(scope=scope.value),
            )
            for scope in SCOPES
        ]

    def _rows(self) -> Iterator[Row]:
        counts = self.picture.counts()
        levels: list[Level | None] = [*reversed(self.picture.words.levels), None]
        for level in levels:
            rank = level.rank if level else None
            value = str(rank) if rank else NO_LEVEL
            cells = [
                Cell(
                    level,
                    scope.value,
                    str(scope.label),
                    counts.by_cell.get((rank, scope.value), 0),
                    self._url(level=value, scope=scope.value),
                )
                for scope in SCOPES
            ]
            yield Row(level, counts.by_level.get(rank, 0), self._url(level=value), cells)

    def _url(self, **filters: str) -> str:
        return self.list_url + self.picture.query_string(**filters)

    def _cards(self) -> Iterator[Card]:
        chosen = self.picture.remembered(f"cards {get_language()}", self._chosen)
        words, picture = self.picture.words, self.picture
        source = picture.source()

        def make(**values: Any) -> QuerySet[Stakeholder]:
            return source.make(**values).filter(pk__in=chosen)

        # The same cards are chosen until something changes: the form says which.
        found = fetch(("cards", source.form, *chosen), make, **source.values)
        rows: dict[int, Any] = {row.pk: row for row in found}
        for pk, attention in chosen.items():
            if (row := rows.get(pk)) is None:
                continue
            yield Card(
                id=pk,
                name=row.organisation.name,
                url=row.get_absolute_url(),
                owner=words.owner_by_id.get(row.owner_id or 0, ""),
                state=""
                if row.state == Standing.State.ACTIVE
                else str(Standing.State(row.state).label),
                attention=_why(attention),
                claimed=bool(row.level_id) and not row.evidence_count,
                overridden=bool(row.scope_override),
                level_id=row.level_id,
                scope=row.scope,
                derived=derived_scope(row.organisation, picture.institution),
                mine=row.owner_id is not None and row.owner_id == picture.viewer.person_id,
            )

    def _chosen(self) -> dict[int, int]:
        """The cards by id, each with how much it needs attention; the neediest of a cell first."""
        name = F(f"organisation__sort_{(get_language() or 'fi')[:2]}")
        rows = (
            self.picture.stakeholders()
            .annotate(attention=waiting.attention(self.picture))
            .annotate(
                place=Window(
                    RowNumber(),
                    partition_by=[F("level_rank"), F("scope")],
                    order_by=[F("attention").desc(), name.asc(), F("pk").asc()],
                )
            )
            .filter(place__lte=CARDS)
            .order_by("place")
            .values_list("pk", "attention")
        )
        return dict(rows)


def _why(attention: int) -> str:
    return {
        3: _("The next step is due"),
        2: _("Nothing done together yet"),
        1: _("No contact for long"),
    }.get(attention, "")
