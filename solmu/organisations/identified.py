"""Signing in with an identity provider: whom a verified address signs in.

No account is made but for somebody who has been invited.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from solmu.accounts import identity
from solmu.accounts.identity import Identity
from solmu.accounts.models import User
from solmu.organisations import invitations
from solmu.organisations.door_views import enter


class Adapter(DefaultSocialAccountAdapter):
    """allauth's sign-in by a provider, in this house: it finds the account itself."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Accounts are made by invitation only."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Answer what a provider has told; allauth's own handling never follows."""
        slug = sociallogin.account.provider
        data = sociallogin.account.extra_data
        found = identity.told(slug, [data.get("id_token") or {}, data.get("userinfo") or {}])
        target = sociallogin.get_redirect_url(request)
        if sociallogin.state.get("process") == AuthProcess.REDIRECT:
            identity.keep(request, found)
            raise ImmediateHttpResponse(redirect(target or "/"))
        user = user_of(found)
        if user is None:
            messages.warning(request, _no_account(found))
            raise ImmediateHttpResponse(redirect("account_login"))
        if request.user.is_authenticated and request.user.pk != user.pk:
            logout(request)
        answer = enter(request, user, target or "")
        identity.keep(request, found)
        raise ImmediateHttpResponse(answer)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Lead back to the sign-in page, which says what happened."""
        messages.warning(
            request, _("The identity provider didn't let you in. Try again, or sign in otherwise.")
        )
        raise ImmediateHttpResponse(redirect("account_login"))


def user_of(found: Identity) -> User | None:
    """The user with the verified address; somebody invited by it gets an account now."""
    if not found.email_verified:
        return None
    user = User.objects.filter(email__iexact=found.email).first()
    if user is None and invitations.accept_proven(found.email, name=found.name):
        user = User.objects.filter(email__iexact=found.email).first()
    return user


def _no_account(found: Identity) -> str:
    if not found.email:
        return _("The identity provider told no e-mail address, so no account was found.")
    if not found.email_verified:
        return _("The identity provider hasn't verified the address %(email)s.") % {
            "email": found.email
        }
    return _("Nobody here signs in with %(email)s. Ask your institution for an invitation.") % {
        "email": found.email
    }
