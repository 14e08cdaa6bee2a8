"""The messages of networks, one function each."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from solmu.lib.translated import text_in
from solmu.networks.models import MemberInvitation, Network, Participant
from solmu.notifications import outbox
from solmu.people.models import Person


def invitation(one: MemberInvitation, token: str, *, inviter: str, days: int) -> None:
    """Ask somebody to be a member's contact person."""
    outbox.write(
        "network-invitation",
        to=one.email,
        template="networks/email/invitation",
        language=one.language,
        context={
            "network": text_in(one.network.organisation, "name", one.language),
            "organisation": text_in(one.organisation, "name", one.language),
            "inviter": inviter,
            "days": days,
            "link": _address("networks:invitation", token),
        },
    )


def invitation_answered(one: MemberInvitation, *, name: str) -> None:
    """Tell the inviter what the invited said."""
    if one.invited_by is None:
        return
    _write(
        "network-invitation-answered",
        one.invited_by,
        "networks/email/invitation_answered",
        key=f"network-invitation-answered-{one.pk}",
        context={
            "accepted": one.state == MemberInvitation.State.ACCEPTED,
            "name": name,
        },
        network=one.network,
        organisation=one.organisation,
        link=_address("networks:members", one.network.slug),
    )


def asked_to_join(one: Participant, to: Person) -> None:
    """Tell a contact person that somebody of their organisation asks to join."""
    _write(
        "network-join-asked",
        to,
        "networks/email/join_asked",
        key=f"network-join-asked-{one.pk}-{to.pk}",
        context={"name": one.person.name, "why": one.purpose},
        network=one.network,
        organisation=one.organisation,
        link=_address("networks:people", one.network.slug),
    )


def join_answered(one: Participant) -> None:
    """Tell somebody whether they are in."""
    _write(
        "network-join-answered",
        one.person,
        "networks/email/join_answered",
        key=f"network-join-answered-{one.pk}",
        context={"approved": one.state == Participant.State.APPROVED},
        network=one.network,
        link=_address("networks:home", one.network.slug),
    )


def guest_welcome(one: Participant) -> None:
    """Tell a guest who invites them, and until when."""
    _write(
        "network-guest",
        one.person,
        "networks/email/guest",
        key=f"network-guest-{one.pk}",
        context={"sponsor": one.sponsor.name if one.sponsor else "", "last": _last(one)},
        network=one.network,
        link=_address("networks:home", one.network.slug),
    )


def guest_ends(one: Participant) -> None:
    """Remind the sponsor that a guest's time runs out."""
    if one.sponsor is None:
        return
    _write(
        "network-guest-ends",
        one.sponsor,
        "networks/email/guest_ends",
        key=f"network-guest-ends-{one.pk}-{_last(one):%Y%m%d}",
        context={"name": one.person.name, "last": _last(one)},
        network=one.network,
        link=_address("networks:people", one.network.slug),
    )


def language_of(person: Person) -> str:
    """The language in which a person is written to."""
    return person.language or (person.user.language if person.user else "") or "fi"


def _last(one: Participant) -> Any:
    return one.valid.upper.fromordinal(one.valid.upper.toordinal() - 1)


def _address(name: str, *args: str) -> str:
    return str(settings.SOLMU_ADDRESS) + reverse(name, args=args)


def _write(
    kind: str,
    to: Person,
    template: str,
    *,
    key: str,
    context: dict[str, Any],
    network: Network,
    link: str,
    organisation: Any = None,
) -> None:
    if not to.email:
        return
    language = language_of(to)
    outbox.write(
        kind,
        to=to.email,
        person=to,
        template=template,
        language=language,
        key=key,
        context={
            **context,
            "network": text_in(network.organisation, "name", language),
            "organisation": text_in(organisation, "name", language) if organisation else "",
            "link": link,
        },
    )
