"""Approvals: a question put to several organisations or people, and what each of them said."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.organisations.models import Organisation
from solmu.people.models import Person


@tracked
class Round(models.Model):
    """One asking: about which content of which record, by which rule, and how it ended.

    The content is frozen with its hash: when it changes, the round closes and another one asks.
    Whose record it is, the room above knows; it is named by kind and id.
    """

    class Rule(models.TextChoices):
        EVERY = "every", _("everybody approves")
        MAJORITY = "majority", _("more than half approve")
        SILENCE = "silence", _("nobody objects in time")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        REPLACED = "replaced", _("the content changed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("opened_by",)
    IMPERSONAL: ClassVar = {"subject_kind", "rule", "content", "content_hash", "state"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    rule = models.CharField(max_length=10, choices=Rule)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    # The last day to object, where silence is consent.
    answer_by = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.real_now)
    opened_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "number"], name="round_numbers_are_unique"
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(state="open"),
                name="round_is_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="round_is_closed_when_it_is",
            ),
            models.CheckConstraint(
                condition=~Q(rule="silence") | Q(answer_by__isnull=False),
                name="silence_has_a_last_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}: {self.number}"

    @property
    def is_open(self) -> bool:
        """Answers are still taken."""
        return self.state == self.State.OPEN


@tracked
class Voice(models.Model):
    """One of those who are asked, and the answer: an organisation, or a person in a seat."""

    class Answer(models.TextChoices):
        YES = "yes", _("approved")
        NO = "no", _("declined")

    PERSONAL: ClassVar = {"note": "the reason given with an answer"}
    SUBJECT: ClassVar = ("by", "person")
    IMPERSONAL: ClassVar = {"answer"}

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="voices")
    # Of a person's voice: for whom they sit there.
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(_("answer"), max_length=3, choices=Answer, blank=True)
    note = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        Person,
        verbose_name=_("answered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organisation"],
                condition=Q(person=None),
                name="voice_of_an_organisation_is_one",
            ),
            models.UniqueConstraint(
                fields=["round", "person"],
                condition=Q(person__isnull=False),
                name="voice_of_a_person_is_one",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(person__isnull=False),
                name="voice_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(answer="", at=None) | ~Q(answer="") & Q(at__isnull=False),
                name="answer_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id or self.organisation_id}: {self.answer or '?'}"
