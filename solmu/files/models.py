"""Stored files: what was handed in, by whom, and what it is attached to."""

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.accounts.models import User
from solmu.files.querysets import FileQuerySet
from solmu.lib import clock


class File(models.Model):
    """A file attached to a record of a room above, by the record's kind and id.

    The bytes lie in the files' folder by their hash; the same bytes are kept once. A file that was
    removed is no longer shown, and stays known.
    """

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"name", "content_type", "sha256", "holder_kind"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField()
    # As its first bytes tell; never as its sender says.
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    holder_kind = models.CharField(max_length=30)
    holder_id = models.BigIntegerField()
    uploaded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=clock.real_now)
    removed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
        ]
        indexes = [models.Index(fields=["holder_kind", "holder_id"], name="file_holder")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is downloaded."""
        return reverse("files:download", args=[self.uuid])

    @property
    def path(self) -> Path:
        """Where its bytes lie."""
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256
