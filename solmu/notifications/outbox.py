"""Writing messages to the outbox, and sending what waits there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import make_msgid
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from solmu.installation.demo import is_demo
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.notifications.models import Message
from solmu.people.models import Person

ATTEMPTS = tasks.ATTEMPTS
# For how long what was sent can be read again; that it was sent, and to whom, is kept longer.
KEPT_DAYS = 365
# A part of an address that is long and no word: a capital or a digit is in every token.
_SECRETS = re.compile(r"(?<=/)(?=[a-z_-]*[A-Z0-9])[\w-]{20,}(?=[/?\"\s]|$)", re.ASCII)


def write(
    kind: str,
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    key: str | None = None,
    person: Person | None = None,
) -> Message | None:
    """Write a message in the receiver's language and have it sent after commit.

    `template` is a folder name: its subject.txt, body.txt and body.html are rendered. A message
    whose key was already written is not written again (None).
    """
    if key and Message.objects.filter(key=key).exists():
        return None
    with override(language or "fi"):
        context = {**context, "address": settings.SOLMU_ADDRESS, "demo": is_demo()}
        subject = " ".join(render_to_string(f"{template}/subject.txt", context).split())
        text = render_to_string(f"{template}/body.txt", context)
        html = render_to_string(f"{template}/body.html", context)
    message = Message.objects.create(
        message_id=make_msgid(domain=settings.SOLMU_HOST),
        key=key,
        kind=kind,
        person=person,
        to=to,
        subject=subject,
        text=text,
        html=html,
        language=language or "fi",
    )
    tasks.enqueue("notifications.send", key=f"send-{message.pk}", message=message.pk)
    return message


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is written already, in the receiver's language."""

    kind: str
    key: str
    to: str
    person_id: int
    subject: str
    text: str
    html: str
    language: str
    calendar: str = ""


def write_all(drafts: Iterable[Draft]) -> int:
    """Write many messages in a few queries; those whose key was written already are left out.

    Like `write`, it belongs to the caller's transaction. Returns how many are new.
    """
    wanted = {draft.key: draft for draft in drafts}
    known = set(Message.objects.filter(key__in=wanted).values_list("key", flat=True))
    made = Message.objects.bulk_create(
        Message(
            message_id=make_msgid(domain=settings.SOLMU_HOST),
            key=draft.key,
            kind=draft.kind,
            person_id=draft.person_id,
            to=draft.to,
            subject=" ".join(draft.subject.split())[:300],
            text=draft.text,
            html=draft.html,
            language=draft.language or "fi",
            calendar=draft.calendar,
        )
        for draft in wanted.values()
        if draft.key not in known
    )
    tasks.enqueue_all("notifications.send", [{"message": message.pk} for message in made])
    return len(made)


@tasks.task("notifications.send")
def send(message: int) -> None:
    """Send one message, or note why it couldn't be and let the job be tried again."""
    try:
        _send_locked(message)
    except (OSError, SMTPException) as error:
        row = Message.objects.get(pk=message)
        row.attempts += 1
        row.error = f"{type(error).__name__}: {error}"
        if row.attempts >= ATTEMPTS:
            row.state = (
                Message.State.FAILED
            )  # now a person decides, on the page of undelivered mail
        row.save(update_fields=["attempts", "error", "state"])
        if row.state == Message.State.WAITING:
            raise


@transaction.atomic
def send_again(message: Message) -> None:
    """Give an undelivered message a new round of attempts; its Message-ID stays the same."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state != Message.State.FAILED:
        return
    row.state, row.attempts = Message.State.WAITING, 0
    row.save(update_fields=["state", "attempts"])
    tasks.enqueue("notifications.send", key=f"send-{row.pk}", message=row.pk)


@tasks.periodic("40 3 * * *", "notifications.forget")
def forget() -> None:
    """Empty messages that were sent long ago; their keys stay, so that none is sent again."""
    if is_demo():
        return
    long_ago = clock.real_now() - timedelta(days=KEPT_DAYS)
    sent = Message.objects.filter(state=Message.State.SENT, sent_at__lt=long_ago)
    sent.exclude(text="").update(subject="", text="", html="", calendar="")


@transaction.atomic
def _send_locked(message: int) -> None:
    # The row is locked while it is sent, so that two workers send it once.
    row = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(pk=message, state=Message.State.WAITING)
        .first()
    )
    if row is None:
        return
    changed = ["state", "sent_at", "attempts", "error"]
    if not is_demo():
        mail = EmailMultiAlternatives(
            subject=row.subject,
            body=row.text,
            to=[row.to],
            headers={"Message-ID": row.message_id, "Content-Language": row.language},
        )
        mail.attach_alternative(row.html, "text/html")
        if row.calendar:
            method = "CANCEL" if "METHOD:CANCEL" in row.calendar else "REQUEST"
            mail.attach_alternative(row.calendar, f"text/calendar; method={method}")
        mail.send()
        # The receiver has it now; whoever reads the database must not be able to act for them.
        row.text, row.html = masked(row.text), masked(row.html)
        changed += ["text", "html"]
    row.state = Message.State.SENT
    row.sent_at = clock.real_now()
    row.attempts += 1
    row.error = ""
    row.save(update_fields=changed)


def masked(text: str) -> str:
    """The text of a message without the secrets in the addresses of its links."""
    return _SECRETS.sub("…", text)
