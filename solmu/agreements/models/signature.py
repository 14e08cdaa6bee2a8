"""Signing: who may sign for whom, who is asked, what was signed, the record and the seal."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.agreements.models.agreement import Agreement, Party, Version
from solmu.agreements.querysets import MandateQuerySet, OfAgreementQuerySet
from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person


@tracked
class Mandate(models.Model):
    """That a person may sign agreements for an organisation, for a time."""

    PERSONAL: ClassVar = {"title": "title at work"}
    SUBJECT: ClassVar = ("person",)
    IMPERSONAL: ClassVar = {"basis"}

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates")
    # Who recorded it, and alone sees it: who deals with an organisation is an institution's own.
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=100, blank=True)
    basis = models.CharField(_("on what the right is based"), max_length=200, blank=True)
    valid = DateRangeField()

    objects = MandateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.person_id} for {self.organisation_id}"


@tracked
class Signature(models.Model):
    """One person asked to sign one version for one party, and what they did."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        SIGNED = "signed", _("signed")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")

    class Way(models.TextChoices):
        SOLMU = "solmu", _("signed in Solmu")
        UPLOADED = "uploaded", _("signed elsewhere, uploaded")

    PERSONAL: ClassVar = {
        "name": "the signer's name",
        "email": "the address that the request went to",
        "address": "the network address that was signed from",
        "browser": "the browser that was signed with",
        "reason": "why the signer declined",
    }
    SUBJECT: ClassVar = ("person",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"state", "way", "means", "digest", "title", "code_hash"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="signatures")
    position = models.SmallIntegerField(default=0)
    name = models.CharField(max_length=200)
    email = models.EmailField()
    title = models.CharField(max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    way = models.CharField(max_length=10, choices=Way, default=Way.SOLMU)
    means = models.CharField(max_length=10, choices=Agreement.Means)
    # The content that was on the screen when it was signed.
    digest = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    # The code sent to the address, so that a forwarded link doesn't sign.
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.SmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=60, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["version", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party", "person"], name="signature_is_asked_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(done_at__isnull=False) & ~Q(digest=""),
                name="signature_says_when_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"


class Record(models.Model):
    """A line of an agreement's signing record; each holds the digest of the one before it."""

    PERSONAL: ClassVar = {"facts": "who did what when signing"}
    SUBJECT: ClassVar[tuple[str, ...]] = ()
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"kind", "previous", "digest"}

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="record")
    number = models.IntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    facts = models.JSONField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="record_line_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.number} {self.kind}"


@tracked
class Joinder(models.Model):
    """That an organisation would join an agreement in force, and what the others say."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for the others")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "note"}

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="joinders")
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="joinder")
    from_on = models.DateField(_("from"))
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    object_by = models.DateField(_("objections by"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_at = models.DateTimeField(default=clock.real_now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.party_id} joins {self.agreement_id}"
