"""Choosing who is asked to sign and how, before the request is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.models import Agreement, Signatory
from solmu.agreements.signing.signing import SigningError
from solmu.audit import history
from solmu.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for one party: how many sign, and who, each with a turn."""

    needed: int
    people: Mapping[int, int]  # person's id: turn


@dataclass(frozen=True, slots=True)
class Way:
    """How it is signed: order, means, last day, and what the archive needs to know."""

    in_order: bool
    means: str
    sign_by: date | None
    case_number: str
    retention_class: str
    prevailing: str


@transaction.atomic
def choose(
    agreement: Agreement, way: Way, choices: Mapping[int, Choice], *, by: Viewer
) -> Agreement:
    """Keep what was chosen; nobody is asked yet. `choices` are by the party's id."""
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if not row.is_open:
        raise SigningError(_("Signatures have been asked for already."))
    with history.acting(by, gettext_noop("signers chosen")):
        row.in_order, row.means, row.sign_by = way.in_order, way.means, way.sign_by
        row.case_number, row.retention_class = way.case_number, way.retention_class
        row.prevailing = way.prevailing
        row.save(
            update_fields=[
                "in_order", "means", "sign_by", "case_number", "retention_class", "prevailing",
            ]
        )  # fmt: skip
        for party in row.parties.all():
            choice = choices.get(party.pk)
            if choice is None:
                continue
            if party.signers_needed != choice.needed:
                party.signers_needed = choice.needed
                party.save(update_fields=["signers_needed"])
            held = {one.person_id: one for one in party.signatories.all()}
            for person, one in held.items():
                if person not in choice.people:
                    one.delete()
            for person, turn in choice.people.items():
                if person not in held:
                    Signatory.objects.create(party=party, person_id=person, turn=turn)
                elif held[person].turn != turn:
                    held[person].turn = turn
                    held[person].save(update_fields=["turn"])
    return row
