"""A network that an institution belongs to stands on its register, beside its partners."""

from collections.abc import Iterable

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.networks.models import Membership, Network
from solmu.organisations import directory
from solmu.organisations.models import Institution
from solmu.partnerships import indexing
from solmu.partnerships.models import Stakeholder, Standing
from solmu.people.viewer import Viewer

JOINED = gettext_noop("joined the network")


@transaction.atomic
def follow_memberships(ids: Iterable[int]) -> None:
    """Put networks on the registers of the institutions that have joined them.

    What the institution itself has said of the network stays: only what is missing is written.
    """
    memberships = Membership.objects.filter(pk__in=list(ids)).select_related(
        "network__organisation"
    )
    institutions = Institution.objects.in_bulk([row.organisation_id for row in memberships])
    by = Viewer.system(JOINED)
    new = []
    for membership in memberships:
        institution = institutions.get(membership.organisation_id)
        if institution is None:
            continue
        network = membership.network
        if not network.organisation.public:
            directory.add_source(network.organisation, institution, by=by)
        with history.acting(by, JOINED):
            stakeholder, created = Stakeholder.objects.get_or_create(
                institution=institution,
                organisation=network.organisation,
                defaults={"roles": [Stakeholder.Role.PARTNER]},
            )
            if not created and stakeholder.standings.exists():
                continue
            Standing.objects.create(
                stakeholder=stakeholder,
                valid=DateRange(membership.valid.lower, None, "[)"),
                form=form_of(network),
                reason=JOINED,
                reason_language="en",
            )
        new.append(stakeholder.pk)
    indexing.index_stakeholders(new)


def form_of(network: Network) -> str:
    """The form of partnership that a network is."""
    return Standing.Form.ECOSYSTEM if network.is_ecosystem else Standing.Form.NETWORK
