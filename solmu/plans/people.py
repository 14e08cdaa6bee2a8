"""Who and what can be named in a plan: people, organisations and groups of the network."""

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from solmu.lib import clock
from solmu.networks.models import Group, Network, Participant
from solmu.organisations.models import Organisation
from solmu.people.models import Person


def people_in(network: Network, *also: int | None) -> QuerySet[Person]:
    """People who take part in the network today and are no guests, and those named already."""
    today = clock.today()
    guests = (Participant.Way.GUEST,)
    taking_part = Participant.objects.on(today).filter(
        network=network, state=Participant.State.APPROVED
    )
    seated = Q(terms__seat__group__network=network, terms__valid__contains=today)
    named = Q(represents__network=network, represents__valid__contains=today)
    joined = Q(pk__in=taking_part.exclude(way__in=guests).values("person_id"))
    ids = Person.objects.filter(seated | named | joined).values("pk")
    kept = [key for key in also if key]
    return Person.objects.filter(Q(pk__in=ids) | Q(pk__in=kept)).order_by(
        "family_name", "given_name", "pk"
    )


def organisations_in(network: Network, *also: int | None) -> QuerySet[Organisation]:
    """Organisations that belong to the network today, and those named already."""
    language = (get_language() or "fi")[:2]
    members = network.memberships.filter(valid__contains=clock.today()).values("organisation_id")
    kept = [key for key in also if key]
    return Organisation.objects.filter(Q(pk__in=members) | Q(pk__in=kept)).order_by(
        f"sort_{language}"
    )


def groups_in(network: Network, *also: int | None) -> QuerySet[Group]:
    """Groups of the network that go on today, and those named already."""
    kept = [key for key in also if key]
    groups = Group.objects.filter(network=network)
    return groups.filter(Q(valid__contains=clock.today()) | Q(pk__in=kept)).order_by(
        "kind", "name_fi", "pk"
    )
