"""Many agreements of one template from a spreadsheet: read, previewed, drafted, sent, followed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, override

from solmu.agreements import indexing
from solmu.agreements.drafting import drafting, facts, people, wording, words
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.models import Agreement, BaseVersion, Bulk, BulkRow, Mandate, Party
from solmu.agreements.signing import mandates, signing
from solmu.agreements.signing.mandates import MandateError
from solmu.agreements.signing.signing import Signer, SigningError
from solmu.imports import cleaning, guessing, previews, reading
from solmu.imports.guessing import Field
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.lib.translated import LANGUAGES
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Stakeholder
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id

log = logging.getLogger("solmu.agreements")

MOST = 250
SEALED = "agreements in bulk"
REJECTED = "rejected agreements"
# What Solmu knows itself, and so doesn't ask of a spreadsheet.
KNOWN = ("title", "today", "notice_months", "start", "end")
State = Agreement.State

FIELDS = (
    Field(
        "name",
        gettext_lazy("Partner"),
        ("kumppani", "yritys", "organisaatio", "työpaikka", "nimi", "partner", "företag",
         "organisation", "namn", "company", "name", "employer"),
        looks=guessing.share(guessing.is_organisation),
    ),
    Field(
        "business_id",
        gettext_lazy("Business ID"),
        ("y-tunnus", "ytunnus", "fo-nummer", "business id", "vat"),
        looks=guessing.share(guessing.is_business_id),
    ),
    Field(
        "contact",
        gettext_lazy("Contact person"),
        ("yhteyshenkilö", "allekirjoittaja", "kontaktperson", "undertecknare", "contact person",
         "contact", "signer"),
    ),
    Field(
        "email",
        gettext_lazy("E-mail"),
        ("sähköposti", "s-posti", "sähköpostiosoite", "e-post", "epost", "e-mail", "email"),
    ),
    Field(
        "position",
        gettext_lazy("Position"),
        ("asema", "tehtävä", "nimike", "befattning", "position", "job title"),
    ),
    Field(
        "basis",
        gettext_lazy("Right to sign"),
        ("allekirjoitusoikeus", "oikeus allekirjoittaa", "peruste", "rätt att underteckna", "grund",
         "right to sign", "basis"),
    ),
    Field(
        "start",
        gettext_lazy("First day in force"),
        ("alkaa", "alkaen", "voimassa alkaen", "alku", "börjar", "gäller från", "starts", "from",
         "first day", "first day in force"),
    ),
    Field(
        "end",
        gettext_lazy("Last day in force"),
        ("päättyy", "asti", "voimassa asti", "loppu", "slutar", "gäller till", "ends", "until",
         "last day", "last day in force"),
    ),
)  # fmt: skip


class BulkError(ValueError):
    """It can't be done for all; the sentence says why."""


@dataclass(slots=True)
class Row:
    """A row of the file: what it says, and why it can't be taken if it can't."""

    number: int
    name: str
    organisation: Organisation | None = None
    contact: str = ""
    email: str = ""
    position: str = ""
    basis: str = ""
    first: date | None = None
    last: date | None = None
    values: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    reason: str = ""
    cells: list[str] = field(default_factory=list)

    def as_plain(self) -> list[Any]:
        """The row as it travels with the preview."""
        return [
            self.number,
            self.organisation.pk if self.organisation else None,
            {
                "contact": self.contact,
                "email": self.email,
                "position": self.position,
                "basis": self.basis,
                "start": self.first.isoformat() if self.first else "",
                "end": self.last.isoformat() if self.last else "",
                "values": self.values,
            },
        ]


def asked_for(version: BaseVersion, languages: Sequence[str]) -> list[str]:
    """The variables of a template that a spreadsheet may tell: what Solmu doesn't know itself."""
    texts = [
        getattr(clause, f"{part}_{code}")
        for clause in version.clauses.all()
        for part in ("title", "text")
        for code in languages
    ]
    return [
        name
        for name in wording.variables(texts)
        if name not in KNOWN and not name.startswith(("institution.", "partner."))
    ]


def fields_of(version: BaseVersion, languages: Sequence[str]) -> tuple[Field, ...]:
    """The columns that the spreadsheet may have for a template."""
    more = []
    for name in asked_for(version, languages):
        named = {name, name.replace("_", " "), words.label(name).lower()}
        for code in LANGUAGES:
            with override(code):
                named.add(words.label(name).lower())
        more.append(Field(f"value {name}", words.label(name), tuple(sorted(named))))
    return (*FIELDS, *more)


def read(
    institution: Institution,
    version: BaseVersion,
    languages: Sequence[str],
    content: bytes,
    *,
    viewer: Viewer,
) -> tuple[list[Row], list[str], list[str]]:
    """Read a file: what would become of each row, the columns, and headings that say nothing."""
    fields = fields_of(version, languages)
    found, columns, unused = previews.with_unused(content, fields, most=MOST)
    if "name" not in columns and "business_id" not in columns:
        raise reading.ReadingError(
            _("No column tells the partner. Give it a heading such as “Partner”.")
        )
    if "email" not in columns:
        raise reading.ReadingError(
            _("No column tells the signers' addresses. Give it a heading such as “E-mail”.")
        )
    wanted = asked_for(version, languages)
    rows = [_row(data.number, data.cells, columns, wanted, viewer) for data in found]
    _twice(rows)
    own = institution.pk
    for row in rows:
        if row.organisation and row.organisation.pk == own:
            row.reason = _("That is the institution itself.")
    by_column = [(str(one.label), columns[one.key]) for one in fields if one.key in columns]
    for row, data in zip(rows, found, strict=True):
        row.cells = [cleaning.text(data.cells[at]) for _label, at in by_column]
    return rows, [label for label, _at in by_column], unused


def sealed(institution: Institution, rows: Iterable[Row]) -> str:
    """The rows that can be taken, signed, so that what was previewed is what is made."""
    taken = [one.as_plain() for one in rows if one.organisation and not one.reason]
    return previews.seal(SEALED, institution.pk, taken)


@transaction.atomic
def apply(
    institution: Institution,
    version: BaseVersion,
    *,
    title: str,
    languages: Sequence[str],
    signer: Person,
    seal: str,
    by: Viewer,
    same: Mapping[str, str] | None = None,
) -> Bulk:
    """Keep the rows that were previewed; a job drafts an agreement of each.

    `same` gives variables the values of all rows that tell none of their own.
    """
    rows = previews.unseal(SEALED, institution.pk, seal)
    seen = Organisation.objects.visible_to(by).in_bulk([row[1] for row in rows])
    asked = asked_for(version, languages)
    known = {name: text.strip()[:500] for name, text in (same or {}).items() if name in asked}
    for _number, _key, told in rows:
        told["values"] = {**known, **told["values"]}
    bulk = Bulk.objects.create(
        institution=institution,
        version=version,
        title=title.strip()[:200],
        languages=",".join(languages),
        signer=signer,
        by_id=by.person_id,
    )
    BulkRow.objects.bulk_create(
        BulkRow(bulk=bulk, number=number, organisation=seen[key], facts=told)
        for number, key, told in rows
        if key in seen
    )
    tasks.enqueue("agreements.bulk_draft", key=f"bulk-draft-{bulk.pk}", bulk=bulk.pk)
    return bulk


@transaction.atomic
def send(bulk: Bulk, *, sign_by: date | None, by: Viewer) -> None:
    """Ask for the signatures of all that are drafted; a job sends them one by one.

    Whoever sends says that the contact persons may sign.
    """
    row = Bulk.objects.select_for_update().get(pk=bulk.pk)
    if row.rows.filter(agreement=None, problem="").exists():
        raise BulkError(_("The drafts are still being made."))
    if not row.rows.filter(agreement__state__in=Agreement.OPEN).exists():
        raise BulkError(_("There is nothing to send."))
    if sign_by and sign_by < clock.today():
        raise BulkError(_("The last day to sign has passed already."))
    row.sign_by, row.sent_at = sign_by, clock.real_now()
    row.save(update_fields=["sign_by", "sent_at"])
    row.rows.exclude(agreement=None).update(problem="")
    tasks.enqueue("agreements.bulk_send", key=f"bulk-send-{row.pk}", bulk=row.pk, user=by.user_id)


@tasks.task("agreements.bulk_draft")
def draft_all(bulk: int) -> None:
    """Draft an agreement of each row; one after another, so that it can go on where it stopped."""
    waiting = BulkRow.objects.filter(bulk=bulk, agreement=None, problem="")
    for key in waiting.order_by("number").values_list("pk", flat=True):
        try:
            _draft(key)
        except (DraftingError, MandateError, ValueError) as error:
            log.info("row %s of bulk %s: %s", key, bulk, error)
            BulkRow.objects.filter(pk=key).update(problem=str(error)[:400])


@tasks.task("agreements.bulk_send")
def send_all(bulk: int, user: int | None) -> None:
    """Ask for the signatures of each drafted agreement that nobody has asked for yet."""
    by = viewer_for_user_id(user) if user else Viewer.system(gettext_noop("sent in bulk"))
    waiting = BulkRow.objects.filter(bulk=bulk, agreement__state__in=Agreement.OPEN, problem="")
    for key in waiting.order_by("number").values_list("pk", flat=True):
        try:
            _send(key, by)
        except (SigningError, DraftingError, MandateError, ValueError) as error:
            BulkRow.objects.filter(pk=key).update(problem=str(error)[:400])


@transaction.atomic
def _draft(key: int) -> None:
    row = (
        BulkRow.objects.select_for_update(of=("self",))
        .select_related("bulk__version__base", "bulk__institution__organisation", "organisation")
        .get(pk=key)
    )
    if row.agreement_id is not None:
        return
    bulk, told = row.bulk, row.facts
    by = Viewer(person_id=bulk.by_id, name=bulk.by.name if bulk.by else "")
    stakeholder = Stakeholder.objects.filter(
        institution=bulk.institution, organisation=row.organisation
    ).first()
    with override(bulk.languages.split(",")[0]):
        made = drafting.start(
            bulk.version,
            institution=bulk.institution,
            organisations=[row.organisation],
            title=f"{bulk.title}: {row.organisation}"[:200],
            languages=bulk.languages.split(","),
            stakeholder=stakeholder,
            by=by,
        )
        party = made.parties.get(organisation=row.organisation)
        person = people.name_somebody(
            made, party, name=told["contact"] or told["email"], email=told["email"], by=by
        )
        facts.change_party(party, by=by, contact=person)
        own = made.parties.get(organisation=bulk.institution.organisation)
        facts.change_party(own, by=by, contact=bulk.signer)
        first, last = _day(told["start"]), _day(told["end"])
        made.refresh_from_db()
        if first or last:
            facts.write(made, {"valid": period(first, last)}, by=by)
        values = {name: value for name, value in told["values"].items() if value}
        drafting.set_values(made, values, by=by)
    row.agreement = made
    row.facts = {"position": told["position"], "basis": told["basis"]}
    row.save(update_fields=["agreement", "facts"])
    indexing.index_agreements([made.pk])


@transaction.atomic
def _send(key: int, by: Viewer) -> None:
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("bulk").get(pk=key)
    bulk = row.bulk
    agreement = Agreement.objects.select_related("institution__organisation").get(
        pk=row.agreement_id or 0
    )
    if not agreement.is_open:
        return
    signers = []
    for party in agreement.parties.select_related("organisation", "contact__user"):
        own = party.organisation_id == agreement.institution_id
        person = bulk.signer if own else party.contact
        if person is None:
            raise SigningError(_("%(party)s has no signer.") % {"party": party.organisation})
        title = _mandate(agreement, party, person, row, own=own, by=by)
        signers.append(Signer(party, person, title))
    signing.ask(agreement, signers, by=by, sign_by=bulk.sign_by)
    row.facts = {}
    row.save(update_fields=["facts"])


def _mandate(
    agreement: Agreement, party: Party, person: Person, row: BulkRow, *, own: bool, by: Viewer
) -> str:
    held = Mandate.objects.on(clock.today()).filter(
        organisation=party.organisation,
        person=person,
        institution_id__in=[agreement.institution_id, party.organisation_id],
    )
    if known := held.first():
        return known.title
    if own:
        return ""  # whoever signs for the institution needs a right that was recorded before
    told = row.facts
    title = told.get("position", "")[:100]
    mandates.record(
        party.organisation,
        person,
        institution=agreement.institution,
        title=title,
        basis=(told.get("basis") or _("Checked by %(name)s before sending") % {"name": by.name})[
            :200
        ],
        first=clock.today(),
        last=None,
        by=by,
    )
    return title


def _row(
    number: int, cells: list[Any], columns: dict[str, int], wanted: list[str], viewer: Viewer
) -> Row:
    def cell(key: str) -> Any:
        return cells[columns[key]] if key in columns else None

    row = Row(number, cleaning.text(cell("name")) or cleaning.text(cell("business_id")))
    row.contact = cleaning.text(cell("contact"))[:120]
    row.position, row.basis = cleaning.text(cell("position")), cleaning.text(cell("basis"))
    try:
        row.first = cleaning.day(cell("start"))
        row.last = cleaning.day(cell("end"), last=True)
        row.organisation = _organisation(cell("business_id"), row.name, viewer)
        addresses, wrong = cleaning.emails(cell("email"))
    except (cleaning.CleaningError, BulkError) as error:
        row.reason = str(error)
        return row
    if wrong:
        row.reason = _("This isn't an e-mail address: %(text)s.") % {"text": wrong[0]}
    elif not addresses:
        row.reason = _("The signer's e-mail address is missing.")
    elif len(addresses) > 1:
        row.reason = _("Several addresses; give the one that signs.")
    else:
        row.email = addresses[0]
    if row.first and row.last and row.last < row.first:
        row.reason = _("The last day is before the first.")
    for name in wanted:
        value = cleaning.text(cell(f"value {name}"))[:500]
        if value:
            row.values[name] = value
        else:
            row.missing.append(words.label(name))
    return row


def _organisation(business_id: Any, name: str, viewer: Viewer) -> Organisation:
    seen = Organisation.objects.visible_to(viewer)
    if found := cleaning.business_id(business_id):
        one = seen.filter(business_id=found.number, country=found.country).first()
        if one is not None:
            return one
    if not name:
        raise BulkError(_("The partner is missing."))
    key = name.lower()
    several = list(
        {
            one.pk: one
            for column in ("name_fi", "name_sv", "name_en")
            for one in seen.filter(**{f"{column}__iexact": key})[:3]
        }.values()
    )
    if not several:
        raise BulkError(
            _("No organisation of the directory has that name. Add it as a partner first.")
        )
    if len(several) > 1:
        raise BulkError(_("Several organisations have that name. Tell the business ID."))
    return several[0]


def _twice(rows: list[Row]) -> None:
    seen: dict[int, int] = {}
    for row in rows:
        if row.reason or row.organisation is None:
            continue
        before = seen.setdefault(row.organisation.pk, row.number)
        if before != row.number:
            row.reason = _("Row %(n)s is about the same partner.") % {"n": before}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
