"""A network's action plan: strategy, themes, goals, measures; outputs; the yearly report."""

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.goals.models import Goal, Indicator
from solmu.networks.models import Group, Network
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.plans.querysets import MeasureQuerySet, OfPlanningQuerySet, OutputQuerySet


@tracked
class Strategy(models.Model):
    """What a network aims at over some years: the themes of its plans."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"title", "text", "language"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="strategies")
    title = models.CharField(_("name of the strategy"), max_length=200)
    text = models.TextField(_("what it aims at"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    valid = DateRangeField()

    objects = OfPlanningQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="strategy_periods_do_not_overlap",
                expressions=[
                    ("network", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~Q(valid__isempty=True), name="strategy_has_a_period"),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class Theme(models.Model):
    """A focus of a strategy, such as continuous learning."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"title", "text"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="themes")
    title = models.CharField(_("theme"), max_length=120)
    text = models.TextField(_("description"), blank=True)
    place = models.SmallIntegerField(default=0)

    objects = models.Manager()

    class Meta:
        ordering = ("place", "pk")

    def __str__(self) -> str:
        return self.title


@tracked
class PlanGoal(models.Model):
    """A goal under a theme, and the group that answers for it."""

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="goals")
    goal = models.OneToOneField(Goal, on_delete=models.PROTECT, related_name="in_plan")
    group = models.ForeignKey(
        Group,
        verbose_name=_("responsible group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="plan_goals",
    )
    place = models.SmallIntegerField(default=0)

    objects = models.Manager()

    class Meta:
        ordering = ("place", "pk")

    def __str__(self) -> str:
        return str(self.goal)


@tracked
class Plan(models.Model):
    """What a network does in one year. Measures can be changed also once it is adopted."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ADOPTED = "adopted", _("adopted")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="plans")
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="plans")
    year = models.SmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    adopted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfPlanningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "year"], name="plan_is_one_a_year"),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2200), name="plan_year_makes_sense"
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | Q(adopted_on__isnull=False),
                name="adopted_plan_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network_id} {self.year}"

    def get_absolute_url(self) -> str:
        """The plan on one page."""
        return f"{reverse('plans:plan', args=[self.network.slug])}?year={self.year}"


@tracked
class Measure(models.Model):
    """Something that the network does in a year; joint when several organisations take part.

    `version` counts the changes, so that two people who edit it at once lose neither's text.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        STARTED = "started", _("started")
        HALF = "half", _("half done")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    OPEN: ClassVar = (Status.PLANNED, Status.STARTED, Status.HALF)
    UNDER_WAY: ClassVar = (Status.STARTED, Status.HALF, Status.DONE)
    # How much of a measure is done in each state, in per cent; dropped ones don't count.
    DONE_SHARE: ClassVar = {"planned": 0, "started": 25, "half": 50, "done": 100}

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"title", "text", "language", "status"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="measures")
    goal = models.ForeignKey(
        PlanGoal, verbose_name=_("goal"), on_delete=models.PROTECT, related_name="measures"
    )
    title = models.CharField(_("measure"), max_length=200)
    text = models.TextField(_("how it is done"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    group = models.ForeignKey(
        Group,
        verbose_name=_("responsible group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="measures",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("responsible institution"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="measures",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("responsible person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="measures",
    )
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("is ready by"))
    indicator = models.ForeignKey(
        Indicator,
        verbose_name=_("indicator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="measures",
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PLANNED)
    continues = models.ForeignKey(
        "self",
        verbose_name=_("continues last year's measure"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
    )
    version = models.IntegerField(default=1)
    place = models.SmallIntegerField(default=0)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="measure_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["plan", "continues"], name="measure_is_continued_once_a_plan"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The measure's page."""
        return reverse("plans:measure", args=[self.plan.network.slug, self.uuid])


@tracked
class TakingPart(models.Model):
    """That an organisation takes part in a measure beside the responsible one."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="taking_part")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="measures_joined"
    )

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "organisation"], name="taking_part_is_told_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.measure_id}"


@tracked
class StatusChange(models.Model):
    """That a measure came to a status on a day."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"status", "note"}

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(_("status"), max_length=8, choices=Measure.Status)
    on = models.DateField(_("on"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = models.Manager()

    def __str__(self) -> str:
        return f"{self.measure_id} {self.status} {self.on}"


@tracked
class Proof(models.Model):
    """What shows that a measure is being done: a note, a link, or both."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"text", "url"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="proofs")
    on = models.DateField(_("on"))
    text = models.CharField(_("what it shows"), max_length=500)
    url = models.URLField(_("link"), max_length=500, blank=True)
    by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = models.Manager()

    def __str__(self) -> str:
        return self.text


@tracked
class Output(models.Model):
    """What came of the work: a publication, a project, a shared way of working, a tool."""

    class Kind(models.TextChoices):
        PUBLICATION = "publication", _("publication")
        PROJECT = "project", _("project")
        WAY = "way", _("shared way of working")
        TOOL = "tool", _("tool")

    # Names of licences are the same in every language.
    LICENCES: ClassVar = (
        ("CC-BY-4.0", "CC BY 4.0"),
        ("CC-BY-SA-4.0", "CC BY-SA 4.0"),
        ("CC-BY-NC-4.0", "CC BY-NC 4.0"),
        ("CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0"),
        ("CC-BY-ND-4.0", "CC BY-ND 4.0"),
        ("CC0-1.0", "CC0 1.0"),
        ("EUPL-1.2", "EUPL 1.2"),
        ("MIT", "MIT"),
    )

    PERSONAL: ClassVar[dict[str, str]] = {}
    # The authors' names are a published work's own.
    IMPERSONAL: ClassVar = {
        "kind", "title", "text", "language", "authors_text", "licence", "links",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="outputs")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PUBLICATION)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what it is"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    authors = models.ManyToManyField(
        Person, verbose_name=_("authors in the network"), blank=True, related_name="outputs"
    )
    authors_text = models.CharField(_("other authors"), max_length=300, blank=True)
    organisations = models.ManyToManyField(
        Organisation, verbose_name=_("institutions"), blank=True, related_name="outputs"
    )
    licence = models.CharField(_("licence"), max_length=20, choices=LICENCES, blank=True)
    links = ArrayField(
        models.URLField(max_length=500), verbose_name=_("links"), default=list, blank=True
    )
    goal = models.ForeignKey(
        PlanGoal,
        verbose_name=_("goal that it serves"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="outputs",
    )
    group = models.ForeignKey(
        Group,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="outputs",
    )
    public = models.BooleanField(_("everybody may read it"), default=False)
    published_on = models.DateField(_("published on"), null=True, blank=True)

    objects = OutputQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The output's page inside the network."""
        return reverse("plans:output", args=[self.network.slug, self.uuid])


@tracked
class OutputAuthor(Output.authors.through):  # type: ignore[name-defined]
    """That a person is an author of an output; here so that history keeps it."""

    class Meta:
        proxy = True


@tracked
class OutputInstitution(Output.organisations.through):  # type: ignore[name-defined]
    """That an institution took part in an output; here so that history keeps it."""

    class Meta:
        proxy = True


@tracked
class AnnualReport(models.Model):
    """What a network did in a year. As published it is kept whole, whatever changes later."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"foreword", "language", "theme_texts", "snapshot"}

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="reports")
    year = models.SmallIntegerField(_("year"))
    foreword = models.TextField(_("foreword"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    # Theme's uuid: text.
    theme_texts = models.JSONField(default=dict, blank=True)
    published_on = models.DateField(null=True, blank=True)
    snapshot = models.JSONField(default=dict, blank=True)

    objects = OfPlanningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "year"], name="report_is_one_a_year"),
            models.CheckConstraint(
                condition=Q(year__gte=1990, year__lte=2200), name="report_year_makes_sense"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network_id} {self.year}"
