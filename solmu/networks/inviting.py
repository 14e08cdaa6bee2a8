"""Asking a member's people to name themselves as its contact person, by mail; answered by a link.

Whoever has an account finds the question also in my day.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.accounts.models import User
from solmu.lib import clock
from solmu.lib.compiled import Asked, compiled
from solmu.networks import contacts, mails
from solmu.networks.models import MemberInvitation, Network
from solmu.organisations.invitations import person_of
from solmu.organisations.models import Organisation
from solmu.people import links
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer

PURPOSE = "network-contact"
RECORD = "network-invitation"
DAYS = 30

State = MemberInvitation.State


class InvitingError(ValueError):
    """The invitation can't be sent or answered; the message says why."""


@transaction.atomic
def invite(
    network: Network, organisation: Organisation, email: str, *, by: Viewer, language: str = "fi"
) -> MemberInvitation:
    """Ask somebody to be a member's contact person; an open question to them is replaced."""
    email = email.strip().lower()
    for earlier in MemberInvitation.objects.filter(
        network=network, organisation=organisation, email=email, state=State.OPEN
    ):
        cancel(earlier, by=by)
    one = MemberInvitation.objects.create(
        network=network,
        organisation=organisation,
        email=email,
        language=language,
        invited_by_id=by.person_id,
    )
    _link, token = links.create(PURPOSE, RECORD, one.pk, email=email, days=DAYS)
    mails.invitation(one, token, inviter=by.name, days=DAYS)
    return one


@transaction.atomic
def cancel(one: MemberInvitation, *, by: Viewer) -> None:
    """Take a question back; its link stops working."""
    one = MemberInvitation.objects.select_for_update().get(pk=one.pk)
    if one.state != State.OPEN:
        return
    one.state, one.answered_at = State.CANCELLED, clock.real_now()
    one.save(update_fields=["state", "answered_at"])
    links.revoke(RECORD, one.pk, PURPOSE)


@compiled
def _of_network(*, network: int) -> QuerySet[MemberInvitation]:
    asked = MemberInvitation.objects.filter(state=State.OPEN, network=network)
    return asked.select_related("organisation").order_by("pk")


def open_in(network: Network) -> list[MemberInvitation]:
    """A network's invitations that wait for an answer."""
    return in_time(_of_network(network=network.pk))


def open_questions() -> QuerySet[MemberInvitation]:
    """Invitations that wait for an answer."""
    since = clock.real_now() - timedelta(days=DAYS)
    return MemberInvitation.objects.filter(state=State.OPEN, created_at__gt=since).select_related(
        "network__organisation", "organisation", "invited_by"
    )


def asked_of(viewer: Viewer) -> list[MemberInvitation]:
    """The questions that were sent to an address of the viewer's, the oldest first."""
    if viewer.person_id is None or viewer.user_id is None:
        return []
    return in_time(_of_user(user=viewer.user_id))


def asking_of(user_id: int) -> Asked[MemberInvitation]:
    """The same of a user, not read yet; what was not answered `in_time` is among them."""
    return _of_user.asked(user=user_id)


def in_time(questions: list[MemberInvitation]) -> list[MemberInvitation]:
    """Those that may still be answered."""
    since = clock.real_now() - timedelta(days=DAYS)
    return [one for one in questions if one.created_at > since]


@compiled
def _of_user(*, user: int) -> QuerySet[MemberInvitation]:
    # The account's own address is proven; what others have written of a person isn't.
    own = User.objects.filter(pk=user).values(address=Lower("email"))
    asked = MemberInvitation.objects.filter(state=State.OPEN, email__in=own)
    named = asked.select_related("network__organisation", "organisation", "invited_by")
    return named.order_by("created_at", "pk")


def of_link(link: SignedLink) -> MemberInvitation | None:
    """The open question that a link belongs to."""
    return open_questions().filter(pk=link.record_id).first()


@transaction.atomic
def accept_by_link(link: SignedLink, *, given_name: str = "", family_name: str = "") -> User:
    """Say yes through the link: it proves the address, which gets an account if it has none."""
    one = of_link(link)
    if one is None or not links.use(link):
        raise InvitingError(_("This invitation is no longer open."))
    user = User.objects.filter(email__iexact=one.email).first()
    if user is None:
        user = User.objects.create_user(one.email, None, language=one.language)
    person = person_of(user, given_name=given_name, family_name=family_name)
    _accept(one, person, by=Viewer.system(gettext_noop("invitation to a network accepted")))
    return user


@transaction.atomic
def decline_by_link(link: SignedLink) -> None:
    """Say no through the link."""
    one = of_link(link)
    if one is None or not links.use(link):
        raise InvitingError(_("This invitation is no longer open."))
    _decline(one)


@transaction.atomic
def answer(one: MemberInvitation, *, accepts: bool, by: Viewer) -> None:
    """Say yes or no from my day."""
    one = _locked(one)
    if one.state != State.OPEN or by.person_id is None:
        raise InvitingError(_("This invitation is no longer open."))
    links.revoke(RECORD, one.pk, PURPOSE)
    if accepts:
        _accept(one, Person.objects.get(pk=by.person_id), by=by)
    else:
        _decline(one, person_id=by.person_id)


def _accept(one: MemberInvitation, person: Person, *, by: Viewer) -> None:
    one = _locked(one)
    try:
        contacts.name(one.network, one.organisation, person, by=by)
    except contacts.ContactError as error:
        raise InvitingError(str(error)) from error
    one.state, one.person, one.answered_at = State.ACCEPTED, person, clock.real_now()
    one.save(update_fields=["state", "person", "answered_at"])
    mails.invitation_answered(one, name=person.name)


def _decline(one: MemberInvitation, person_id: int | None = None) -> None:
    one = _locked(one)
    one.state, one.person_id, one.answered_at = State.DECLINED, person_id, clock.real_now()
    one.save(update_fields=["state", "person", "answered_at"])
    mails.invitation_answered(one, name=one.email)


def _locked(one: MemberInvitation) -> MemberInvitation:
    return (
        MemberInvitation.objects.select_for_update(of=("self",))
        .select_related("network__organisation", "organisation", "invited_by__user")
        .get(pk=one.pk)
    )
