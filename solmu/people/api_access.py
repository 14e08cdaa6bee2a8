"""Who calls the API: a token makes the viewer; what they may do is asked before input is read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest
from ninja.security import HttpBearer

from solmu.accounts.models import ApiToken
from solmu.lib import clock
from solmu.lib.tokens import token_hash
from solmu.people.viewer import Viewer
from solmu.people.viewing import user_with_facts, viewer_of

May = Callable[..., Any]


class ApiRequest(HttpRequest):
    """A request of the API as its operations see it."""

    viewer: Viewer
    record: Any  # what `may` has loaded


class Bearer(HttpBearer):
    """Lets in who holds a valid token.

    `may` is called with the request and the address's parameters before anything is validated: it
    loads what the operation is about and raises Http404 or PermissionDenied; what it returns is the
    operation's `request.record`.
    """

    def __init__(self, may: May | None = None) -> None:
        self.may = may
        super().__init__()

    def __call__(self, request: HttpRequest) -> Viewer | None:
        """Return the viewer, or None (401)."""
        viewer = identify(request)
        if viewer is not None and self.may is not None:
            match = request.resolver_match
            request.record = self.may(request, **(match.kwargs if match else {}))  # type: ignore[attr-defined]
        return viewer

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """Return the viewer of a token."""
        return identify(request)


def identify(request: HttpRequest) -> Viewer | None:
    """Return the viewer of the request's token, looked up once; None without a valid one."""
    if not hasattr(request, "api_token_id"):
        request.api_token_id, request.viewer = _viewer_and_token(request)  # type: ignore[attr-defined]
    return request.viewer if request.api_token_id else None  # type: ignore[attr-defined]


def token_id(request: HttpRequest) -> int | None:
    """Return the id of the request's valid token."""
    identify(request)
    return request.api_token_id  # type: ignore[attr-defined]


def _viewer_and_token(request: HttpRequest) -> tuple[int | None, Viewer]:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    nobody = None, Viewer.anonymous()
    if scheme.lower() != "bearer" or not secret.strip():
        return nobody
    user: Any = user_with_facts(
        Q(api_tokens__expires_at=None) | Q(api_tokens__expires_at__gt=clock.real_now()),
        also={"used_token_id": F("api_tokens__id"), "used_token_on": F("api_tokens__last_used_on")},
        api_tokens__token_hash=token_hash(secret.strip()),
    )
    if user is None:
        return nobody
    today = clock.real_now().date()
    # Once a day is enough to tell a forgotten token from one in use.
    if user.used_token_on is None or today - user.used_token_on >= timedelta(days=1):
        ApiToken.objects.filter(pk=user.used_token_id).update(last_used_on=today)
    return user.used_token_id, viewer_of(user)
