"""Drafting: from a base to an agreement, its clauses, and its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from solmu.agreements import indexing
from solmu.agreements.drafting import wording
from solmu.agreements.models import (
    Agreement,
    BaseClause,
    BaseVersion,
    Clause,
    Duty,
    Party,
    Version,
)
from solmu.agreements.signing import chain
from solmu.audit import history
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day
from solmu.lib.translated import LANGUAGES
from solmu.networks.models import Network
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Stakeholder
from solmu.people.models import Person
from solmu.people.viewer import Viewer

HOLDER = "agreement"  # what the agreement's goals belong to
CALLED = {"fi": ("Oppilaitos", "Kumppani"), "sv": ("Läroanstalten", "Partnern"),
          "en": ("the Institution", "the Partner")}  # fmt: skip

State = Agreement.State


class DraftingError(ValueError):
    """The text can't be changed so; the sentence says why."""


class ChangedMeanwhileError(DraftingError):
    """Somebody else changed the clause after the person had opened it; `clause` is as it is now."""

    def __init__(self, clause: Clause) -> None:
        super().__init__(_("Somebody changed this clause while you were writing."))
        self.clause = clause


@transaction.atomic
def start(
    version: BaseVersion,
    *,
    institution: Institution,
    organisations: Iterable[Organisation],
    title: str,
    by: Viewer,
    languages: Iterable[str] = ("fi",),
    stakeholder: Stakeholder | None = None,
    network: Network | None = None,
    leave_out: Iterable[str] = (),
    contacts: Mapping[int, Person] | None = None,
) -> Agreement:
    """Make a draft of an approved template, between the institution and the organisations.

    `leave_out` holds the keys of optional clauses that aren't taken; of alternatives, the first
    that isn't left out is. `contacts` are contact persons by organisation; a stakeholder's contact
    is known.
    """
    if version.state == BaseVersion.State.DRAFT:
        raise DraftingError(_("The template has to be approved before it is used."))
    others = [one for one in organisations if one.pk != institution.pk]
    if not others:
        raise DraftingError(_("An agreement needs at least two parties."))
    spoken = [code for code in LANGUAGES if code in set(languages)] or ["fi"]
    with history.acting(by, gettext_noop("agreement drafted")):
        agreement = Agreement.objects.create(
            institution=institution,
            stakeholder=stakeholder,
            network=network,
            base_version=version,
            kind=version.base.kind,
            title=title.strip() or version.base.name,
            languages=spoken,
            prevailing=spoken[0],
            owner_id=by.person_id,
        )
        people = dict(contacts or {})
        if stakeholder and (person := _contact_of(stakeholder)):
            people.setdefault(stakeholder.organisation_id, person)
        for position, organisation in enumerate([institution.organisation, *others]):
            Party.objects.create(
                agreement=agreement,
                organisation=organisation,
                position=position,
                called=_called(position, len(others), spoken[0]),
                contact=people.get(organisation.pk),
            )
        Clause.objects.bulk_create(
            Clause(
                agreement=agreement,
                key=clause.key,
                position=clause.position,
                kind=clause.kind,
                **{name: getattr(clause, name) for name in _TEXTS},
            )
            for clause in _taken(version, set(leave_out))
        )
        agreement.values = known_values(agreement)
        agreement.save(update_fields=["values"])
    indexing.index_agreements([agreement.pk])
    return agreement


def known_values(agreement: Agreement) -> dict[str, str]:
    """What Solmu knows of the variables: the parties, the day, the terms chosen."""
    with override(agreement.prevailing):
        values = {
            "title": agreement.title,
            "today": date_format(clock.today(), "DATE_FORMAT"),
            "notice_months": str(agreement.notice_months),
        }
        for number, party in enumerate(parties_of(agreement), start=1):
            name = {1: "institution", 2: "partner"}.get(number, f"party{number}")
            values[f"{name}.name"] = str(party.organisation)
            values[f"{name}.business_id"] = party.organisation.business_id
            values[f"{name}.called"] = party.called
            if party.contact:
                values[f"{name}.contact"] = party.contact.name
                values[f"{name}.email"] = party.contact.email
                values[f"{name}.phone"] = party.contact.phone
        if agreement.network:
            values["network.name"] = str(agreement.network)
        if agreement.valid:
            for name, day in (
                ("start", first_day(agreement.valid)),
                ("end", last_day(agreement.valid)),
            ):
                if day:
                    values[name] = date_format(day, "DATE_FORMAT")
    return {name: value for name, value in values.items() if value}


def parties_of(agreement: Agreement) -> list[Party]:
    """Those between whom it is drafted, the institution first."""
    rows = agreement.parties.exclude(state=Party.State.FORMER)
    return list(rows.select_related("organisation", "contact").order_by("position", "pk"))


def texts_of(agreement: Agreement) -> list[str]:
    """All titles and texts of the draft in its languages."""
    return [
        getattr(clause, f"{part}_{code}")
        for clause in agreement.clauses.all()
        for part in ("title", "text")
        for code in agreement.languages
    ]


def missing(agreement: Agreement) -> list[str]:
    """The variables that nobody has given a value to."""
    return wording.missing(texts_of(agreement), agreement.values)


@transaction.atomic
def set_values(agreement: Agreement, values: Mapping[str, str], *, by: Viewer) -> None:
    """Give variables their values."""
    agreement = opened(agreement)
    with history.acting(by, gettext_noop("facts filled in")):
        agreement.values = {**agreement.values, **{k: v.strip() for k, v in values.items()}}
        agreement.save(update_fields=["values"])
    indexing.index_agreements([agreement.pk])


@transaction.atomic
def write_clause(clause: Clause, texts: Mapping[str, Any], *, edition: int, by: Viewer) -> Clause:
    """Change a clause's title, text or confidentiality; refuses what somebody changed meanwhile."""
    opened(clause.agreement)
    row = Clause.objects.select_for_update().get(pk=clause.pk)
    if row.edition != edition:
        raise ChangedMeanwhileError(row)
    for name, value in texts.items():
        if name not in {*_TEXTS, "confidential"}:
            raise TypeError(f"a clause has no {name}")
        setattr(row, name, value)
    _check(row)
    row.edition += 1
    with history.acting(by, gettext_noop("clause changed")):
        row.save()
    indexing.index_agreements([row.agreement_id])
    return row


@transaction.atomic
def add_clause(
    agreement: Agreement, texts: Mapping[str, Any], *, after: Clause | None, by: Viewer
) -> Clause:
    """Add a clause of one's own, after another or at the end."""
    agreement = opened(agreement)
    _check(Clause(agreement=agreement, **texts))
    last = agreement.clauses.aggregate(last=Max("position"))["last"] or 0
    position = after.position + 1 if after else last + 1
    title = next((texts[f"title_{c}"] for c in LANGUAGES if texts.get(f"title_{c}")), "")
    with history.acting(by, gettext_noop("clause added")):
        agreement.clauses.filter(position__gte=position).update(position=F("position") + 1)
        clause = Clause.objects.create(
            agreement=agreement, key=_free_key(agreement, title), position=position, **texts
        )
    indexing.index_agreements([agreement.pk])
    return clause


@transaction.atomic
def remove_clause(clause: Clause, *, by: Viewer) -> None:
    """Take a clause out of the draft; the history keeps it."""
    opened(clause.agreement)
    with history.acting(by, gettext_noop("clause taken out")):
        clause.delete()
    indexing.index_agreements([clause.agreement_id])


@transaction.atomic
def move_clause(clause: Clause, *, up: bool, by: Viewer) -> None:
    """Move a clause one place up or down."""
    opened(clause.agreement)
    rows = list(Clause.objects.select_for_update().filter(agreement=clause.agreement))
    at = next(number for number, row in enumerate(rows) if row.pk == clause.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    with history.acting(by, gettext_noop("clauses put in another order")):
        for position, row in enumerate(rows, start=1):
            if row.position != position:
                row.position = position
                row.save(update_fields=["position"])


@transaction.atomic
def freeze(agreement: Agreement, *, by: Viewer, note: str = "", unsigned: bool = False) -> Version:
    """Freeze the text as it is; the last version again where nothing has changed since it.

    `unsigned`: a new version also where somebody has been asked to sign the last one.
    """
    content = content_of(agreement)
    digest = chain.digest_of(content)
    last = agreement.versions.order_by("number").last()
    if last and last.digest == digest and not (unsigned and last.signatures.exists()):
        return last
    return Version.objects.create(
        agreement=agreement,
        number=last.number + 1 if last else 1,
        content=content,
        digest=digest,
        note=note,
        by_id=by.person_id,
    )


def content_of(agreement: Agreement) -> dict[str, Any]:
    """All that the document says, as plain data."""
    parties = parties_of(agreement)
    names = {party.organisation_id: str(party.organisation) for party in parties}
    valid = agreement.valid
    base = agreement.base_version
    return {
        "title": agreement.title,
        "kind": agreement.kind,
        "languages": agreement.languages,
        "prevailing": agreement.prevailing,
        "case_number": agreement.case_number,
        "parties": [
            {
                "organisation": str(party.organisation.uuid),
                "name": str(party.organisation),
                "business_id": party.organisation.business_id,
                "called": party.called,
                "contact": party.contact.name if party.contact else "",
            }
            for party in parties
        ],
        "clauses": [
            {
                "key": clause.key,
                "kind": clause.kind,
                "confidential": clause.confidential,
                "title": _in_languages(agreement, clause, "title"),
                "text": _in_languages(agreement, clause, "text"),
            }
            for clause in agreement.clauses.all()
        ],
        "goals": [_goal(goal) for goal in goals_of(agreement)],
        "duties": [
            {
                "organisation": names.get(duty.organisation_id, ""),
                "text": duty.text,
                "due_on": duty.due_on.isoformat() if duty.due_on else "",
                "every_months": duty.every_months,
            }
            for duty in Duty.objects.filter(agreement=agreement).order_by("pk")
        ],
        "term": {
            "from": valid.lower.isoformat() if valid and valid.lower else "",
            "to": str(last_day(valid) or "") if valid else "",
            "notice_months": agreement.notice_months,
            "renews_months": agreement.renews_months,
        },
        "accession": agreement.accession,
        "base": {"name": base.base.name_fi or base.base.name, "version": base.number}
        if base
        else None,
    }


def goals_of(agreement: Agreement) -> list[Goal]:
    """The agreement's goals with their indicators."""
    goals = Goal.objects.filter(holder_kind=HOLDER, holder_id=agreement.pk)
    goals = goals.exclude(state=Goal.State.DROPPED)
    return list(goals.select_related("organisation").prefetch_related("indicators").order_by("pk"))


def opened(agreement: Agreement) -> Agreement:
    """The agreement, locked, if its text may still change."""
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if not row.is_open:
        raise DraftingError(
            _("The text can't change any more: the agreement is “%(state)s”.")
            % {"state": row.get_state_display()}
        )
    return row


_TEXTS = tuple(f"{part}_{code}" for part in ("title", "text") for code in LANGUAGES)


def _check(clause: Clause) -> None:
    for code in clause.agreement.languages:
        if wrong := wording.mistakes(getattr(clause, f"text_{code}")):
            raise DraftingError(
                _("This is no variable: %(text)s. Variables look like {start}.")
                % {"text": ", ".join(wrong)}
            )


def _taken(version: BaseVersion, left: set[str]) -> list[BaseClause]:
    chosen: set[str] = set()
    taken = []
    for clause in version.clauses.all():
        if clause.key in left and (clause.optional or clause.alternatives):
            continue
        if clause.alternatives:
            if clause.alternatives in chosen:
                continue
            chosen.add(clause.alternatives)
        taken.append(clause)
    return taken


def _called(position: int, others: int, language: str) -> str:
    own, partner = CALLED[language]
    if position == 0:
        return own
    return partner if others == 1 else ""


def _contact_of(stakeholder: Stakeholder) -> Person | None:
    contact = stakeholder.contacts.filter(valid__contains=clock.today()).order_by("pk").first()
    return contact.person if contact else None


def _free_key(agreement: Agreement, title: str) -> str:
    stem = slugify(title)[:50] or "clause"
    taken = set(agreement.clauses.values_list("key", flat=True))
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key


def _in_languages(agreement: Agreement, clause: Clause, part: str) -> dict[str, str]:
    return {
        code: wording.filled(getattr(clause, f"{part}_{code}"), agreement.values)
        for code in agreement.languages
    }


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "title": goal.title,
        "text": goal.text,
        "organisation": str(goal.organisation) if goal.organisation else "",
        "indicators": [
            {
                "name": indicator.name,
                "unit": indicator.unit,
                "baseline": _number(indicator.baseline),
                "target": _number(indicator.target),
            }
            for indicator in goal.indicators.all()
        ],
    }


def _number(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"
