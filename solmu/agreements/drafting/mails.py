"""The messages of drafting, one function each."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from solmu.agreements.models import Agreement, Comment, Party, Version
from solmu.lib.translated import text_in
from solmu.networks.mails import language_of
from solmu.notifications import outbox
from solmu.people.models import Person
from solmu.people.viewer import Viewer


def sent(
    agreement: Agreement, to: Person, token: str, *, key: str, by: Viewer, message: str, again: bool
) -> None:
    """Ask a party's contact to read the text and say what they think."""
    language = to.language or agreement.prevailing
    outbox.write(
        "agreement-comment",
        to=to.email,
        person=to,
        template="agreements/email/comment",
        language=language,
        key=key,
        context={
            "name": to.given_name or to.name,
            "sender": by.name,
            "institution": text_in(agreement.institution.organisation, "name", language),
            "title": agreement.title,
            "message": message,
            "again": again,
            "link": _address(reverse("agreements:comment", args=[token])),
        },
    )


def answered(
    agreement: Agreement,
    party: Party,
    version: Version | None,
    *,
    fine: bool,
    count: int,
    name: str,
) -> None:
    """Tell the one who drafts what a party said."""
    to = agreement.owner
    if to is None or not to.email:
        return
    language = language_of(to)
    number = version.number if version else 0
    outbox.write(
        "agreement-commented",
        to=to.email,
        person=to,
        template="agreements/email/commented",
        language=language,
        key=f"agreement-commented-{party.pk}-{number}-{party.voice}-{count}",
        context={
            "name": name,
            "party": text_in(party.organisation, "name", language),
            "title": agreement.title,
            "fine": fine,
            "count": count,
            "link": _address(reverse("agreements:comments", args=[agreement.pk])),
        },
    )


def replied(comment: Comment, to: Person, token: str, *, by: Viewer) -> None:
    """Tell the one who commented what was answered."""
    agreement = comment.agreement
    language = to.language or agreement.prevailing
    outbox.write(
        "agreement-replied",
        to=to.email,
        person=to,
        template="agreements/email/replied",
        language=language,
        context={
            "sender": by.name,
            "title": agreement.title,
            "comment": comment.text or comment.suggested,
            "answer": comment.answer,
            "declined": comment.state == Comment.State.DECLINED,
            "link": _address(reverse("agreements:comment", args=[token])),
        },
    )


def _address(path: str) -> str:
    return f"{settings.SOLMU_ADDRESS}{path}"
