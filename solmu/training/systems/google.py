"""Google Workspace: accounts (Directory), course invitations (Classroom), results (Forms).

A service account acts for an administrator of the domain (domain-wide delegation). Fields and
errors are those of Google's published interface descriptions.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
import jwt
from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext as _

from solmu.lib import http
from solmu.lib.http import LaterError, RefusedError
from solmu.lib.tokens import token_hash

SCOPE = "https://www.googleapis.com/auth/"
DIRECTORY = (f"{SCOPE}admin.directory.user",)
CLASSROOM = (f"{SCOPE}classroom.rosters", f"{SCOPE}classroom.profile.emails")
FORMS = (f"{SCOPE}forms.responses.readonly",)
ALLOWED_SECONDS = 3600
# Reasons in a 403 that mean "too fast", not "may not".
QUOTA = frozenset(
    {"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
)
CONFLICT = frozenset({httpx.codes.CONFLICT})
MISSING = frozenset({httpx.codes.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Domain:
    """The service account's key file, and the administrator for whom it acts."""

    key: str
    admin: str


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made; `external_id` tells that it is ours when it is there already."""

    email: str
    given_name: str
    family_name: str
    unit: str
    external_id: str
    recovery_email: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A submitted form: who answered, and how many points of the quiz they got."""

    email: str
    points: float
    at: datetime
    response_id: str


class TakenError(RefusedError):
    """Somebody else has the address."""


def create_user(domain: Domain, user: NewUser) -> str:
    """Make the account and return its id; the same one when it was made before. TakenError else."""
    answer = _call(
        domain,
        DIRECTORY,
        "POST",
        f"{settings.GOOGLE_ADMIN}/admin/directory/v1/users",
        taken=CONFLICT,
        params={"resolveConflictAccount": "true"},
        json={
            "primaryEmail": user.email,
            "name": {"givenName": user.given_name[:60], "familyName": user.family_name[:60]},
            "password": secrets.token_urlsafe(24),
            "changePasswordAtNextLogin": True,
            "orgUnitPath": user.unit or "/",
            "externalIds": [{"value": user.external_id, "type": "custom", "customType": "solmu"}],
            **({"recoveryEmail": user.recovery_email} if user.recovery_email else {}),
        },
    )
    if answer.status_code != httpx.codes.CONFLICT:
        return str(http.as_json(answer).get("id", user.email))
    known = find_user(domain, user.email)
    if known and any(
        one.get("value") == user.external_id and one.get("customType") == "solmu"
        for one in known.get("externalIds") or []
    ):
        return str(known.get("id", user.email))
    raise TakenError(_("%(email)s is somebody else's already.") % {"email": user.email}, 409)


def find_user(domain: Domain, key: str) -> dict[str, Any] | None:
    """The account by its id or address; None when there is none."""
    answer = _call(domain, DIRECTORY, "GET", _user(key), taken=MISSING)
    return None if answer.status_code == httpx.codes.NOT_FOUND else http.as_json(answer)


def suspend_user(domain: Domain, key: str) -> None:
    """Close the account; nothing of it is deleted. One that is gone already counts as closed."""
    _call(domain, DIRECTORY, "PATCH", _user(key), taken=MISSING, json={"suspended": True})


def invite(domain: Domain, course: str, user: str) -> None:
    """Invite the account to the course as a student; once invited, it stays at that."""
    _call(
        domain,
        CLASSROOM,
        "POST",
        f"{settings.GOOGLE_CLASSROOM}/v1/invitations",
        taken=CONFLICT,  # ALREADY_EXISTS: invited before, or in the course already
        json={"courseId": course, "userId": user, "role": "STUDENT"},
    )


def has_accepted(domain: Domain, course: str, user: str) -> bool:
    """Tell whether the account is in the course: its holder has signed in and accepted."""
    address = f"{settings.GOOGLE_CLASSROOM}/v1/courses/{quote(course, safe='')}/students/"
    answer = _call(domain, CLASSROOM, "GET", address + quote(user, safe=""), taken=MISSING)
    return answer.status_code != httpx.codes.NOT_FOUND


def results(domain: Domain, form: str, since: datetime | None = None) -> Iterator[Result]:
    """The graded answers to a quiz, page by page; those without an address are left out."""
    address = f"{settings.GOOGLE_FORMS}/v1/forms/{quote(form, safe='')}/responses"
    sent: dict[str, Any] = {"pageSize": 5000}
    if since:
        sent["filter"] = f"timestamp >= {since.isoformat().replace('+00:00', 'Z')}"
    while True:
        page = http.as_json(_call(domain, FORMS, "GET", address, params=sent))
        for row in page.get("responses") or []:
            if row.get("respondentEmail") and row.get("totalScore") is not None:
                yield Result(
                    str(row["respondentEmail"]).lower(),
                    float(row["totalScore"]),
                    datetime.fromisoformat(row["lastSubmittedTime"]),
                    str(row["responseId"]),
                )
        if not page.get("nextPageToken"):
            return
        sent["pageToken"] = page["nextPageToken"]


def check(domain: Domain, scopes: tuple[str, ...]) -> None:
    """Ask for a token and nothing else; raises ServiceError with what is wrong."""
    token(domain, scopes, fresh=True)


def token(domain: Domain, scopes: tuple[str, ...], *, fresh: bool = False) -> str:
    """A token for the scopes, kept until five minutes before it ends."""
    try:
        account = json.loads(domain.key)
        issuer, key = account["client_email"], account["private_key"]
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(_("The service account's key file can't be read.")) from error
    cache = caches["process"]
    kept_as = "google:" + token_hash(f"{issuer} {domain.admin} {' '.join(scopes)}")
    if not fresh and (kept := cache.get(kept_as)):
        return str(kept)
    now = int(time.time())
    claims = {
        "iss": issuer,
        "sub": domain.admin,
        "scope": " ".join(scopes),
        "aud": settings.GOOGLE_TOKEN,
        "iat": now,
        "exp": now + ALLOWED_SECONDS,
    }
    try:
        assertion = jwt.encode(claims, key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise RefusedError(_("The service account's key file can't be read.")) from error
    answer = http.call(
        "Google",
        "POST",
        settings.GOOGLE_TOKEN,
        taken=frozenset({400, 401, 403}),
        data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion},
    )
    said = http.as_json(answer)
    if not answer.is_success or "access_token" not in said:
        code = str(said.get("error", ""))
        hint = (
            _("Google doesn't let the service account act: the scopes are missing in the domain.")
            if code == "unauthorized_client"
            else _("Google gave no token: %(why)s") % {"why": said.get("error_description", code)}
        )
        raise RefusedError(hint, answer.status_code, code)
    found = str(said["access_token"])
    cache.set(kept_as, found, max(int(said.get("expires_in", ALLOWED_SECONDS)) - 300, 1))
    return found


def _call(
    domain: Domain,
    scopes: tuple[str, ...],
    method: str,
    url: str,
    *,
    taken: frozenset[int] = frozenset(),
    **sent: Any,
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token(domain, scopes)}"}
    answer = http.call(
        "Google", method, url, taken=taken | {400, 401, 403, 404, 412}, headers=headers, **sent
    )
    if answer.is_success or answer.status_code in taken:
        return answer
    error = http.as_json(answer).get("error") or {}
    reasons = {one.get("reason", "") for one in error.get("errors") or []}
    message = str(error.get("message", answer.status_code))
    if answer.status_code == 401:
        caches["process"].clear()
        raise LaterError(f"Google: {message}", 5)
    if answer.status_code == 403 and (
        reasons & QUOTA or error.get("status") == "RESOURCE_EXHAUSTED"
    ):
        raise LaterError(f"Google: {message}", http.retry_after(answer) or http.BUSY)
    if "User creation is not complete" in message:
        raise LaterError(f"Google: {message}", 10, all_of_it=False)
    raise RefusedError(f"Google: {message}", answer.status_code, str(error.get("status", "")))


def _user(key: str) -> str:
    return f"{settings.GOOGLE_ADMIN}/admin/directory/v1/users/{quote(key, safe='')}"
