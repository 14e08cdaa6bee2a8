"""The messages of signing, one function each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from solmu.agreements.models import Agreement, Signature, Version
from solmu.agreements.signing import asking_links
from solmu.lib.translated import text_in
from solmu.networks.mails import language_of
from solmu.notifications import outbox
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.sealing.models import Seal


def ask(agreement: Agreement, signature: Signature, *, sender: str) -> None:
    """Ask a signer, by a personal link."""
    _to_signer("agreement-sign", "sign", agreement, signature, sender=sender, first=True)


def remind(agreement: Agreement, signature: Signature, *, key: str | None = None) -> None:
    """Remind a signer that they are waited for."""
    _to_signer("agreement-remind", "sign", agreement, signature, key=key, first=False)


def code(signature: Signature, secret: str, *, minutes: int) -> None:
    """Send the code that shows that the link has reached its receiver."""
    language = signature.person.language or (get_language() or "fi")[:2]
    outbox.write(
        "agreement-code",
        to=signature.email,
        template="agreements/email/code",
        language=language,
        person=signature.person,
        context={"code": secret, "minutes": minutes, "title": signature.agreement.title},
    )


def copies(version: Version, seal: Seal) -> None:
    """Send each who signed a link to the sealed document; once."""
    agreement = version.agreement
    signed = version.signatures.filter(state=Signature.State.SIGNED)
    for signature in signed.select_related("person__user", "party__organisation"):
        copy(agreement, signature, seal)


def copy(agreement: Agreement, signature: Signature, seal: Seal) -> None:
    """Send one who signed a link to the sealed document; once."""
    key = f"agreement-copy-{signature.pk}"
    if not signature.email or outbox.Message.objects.filter(key=key).exists():
        return
    token = asking_links.create_copy(signature)
    _write(
        "agreement-copy",
        "copy",
        signature.person,
        agreement,
        to=signature.email,
        key=key,
        name=signature.name,
        code=seal.code,
        verify=settings.SOLMU_ADDRESS + seal.get_absolute_url(),
        link=_sign_address(token),
    )


def in_force(agreement: Agreement, version: Version) -> None:
    """Tell whoever answers for the agreement that all have signed."""
    _to_owner("agreement-in-force", "in_force", agreement, key=f"agreement-in-force-{version.pk}")


def declined(agreement: Agreement, signature: Signature) -> None:
    """Tell whoever answers for the agreement that somebody declined, and why."""
    _to_owner(
        "agreement-declined",
        "declined",
        agreement,
        key=f"agreement-declined-{signature.pk}",
        name=signature.name,
        party=signature.party.organisation,
        reason=signature.reason,
    )


def cancelled(agreement: Agreement, told: Iterable[Signature], *, by: Viewer) -> None:
    """Tell those who were asked that they needn't sign."""
    for signature in told:
        _write(
            "agreement-cancelled",
            "cancelled",
            signature.person,
            agreement,
            to=signature.email,
            key=f"agreement-cancelled-{signature.pk}",
            name=signature.name,
            sender=by.name,
        )


def expired(agreement: Agreement, version: Version, waiting: Iterable[Signature]) -> None:
    """Tell whoever answers for the agreement that the time ran out, and who was waited for."""
    _to_owner(
        "agreement-expired",
        "expired",
        agreement,
        key=f"agreement-expired-{version.pk}",
        names=[one.name for one in waiting],
    )


def _to_signer(
    kind: str,
    template: str,
    agreement: Agreement,
    signature: Signature,
    *,
    key: str | None = None,
    **context: Any,
) -> None:
    if not signature.email:
        return
    token = asking_links.create(signature)
    joinder = signature.joinder
    _write(
        kind,
        template,
        signature.person,
        agreement,
        to=signature.email,
        key=key,
        name=signature.name,
        party=signature.party.organisation,
        joining=joinder is not None,
        until=joinder.sign_by if joinder else agreement.sign_by,
        link=_sign_address(token),
        **context,
    )


def _to_owner(kind: str, template: str, agreement: Agreement, *, key: str, **context: Any) -> None:
    owner = agreement.owner
    if owner is None or not owner.email:
        return
    address = settings.SOLMU_ADDRESS + reverse("agreements:signing", args=[agreement.pk])
    _write(kind, template, owner, agreement, to=owner.email, key=key, link=address, **context)


def _sign_address(token: str) -> str:
    return str(settings.SOLMU_ADDRESS) + reverse("agreements:sign", args=[token])


def _write(
    kind: str,
    template: str,
    person: Person,
    agreement: Agreement,
    *,
    to: str,
    key: str | None = None,
    **context: Any,
) -> None:
    language = person.language or (language_of(person) if person.user_id else agreement.prevailing)
    outbox.write(
        kind,
        to=to,
        person=person,
        template=f"agreements/email/{template}",
        language=language,
        key=key,
        context={
            **context,
            "title": agreement.title,
            "institution": text_in(agreement.institution.organisation, "name", language),
        },
    )
