"""Microsoft Graph: the opening meeting in Teams, made once for each start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext as _

from solmu.lib import http
from solmu.lib.http import LaterError, RefusedError
from solmu.lib.tokens import token_hash


@dataclass(frozen=True, slots=True)
class Tenant:
    """The registered application, and the object id of the user in whose name meetings are made."""

    tenant: str
    client: str
    secret: str
    organiser: str


def meeting(
    tenant: Tenant, *, key: str, subject: str, starts: datetime, ends: datetime, language: str
) -> str:
    """Make the meeting, or find the one made with the same key; returns the address to join it.

    It is on nobody's calendar and invites nobody: Solmu's own messages do.
    """
    answer = http.call(
        "Microsoft",
        "POST",
        f"{settings.MICROSOFT_GRAPH}/v1.0/users/{quote(tenant.organiser, safe='')}"
        "/onlineMeetings/createOrGet",
        taken=frozenset({400, 401, 403, 404}),
        headers={
            "Authorization": f"Bearer {token(tenant)}",
            "Accept-Language": {"fi": "fi-FI", "sv": "sv-FI"}.get(language, "en-GB"),
        },
        json={
            "externalId": key,
            "subject": subject,
            "startDateTime": starts.isoformat(),
            "endDateTime": ends.isoformat(),
        },
    )
    said = http.as_json(answer)
    if answer.is_success and said.get("joinWebUrl"):
        return str(said["joinWebUrl"])
    error: dict[str, Any] = said.get("error") or {}
    message = str(error.get("message", answer.status_code))
    if answer.status_code == 401:
        caches["process"].clear()
        raise LaterError(f"Microsoft: {message}", 5)
    if answer.status_code == 403 or error.get("code") == "Unauthorized":
        message = _(
            "Microsoft doesn't let the application make meetings for this organiser. An"
            " administrator has to grant it an application access policy; that takes half an hour."
        )
    raise RefusedError(message, answer.status_code, str(error.get("code", "")))


def check(tenant: Tenant) -> None:
    """Ask for a token and nothing else; raises ServiceError with what is wrong."""
    token(tenant, fresh=True)


def token(tenant: Tenant, *, fresh: bool = False) -> str:
    """The application's token, kept until five minutes before it ends."""
    cache, kept_as = (
        caches["process"],
        "microsoft:" + token_hash(f"{tenant.tenant} {tenant.client}"),
    )
    if not fresh and (kept := cache.get(kept_as)):
        return str(kept)
    answer = http.call(
        "Microsoft",
        "POST",
        f"{settings.MICROSOFT_LOGIN}/{quote(tenant.tenant, safe='')}/oauth2/v2.0/token",
        taken=frozenset({400, 401, 403}),
        data={
            "client_id": tenant.client,
            "client_secret": tenant.secret,
            "grant_type": "client_credentials",
            "scope": "https://graph.microsoft.com/.default",
        },
    )
    said = http.as_json(answer)
    if not answer.is_success or "access_token" not in said:
        raise RefusedError(
            _("Microsoft gave no token: %(why)s")
            % {"why": str(said.get("error_description") or said.get("error") or "")[:300]},
            answer.status_code,
            str(said.get("error", "")),
        )
    found = str(said["access_token"])
    cache.set(kept_as, found, max(int(said.get("expires_in", 3600)) - 300, 1))
    return found
