"""An agreement after it is signed: duties done, notice, proposals of a level, many at a time."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from solmu.agreements.models.agreement import Agreement, Duty, Review
from solmu.agreements.models.base import BaseVersion
from solmu.agreements.querysets import BulkQuerySet, OfAgreementQuerySet
from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Level
from solmu.people.models import Person


@tracked
class Fulfilment(models.Model):
    """That a duty was done: of a repeating duty, one for each time."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"note"}

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="fulfilments")
    # When it should have been done, as it stood then.
    due_on = models.DateField(_("by"), null=True, blank=True)
    done_on = models.DateField(_("done"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    # Which side said so.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["duty", "done_on", "id"]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.done_on}"


@tracked
class Notice(models.Model):
    """That the whole agreement ends on a day: by notice, or because the parties agree."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"reason"}

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="notice")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("who gives notice"), on_delete=models.PROTECT, related_name="+"
    )
    told_on = models.DateField(_("notice given on"))
    last_day = models.DateField(_("last day"))
    # As it stood before, for when the notice is taken back; empty: until further notice.
    ended_before = models.DateField(null=True, blank=True)
    reason = models.CharField(_("why"), max_length=300)
    # The parties agreed on the last day, whatever the notice would be.
    agreed = models.BooleanField(default=False)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfAgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.last_day}"


@tracked
class LevelProposal(models.Model):
    """A review proposes another level for the partnership; a leader says yes or no."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a leader")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not accepted")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state"}

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="proposal")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["review"],
                condition=models.Q(state="waiting"),
                name="level_proposal_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.state}"


class Bulk(models.Model):
    """Many agreements of one template, made from a spreadsheet and followed on one board."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"title", "languages"}

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(BaseVersion, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    languages = models.CharField(max_length=20, default="fi")
    # Who signs for the institution.
    signer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.real_now)
    sign_by = models.DateField(_("signatures are asked until"), null=True, blank=True)
    # Sending was asked for: the job goes on until all are sent.
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = BulkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class BulkRow(models.Model):
    """A row of the spreadsheet, and the agreement that is made of it."""

    PERSONAL: ClassVar = {"facts": "the contact person's name and address in the spreadsheet"}
    SUBJECT: ClassVar[tuple[str, ...]] = ()
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"problem"}

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="rows")
    number = models.IntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # What the row says; emptied when the agreement has been made.
    facts = models.JSONField(default=dict)
    agreement = models.OneToOneField(
        Agreement, null=True, on_delete=models.PROTECT, related_name="bulk_row"
    )
    # Why it couldn't be made or sent, in a sentence.
    problem = models.CharField(max_length=400, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["bulk", "number"]
        constraints = [
            models.UniqueConstraint(fields=["bulk", "number"], name="bulk_row_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.number}"
