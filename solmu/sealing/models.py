"""Seals of documents, and the certificates that they are made with."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.files.models import File
from solmu.lib import clock
from solmu.organisations.models import Institution


@tracked
class SigningCertificate(models.Model):
    """The certificate with which an institution seals; its key lies in the installation's files.

    Of several that are in use, the one added last seals.
    """

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"name", "issuer", "fingerprint", "file_name"}

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="certificates"
    )
    name = models.CharField(max_length=300)
    issuer = models.CharField(max_length=300)
    # The certificate's SHA-256, in hexadecimal: whose seal it is, beyond the name it bears.
    fingerprint = models.CharField(max_length=64, unique=True)
    file_name = models.CharField(max_length=80)
    # Made by Solmu itself: a technical seal that nobody else vouches for.
    own = models.BooleanField(default=True)
    # Says of itself that it is qualified and that its key lies in a qualified device.
    qualified = models.BooleanField(default=False)
    valid = DateRangeField()
    created_at = models.DateTimeField(default=clock.real_now)
    # No longer sealed with; what it has sealed stays sealed.
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.name


@tracked
class SealSettings(models.Model):
    """How an institution seals."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"authority", "problem"}

    institution = models.OneToOneField(
        Institution, primary_key=True, on_delete=models.PROTECT, related_name="seal_settings"
    )
    # Empty: seals say when they were made by Solmu's clock alone.
    authority = models.URLField(_("address of the time-stamp authority"), blank=True)
    # Why the authority didn't answer when it was last asked; empty: it did.
    problem = models.CharField(max_length=300, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("seal settings")

    def __str__(self) -> str:
        return self.authority


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
    # Of the sealed file as it is now; a file of an earlier level stays among the files.
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.ForeignKey(
        File, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    certificate = models.ForeignKey(
        SigningCertificate, null=True, blank=True, on_delete=models.PROTECT, related_name="seals"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=clock.real_now)
    sealed_at = models.DateTimeField(null=True, blank=True)
    # Until when the latest archive time stamp proves by itself.
    stamped_until = models.DateField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], name="record_is_sealed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="seal_not_done", condition=~Q(state="sealed")),
            models.Index(fields=["stamped_until", "sealed_at"], name="seal_to_stamp"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Where anybody checks the document."""
        return reverse("sealing:verify", args=[self.code])
