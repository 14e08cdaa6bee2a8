"""Signing in by a link that is mailed, works once and soon expires; and what allauth asks of us."""

import argparse
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from solmu.accounts import administrators
from solmu.accounts.models import User
from solmu.jobs import tasks
from solmu.notifications import outbox
from solmu.organisations import invitations, places
from solmu.organisations.models import Region
from solmu.people import links

PURPOSE = "sign-in"
HOLDS = timedelta(minutes=30)
ADMIN_HOLDS = timedelta(days=1)


class Adapter(DefaultAccountAdapter):
    """allauth in this house: no sign-up, mail through the outbox, errors in our words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes and try again."),
        "enter_current_password": _("Give your present password."),
        "incorrect_password": _("The password is not right."),
        "rate_limited": _("Too many tries. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by invitation only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write allauth's mail to the outbox, in the receiver's language."""
        user = context.get("user")
        outbox.write(
            "account",
            to=email,
            template=template_prefix,
            language=getattr(user, "language", "") or get_language() or "fi",
            context={"link": context.get("password_reset_url", "")},
        )


def ask(email: str, *, target: str = "", language: str = "fi") -> None:
    """Ask for a link. What follows takes the same time whether the address is known or not."""
    tasks.enqueue(
        "organisations.mail_sign_in_link",
        email=email.strip().lower(),
        target=target,
        language=language,
    )


@tasks.task("organisations.mail_sign_in_link")
def mail_sign_in_link(email: str, target: str = "", language: str = "fi") -> None:
    """Mail the link, if somebody signs in with the address."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return
    with transaction.atomic():
        outbox.write(
            "sign_in_link",
            to=user.email,
            template="organisations/email/sign_in_link",
            language=user.language or language,
            context={"link": link_for(user, target=target, holds=HOLDS)},
        )


def link_for(user: User, *, target: str = "", holds: timedelta = HOLDS) -> str:
    """Make a link that signs the user in once; earlier ones stop working."""
    links.revoke("user", user.pk, PURPOSE)
    _link, token = links.create(
        PURPOSE, "user", user.pk, email=user.email, days=holds / timedelta(days=1)
    )
    address = settings.SOLMU_ADDRESS + reverse("own:link", args=[token])
    return f"{address}?{urlencode({'next': target})}" if target else address


def user_of_token(token: str) -> User | None:
    """Whom a link would sign in; nothing is used up."""
    link = links.find(token, PURPOSE)
    return User.objects.filter(pk=link.record_id, is_active=True).first() if link else None


def use(token: str) -> User | None:
    """Use the link up; None when it is no longer good."""
    link = links.find(token, PURPOSE)
    if link is None or not links.use(link):
        return None
    return User.objects.filter(pk=link.record_id, is_active=True).first()


@tasks.periodic("41 * * * *", "organisations.forget_tries")
def forget_tries() -> None:
    """Delete the counts of tries that limit nothing any more: they name network addresses."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_shared_cache WHERE expires < now()")


def first_admin(argv: Sequence[str]) -> int:
    """Make somebody a system administrator and print a link that signs them in once."""
    parser = argparse.ArgumentParser(prog="solmu admin", description=first_admin.__doc__)
    parser.add_argument("email")
    parser.add_argument("--given-name", default="")
    parser.add_argument("--family-name", default="")
    given = parser.parse_args(argv)
    with transaction.atomic():
        if not Region.objects.exists():  # the first thing that is done with an empty installation
            places.load_places()
        user = User.objects.filter(email__iexact=given.email).first()
        if user is None:
            user = User.objects.create_superuser(given.email)
        else:
            administrators.give(user, by="the command line")
        invitations.person_of(user, given_name=given.given_name, family_name=given.family_name)
        address = link_for(user, target="/institutions/new/", holds=ADMIN_HOLDS)
    print(address)
    return 0
