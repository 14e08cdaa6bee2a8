"""Mail: a row first, then out by real SMTP, once; what fails is shown to a person."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import Message as Mail
from email.utils import make_msgid
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from solmu.lib import clock
from solmu.notifications import outbox
from solmu.notifications.models import Message
from solmu.people import privacy
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.runtime.supervisor import free_port

pytestmark = pytest.mark.django_db


class Mailbox(MessageHandler):
    """An SMTP server's handler that keeps what it receives, or refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []
        self.refuses = False

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuses:
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    handler = Mailbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port("127.0.0.1"))
    controller.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": controller.port},
        }
    }
    yield handler
    controller.stop()


def _write(key: str | None = None) -> Message:
    return Message.objects.create(
        message_id=make_msgid(domain="solmu.example"),
        key=key,
        kind="test",
        to="aino@posti.example",
        subject="Tervetuloa, Äijälä",
        text="Kynä & <paperi>",
        html="<p>Kynä &amp; &lt;paperi&gt;</p>",
    )


def test_message_goes_out_once_with_its_message_id(mailbox: Mailbox) -> None:
    message = _write()
    outbox.send(message.pk)
    outbox.send(message.pk)

    assert [mail["Message-ID"] for mail in mailbox.mails] == [message.message_id]
    assert mailbox.mails[0]["To"] == "aino@posti.example"
    assert {part.get_content_type() for part in mailbox.mails[0].walk()} == {
        "multipart/alternative",
        "text/plain",
        "text/html",
    }


def test_message_with_a_used_key_is_not_written_again() -> None:
    _write(key="step-1")

    again = outbox.write(
        "test", to="aino@posti.example", template="any", context={}, language="fi", key="step-1"
    )

    assert again is None
    assert Message.objects.filter(key="step-1").count() == 1


def test_refused_message_is_shown_to_a_person_and_sent_again(mailbox: Mailbox) -> None:
    message = _write()
    mailbox.refuses = True

    for _attempt in range(outbox.ATTEMPTS - 1):
        with pytest.raises(Exception, match="451"):
            outbox.send(message.pk)
    outbox.send(message.pk)

    message.refresh_from_db()
    assert message.state == Message.State.FAILED
    assert "451" in message.error

    mailbox.refuses = False
    outbox.send_again(message)
    outbox.send(message.pk)

    assert len(mailbox.mails) == 1


TOKEN = "kQ3x_9-Zw2vB7nL0pR5sT8uY1aC4dE6fG-hJkM_nP2q"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"https://solmu.example/accounts/link/{TOKEN}/?next=%2Fhome%2F",
         "https://solmu.example/accounts/link/…/?next=%2Fhome%2F"),
        (f'<a href="https://solmu.example/partners/confirm/{TOKEN}/">Vastaa</a>',
         '<a href="https://solmu.example/partners/confirm/…/">Vastaa</a>'),
        ("https://solmu.example/accounts/password/reset/key/3q-d4ba2c-b9a8f7e6d5c4b3a29180/",
         "https://solmu.example/accounts/password/reset/key/…/"),
        ("https://solmu.example/networks/tyopaikkaohjaajakouluttajat/",
         "https://solmu.example/networks/tyopaikkaohjaajakouluttajat/"),
    ],
)  # fmt: skip
def test_secrets_of_links_are_masked(text: str, kept: str) -> None:
    assert outbox.masked(text) == kept


def test_sent_message_keeps_no_working_link(mailbox: Mailbox) -> None:
    message = _write()
    link = f"https://solmu.example/accounts/link/{TOKEN}/"
    Message.objects.filter(pk=message.pk).update(text=link, html=f"<p>{link}</p>")

    outbox.send(message.pk)

    message.refresh_from_db()
    assert TOKEN not in message.text + message.html
    assert TOKEN in mailbox.mails[0].as_string().replace("=\n", "")


def test_message_of_long_ago_is_emptied_and_not_sent_again(mailbox: Mailbox) -> None:
    old, late = _write(key="old"), _write(key="late")
    for message in (old, late):
        outbox.send(message.pk)
    long_ago = clock.real_now() - timedelta(days=outbox.KEPT_DAYS + 1)
    Message.objects.filter(pk=old.pk).update(sent_at=long_ago)

    outbox.forget()

    old.refresh_from_db()
    late.refresh_from_db()
    assert (old.subject, old.text, old.html, old.state) == ("", "", "", Message.State.SENT)
    assert late.text
    again = outbox.write(
        "test", to="aino@posti.example", template="any", context={}, language="fi", key="old"
    )
    assert again is None


def test_erased_person_is_not_named_in_messages_to_others() -> None:
    person = Person.objects.create(
        given_name="Aino", family_name="O'Ruislaakso", email="aino.o@posti.example"
    )
    message = _write()
    Message.objects.filter(pk=message.pk).update(
        to="toinen@posti.example",
        subject="Aino O'Ruislaakso vastasi",
        text="Aino O'Ruislaakso (AINO.O@posti.example) vahvisti sen.",
        html="<p>Aino O&#x27;Ruislaakso vahvisti sen.</p>",
    )

    privacy.erase(person, by=Viewer.system("test"))

    message.refresh_from_db()
    assert (message.to, message.subject) == ("toinen@posti.example", "… vastasi")
    assert (message.text, message.html) == ("… (…) vahvisti sen.", "<p>… vahvisti sen.</p>")


def test_erased_name_stays_where_it_is_part_of_another() -> None:
    person = Person.objects.create(given_name="An", family_name="Li", email="an@posti.example")
    message = _write()
    others = "Jan Li, Kim-An Li, An Lindqvist ja juan@posti.example tapaavat An Lin."
    Message.objects.filter(pk=message.pk).update(to="toinen@posti.example", text=others)

    privacy.erase(person, by=Viewer.system("test"))

    message.refresh_from_db()
    assert message.text == others.replace("An Lin.", "…n.")
