"""Imports that are kept: the file, what its columns mean, each row's plan, and what was done."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from solmu.imports.querysets import BatchQuerySet, LineQuerySet
from solmu.lib import clock
from solmu.people.models import Person


class Batch(models.Model):
    """One import of one file by an institution: from the upload to the result, and back."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        PLANNING = "planning", _("being read")
        PLANNED = "planned", _("waits for your approval")
        APPLYING = "applying", _("being written")
        APPLIED = "applied", _("written")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("not written")

    PERSONAL: ClassVar = {"content": "the spreadsheet as it was uploaded"}
    SUBJECT_TEXT: ClassVar = ("lines__cells",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {
        "kind", "file_name", "sha256", "state", "error", "stage", "language",
        "columns", "layout", "counts", "unmapped", "kept_after_undo",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The institution is known by its organisation's id: this room lies below the directory.
    institution_id = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=30)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=2, default="fi")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    stage = models.CharField(max_length=20, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    # What the columns are (guessing.MappedColumns), which sheets were read, and what was left out.
    columns = models.JSONField(default=list)
    layout = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    # Values that nobody has mapped yet: [{"field", "value", "rows"}].
    unmapped = models.JSONField(default=list)
    kept_after_undo = models.JSONField(default=list)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=clock.real_now)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class Line(models.Model):
    """One data row of a file: its cells, what they were understood as, and what becomes of it."""

    class Action(models.TextChoices):
        CREATED = "created", _("new")
        UPDATED = "updated", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REJECTED = "rejected", _("rejected")

    PERSONAL: ClassVar = {
        "cells": "the row as it was in the spreadsheet",
        "facts": "what the row was understood as",
        "corrections": "cells that a person corrected",
        "changes": "what the row changes",
        "conflicts": "values that differ from what a person wrote",
        "name": "the organisation's name in the row",
        "identity": "what the row is recognised by",
        "notes": "remarks about the row",
    }
    SUBJECT_TEXT: ClassVar = ("cells",)
    ON_REQUEST: ClassVar = True
    IMPERSONAL: ClassVar = {"sheet", "action", "reasons", "decision", "candidates"}

    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    number = models.IntegerField()
    sheet = models.CharField(max_length=100, blank=True)
    row = models.IntegerField()
    name = models.CharField(max_length=200, blank=True)
    identity = models.CharField(max_length=240, blank=True)
    cells = models.JSONField(default=list)
    corrections = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    action = models.CharField(max_length=10, choices=Action)
    reasons = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    conflicts = models.JSONField(default=list)
    # Possible duplicates: [{"id", "name", "place", "score"}]; `decision` settles them:
    # empty, "new", "skip" or the id of the organisation that it is.
    candidates = models.JSONField(default=list)
    decision = models.CharField(max_length=20, blank=True)
    organisation_id = models.BigIntegerField(null=True, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"], name="import_line_number_is_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "action", "number"], name="import_line_action"),
            models.Index(fields=["organisation_id"], name="import_line_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class ValueMapping(models.Model):
    """What a value that an institution's spreadsheets use means; settled once and remembered."""

    LEAVE: ClassVar = "leave"

    PERSONAL: ClassVar = {"value": "the value as it is written, which may be a person's name"}
    IMPERSONAL: ClassVar = {"kind", "field", "target"}

    institution_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    field = models.CharField(max_length=30)
    value = models.CharField(max_length=200)
    # The id or code that it means, or "leave": kept with the record as it is.
    target = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution_id", "kind", "field", "value"],
                name="import_value_is_mapped_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.value} → {self.target}"


class Made(models.Model):
    """The records of one table that an import created: what an undo takes back."""

    IMPERSONAL: ClassVar = {"table", "record_ids"}
    PERSONAL: ClassVar[dict[str, str]] = {}

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="made")
    table = models.CharField(max_length=60)
    record_ids = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"{self.table} {len(self.record_ids)}"


class Changed(models.Model):
    """One record that an import changed: the values before and after."""

    PERSONAL: ClassVar = {"before": "values before the import", "after": "values after the import"}
    IMPERSONAL: ClassVar = {"table"}

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="changed")
    table = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()

    def __str__(self) -> str:
        return f"{self.table} {self.record_id}"
