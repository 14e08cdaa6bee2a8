"""Who is bound by an agreement, by which version of its text, on any date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from solmu.agreements.models import Agreement, Party
from solmu.lib.periods import covers, first_day, last_day
from solmu.networks import years


@dataclass(frozen=True, slots=True)
class Bound:
    """A party as one day sees it."""

    party: Party
    how: str  # signed, joined: in words
    first: date | None
    last: date | None

    @property
    def version(self) -> int | None:
        """The number of the version that binds it."""
        return self.party.version.number if self.party.version else None


def bound_on(agreement: Agreement, day: date) -> QuerySet[Party]:
    """The parties that the agreement binds on a day, each with the version that binds it."""
    parties: QuerySet[Party] = agreement.parties.filter(bound__contains=day)
    return parties.select_related("organisation", "version").order_by("position", "pk")


def every(agreement: Agreement) -> list[Party]:
    """All parties that have been bound at some time, in the order in which they came."""
    parties = agreement.parties.filter(bound__isnull=False).select_related(
        "organisation", "version", "joinder", "withdrawal"
    )
    return sorted(parties, key=lambda one: (one.bound.lower or date.min, one.position, one.pk))


def on(parties: Sequence[Party], day: date) -> list[Bound]:
    """Those of the parties who are bound on a day."""
    return [_bound(one) for one in parties if covers(one.bound, day)]


def before(parties: Sequence[Party], day: date) -> list[Bound]:
    """Those who had been bound before a day, and are no more."""
    here = {one.organisation_id for one in parties if covers(one.bound, day)}
    gone = [
        one
        for one in parties
        if one.organisation_id not in here
        and (last := last_day(one.bound)) is not None
        and last < day
    ]
    return [_bound(one) for one in gone]


def first_and_last(
    agreement: Agreement, parties: Sequence[Party], today: date
) -> tuple[date, date]:
    """The days between which the agreement's time can be looked at."""
    begins = [one.bound.lower for one in parties if one.bound.lower]
    ends = [last for one in parties if (last := last_day(one.bound))]
    return min([*begins, today]), max([*begins, *ends, today])


def bars(parties: Sequence[Party], first: date, last: date, day: date) -> Any:
    """Who was bound when, as bars over the years, with the same as a table."""
    lines: dict[int, years.Line] = {}
    for one in parties:
        bound = _bound(one)
        line = lines.setdefault(one.organisation_id, years.Line(one.organisation))
        line.bars.append(
            years.Bar(
                _("version %(n)s") % {"n": bound.version} if bound.version else bound.how,
                bound.first,
                bound.last,
                bound.how,
            )
        )
    return years.draw(lines.values(), first, last, day, what=_("Who was bound when"))


def _bound(party: Party) -> Bound:
    joined = party.state == Party.State.JOINED or hasattr(party, "joinder")
    how = _("joined later") if joined else _("signed")
    return Bound(party, how, first_day(party.bound), last_day(party.bound))
