"""The shared directory of organisations, and the institutions that use Solmu."""

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked, tracked_lean
from solmu.lib import clock
from solmu.lib.translated import Translated
from solmu.organisations.querysets import (
    AffiliationQuerySet,
    InstitutionQuerySet,
    MergeQuerySet,
    OrganisationQuerySet,
    ProposalQuerySet,
    RelationQuerySet,
)
from solmu.people.models import Person


class Region(models.Model):
    """A region of Finland (maakunta), by the national code."""

    code = models.CharField(max_length=2, primary_key=True)
    iso_code = models.CharField(max_length=6, unique=True)
    name_fi = models.CharField(max_length=60)
    name_sv = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    name = Translated()

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality of Finland. Municipalities merge: `valid` ends, the row stays."""

    code = models.CharField(max_length=3, primary_key=True)
    name_fi = models.CharField(max_length=60)
    name_sv = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="municipalities")
    lat = models.FloatField()
    lon = models.FloatField()
    valid = DateRangeField()
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    name = Translated()

    def __str__(self) -> str:
        return self.name


class PostalCode(models.Model):
    """A Finnish postal code and the municipality that it lies in."""

    code = models.CharField(max_length=5, primary_key=True)
    name_fi = models.CharField(max_length=60)
    name_sv = models.CharField(max_length=60)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.code


class Boundary(models.Model):
    """The official outline of a municipality, loaded by an administrator; shown on close maps."""

    municipality = models.OneToOneField(Municipality, primary_key=True, on_delete=models.CASCADE)
    rings = models.JSONField()
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(default=clock.real_now)

    def __str__(self) -> str:
        return self.municipality_id


def _sort_key(first: str, *others: str) -> Func:
    # NullIf: an empty name in one language falls back to the next.
    names = [NullIf(F(f"name_{code}"), Value("")) for code in (first, *others)]
    return Func(
        Coalesce(*names, Value("")),
        Value(first),
        function="solmu_sort_key",
        output_field=models.TextField(db_collation="C"),
    )


@tracked_lean()
class Organisation(models.Model):
    """An organisation with its public facts only; who deals with it each institution knows alone.

    `fact_sources` maps a field to who gave it: an institution's id, "register" or "self".
    An entry that is not `public` is seen only by the institutions named in its sources.
    """

    class Kind(models.TextChoices):
        EDUCATION_PROVIDER = "education_provider", _("education provider")
        COMPANY = "company", _("company")
        MUNICIPALITY = "municipality", _("municipality")
        AUTHORITY = "authority", _("authority")
        UNIVERSITY = "university", _("university")
        ASSOCIATION = "association", _("association")
        PROJECT = "project", _("project")
        NETWORK = "network", _("network")
        OTHER = "other", _("other")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name_fi = models.CharField(_("name in Finnish"), max_length=200, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    name = Translated()
    # For finding duplicates: lib.names.key() of the names, written with them.
    name_key = models.CharField(max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    business_id = models.CharField(_("business ID"), max_length=20, blank=True)
    oid = models.CharField(_("OID"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FI")
    region = models.ForeignKey(
        Region,
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
    )
    municipality = models.ForeignKey(
        Municipality,
        verbose_name=_("municipality"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
    )
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    website = models.URLField(_("website"), blank=True)
    fields = ArrayField(
        models.CharField(max_length=30), verbose_name=_("fields"), default=list, blank=True
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
    )
    public = models.BooleanField(default=False)
    fact_sources = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        db_index=False,
    )
    created_at = models.DateTimeField(default=clock.real_now)
    sort_fi = models.GeneratedField(
        expression=_sort_key("fi", "sv", "en"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    sort_sv = models.GeneratedField(
        expression=_sort_key("sv", "fi", "en"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    sort_en = models.GeneratedField(
        expression=_sort_key("en", "fi", "sv"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    # Names in all languages, for finding by a part of one: querysets.called().
    called = models.GeneratedField(
        expression=Func(
            F("name_fi"),
            F("name_sv"),
            F("name_en"),
            template="lower(%(expressions)s)",
            arg_joiner=" || ' | ' || ",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "business_id"],
                condition=~Q(business_id="") & Q(merged_into=None),
                name="organisation_business_id_is_unique",
            ),
            models.CheckConstraint(
                condition=~Q(name_fi="", name_sv="", name_en=""), name="organisation_has_a_name"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_fi", "id"], name="organisation_sort_fi"),
            models.Index(fields=["sort_sv", "id"], name="organisation_sort_sv"),
            models.Index(fields=["sort_en", "id"], name="organisation_sort_en"),
            models.Index(
                fields=["business_id"],
                opclasses=["varchar_pattern_ops"],
                name="organisation_business_id",
            ),
            GinIndex(OpClass("called", "gin_trgm_ops"), name="organisation_called"),
            models.Index(fields=["name_key"], name="organisation_name_key"),
            models.Index(fields=["region"], name="organisation_region"),
            models.Index(fields=["municipality"], name="organisation_municipality"),
            # Few have these: the index holds those alone.
            models.Index(
                fields=["parent"], condition=Q(parent__isnull=False), name="organisation_parent"
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="organisation_merged_into",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The directory entry."""
        return reverse("organisations:organisation", args=[self.pk])


class SlugHistory(models.Model):
    """An address that an organisation once had; it still leads there."""

    slug = models.SlugField(max_length=80, unique=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="old_slugs"
    )

    def __str__(self) -> str:
        return self.slug


@tracked
class Figure(models.Model):
    """An organisation's yearly figures, as published."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="figures")
    year = models.SmallIntegerField(_("year"))
    students = models.IntegerField(_("students"), null=True, blank=True)
    staff = models.IntegerField(_("staff"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("figures of a year")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="figure_is_one_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}"


@tracked
class Relation(models.Model):
    """A typed tie between two organisations for a time, read from both ends."""

    class Kind(models.TextChoices):
        OWNER = "owner", _("owner of")
        CAMPUS = "campus", _("campus of")
        SUPPLIER = "supplier", _("supplier of")
        MEMBER = "member", _("member of")
        FUNDER = "funder", _("funder of")
        SUBSIDIARY = "subsidiary", _("subsidiary of")

    REVERSE: ClassVar = {
        "owner": _("owned by"),
        "campus": _("has the campus"),
        "supplier": _("supplied by"),
        "member": _("has as a member"),
        "funder": _("funded by"),
        "subsidiary": _("parent company of"),
    }

    source = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="relations_from"
    )
    target = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="relations_to")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    valid = DateRangeField()
    # Who recorded it, and alone sees it unless it is public; None: a register.
    institution = models.ForeignKey("Institution", null=True, blank=True, on_delete=models.PROTECT)
    public = models.BooleanField(default=False)

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        constraints = [
            ExclusionConstraint(
                name="relation_periods_do_not_overlap",
                expressions=[
                    ("source", RangeOperators.EQUAL),
                    ("target", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("institution", 0), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="relation_joins_two"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


@tracked
class Institution(models.Model):
    """An education provider that uses Solmu; it is one of the directory's organisations."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.PROTECT)
    regions = models.ManyToManyField(
        Region, verbose_name=_("regions of the operating area"), blank=True
    )
    municipalities = models.ManyToManyField(
        Municipality, verbose_name=_("other municipalities of the operating area"), blank=True
    )
    fields = ArrayField(
        models.CharField(max_length=30), verbose_name=_("fields"), default=list, blank=True
    )
    created_at = models.DateTimeField(default=clock.real_now)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")

    def __str__(self) -> str:
        return str(self.organisation)


@tracked
class OperatingRegion(Institution.regions.through):  # type: ignore[name-defined]
    """That a region belongs to an institution's operating area; here so that history keeps it."""

    class Meta:
        proxy = True
        verbose_name = _("region of the operating area")


@tracked
class OperatingMunicipality(Institution.municipalities.through):  # type: ignore[name-defined]
    """That a municipality belongs to an institution's operating area, besides its regions."""

    class Meta:
        proxy = True
        verbose_name = _("municipality of the operating area")


class OrganisationSource(models.Model):
    """That an institution brought or uses a directory entry: known to that institution alone."""

    class Origin(models.TextChoices):
        IMPORT = "import", _("import")
        PERSON = "person", _("entered by hand")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="sources")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, db_index=False)
    origin = models.CharField(max_length=10, choices=Origin)
    since = models.DateTimeField(default=clock.real_now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "organisation"], name="organisation_source_is_one_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.organisation_id}"


class FactProposal(models.Model):
    """A fact that an institution would change although another or a register gave it."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="proposals"
    )
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE)
    # The institution that gave the present fact, if one did; it may decide.
    giver = models.ForeignKey(
        Institution, null=True, on_delete=models.SET_NULL, related_name="facts_in_question"
    )
    field = models.CharField(max_length=30)
    value = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=clock.real_now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "institution", "field"],
                condition=Q(state="open"),
                name="fact_proposal_is_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.field}"


@tracked
class Affiliation(models.Model):
    """A person's role in an institution for a time."""

    class Role(models.TextChoices):
        LEADER = "leader", _("leader")
        COORDINATOR = "coordinator", _("coordinator")
        CONTRIBUTOR = "contributor", _("contributor")
        READER = "reader", _("reader")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="affiliations")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="affiliations"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    title = models.CharField(_("title"), max_length=100, blank=True)
    valid = DateRangeField()

    objects = AffiliationQuerySet.as_manager()

    PERSONAL: ClassVar = {"title": "title at work"}
    IMPERSONAL: ClassVar = {"role"}

    class Meta:
        verbose_name = _("role in an institution")
        constraints = [
            ExclusionConstraint(
                name="affiliation_periods_do_not_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("institution", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Invitation(models.Model):
    """An invitation by mail to join an institution in a role; its link is a people.SignedLink."""

    PERSONAL: ClassVar = {"email": "address of the invited"}
    SUBJECT: ClassVar = ()
    SUBJECT_EMAIL: ClassVar = ("email",)
    IMPERSONAL: ClassVar = {"role", "language"}

    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Affiliation.Role)
    language = models.CharField(_("language"), max_length=2, default="fi")
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=clock.real_now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email


class Merge(models.Model):
    """Two entries found to be one organisation; the journal says how to undo it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for an administrator")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")
        UNDONE = "undone", _("undone")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "choices", "journal"}

    kept = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merges_kept")
    gone = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merges_gone")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    choices = models.JSONField(default=dict)
    journal = models.JSONField(default=list)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    institution = models.ForeignKey(Institution, null=True, on_delete=models.SET_NULL)
    asked_at = models.DateTimeField(default=clock.real_now)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    # By the institution, of an administrator, where others are affected.
    undo_asked_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"
