"""Cost cases of networks: what it costs, who pays, by which key, and what was paid to whom."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.costs.querysets import CaseQuerySet
from solmu.lib import clock
from solmu.networks.models import Group, Network
from solmu.organisations.models import Organisation
from solmu.people.models import Person

KIND = "cost_case"  # what approvals and files call a case


@tracked
class CostCase(models.Model):
    """A cost that a network shares, agreed case by case.

    What was agreed stands in the approval's frozen content. To change it, a new version is drafted
    and asked about again; until that is agreed, the earlier one holds.
    """

    class Key(models.TextChoices):
        EQUAL = "equal", _("equally")
        STUDENTS = "students", _("by students")
        STAFF = "staff", _("by staff")
        PARTICIPATION = "participation", _("by participation")
        FIXED = "fixed", _("fixed shares")
        MIX = "mix", _("a mix of keys")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("waits for approval")
        AGREED = "agreed", _("agreed")
        SETTLED = "settled", _("settled")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # What each state may become; only drafting, agreeing and settling move it.
    NEXT: ClassVar = {
        State.DRAFT: {State.PROPOSED, State.AGREED, State.WITHDRAWN},
        State.PROPOSED: {State.DRAFT, State.AGREED, State.WITHDRAWN},
        State.AGREED: {State.DRAFT, State.SETTLED, State.WITHDRAWN},
        State.SETTLED: {State.AGREED},
        State.WITHDRAWN: {State.DRAFT},
    }

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("created_by",)
    IMPERSONAL: ClassVar = {"title", "text", "language", "key", "mix", "state"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="cost_cases")
    group = models.ForeignKey(
        Group, verbose_name=_("prepared by the group"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="cost_cases",
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what it is for"), blank=True)
    language = models.CharField(max_length=2, default="fi")
    on = models.DateField(_("date"), default=clock.today)
    key = models.CharField(_("sharing key"), max_length=14, choices=Key, default=Key.EQUAL)
    # Of a mix: how much each key counts, in percent.
    mix = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    version = models.SmallIntegerField(_("version"), default=1)
    # Counts edits, so that of two people editing at once neither writes over the other unseen.
    revision = models.IntegerField(default=1)
    created_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.real_now)

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["network", "on"], name="costcase_network_on")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The case's page."""
        return reverse("costs:case", args=[self.network.slug, self.pk])


@tracked
class CostItem(models.Model):
    """One cost of a case: planned, and what it came to."""

    case = models.ForeignKey(CostCase, on_delete=models.PROTECT, related_name="items")
    title = models.CharField(_("what"), max_length=200)
    planned = models.DecimalField(_("planned"), max_digits=15, decimal_places=2)
    actual = models.DecimalField(
        _("actual"), max_digits=15, decimal_places=2, null=True, blank=True
    )
    paid_by = models.ForeignKey(
        Organisation,
        verbose_name=_("paid by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    on = models.DateField(_("paid on"), null=True, blank=True)

    objects = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(planned__gte=0), name="planned_is_not_negative"),
            models.CheckConstraint(
                condition=Q(actual=None) | Q(actual__gte=0), name="actual_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class Payer(models.Model):
    """One who pays a part of a case, with figures entered on the case.

    Where a figure isn't entered, students and staff are the latest published ones, participation
    the seats held in the network's groups.
    """

    case = models.ForeignKey(CostCase, on_delete=models.PROTECT, related_name="payers")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("payer"),
        on_delete=models.PROTECT,
        related_name="costs_shared",
    )
    students = models.DecimalField(
        _("students"), max_digits=18, decimal_places=6, null=True, blank=True
    )
    staff = models.DecimalField(_("staff"), max_digits=18, decimal_places=6, null=True, blank=True)
    participation = models.DecimalField(
        _("participation"), max_digits=18, decimal_places=6, null=True, blank=True
    )
    fixed = models.DecimalField(
        _("fixed share"), max_digits=15, decimal_places=2, null=True, blank=True
    )

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "organisation"], name="payer_is_named_once_a_case"
            ),
            models.CheckConstraint(
                condition=(Q(students=None) | Q(students__gte=0))
                & (Q(staff=None) | Q(staff__gte=0))
                & (Q(participation=None) | Q(participation__gte=0))
                & (Q(fixed=None) | Q(fixed__gte=0)),
                name="payer_figures_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


@tracked
class Transfer(models.Model):
    """What one pays to another so that a case is settled."""

    case = models.ForeignKey(CostCase, on_delete=models.PROTECT, related_name="transfers")
    payer = models.ForeignKey(
        Organisation, verbose_name=_("from"), on_delete=models.PROTECT, related_name="+"
    )
    receiver = models.ForeignKey(
        Organisation, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    objects = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "payer", "receiver"], name="transfer_is_one_a_pair"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_is_of_something"),
            models.CheckConstraint(
                condition=~Q(payer=F("receiver")), name="transfer_is_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id} → {self.receiver_id}"
