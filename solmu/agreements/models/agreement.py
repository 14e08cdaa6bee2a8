"""An agreement: its clauses while it is drafted, its versions, its parties, and its life."""

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.agreements.models.base import Base, BaseClause, BaseVersion
from solmu.agreements.querysets import AgreementQuerySet, OfAgreementQuerySet
from solmu.audit.history import tracked
from solmu.goals.models import Goal
from solmu.lib import clock
from solmu.lib.months import months_later
from solmu.lib.periods import last_day
from solmu.networks.models import Network
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.models import Stakeholder
from solmu.people.models import Person


@tracked
class Agreement(models.Model):
    """What organisations agree, from the draft to its end. A signed one never reopens.

    `institution` drafts it and keeps it. Renewals and amendments are agreements of their own.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        NEGOTIATION = "negotiation", _("being negotiated")
        SIGNING = "signing", _("being signed")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("request expired")
        ACTIVE = "active", _("in force")
        ENDED = "ended", _("ended")

    # What may follow what; only jobs move the state.
    NEXT: ClassVar = {
        State.DRAFT: {State.NEGOTIATION, State.SIGNING, State.ENDED},
        State.NEGOTIATION: {State.DRAFT, State.SIGNING, State.ENDED},
        State.SIGNING: {State.DECLINED, State.EXPIRED, State.ACTIVE, State.DRAFT},
        State.DECLINED: {State.DRAFT, State.NEGOTIATION, State.SIGNING, State.ENDED},
        State.EXPIRED: {State.DRAFT, State.NEGOTIATION, State.SIGNING, State.ENDED},
        State.ACTIVE: {State.ENDED},
        State.ENDED: set(),
    }
    OPEN: ClassVar = (State.DRAFT, State.NEGOTIATION, State.DECLINED, State.EXPIRED)

    class Accession(models.TextChoices):
        CLOSED = "closed", _("nobody joins later")
        ALL = "all", _("all parties confirm")
        MAJORITY = "majority", _("a majority of the parties confirms")
        STEERING = "steering", _("the network's steering group confirms")
        SILENCE = "silence", _("confirmed unless somebody objects in time")

    class Means(models.TextChoices):
        CODE = "code", _("link by e-mail and a code sent to the same address")
        SIGN_IN = "sign_in", _("sign-in to Solmu")
        IDENTITY = "identity", _("an identity provider")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "kind",
        "state", "title", "languages", "prevailing", "values", "accession", "means", "case_number",
        "retention_class", "end_reason", "summary",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="agreements"
    )
    stakeholder = models.ForeignKey(
        Stakeholder, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    network = models.ForeignKey(
        Network, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    base_version = models.ForeignKey(
        BaseVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=Base.Kind, default=Base.Kind.WORK_LIFE
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("in one sentence"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    languages = ArrayField(models.CharField(max_length=2), verbose_name=_("languages"))
    prevailing = models.CharField(_("prevailing language"), max_length=2, default="fi")
    # What the variables in the texts stand for: {"notice_months": "6"}.
    values = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements_owned"
    )
    # In force: from the last signature or the day agreed; ended by its term, notice or decision.
    valid = DateRangeField(null=True, blank=True)
    notice_months = models.SmallIntegerField(_("notice, months"), default=6)
    renews_months = models.SmallIntegerField(
        _("renews by itself, months at a time"), null=True, blank=True
    )
    next_review_on = models.DateField(_("next review"), null=True, blank=True)
    accession = models.CharField(
        _("joining later"), max_length=10, choices=Accession, default=Accession.CLOSED
    )
    silence_days = models.SmallIntegerField(_("days to object"), default=30)
    in_order = models.BooleanField(_("signed in a set order"), default=False)
    means = models.CharField(
        _("signers identify by"), max_length=10, choices=Means, default=Means.CODE
    )
    sign_by = models.DateField(_("signatures are asked until"), null=True, blank=True)
    case_number = models.CharField(_("case number"), max_length=60, blank=True)
    retention_class = models.CharField(_("retention class"), max_length=60, blank=True)
    keep_years = models.SmallIntegerField(_("kept after its end, years"), null=True, blank=True)
    amends = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="amendments"
    )
    renews = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals"
    )
    related = models.ManyToManyField("self", blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.real_now)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active") | Q(valid__isnull=False),
                name="agreement_in_force_has_a_period",
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "state", "-id"], name="agreement_of_institution"),
            models.Index(fields=["owner", "state", "-id"], name="agreement_of_owner"),
            # My day: what has come back, and what is reviewed next.
            models.Index(
                fields=["owner", "-id"],
                condition=Q(state__in=("negotiation", "declined", "expired")),
                name="agreement_back",
            ),
            models.Index(
                fields=["owner", "next_review_on", "id"],
                condition=Q(state="active"),
                name="agreement_reviewed_by",
            ),
            # Each order of the list; rows without the day come last both ways.
            models.Index(F("valid__startswith"), "id", name="agreement_first_day"),
            models.Index(
                F("valid__startswith").desc(nulls_last=True),
                F("id").desc(),
                name="agreement_first_day_down",
            ),
            models.Index(fields=["next_review_on", "id"], name="agreement_review"),
            models.Index(
                F("next_review_on").desc(nulls_last=True),
                F("id").desc(),
                name="agreement_review_down",
            ),
            models.Index(fields=["title", "id"], name="agreement_title"),
            models.Index(
                fields=["case_number"],
                condition=~Q(case_number=""),
                name="agreement_case_number",
            ),
            # The calendar, and the sweeps over those that end.
            models.Index(
                F("valid__endswith"),
                "id",
                condition=Q(state="active"),
                name="agreement_last_day",
            ),
            models.Index(
                fields=["id"],
                condition=Q(state="active", renews_months__gt=0),
                name="agreement_renewing",
            ),
            # As icontains asks.
            GinIndex(OpClass(Upper("title"), "gin_trgm_ops"), name="agreement_title_trigrams"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The agreement's page."""
        return reverse("agreements:agreement", args=[self.pk])

    @property
    def kept_until(self) -> date | None:
        """The last day that an ended agreement is kept; None while that isn't known."""
        if self.keep_years is None or self.state != self.State.ENDED or self.valid is None:
            return None
        last = last_day(self.valid)
        return months_later(last, 12 * self.keep_years) if last else None

    @property
    def is_open(self) -> bool:
        """The text may still change."""
        return self.state in self.OPEN


@tracked
class RelatedAgreement(Agreement.related.through):  # type: ignore[name-defined]
    """That an agreement goes with another; here so that history keeps it."""

    class Meta:
        proxy = True


@tracked
class Clause(models.Model):
    """A clause as it is drafted; what was sent or signed is frozen in a version."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "key",
        "kind", "title_fi", "title_sv", "title_en", "text_fi", "text_sv", "text_en",
    }  # fmt: skip

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="clauses")
    key = models.SlugField(max_length=60)
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=8, choices=BaseClause.Kind, default=BaseClause.Kind.TEXT)
    title_fi = models.CharField(_("title in Finnish"), max_length=160, blank=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    text_fi = models.TextField(_("text in Finnish"), blank=True)
    text_sv = models.TextField(_("text in Swedish"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)
    # Left out of what others than the parties see.
    confidential = models.BooleanField(_("confidential"), default=False)
    # So that two people who edit it don't overwrite each other.
    edition = models.IntegerField(default=1)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "key"], name="clause_key_is_one"),
        ]

    def __str__(self) -> str:
        return self.title_fi or self.title_sv or self.title_en or self.key


class Version(models.Model):
    """The whole text on a moment, frozen: what was sent for comments, and what was signed.

    `content` is all that the document says; `digest` is its SHA-256 in canonical JSON.
    """

    PERSONAL: ClassVar[dict[str, str]] = {"content": "names and contacts written in the agreement"}
    # Not whoever froze it: what was signed isn't erased with them.
    SUBJECT: ClassVar[tuple[str, ...]] = ()
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"digest", "note"}

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.real_now)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} v{self.number}"


@tracked
class Party(models.Model):
    """An organisation in an agreement; `bound` is when the agreement binds it."""

    class State(models.TextChoices):
        NAMED = "named", _("named")
        ASKED = "asked", _("asked to sign")
        SIGNED = "signed", _("signed")
        DECLINED = "declined", _("declined")
        JOINING = "joining", _("is joining")
        JOINED = "joined", _("joined later")
        WITHDRAWN = "withdrawn", _("withdrew")
        FORMER = "former", _("no longer a party")

    class Voice(models.TextChoices):
        NONE = "", _("not asked")
        WAITING = "waiting", _("waited for")
        COMMENTED = "commented", _("has commented")
        FINE = "fine", _("fine by them")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "called", "voice"}

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agreement_parties"
    )
    position = models.SmallIntegerField(default=0)
    # What the text calls it: "the Institution", "the Partner".
    called = models.CharField(_("called in the text"), max_length=60, blank=True)
    contact = models.ForeignKey(
        Person,
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    signers_needed = models.SmallIntegerField(_("signatures needed"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NAMED)
    # What it says of the text that was sent for comments: while one is waited for, it is its turn.
    voice = models.CharField(
        _("says of the text"), max_length=10, choices=Voice, default=Voice.NONE, blank=True
    )
    voiced_at = models.DateTimeField(null=True, blank=True)
    bound = DateRangeField(_("bound"), null=True, blank=True)
    # The version that binds it.
    version = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "position", "id"]
        indexes = [
            # Few are waited for at a time: the index holds those alone.
            models.Index(
                fields=["agreement"], condition=Q(voice="waiting"), name="party_waited_for"
            ),
            # Whose agreements one finds as another party; the drafter finds its own at once.
            models.Index(
                fields=["organisation", "agreement"],
                condition=Q(position__gt=0),
                name="party_beside_the_drafter",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="party_is_bound_once_at_a_time",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("bound", RangeOperators.OVERLAPS),
                ],
                condition=Q(bound__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.agreement_id}"


@tracked
class Comment(models.Model):
    """A comment on a clause, or a suggested new text for it, by whichever party."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not accepted")
        ANSWERED = "answered", _("answered")

    PERSONAL: ClassVar = {"text": "what was commented", "answer": "what was answered"}
    SUBJECT: ClassVar = ("author",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"key", "suggested", "language", "state"}

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="comments")
    # The text that it is about.
    version = models.ForeignKey(
        Version, null=True, blank=True, on_delete=models.PROTECT, related_name="comments"
    )
    # The clause; empty: the whole agreement.
    key = models.SlugField(max_length=60, blank=True)
    language = models.CharField(max_length=2, default="fi")
    text = models.TextField(_("comment"), blank=True)
    suggested = models.TextField(_("suggested text"), blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    at = models.DateTimeField(default=clock.real_now)

    objects = OfAgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.key}"


@tracked
class Duty(models.Model):
    """What a party has promised to do, by when, and whether it is done."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"text", "note"}

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="duties")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("responsible person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    text = models.CharField(_("duty"), max_length=300)
    due_on = models.DateField(_("by"), null=True, blank=True)
    every_months = models.SmallIntegerField(_("every … months"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        indexes = [models.Index(fields=["due_on", "id"], name="duty_day")]

    def __str__(self) -> str:
        return self.text


@tracked
class GoalOwner(models.Model):
    """Who looks after one of the agreement's goals on one side of it."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar[set[str]] = set()

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="goal_owners")
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "organisation"], name="goal_has_one_owner_a_side"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.goal_id}"


@tracked
class Review(models.Model):
    """A year of the agreement looked at together, and what was decided."""

    class Decision(models.TextChoices):
        GO_ON = "go_on", _("go on as it is")
        RENEW = "renew", _("renew")
        RAISE = "raise", _("raise the level")
        CHANGE = "change", _("change the agreement")
        END = "end", _("end")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"decision", "reason", "summary"}

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField(_("on"))
    # What was shown, frozen: goals, duties, evidence.
    summary = models.JSONField(default=dict)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfAgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.on}"
