"""Who is at the screen: by the means that the agreement demands."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from solmu.accounts import identity
from solmu.accounts.identity import Identity
from solmu.agreements.models import Agreement, Signature
from solmu.agreements.signing import codes
from solmu.agreements.signing.signing import SigningError

Means = Agreement.Means


@dataclass(frozen=True, slots=True)
class Identified:
    """Whether the person at the screen is the signer, as far as the session tells."""

    is_signer: bool
    somebody_else: str = ""  # the name of whoever is at the screen instead


def of(request: HttpRequest, signature: Signature) -> Identified:
    """What the session tells of the person at the screen."""
    if signature.means == Means.IDENTITY:
        found = identity.identified(request)
        if found is None:
            return Identified(False)
        own = is_signer(found, signature)
        return Identified(own, "" if own else found.name or found.email)
    viewer = request.viewer
    if viewer.is_anonymous:
        return Identified(False)
    own = viewer.person_id is not None and viewer.person_id == signature.person_id
    return Identified(own, "" if own else viewer.name)


def is_signer(found: Identity, signature: Signature) -> bool:
    """An address that the provider has verified decides; where it tells none, the whole name."""
    if found.email and found.email_verified:
        return found.email == signature.email.lower()
    if found.email:
        return False
    named = set(signature.name.casefold().split())
    return len(named) > 1 and named <= set(found.name.casefold().split())


def identify(request: HttpRequest, signature: Signature, code: str) -> str:
    """Return how the signer was identified, in words for the record; SigningError if not."""
    if signature.means == Means.CODE:
        codes.check(signature, code)
        return f"code sent to {signature.email}"
    found = of(request, signature)
    if found.somebody_else:
        raise SigningError(
            _("You are known here as %(other)s. This was asked of %(name)s.")
            % {"other": found.somebody_else, "name": signature.name}
        )
    if not found.is_signer:
        if signature.means == Means.IDENTITY:
            raise SigningError(_("Identify yourself with the identity provider first."))
        raise SigningError(_("Sign in first, so that we know it is you."))
    told = identity.identified(request)
    if signature.means == Means.IDENTITY and told is not None:
        words = [told.provider_name, told.name, told.email, told.level]
        return f"identity provider: {', '.join(filter(None, words))}"
    return f"signed in as {request.viewer.name}"


def done(request: HttpRequest) -> None:
    """What was identified for one signature isn't used for another."""
    identity.forget(request)


def available() -> bool:
    """An identity provider has been set up."""
    return bool(identity.providers())
