"""Networks that are run elsewhere: what an institution records of them for itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks import evidence, founding, indexing, membering
from solmu.networks.models import Membership, Network, Representative
from solmu.organisations import directory
from solmu.organisations.models import Institution, Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer


@transaction.atomic
def record(
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    institution: Institution,
    first: date | None = None,
    last: date | None = None,
    representatives: Iterable[Person] = (),
) -> Network:
    """Record a network that the institution belongs to and that doesn't use Solmu."""
    first = first or clock.today()
    given = {key: facts[key] for key in founding.ENTRY if facts.get(key)}
    with history.acting(by, gettext_noop("network run elsewhere recorded")):
        try:
            organisation, _is_new = directory.add(
                {**given, "kind": Organisation.Kind.NETWORK}, by=by, institution=institution
            )
        except directory.DirectoryError as error:
            raise founding.FoundingError(str(error)) from error
        founding.set_public(organisation.pk, public=False, by=by)
        organisation.refresh_from_db()
        network = Network.objects.create(
            organisation=organisation,
            elsewhere_of=institution,
            valid=period(first),
            **{key: facts[key] for key in founding.OWN if key in facts},
        )
        membering.join(network, institution.organisation, by=by, on=first, until=last)
        _represent(network, representatives)
    return network


@transaction.atomic
def change(
    network: Network,
    facts: Mapping[str, Any],
    *,
    by: Viewer,
    first: date | None = None,
    last: date | None = None,
    representatives: Iterable[Person] | None = None,
) -> None:
    """Change what the institution has recorded; the days are those of its own membership."""
    network = Network.objects.select_for_update(of=("self",)).get(pk=network.pk)
    institution = network.elsewhere_of
    if institution is None:
        raise founding.FoundingError(_("The network is run here already."))
    given = {key: facts[key] for key in founding.ENTRY if key in facts}
    with history.acting(by, gettext_noop("network run elsewhere changed")):
        directory.edit(network.organisation, given, by=by, institution_id=institution.pk)
        for key in founding.OWN:
            if key in facts:
                setattr(network, key, facts[key])
        own = Membership.objects.filter(network=network, organisation_id=institution.pk).order_by(
            "valid"
        )
        if first and (begun := own.first()) is not None:
            if network.valid.lower is None or first < network.valid.lower or own.count() == 1:
                network.valid = period(first)
            network.save()
            membering.correct(
                begun, by=by, role=begun.role, first=first, last=last, note=begun.note
            )
        else:
            network.save()
        if representatives is not None:
            _represent(network, representatives)
    evidence.follow_networks([network.pk])
    indexing.index_networks([network.pk])


def _represent(network: Network, people: Iterable[Person]) -> None:
    """Name exactly these people as the institution's own representatives from today on."""
    today = clock.today()
    wanted = {person.pk: person for person in people}
    for one in Representative.objects.on(today).filter(network=network):
        if wanted.pop(one.person_id, None) is None:
            one.valid = period(one.valid.lower, max(one.valid.lower or today, today))
            one.save(update_fields=["valid"])
    for person in wanted.values():
        Representative.objects.create(  # type: ignore[misc]
            network=network,
            organisation_id=network.elsewhere_of_id,
            person=person,
            kind=Representative.Kind.OTHER,
            valid=period(today),
        )
