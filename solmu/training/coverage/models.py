"""How many students learn at each workplace, as counts without names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import DateRangeField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.lib import periods
from solmu.organisations.models import Institution, Organisation

if TYPE_CHECKING:
    from solmu.people.viewer import Viewer


class StudentCountQuerySet(models.QuerySet):
    """Counts of students."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those of one's own institutions."""
        if viewer.is_admin:
            return self.all()
        return self.filter(institution_id__in=list(viewer.roles))


@tracked
class StudentCount(models.Model):
    """So many students of an institution learn at a workplace in a field for a time."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"field"}

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="student_counts"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="student_counts"
    )
    field = models.CharField(_("field"), max_length=40, blank=True)  # of organisations.fields
    period = DateRangeField(_("time"))
    count = models.IntegerField(
        _("students"), validators=[MinValueValidator(0), MaxValueValidator(9999)]
    )

    objects = StudentCountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["institution", "organisation"], name="students_at_work")]
        constraints = [
            models.CheckConstraint(condition=Q(count__range=(0, 9999)), name="students_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.count}"

    @property
    def last_day(self) -> date | None:
        """The last day that the count holds; None: until further notice."""
        return periods.last_day(self.period)


@tracked
class CoverageSettings(models.Model):
    """When an institution counts training as old; without a number it never is."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar[set[str]] = set()

    institution = models.OneToOneField(
        Institution, primary_key=True, on_delete=models.PROTECT, related_name="coverage_settings"
    )
    old_after_years = models.SmallIntegerField(
        _("training counts as old after so many years"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("Empty: it never does."),
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("settings of workplace coverage")

    def __str__(self) -> str:
        return str(self.institution_id)
