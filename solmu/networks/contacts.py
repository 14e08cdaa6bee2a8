"""Whom a member has named: contact person, deputy, other representatives."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import period
from solmu.networks.models import Membership, Network, Representative
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer


class ContactError(ValueError):
    """The person can't be named so; the message says why."""


@transaction.atomic
def name(
    network: Network,
    organisation: Organisation,
    person: Person,
    *,
    by: Viewer,
    kind: str = Representative.Kind.CONTACT,
    on: date | None = None,
) -> Representative:
    """Name a person from a day on; whoever was the contact person or deputy before ends then."""
    on = on or clock.today()
    Network.objects.select_for_update().get(pk=network.pk)
    if not Membership.objects.on(on).filter(network=network, organisation=organisation).exists():
        raise ContactError(
            _("%(name)s isn't a member of the network on that day.") % {"name": organisation}
        )
    of = Representative.objects.filter(network=network, organisation=organisation)
    same = of.filter(kind=kind, person=person, valid__contains=on).first()
    if same is not None:
        return same
    if of.filter(kind__in=_LEADING, valid__startswith__gt=on).exists() and kind in _LEADING:
        raise ContactError(_("Somebody is already named for a later day. End that first."))
    with history.acting(by, gettext_noop("contact person of a member named")):
        ending = of.filter(valid__contains=on, person=person)
        if kind in _LEADING:
            ending = ending | of.filter(valid__contains=on, kind=kind)
        for earlier in ending:
            end(earlier, by=by, on=on - timedelta(days=1))
        return Representative.objects.create(
            network=network,
            organisation=organisation,
            person=person,
            kind=kind,
            valid=period(on),
        )


@transaction.atomic
def end(representative: Representative, *, by: Viewer, on: date | None = None) -> None:
    """End a representative's task; who was named today never was."""
    on = on or clock.today() - timedelta(days=1)
    with history.acting(by, gettext_noop("contact person of a member ended")):
        first = representative.valid.lower
        if first is not None and first > on:
            representative.delete()
            return
        representative.valid = period(first, on)
        representative.save(update_fields=["valid"])


_LEADING = (Representative.Kind.CONTACT, Representative.Kind.DEPUTY)
