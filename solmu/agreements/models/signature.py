"""Signing: who may sign for whom, who is asked, what was signed, and who joins or leaves later."""

from __future__ import annotations

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
class Signatory(models.Model):
    """Somebody chosen to sign for a party, before the request is sent."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("person",)

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="signatories")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Where an order is set: those of one turn sign at the same time.
    turn = models.SmallIntegerField(_("turn"), default=1)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["turn", "party__position", "id"]
        verbose_name_plural = "signatories"
        constraints = [
            models.UniqueConstraint(fields=["party", "person"], name="signatory_is_chosen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.party_id}"


@tracked
class Signature(models.Model):
    """One person asked to sign a version, or a joinder, for one party, and what they did."""

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
        "identified": "how the signer was identified",
        "proof": "how an uploaded signature is known to be the signer's",
    }
    SUBJECT: ClassVar = ("person",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"state", "way", "means", "digest", "title", "code_hash"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What is signed: a version of the text, or a joinder to one.
    version = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures"
    )
    joinder = models.ForeignKey(
        "Joinder", null=True, blank=True, on_delete=models.PROTECT, related_name="signatures"
    )
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
    # The day by which deadlines count; each reminder goes once.
    asked_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    reminded_week_on = models.DateField(null=True, blank=True)
    reminded_end_on = models.DateField(null=True, blank=True)
    # The code sent to the address, so that a forwarded link doesn't sign.
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.SmallIntegerField(default=0)
    # How many codes have been sent since when, so that nobody's mailbox is filled.
    codes_sent = models.SmallIntegerField(default=0)
    codes_since = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # Of one uploaded: the day on which it was signed.
    signed_on = models.DateField(null=True, blank=True)
    identified = models.CharField(max_length=300, blank=True)
    proof = models.CharField(_("how it is known to be theirs"), max_length=300, blank=True)
    address = models.CharField(max_length=60, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party", "person"], name="signature_is_asked_once"
            ),
            models.UniqueConstraint(
                fields=["joinder", "person"], name="signature_of_joinder_is_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=False, joinder=None)
                | Q(version=None, joinder__isnull=False),
                name="signature_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(done_at__isnull=False) & ~Q(digest=""),
                name="signature_says_when_and_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"

    @property
    def agreement(self) -> Agreement:
        """The agreement that is signed or joined."""
        return self.party.agreement

    @property
    def subject(self) -> Version | Joinder:
        """What is signed: both have a content and its digest."""
        found: Version | Joinder | None = self.version or self.joinder
        if found is None:
            raise TypeError("a signature is of a version or of a joinder")
        return found


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
    """That an organisation joins an agreement in force: its page, and what the others say.

    The page is all that is signed: `content` is what it says, `version` what is joined.
    """

    class State(models.TextChoices):
        SIGNING = "signing", _("waits for the joining party's signature")
        ASKED = "asked", _("waits for the others")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")

    PERSONAL: ClassVar = {"content": "names written on the page"}
    # Whoever made the page: what was signed isn't erased with them.
    SUBJECT: ClassVar[tuple[str, ...]] = ()
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"state", "note", "digest", "rule"}

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="joinders")
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="joinder")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField(_("from"))
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    # By which rule the others confirm, as the agreement said when it was asked.
    rule = models.CharField(max_length=10, choices=Agreement.Accession)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SIGNING)
    sign_by = models.DateField(_("to be signed by"), null=True, blank=True)
    object_by = models.DateField(_("objections by"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.real_now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.party_id} joins {self.agreement_id}"


@tracked
class Withdrawal(models.Model):
    """That a party leaves an agreement that goes on: when it told, why, and its last day."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("by",)
    IMPERSONAL: ClassVar = {"reason"}

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="withdrawal")
    told_on = models.DateField(_("told on"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfAgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.party_id} until {self.last_day}"
