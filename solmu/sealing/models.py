"""Seals of documents, and the certificates that they are made with."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.files.models import File
from solmu.lib import clock
from solmu.organisations.models import Institution


class SigningCertificate(models.Model):
    """The certificate with which an institution seals; its key lies in the installation's files."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"name", "fingerprint", "file_name"}

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="certificates"
    )
    name = models.CharField(max_length=300)
    # The certificate's SHA-256, in hexadecimal: whose seal it is, beyond the name it bears.
    fingerprint = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=80)
    # Made by Solmu itself: a technical seal that nobody else vouches for.
    own = models.BooleanField(default=True)
    valid = DateRangeField()
    created_at = models.DateTimeField(default=clock.real_now)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """The sealed file of a record of a room above, and the code by which anybody checks it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("is being sealed")
        SEALED = "sealed", _("sealed")
        FAILED = "failed", _("sealing failed")

    class Level(models.TextChoices):
        B = "B-B", "PAdES B-B"
        T = "B-T", "PAdES B-T"
        LTA = "B-LTA", "PAdES B-LTA"

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"subject_kind", "code", "state", "level", "sha256", "problem"}

    # What is sealed, as composition.SEALED knows it: its kind and the record's key.
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="seals")
    code = models.CharField(max_length=24, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    level = models.CharField(max_length=6, choices=Level, blank=True)
    # Of the sealed file.
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    file = models.ForeignKey(
        File, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    certificate = models.ForeignKey(
        SigningCertificate, null=True, blank=True, on_delete=models.PROTECT, related_name="seals"
    )
    problem = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=clock.real_now)
    sealed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], name="record_is_sealed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Where anybody checks the document."""
        return reverse("sealing:verify", args=[self.code])
