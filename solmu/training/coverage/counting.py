"""Writing counts of students: by hand, and from a spreadsheet that is looked at first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from solmu.audit import history
from solmu.imports import cleaning, guessing, previews, reading
from solmu.imports.guessing import Field
from solmu.lib import clock
from solmu.lib.periods import overlap, period
from solmu.organisations.fields import FIELDS as FIELDS_OF_WORK
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.querysets import called
from solmu.people.viewer import Viewer
from solmu.training import applicants
from solmu.training.coverage.models import CoverageSettings, StudentCount

MOST = 5000
MOST_STUDENTS = 9999
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
# From the first day to the last; None: until further notice.
type Span = tuple[date, date | None]


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
    said: str = ""  # the field in the file's own words
    note: str = ""  # what to look at before it is written

    @property
    def field_told(self) -> Any:
        """The field, and what the file said where there is no such field."""
        if self.field:
            return FIELDS_OF_WORK[self.field]
        return _("not known: %(word)s") % {"word": self.said} if self.said else _("not told")

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
    """Note how many students there are: a new count is never added to the former one, be it told
    each term or each month.
    """
    if last and last < first:
        raise CountError(_("The last day is before the first."))
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    with history.acting(by, gettext_noop("students counted")):
        _write(institution, organisation, field, {(first, last): number})
    return StudentCount.objects.get(
        institution=institution,
        organisation=organisation,
        field=field,
        period=period(first, last),
    )


def _write(
    institution: Institution, organisation: Organisation, field: str, told: dict[Span, int]
) -> None:
    """Write what was told of a workplace's field at one time; what was known of it gives way."""
    begins = min(first for first, _last in told)
    lasts = [last for _first, last in told if last]
    ends = max(lasts) if len(lasts) == len(told) else None
    known = StudentCount.objects.filter(
        institution=institution, organisation=organisation, field=field
    )
    left = {period(first, last): number for (first, last), number in told.items()}
    for row in known.filter(period__overlap=period(begins, ends)):
        if row.period in left:
            number = left.pop(row.period)
            if row.count != number:
                row.count = number
                row.save(update_fields=["count"])
        elif row.period.lower < begins:
            row.period = period(row.period.lower, begins - timedelta(days=1))
            row.save(update_fields=["period"])
        else:
            row.delete()
    StudentCount.objects.bulk_create(
        StudentCount(
            institution=institution,
            organisation=organisation,
            field=field,
            period=span,
            count=number,
        )
        for span, number in left.items()
    )


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


def note_sums(institution: Institution, rows: list[Row]) -> None:
    """Note of each row where students told without a field are added to those told by field.

    Who gives a total beside its parts would count the same students twice.
    """
    taken = [row for row in rows if row.organisation and not row.reason]
    spans: dict[int, list[tuple[bool, DateRange]]] = defaultdict(list)
    told = set()
    for row in taken:
        # A field that Solmu doesn't know is a part as well, and no total.
        spans[_place(row)].append((bool(row.field or row.said), _span(row)))
        told.add((_place(row), row.field))
    known = StudentCount.objects.filter(
        institution=institution, organisation__in=spans, count__gt=0
    )
    for key, field, span in known.values_list("organisation_id", "field", "period"):
        if (key, field) not in told:  # else it gives way to what the file tells
            spans[key].append((bool(field), span))
    for row in taken:
        part = bool(row.field or row.said)
        if any(other != part and overlap(_span(row), span) for other, span in spans[_place(row)]):
            row.note = (
                _("Added to the students without a field. If that is a total, take it off.")
                if part
                else _("Added to the students told by field. If this is a total, leave it out.")
            )


def sums_of(institution: Institution, organisation: Organisation, row: StudentCount) -> bool:
    """Whether a count is added to counts of the other kind: without a field, or by field."""
    others = StudentCount.objects.filter(
        institution=institution, organisation=organisation, period__overlap=row.period, count__gt=0
    )
    return (others.exclude(field="") if row.field == "" else others.filter(field="")).exists()


def _place(row: Row) -> int:
    return row.organisation.pk if row.organisation else 0


def _span(row: Row) -> DateRange:
    return period(row.first, row.last)


def sealed(institution: Institution, rows: list[Row]) -> str:
    """The rows that can be taken, signed."""
    return previews.seal(SEALED, institution.pk, [row.as_plain() for row in rows if not row.reason])


@transaction.atomic
def apply(institution: Institution, seal: str, *, by: Viewer) -> int:
    """Write the rows that were previewed; how many there were."""
    rows = previews.unseal(SEALED, institution.pk, seal)
    organisations = Organisation.objects.visible_to(by).in_bulk([row[0] for row in rows])
    # Rows of one workplace, field and time are added up: a file may have one for each class.
    told: dict[tuple[int, str], dict[Span, int]] = defaultdict(lambda: defaultdict(int))
    written = 0
    for key, field, first, last, number in rows:
        if key in organisations:
            span = date.fromisoformat(first), date.fromisoformat(last) if last else None
            told[key, field][span] += number
            written += 1
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    with history.acting(by, gettext_noop("students counted")):
        for (key, field), spans in told.items():
            _write(
                institution,
                organisations[key],
                field,
                {span: min(number, MOST_STUDENTS) for span, number in spans.items()},
            )
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
    row.said = cleaning.text(cell("field"))
    row.field = applicants.field_code(row.said)
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
