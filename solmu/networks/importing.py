"""Members from a spreadsheet: read, previewed with a reason for each rejected row, then applied."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from solmu.imports import cleaning, guessing, previews, reading
from solmu.imports.guessing import Field
from solmu.lib.periods import period
from solmu.networks import membering
from solmu.networks.models import Membership, Network
from solmu.organisations.models import Organisation
from solmu.organisations.querysets import called
from solmu.people.viewer import Viewer

MOST = 1000
SEALED = "members of the network"

FIELDS = (
    Field(
        "name",
        gettext_lazy("Organisation"),
        (
            "jäsen", "jäsenet", "organisaatio", "oppilaitos", "nimi", "jäsenorganisaatio",
            "medlem", "organisation", "läroanstalt", "namn", "member", "name", "institution",
        ),
        looks=guessing.share(guessing.is_organisation),
    ),
    Field(
        "business_id",
        gettext_lazy("Business ID"),
        ("y-tunnus", "ytunnus", "fo-nummer", "business id", "vat"),
        looks=guessing.share(guessing.is_business_id),
    ),
    Field("role", gettext_lazy("Role"), ("rooli", "asema", "roll", "role")),
    Field(
        "since",
        gettext_lazy("Since"),
        (
            "alkaen", "mistä", "liittynyt", "liittyi", "jäsen alkaen", "alku", "från", "sedan",
            "anslöt", "since", "from", "joined", "first day", "valid from",
        ),
    ),
    Field(
        "until",
        gettext_lazy("Until"),
        (
            "asti", "päättyen", "mihin", "erosi", "eronnut", "loppu", "till", "utträdde", "until",
            "to", "left", "last day", "valid to",
        ),
    ),
    Field("note", gettext_lazy("Note"), ("huomautus", "lisätieto", "anteckning", "note", "notes")),
)  # fmt: skip
ROLES = {
    "founder": ("founder", "founding member", "perustaja", "perustajajäsen", "grundare",
                "grundande medlem"),
    "member": ("member", "jäsen", "varsinainen jäsen", "medlem"),
    "observer": ("observer", "tarkkailija", "observatör"),
    "supporter": ("supporter", "tukija", "tukijajäsen", "kannatusjäsen", "stödmedlem",
                  "supporting member"),
}  # fmt: skip
_ROLE = {cleaning.value_key(word): role for role, words in ROLES.items() for word in words}


@dataclass(slots=True)
class Row:
    """A row of the file: what it says, and why it can't be taken if it can't."""

    number: int
    name: str
    organisation: Organisation | None = None
    role: str = Membership.Role.MEMBER
    first: date | None = None
    last: date | None = None
    note: str = ""
    reason: str = ""
    there: bool = False

    @property
    def role_name(self) -> Any:
        """What the role is called."""
        return Membership.Role(self.role).label

    def as_plain(self) -> list[Any]:
        """The row as it is sent to and fro with the preview."""
        return [
            self.organisation.pk if self.organisation else None,
            self.role,
            self.first.isoformat() if self.first else None,
            self.last.isoformat() if self.last else None,
            self.note,
        ]


def read(network: Network, content: bytes, *, viewer: Viewer) -> list[Row]:
    """Read a file of members and say of each row what would become of it."""
    found, columns = previews.rows_of(content, FIELDS, most=MOST)
    if "name" not in columns and "business_id" not in columns:
        raise reading.ReadingError(
            _("No column tells the organisation. Give it a heading such as “Organisation”.")
        )
    rows = [_row(data.number, data.cells, columns, viewer) for data in found]
    _look(network, rows)
    return rows


def sealed(network: Network, rows: Iterable[Row]) -> str:
    """The rows that can be taken, signed, so that what was previewed is what is applied."""
    taken = [
        row.as_plain() for row in rows if row.organisation and not row.reason and not row.there
    ]
    return previews.seal(SEALED, network.pk, taken)


@transaction.atomic
def apply(network: Network, seal: str, *, by: Viewer) -> int:
    """Make members of the rows that were previewed; all or, if one can't be, none."""
    rows = previews.unseal(SEALED, network.pk, seal)
    organisations = Organisation.objects.visible_to(by).in_bulk([row[0] for row in rows])
    made = membering.join_many(
        network,
        [
            (organisations[key], role, _day(first), _day(last), note)
            for key, role, first, last, note in rows
            if key in organisations
        ],
        by=by,
        reason=gettext_noop("imported from a spreadsheet"),
    )
    return len(made)


_KEYS = tuple(field.key for field in FIELDS)


def _row(number: int, cells: list[Any], columns: dict[str, int], viewer: Viewer) -> Row:
    def cell(key: str) -> Any:
        return cells[columns[key]] if key in columns else None

    row = Row(number, cleaning.text(cell("name")) or cleaning.text(cell("business_id")))
    row.note = cleaning.text(cell("note"))[:200]
    try:
        row.first = cleaning.day(cell("since"))
        row.last = cleaning.day(cell("until"), last=True)
        row.organisation = _organisation(cell("business_id"), row.name, viewer)
    except (cleaning.CleaningError, membering.MemberingError) as error:
        row.reason = str(error)
        return row
    if row.first is None:
        row.reason = _("The first day is missing.")
    if word := cleaning.text(cell("role")):
        role = _ROLE.get(cleaning.value_key(word))
        if role is None:
            row.reason = _("No such role: %(word)s") % {"word": word}
        else:
            row.role = role
    return row


def _organisation(business_id: Any, name: str, viewer: Viewer) -> Organisation:
    seen = Organisation.objects.visible_to(viewer)
    if found := cleaning.business_id(business_id):
        one = seen.filter(business_id=found.number, country=found.country).first()
        if one is not None:
            return one
    if not name:
        raise membering.MemberingError(_("The organisation is missing."))
    key = name.lower()
    several = [
        one
        for one in seen.filter(called(name))[:20]
        if key in {text.lower() for text in (one.name_fi, one.name_sv, one.name_en)}
    ]
    if not several:
        raise membering.MemberingError(
            _("No organisation of the directory has that name. Add it there first.")
        )
    if len(several) > 1:
        raise membering.MemberingError(
            _("Several organisations have that name. Tell the business ID.")
        )
    return several[0]


def _look(network: Network, rows: list[Row]) -> None:
    """Say which rows are there already, and which can't be: against the network and each other."""
    there = {
        (each.organisation_id, each.role, each.valid.lower, each.valid.upper)
        for each in network.memberships.all()
    }
    taken: dict[int, list[Row]] = {}
    for row in rows:
        if row.reason or row.organisation is None:
            continue
        valid = period(row.first, row.last)
        if (row.organisation.pk, row.role, valid.lower, valid.upper) in there:
            row.there = True
            continue
        try:
            membering.check(network, row.organisation, row.first, row.last)
        except membering.MemberingError as error:
            row.reason = str(error)
            continue
        for other in taken.setdefault(row.organisation.pk, []):
            if _overlap(row, other):
                row.reason = _("Row %(n)s tells of the same time.") % {"n": other.number}
        if not row.reason:
            taken[row.organisation.pk].append(row)


def _overlap(one: Row, other: Row) -> bool:
    ends = [(row.first or date.min, row.last or date.max) for row in (one, other)]
    return ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
