"""Servers that speak as Google, Microsoft, a student management system and the register document.

One local server answers for all; a test scripts what it refuses.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.core.cache import caches

from solmu.lib import kept_secrets
from solmu.training.models import Programme
from solmu.training.systems.models import System

Answer = tuple[int, Any, dict[str, str]]


class Outside:
    """What the services know, what they were asked, and what they are told to refuse next."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.invited: set[tuple[str, str]] = set()
        self.accepted: set[tuple[str, str]] = set()
        self.responses: list[dict[str, Any]] = []
        self.meetings: dict[str, dict[str, Any]] = {}
        self.companies: list[dict[str, Any]] = []
        self.applications: list[list[dict[str, str]]] = []
        self.results: dict[str, Any] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self.refusals: list[tuple[str, Answer]] = []
        self.public_key: Any = None
        self.address = ""

    def refuse(
        self, path: str, status: int, body: Any = None, headers: dict[str, str] | None = None,
        times: int = 1,
    ) -> None:  # fmt: skip
        """Answer the next calls whose path holds `path` with an error."""
        self.refusals += [(path, (status, body or {}, headers or {}))] * times

    def answer(
        self, method: str, path: str, query: dict[str, str], body: Any, token: str
    ) -> Answer:
        self.asked.append((method, path, body))
        for number, (part, refusal) in enumerate(self.refusals):
            if part in path:
                del self.refusals[number]
                return refusal
        if path.endswith("/token"):
            return self._token(body)
        if path.endswith("/companies"):
            rows = [
                one for one in self.companies if one["businessId"]["value"] == query["businessId"]
            ]
            return 200, {"totalResults": len(rows), "companies": rows}, {}
        if token != "Bearer a-token":
            return 401, {"error": {"code": 401, "message": "Invalid Credentials"}}, {}
        for part, found in (
            ("/admin/directory/v1/users", self._directory),
            ("/v1/invitations", self._invitations),
            ("/v1/courses/", self._courses),
            ("/v1/forms/", self._forms),
            ("/onlineMeetings/createOrGet", self._meeting),
            ("/applications", self._applications),
            ("/results", self._results),
        ):
            if part in path:
                return found(method, path, query, body)
        return 404, {}, {}

    def _token(self, body: dict[str, str]) -> Answer:
        if body["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            claims = jwt.decode(
                body["assertion"], self.public_key, ["RS256"], audience=f"{self.address}/token"
            )
            if not claims["sub"].startswith("admin@"):
                return 401, {"error": "unauthorized_client", "error_description": "…"}, {}
        elif body.get("client_secret") != "right":
            said = "AADSTS7000215: Invalid client secret provided."
            return 401, {"error": "invalid_client", "error_description": said}, {}
        return 200, {"access_token": "a-token", "expires_in": 3599, "token_type": "Bearer"}, {}

    def _directory(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        key = unquote(path.rpartition("/users")[2].strip("/"))
        if method == "POST":
            address = body["primaryEmail"]
            if address in self.users:
                return 409, _google(409, "Entity already exists.", "duplicate"), {}
            self.users[address] = {**body, "id": str(100 + len(self.users)), "suspended": False}
            return 200, self.users[address], {}
        found = self.users.get(key) or next(
            (one for one in self.users.values() if one["id"] == key), None
        )
        if found is None:
            return 404, _google(404, "Resource Not Found: userKey", "notFound"), {}
        if method == "PATCH":
            found.update(body)
        return 200, found, {}

    def _invitations(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        pair = body["courseId"], body["userId"]
        if pair in self.invited:
            return 409, _google(409, "Requested entity already exists", status="ALREADY_EXISTS"), {}
        self.invited.add(pair)
        return 200, {"id": f"inv-{len(self.invited)}", **body}, {}

    def _courses(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        _v1, _courses, course, _students, user = path.strip("/").split("/")
        if (course, unquote(user)) in self.accepted:
            return 200, {"courseId": course, "userId": unquote(user)}, {}
        return 404, _google(404, "Requested entity was not found.", status="NOT_FOUND"), {}

    def _forms(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        assert query["filter"].startswith("timestamp >= ")
        begin = int(query.get("pageToken", "0"))
        page = {"responses": self.responses[begin : begin + 2]}
        if begin + 2 < len(self.responses):
            page["nextPageToken"] = str(begin + 2)  # type: ignore[assignment]
        return 200, page, {}

    def _meeting(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        key = body["externalId"]
        new = key not in self.meetings
        self.meetings.setdefault(
            key, {**body, "joinWebUrl": f"https://teams.example.com/l/{len(self.meetings)}"}
        )
        return (201 if new else 200), self.meetings[key], {}

    def _applications(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        number = int(query.get("page", "0"))
        rows = self.applications[number] if self.applications else []
        more = number + 1 < len(self.applications)
        return 200, {
            "items": rows,
            "next": f"{self.address}/studenta/applications?page={number + 1}" if more else None,
        }, {}  # fmt: skip

    def _results(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        self.results.setdefault(body["key"], body["items"])
        return 202, {}, {}


def _google(code: int, message: str, reason: str = "", status: str = "") -> dict[str, Any]:
    errors = [{"domain": "global", "reason": reason, "message": message}] if reason else []
    return {"error": {"code": code, "message": message, "errors": errors, "status": status}}


QUOTA = _google(403, "Quota exceeded", "quotaExceeded")
RATE = _google(403, "User Rate Limit Exceeded", "userRateLimitExceeded")
FORBIDDEN = _google(403, "Not Authorized to access this resource/api", "forbidden")
UNFINISHED = _google(412, "User creation is not complete.", "conditionNotMet")
NO_POLICY = {
    "error": {
        "code": "Unauthorized",
        "message": "No application access policy found for this app",
        "innerError": {"request-id": "1"},
    }
}


@contextmanager
def served() -> Iterator[Outside]:
    """Run the server while the block lasts."""
    outside = Outside()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(outside))
    outside.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield outside
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def connected(settings: Any, key: RSAPrivateKey) -> Iterator[Outside]:
    """The server, with Solmu's addresses of all services leading to it."""
    with served() as one:
        one.public_key = key.public_key()
        settings.GOOGLE_TOKEN = f"{one.address}/token"
        for name in ("GOOGLE_ADMIN", "GOOGLE_CLASSROOM", "GOOGLE_FORMS", "MICROSOFT_GRAPH"):
            setattr(settings, name, one.address)
        settings.COMPANY_REGISTER = one.address
        settings.MICROSOFT_LOGIN = one.address
        settings.SOLMU_INNER_HOSTS = {"127.0.0.1"}
        caches["process"].clear()
        yield one
        caches["process"].clear()


def google(programme: Programme, key: RSAPrivateKey, kind: str, **more: str) -> System:
    """A Google service in use in a programme."""
    return System.objects.create(
        programme=programme,
        kind=kind,
        on=True,
        secret=kept_secrets.keep(key_file(key)),
        settings={"admin": "admin@ohjaamo.example", **more},
    )


def key_file(key: RSAPrivateKey) -> str:
    """A service account's key file."""
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {"client_email": "solmu@project.iam.gserviceaccount.com", "private_key": private.decode()}
    )


def _handler(outside: Outside) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.headers.get("Content-Type", "").startswith("application/json"):
                body = json.loads(raw)
            else:
                body = {key: values[0] for key, values in parse_qs(raw).items()}
            if key := self.headers.get("Idempotency-Key"):
                body["key"] = key
            status, said, headers = outside.answer(
                self.command, parts.path, query, body, self.headers.get("Authorization", "")
            )
            text = json.dumps(said).encode() if not isinstance(said, str) else said.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
