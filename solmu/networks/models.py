"""Networks: who belongs, from when to when; groups and the seats in them; who takes part."""

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from solmu.audit.history import tracked
from solmu.lib import clock, modules
from solmu.lib.periods import last_day
from solmu.lib.translated import Translated
from solmu.networks.querysets import (
    GroupQuerySet,
    MembershipQuerySet,
    NetworkQuerySet,
    OfGroupQuerySet,
    OfNetworkQuerySet,
    TermQuerySet,
)
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person


@tracked
class Network(models.Model):
    """A network of organisations; it is itself one of the directory's organisations.

    So it has names, an address, a region, a website and a place on the picture like any other, and
    can be a member of a larger network. `elsewhere_of` is set for a network that is run outside
    Solmu and was recorded by one institution, which alone sees it.
    """

    class Kind(models.TextChoices):
        PARTNERSHIP = "partnership", _("partnership network")
        PEER = "peer", _("peer network")
        COMPETENCE = "competence_ecosystem", _("competence ecosystem")
        INNOVATION = "innovation_ecosystem", _("innovation ecosystem")
        BUSINESS = "business_ecosystem", _("business ecosystem")

    ECOSYSTEMS: ClassVar = (Kind.COMPETENCE, Kind.INNOVATION, Kind.BUSINESS)

    class Coordination(models.TextChoices):
        LOOSE = "loose", _("loose: everybody does their part")
        LED = "led", _("led: one organisation coordinates")

    class CostRule(models.TextChoices):
        EVERY = "every", _("every payer approves")
        MAJORITY = "majority", _("a majority of the payers approves")
        STEERING = "steering", _("the steering group's majority approves")

    class Hue(models.TextChoices):
        LAKE = "lake", _("lake blue")
        FOREST = "forest", _("forest")
        SKY = "sky", _("sky")
        HEATHER = "heather", _("heather")
        ROWAN = "rowan", _("rowan")
        CLOUDBERRY = "cloudberry", _("cloudberry")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "kind", "purpose", "vision", "language", "coordination", "led_by_name", "funding",
        "funding_source", "themes", "languages", "hue", "motto", "cost_rule", "need",
        "way_of_working", "groups_elsewhere",
    }  # fmt: skip

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind, default=Kind.PARTNERSHIP)
    purpose = models.TextField(_("purpose"), blank=True)
    vision = models.TextField(_("vision"), blank=True)
    language = models.CharField(_("language of the texts"), max_length=2, default="fi")
    coordination = models.CharField(
        _("coordination"), max_length=8, choices=Coordination, default=Coordination.LOOSE
    )
    led_by = models.ForeignKey(
        Organisation,
        verbose_name=_("led by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="networks_led",
    )
    # Who leads, where the directory doesn't have them: of networks run elsewhere.
    led_by_name = models.CharField(_("led by"), max_length=200, blank=True)
    led_until = models.DateField(_("led until"), null=True, blank=True)
    funding = models.TextField(_("funding"), blank=True)
    funding_source = models.CharField(_("source of the funding"), max_length=200, blank=True)
    funding_valid = DateRangeField(_("period of the funding"), null=True, blank=True)
    themes = ArrayField(
        models.CharField(max_length=80), verbose_name=_("themes"), default=list, blank=True
    )
    languages = ArrayField(
        models.CharField(max_length=2),
        verbose_name=_("working languages"),
        default=list,
        blank=True,
    )
    # The network's own life: from its founding, until it ended.
    valid = DateRangeField()
    hue = models.CharField(_("colour"), max_length=12, choices=Hue, default=Hue.LAKE)
    motto = models.CharField(_("motto"), max_length=160, blank=True)
    # The coordinator's name and address stand on the public page only if they said so.
    contact_public = models.BooleanField(
        _("The public page tells the coordinator's name and e-mail address"), default=False
    )
    cost_rule = models.CharField(
        _("costs are agreed when"), max_length=10, choices=CostRule, default=CostRule.EVERY
    )
    elsewhere_of = models.ForeignKey(
        Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="networks_known"
    )
    # Of a network that is run elsewhere: why we are in it and how it works.
    need = models.TextField(_("need or goal"), blank=True)
    way_of_working = models.TextField(_("way of working"), blank=True)
    groups_elsewhere = models.TextField(_("its groups"), blank=True)
    created_at = models.DateTimeField(default=clock.real_now)

    objects = NetworkQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def funded_until(self) -> date | None:
        """The last day of the funding, if it ends."""
        return last_day(self.funding_valid) if self.funding_valid else None

    def get_absolute_url(self) -> str:
        """The network's home; none where the module is off."""
        if not modules.is_on("networks"):
            return ""
        return reverse("networks:home", args=[self.organisation.slug])

    @property
    def slug(self) -> str:
        """The network's address, its directory entry's."""
        return str(self.organisation.slug)

    @property
    def public(self) -> bool:
        """Everybody may know of the network: it has a public page."""
        return bool(self.organisation.public) and self.elsewhere_of_id is None

    @property
    def is_ecosystem(self) -> bool:
        """A network around a shared vision that evolves continually."""
        return self.kind in self.ECOSYSTEMS


@tracked
class Membership(models.Model):
    """An organisation's membership of a network for a time, in one role."""

    class Role(models.TextChoices):
        FOUNDER = "founder", _("founding member")
        MEMBER = "member", _("member")
        OBSERVER = "observer", _("observer")
        SUPPORTER = "supporter", _("supporter")

    # Those that belong, decide and pay; observers and supporters stand beside.
    FULL: ClassVar = (Role.FOUNDER, Role.MEMBER)

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"role", "note"}

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    valid = DateRangeField()
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_periods_do_not_overlap",
                expressions=[
                    ("network", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=~Q(valid__isempty=True), name="membership_has_a_period"
            ),
            models.CheckConstraint(
                condition=~Q(network=F("organisation")), name="membership_is_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.network_id}"


class MemberInvitation(models.Model):
    """That somebody was asked to be a member's contact person; the link is a people.SignedLink."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        CANCELLED = "cancelled", _("cancelled")

    PERSONAL: ClassVar = {"email": "address of the invited"}
    SUBJECT: ClassVar = ("person",)
    SUBJECT_EMAIL: ClassVar = ("email",)
    IMPERSONAL: ClassVar = {"language", "state"}

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, default="fi")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # Who answered; until then nobody is known by more than the address.
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    invited_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.real_now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfNetworkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "organisation", "email"],
                condition=Q(state="open"),
                name="member_invitation_is_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Archive(models.Model):
    """All that a network has, packed into one file for those who run it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("is being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be made")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"state", "doing"}

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="archives")
    asked_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.real_now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # What is being packed, and how many parts of all are done.
    doing = models.CharField(max_length=100, blank=True)
    done = models.IntegerField(default=0)
    parts = models.IntegerField(default=0)
    content = models.BinaryField(null=True)
    size = models.BigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = OfNetworkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.network_id} {self.asked_at:%Y-%m-%d}"


@tracked
class Representative(models.Model):
    """Whom a member organisation has named: its contact person, the deputy, other representatives.

    The contact person and the deputy fill the organisation's seats and answer who may join.
    """

    class Kind(models.TextChoices):
        CONTACT = "contact", _("contact person")
        DEPUTY = "deputy", _("deputy contact person")
        OTHER = "representative", _("representative")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"kind"}

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="representatives")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="represents")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.CONTACT)
    valid = DateRangeField()

    objects = OfNetworkQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="contact_person_is_one_at_a_time",
                expressions=[
                    ("network", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=~Q(kind="representative"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.organisation_id}"


@tracked
class Participant(models.Model):
    """A person who takes part in a network otherwise than through a seat.

    Leads run the network. Those who joined were approved by their organisation's contact person;
    guests have a sponsor and a last day; in a peer network a person may come for themselves.
    """

    class Way(models.TextChoices):
        LEAD = "lead", _("coordinator of the network")
        JOINED = "joined", _("joined")
        GUEST = "guest", _("guest")
        OWN = "own", _("for themselves")

    class State(models.TextChoices):
        ASKED = "asked", _("waits for an answer")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    PERSONAL: ClassVar = {"purpose": "why the person takes part"}
    SUBJECT: ClassVar = ("person",)
    IMPERSONAL: ClassVar = {"way", "state"}

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    way = models.CharField(max_length=8, choices=Way)
    state = models.CharField(max_length=10, choices=State, default=State.APPROVED)
    sponsor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="guests_sponsored"
    )
    purpose = models.CharField(_("why"), max_length=200, blank=True)
    valid = DateRangeField()
    asked_at = models.DateTimeField(default=clock.real_now)
    decided_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # So that a reminder is sent once before the last day.
    reminded_on = models.DateField(null=True, blank=True)

    objects = OfNetworkQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="participant_periods_do_not_overlap",
                expressions=[
                    ("network", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("way", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="declined"),
            ),
            models.CheckConstraint(
                condition=~Q(way="guest") | Q(sponsor__isnull=False, valid__endswith__isnull=False),
                name="guest_has_a_sponsor_and_a_last_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.network_id}"


@tracked
class Group(models.Model):
    """A steering or working group of a network, with its task and rhythm."""

    class Kind(models.TextChoices):
        STEERING = "steering", _("steering group")
        WORKING = "working", _("working group")
        PROJECT = "project", _("project group")
        OTHER = "other", _("other group")

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {
        "slug", "name_fi", "name_sv", "name_en", "kind", "task", "language", "closing_note",
    }  # fmt: skip

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="groups")
    slug = models.SlugField(max_length=80)
    name_fi = models.CharField(_("name in Finnish"), max_length=120, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name = Translated()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.WORKING)
    task = models.TextField(_("task"), blank=True)
    language = models.CharField(max_length=2, default="fi")
    meetings_a_year = models.SmallIntegerField(_("meetings a year"), null=True, blank=True)
    valid = DateRangeField()
    closing_note = models.CharField(_("why it was closed"), max_length=300, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "slug"], name="group_slug_is_unique"),
            models.CheckConstraint(
                condition=~Q(name_fi="", name_sv="", name_en=""), name="group_has_a_name"
            ),
            models.CheckConstraint(condition=~Q(valid__isempty=True), name="group_has_a_period"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The group's page."""
        return reverse("networks:group", args=[self.network.slug, self.slug])


@tracked
class Succession(models.Model):
    """That a group's work went on in another: a split has several followers, a merge one."""

    earlier = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="followed_by")
    later = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="follows")
    on = models.DateField(_("on"))

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="succession_is_told_once"),
            models.CheckConstraint(
                condition=~Q(earlier=F("later")), name="succession_is_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.earlier_id} → {self.later_id}"


@tracked
class Placement(models.Model):
    """That a group works under another for a time, as its sub-group."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="placements")
    parent = models.ForeignKey(
        Group,
        verbose_name=_("part of the group"),
        on_delete=models.PROTECT,
        related_name="subgroups",
    )
    valid = DateRangeField()

    objects = OfGroupQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="group_is_part_of_one_at_a_time",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=~Q(group=F("parent")), name="group_is_part_of_another"
            ),
            models.CheckConstraint(
                condition=~Q(valid__isempty=True), name="placement_has_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} in {self.parent_id}"


@tracked
class Seat(models.Model):
    """A place in a group. It belongs to an organisation, or is personal."""

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"title"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="seats")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
    )
    title = models.CharField(_("what the seat is for"), max_length=120, blank=True)
    valid = DateRangeField()

    objects = OfGroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(valid__isempty=True), name="seat_has_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.group_id}"


@tracked
class Term(models.Model):
    """A person's time in a seat, as its holder or as the deputy, in one role."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("chair")
        VICE = "vice", _("vice chair")
        SECRETARY = "secretary", _("secretary")
        MEMBER = "member", _("member")
        EXPERT = "expert", _("expert")

    # Those who run their group.
    RUNNING: ClassVar = (Role.CHAIR, Role.VICE, Role.SECRETARY)

    PERSONAL: ClassVar[dict[str, str]] = {}
    IMPERSONAL: ClassVar = {"role"}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="terms")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="terms")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    deputy = models.BooleanField(_("deputy"), default=False)
    valid = DateRangeField()
    # So that the organisation is reminded once before the term's last day.
    reminded_on = models.DateField(null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="term_periods_do_not_overlap",
                expressions=[
                    ("seat", RangeOperators.EQUAL),
                    (models.functions.Cast("deputy", models.IntegerField()), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~Q(valid__isempty=True), name="term_has_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.seat_id}"
