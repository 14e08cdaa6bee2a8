"""The least rows that a test of partnerships needs: a ladder, stakeholders and how they stand."""

from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from solmu.lib.periods import period
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.tests import factories as directory
from solmu.partnerships.founding import ladder
from solmu.partnerships.models import DialogueEntry, Facet, Level, Stakeholder, Standing
from solmu.ties.models import Evidence


def institution(name: str = "", **facts: Any) -> Institution:
    """An institution with the default ladder, contents and themes; its area is Kanta-Häme."""
    made = directory.institution(name, **facts)
    made.regions.add(directory.region())
    ladder.create_defaults(made)
    return made


def level(at: Institution, rank: int) -> Level:
    """The step of the institution's ladder."""
    return Level.objects.get(institution=at, rank=rank)


def facet(at: Institution, rank: int = 1, kind: str = Facet.Kind.CONTENT) -> Facet:
    """An entry of the institution's contents or themes."""
    return Facet.objects.get(institution=at, kind=kind, rank=rank)


def stakeholder(
    at: Institution, organisation: Organisation | str = "", **facts: Any
) -> Stakeholder:
    """A stakeholder that stands nowhere yet."""
    if isinstance(organisation, str):
        organisation = directory.organisation(organisation)
    return Stakeholder.objects.create(institution=at, organisation=organisation, **facts)


def standing(
    of: Stakeholder,
    rank: int | None = None,
    *,
    since: date | None = None,
    last: date | None = None,
    **facts: Any,
) -> Standing:
    """How the stakeholder stands for a time; without days: always."""
    return Standing.objects.create(
        stakeholder=of,
        level=level(of.institution, rank) if rank else None,
        valid=period(since, last),
        **facts,
    )


def partner(
    at: Institution,
    organisation: Organisation | str = "",
    rank: int | None = 1,
    *,
    since: date | None = None,
    last: date | None = None,
    roles: tuple[str, ...] = (),
    **facts: Any,
) -> Stakeholder:
    """A stakeholder with one standing."""
    made = stakeholder(at, organisation, roles=list(roles))
    standing(made, rank, since=since, last=last, **facts)
    return made


def evidence(of: Stakeholder, on: date, kind: str = "dialogue", **facts: Any) -> Evidence:
    """That the institution and the stakeholder did something together on a day."""
    a, b = sorted((of.institution_id, of.organisation_id))
    made = {"source_kind": "dialogue", "source_id": Evidence.objects.count() + 1}
    made |= {"institution_id": of.institution_id, "valid": period(on, on)}
    return Evidence.objects.create(a_id=a, b_id=b, kind=kind, **{**made, **facts})


def entry(of: Stakeholder, on: date, kind: str = "meeting", **facts: Any) -> DialogueEntry:
    """A meeting, unless the facts say otherwise; no evidence is written."""
    return DialogueEntry.objects.create(
        stakeholder=of, on=on, kind=kind, **{"title": "Tapaaminen", **facts}
    )


def days(first: date | None, after: date | None) -> DateRange:
    """A half-open range of days."""
    return DateRange(first, after, "[)")
