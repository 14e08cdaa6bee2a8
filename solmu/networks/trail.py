"""The history of networks in words: which changes belong together."""

from django.db.models import Q
from django.utils.translation import gettext as _

from solmu.audit.changes import Part
from solmu.networks.models import Membership, Network, Participant, Representative


def of_member(network: Network, organisation_id: int) -> list[Part]:
    """What has happened to one member: its memberships and whom it has named."""
    of = Q(network_id=network.pk, organisation_id=organisation_id)
    return [
        Part(Membership, of, _("Membership"), title=("organisation",), continues=True),
        Part(Representative, of, _("Contact person"), title=("person",)),
    ]


def of_members(network: Network) -> list[Part]:
    """What has happened to all members."""
    return [Part(Membership, Q(network_id=network.pk), _("Membership"), title=("organisation",))]


def of_people(network: Network) -> list[Part]:
    """Who has come, gone and been named; what somebody wrote when asking isn't told."""
    of = Q(network_id=network.pk)
    return [
        Part(
            Participant,
            of,
            _("Person"),
            title=("person",),
            names={"way": _("part"), "state": _("state")},
            hidden=frozenset({"purpose", "reminded_on", "asked_at"}),
        ),
        Part(Representative, of, _("Contact person"), title=("person",)),
    ]


def of_network(network: Network) -> list[Part]:
    """What has been changed of the network itself."""
    return [Part(Network, Q(pgh_obj_id=network.pk), _("Network"))]
