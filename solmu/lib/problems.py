"""Errors of the API as RFC 9457 tells them: application/problem+json, whoever found the error."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
_KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the body, or with one parameter of the address."""

    field: str
    detail: str


class ProblemError(Exception):
    """An error with the status that tells it to a program."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @property
    def response(self) -> HttpResponse:
        """The answer that tells it."""
        return problem(self.status, self.detail, self.errors, self.headers)


def invalid(field: str, detail: str) -> ProblemError:
    """The error of one field that doesn't hold what it should."""
    return unprocessable([FieldError(field, detail)])


def unprocessable(errors: Iterable[FieldError]) -> ProblemError:
    """The error of fields that don't hold what they should; each is named."""
    errors = tuple(errors)
    named = (f"{error.field}: {error.detail}" if error.field else error.detail for error in errors)
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(named), errors)


def problem(
    status: int,
    detail: str = "",
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the answer that tells a problem."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [
            {"field": error.field, "pointer": _pointer(error.field), "detail": error.detail}
            for error in errors
        ]
    return HttpResponse(
        # What was sent may be told back, and may hold what no text can.
        json.dumps(body, ensure_ascii=False).encode(errors="replace"),
        status=status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def unknown_address(request: HttpRequest) -> HttpResponse:
    """404 for an address of the API that means nothing."""
    return problem(HTTPStatus.NOT_FOUND, "There is nothing at this address.")


class ProblemMiddleware:
    """Turns the errors that Django finds for the API (method, host, size …) into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX):
            return response
        # Answers are one token's own, and change.
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code < 400 or response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        return problem(response.status_code, headers=kept | {"Cache-Control": "no-store"})


def _pointer(field: str) -> str:
    parts = (part.replace("~", "~0").replace("/", "~1") for part in field.split("."))
    return "#/" + "/".join(parts) if field else "#"
