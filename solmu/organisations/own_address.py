"""Another address to sign in with: the change is confirmed by a link mailed to the new one."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from solmu.accounts.models import User
from solmu.jobs import tasks
from solmu.notifications import outbox
from solmu.people import details, links
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer
from solmu.people.viewing import viewer_for_user_id

PURPOSE = "change-address"
SIGN_IN = "sign-in"
HOLDS = timedelta(hours=24)


def ask(user: User, email: str, *, language: str = "fi") -> None:
    """Ask for the change. The answer is the same whether the address is somebody's or free."""
    tasks.enqueue(
        "organisations.mail_new_address",
        user=user.pk,
        email=email.strip().lower(),
        language=user.language or language,
    )


@tasks.task("organisations.mail_new_address")
def mail_new_address(user: int, email: str, language: str = "fi") -> None:
    """Mail the link to the new address, or tell its owner that it signs in somebody already."""
    asker = User.objects.filter(pk=user, is_active=True).first()
    if asker is None:
        return
    taken = User.objects.filter(email__iexact=email).exists()
    with transaction.atomic():
        links.revoke("user", asker.pk, PURPOSE)
        context = {"email": email}
        if not taken:
            _link, token = links.create(
                PURPOSE, "user", asker.pk, email=email, days=HOLDS / timedelta(days=1)
            )
            address = reverse("own:confirm-address", args=[token])
            context |= {"link": settings.SOLMU_ADDRESS + address}
        outbox.write(
            "new_address",
            to=email,
            template=f"organisations/email/{'address_taken' if taken else 'new_address'}",
            language=language,
            context=context,
        )


def find(token: str) -> tuple[User, SignedLink] | None:
    """Whose address a link would change; nothing is used up."""
    link = links.find(token, PURPOSE)
    user = User.objects.filter(pk=link.record_id, is_active=True).first() if link else None
    return (user, link) if user and link else None


def confirm(token: str) -> User | None:
    """Use the link up: the user signs in with the new address. None when it is no longer good.

    The old address is told, and nothing that was sent to it signs in any more.
    """
    try:
        with transaction.atomic():
            return _confirm(token)
    except IntegrityError:  # somebody else has taken the address meanwhile
        return None


def _confirm(token: str) -> User | None:
    found = find(token)
    if found is None or not links.use(found[1]):
        return None
    user, link = found
    old, user.email = user.email, link.email
    user.save(update_fields=["email"])
    links.revoke("user", user.pk, SIGN_IN)
    person = Person.objects.filter(user=user).first()
    if person and person.email.lower() in {"", old.lower()}:
        by = viewer_for_user_id(user.pk)
        if by.is_anonymous:
            by = Viewer.system(gettext_noop("address changed"))
        details.change(person, {"email": link.email}, by=by)
    outbox.write(
        "address_changed",
        to=old,
        template="organisations/email/address_changed",
        language=user.language or "fi",
        context={"email": link.email},
        person=person,
    )
    return user
