"""What each payer weighs under each key, and what each would pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.costs import sharing
from solmu.costs.models import CostCase, Payer
from solmu.lib import clock
from solmu.lib.compiled import compiled
from solmu.lib.translated import column
from solmu.networks.models import Term
from solmu.organisations.models import Figure


@dataclass(frozen=True, slots=True)
class Named:
    """As much of an organisation as a list says: whole records of many are slow to read."""

    pk: int
    slug: str
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Listed:
    """A payer as lists show it."""

    pk: int
    organisation: Named
    students: Decimal | None
    staff: Decimal | None
    participation: Decimal | None
    fixed: Decimal | None

    @property
    def organisation_id(self) -> int:
        """Who pays."""
        return self.organisation.pk

    def __str__(self) -> str:
        return self.organisation.name


type AnyPayer = Payer | Listed


@dataclass(frozen=True, slots=True)
class Known:
    """A payer's weight under a key and where it is from; None: it isn't known."""

    weight: Decimal | None
    entered: bool = False
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """A case shared by one key: each payer's amount by slug, or why it can't be shared."""

    key: str
    amounts: dict[str, Decimal]
    problem: str = ""
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.problem

    @property
    def together(self) -> Decimal:
        """All shares; to the cent what was to be shared."""
        return sum(self.amounts.values(), Decimal("0.00"))


_FIGURE = ("organisation_id", "year", "students", "staff")

type Figures = dict[tuple[int, str], tuple[Decimal, int]]  # of an organisation and a key
type Seats = dict[tuple[int, int], int]  # of a network and an organisation


class Weighing:
    """The payers of a case with their weights, read in a fixed number of queries."""

    def __init__(
        self, case: CostCase, payers: Sequence[AnyPayer], figures: Figures, seats: Seats
    ) -> None:
        self.case = case
        self.payers = sorted(payers, key=lambda payer: payer.organisation.slug)
        self._figures, self._seats = figures, seats
        self._known: dict[str, dict[str, Known]] = {}
        # Seats and what is entered (days, people …) can't be counted together.
        self._participation_is_entered = any(one.participation is not None for one in payers)

    @classmethod
    def of(cls, case: CostCase, payers: Sequence[AnyPayer] | None = None) -> Weighing:
        """The case's payers as they are kept."""
        on, at = clock.today(), {"network": case.network_id, "case": case.pk}
        figures = _newest(_figures_of(case=case.pk), on)
        seats = {(case.network_id, of): held for of, held in _seats_of(on=on, **at)}
        return cls(case, payers_of(case) if payers is None else payers, figures, seats)

    @classmethod
    def of_payers(cls, case: CostCase, payers: Sequence[AnyPayer]) -> Weighing:
        """These as the case's payers."""
        return cls.of_each([(case, payers)])[0]

    @classmethod
    def of_each(cls, cases: Iterable[tuple[CostCase, Sequence[AnyPayer]]]) -> list[Weighing]:
        """Many cases, each with its payers, weighed by two queries for all."""
        pairs, on = list(cases), clock.today()
        ids = {payer.organisation_id for _case, payers in pairs for payer in payers}
        figures = _latest_figures(ids, on)
        seats = _seats_held({case.network_id for case, _payers in pairs}, ids, on)
        return [cls(case, payers, figures, seats) for case, payers in pairs]

    def known(self, key: str) -> dict[str, Known]:
        """Each payer's weight under a key, by slug."""
        if key not in self._known:
            self._known[key] = {
                payer.organisation.slug: self._known_of(payer, key) for payer in self.payers
            }
        return self._known[key]

    def _known_of(self, payer: AnyPayer, key: str) -> Known:
        if key == sharing.EQUAL:
            return Known(Decimal(1))
        entered: Decimal | None = getattr(payer, key)
        if key == sharing.PARTICIPATION and not self._participation_is_entered:
            held = self._seats.get((self.case.network_id, payer.organisation_id), 0)
            return Known(Decimal(held))
        if entered is None and key in {sharing.STUDENTS, sharing.STAFF}:
            figure, year = self._figures.get((payer.organisation_id, key), (None, None))
            return Known(figure, year=year)
        return Known(entered, entered=True)

    def weights(self, key: str, mix: Mapping[str, Any] | None = None) -> sharing.Weights:
        """The weights under a key; SharingError tells what is missing."""
        if key == sharing.MIX:
            parts = {part: Decimal(str(percent)) for part, percent in (mix or {}).items()}
            used = {part: self.weights(part) for part, percent in parts.items() if percent}
            return sharing.mixed(parts, used)
        known = self.known(key)
        missing = [slug for slug, one in known.items() if one.weight is None]
        if missing:
            raise sharing.MissingFigureError(key, missing)
        return {slug: one.weight for slug, one in known.items() if one.weight is not None}

    def shared(self, amount: Decimal, key: str, mix: Mapping[str, Any] | None = None) -> Shared:
        """What each would pay under a key, or why that can't be told."""
        if not self.payers:
            return Shared(key, {}, _("There are no payers yet."))
        try:
            amounts = sharing.share(amount, self.weights(key, mix), key=key)
        except sharing.MissingFigureError as error:
            names = ", ".join(
                str(payer) for payer in self.payers if payer.organisation.slug in error.missing
            )
            return Shared(key, {}, _missing(error.key) % {"names": names}, error.missing)
        except sharing.NothingToShareByError as error:
            return Shared(key, {}, _nothing(error.key))
        if key == sharing.FIXED:
            fixed = sum(
                (one.weight for one in self.known(key).values() if one.weight), Decimal("0.00")
            )
            if fixed != amount:
                told = {"sum": fixed, "amount": amount}
                text = _("The fixed shares add up to %(sum)s €, not to %(amount)s €.") % told
                return Shared(key, {}, text)
        return Shared(key, amounts)

    def now(self, amount: Decimal) -> Shared:
        """What each pays by the case's own key."""
        return self.shared(amount, self.case.key, self.case.mix)

    def what_if(self, amount: Decimal) -> list[Shared]:
        """What each would pay under every key, side by side; the case's own mix is the last."""
        keys = [sharing.EQUAL, sharing.STUDENTS, sharing.STAFF, sharing.PARTICIPATION]
        if any(payer.fixed is not None for payer in self.payers):
            keys.append(sharing.FIXED)
        shared = [self.shared(amount, key) for key in keys]
        if self.case.mix:
            shared.append(self.shared(amount, sharing.MIX, self.case.mix))
        return shared

    def used_keys(self) -> list[str]:
        """The keys that the case is shared by."""
        if self.case.key != sharing.MIX:
            return [self.case.key]
        return [key for key in sharing.KEYS if self.case.mix.get(key)]


def _latest_figures(ids: Iterable[int], on: date) -> Figures:
    """The newest figure that is known of each organisation, with its year."""
    figures = Figure.objects.filter(organisation_id__in=list(ids))
    return _newest(figures.order_by("year").values_list(*_FIGURE), on)


def _newest(rows: Iterable[tuple[int, int, int | None, int | None]], on: date) -> Figures:
    """Of the rows, the latest last, the newest number of each organisation up to a day's year."""
    found: Figures = {}
    for of, year, students, staff in rows:
        if year > on.year:
            continue
        if students is not None:
            found[of, sharing.STUDENTS] = Decimal(students), year
        if staff is not None:
            found[of, sharing.STAFF] = Decimal(staff), year
    return found


def payers_of(case: CostCase) -> list[Listed]:
    """A case's payers as lists show them, named in the reader's language."""
    rows = _payers((get_language() or "fi")[:2], case=case.pk)
    return [Listed(pk, Named(of, slug, name), *own) for pk, of, slug, name, *own in rows]


@compiled
def _payers(language: str, *, case: int) -> QuerySet[Payer, tuple[Any, ...]]:
    named = ("organisation_id", "organisation__slug", column("organisation__name", language))
    own = ("students", "staff", "participation", "fixed")
    return Payer.objects.filter(case=case).values_list("pk", *named, *own)


@compiled
def _figures_of(*, case: int) -> QuerySet[Figure, tuple[int, int, int | None, int | None]]:
    payers = Payer.objects.filter(case=case).values("organisation")
    figures = Figure.objects.filter(organisation__in=payers).order_by("year")
    return figures.values_list(*_FIGURE)


@compiled
def _seats_of(*, network: int, case: int, on: date) -> QuerySet[Term, tuple[int, int]]:
    """How many seats somebody holds for each payer of a case in its network's groups."""
    payers = Payer.objects.filter(case=case).values("organisation")
    held = _held(on).filter(seat__group__network=network, seat__organisation__in=payers)
    counted = held.values("seat__organisation_id").annotate(n=Count("seat_id", distinct=True))
    return counted.values_list("seat__organisation_id", "n")


def _held(on: date) -> QuerySet[Term]:
    """The terms in which somebody holds a seat on a day."""
    return (
        Term.objects.on(on)
        .filter(deputy=False, seat__valid__contains=on, seat__group__valid__contains=on)
        .order_by()
    )


def _seats_held(networks: Iterable[int], ids: Iterable[int], on: date) -> Seats:
    """How many seats somebody holds for each organisation in each network's groups."""
    held = (
        _held(on)
        .filter(seat__group__network_id__in=list(networks), seat__organisation_id__in=list(ids))
        .values("seat__group__network_id", "seat__organisation_id")
        .annotate(n=Count("seat_id", distinct=True))
    )
    return {
        (row["seat__group__network_id"], row["seat__organisation_id"]): row["n"] for row in held
    }


def _missing(key: str) -> str:
    return {
        sharing.STUDENTS: _("The number of students is not known of: %(names)s."),
        sharing.STAFF: _("The number of staff is not known of: %(names)s."),
        sharing.PARTICIPATION: _("Participation has not been entered for: %(names)s."),
        sharing.FIXED: _("A fixed share has not been entered for: %(names)s."),
    }[key]


def _nothing(key: str) -> str:
    return {
        sharing.STUDENTS: _("Nobody has students: there is nothing to share by."),
        sharing.STAFF: _("Nobody has staff: there is nothing to share by."),
        sharing.PARTICIPATION: _("Nobody has taken part: there is nothing to share by."),
        sharing.FIXED: _("All fixed shares are zero: there is nothing to share by."),
        sharing.MIX: _("No key counts in the mix: there is nothing to share by."),
    }.get(key, _("There is nothing to share by."))
