"""Asking a time-stamp authority (RFC 3161, over HTTP) when something was there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import httpx
from asn1crypto import cms, tsp
from django.db import transaction
from django.utils.translation import gettext_noop
from pyhanko.sign import timestamps
from pyhanko.sign.general import CMSExtractionError, extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)

from solmu.audit import history
from solmu.lib.outside import AddressError, check_address
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer
from solmu.sealing.models import SealSettings

CONNECT, READ = 5, 20  # seconds
_LONGEST = 100_000  # bytes of an answer


class StampError(OSError):
    """The authority can't be asked, or didn't answer as one."""


class Authority(timestamps.TimeStamper):
    """The time-stamp authority at an address."""

    def __init__(self, address: str) -> None:
        super().__init__(include_nonce=True)
        self.address = address

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Have a digest stamped, and make sure that it is this one that was."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            content = token["content"]
            told = content["encap_content_info"]["content"]
            imprint = told.parsed["message_imprint"]["hashed_message"].native
            signer = extract_certs_for_validation(content).signer_cert
            info = extract_signer_info(content)
            digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, bytes(told)).digest()
            holds = all(validate_sig_integrity(info, signer, "tst_info", digest))
        except StampError:
            raise
        except (
            OSError,
            SignatureValidationError,
            CMSExtractionError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
        ) as error:
            raise StampError(f"the time-stamp authority's answer doesn't hold: {error}") from error
        if not holds or imprint != message_digest:
            raise StampError("the time-stamp authority has stamped something else")
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send a request and return the answer."""
        try:
            check_address(self.address)
        except AddressError as error:
            raise StampError(f"the time-stamp authority can't be asked: {error}") from error
        body = b""
        try:
            async with (
                httpx.AsyncClient(
                    timeout=httpx.Timeout(READ, connect=CONNECT), follow_redirects=False
                ) as client,
                client.stream(
                    "POST",
                    self.address,
                    content=req.dump(),
                    headers={
                        "Content-Type": "application/timestamp-query",
                        "Accept": "application/timestamp-reply",
                    },
                ) as answer,
            ):
                if answer.status_code != 200:
                    raise StampError(f"the time-stamp authority answered {answer.status_code}")
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
                if kind != "application/timestamp-reply":
                    raise StampError(f"the time-stamp authority answered with {kind or 'nothing'}")
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > _LONGEST:
                        raise StampError("the time-stamp authority's answer is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StampError(f"the time-stamp authority can't be reached: {error}") from error
        try:
            told = tsp.TimeStampResp.load(body, strict=True)
            told["status"]["status"].native  # noqa: B018 - read now, so that it fails here
        except (ValueError, TypeError, KeyError) as error:
            raise StampError("the time-stamp authority's answer can't be read") from error
        return told


@lru_cache(maxsize=32)
def authority(address: str) -> Authority:
    """The authority, which is asked once a process how much room its stamps need."""
    return Authority(address)


def address_of(institution_id: int) -> str:
    """The address of an institution's authority; empty: it has none."""
    found = SealSettings.objects.filter(institution_id=institution_id).values_list("authority")
    return "".join(address for (address,) in found)


@transaction.atomic
def choose(institution: Institution, address: str, *, by: Viewer) -> None:
    """Have an institution's seals stamped by the authority at the address; empty: by none."""
    with history.acting(by, gettext_noop("time-stamp authority chosen")):
        SealSettings.objects.update_or_create(
            institution=institution, defaults={"authority": address, "problem": ""}
        )


@contextmanager
def noting(institution_id: int) -> Iterator[None]:
    """Note with the institution's settings whether its authority has answered."""
    row = SealSettings.objects.filter(institution_id=institution_id)
    try:
        yield
    except StampError as error:
        row.update(problem=str(error)[:300])
        raise
    row.exclude(problem="").update(problem="")
