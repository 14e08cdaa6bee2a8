"""What each kind of evidence is called, and where its records are read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from solmu.lib.composed import composed
from solmu.people.viewer import Viewer
from solmu.ties.models import Evidence


@dataclass(frozen=True, slots=True)
class Source:
    """The record behind a piece of evidence, as a viewer who may read it sees it."""

    title: Any
    url: str = ""
    language: str = ""  # of a title that somebody wrote


# Gives the records that the viewer may read, by id; one query whatever the number.
Sources = Callable[[Viewer, Iterable[int]], dict[int, Source]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of evidence: its name, its icon, and how its records are read."""

    label: Any
    icon: str
    sources: Sources


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of evidence as a page tells it; without a source when the viewer may not read it."""

    first: date | None
    last: date | None
    goes_on: bool
    kind: str
    label: Any
    icon: str
    source: Source | None


def kind_name(key: str) -> Any:
    """What a kind of evidence is called."""
    kind: Kind | None = composed("EVIDENCE_KINDS").get(key)
    return kind.label if kind else key


def told(evidence: Iterable[Evidence], viewer: Viewer) -> list[Told]:
    """The evidence in words, with links to the records; a query a kind."""
    rows = list(evidence)
    kinds: dict[str, Kind] = composed("EVIDENCE_KINDS")
    sources = {
        key: kinds[key].sources(viewer, [row.source_id for row in rows if row.source_kind == key])
        for key in sorted({row.source_kind for row in rows} & set(kinds))
    }
    lines = []
    for row in rows:
        kind = kinds.get(row.source_kind)
        upper = row.valid.upper
        lines.append(
            Told(
                first=row.valid.lower,
                last=date.fromordinal(upper.toordinal() - 1) if upper else None,
                goes_on=upper is None,
                kind=row.kind,
                label=kind.label if kind else row.kind,
                icon=kind.icon if kind else "link",
                source=sources.get(row.source_kind, {}).get(row.source_id),
            )
        )
    return lines
