"""The messages of an agreement's life, one function each; they go to the contacts of both sides."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from solmu.agreements.models import Agreement, LevelProposal, Notice, Party
from solmu.goals.models import Goal
from solmu.lib.translated import text_in
from solmu.networks.mails import language_of
from solmu.notifications import outbox
from solmu.people import links
from solmu.people.models import Person

PURPOSE = "agreement-promises"
RECORD = "agreement-party"
DAYS = 400


def promises(party: Party, *, sender: str, key: str | None = None) -> bool:
    """Send a party's contact a link to the goals and duties of the agreement."""
    person = party.contact
    if person is None or not person.email:
        return False
    return _write("promises", party.agreement, person, party, key=key, sender=sender)


def duties_due(party: Party, texts: list[tuple[str, date]], *, key: str) -> bool:
    """Remind one side of what it has promised."""
    person = party.contact
    if person is None or not person.email:
        return False
    return _write("duties", party.agreement, person, party, key=key, duties=texts)


def goals_due(party: Party, person: Person, goals: list[Goal]) -> bool:
    """Tell whoever looks after goals on one side that they are checked soon."""
    agreement, last = party.agreement, goals[-1]
    own = party.organisation_id == agreement.institution_id
    return _write(
        "goals",
        agreement,
        person,
        None if own else party,
        key=f"agreement-goals-{party.pk}-{person.pk}-{last.pk}-{last.next_check_on}",
        goals=[(one.title, one.next_check_on) for one in goals],
    )


def notice(row: Notice) -> None:
    """Tell the parties that the agreement ends, when and why."""
    agreement = row.agreement
    for person, party in receivers(agreement):
        _write(
            "notice",
            agreement,
            person,
            party,
            key=f"agreement-notice-{row.pk}-{person.pk}",
            party=row.organisation,
            last_day=row.last_day,
            reason=row.reason,
        )


def notice_taken_back(agreement: Agreement, ends: date | None, reason: str) -> None:
    """Tell the parties that the agreement goes on after all."""
    for person, party in receivers(agreement):
        _write("goes_on", agreement, person, party, key=None, last_day=ends, reason=reason)


def renewed(agreement: Agreement, ends: date) -> None:
    """Tell the parties that one more term has begun."""
    for person, party in receivers(agreement):
        key = f"agreement-renewed-{agreement.pk}-{ends}-{person.pk}"
        _write("renewed", agreement, person, party, key=key, last_day=ends)


def ahead(agreement: Agreement, *, ends: date, notice_by: date | None, days: int) -> None:
    """Tell the parties ahead that it ends, or until when notice keeps it from renewing itself."""
    for person, party in receivers(agreement):
        _write(
            "ahead",
            agreement,
            person,
            party,
            key=f"agreement-ahead-{agreement.pk}-{ends}-{days}-{person.pk}",
            last_day=ends,
            notice_by=notice_by,
            months=agreement.renews_months,
        )


def review(agreement: Agreement, on: date) -> None:
    """Tell the parties that the agreement is looked at together."""
    for person, party in receivers(agreement):
        key = f"agreement-review-{agreement.pk}-{on}-{person.pk}"
        _write("review", agreement, person, party, key=key, on=on)


def kept(agreement: Agreement) -> bool:
    """Tell whoever keeps an agreement that the years it is kept are over."""
    person, until = agreement.owner, agreement.kept_until
    if person is None or not person.email:
        return False
    key = f"agreement-kept-{agreement.pk}-{until}"
    return _write("kept", agreement, person, None, key=key, until=until)


def proposal(row: LevelProposal, person: Person) -> None:
    """Ask a leader about a level that a review proposes."""
    agreement = row.review.agreement
    _write(
        "level",
        agreement,
        person,
        None,
        key=f"agreement-level-{row.pk}-{person.pk}",
        level=row.level,
        reason=row.review.reason,
    )


def receivers(agreement: Agreement) -> list[tuple[Person, Party | None]]:
    """Whoever keeps the agreement, and the contact of each party; each once."""
    found: dict[int, tuple[Person, Party | None]] = {}
    if agreement.owner and agreement.owner.email:
        found[agreement.owner.pk] = (agreement.owner, None)
    gone = (Party.State.WITHDRAWN, Party.State.FORMER)
    parties = agreement.parties.exclude(state__in=gone).filter(contact__isnull=False)
    for party in parties.select_related("contact__user", "organisation"):
        if party.contact is None or not party.contact.email:
            continue
        own = party.organisation_id == agreement.institution_id
        found.setdefault(party.contact.pk, (party.contact, None if own else party))
    return list(found.values())


def _write(
    template: str,
    agreement: Agreement,
    person: Person,
    of: Party | None,
    *,
    key: str | None,
    **context: Any,
) -> bool:
    if key and outbox.Message.objects.filter(key=key).exists():
        return False
    language = person.language or (language_of(person) if person.user_id else agreement.prevailing)
    institution = text_in(agreement.institution.organisation, "name", language)
    if of is None:  # the institution's own people sign in
        address = reverse("agreements:life", args=[agreement.pk])
    else:
        _link, token = links.create(
            PURPOSE, RECORD, of.pk, email=person.email, person=person, days=DAYS
        )
        address = reverse("agreements:promises", args=[token])
    message = outbox.write(
        f"agreement-{template}",
        to=person.email,
        person=person,
        template=f"agreements/email/life_{template}",
        language=language,
        key=key,
        context={
            **context,
            "title": agreement.title,
            "institution": institution,
            "link": settings.SOLMU_ADDRESS + address,
        },
    )
    return message is not None
