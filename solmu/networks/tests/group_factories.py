"""The least rows that tests of groups need: a network, members, groups, seats and terms."""

from datetime import date
from typing import Any

from solmu.lib.periods import period
from solmu.networks.models import (
    Group,
    Membership,
    Network,
    Participant,
    Representative,
    Seat,
    Term,
)
from solmu.organisations.models import Institution, Organisation
from solmu.organisations.tests import factories as organisations
from solmu.people.models import Person
from solmu.people.viewer import Viewer

SINCE = date(2010, 1, 1)
SYSTEM = Viewer.system("a test")


def network(name: str = "Kokeiluverkosto", **facts: Any) -> Network:
    """A network of today that began in 2010."""
    entry = organisations.organisation(name, kind=Organisation.Kind.NETWORK)
    return Network.objects.create(**{"organisation": entry, "valid": period(SINCE), **facts})


def member(
    of: Network, name: str = "", *, first: date = SINCE, last: date | None = None
) -> Institution:
    """An institution that belongs to the network."""
    made = organisations.institution(name)
    Membership.objects.create(network=of, organisation=made.organisation, valid=period(first, last))
    return made


def group(of: Network, name: str = "Työryhmä", **facts: Any) -> Group:
    """A working group since 2010."""
    made = {"slug": f"ryhma-{Group.objects.count()}", "valid": period(SINCE), "name_fi": name}
    return Group.objects.create(network=of, **{**made, **facts})


def seat(
    of: Group, whose: Institution | None = None, *, first: date = SINCE, last: date | None = None
) -> Seat:
    """A seat of the institution, or a personal one."""
    return Seat.objects.create(
        group=of,
        organisation=whose.organisation if whose else None,
        title="" if whose else "asiantuntija",
        valid=period(first, last),
    )


def term(
    of: Seat, who: Person | None = None, *, first: date = SINCE, last: date | None = None,
    **facts: Any,
) -> Term:  # fmt: skip
    """A term of somebody in the seat."""
    person = who or organisations.person()
    return Term.objects.create(seat=of, person=person, valid=period(first, last), **facts)


def lead(of: Network) -> Person:
    """A coordinator of the network, with an account."""
    made = organisations.person_with_role(organisations.institution())
    Participant.objects.create(
        network=of, person=made, way=Participant.Way.LEAD, valid=period(SINCE)
    )
    return made


def contact(of: Network, whose: Institution, kind: str = "contact") -> Person:
    """An institution's contact person in the network, with an account."""
    made = organisations.person_with_role(whose)
    Representative.objects.create(
        network=of, organisation=whose.organisation, person=made, kind=kind, valid=period(SINCE)
    )
    return made
