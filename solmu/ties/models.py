"""Evidence: what two organisations have done together, on a date."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q

from solmu.organisations.models import Institution, Organisation
from solmu.ties.querysets import EvidenceQuerySet


class Evidence(models.Model):
    """One thing done together, written by the job that made it true; `a` is the smaller id.

    `institution` set: known to that institution alone (its own dialogue). Empty: to both ends.
    """

    # For merging: written anew from the source's record, with the ends in order.
    DERIVED: ClassVar = True
    ORDERED_ENDS: ClassVar = ("a_id", "b_id")

    # The database doesn't check these: evidence is derived, and `solmu doctor` compares all of it.
    a = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="evidence_a",
        db_index=False,
        db_constraint=False,
    )
    b = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="evidence_b",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=30)
    valid = DateRangeField()
    source_kind = models.CharField(max_length=30)
    source_id = models.BigIntegerField()
    institution = models.ForeignKey(
        Institution,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "a", "b"], name="evidence_is_written_once"
            ),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="evidence_ends_are_ordered"),
        ]
        indexes = [
            models.Index(fields=["a", "b"], name="evidence_ends"),
            models.Index(fields=["b"], name="evidence_b"),
            models.Index(fields=["institution", "kind"], name="evidence_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.a_id}–{self.b_id}"
