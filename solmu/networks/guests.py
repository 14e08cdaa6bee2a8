"""Guests: people from outside, each with a sponsor in the network and a last day."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.accounts.models import User
from solmu.audit import history
from solmu.jobs.tasks import periodic
from solmu.lib import clock
from solmu.lib.periods import first_day, last_day, period
from solmu.networks import mails
from solmu.networks.models import Network, Participant
from solmu.organisations.invitations import person_of
from solmu.organisations.models import Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer

REMINDED_BEFORE = timedelta(days=14)
LONGEST = timedelta(days=366)


class GuestError(ValueError):
    """Somebody can't be a guest so; the message says why."""


@transaction.atomic
def invite(
    network: Network,
    email: str,
    *,
    by: Viewer,
    sponsor: Person,
    until: date,
    given_name: str = "",
    family_name: str = "",
    organisation: Organisation | None = None,
    purpose: str = "",
) -> Participant:
    """Let somebody from outside read along until a day; they get a message with the way in."""
    today = clock.today()
    _check(today, until)
    Network.objects.select_for_update().get(pk=network.pk)
    email = email.strip().lower()
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, None, language="fi")
    person = person_of(user, given_name=given_name, family_name=family_name)
    own = Participant.objects.on(today).filter(
        network=network, person=person, way=Participant.Way.GUEST
    )
    if own.exists():
        raise GuestError(_("%(name)s is a guest already.") % {"name": person.name})
    with history.acting(by, gettext_noop("guest invited")):
        guest = Participant.objects.create(
            network=network,
            person=person,
            organisation=organisation,
            way=Participant.Way.GUEST,
            sponsor=sponsor,
            purpose=purpose[:200],
            valid=period(today, until),
            decided_by_id=by.person_id,
        )
    mails.guest_welcome(guest)
    return guest


@transaction.atomic
def prolong(guest: Participant, *, by: Viewer, until: date) -> None:
    """Give a guest more time."""
    guest = Participant.objects.select_for_update().get(pk=guest.pk)
    today, last = clock.today(), last_day(guest.valid)
    if last is not None and last < today:  # who has gone is invited again
        raise GuestError(_("The last day has passed already."))
    _check(today, until)
    with history.acting(by, gettext_noop("guest's time prolonged")):
        guest.valid = period(first_day(guest.valid), until)
        guest.reminded_on = None
        guest.save(update_fields=["valid", "reminded_on"])


@periodic("23 5 * * *", "networks.remind_of_guests")
def remind() -> None:
    """Remind sponsors, once, of guests whose last day comes near."""
    today = clock.today()
    due = Participant.objects.filter(
        way=Participant.Way.GUEST,
        state=Participant.State.APPROVED,
        reminded_on=None,
        valid__contains=today,
        valid__endswith__lte=today + REMINDED_BEFORE + timedelta(days=1),
    ).values_list("pk", flat=True)
    for pk in due:
        _remind(pk, today)


@transaction.atomic
def _remind(pk: int, today: date) -> None:
    guest = (
        Participant.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=pk, reminded_on=None)
        .select_related("network__organisation", "person", "sponsor__user")
        .first()
    )
    if guest is None:
        return
    mails.guest_ends(guest)
    with history.acting(Viewer.system(gettext_noop("reminded of a guest's last day"))):
        guest.reminded_on = today
        guest.save(update_fields=["reminded_on"])


def _check(today: date, until: date) -> None:
    if until < today:
        raise GuestError(_("The last day has passed already."))
    if until > today + LONGEST:
        raise GuestError(_("At most a year at a time. It can be prolonged."))


def days_left(guest: Participant) -> int:
    """How many days a guest has left after today."""
    last = last_day(guest.valid)
    return (last - clock.today()).days if last else 0
