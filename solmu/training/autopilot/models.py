"""The steps of a programme's month, what has become of each in a cohort, and for whom."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.people.models import Person
from solmu.training.models import Cohort, Enrolment, Programme


class Kind(models.TextChoices):
    """The steps, in the order of the month."""

    PICK = "pick", _("Pick applicants and invite them")
    CHECK = "check", _("Check the accounts")
    KICK_OFF = "kick_off", _("Kick-off")
    REMIND = "remind", _("Remind and offer help")
    CLOSE = "close", _("Close and tell how to go on")


class Mode(models.TextChoices):
    """Who starts a step when its day has come."""

    AUTOMATIC = "automatic", _("runs by itself")
    CLICK = "click", _("waits for a person's click")


@tracked
class Step(models.Model):
    """A step of a programme's month: which day, by itself or by a click, and what is written."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "kind", "mode", "subject_fi", "subject_sv", "subject_en", "body_fi", "body_sv", "body_en",
    }  # fmt: skip

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    # From the start, or for reminding and closing from the last day of access; before it: negative.
    days = models.SmallIntegerField(
        _("days"), validators=[MinValueValidator(-60), MaxValueValidator(60)]
    )
    mode = models.CharField(_("when its day comes"), max_length=9, choices=Mode)
    on = models.BooleanField(_("in use"), default=True)
    # The opening meeting, where no system of the institution's makes it.
    meets_at = models.TimeField(_("the meeting begins"), null=True, blank=True)
    minutes = models.SmallIntegerField(_("minutes of the meeting"), default=60)
    # Own texts; empty: those that come with Solmu.
    subject_fi = models.CharField(_("subject in Finnish"), max_length=160, blank=True)
    subject_sv = models.CharField(_("subject in Swedish"), max_length=160, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=160, blank=True)
    body_fi = models.TextField(_("message in Finnish"), blank=True)
    body_sv = models.TextField(_("message in Swedish"), blank=True)
    body_en = models.TextField(_("message in English"), blank=True)
    # What was due before this day was done by people, and is not done again.
    made_on = models.DateField(default=clock.today)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind"], name="step_once_a_programme")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.programme_id}"


@tracked
class StepRun(models.Model):
    """A step in a cohort: its day, and how far it is."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CLICK = "click", _("waits for a click")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("skipped")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"kind", "state", "mode", "problem", "note"}

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=Kind)
    due_on = models.DateField(_("day"))
    # A person has set the day: it doesn't follow the programme's step any more.
    by_hand = models.BooleanField(default=False)
    # Empty: as the programme's step says.
    mode = models.CharField(max_length=9, choices=Mode, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    # What it waits for, or who could not be handled; in the words of the lead.
    problem = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # None: it started by itself.
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.UniqueConstraint(fields=["cohort", "kind"], name="run_once_a_cohort")]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(state__in=["planned", "click", "running"]),
                name="run_to_come",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.cohort_id}: {self.state}"


class Trace(models.Model):
    """What a step has done for a participant: written with it, in one transaction, once."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"step", "what"}

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="traces")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="traces")
    step = models.CharField(max_length=8, choices=Kind)
    what = models.CharField(max_length=30)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "enrolment", "step", "what"], name="trace_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.what}: {self.enrolment_id}"


class Invitation(models.Model):
    """The opening meeting as it stands in a participant's calendar."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"url"}

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="invitations")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="invitations")
    # Grows with each message, so that calendars keep the latest.
    sequence = models.SmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    minutes = models.SmallIntegerField()
    url = models.URLField(blank=True)
    cancelled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "enrolment"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.starts_at}"
