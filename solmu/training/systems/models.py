"""Which of an institution's own systems a programme uses, and how far each has come with whom."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.lib import clock, kept_secrets
from solmu.training.models import Cohort, Enrolment, Programme


class System(models.Model):
    """A system that a programme uses: its settings, and whether it answered when last asked."""

    class Kind(models.TextChoices):
        STUDENTA_FILES = "studenta_files", _("Student management: files in a folder")
        STUDENTA_API = "studenta_api", _("Student management: interface")
        ACCOUNTS = "accounts", _("Google Workspace accounts")
        CLASSROOM = "classroom", _("Google Classroom invitations")
        FORMS = "forms", _("Google Forms results")
        TEAMS = "teams", _("Microsoft Teams meeting")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"kind", "secret", "problem", "settings", "counts"}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="systems")
    kind = models.CharField(max_length=16, choices=Kind)
    on = models.BooleanField(_("in use"), default=False)
    settings = models.JSONField(default=dict)
    # Encrypted; never shown again.
    secret = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    # Why it didn't answer as it should when last asked; empty: it did.
    problem = models.TextField(blank=True)
    # What became of the applications when they were last read, and until when they were.
    read_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind"], name="system_is_set_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.programme_id}"

    @property
    def open_secret(self) -> str:
        """The secret as it was given."""
        return kept_secrets.read(self.secret)


class Work(models.Model):
    """What a system is to do for a participant or a cohort, once; tried until it is done."""

    class Action(models.TextChoices):
        ACCOUNT = "account", _("create the account")
        INVITE = "invite", _("invite to the course")
        CHECK = "check", _("see that the invitation was accepted")
        SUSPEND = "suspend", _("close the account")
        MEETING = "meeting", _("make the meeting")
        RESULTS = "results", _("fetch the results")
        SEND = "send", _("send the results")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        DONE = "done", _("done")
        FAILED = "failed", _("needs a person")

    PERSONAL: ClassVar = {
        "external_id": "the account in the institution's own system",
        "problem": "what an outside system said",
    }
    SUBJECT: ClassVar = ("enrolment__person",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"action", "state"}

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="works")
    action = models.CharField(max_length=8, choices=Action)
    enrolment = models.ForeignKey(
        Enrolment, null=True, blank=True, on_delete=models.PROTECT, related_name="works"
    )
    cohort = models.ForeignKey(
        Cohort, null=True, blank=True, on_delete=models.PROTECT, related_name="works"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    # Not before this instant.
    next_at = models.DateTimeField(default=clock.real_now)
    external_id = models.CharField(max_length=400, blank=True)
    problem = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolment__isnull=False) ^ Q(cohort__isnull=False),
                name="work_is_for_a_participant_or_a_cohort",
            ),
            models.UniqueConstraint(
                fields=["system", "action", "enrolment"],
                condition=Q(enrolment__isnull=False),
                name="work_is_asked_once_a_participant",
            ),
            models.UniqueConstraint(
                fields=["system", "action", "cohort"],
                condition=Q(cohort__isnull=False),
                name="work_is_asked_once_a_cohort",
            ),
        ]
        indexes = [
            models.Index(
                fields=["system", "next_at"], condition=Q(state="waiting"), name="work_that_waits"
            ),
            models.Index(
                fields=["enrolment"], condition=Q(state="failed"), name="work_that_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.state}"
