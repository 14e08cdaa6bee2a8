"""Seats as a spreadsheet: written out for any day, read back with a preview, then applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.imports import cleaning, guessing, previews, reading
from solmu.imports.guessing import Field
from solmu.lib import clock
from solmu.lib.periods import covers, first_day, last_day, period
from solmu.networks import groups, seats, terms
from solmu.networks.models import Group, Membership, Network, Seat, Term
from solmu.networks.sitting import seat_name, seats_with_terms
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer

MOST = 1000
SEALED = "seats of the network"

FIELDS = (
    Field("group", gettext_lazy("Group"), ("ryhmä", "työryhmä", "grupp", "arbetsgrupp", "group")),
    Field(
        "organisation",
        gettext_lazy("Organisation"),
        (
            "organisaatio", "oppilaitos", "jäsen", "paikka", "organisation", "läroanstalt",
            "medlem", "institution", "member", "seat",
        ),
    ),
    Field(
        "person",
        gettext_lazy("Person"),
        ("henkilö", "nimi", "edustaja", "person", "namn", "representant", "name", "holder"),
        looks=guessing.share(guessing.is_person),
    ),
    Field(
        "email",
        gettext_lazy("E-mail"),
        ("sähköposti", "e-post", "epost", "email", "e-mail"),
        looks=guessing.share(guessing.is_email),
    ),
    Field("role", gettext_lazy("Role"), ("rooli", "tehtävä", "roll", "role")),
    Field(
        "deputy",
        gettext_lazy("Deputy"),
        ("varajäsen", "vara", "suppleant", "deputy"),
    ),
    Field(
        "since",
        gettext_lazy("From"),
        ("alkaen", "alku", "kausi alkaa", "från", "sedan", "from", "since", "first day"),
    ),
    Field(
        "until",
        gettext_lazy("Until"),
        ("asti", "päättyen", "loppu", "kausi päättyy", "till", "until", "to", "last day"),
    ),
)  # fmt: skip
ROLES = {
    "chair": ("chair", "chairperson", "puheenjohtaja", "pj", "ordförande", "ordf"),
    "vice": ("vice", "vice chair", "varapuheenjohtaja", "vpj", "vice ordförande", "viceordförande"),
    "secretary": ("secretary", "sihteeri", "sekreterare"),
    "member": ("member", "jäsen", "medlem", "varsinainen jäsen", "ordinarie medlem"),
    "expert": ("expert", "asiantuntija", "sakkunnig"),
}
_ROLE = {cleaning.value_key(word): role for role, words in ROLES.items() for word in words}
_YES = {cleaning.value_key(word) for word in ("yes", "kyllä", "on", "x", "ja", "1", "true", "vara",
                                              "varajäsen", "suppleant", "deputy")}  # fmt: skip
_KEYS = tuple(field.key for field in FIELDS)


@dataclass(slots=True)
class Row:
    """A row of the file: whom it would seat where, and why it can't be taken if it can't."""

    number: int
    group_name: str = ""
    organisation_name: str = ""
    person: str = ""
    email: str = ""
    role: str = Term.Role.MEMBER
    deputy: bool = False
    first: date | None = None
    last: date | None = None
    group: Group | None = None
    organisation: Organisation | None = None
    reason: str = ""
    there: bool = False

    @property
    def role_name(self) -> Any:
        """What the role is called."""
        return Term.Role(self.role).label

    def as_plain(self) -> list[Any]:
        """The row as it is sent to and fro with the preview."""
        return [
            self.number,
            self.group.pk if self.group else None,
            self.organisation.pk if self.organisation else None,
            self.organisation_name,
            self.person,
            self.email,
            self.role,
            self.deputy,
            self.first.isoformat() if self.first else None,
            self.last.isoformat() if self.last else None,
        ]


@transaction.atomic
def read(network: Network, content: bytes, *, by: Viewer) -> list[Row]:
    """Read a file of seats and say of each row what would become of it."""
    found, columns = previews.rows_of(content, FIELDS, most=MOST)
    if "group" not in columns:
        raise reading.ReadingError(
            _("No column tells the group. Give it a heading such as “Group”.")
        )
    names = _names(network)
    rows = [_row(data.number, data.cells, columns, names) for data in found]
    # Tried out and taken back at once, so that what is shown is what would happen.
    with history.acting(by, gettext_noop("imported from a spreadsheet")):
        for row in rows:
            if not row.reason:
                _try(row, by)
    transaction.set_rollback(True)
    return rows


def sealed(network: Network, rows: Iterable[Row]) -> str:
    """The rows that can be taken, signed, so that what was previewed is what is applied."""
    taken = [row.as_plain() for row in rows if not row.reason and not row.there]
    return previews.seal(SEALED, network.pk, taken)


@transaction.atomic
def apply(network: Network, seal: str, *, by: Viewer) -> int:
    """Seat those of the rows that were previewed; all or, if one can't be, none."""
    plain = previews.unseal(SEALED, network.pk, seal)
    own = Group.objects.filter(network=network).select_related("network__organisation")
    known = own.in_bulk([row[1] for row in plain])
    organisations = Organisation.objects.in_bulk([row[2] for row in plain if row[2]])
    count = 0
    with history.acting(by, gettext_noop("imported from a spreadsheet")):
        for number, group, organisation, name, person, email, role, deputy, first, last in plain:
            if group not in known:
                raise previews.StaleError
            row = Row(
                number,
                organisation_name=name,
                person=person,
                email=email,
                role=role,
                deputy=deputy,
                first=date.fromisoformat(first),
                last=date.fromisoformat(last) if last else None,
                group=known[group],
                organisation=organisations.get(organisation),
            )
            if not _write(row, by=by):
                continue
            count += 1
    return count


def headings() -> list[str]:
    """The headings of a file of seats, in the reader's language."""
    return [str(field.label) for field in FIELDS]


def lines(network: Network, day: date | None) -> Iterator[list[Any]]:
    """Seats and who sits in them on a day (without one: all terms there have been)."""
    found = Seat.objects.filter(group__network=network).select_related("group")
    if day is not None:
        found = found.filter(valid__contains=day, group__valid__contains=day)
    yes = _("yes")
    for seat in sorted(seats_with_terms(found), key=_place):
        held = [term for term in seat.terms.all() if day is None or covers(term.valid, day)]
        if not held:
            start, end = first_day(seat.valid), last_day(seat.valid)
            yield [seat.group.name, seat_name(seat), "", "", "", "", start, end]
        for term in held:
            yield [
                seat.group.name,
                str(seat.organisation) if seat.organisation else seat.title,
                term.person.name,
                term.person.email,
                str(Term.Role(term.role).label),
                yes if term.deputy else "",
                first_day(term.valid),
                last_day(term.valid),
            ]


def _place(seat: Seat) -> tuple[Any, ...]:
    kinds = Group.Kind.values
    return kinds.index(seat.group.kind), seat.group.name, seat_name(seat), seat.pk


@dataclass(slots=True)
class _Names:
    groups: dict[str, list[Group]]
    organisations: dict[str, Organisation]


def _names(network: Network) -> _Names:
    """The network's groups and its present and former members, by every name they have."""
    named: dict[str, list[Group]] = {}
    for group in Group.objects.filter(network=network).select_related("network__organisation"):
        keys = {group.name_fi, group.name_sv, group.name_en, group.slug} - {""}
        for key in {cleaning.value_key(text) for text in keys}:
            named.setdefault(key, []).append(group)
    members = Organisation.objects.filter(
        pk__in=Membership.objects.filter(network=network).values("organisation_id")
    )
    organisations: dict[str, Organisation] = {}
    for one in members:
        for text in (one.name_fi, one.name_sv, one.name_en, one.business_id):
            if text:
                organisations[cleaning.value_key(text)] = one
    return _Names(named, organisations)


def _row(number: int, cells: list[Any], columns: dict[str, int], names: _Names) -> Row:
    def cell(key: str) -> Any:
        return cells[columns[key]] if key in columns else None

    row = Row(
        number,
        group_name=cleaning.text(cell("group")),
        organisation_name=cleaning.text(cell("organisation"))[:120],
        person=cleaning.text(cell("person"))[:200],
        email=cleaning.text(cell("email"))[:254].lower(),
        deputy=cleaning.value_key(cleaning.text(cell("deputy"))) in _YES,
    )
    try:
        row.first = cleaning.day(cell("since"))
        row.last = cleaning.day(cell("until"), last=True)
    except cleaning.CleaningError as error:
        row.reason = str(error)
        return row
    if row.first is None:
        row.reason = _("The first day is missing.")
        return row
    if word := cleaning.text(cell("role")):
        role = _ROLE.get(cleaning.value_key(word))
        if role is None:
            row.reason = _("No such role: %(word)s") % {"word": word}
            return row
        row.role = role
    return _find(row, names)


def _find(row: Row, names: _Names) -> Row:
    found = names.groups.get(cleaning.value_key(row.group_name), [])
    on = row.first
    if len(found) > 1 and on is not None:
        found = [group for group in found if covers(group.valid, on)]
    if len(found) != 1:
        row.reason = (
            _("The network has no group of that name.")
            if not found
            else _("Several groups have that name.")
        )
        return row
    row.group = found[0]
    row.organisation = names.organisations.get(cleaning.value_key(row.organisation_name))
    if not row.organisation_name:
        row.reason = _("The organisation is missing.")
    return row


def _try(row: Row, by: Viewer) -> None:
    try:
        with transaction.atomic():
            row.there = not _write(row, by=by, tell=False)
    except groups.GroupError as error:
        row.reason = str(error)


def _write(row: Row, *, by: Viewer, tell: bool = True) -> bool:
    """Make the row true; False when it is already."""
    if row.group is None or row.first is None:
        raise groups.GroupError(_("The first day is missing."))
    seat = _seat(row)
    if seat is None:
        seat = seats.add(
            row.group,
            row.organisation,
            first=row.first,
            title="" if row.organisation else row.organisation_name,
            by=by,
        )
        if not row.person:
            return True
    elif not row.person:
        return False
    if _sits(seat, row):
        return False
    terms.name(
        seat,
        _person(seat, row),
        first=row.first,
        last=row.last,
        role=row.role,
        deputy=row.deputy,
        by=by,
        tell=tell,
    )
    return True


def _person(seat: Seat, row: Row) -> Person | terms.NewPerson:
    """Whom the row means; of those who sat once, a name is enough."""
    given, _space, family = row.person.rpartition(" ")
    given, family = (given, family) if given else (family, "")
    if not row.email:
        known = terms.choosable(seat).filter(given_name__iexact=given, family_name__iexact=family)
        if found := known.first():
            return found
        if row.last is not None and row.last < clock.today():
            made: Person = Person.objects.create(given_name=given, family_name=family)
            return made
    return terms.NewPerson(given, family, row.email, (get_language() or "fi")[:2])


def _seat(row: Row) -> Seat | None:
    """The seat meant: the organisation's in the group, one that is free then before the others."""
    found = Seat.objects.filter(group=row.group, valid__contains=row.first)
    if row.organisation is not None:
        found = found.filter(organisation=row.organisation)
    else:
        found = found.filter(organisation=None, title__iexact=row.organisation_name)
    several = list(found.order_by("pk"))
    for seat in several:
        if _sits(seat, row):
            return seat
    valid = period(row.first, row.last)
    held = set(
        Term.objects.filter(seat__in=several, deputy=row.deputy, valid__overlap=valid).values_list(
            "seat_id", flat=True
        )
    )
    return next((seat for seat in several if seat.pk not in held), several[0] if several else None)


def _sits(seat: Seat, row: Row) -> bool:
    """The term is there already: the person, by address or name, from the same day on."""
    for term in Term.objects.filter(
        seat=seat, deputy=row.deputy, valid__startswith=row.first
    ).select_related("person"):
        same = row.email and term.person.email.lower() == row.email
        if same or term.person.name.casefold() == row.person.casefold():
            return True
    return False
