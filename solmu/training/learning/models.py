"""Contents of a programme in versions, and which pages each participant has done."""

import hashlib
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.lib import clock
from solmu.lib.translated import LANGUAGES, Translated
from solmu.training.learning.querysets import VersionQuerySet
from solmu.training.models import Enrolment, Programme

# What files of a programme's contents are attached to: the programme's id.
FILES = "study-material"


@tracked
class Version(models.Model):
    """The contents of a programme as they were published, or as they are being drafted."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "note", "shipped"}

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    # The folder of `shipped` that it was read from.
    shipped = models.CharField(max_length=60, blank=True)
    # The original's version that an adopted programme took this from.
    taken_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.real_now)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state="draft"), name="version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None)
                | Q(state="published", published_at__isnull=False),
                name="version_published_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.number}"


@tracked
class Part(models.Model):
    """A part of the contents: the test tells by part what to read again."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"title_fi", "title_sv", "title_en", "intro_fi", "intro_sv", "intro_en"}

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="parts")
    number = models.SmallIntegerField()
    title_fi = models.CharField(_("title in Finnish"), max_length=160, blank=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    title = Translated()
    intro_fi = models.TextField(_("what it gives, in Finnish"), blank=True)
    intro_sv = models.TextField(_("what it gives, in Swedish"), blank=True)
    intro_en = models.TextField(_("what it gives, in English"), blank=True)
    intro = Translated()

    class Meta:
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="part_number_once"),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class Page(models.Model):
    """A page of study material. Its key stays the same from version to version.

    The texts are Markdown; check questions stand among them as `::check` blocks.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        PICTURE = "picture", _("picture")
        VIDEO = "video", _("video")
        LINK = "link", _("link")
        FILE = "file", _("file")
        CHECK = "check", _("check questions")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "key", "kind", "title_fi", "title_sv", "title_en", "body_fi", "body_sv", "body_en",
        "address", "taken_digest",
    }  # fmt: skip

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="pages")
    order = models.SmallIntegerField()
    key = models.CharField(max_length=40)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.TEXT)
    title_fi = models.CharField(_("title in Finnish"), max_length=160, blank=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=160, blank=True)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    title = Translated()
    body_fi = models.TextField(_("text in Finnish"), blank=True)
    body_sv = models.TextField(_("text in Swedish"), blank=True)
    body_en = models.TextField(_("text in English"), blank=True)
    body = Translated()
    # Of a video or a link.
    address = models.URLField(_("address"), max_length=500, blank=True)
    minutes = models.SmallIntegerField(_("minutes"), default=5)
    # The original's page as it was when it was taken from there.
    taken_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["part", "order"]
        constraints = [
            models.UniqueConstraint(fields=["part", "key"], name="page_key_once"),
            models.CheckConstraint(condition=Q(minutes__range=(0, 600)), name="page_minutes"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def digest(self) -> str:
        """What tells whether two pages say the same."""
        texts = [
            getattr(self, f"{name}_{code}") for name in ("title", "body") for code in LANGUAGES
        ]
        said = "\x00".join([self.kind, self.address, str(self.minutes), *texts])
        return hashlib.sha256(said.encode()).hexdigest()


@tracked
class Source(models.Model):
    """A law or page that the contents rest on, and the day when it was last compared with them."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "key", "title_fi", "title_sv", "title_en", "note_fi", "note_sv", "note_en", "address",
        "pages",
    }  # fmt: skip

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="sources")
    key = models.SlugField(_("key"), max_length=60)
    title_fi = models.CharField(_("title in Finnish"), max_length=200, blank=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    title = Translated()
    address = models.URLField(_("address"), max_length=500)
    # Null: the text itself was not seen; the note says what was.
    checked = models.DateField(_("checked"), null=True, blank=True)
    note_fi = models.TextField(_("what was compared, in Finnish"), blank=True)
    note_sv = models.TextField(_("what was compared, in Swedish"), blank=True)
    note_en = models.TextField(_("what was compared, in English"), blank=True)
    note = Translated()
    # Keys of the pages that rest on it.
    pages = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        ordering = ["version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="source_key_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Done(models.Model):
    """A participant has done a page, by the page's key: a new version keeps what was done."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    SUBJECT: ClassVar = ("enrolment__person",)
    IMPERSONAL: ClassVar = {"page"}

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="done")
    page = models.CharField(max_length=40)
    at = models.DateTimeField(default=clock.real_now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "page"], name="page_done_once"),
        ]

    def __str__(self) -> str:
        return self.page
