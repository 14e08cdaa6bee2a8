"""The messages of joining and leaving, one function each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from solmu.agreements.models import Joinder, Signature, Withdrawal
from solmu.approvals.models import Voice
from solmu.lib.translated import text_in
from solmu.networks.mails import language_of
from solmu.notifications import outbox
from solmu.organisations.models import Organisation
from solmu.people import links
from solmu.people.models import Person

PURPOSE = "confirm-joinder"
RECORD = "voice"
DAYS = 90


def ask(joinder: Joinder, voice: Voice, person: Person) -> None:
    """Ask one of the others, by a personal link."""
    if not person.email:
        return
    _link, token = links.create(
        PURPOSE, RECORD, voice.pk, email=person.email, person=person, days=DAYS
    )
    _write(
        "agreement-joinder",
        "joinder",
        person,
        joinder,
        key=f"agreement-joinder-{voice.pk}-{person.pk}",
        object_by=joinder.object_by,
        link=settings.SOLMU_ADDRESS + reverse("agreements:joining-answer", args=[token]),
    )


def joined(joinder: Joinder) -> None:
    """Tell those who signed for it, and whoever answers for the agreement, that it has joined."""
    for person in _told(joinder):
        _write(
            "agreement-joined",
            "joined",
            person,
            joinder,
            key=f"agreement-joined-{joinder.pk}-{person.pk}",
            first=joinder.party.bound.lower,
        )


def not_joined(joinder: Joinder) -> None:
    """Tell the same that it didn't join, and why."""
    for person in _told(joinder):
        _write(
            "agreement-not-joined",
            "not_joined",
            person,
            joinder,
            key=f"agreement-not-joined-{joinder.pk}-{person.pk}",
            note=joinder.note,
        )


def withdrew(withdrawal: Withdrawal, person: Person, organisation: Organisation) -> None:
    """Tell another party that one leaves, and on which day."""
    if not person.email:
        return
    agreement = withdrawal.party.agreement
    language = _language(person, agreement.prevailing)
    outbox.write(
        "agreement-withdrawal",
        to=person.email,
        person=person,
        template="agreements/email/withdrawal",
        language=language,
        key=f"agreement-withdrawal-{withdrawal.pk}-{person.pk}",
        context={
            "title": agreement.title,
            "party": text_in(withdrawal.party.organisation, "name", language),
            "last_day": withdrawal.last_day,
            "reason": withdrawal.reason,
        },
    )


def _told(joinder: Joinder) -> list[Person]:
    signed = joinder.signatures.filter(state=Signature.State.SIGNED).select_related("person__user")
    people = [one.person for one in signed]
    if joinder.agreement.owner:
        people.append(joinder.agreement.owner)
    return [one for one in dict.fromkeys(people) if one.email]


def _language(person: Person, otherwise: str) -> str:
    return person.language or (language_of(person) if person.user_id else otherwise)


def _write(
    kind: str, template: str, person: Person, joinder: Joinder, *, key: str, **context: Any
) -> None:
    language = _language(person, joinder.agreement.prevailing)
    outbox.write(
        kind,
        to=person.email,
        person=person,
        template=f"agreements/email/{template}",
        language=language,
        key=key,
        context={
            **context,
            "title": joinder.agreement.title,
            "party": text_in(joinder.party.organisation, "name", language),
        },
    )
