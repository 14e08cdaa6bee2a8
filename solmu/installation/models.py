"""The installation itself: whether this database is a demo, and how its clock stands."""

from datetime import timedelta

from django.db import models
from django.db.models import Q


class Installation(models.Model):
    """The single row of facts about this installation, shared by all its processes."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_demo = models.BooleanField(default=False)
    clock_shift = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="installation_is_one_row"),
            models.CheckConstraint(
                condition=Q(is_demo=True) | Q(clock_shift=timedelta(0)),
                name="installation_clock_moves_only_in_demo",
            ),
        ]

    def __str__(self) -> str:
        return "demo" if self.is_demo else "installation"
