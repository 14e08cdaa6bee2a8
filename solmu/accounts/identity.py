"""Identity providers (OpenID Connect): which there are, and who has identified in a session.

Somebody who signs a document may identify without an account: what the provider told is kept in
the session for those who ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from solmu.lib import clock

_KEPT = "identity"
MINUTES = 15


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that the installation trusts, as the settings name it."""

    slug: str
    name: str
    # It speaks for the addresses of these domains alone, and for them without further proof.
    domains: tuple[str, ...] = ()

    @property
    def sign_in_url(self) -> str:
        """Where signing in with it begins; `next` may follow."""
        return reverse("openid_connect_login", args=[self.slug])


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider told of somebody, and when they identified there."""

    provider: str  # its slug
    subject: str  # the provider's own key of the person
    name: str
    email: str
    email_verified: bool
    at: str  # ISO 8601, UTC
    level: str = ""  # the provider's word for how surely (acr)

    @property
    def provider_name(self) -> str:
        """What people call the provider."""
        found = provider(self.provider)
        return found.name if found else self.provider


def providers() -> list[Provider]:
    """The providers that the settings name, in their order."""
    known: Any = settings.SOLMU_IDENTITY_PROVIDERS
    return [Provider(**facts) for facts in known]


def provider(slug: str) -> Provider | None:
    """The provider with the slug."""
    return next((one for one in providers() if one.slug == slug), None)


def identify_url(slug: str, back: str) -> str:
    """Where somebody identifies anew at a provider without signing in; then they come `back`."""
    asked = {"process": "redirect", "next": back, "auth_params": "prompt=login"}
    return f"{reverse('openid_connect_login', args=[slug])}?{urlencode(asked)}"


def identified(request: HttpRequest, *, minutes: int = MINUTES) -> Identity | None:
    """Who has identified in this session within so many minutes; None: nobody, or too long ago."""
    kept = request.session.get(_KEPT)
    if not kept:
        return None
    found = Identity(**kept)
    fresh = clock.real_now() - datetime.fromisoformat(found.at) <= timedelta(minutes=minutes)
    return found if fresh else None


def keep(request: HttpRequest, found: Identity) -> None:
    """Keep in the session who has identified."""
    request.session[_KEPT] = asdict(found)


def forget(request: HttpRequest) -> None:
    """Forget it, as when it has been used for a signature."""
    request.session.pop(_KEPT, None)


def told(slug: str, claims: Iterable[dict[str, Any]]) -> Identity:
    """What a provider's claims say; the first that holds a claim is believed."""
    known: dict[str, Any] = {}
    for one in claims:
        known = {**one, **known}
    now = clock.real_now()
    email = str(known.get("email") or "").strip().lower()
    name = known.get("name") or f"{known.get('given_name', '')} {known.get('family_name', '')}"
    at = now
    if isinstance(known.get("auth_time"), int):
        # Signed in at the provider long ago isn't identified now.
        at = min(now, datetime.fromtimestamp(known["auth_time"], UTC))
    return Identity(
        provider=slug,
        subject=str(known.get("sub", "")),
        name=str(name).strip()[:200],
        email=email if len(email) <= 254 else "",
        email_verified=_is_verified(slug, email, known.get("email_verified")),
        at=at.astimezone(UTC).isoformat(),
        level=str(known.get("acr", ""))[:200],
    )


def _is_verified(slug: str, email: str, said: object) -> bool:
    found = provider(slug)
    if found is None or "@" not in email:
        return False
    if found.domains:
        return email.rpartition("@")[2] in found.domains and said is not False
    return said is True or said == "true"
