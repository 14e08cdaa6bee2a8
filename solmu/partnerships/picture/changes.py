"""What changed in a picture between two dates, told in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.partnerships.models import Stakeholder, Standing
from solmu.partnerships.picture.picture import Picture, Words, derived_scope

MOST = 2000  # beyond this many the number is told as "more than"
ENDED, POTENTIAL, PAUSED = Standing.State.ENDED, Standing.State.POTENTIAL, Standing.State.PAUSED

# The order in which changes are told, and the verbs that counts are made of.
KINDS = (
    "new",
    "found",
    "raised",
    "lowered",
    "ended",
    "resumed",
    "paused",
    "scope",
    "form",
    "owner",
)


@dataclass(frozen=True, slots=True)
class Stance:
    """How a stakeholder stood on a day."""

    state: str
    level_id: int | None
    scope: str
    form: str
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A stakeholder that stands otherwise than on the earlier day; None: it stood nowhere."""

    stakeholder_id: int
    name: str
    before: Stance | None
    after: Stance | None
    on: date | None = None
    reason: str = ""
    language: str = ""  # of the reason


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed, the highest levels first."""

    rows: tuple[Change, ...]
    counts: Counter[str]
    more: bool = False


def between(picture: Picture, since: date) -> Changes:
    """What changed from a day to the picture's date, in one query; remembered like the counts."""

    def find() -> Changes:
        ranks = {level.pk: level.rank for level in picture.words.levels}
        rows = [row for row in _rows(picture, since) if kinds(row, ranks)]
        counts = Counter(kind for row in rows for kind in kinds(row, ranks))
        return Changes(tuple(rows[:MOST]), counts, more=len(rows) > MOST)

    return picture.remembered(f"changes {since}", find)


def kinds(change: Change, ranks: dict[int, int]) -> list[str]:
    """What kinds of change it is, by KINDS; a pure rule. `ranks` are the ranks of level ids."""
    before, after = change.before, change.after
    if after is None or after.state == ENDED:
        return ["ended"] if before and before.state != ENDED else []
    if before is None:
        return ["found" if after.state == POTENTIAL and after.level_id is None else "new"]
    found = []
    if before.state == ENDED or (before.state == PAUSED and after.state != PAUSED):
        found.append("resumed")
    elif after.state == PAUSED and before.state != PAUSED:
        found.append("paused")
    was, now = ranks.get(before.level_id or 0, 0), ranks.get(after.level_id or 0, 0)
    if was == 0 and now and before.state == POTENTIAL:
        found.append("new")
    elif was != now:
        found.append("raised" if now > was else "lowered")
    elif before.state == POTENTIAL and after.state != POTENTIAL:
        found.append("new")
    found += [
        kind
        for kind, one, other in (
            ("scope", before.scope, after.scope),
            ("form", before.form, after.form),
            ("owner", before.owner_id, after.owner_id),
        )
        if one != other
    ]
    return found


def sentences(change: Change, words: Words) -> list[str]:
    """The change in words, one sentence a kind, without the name of the partner."""
    return [
        _sentence(kind, change, words)
        for kind in kinds(change, {level.pk: level.rank for level in words.levels})
    ]


def counted(counts: Counter[str]) -> list[str]:
    """The numbers of changes in words, such as "9 new partners" and "3 levels raised"."""
    told = {
        "new": lambda n: ngettext("%(n)s new partner", "%(n)s new partners", n),
        "raised": lambda n: ngettext("%(n)s level raised", "%(n)s levels raised", n),
        "lowered": lambda n: ngettext("%(n)s level lowered", "%(n)s levels lowered", n),
        "ended": lambda n: ngettext("%(n)s partnership ended", "%(n)s partnerships ended", n),
        "resumed": lambda n: ngettext("%(n)s partnership resumed", "%(n)s partnerships resumed", n),
    }
    return [say(counts[kind]) % {"n": counts[kind]} for kind, say in told.items() if counts[kind]]


def _sentence(kind: str, change: Change, words: Words) -> str:
    before, after = change.before, change.after
    facts = {
        "before": _fact(kind, before, words),
        "after": _fact(kind, after, words),
    }
    if kind == "new":
        level = words.level_by_id.get(after.level_id or 0) if after else None
        return _("New: %(level)s") % {"level": level.name} if level else _("New")
    text = {
        "found": _("Noted as potential"),
        "raised": _("Raised: %(before)s → %(after)s"),
        "lowered": _("Lowered: %(before)s → %(after)s"),
        "ended": _("Ended"),
        "resumed": _("Resumed"),
        "paused": _("Paused"),
        "scope": _("Scope: %(before)s → %(after)s"),
        "form": _("Form: %(before)s → %(after)s"),
        "owner": _("Owner: %(before)s → %(after)s"),
    }[kind]
    return text % facts


def _fact(kind: str, stance: Stance | None, words: Words) -> str:
    if stance is None:
        return "–"
    if kind in {"raised", "lowered"}:
        level = words.level_by_id.get(stance.level_id or 0)
        return level.name if level else _("no level yet")
    if kind == "scope":
        return str(Standing.Scope(stance.scope).label)
    if kind == "form":
        return str(Standing.Form(stance.form).label)
    return words.owner_by_id.get(stance.owner_id or 0, _("nobody"))


_FACTS = ("state", "level_id", "scope_override", "form", "owner_id")


def _rows(picture: Picture, since: date) -> Iterator[Change]:
    on = picture.on
    moved = Standing.objects.filter(stakeholder=OuterRef("pk")).filter(
        Q(valid__startswith__gt=since, valid__startswith__lte=on)
        | Q(valid__endswith__gt=since, valid__endswith__lte=on)
    )
    both = (
        picture.base()
        .filter(Exists(moved))
        .annotate(
            before=FilteredRelation("standings", condition=Q(standings__valid__contains=since)),
            then=FilteredRelation("standings", condition=Q(standings__valid__contains=on)),
        )
    )
    rows = (
        picture.matching(both, "then", "before")
        .annotate(
            **{f"before_{name}": F(f"before__{name}") for name in _FACTS},
            **{f"then_{name}": F(f"then__{name}") for name in _FACTS},
            then_on=F("then__valid__startswith"),
            then_reason=F("then__reason"),
            then_language=F("then__reason_language"),
        )
        .select_related("organisation")
        .order_by(F("then__level__rank").desc(nulls_last=True), "organisation__sort_fi", "pk")
    )
    for row in rows[: MOST + 1]:
        yield Change(
            row.pk,
            row.organisation.name,
            _stance(row, "before", picture),
            _stance(row, "then", picture),
            row.then_on,
            row.then_reason or "",
            row.then_language or "",
        )


def _stance(row: Stakeholder, at: str, picture: Picture) -> Stance | None:
    state, level_id, override, form, owner_id = (getattr(row, f"{at}_{name}") for name in _FACTS)
    if state is None:
        return None
    scope = override or derived_scope(row.organisation, picture.institution)
    return Stance(state, level_id, scope, form, owner_id)
