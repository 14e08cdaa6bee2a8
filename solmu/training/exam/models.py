"""Questions, attempts at the test, and the answers as they were given one by one."""

import secrets
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from solmu.audit.history import tracked, tracked_lean
from solmu.lib import clock
from solmu.lib.translated import Translated
from solmu.training.exam.querysets import AttemptQuerySet, QuestionQuerySet
from solmu.training.models import Enrolment, Programme


def _new_key() -> str:
    return secrets.token_urlsafe(18)


@tracked
class Question(models.Model):
    """A question of the bank. What is changed becomes a new row that replaces this one.

    `options` are dicts of the three languages; `right` is the place of the right one among them.
    """

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "key", "text_fi", "text_sv", "text_en", "options", "why_fi", "why_sv", "why_en",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="question_bank")
    # Its name in files; shared by the rows that replaced each other.
    key = models.CharField(_("id"), max_length=40)
    part = models.SmallIntegerField(pgettext_lazy("of the contents", "part"))
    text_fi = models.TextField(_("question in Finnish"), blank=True)
    text_sv = models.TextField(_("question in Swedish"), blank=True)
    text_en = models.TextField(_("question in English"), blank=True)
    text = Translated()
    options = models.JSONField(_("options"))
    right = models.SmallIntegerField(_("right option"))
    why_fi = models.TextField(_("explanation in Finnish"), blank=True)
    why_sv = models.TextField(_("explanation in Swedish"), blank=True)
    why_en = models.TextField(_("explanation in English"), blank=True)
    why = Translated()
    active = models.BooleanField(_("in use"), default=True)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    created_at = models.DateTimeField(default=clock.real_now)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["part", "key", "id"]
        indexes = [models.Index(fields=["programme", "active"], name="question_bank")]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "key"],
                condition=Q(active=True),
                name="question_key_once_in_use",
            ),
            models.CheckConstraint(condition=Q(right__gte=0), name="question_has_a_right_option"),
        ]

    def __str__(self) -> str:
        return self.text


@tracked_lean("enrolment")
class Attempt(models.Model):
    """One attempt at the test: its questions and the order of their options are drawn once.

    `paper` lists (question, order of its options). Whoever holds `key` answers; only the
    participant's own page has it.
    """

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("enrolment__person",)
    IMPERSONAL: ClassVar = {"paper", "key", "parts"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    number = models.SmallIntegerField()
    paper = models.JSONField()
    key = models.CharField(max_length=32, unique=True, default=_new_key)
    started_on = models.DateField()
    started_at = models.DateTimeField(default=clock.real_now)
    # Null: no time limit.
    ends_at = models.DateTimeField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    right_answers = models.SmallIntegerField(null=True, blank=True)
    # In per cent.
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    # Of each part: [right answers, questions].
    parts = models.JSONField(default=dict, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(submitted_at=None), name="attempt_one_open"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, score=None, passed=None)
                | Q(submitted_at__isnull=False, score__isnull=False, passed__isnull=False),
                name="attempt_submitted_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.number}"

    @property
    def questions(self) -> list[tuple[int, list[int]]]:
        """Its questions, each with the order of its options."""
        return [(question, order) for question, order in self.paper]

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time has run out."""
        return self.ends_at is not None and now > self.ends_at


class Answer(models.Model):
    """The option chosen for one question of an attempt, by its place in the question's own list."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("attempt__enrolment__person",)
    IMPERSONAL: ClassVar[set[str]] = set()

    # One index less to write at each answer.
    pk: Any = models.CompositePrimaryKey("attempt_id", "item")
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="answers", db_index=False
    )
    item = models.SmallIntegerField()
    choice = models.SmallIntegerField()
    at = models.DateTimeField(default=clock.real_now)

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.item}: {self.choice}"
