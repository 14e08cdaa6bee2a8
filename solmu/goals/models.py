"""Goals with their indicators and measured values; what a goal belongs to is a kind and an id."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.goals.querysets import GoalQuerySet, IndicatorQuerySet, IndicatorValueQuerySet
from solmu.lib import clock
from solmu.organisations.models import Organisation
from solmu.people.models import Person


@tracked
class Goal(models.Model):
    """What somebody wants to reach by a time: a network, an agreement …

    `holder_kind` and `holder_id` name what the goal belongs to; composition.GOAL_HOLDERS says who
    sees it there.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being worked on")
        REACHED = "reached", _("reached")
        DROPPED = "dropped", _("dropped")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"holder_kind", "title", "text", "language", "state"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    holder_kind = models.CharField(max_length=20)
    holder_id = models.BigIntegerField()
    title = models.CharField(_("goal"), max_length=200)
    text = models.TextField(_("description"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("responsible organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="goals",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("responsible person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="goals",
    )
    valid = DateRangeField()
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    next_check_on = models.DateField(_("next check"), null=True, blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(valid__isempty=True), name="goal_has_a_period"
            ),
        ]
        indexes = [models.Index(fields=["holder_kind", "holder_id"], name="goal_holder")]

    def __str__(self) -> str:
        return self.title


@tracked
class Indicator(models.Model):
    """How it is seen that a goal comes nearer: from a baseline to a target."""

    class Direction(models.TextChoices):
        UP = "up", _("more is better")
        DOWN = "down", _("less is better")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"name", "unit", "direction", "source"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="indicators")
    name = models.CharField(_("indicator"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(
        _("baseline"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction, default=Direction.UP
    )
    source = models.CharField(_("where the figure comes from"), max_length=200, blank=True)

    objects = IndicatorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


@tracked
class IndicatorValue(models.Model):
    """What an indicator was on a day; a day has one value."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"note"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    on = models.DateField(_("on"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=clock.real_now)

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "on"], name="indicator_value_is_one_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.on}"
