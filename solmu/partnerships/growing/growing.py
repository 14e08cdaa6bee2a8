"""From bilateral to network to ecosystem: proposed from common networks, decided by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.lib import modules
from solmu.lib.compiled import Asked, compiled
from solmu.lib.periods import covers
from solmu.networks.models import Membership, Network
from solmu.partnerships import standing
from solmu.partnerships.growing.registering import form_of
from solmu.partnerships.models import FormAnswer, Stakeholder, Standing
from solmu.people.viewer import Viewer

Form = Standing.Form
STEPS = (Form.BILATERAL, Form.NETWORK, Form.ECOSYSTEM)


@dataclass(frozen=True, slots=True)
class Common:
    """A network to which both belong, or have belonged, at the same time."""

    network: Network
    first: date | None
    last: date | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A partnership that has become more than it is said to be, and the networks that show it."""

    stakeholder: Stakeholder
    was: str
    form: str
    networks: list[Network]

    @property
    def form_name(self) -> Any:
        """The proposed form in words."""
        return Form(self.form).label

    @property
    def was_name(self) -> Any:
        """The present form in words."""
        return Form(self.was).label

    @property
    def since(self) -> str:
        """The names of the networks."""
        return ", ".join(str(network) for network in self.networks)


def common_networks(institution_id: int, organisation_id: int, day: date) -> list[Common]:
    """Networks in which the two have been members together, the present ones first."""
    if not modules.is_on("networks"):
        return []
    rows = (
        Membership.objects.filter(_told(institution_id))
        .filter(organisation_id__in=(institution_id, organisation_id))
        .select_related("network__organisation")
        .order_by("pk")
    )
    ours = [row for row in rows if row.organisation_id == institution_id]
    theirs = [row for row in rows if row.organisation_id == organisation_id]
    found = []
    for one in ours:
        for other in theirs:
            if one.network_id != other.network_id:
                continue
            both = one.valid, other.valid
            lower = max((each.lower for each in both if each.lower), default=None)
            upper = min((each.upper for each in both if each.upper), default=None)
            if lower and upper and lower >= upper:
                continue
            last = date.fromordinal(upper.toordinal() - 1) if upper else None
            now = all(covers(each, day) for each in both)
            found.append(Common(one.network, lower, last, now))
    return sorted(found, key=lambda row: (not row.is_now, row.first or date.min))


def asking(institution_id: int, day: date) -> Asked[Standing]:
    """The partners that could have grown, not read yet; `proposals` says which have."""
    return _growing.asked(institution=institution_id, day=day)


def proposals(
    institution_id: int, day: date, *, stakeholder: Stakeholder | None = None
) -> list[Proposal]:
    """Partnerships whose common networks say more than their form; four queries in all.

    What somebody has answered "no" to is proposed again only when a new network joins the two.
    """
    if not modules.is_on("networks"):
        return []
    of: dict[str, Any] = {"institution": institution_id, "day": day}
    if stakeholder is not None:
        of["organisation"] = stakeholder.organisation_id
    together: dict[int, list[int]] = {}
    for organisation, network in _together(**of):
        together.setdefault(organisation, []).append(network)
    rows = _growing(**of) if together else []
    prefetch_related_objects(rows, "stakeholder__form_answers")
    needed = {key for row in rows for key in together[row.stakeholder.organisation_id]}
    networks = Network.objects.select_related("organisation").in_bulk(needed) if needed else {}
    found = []
    for row in rows:
        shown = [networks[key] for key in together[row.stakeholder.organisation_id]]
        if proposal := _proposal(row, shown):
            found.append(proposal)
    return found


@compiled
def _together(*, institution: int, day: date, **of: int) -> QuerySet[Membership, tuple[int, int]]:
    """Who is with the institution in which networks on a day."""
    shared = _shared(institution, day, of).order_by("network_id")
    return shared.values_list("organisation_id", "network_id")


@compiled
def _growing(*, institution: int, day: date, **of: int) -> QuerySet[Standing]:
    """The partners among them that could have grown."""
    return (
        Standing.objects.on(day)
        .filter(
            stakeholder__institution=institution,
            stakeholder__organisation__in=_shared(institution, day, of).values("organisation"),
            state=Standing.State.ACTIVE,
            level__isnull=False,
        )
        .exclude(form=Form.ECOSYSTEM)
        .select_related("stakeholder__organisation")
        .order_by("stakeholder__organisation__sort_fi", "stakeholder_id")
    )


def _shared(institution: int, day: date, of: Mapping[str, int]) -> QuerySet[Membership]:
    own = Membership.objects.on(day).filter(_told(institution), organisation=institution)
    others = Membership.objects.on(day).filter(network__in=own.values("network"), **of)
    return others.exclude(organisation=institution)


def _proposal(row: Standing, networks: list[Network]) -> Proposal | None:
    # A network that is itself the partner says nothing about the two.
    shared = [network for network in networks if network.pk != row.stakeholder.organisation_id]
    for form in (Form.ECOSYSTEM, Form.NETWORK):
        behind = [
            network
            for network in shared
            if STEPS.index(Form(form_of(network))) >= STEPS.index(form)
        ]
        if not behind or STEPS.index(form) <= STEPS.index(Form(row.form)):
            continue
        refused = {
            key
            for answer in row.stakeholder.form_answers.all()
            if answer.form == form
            for key in answer.networks
        }
        if {network.pk for network in behind} <= refused:
            continue
        return Proposal(row.stakeholder, row.form, form, behind)
    return None


def steps(rows: Iterable[Standing], day: date) -> list[tuple[Any, date | None, str]]:
    """The three forms as a line: name, the day the form was first reached, done, now or ahead."""
    past = [row for row in rows if row.valid.lower is None or row.valid.lower <= day]
    now = next((row.form for row in past if covers(row.valid, day)), Form.BILATERAL)
    at = STEPS.index(Form(now))
    first: dict[str, date | None] = {}
    for row in past:
        first.setdefault(row.form, row.valid.lower)
    return [
        (form.label, first.get(form), "now" if number == at else "done" if number < at else "")
        for number, form in enumerate(STEPS)
    ]


@transaction.atomic
def accept(proposal: Proposal, *, on: date, by: Viewer) -> Standing:
    """Change the form as proposed, from a day on, but not before the partnership began."""
    rows = proposal.stakeholder.standings.values_list("valid", flat=True)
    began = min((valid.lower or date.min for valid in rows), default=on)
    on = max(on, began)
    reason = _("Both belong to %(networks)s") % {"networks": proposal.since}
    return standing.change(proposal.stakeholder, on=on, reason=reason, by=by, form=proposal.form)


@transaction.atomic
def decline(proposal: Proposal, *, on: date, by: Viewer) -> FormAnswer:
    """Remember that the form stays, so that these networks aren't proposed again."""
    with history.acting(by):
        return FormAnswer.objects.create(
            stakeholder=proposal.stakeholder,
            form=proposal.form,
            networks=[network.pk for network in proposal.networks],
            on=on,
            by_id=by.person_id,
        )


def chosen(found: Iterable[Proposal], keys: Iterable[str]) -> list[Proposal]:
    """The proposals about the stakeholders with these ids."""
    wanted = set(keys)
    return [proposal for proposal in found if str(proposal.stakeholder.pk) in wanted]


def _told(institution_id: int) -> Q:
    # Networks run here, and those that this institution has recorded itself.
    return Q(network__elsewhere_of=None) | Q(network__elsewhere_of_id=institution_id)
