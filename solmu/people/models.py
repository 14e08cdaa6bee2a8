"""People, with or without an account, and the links that let them act without one."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked_lean
from solmu.lib import clock


@tracked_lean()
class Person(models.Model):
    """One person, one record: contacts, seats and signers point here, never to the user."""

    class LegalBasis(models.TextChoices):
        LEGITIMATE_INTEREST = "legitimate_interest", _("legitimate interest")
        PUBLIC_TASK = "public_task", _("task in the public interest")
        CONTRACT = "contract", _("contract")
        CONSENT = "consent", _("consent")
        LEGAL_OBLIGATION = "legal_obligation", _("legal obligation")

    PERSONAL: ClassVar = {
        "given_name": "given name",
        "family_name": "family name",
        "email": "e-mail address",
        "other_emails": "other e-mail addresses",
        "phone": "phone number",
        "language": "language",
    }
    IMPERSONAL: ClassVar = {"legal_basis"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    other_emails = models.JSONField(default=list, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    legal_basis = models.CharField(
        _("legal basis"),
        max_length=20,
        choices=LegalBasis,
        default=LegalBasis.PUBLIC_TASK,
    )
    retention_until = models.DateField(_("kept until"), null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField(default=clock.real_now)

    class Meta:
        indexes = [
            models.Index(fields=["email"], name="person_email"),
            # Few have been merged: the index holds those alone.
            models.Index(
                fields=["merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="person_merged_into",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name as people say it, else the address, else a dash."""
        return f"{self.given_name} {self.family_name}".strip() or self.email or "–"


class PersonMerge(models.Model):
    """Two records found to be one person; the journal says how to undo it."""

    PERSONAL: ClassVar = {"journal": "what each of the two records said"}
    IMPERSONAL: ClassVar = {"choices"}
    SUBJECT: ClassVar = ("kept", "gone")
    ON_REQUEST: ClassVar = True

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_kept")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_gone")
    choices = models.JSONField(default=dict)
    journal = models.JSONField(default=list)
    # The institution that found them to be one, by its organisation's id; it may undo it.
    institution_id = models.BigIntegerField(null=True, blank=True)
    done_at = models.DateTimeField(default=clock.real_now)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class SignedLink(models.Model):
    """A link that lets its holder do one thing to one record without an account.

    Only the token's hash is stored. Opening the link changes nothing; what it is for is a POST.
    """

    PERSONAL: ClassVar = {"email": "address that the link was sent to"}
    SUBJECT_EMAIL: ClassVar = ("email",)
    IMPERSONAL: ClassVar = {"token_hash", "purpose", "record_kind"}

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    record_kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(default=clock.real_now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["record_kind", "record_id"], name="signedlink_record")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.record_kind} {self.record_id}"
