"""Who can be named for a party: its people whom the institution knows, or somebody new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from solmu.agreements.models import Agreement, Party
from solmu.audit import history
from solmu.lib import clock
from solmu.networks.models import Representative
from solmu.organisations.models import Affiliation
from solmu.partnerships.models import Contact, Stakeholder
from solmu.partnerships.partner import contacts
from solmu.people.models import Person
from solmu.people.viewer import Viewer

MOST = 100


def known_by_party(agreement: Agreement, parties: Iterable[Party]) -> dict[int, list[Person]]:
    """The people who can be named for each party, by the party's key; in a few queries."""
    rows = list(parties)
    ids = [party.organisation_id for party in rows]
    today = clock.today()
    found: dict[int, dict[int, Person]] = {key: {} for key in ids}
    of_partners = Contact.objects.filter(
        stakeholder__institution_id=agreement.institution_id,
        stakeholder__organisation_id__in=ids,
        valid__contains=today,
    )
    for contact in of_partners.select_related("person", "stakeholder").order_by("pk"):
        found[contact.stakeholder.organisation_id][contact.person_id] = contact.person
    in_networks = Representative.objects.filter(organisation_id__in=ids, valid__contains=today)
    if agreement.network_id:
        in_networks = in_networks.filter(network_id=agreement.network_id)
        for one in in_networks.select_related("person").order_by("kind", "pk"):
            found[one.organisation_id][one.person_id] = one.person
    roles = Affiliation.objects.on(today).filter(
        institution_id__in=ids, role__in=["leader", "coordinator"]
    )
    own = Q(institution_id=agreement.institution_id)
    for role in roles.filter(own | Q(role="coordinator")).select_related("person").order_by("pk"):
        found[role.institution_id][role.person_id] = role.person
    named: dict[int, list[Person]] = {}
    for party in rows:
        people = found[party.organisation_id]
        if party.contact is not None:
            people.setdefault(party.contact.pk, party.contact)
        some = list(people.values())[:MOST]
        named[party.pk] = sorted(some, key=lambda one: one.name.casefold())
    return named


@transaction.atomic
def name_somebody(
    agreement: Agreement, party: Party, *, name: str, email: str, by: Viewer
) -> Person:
    """A new person for a party; of a stakeholder, its contact person too."""
    given, _space, family = name.strip().rpartition(" ")
    facts: dict[str, Any] = {
        "given_name": given or family,
        "family_name": family if given else "",
        "email": email.strip(),
        "language": agreement.prevailing,
    }
    stakeholder = Stakeholder.objects.filter(
        institution_id=agreement.institution_id, organisation_id=party.organisation_id
    ).first()
    if stakeholder is not None:
        held = Contact.objects.filter(
            stakeholder=stakeholder, person__email__iexact=facts["email"]
        ).select_related("person")
        if one := held.first():
            return one.person
        return contacts.add(stakeholder, by=by, **facts).person
    with history.acting(by):
        return Person.objects.create(
            **facts, retention_until=contacts.default_retention(clock.today())
        )
