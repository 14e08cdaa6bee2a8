"""Programmes, their staff, the cohorts that start, and who enrols."""

import uuid
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.lib.startrule import StartRule
from solmu.lib.translated import Translated
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.training.querysets import (
    CohortQuerySet,
    EnrolmentQuerySet,
    OfProgrammeQuerySet,
    ProgrammeQuerySet,
)


@tracked
class Programme(models.Model):
    """An online training that an institution runs from always-open enrolment to certificate."""

    class Look(models.TextChoices):
        """Colours that are told apart from ink and paper, by day and by night."""

        PINE = "pine", _("pine green")
        SKY = "sky", _("sky blue")
        PLUM = "plum", _("plum")
        BRICK = "brick", _("brick red")
        SLATE = "slate", _("slate grey")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "slug", "name_fi", "name_sv", "name_en", "about_fi", "about_sv", "about_en", "for_whom_fi",
        "for_whom_sv", "for_whom_en", "price_fi", "price_sv", "price_en", "rule", "languages",
        "meeting_url", "recording_url", "contact_email", "embed_origins", "look",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="programmes"
    )
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name_fi = models.CharField(_("name in Finnish"), max_length=160, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=160, blank=True)
    name_en = models.CharField(_("name in English"), max_length=160, blank=True)
    name = Translated()
    about_fi = models.TextField(_("what it is, in Finnish"), blank=True)
    about_sv = models.TextField(_("what it is, in Swedish"), blank=True)
    about_en = models.TextField(_("what it is, in English"), blank=True)
    about = Translated()
    for_whom_fi = models.TextField(_("for whom, in Finnish"), blank=True)
    for_whom_sv = models.TextField(_("for whom, in Swedish"), blank=True)
    for_whom_en = models.TextField(_("for whom, in English"), blank=True)
    for_whom = Translated()
    # Empty: it costs nothing, and nothing is said of prices.
    price_fi = models.CharField(_("price, in Finnish"), max_length=160, blank=True)
    price_sv = models.CharField(_("price, in Swedish"), max_length=160, blank=True)
    price_en = models.CharField(_("price, in English"), max_length=160, blank=True)
    price = Translated()
    languages = ArrayField(models.CharField(max_length=2), verbose_name=_("languages"))
    hours = models.SmallIntegerField(_("hours of study"), default=7)
    # When it starts, as `lib.startrule` reads it: the first Tuesday that is a working day.
    rule = models.CharField(_("start rule"), max_length=80, default="1 tue working")
    # Applications are taken into a start until so many days before it.
    pick_days = models.SmallIntegerField(
        _("days before the start when people are picked"), default=7
    )
    access_days = models.SmallIntegerField(_("days of access from the start"), default=30)
    places = models.IntegerField(_("places in a start"), null=True, blank=True)
    questions = models.SmallIntegerField(_("questions in a test"), default=40)
    pass_percent = models.SmallIntegerField(_("per cent to pass"), default=70)
    # Time for a test; null: no limit.
    minutes = models.SmallIntegerField(_("minutes for a test"), null=True, blank=True)
    attempts = models.SmallIntegerField(_("attempts"), default=3)
    attempt_gap_days = models.SmallIntegerField(_("days between attempts"), default=1)
    # Results and certificates wait for the end of the access.
    holds_results = models.BooleanField(_("results at the end only"), default=False)
    meeting_url = models.URLField(_("address of the opening meeting"), blank=True)
    recording_url = models.URLField(_("recording of the opening meeting"), blank=True)
    contact_email = models.EmailField(_("address for questions"), blank=True)
    # How long the details of a participant are kept once the training has ended for them.
    keep_years = models.SmallIntegerField(_("years that details are kept"), default=5)
    # Sites that may show the programme's starts in a frame, such as https://www.example.org.
    embed_origins = ArrayField(
        models.CharField(max_length=200), verbose_name=_("sites that may embed it"),
        default=list, blank=True,
    )  # fmt: skip
    # Empty: Solmu's own.
    look = models.CharField(_("colour of its pages"), max_length=8, choices=Look, blank=True)
    # Another institution's programme that this one was adopted from.
    adopted_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="adoptions"
    )
    public = models.BooleanField(_("public"), default=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.real_now)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_percent__range=(1, 100)), name="programme_pass_percent"
            ),
            models.CheckConstraint(condition=Q(access_days__gt=0), name="programme_access_days"),
            models.CheckConstraint(
                condition=Q(pick_days__range=(0, 60)), name="programme_pick_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The programme's public page."""
        return reverse("training:programme", args=[self.slug])

    @property
    def language_names(self) -> list[str]:
        """The languages as the reader calls them."""
        return [str(label) for code, label in settings.LANGUAGES if code in self.languages]

    @property
    def start_rule(self) -> StartRule:
        """The rule, read."""
        return StartRule.parse(self.rule)


@tracked
class StartException(models.Model):
    """An exception to the rule: a start skipped (only `day`), moved (both), added (`other`)."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"why"}

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField(_("start by the rule"), null=True, blank=True)
    other = models.DateField(_("start instead"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "day"], name="one_exception_of_a_day"),
            models.CheckConstraint(
                condition=Q(day__isnull=False) | Q(other__isnull=False), name="exception_says_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} → {self.other}"


@tracked
class Staff(models.Model):
    """A person who runs a programme for a time: trainers teach, assistants do the routine."""

    class Role(models.TextChoices):
        TRAINER = "trainer", _("trainer")
        ASSISTANT = "assistant", _("training assistant")

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("person",)
    IMPERSONAL: ClassVar = {"role"}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="staff")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trains")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    valid = DateRangeField()

    objects = OfProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="staff_periods_do_not_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


@tracked
class Cohort(models.Model):
    """Those who start a programme on the same day. `access_until` is the last day of access."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "meeting_url", "recording_url", "note"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cohorts")
    starts_on = models.DateField(_("starts"))
    access_until = models.DateField(_("access until"))
    places = models.IntegerField(_("places"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED)
    meeting_url = models.URLField(_("address of the opening meeting"), blank=True)
    recording_url = models.URLField(_("recording of the opening meeting"), blank=True)
    note = models.TextField(_("note"), blank=True)
    # Founded by a person, or moved by one: the rule leaves it alone.
    by_hand = models.BooleanField(_("founded by hand"), default=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "starts_on"], name="programme_starts_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(access_until__gte=models.F("starts_on")), name="cohort_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.starts_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """The cohort's board."""
        return reverse("training:cohort", args=[self.pk])

    @property
    def picked_on(self) -> date:
        """The day when applicants are picked; later ones choose this start or another."""
        return self.starts_on - timedelta(days=self.programme.pick_days)


@tracked
class Group(models.Model):
    """People whom somebody enrols together for a workplace: one contact, one payer."""

    PERSONAL: ClassVar = {"payer": "who pays for the group"}
    SUBJECT: ClassVar = ("contact",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"workplace_name", "business_id", "language"}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="groups")
    contact = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrols_groups")
    workplace_name = models.CharField(_("workplace"), max_length=200)
    business_id = models.CharField(_("business ID"), max_length=20, blank=True)
    payer = models.TextField(_("who pays, and where the invoice goes"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    applied_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.workplace_name


@tracked
class Enrolment(models.Model):
    """A person's way through a programme, from the application to the certificate."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("waits for the e-mail's confirmation")
        WAITING = "waiting", _("on the waiting list")
        APPLIED = "applied", _("applied")
        INVITED = "invited", _("invited")
        ACCOUNT_READY = "account_ready", _("account ready")
        ACCOUNT_CHECKED = "account_checked", _("account checked")
        STARTED = "started", pgettext_lazy("state of a participant", "started")
        STUDYING = "studying", _("studying")
        TESTED = "tested", _("tested")
        PASSED = "passed", pgettext_lazy("state of a participant", "passed")
        CERTIFIED = "certified", _("certificate sent")
        FAILED = "failed", _("did not pass")
        LAPSED = "lapsed", _("time ran out")
        WITHDRAWN = "withdrawn", _("withdrew")

    PERSONAL: ClassVar = {
        "postal_address": "postal address for a paper certificate",
        "note": "notes of the staff",
        "recognition_key": "what a second enrolment of the person is recognised by",
    }
    SUBJECT: ClassVar = ("person",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {
        "state", "workplace_name", "business_id", "field", "municipality", "language", "source",
        "source_key", "ended_why",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="enrolments")
    cohort = models.ForeignKey(
        Cohort, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    state = models.CharField(_("state"), max_length=15, choices=State, default=State.UNCONFIRMED)
    state_since = models.DateTimeField(default=clock.now)
    # The workplace as the applicant wrote it, and as the directory knows it once it was recognised.
    workplace_name = models.CharField(_("workplace"), max_length=200, blank=True)
    business_id = models.CharField(_("business ID"), max_length=20, blank=True)
    workplace = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    field = models.CharField(_("field"), max_length=40, blank=True)  # of organisations.fields
    municipality = models.CharField(_("municipality"), max_length=3, blank=True)  # its code
    language = models.CharField(_("language"), max_length=2, default="fi")
    wants_paper = models.BooleanField(_("certificate on paper"), default=False)
    postal_address = models.TextField(_("postal address"), blank=True)
    # Voluntary: may be told of other training; one's own consent, taken back on one's own page.
    hears_more = models.BooleanField(_("may be told of other training"), default=False)
    extra_time_percent = models.SmallIntegerField(_("extra time in the test, %"), default=0)
    # Own access, where it differs from the cohort's: extended, or paused and continued.
    access_until = models.DateField(_("access until"), null=True, blank=True)
    paused_on = models.DateField(_("paused since"), null=True, blank=True)
    # Score of the best test, in per cent; null before the first.
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    ended_why = models.CharField(max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Where it came from: web, group, file of a student system, API; with its key there.
    source = models.CharField(max_length=20, default="web")
    source_key = models.CharField(max_length=100, blank=True)
    # Digest of name and phone as `recognising` writes them, and the enrolment it may be again.
    recognition_key = models.CharField(max_length=64, blank=True, db_index=True)
    doubles = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="doubled_by"
    )
    applied_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["cohort", "state"], name="enrolment_of_cohort"),
            models.Index(fields=["programme", "state"], name="enrolment_of_programme"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "source", "source_key"],
                condition=~Q(source_key=""),
                name="enrolment_from_source_once",
            ),
            models.UniqueConstraint(
                fields=["cohort", "person"],
                condition=~Q(state="withdrawn"),
                name="one_enrolment_in_a_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.programme_id}"

    def get_absolute_url(self) -> str:
        """The participant's own page."""
        return reverse("learning:home", args=[self.uuid])

    @property
    def last_day(self) -> date | None:
        """The last day of access: the participant's own, else the cohort's."""
        return self.access_until or (self.cohort.access_until if self.cohort else None)


class StateChange(models.Model):
    """A participant's step from one state to the next: when, by whom and why."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"was", "state", "why"}

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="changes")
    was = models.CharField(max_length=15, blank=True)
    state = models.CharField(max_length=15)
    at = models.DateTimeField(default=clock.now)
    # None: Solmu itself, or the participant by a link.
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.was} → {self.state}"
