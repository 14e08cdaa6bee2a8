"""Invitations: colleagues asked by mail to join an institution in a role."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from solmu.accounts.models import User
from solmu.audit import history
from solmu.lib import clock
from solmu.lib.translated import text_in
from solmu.notifications import outbox
from solmu.organisations import affiliations
from solmu.organisations.models import Affiliation, Institution, Invitation
from solmu.people import links
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer

PURPOSE = "invitation"
DAYS = 14


class InvitationError(ValueError):
    """The invitation can't be sent or accepted; the message says why."""


@transaction.atomic
def invite(
    institution: Institution, email: str, role: str, *, by: Viewer, language: str = "fi"
) -> Invitation:
    """Invite somebody by mail; an earlier open invitation to the address is replaced."""
    email = email.strip().lower()
    held = Affiliation.objects.on(clock.today()).filter(
        institution=institution, person__user__email__iexact=email
    )
    if held.exists():
        raise InvitationError(_("%(email)s already has a role here.") % {"email": email})
    for earlier in open_invitations(institution).filter(email=email):
        cancel(earlier, by=by)
    invitation = Invitation.objects.create(
        institution=institution,
        email=email,
        role=role,
        language=language,
        invited_by_id=by.person_id,
    )
    _link, token = links.create(PURPOSE, "invitation", invitation.pk, email=email, days=DAYS)
    with override(language):
        role_name = str(Affiliation.Role(role).label)
    outbox.write(
        "invitation",
        to=email,
        template="organisations/email/invitation",
        language=language,
        context={
            "institution": text_in(institution.organisation, "name", language),
            "inviter": by.name,
            "role": role_name,
            "link": settings.SOLMU_ADDRESS + reverse("own:invitation", args=[token]),
        },
    )
    return invitation


def open_invitations(institution: Institution) -> QuerySet[Invitation]:
    """Invitations that still wait for an answer."""
    since = clock.real_now() - timedelta(days=DAYS)
    return Invitation.objects.filter(
        institution=institution, accepted_at=None, cancelled_at=None, created_at__gt=since
    )


@transaction.atomic
def cancel(invitation: Invitation, *, by: Viewer) -> None:
    """Take an invitation back; its link stops working."""
    invitation.cancelled_at = clock.real_now()
    invitation.save(update_fields=["cancelled_at"])
    links.revoke("invitation", invitation.pk, PURPOSE)


def of_link(link: SignedLink) -> Invitation | None:
    """The open invitation that a link belongs to."""
    return (
        Invitation.objects.filter(pk=link.record_id, accepted_at=None, cancelled_at=None)
        .select_related("institution__organisation", "invited_by")
        .first()
    )


@transaction.atomic
def accept(
    link: SignedLink, *, given_name: str = "", family_name: str = "", password: str = ""
) -> User:
    """Join: the address gets an account and a person if it has none, and the role from today."""
    invitation = of_link(link)
    if invitation is None or not links.use(link):
        raise InvitationError(_("This invitation is no longer open."))
    return _join(invitation, given_name=given_name, family_name=family_name, password=password)


@transaction.atomic
def accept_proven(email: str, *, name: str = "") -> User | None:
    """Join by every open invitation to an address that an identity provider has proven."""
    since = clock.real_now() - timedelta(days=DAYS)
    waiting = Invitation.objects.filter(
        email__iexact=email, accepted_at=None, cancelled_at=None, created_at__gt=since
    ).select_related("institution")
    given, _space, family = name.rpartition(" ")
    user = None
    for invitation in waiting.select_for_update(of=("self",)).order_by("pk"):
        links.revoke("invitation", invitation.pk, PURPOSE)
        user = _join(invitation, given_name=given or family, family_name=family if given else "")
    return user


def _join(
    invitation: Invitation, *, given_name: str = "", family_name: str = "", password: str = ""
) -> User:
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None:
        # They go on in the language in which they read and answered the invitation.
        language = get_language() or invitation.language
        user = User.objects.create_user(invitation.email, password or None, language=language[:2])
    # The link proves the address, so what is known of a person by it is theirs.
    person = person_of(user, given_name=given_name, family_name=family_name)
    by = Viewer.system(gettext_noop("invitation accepted"))
    affiliations.give_role(person, invitation.institution, invitation.role, by=by)
    invitation.accepted_at = clock.real_now()
    invitation.save(update_fields=["accepted_at"])
    return user


def person_of(user: User, *, given_name: str = "", family_name: str = "") -> Person:
    """The user's person: their own, one known by the address, or a new one."""
    person = Person.objects.filter(user=user).first()
    if person:
        return person
    with history.acting(Viewer.system(gettext_noop("account made"))):
        person = (
            Person.objects.filter(user=None, merged_into=None, email__iexact=user.email)
            .order_by("pk")
            .first()
        ) or Person(email=user.email)
        person.user = user
        person.given_name = given_name or person.given_name
        person.family_name = family_name or person.family_name
        person.language = person.language or user.language
        person.save()
    return person
