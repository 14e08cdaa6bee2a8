"""Who takes part: what a user is in networks today, and how people come in and go."""

from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, OuterRef, Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day, period
from solmu.networks import mails
from solmu.networks.models import Membership, Network, Participant, Representative, Term
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer


def participations_fact() -> ArraySubquery:
    """The networks where the user leads, has joined, is a guest or comes for themselves."""
    return ArraySubquery(
        Participant.objects.on(clock.today())
        .filter(person__user=OuterRef("pk"), state=Participant.State.APPROVED)
        .order_by("pk")
        .values(fact=JSONObject(network="network_id", role="way", organisation="organisation_id"))
    )


def representations_fact() -> ArraySubquery:
    """The members of networks for which the user is the contact person or the deputy."""
    return ArraySubquery(
        Representative.objects.on(clock.today())
        .filter(person__user=OuterRef("pk"), network__elsewhere_of=None)
        .exclude(kind=Representative.Kind.OTHER)
        .order_by("pk")
        .values(fact=JSONObject(network="network_id", role="kind", organisation="organisation_id"))
    )


def terms_fact() -> ArraySubquery:
    """The seats that the user holds, each with its group."""
    today = clock.today()
    return ArraySubquery(
        Term.objects.on(today)
        .filter(person__user=OuterRef("pk"), seat__valid__contains=today)
        .filter(seat__group__valid__contains=today)
        .order_by("pk")
        .values(
            fact=JSONObject(
                network="seat__group__network_id",
                role=Value("seat"),
                organisation="seat__organisation_id",
                group="seat__group_id",
                term=F("role"),
            )
        )
    )


class TakingPartError(ValueError):
    """Somebody can't take part so; the message says why."""


@transaction.atomic
def ask(
    network: Network, organisation: Organisation, *, by: Viewer, purpose: str = ""
) -> Participant:
    """Ask to join for one's organisation; its contact persons get to know and answer."""
    today = clock.today()
    if by.person_id is None:
        raise TakingPartError(_("Only people can join."))
    if not Membership.objects.on(today).filter(network=network, organisation=organisation).exists():
        raise TakingPartError(
            _("%(name)s isn't a member of the network today.") % {"name": organisation}
        )
    Network.objects.select_for_update().get(pk=network.pk)
    own = Participant.objects.filter(
        network=network, person_id=by.person_id, way=Participant.Way.JOINED
    )
    earlier = own.on(today).exclude(state=Participant.State.DECLINED).first()
    if earlier is not None:
        return earlier
    with history.acting(by, gettext_noop("asked to join the network")):
        asked = Participant.objects.create(
            network=network,
            person_id=by.person_id,
            organisation=organisation,
            way=Participant.Way.JOINED,
            state=Participant.State.ASKED,
            purpose=purpose[:200],
            valid=period(today),
        )
    for person in who_answers(network, organisation.pk):
        mails.asked_to_join(asked, person)
    return asked


def who_answers(network: Network, organisation_id: int) -> list[Person]:
    """Who decides on the joins of a member: its contact persons, else the coordinators."""
    today = clock.today()
    named = (
        Representative.objects.on(today)
        .filter(network=network, organisation_id=organisation_id)
        .exclude(kind=Representative.Kind.OTHER)
        .select_related("person__user")
    )
    found = [one.person for one in named]
    return found or [
        one.person
        for one in Participant.objects.on(today)
        .filter(network=network, way=Participant.Way.LEAD)
        .select_related("person__user")
    ]


@transaction.atomic
def approve(asked: Participant, *, by: Viewer) -> None:
    """Let somebody in who has asked: they are in from today."""
    asked = _asked(asked)
    last, today = last_day(asked.valid), clock.today()
    if last is not None and last < today:
        raise TakingPartError(
            _("%(name)s isn't a member of the network today.") % {"name": asked.organisation}
        )
    with history.acting(by, gettext_noop("join approved")):
        asked.state, asked.decided_by_id = Participant.State.APPROVED, by.person_id
        asked.valid = period(today, last)
        asked.save(update_fields=["state", "decided_by", "valid"])
    mails.join_answered(asked)


@transaction.atomic
def decline(asked: Participant, *, by: Viewer) -> None:
    """Say no to somebody who has asked; they may ask again."""
    asked = _asked(asked)
    with history.acting(by, gettext_noop("join declined")):
        asked.state, asked.decided_by_id = Participant.State.DECLINED, by.person_id
        asked.save(update_fields=["state", "decided_by"])
    mails.join_answered(asked)


@transaction.atomic
def come(network: Network, *, by: Viewer, organisation_id: int | None = None) -> Participant:
    """Join a peer network for oneself: nobody needs to approve."""
    if network.kind != Network.Kind.PEER or by.person_id is None:
        raise TakingPartError(_("Only a peer network can be joined for oneself."))
    Network.objects.select_for_update().get(pk=network.pk)
    today = clock.today()
    here = Participant.objects.on(today).filter(
        network=network, person_id=by.person_id, way=Participant.Way.OWN
    )
    if (already := here.exclude(state=Participant.State.DECLINED).first()) is not None:
        return already
    with history.acting(by, gettext_noop("joined the peer network")):
        return Participant.objects.create(
            network=network,
            person_id=by.person_id,
            organisation_id=organisation_id,
            way=Participant.Way.OWN,
            valid=period(today),
        )


@transaction.atomic
def lead(network: Network, person: Person, *, by: Viewer) -> Participant:
    """Make somebody a coordinator of the network from today."""
    Network.objects.select_for_update().get(pk=network.pk)
    leading = Participant.objects.on(clock.today()).filter(
        network=network, person=person, way=Participant.Way.LEAD
    )
    if (already := leading.first()) is not None:
        return already
    with history.acting(by, gettext_noop("coordinator of the network named")):
        return Participant.objects.create(
            network=network, person=person, way=Participant.Way.LEAD, valid=period(clock.today())
        )


@transaction.atomic
def end(participant: Participant, *, by: Viewer, on: date | None = None) -> None:
    """End somebody's part in the network; who began today never was in it."""
    participant = Participant.objects.select_for_update().get(pk=participant.pk)
    today = clock.today()
    on = on or today - timedelta(days=1)
    if participant.way == Participant.Way.LEAD:
        leads = Participant.objects.on(today).filter(
            network_id=participant.network_id, way=Participant.Way.LEAD
        )
        if not leads.exclude(pk=participant.pk).exists():
            raise TakingPartError(
                _("The network would be left without a coordinator. Name another one first.")
            )
    with history.acting(by, gettext_noop("part in the network ended")):
        first = first_day(participant.valid)
        if first is not None and first > on:
            participant.delete()
            return
        participant.valid = period(first, on)
        participant.save(update_fields=["valid"])


def _asked(asked: Participant) -> Participant:
    asked = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("network__organisation", "person__user")
        .get(pk=asked.pk)
    )
    if asked.state != Participant.State.ASKED:
        raise TakingPartError(_("Somebody has answered already."))
    return asked
