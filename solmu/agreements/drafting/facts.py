"""The facts of an agreement beside its clauses: its title, term and languages, and its parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements import indexing
from solmu.agreements.drafting import drafting
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.models import Agreement, Party
from solmu.audit import history
from solmu.organisations.models import Organisation
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer

FACTS = frozenset(
    {
        "title", "summary", "languages", "prevailing", "owner", "valid", "notice_months",
        "renews_months", "next_review_on", "accession", "silence_days", "in_order", "means",
        "case_number", "retention_class", "network", "stakeholder",
    }
)  # fmt: skip
MOST_PARTIES = 60
_TERM = frozenset({"start", "end"})  # nothing but the term says them


@transaction.atomic
def write(agreement: Agreement, facts: Mapping[str, Any], *, by: Viewer) -> Agreement:
    """Change facts of an agreement whose text may still change; the variables follow."""
    row = drafting.opened(agreement)
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"{name} is no fact of an agreement")
        setattr(row, name, value)
    if not row.title.strip():
        raise DraftingError(_("Give it a title."))
    if not row.languages:
        raise DraftingError(_("Choose a language."))
    if row.prevailing not in row.languages:
        raise DraftingError(_("The language that prevails is one of the agreement's languages."))
    with history.acting(by, gettext_noop("facts of the agreement changed")):
        row.values = _following(row)
        row.save()
    indexing.index_agreements([row.pk])
    return row


@transaction.atomic
def drop(agreement: Agreement, *, by: Viewer, reason: str = "") -> None:
    """Drop a draft that nobody goes on with: it stays readable, and links to comment end."""
    row = drafting.opened(agreement)
    with history.acting(by, gettext_noop("draft dropped")):
        for party in row.parties.filter(voice=Party.Voice.WAITING):
            links.revoke("agreement-party", party.pk, "comment-agreement")
        row.parties.update(voice=Party.Voice.NONE)
        row.state = Agreement.State.ENDED
        row.end_reason = reason.strip()[:300]
        row.save(update_fields=["state", "end_reason"])
    indexing.index_agreements([row.pk])


@transaction.atomic
def add_party(
    agreement: Agreement, organisation: Organisation, *, contact: Person | None = None, by: Viewer
) -> Party:
    """Name one more party."""
    row = drafting.opened(agreement)
    parties = row.parties.exclude(state=Party.State.FORMER)
    if parties.filter(organisation=organisation).exists():
        raise DraftingError(_("%(name)s is a party already.") % {"name": organisation})
    if parties.count() >= MOST_PARTIES:
        raise DraftingError(_("That is too many parties."))
    last = row.parties.aggregate(last=Max("position"))["last"] or 0
    with history.acting(by, gettext_noop("party named")):
        party = Party.objects.create(
            agreement=row, organisation=organisation, position=last + 1, contact=contact
        )
        _refresh(row)
    return party


@transaction.atomic
def change_party(party: Party, *, by: Viewer, **facts: Any) -> Party:
    """Change what the text calls a party, its contact person, or how many sign for it."""
    row = drafting.opened(party.agreement)
    held = Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    for name, value in facts.items():
        if name not in {"called", "contact", "signers_needed"}:
            raise TypeError(f"a party has no {name}")
        setattr(held, name, value)
    with history.acting(by, gettext_noop("party changed")):
        held.save(update_fields=list(facts))
        _refresh(row)
    return held


@transaction.atomic
def remove_party(party: Party, *, by: Viewer) -> None:
    """Take a party out of a draft that it has not signed; it stays where something names it."""
    row = drafting.opened(party.agreement)
    if party.organisation_id == row.institution_id:
        raise DraftingError(_("The institution that drafts the agreement is a party to it."))
    if row.parties.exclude(state=Party.State.FORMER).count() <= 2:
        raise DraftingError(_("An agreement needs at least two parties."))
    with history.acting(by, gettext_noop("party taken out")):
        if party.signatures.exists() or row.versions.exists():
            Party.objects.filter(pk=party.pk).update(
                state=Party.State.FORMER, voice=Party.Voice.NONE
            )
        else:
            party.delete()
        _refresh(row)


def _following(row: Agreement) -> dict[str, str]:
    """The values with what follows from the facts; the day written into the text stays."""
    known = drafting.known_values(row)
    kept = {name: value for name, value in row.values.items() if name not in _TERM}
    return {**kept, **known, **({"today": row.values["today"]} if "today" in row.values else {})}


def _refresh(row: Agreement) -> None:
    row.values = _following(row)
    row.save(update_fields=["values"])
    indexing.index_agreements([row.pk])
