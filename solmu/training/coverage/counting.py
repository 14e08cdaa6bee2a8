"""Writing counts of students: by hand, and from a spreadsheet that is looked at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from solmu.audit import history
from solmu.imports import cleaning, guessing, previews, reading
from solmu.imports.guessing import Field
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.organisations.fields import FIELDS as FIELDS_OF_WORK
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.querysets import called
from solmu.people.viewer import Viewer
from solmu.training.coverage.models import CoverageSettings, StudentCount

MOST = 5000
SEALED = "students at workplaces"

FIELDS = (
    Field(
        "name",
        gettext_lazy("Workplace"),
        ("työpaikka", "organisaatio", "yritys", "työnantaja", "nimi", "arbetsplats", "företag",
         "organisation", "namn", "workplace", "organisation", "company", "name"),
        looks=guessing.share(guessing.is_organisation),
    ),
    Field(
        "business_id",
        gettext_lazy("Business ID"),
        ("y-tunnus", "ytunnus", "fo-nummer", "business id", "vat"),
        looks=guessing.share(guessing.is_business_id),
    ),
    Field("field", gettext_lazy("Field"), ("ala", "toimiala", "koulutusala", "bransch", "field")),
    Field("since", gettext_lazy("Since"),
          ("alkaen", "alku", "mistä", "från", "sedan", "since", "from", "first day")),
    Field("until", gettext_lazy("Until"),
          ("asti", "loppu", "mihin", "päättyen", "till", "until", "to", "last day")),
    Field("count", gettext_lazy("Students"),
          ("opiskelijoita", "opiskelijat", "lukumäärä", "määrä", "kpl", "studerande", "antal",
           "students", "count", "number")),
)  # fmt: skip
_CODES = {
    cleaning.value_key(word): code
    for code, label in FIELDS_OF_WORK.items()
    for word in (code, str(label))
}


class CountError(ValueError):
    """Why a count can't be taken; the text says so."""


@dataclass(slots=True)
class Row:
    """A row of the file: what it says, and why it can't be taken if it can't."""

    number: int
    name: str
    organisation: Organisation | None = None
    field: str = ""
    first: date | None = None
    last: date | None = None
    count: int = 0
    reason: str = ""

    def as_plain(self) -> list[Any]:
        """The row as it is sent to and fro with the preview."""
        return [
            self.organisation.pk if self.organisation else None,
            self.field,
            self.first.isoformat() if self.first else None,
            self.last.isoformat() if self.last else None,
            self.count,
        ]


@transaction.atomic
def count(
    institution: Institution,
    organisation: Organisation,
    *,
    field: str,
    first: date,
    last: date | None,
    number: int,
    by: Viewer,
) -> StudentCount:
    """Note how many students there are; the same field and time again corrects the number."""
    if last and last < first:
        raise CountError(_("The last day is before the first."))
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    with history.acting(by, gettext_noop("students counted")):
        row, _new = StudentCount.objects.update_or_create(
            institution=institution,
            organisation=organisation,
            field=field,
            period=period(first, last),
            defaults={"count": number},
        )
    return row


@transaction.atomic
def drop(row: StudentCount, *, by: Viewer) -> None:
    """Take a count off."""
    with history.acting(by, gettext_noop("count of students taken off")):
        row.delete()


@transaction.atomic
def set_age(institution: Institution, years: int | None, *, by: Viewer) -> None:
    """After how many years training counts as old; None: never."""
    with history.acting(by, gettext_noop("age of training changed")):
        CoverageSettings.objects.update_or_create(
            institution=institution, defaults={"old_after_years": years}
        )


def read(content: bytes, *, viewer: Viewer) -> list[Row]:
    """Read a file of counts, and say of each row what would become of it."""
    found, columns = previews.rows_of(content, FIELDS, most=MOST)
    if "count" not in columns or not columns.keys() & {"name", "business_id"}:
        raise reading.ReadingError(
            _("The file needs a column for the workplace and one for the number of students.")
        )
    return [_row(data.number, data.cells, columns, viewer) for data in found]


def sealed(institution: Institution, rows: list[Row]) -> str:
    """The rows that can be taken, signed."""
    return previews.seal(SEALED, institution.pk, [row.as_plain() for row in rows if not row.reason])


@transaction.atomic
def apply(institution: Institution, seal: str, *, by: Viewer) -> int:
    """Write the rows that were previewed; how many there were."""
    rows = previews.unseal(SEALED, institution.pk, seal)
    organisations = Organisation.objects.visible_to(by).in_bulk([row[0] for row in rows])
    written = 0
    for key, field, first, last, number in rows:
        if key in organisations:
            count(
                institution,
                organisations[key],
                field=field,
                first=date.fromisoformat(first),
                last=date.fromisoformat(last) if last else None,
                number=number,
                by=by,
            )
            written += 1
    return written


def _row(number: int, cells: list[Any], columns: dict[str, int], viewer: Viewer) -> Row:
    def cell(key: str) -> Any:
        return cells[columns[key]] if key in columns else None

    row = Row(number, cleaning.text(cell("name")) or cleaning.text(cell("business_id")))
    try:
        row.first = cleaning.day(cell("since")) or clock.today()
        row.last = cleaning.day(cell("until"), last=True)
        row.count = _number(cell("count"))
        row.organisation = _organisation(cell("business_id"), row.name, viewer)
    except (cleaning.CleaningError, CountError) as error:
        row.reason = str(error)
        return row
    if row.last and row.last < row.first:
        row.reason = _("The last day is before the first.")
    if word := cleaning.text(cell("field")):
        row.field = _CODES.get(cleaning.value_key(word), "")
    return row


def _number(cell: Any) -> int:
    word = cleaning.text(cell)
    if not (word.isascii() and word.isdecimal() and len(word) <= 4):
        raise CountError(_("The number of students must be a whole number."))
    return int(word)


def _organisation(business_id: Any, name: str, viewer: Viewer) -> Organisation:
    seen = Organisation.objects.visible_to(viewer)
    if found := cleaning.business_id(business_id):
        one = seen.filter(business_id=found.number, country=found.country).first()
        if one is not None:
            return one
    if not name:
        raise CountError(_("The workplace is missing."))
    key = name.lower()
    several = [
        one
        for one in seen.filter(called(name))[:20]
        if key in {text.lower() for text in (one.name_fi, one.name_sv, one.name_en)}
    ]
    if not several:
        raise CountError(_("No organisation of the directory has that name. Add it there first."))
    if len(several) > 1:
        raise CountError(_("Several have that name: give the business ID."))
    return several[0]
