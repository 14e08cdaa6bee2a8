"""The code sent to a signer's address, so that a forwarded link doesn't sign."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from solmu.agreements.models import Signature
from solmu.agreements.signing import mails
from solmu.agreements.signing.signing import SigningError
from solmu.lib import clock
from solmu.lib.tokens import token_hash

MINUTES, TRIES = 15, 5
# Within an hour to one signer.
SENDS = 5
HOUR = timedelta(hours=1)


class TooManyCodesError(SigningError):
    """So many codes have been sent that somebody else may be asking for them."""


@transaction.atomic
def send(signature: Signature) -> None:
    """Send a new code to the signer's address; the one before it works no more."""
    row = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
    if row.state != Signature.State.WAITING:
        raise SigningError(_("This has been answered already."))
    now = clock.real_now()
    if row.codes_since is None or row.codes_since < now - HOUR:
        row.codes_since, row.codes_sent = now, 0
    if row.codes_sent >= SENDS:
        raise TooManyCodesError(
            _("Five codes have been sent within an hour. Wait an hour and ask for a new one.")
        )
    code = f"{secrets.randbelow(10**6):06d}"
    row.code_hash = token_hash(f"{row.pk}-{code}")
    row.code_until = now + timedelta(minutes=MINUTES)
    row.code_tries = 0
    row.codes_sent += 1
    row.save(update_fields=["code_hash", "code_until", "code_tries", "codes_sent", "codes_since"])
    mails.code(row, code, minutes=MINUTES)


def check(signature: Signature, code: str) -> None:
    """Raise SigningError unless the code is the one that was sent, in time and in few tries.

    Wrong tries are counted in a transaction of their own, so that a refusal doesn't undo the count.
    """
    with transaction.atomic():
        row = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
        if not row.code_hash:
            raise SigningError(_("Ask for a code first: it comes to your e-mail."))
        if row.code_until is None or row.code_until < clock.real_now():
            raise SigningError(_("The code is too old. Ask for a new one."))
        if row.code_tries >= TRIES:
            raise SigningError(_("Too many wrong codes. Ask for a new one."))
        given = "".join(filter(str.isdigit, code))
        right = secrets.compare_digest(row.code_hash, token_hash(f"{row.pk}-{given}"))
        row.code_tries += not right
        row.save(update_fields=["code_tries"])
    if not right:
        raise SigningError(_("That isn't the code that was sent."))


def waits(signature: Signature) -> bool:
    """A code has been sent and can still be given."""
    return bool(
        signature.code_hash
        and signature.code_until
        and signature.code_until > clock.real_now()
        and signature.code_tries < TRIES
    )
