"""The templates that come with Solmu: read from shipped/*.toml, and written into the database."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from solmu.agreements.bases import exchange, indexing
from solmu.agreements.bases.exchange import TemplateIn
from solmu.agreements.models import Base, BaseClause, BaseVersion
from solmu.audit import history
from solmu.lib import clock
from solmu.people.viewer import Viewer

FOLDER = Path(__file__).parent / "shipped"
COMMON = "common"
State = BaseVersion.State


@dataclass(frozen=True, slots=True)
class Shipped:
    """A template as Solmu ships it."""

    uuid: UUID
    template: TemplateIn


@cache
def shipped() -> dict[str, Shipped]:
    """The shipped templates by kind: work_life, project, network, intent."""
    common = {one["key"]: one for one in _table(COMMON)["clauses"]}
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem == COMMON:
            continue
        told = _table(path.stem)
        uuid = UUID(told.pop("uuid"))
        told["clauses"] = [common[one["use"]] if "use" in one else one for one in told["clauses"]]
        found[path.stem] = Shipped(uuid, exchange.read(told))
    return found


@transaction.atomic
def load_shipped() -> None:
    """Write the shipped templates; a changed text becomes the next version, running again nothing.

    They belong to nobody, and so can be changed only here.
    """
    by = Viewer.system(gettext_noop("templates that come with Solmu"))
    with history.acting(by, gettext_noop("templates that come with Solmu")):
        for one in shipped().values():
            _load(one)


def shipped_base(kind: str) -> Base:
    """The shipped template of a kind, in the database."""
    base: Base = Base.objects.get(uuid=shipped()[kind].uuid)
    return base


def _load(one: Shipped) -> None:
    names = exchange.flat(
        {
            "name": exchange.names_of(one.template.name),
            "about": exchange.names_of(one.template.about),
        }
    )
    facts = {"kind": one.template.kind, **names}
    base, _made = Base.objects.select_for_update(of=("self",)).get_or_create(
        uuid=one.uuid, defaults=facts
    )
    if any(getattr(base, name) != value for name, value in facts.items()):
        Base.objects.filter(pk=base.pk).update(**facts)
    clauses = exchange.keyed(one.template.clauses)
    in_use = base.versions.filter(state=State.APPROVED).first()
    if in_use and _same(in_use.clauses.all(), clauses):
        return
    if in_use:
        base.versions.filter(pk=in_use.pk).update(state=State.REPLACED)
    version = BaseVersion.objects.create(
        base=base,
        number=in_use.number + 1 if in_use else 1,
        state=State.APPROVED,
        approved_at=clock.real_now(),
    )
    BaseClause.objects.bulk_create(
        BaseClause(version=version, key=key, position=position, **facts)
        for position, (key, facts) in enumerate(clauses, start=1)
    )
    indexing.index_bases([base.pk])


def _same(held: Iterable[BaseClause], clauses: list[tuple[str, dict[str, Any]]]) -> bool:
    return [
        (one.key, {name: getattr(one, name) for name in facts})
        for one, (_key, facts) in zip(held, clauses, strict=False)
    ] == clauses and len(list(held)) == len(clauses)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())
