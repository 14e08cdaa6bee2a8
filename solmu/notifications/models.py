"""The outbox: every message is first a row, so none is lost and none sent twice."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock
from solmu.people.models import Person


class Message(models.Model):
    """An e-mail to one receiver in their language, as text and HTML."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    PERSONAL: ClassVar = {
        "to": "address of the receiver",
        "subject": "subject of a message to the receiver",
        "text": "text of a message to the receiver",
        "html": "text of a message to the receiver",
        "calendar": "event for the receiver's calendar",
    }
    SUBJECT_EMAIL: ClassVar = ("to",)
    MENTIONS: ClassVar = ("subject", "text", "html")
    IMPERSONAL: ClassVar = {"message_id", "key", "language", "state", "error", "kind"}

    message_id = models.CharField(max_length=200, unique=True)
    # The same key is never written twice: a step that runs again sends nothing new.
    key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=40)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    # An event for the receiver's calendar (iTIP, RFC 5546), sent as a part of the message.
    calendar = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="fi")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.real_now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["person"], condition=models.Q(state="failed"), name="message_that_failed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
