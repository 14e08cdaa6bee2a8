"""Calls to outside services: time-outs, and what may be tried again and when."""

from typing import Any

import httpx
from django.utils.translation import gettext as _

from solmu.lib.outside import AddressError, check_address

CONNECT, READ = 5.0, 20.0
# How long to wait where the service doesn't say.
BUSY, DOWN = 60.0, 120.0
LONGEST = 3600.0


class ServiceError(Exception):
    """A service didn't do what was asked; the text is for the person who runs it."""


class LaterError(ServiceError):
    """It may do so later: too much was asked, or it doesn't answer. `seconds` is how long to wait.

    `all_of_it`: the service refuses everything now, so nothing else need be asked meanwhile.
    """

    def __init__(self, message: str, seconds: float, *, all_of_it: bool = True) -> None:
        super().__init__(message)
        self.seconds = min(max(seconds, 1.0), LONGEST)
        self.all_of_it = all_of_it


class RefusedError(ServiceError):
    """It won't do so until a person mends something: settings, rights, or the data sent.

    `status` and `code` are the service's own, 0 and "" where it gave none.
    """

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


def call(
    service: str,
    method: str,
    url: str,
    *,
    taken: frozenset[int] = frozenset(),
    written: bool = False,
    **sent: Any,
) -> httpx.Response:
    """Call a service and return its answer: one of 2xx, or of the statuses in `taken`.

    `written`: somebody wrote the address in the pages; one that leads into the installation's own
    network is refused. Raises LaterError for 429, 5xx and silence, RefusedError for all else.
    """
    if written:
        url, sent = _pinned(service, url, sent)
    try:
        with httpx.Client(timeout=httpx.Timeout(READ, connect=CONNECT)) as client:
            answer = client.request(method, url, **sent)
    except httpx.HTTPError as error:
        raise LaterError(
            _told(_("%(service)s doesn't answer (%(code)s)."), service, type(error).__name__), DOWN
        ) from error
    if answer.is_success or answer.status_code in taken:
        return answer
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise LaterError(
            _told(_("%(service)s asks for a slower pace (%(code)s)."), service, 429),
            retry_after(answer) or BUSY,
        )
    if answer.is_server_error:
        raise LaterError(
            _told(_("%(service)s has a fault just now (%(code)s)."), service, answer.status_code),
            retry_after(answer) or DOWN,
        )
    raise RefusedError(
        _told(_("%(service)s refused (%(code)s)."), service, answer.status_code), answer.status_code
    )


def _told(text: str, service: str, code: object) -> str:
    return text % {"service": service, "code": code}


def _pinned(service: str, url: str, sent: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The call at the very IP address that was checked: a name could lead elsewhere the next time.

    The certificate is still that of the name, and nothing is followed that leads elsewhere.
    """
    try:
        found = check_address(url)
    except AddressError as error:
        raise RefusedError(f"{service}: {error}") from error
    asked = httpx.URL(url)
    return str(asked.copy_with(host=found)), sent | {
        "headers": {**(sent.get("headers") or {}), "Host": asked.netloc.decode()},
        "extensions": {"sni_hostname": asked.host},
        "follow_redirects": False,
    }


def retry_after(answer: httpx.Response) -> float:
    """The seconds that a service asks to wait; 0 where it asks for nothing that can be read."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else 0.0


def as_json(answer: httpx.Response) -> dict[str, Any]:
    """An answer's JSON object; an empty one where it holds something else."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
