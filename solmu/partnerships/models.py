"""Partnerships: an institution's stakeholders, how they stand, what both gain, and what is said."""

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked, tracked_lean
from solmu.lib import clock, modules
from solmu.lib.translated import Translated
from solmu.organisations.models import Institution, Organisation
from solmu.partnerships.querysets import (
    ContactQuerySet,
    DialogueQuerySet,
    OfInstitutionQuerySet,
    OfStakeholderQuerySet,
    StakeholderQuerySet,
)
from solmu.people.models import Person

SCORES = [MinValueValidator(0), MaxValueValidator(4)]


@tracked
class Level(models.Model):
    """A step of an institution's ladder of partnership, from its strategy; rank 1 is the lowest."""

    class Decider(models.TextChoices):
        LEADER = "leader", _("leader")
        COORDINATOR = "coordinator", _("coordinator or leader")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="levels")
    rank = models.SmallIntegerField()
    name_fi = models.CharField(_("name in Finnish"), max_length=60)
    name_sv = models.CharField(_("name in Swedish"), max_length=60, blank=True)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    name = Translated()
    meaning_fi = models.TextField(_("what it means, in Finnish"), blank=True)
    meaning_sv = models.TextField(_("what it means, in Swedish"), blank=True)
    meaning_en = models.TextField(_("what it means, in English"), blank=True)
    meaning = Translated()
    commitment_fi = models.TextField(_("what we commit, in Finnish"), blank=True)
    commitment_sv = models.TextField(_("what we commit, in Swedish"), blank=True)
    commitment_en = models.TextField(_("what we commit, in English"), blank=True)
    commitment = Translated()
    meetings_a_year = models.SmallIntegerField(_("meetings a year"), null=True, blank=True)
    decided_by = models.CharField(
        _("who decides"), max_length=12, choices=Decider, default=Decider.COORDINATOR
    )

    objects = OfInstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("level")
        ordering = ["institution", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "rank"],
                name="level_rank_is_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class Facet(models.Model):
    """An entry of one of the institution's own lists: contents and themes of partnerships.

    Standings name facets by id in arrays; a facet is ended, never deleted.
    """

    class Kind(models.TextChoices):
        CONTENT = "content", _("content")
        THEME = "theme", _("theme")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="facets")
    kind = models.CharField(max_length=10, choices=Kind)
    rank = models.SmallIntegerField(default=0)
    name_fi = models.CharField(_("name in Finnish"), max_length=80)
    name_sv = models.CharField(_("name in Swedish"), max_length=80, blank=True)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    name = Translated()
    ended = models.BooleanField(_("no longer offered"), default=False)

    objects = OfInstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("content or theme")
        ordering = ["institution", "kind", "rank", "id"]

    def __str__(self) -> str:
        return self.name


@tracked_lean()
class Stakeholder(models.Model):
    """An organisation that an institution deals with. Given a level, it is a partnership.

    Its id is the partnership's id in addresses and in the API.
    """

    class Role(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        EMPLOYER = "employer", _("employer")
        PARTNER = "partner", _("partner")
        FUNDER = "funder", _("funder")
        AUTHORITY = "authority", _("authority")
        EDUCATION_PROVIDER = "education_provider", _("education provider")
        SUPPLIER = "supplier", _("supplier")
        OTHER = "other", _("other")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="stakeholders", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="stakeholders"
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("roles"),
        default=list,
        blank=True,
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step by"), null=True, blank=True)
    next_step_language = models.CharField(max_length=2, default="fi", db_default="fi")
    notes = models.TextField(_("notes"), blank=True)
    notes_language = models.CharField(max_length=2, default="fi", db_default="fi")
    # Columns of imported spreadsheets that nobody mapped: {"heading": "value"}.
    extra = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.real_now)

    objects = StakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "organisation"], name="stakeholder_is_one_an_organisation"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    def get_absolute_url(self) -> str:
        """The partner's page; none where the module is off."""
        if not modules.is_on("partnerships"):
            return ""
        return reverse("partnerships:partner", args=[self.pk])


@tracked_lean("stakeholder")
class Standing(models.Model):
    """How a stakeholder stands with the institution for a period: one row says all that is dated.

    A change closes the row the day before and opens a new one, with its reason. A period without a
    first day has held since before the records began.
    """

    class State(models.TextChoices):
        POTENTIAL = "potential", _("potential")
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    class Scope(models.TextChoices):
        REGIONAL = "regional", _("regional")
        NATIONAL = "national", _("national")
        INTERNATIONAL = "international", _("international")

    class Form(models.TextChoices):
        BILATERAL = "bilateral", _("bilateral")
        NETWORK = "network", _("network")
        ECOSYSTEM = "ecosystem", _("ecosystem")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "state", "contents", "themes", "scope_override", "form", "goals", "reason",
        "goals_language", "reason_language",
    }  # fmt: skip

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="standings")
    valid = DateRangeField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT
    )
    contents = ArrayField(
        models.BigIntegerField(), verbose_name=_("contents"), default=list, blank=True
    )
    themes = ArrayField(
        models.BigIntegerField(), verbose_name=_("themes"), default=list, blank=True
    )
    scope_override = models.CharField(_("scope"), max_length=14, choices=Scope, blank=True)
    form = models.CharField(_("form"), max_length=10, choices=Form, default=Form.BILATERAL)
    owner = models.ForeignKey(
        Person,
        verbose_name=_("owner on our side"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    counterpart = models.ForeignKey(
        Person,
        verbose_name=_("owner on their side"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    # Goals are carried from row to row, so their language may be another than the reason's.
    goals = models.TextField(_("goals"), blank=True)
    goals_language = models.CharField(max_length=2, default="fi", db_default="fi")
    reason = models.TextField(_("reason"), blank=True)
    reason_language = models.CharField(max_length=2, default="fi", db_default="fi")
    decided_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = OfStakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("level, state and scope")
        constraints = [
            ExclusionConstraint(
                name="standing_periods_do_not_overlap",
                expressions=[
                    ("stakeholder", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        # Of the people that a standing may name, the indexes hold those that are.
        indexes = [
            models.Index(
                fields=[who], condition=models.Q((f"{who}__isnull", False)), name=f"standing_{who}"
            )
            for who in ("owner", "counterpart", "decided_by")
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder_id} {self.state}"


@tracked
class FormAnswer(models.Model):
    """That a partnership keeps its form although both belong to these networks."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"form", "networks"}

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="form_answers"
    )
    form = models.CharField(_("form"), max_length=10, choices=Standing.Form)
    # The networks' ids that were behind the proposal.
    networks = ArrayField(models.BigIntegerField(), default=list)
    on = models.DateField(_("on"))
    by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfStakeholderQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.stakeholder_id} {self.form}"


@tracked
class ValueAssessment(models.Model):
    """Who gains what, as the institution saw it on a day: five texts with a score of 0–4 each."""

    SIDES: ClassVar = ("we_give", "we_get", "they_give", "they_get", "student")
    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {*SIDES, "language"}

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="values")
    on = models.DateField(_("on"))
    we_give = models.TextField(_("what we give"), blank=True)
    we_get = models.TextField(_("what we get"), blank=True)
    they_give = models.TextField(_("what the partner gives"), blank=True)
    they_get = models.TextField(_("what the partner gets"), blank=True)
    student = models.TextField(_("what the student gains"), blank=True)
    we_give_score = models.SmallIntegerField(null=True, blank=True, validators=SCORES)
    we_get_score = models.SmallIntegerField(null=True, blank=True, validators=SCORES)
    they_give_score = models.SmallIntegerField(null=True, blank=True, validators=SCORES)
    they_get_score = models.SmallIntegerField(null=True, blank=True, validators=SCORES)
    student_score = models.SmallIntegerField(null=True, blank=True, validators=SCORES)
    language = models.CharField(max_length=2, default="fi")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT)

    objects = OfStakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("value both ways")
        constraints = [
            models.UniqueConstraint(fields=["stakeholder", "on"], name="value_is_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder_id} {self.on}"


@tracked_lean("stakeholder")
class Contact(models.Model):
    """A person at a stakeholder, for a time; the person may be a contact of many."""

    PERSONAL: ClassVar = {"title": "title at work", "note": "note about the contact"}
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"note_language"}

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="contacts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    title = models.CharField(_("title"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    note_language = models.CharField(max_length=2, default="fi", db_default="fi")
    valid = DateRangeField()

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        constraints = [
            ExclusionConstraint(
                name="contact_periods_do_not_overlap",
                expressions=[
                    ("stakeholder", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.stakeholder_id}"


@tracked_lean("stakeholder")
class DialogueEntry(models.Model):
    """A meeting, call, visit, note or task with a stakeholder.

    `limited` entries are seen by their author and the institution's leaders only.
    """

    class Kind(models.TextChoices):
        MEETING = "meeting", _("meeting")
        CALL = "call", _("call")
        VISIT = "visit", _("visit")
        NOTE = "note", _("note")
        TASK = "task", _("task")
        CONTACT = "contact", _("contact")

    # Kinds in which both sides took part: these are evidence.
    TOGETHER: ClassVar = ("meeting", "call", "visit", "contact")

    PERSONAL: ClassVar = {"title": "what was discussed", "text": "what was discussed"}
    SUBJECT: ClassVar = ("contact__person",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"kind", "language"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="dialogue", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    on = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(max_length=2, default="fi")
    author = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("with"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
    limited = models.BooleanField(_("only for leaders and me"), default=False)
    created_at = models.DateTimeField(default=clock.real_now)

    objects = DialogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("dialogue")
        indexes = [
            models.Index(fields=["stakeholder", "-on", "-id"], name="dialogue_of_stakeholder"),
            models.Index(
                fields=["due_on"],
                condition=models.Q(kind="task", done_on=None),
                name="dialogue_open_tasks",
            ),
            models.Index(
                fields=["author"],
                condition=models.Q(author__isnull=False),
                name="dialogue_author",
            ),
            models.Index(
                fields=["contact"],
                condition=models.Q(contact__isnull=False),
                name="dialogue_contact",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class Confirmation(models.Model):
    """A question to the partner's contact: is this how you see it? Answered through a signed link.

    `shows` names what the owner chose to show; level, scores and notes only when ticked.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        CONFIRMED = "confirmed", _("confirmed")
        CORRECTED = "corrected", _("corrected")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")

    PERSONAL: ClassVar = {"answer": "what the partner's contact answered"}
    SUBJECT: ClassVar = ("contact__person",)
    IMPERSONAL: ClassVar = {"state", "language", "shows", "shown"}

    stakeholder = models.ForeignKey(
        Stakeholder, on_delete=models.CASCADE, related_name="confirmations"
    )
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL)
    shows = models.JSONField(default=list)
    # What was shown, frozen when asked, so that the answer is to exactly that.
    shown = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    answer = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="fi")
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    answered_on = models.DateField(null=True, blank=True)

    objects = OfStakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation")

    def __str__(self) -> str:
        return f"{self.stakeholder_id} {self.state}"
