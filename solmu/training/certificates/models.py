"""Certificates, their badges' keys, what was posted, and feedback without names."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.organisations.models import Institution
from solmu.people.models import Person
from solmu.training.certificates.querysets import CertificateQuerySet
from solmu.training.models import Cohort, Enrolment, Programme

# What a certificate is called where documents are sealed.
SEALED = "certificate"


@tracked
class CertificateSettings(models.Model):
    """What a programme's certificates say beside the name, and what is known of the card."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"card_issuer", "card_price", "card_validity", "card_address"}

    programme = models.OneToOneField(
        Programme, primary_key=True, on_delete=models.PROTECT, related_name="certificate_settings"
    )
    shows_score = models.BooleanField(_("the certificate shows the score"), default=False)
    # Of the card of a certified workplace instructor; what is empty is not said.
    card_issuer = models.CharField(_("who issues the card"), max_length=160, blank=True)
    card_price = models.CharField(_("price of the card"), max_length=80, blank=True)
    card_validity = models.CharField(_("validity of the card"), max_length=80, blank=True)
    card_address = models.URLField(_("where to apply for the card"), blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("settings of certificates")

    def __str__(self) -> str:
        return str(self.programme_id)


@tracked
class Mailing(models.Model):
    """A pile of certificates that went to the post together; taken back, it goes with its rows."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar[set[str]] = set()

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="mailings")
    posted_on = models.DateField(default=clock.today)
    at = models.DateTimeField(default=clock.real_now)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = models.Manager()

    class Meta:
        ordering = ["-posted_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.posted_on:%Y-%m-%d}"


@tracked
class Certificate(models.Model):
    """What somebody who has passed is given: frozen as it was issued, valid until revoked."""

    PERSONAL: ClassVar = {
        "name": "name on the certificate",
        "revoked_why": "why it was revoked",
        "identity": "digest of the e-mail address in the badge",
    }
    SUBJECT: ClassVar = ("enrolment__person",)
    IMPERSONAL: ClassVar = {"programme_name", "language", "salt", "parts"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    name = models.CharField(_("name"), max_length=200)
    programme_name = models.CharField(_("training"), max_length=160)
    language = models.CharField(_("language"), max_length=2)
    # The titles of its parts, and how long it takes, as they were.
    parts = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    hours = models.SmallIntegerField(_("hours of study"), default=0)
    # Only where the programme says that certificates show it.
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    issued_on = models.DateField(_("issued"), default=clock.today)
    revoked_on = models.DateField(_("revoked"), null=True, blank=True)
    revoked_why = models.CharField(_("why"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    # The e-mail address as it was, hashed with the salt: by it a badge is told to be one's own.
    salt = models.CharField(max_length=32, blank=True)
    identity = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    mailing = models.ForeignKey(
        Mailing, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(revoked_on=None),
                name="one_valid_certificate_of_an_enrolment",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What it is called by: the year and a number that no other has."""
        return f"{self.issued_on:%Y}-{self.pk:06d}"

    @property
    def is_valid(self) -> bool:
        """It has not been revoked."""
        return self.revoked_on is None


class BadgeKey(models.Model):
    """The key that signs an institution's badges; a new one takes over, old ones stay published."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"kid", "public", "kept"}

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="badge_keys"
    )
    kid = models.CharField(max_length=43, unique=True)  # its RFC 7638 thumbprint
    public = models.JSONField()  # the JWK, without what is secret
    kept = models.TextField()  # the private key, encrypted
    created_at = models.DateTimeField(default=clock.real_now)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.kid


@tracked
class AskedQuestions(models.Model):
    """The questions of feedback that a programme asks of its own, instead of the common ones.

    Each is a dict: key, kind (scale or text), and its words in the languages fi, sv, en.
    """

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"asked"}

    programme = models.OneToOneField(
        Programme, primary_key=True, on_delete=models.PROTECT, related_name="feedback_questions"
    )
    asked = models.JSONField(default=list)

    objects = models.Manager()

    def __str__(self) -> str:
        return str(self.programme_id)


class Satisfaction(models.Model):
    """How satisfied participants of a field or of a region were: sums that no single answer, and
    no day, can be read from. Without a history for the same reason.
    """

    class By(models.TextChoices):
        FIELD = "field", _("field")
        REGION = "region", _("region")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"by", "value"}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="satisfaction")
    by = models.CharField(max_length=6, choices=By)
    value = models.CharField(max_length=40, blank=True)  # a field's or a region's code
    answers = models.IntegerField(default=0)  # how many participants have answered
    marks = models.IntegerField(default=0)  # how many questions they answered with a number
    total = models.IntegerField(default=0)  # the sum of those numbers

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "by", "value"], name="satisfaction_once_of_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.by} {self.value}"


class FeedbackGiven(models.Model):
    """Who has given feedback, so that nobody gives it twice; what they said is not tied to them."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("enrolment__person",)
    IMPERSONAL: ClassVar[set[str]] = set()

    enrolment = models.OneToOneField(
        Enrolment, primary_key=True, on_delete=models.CASCADE, related_name="feedback_given"
    )

    objects = models.Manager()

    def __str__(self) -> str:
        return str(self.enrolment_id)


class Feedback(models.Model):
    """What a participant thought of a training: no name, and no more exact a time than a month."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"marks", "said", "language"}

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="feedback")
    cohort = models.ForeignKey(
        Cohort, null=True, blank=True, on_delete=models.PROTECT, related_name="feedback"
    )
    month = models.DateField()  # its first day
    marks = models.JSONField(default=dict)  # by question, from 1 to 5
    said = models.TextField(_("in own words"), blank=True)
    language = models.CharField(max_length=2, default="fi")

    objects = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["programme", "month"], name="feedback_of_programme")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.month:%Y-%m}"
