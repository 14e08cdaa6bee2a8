"""Base templates: what an agreement of a level and content starts from, clause by clause."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.agreements.querysets import BaseQuerySet, OfBaseQuerySet
from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.lib.translated import Translated
from solmu.networks.models import Network
from solmu.organisations.models import Institution
from solmu.partnerships.models import Facet, Level
from solmu.people.models import Person


@tracked
class Base(models.Model):
    """A base template, owned by an institution or a network; without an owner it came with Solmu.

    A copy keeps its line to what it was copied from, and to the version that it was made of.
    """

    class Kind(models.TextChoices):
        WORK_LIFE = "work_life", _("work-life partnership")
        PROJECT = "project", _("project partnership")
        NETWORK = "network", _("network agreement")
        INTENT = "intent", _("letter of intent")
        OTHER = "other", _("other agreement")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "kind", "name_fi", "name_sv", "name_en", "about_fi", "about_sv", "about_en",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="bases"
    )
    network = models.ForeignKey(
        Network, null=True, blank=True, on_delete=models.PROTECT, related_name="bases"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name_fi = models.CharField(_("name in Finnish"), max_length=160, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=160, blank=True)
    name_en = models.CharField(_("name in English"), max_length=160, blank=True)
    name = Translated()
    about_fi = models.TextField(_("what it is for, in Finnish"), blank=True)
    about_sv = models.TextField(_("what it is for, in Swedish"), blank=True)
    about_en = models.TextField(_("what it is for, in English"), blank=True)
    about = Translated()
    level = models.ForeignKey(
        Level, verbose_name=_("level"), null=True, blank=True, on_delete=models.PROTECT
    )
    content = models.ForeignKey(
        Facet, verbose_name=_("content"), null=True, blank=True, on_delete=models.PROTECT
    )
    # Others may copy it.
    published = models.BooleanField(_("published for other institutions"), default=False)
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies"
    )
    copied_version = models.SmallIntegerField(null=True, blank=True)
    ended_on = models.DateField(_("no longer offered since"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.real_now)

    objects = BaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(institution=None) | Q(network=None), name="base_has_one_owner"
            ),
            models.CheckConstraint(
                condition=~Q(name_fi="", name_sv="", name_en=""), name="base_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The template's page."""
        return reverse("agreements:base", args=[self.pk])


@tracked
class BaseVersion(models.Model):
    """A version of a template: a draft until somebody approves it, and unchanged from then on."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        REPLACED = "replaced", _("replaced")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "note"}

    base = models.ForeignKey(Base, on_delete=models.CASCADE, related_name="versions")
    number = models.SmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    # Who asked for the approval of the draft as it is; writing takes the question back.
    asked_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = OfBaseQuerySet.as_manager()

    class Meta:
        ordering = ["base", "number"]
        constraints = [
            models.UniqueConstraint(fields=["base", "number"], name="base_version_is_one"),
            models.UniqueConstraint(
                fields=["base"], condition=Q(state="draft"), name="base_has_one_draft"
            ),
            models.UniqueConstraint(
                fields=["base"], condition=Q(state="approved"), name="base_has_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base_id} v{self.number}"


@tracked
class BaseClause(models.Model):
    """A clause of a template: title and text with variables such as {start}, in three languages.

    Clauses with the same `alternatives` are choices of which the drafter takes one. `key` stays the
    same from version to version, so that changes can be told.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        PARTIES = "parties", _("the parties")
        GOALS = "goals", _("goals with indicators")
        DUTIES = "duties", _("duties with dates")
        TERM = "term", _("term and notice")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "key", "alternatives",
        "kind", "title_fi", "title_sv", "title_en", "text_fi", "text_sv", "text_en", "note",
    }  # fmt: skip

    version = models.ForeignKey(BaseVersion, on_delete=models.CASCADE, related_name="clauses")
    key = models.SlugField(max_length=60)
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TEXT)
    title_fi = models.CharField(_("title in Finnish"), max_length=160, blank=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    title = Translated()
    text_fi = models.TextField(_("text in Finnish"), blank=True)
    text_sv = models.TextField(_("text in Swedish"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)
    text = Translated()
    optional = models.BooleanField(_("may be left out"), default=False)
    alternatives = models.SlugField(_("one of these is chosen"), max_length=60, blank=True)
    note = models.TextField(_("note for the drafter"), blank=True)
    # So that two people who edit it don't overwrite each other.
    edition = models.IntegerField(default=1)

    objects = OfBaseQuerySet.as_manager()

    class Meta:
        ordering = ["version", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="base_clause_key_is_one"),
        ]

    def __str__(self) -> str:
        return self.title
