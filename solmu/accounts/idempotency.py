"""Doing a POST once: with an Idempotency-Key, a repeated request gets the first one's answer."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from solmu.accounts.models import IdempotencyKey
from solmu.lib import clock
from solmu.lib.problems import problem

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
_LONGEST = 200

View = Callable[..., HttpResponse]


def once(token_id: Callable[[HttpRequest], int | None]) -> Callable[[View], View]:
    """Decorator of API operations: honour the key of every POST.

    The answer is kept in the transaction that does the work, so that both are there or neither. An
    answer that did nothing (an error) is not kept: the request may be mended and sent again.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST" or HEADER not in request.headers:
                return view(request, *args, **kwargs)
            token = token_id(request)
            if token is None or not _is_readable(request):  # the view itself says what is wrong
                return view(request, *args, **kwargs)
            key = request.headers[HEADER].strip()
            if not 0 < len(key) <= _LONGEST or "\0" in key:
                return problem(
                    HTTPStatus.BAD_REQUEST, f"{HEADER} must have 1 to {_LONGEST} characters."
                )
            return _answer_once(token, key, request, lambda: view(request, *args, **kwargs))

        return answer

    return decorate


def _is_readable(request: HttpRequest) -> bool:
    try:
        return request.body is not None
    except (RequestDataTooBig, UnreadablePostError):
        return False


def _answer_once(
    token: int, key: str, request: HttpRequest, work: Callable[[], HttpResponse]
) -> HttpResponse:
    address = request.path[:300]
    body_hash = sha256(request.META.get("QUERY_STRING", "").encode() + b"\n" + request.body)
    with transaction.atomic():
        if not _hold(lock_number(token, address, key)):
            return problem(
                HTTPStatus.CONFLICT,
                f"A request with this {HEADER} is being answered just now.",
                headers={"Retry-After": "1"},
            )
        known = IdempotencyKey.objects.filter(token_id=token, address=address, key=key).first()
        if known and known.created_at < clock.real_now() - KEPT:
            known.delete()
            known = None
        if known:
            if known.body_hash != body_hash.hexdigest():
                return problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    f"This {HEADER} was used with another request.",
                )
            return HttpResponse(
                bytes(known.answer or b""),
                status=known.status,
                content_type=known.content_type,
                headers={"Idempotent-Replayed": "true"},
            )
        response = work()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        IdempotencyKey.objects.create(
            token_id=token,
            address=address,
            key=key,
            body_hash=body_hash.hexdigest(),
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            answer=response.content,
        )
        return response


def lock_number(token: int, address: str, key: str) -> int:
    """Return the number that a key's lock has in the database."""
    digest = sha256(f"{token} {address} {key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _hold(number: int) -> bool:
    """Take a lock until the transaction ends; False when another request has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        row = cursor.fetchone()
    return bool(row and row[0])


def forget_old_keys() -> None:
    """Delete the answers that have been kept for their time."""
    IdempotencyKey.objects.filter(created_at__lt=clock.real_now() - KEPT).delete()
