"""Starting a network, changing what is told of it, and moving one in that was run elsewhere."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day, period
from solmu.networks import contacts, evidence, indexing, inviting, membering, taking_part
from solmu.networks.models import Membership, Network
from solmu.organisations import directory
from solmu.organisations import indexing as directory_index
from solmu.organisations.models import Institution, Organisation, OrganisationSource
from solmu.people.models import Person
from solmu.people.viewer import Viewer

NAMES = ("name_fi", "name_sv", "name_en")
# What the directory keeps of a network; the rest is its own.
ENTRY = (*NAMES, "region", "website")
OWN = (
    "kind", "purpose", "vision", "language", "coordination", "led_by", "led_by_name", "led_until",
    "funding", "funding_source", "funding_valid", "themes", "languages", "hue", "motto",
    "contact_public", "cost_rule", "need", "way_of_working", "groups_elsewhere",
)  # fmt: skip


class FoundingError(ValueError):
    """The network can't be started or changed so; the message says why."""


@dataclass(frozen=True, slots=True)
class First:
    """A first member, and the address of whoever is asked to be its contact person."""

    organisation: Organisation
    email: str = ""


@transaction.atomic
def found(
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    institution: Institution | None,
    on: date | None = None,
    members: Iterable[First] = (),
    public: bool = False,
) -> Network:
    """Start a network: the founder's institution and all first members are founding members.

    Whoever starts it is its coordinator, and their institution's contact person.
    """
    on = on or clock.today()
    with history.acting(by, gettext_noop("network started")):
        organisation = _entry(facts, by=by, institution=institution, public=public)
        own = {key: facts[key] for key in OWN if key in facts}
        if institution and own.get("coordination") == Network.Coordination.LED:
            own["led_by"] = own.get("led_by") or institution.organisation
        network = Network.objects.create(organisation=organisation, valid=period(on), **own)
        _begin(network, by=by, institution=institution, on=on, members=members)
    return network


@transaction.atomic
def move_in(
    network: Network,
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    members: Iterable[First] = (),
    public: bool = False,
) -> Network:
    """Let a network that is run elsewhere be run here from now on; its history stays with it."""
    network = Network.objects.select_for_update(of=("self",)).get(pk=network.pk)
    institution = network.elsewhere_of
    if institution is None:
        raise FoundingError(_("The network is run here already."))
    with history.acting(by, gettext_noop("network moved in")):
        network.elsewhere_of = None
        network.save(update_fields=["elsewhere_of"])
        change(network, facts, by=by)
        set_public(network.pk, public=public, by=by)
        network.refresh_from_db()
        begun = first_day(network.valid) or clock.today()
        _begin(network, by=by, institution=institution, on=begun, members=members)
    evidence.follow_networks([network.pk])
    return network


@transaction.atomic
def change(
    network: Network, facts: Mapping[str, Any], *, by: Viewer, public: bool | None = None
) -> None:
    """Change what is told of a network."""
    network = Network.objects.select_for_update(of=("self",)).get(pk=network.pk)
    organisation = network.organisation
    entry = {key: facts[key] for key in ENTRY if key in facts}
    names = {key: entry.get(key, getattr(organisation, key)) for key in NAMES}
    if not any(names.values()):
        raise FoundingError(_("Give a name in at least one language."))
    own = {key: facts[key] for key in OWN if key in facts}
    with history.acting(by, gettext_noop("network changed")):
        if on := facts.get("founded_on"):
            _refuse_late(network, on)
            own["valid"] = period(on, last_day(network.valid))
        for key, value in own.items():
            setattr(network, key, value)
        network.save(update_fields=[*own, "motto"])
        if entry:
            directory.edit(organisation, entry, by=by, institution_id=organisation.pk)
        if public is not None and public != organisation.public and not network.elsewhere_of_id:
            set_public(organisation.pk, public=public, by=by)
    indexing.index_networks([network.pk])


@transaction.atomic
def end(network: Network, *, by: Viewer, on: date, reason: str = "") -> None:
    """End a network: every membership that is still in force ends with it."""
    network = Network.objects.select_for_update(of=("self",)).get(pk=network.pk)
    first = first_day(network.valid)
    if first and on < first:
        raise FoundingError(_("The network can't end before it began."))
    if Membership.objects.filter(network=network, valid__startswith__gt=on).exists():
        raise FoundingError(_("Somebody joined after that day. Choose a later one."))
    with history.acting(by, reason or gettext_noop("network ended")):
        for membership in network.memberships.not_over(on + timedelta(days=1)):
            membering.leave(membership, by=by, on=on, reason=reason)
        network.valid = period(first, on)
        network.save(update_fields=["valid"])


def _entry(
    facts: Mapping[str, Any], *, by: Viewer, institution: Institution | None, public: bool
) -> Organisation:
    """The directory's entry of a new network; the network itself says its facts."""
    given = {key: facts[key] for key in ENTRY if facts.get(key)}
    given["kind"] = Organisation.Kind.NETWORK
    try:
        organisation, _is_new = directory.add(given, by=by, institution=institution)
    except directory.DirectoryError as error:
        raise FoundingError(str(error)) from error
    organisation.fact_sources = dict.fromkeys(organisation.fact_sources, directory.SELF)
    organisation.save(update_fields=["fact_sources"])
    set_public(organisation.pk, public=public, by=by)
    organisation.refresh_from_db()
    return organisation


def set_public(organisation_id: int, *, public: bool, by: Viewer) -> None:
    """Say whether everybody may know of a network: others' confirming doesn't make it public."""
    entry = Organisation.objects.get(pk=organisation_id)
    entry.public = public
    entry.fact_sources["public"] = directory.SELF
    entry.save(update_fields=["public", "fact_sources"])
    if public:
        # What was addressed by a number of its own gets an address that people can read out.
        stem = directory.slug_stem(entry.name_fi or entry.name_sv or entry.name_en)
        if not re.fullmatch(rf"{re.escape(stem)}(-\d{{1,4}})?", entry.slug):
            directory.rename_address(entry, directory.free_slug(stem), by=by)
    else:
        members = Membership.objects.filter(network_id=organisation_id).values("organisation_id")
        for one in Institution.objects.filter(pk__in=members):
            OrganisationSource.objects.get_or_create(
                organisation=entry,
                institution=one,
                defaults={"origin": OrganisationSource.Origin.PERSON},
            )
    directory_index.index_changed([organisation_id])


def _begin(
    network: Network,
    *,
    by: Viewer,
    institution: Institution | None,
    on: date,
    members: Iterable[First],
) -> None:
    """The founding members, the coordinator, and questions to the members' contact persons."""
    firsts = list(members)
    own = institution.organisation if institution else None
    rows: dict[int, Organisation] = {own.pk: own} if own else {}
    rows |= {one.organisation.pk: one.organisation for one in firsts}
    known = set(network.memberships.values_list("organisation_id", flat=True))
    membering.join_many(
        network,
        [
            (one, Membership.Role.FOUNDER, on, None, "")
            for key, one in rows.items()
            if key not in known
        ],
        by=by,
    )
    if by.person_id is not None:
        person = Person.objects.get(pk=by.person_id)
        taking_part.lead(network, person, by=by)
        # Of a network that begins later, or that one has left before it moved in.
        day = max(on, clock.today())
        if own and network.memberships.on(day).filter(organisation=own).exists():
            contacts.name(network, own, person, by=by, on=day)
    for one in firsts:
        if one.email:
            inviting.invite(network, one.organisation, one.email, by=by, language=network.language)
    indexing.index_networks([network.pk])


def _refuse_late(network: Network, on: date) -> None:
    last = last_day(network.valid)
    if last and last < on:
        raise FoundingError(_("The last day is before the first."))
    first = network.memberships.order_by("valid").values_list("valid", flat=True).first()
    if first and first.lower and first.lower < on:
        raise FoundingError(
            _("Somebody joined on %(day)s: the network can't have begun later.")
            % {"day": membering.shown(first.lower)}
        )
