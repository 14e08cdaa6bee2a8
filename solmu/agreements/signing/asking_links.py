"""The personal links that signers get, and what a token opens."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass

from django.db.models import QuerySet

from solmu.agreements.models import Signature
from solmu.lib import clock
from solmu.lib.tokens import token_hash
from solmu.people import links
from solmu.people.models import SignedLink
from solmu.people.viewer import Viewer

PURPOSE = "sign-agreement"
COPY = "agreement-copy"
RECORD = "signature"
# The request says until when it can be signed; the link lives a little longer, to say so.
DAYS = 90
COPY_DAYS = 365


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: somebody's signature; `live`: what it is about may still be read by it."""

    signature: Signature
    live: bool
    copy: bool


def create(signature: Signature) -> str:
    """Make a link for a signer; those sent before keep working, since each asks for a code."""
    _link, token = links.create(
        PURPOSE, RECORD, signature.pk, email=signature.email, person=signature.person, days=DAYS
    )
    return token


def create_copy(signature: Signature) -> str:
    """Make a link to the signer's own copy of what all have signed."""
    _link, token = links.create(
        COPY, RECORD, signature.pk, email=signature.email, person=signature.person, days=COPY_DAYS
    )
    return token


def revoke(signature: Signature) -> None:
    """Let a signer's links open nothing any more but what became of the request."""
    links.revoke(RECORD, signature.pk, PURPOSE)


def opened(token: str) -> Opened | None:
    """What a token opens, also when it no longer works; None for one that never was."""
    link = SignedLink.objects.filter(
        token_hash=token_hash(token), purpose__in=[PURPOSE, COPY], record_kind=RECORD
    ).first()
    if link is None:
        return None
    signature = _rows().filter(pk=link.record_id).first()
    if signature is None:
        return None
    live = link.revoked_at is None and link.expires_at > clock.real_now()
    return Opened(signature, live, link.purpose == COPY)


def own(viewer: Viewer, uuid: uuids.UUID) -> Opened | None:
    """The viewer's own signature; None for those of others."""
    if viewer.person_id is None:
        return None
    signature = _rows().filter(uuid=uuid, person_id=viewer.person_id).first()
    return (
        Opened(signature, signature.state != Signature.State.CANCELLED, copy=False)
        if signature
        else None
    )


def again(signature: Signature) -> Signature:
    """The signature as it is now."""
    return _rows().get(pk=signature.pk)


def _rows() -> QuerySet[Signature]:
    rows: QuerySet[Signature] = Signature.objects.all()
    return rows.select_related(
        "version",
        "joinder__version",
        "person__user",
        "party__organisation",
        "party__agreement__institution__organisation",
        "party__agreement__owner",
    )
