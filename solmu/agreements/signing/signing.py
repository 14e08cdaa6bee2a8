"""Signing: who is asked, the code, the signature or the refusal, and when all have signed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from solmu.agreements.drafting import drafting
from solmu.agreements.models import Agreement, Mandate, Party, Signature, Version
from solmu.agreements.signing import record
from solmu.audit import history
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.lib.tokens import token_hash
from solmu.notifications import outbox
from solmu.people import links
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.sealing import sealing

PURPOSE = "sign-agreement"
RECORD = "signature"
SEALED = "agreement-version"  # what composition.SEALED calls it
CODE_MINUTES, CODE_TRIES = 15, 5
DAYS_TO_SIGN = 30

State = Agreement.State
Waiting = Signature.State.WAITING


class SigningError(ValueError):
    """It can't be signed or asked so; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who is asked to sign for a party."""

    party: Party
    person: Person
    title: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """From where it was signed, for the record."""

    address: str = ""
    browser: str = ""


@transaction.atomic
def ask(
    agreement: Agreement,
    signers: Iterable[Signer],
    *,
    by: Viewer,
    sign_by: date | None = None,
) -> Version:
    """Freeze the text and ask all signers, or the first of them where an order is set.

    Checks beforehand that nothing is missing and that each may sign for their organisation today.
    """
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    _may_follow(agreement, State.SIGNING)
    asked = list(signers)
    problems = problems_of(agreement, asked)
    if problems:
        raise SigningError(" ".join(problems))
    # Each asking is a version of its own: what was signed or declined before stays as it was.
    version = drafting.freeze(agreement, by=by, unsigned=True)
    with history.acting(by, gettext_noop("signatures asked for")):
        for position, signer in enumerate(asked):
            Signature.objects.create(
                version=version,
                party=signer.party,
                person=signer.person,
                position=position,
                name=signer.person.name,
                email=signer.person.email,
                title=signer.title,
                means=agreement.means,
            )
        agreement.state = State.SIGNING
        agreement.sign_by = sign_by or clock.today() + timedelta(days=DAYS_TO_SIGN)
        agreement.save(update_fields=["state", "sign_by"])
        agreement.parties.filter(state__in=[Party.State.NAMED, Party.State.DECLINED]).update(
            state=Party.State.ASKED
        )
        record.add(
            agreement,
            "asked",
            {
                "by": by.name,
                "version": version.number,
                "content": version.digest,
                "signers": [
                    {"name": one.name, "email": one.email, "party": str(one.party.organisation)}
                    for one in version.signatures.select_related("party__organisation")
                ],
            },
        )
        _ask_next(agreement, version, by.name)
    return version


def problems_of(agreement: Agreement, signers: list[Signer]) -> list[str]:
    """Why signatures can't be asked for, in sentences; none: they can."""
    found = []
    if missing := drafting.missing(agreement):
        found.append(_("Fill in first: %(names)s.") % {"names": ", ".join(missing)})
    today = clock.today()
    for party in agreement.parties.select_related("organisation"):
        own = [signer for signer in signers if signer.party.pk == party.pk]
        if len(own) < party.signers_needed:
            found.append(
                ngettext(
                    "%(party)s needs %(n)s signer.",
                    "%(party)s needs %(n)s signers.",
                    party.signers_needed,
                )
                % {"party": party.organisation, "n": party.signers_needed}
            )
        for signer in own:
            words = {"name": signer.person.name, "party": party.organisation}
            if not signer.person.email:
                found.append(_("%(name)s has no e-mail address yet.") % words)
            if not may_sign(signer.person, party, agreement, today):
                found.append(_("%(name)s has no right to sign for %(party)s today.") % words)
    return found


def may_sign(person: Person, party: Party, agreement: Agreement, day: date) -> bool:
    """Tell whether a mandate known to the drafting institution covers the day."""
    return (
        Mandate.objects.on(day)
        .filter(
            person=person,
            organisation_id=party.organisation_id,
            institution_id__in=[agreement.institution_id, party.organisation_id],
        )
        .exists()
    )


@transaction.atomic
def send_code(signature: Signature) -> None:
    """Send a new code to the signer's address; the one before it works no more."""
    row = Signature.objects.select_for_update().get(pk=signature.pk)
    if row.state != Waiting:
        raise SigningError(_("This has been answered already."))
    code = f"{secrets.randbelow(10**6):06d}"
    row.code_hash = token_hash(f"{row.pk}-{code}")
    row.code_until = clock.real_now() + timedelta(minutes=CODE_MINUTES)
    row.code_tries = 0
    row.save(update_fields=["code_hash", "code_until", "code_tries"])
    outbox.write(
        "agreement-code",
        to=row.email,
        template="agreements/email/code",
        context={"code": code, "minutes": CODE_MINUTES, "agreement": row.version.agreement},
        language=row.person.language or get_language() or "fi",
        person=row.person,
    )


def check_code(signature: Signature, code: str) -> None:
    """Raise SigningError unless the code is the one that was sent, in time and in few tries.

    Wrong tries are counted in a transaction of their own, so that a refusal doesn't undo the count.
    """
    with transaction.atomic():
        row = Signature.objects.select_for_update().get(pk=signature.pk)
        if not row.code_hash or row.code_until is None or row.code_until < clock.real_now():
            raise SigningError(_("The code is too old. Ask for a new one."))
        if row.code_tries >= CODE_TRIES:
            raise SigningError(_("Too many wrong codes. Ask for a new one."))
        given = "".join(filter(str.isdigit, code))
        right = secrets.compare_digest(row.code_hash, token_hash(f"{row.pk}-{given}"))
        row.code_tries += not right
        row.save(update_fields=["code_tries"])
    if not right:
        raise SigningError(_("That isn't the code that was sent."))


@transaction.atomic
def sign(
    signature: Signature, *, digest: str, by: Viewer, seen: Circumstances = Circumstances()
) -> Signature:
    """Sign what was on the screen. The last signature brings the agreement into force.

    The caller has identified the signer by the means that the agreement demands. Everything is
    checked again here under the agreement's lock: two in the same second follow each other.
    """
    agreement = Agreement.objects.select_for_update().get(pk=signature.version.agreement_id)
    row = Signature.objects.select_for_update().get(pk=signature.pk)
    version = row.version
    _may_answer(agreement, row)
    if digest != version.digest:
        raise SigningError(_("The text has changed. Read it again before you sign."))
    if not may_sign(row.person, row.party, agreement, clock.today()):
        raise SigningError(_("Your right to sign for the organisation has ended."))
    with history.acting(by, gettext_noop("signed")):
        row.state = Signature.State.SIGNED
        row.digest = digest
        row.done_at = clock.real_now()
        row.address, row.browser = seen.address[:60], seen.browser[:200]
        row.code_hash = ""
        row.save()
        record.add(
            agreement,
            "signed",
            {
                "signer": row.name,
                "email": row.email,
                "title": row.title,
                "party": str(row.party.organisation),
                "means": row.means,
                "version": version.number,
                "content": digest,
                "address": row.address,
                "browser": row.browser,
            },
        )
        links.revoke(RECORD, row.pk, PURPOSE)
        _party_signed(row.party, version)
        if version.signatures.filter(state=Waiting).exists():
            _ask_next(agreement, version, "")
        else:
            _complete(agreement, version)
    return row


@transaction.atomic
def decline(signature: Signature, *, reason: str, by: Viewer) -> Signature:
    """Decline to sign, with a reason: the request ends for all, and the text can be changed."""
    reason = reason.strip()
    if not reason:
        raise SigningError(_("Say why you don't sign: it helps the others."))
    agreement = Agreement.objects.select_for_update().get(pk=signature.version.agreement_id)
    row = Signature.objects.select_for_update().get(pk=signature.pk)
    _may_answer(agreement, row)
    with history.acting(by, gettext_noop("declined to sign")):
        row.state, row.reason, row.done_at = Signature.State.DECLINED, reason, clock.real_now()
        row.save(update_fields=["state", "reason", "done_at"])
        row.party.state = Party.State.DECLINED
        row.party.save(update_fields=["state"])
        record.add(
            agreement,
            "declined",
            {"signer": row.name, "party": str(row.party.organisation), "reason": reason},
        )
        _close(agreement, row.version, State.DECLINED)
    return row


@transaction.atomic
def cancel(agreement: Agreement, *, by: Viewer) -> None:
    """Take the request back: the links end, and the agreement is a draft again."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.state != State.SIGNING:
        raise SigningError(_("There is no request to take back."))
    version = agreement.versions.order_by("number").last()
    with history.acting(by, gettext_noop("request for signatures taken back")):
        record.add(agreement, "cancelled", {"by": by.name})
        if version:
            _close(agreement, version, State.DRAFT)


@tasks.periodic("20 5 * * *", "agreements.expire")
def expire() -> None:
    """Close the requests whose last day has passed."""
    late = Agreement.objects.filter(state=State.SIGNING, sign_by__lt=clock.today())
    for key in late.values_list("pk", flat=True):
        with transaction.atomic():
            agreement = Agreement.objects.select_for_update().get(pk=key)
            version = agreement.versions.order_by("number").last()
            if agreement.state != State.SIGNING or version is None:
                continue
            with history.acting(Viewer.system(gettext_noop("the time to sign ran out"))):
                record.add(agreement, "expired", {"sign_by": str(agreement.sign_by)})
                _close(agreement, version, State.EXPIRED)


def _may_follow(agreement: Agreement, to: str) -> None:
    if to not in Agreement.NEXT[State(agreement.state)]:
        raise SigningError(
            _("Signatures can't be asked for: the agreement is “%(state)s”.")
            % {"state": agreement.get_state_display()}
        )


def _may_answer(agreement: Agreement, row: Signature) -> None:
    if row.state != Waiting:
        raise SigningError(_("This has been answered already."))
    if agreement.state != State.SIGNING:
        raise SigningError(_("The request for signatures has ended."))
    if agreement.sign_by and agreement.sign_by < clock.today():
        raise SigningError(_("The time to sign has run out."))
    if row.asked_at is None:
        raise SigningError(_("Others sign before you. You get a message when it is your turn."))


def _ask_next(agreement: Agreement, version: Version, sender: str) -> None:
    waiting = list(
        version.signatures.filter(state=Waiting).select_related("person").order_by("position")
    )
    for signature in waiting[:1] if agreement.in_order else waiting:
        if signature.asked_at is None:
            signature.asked_at = clock.real_now()
            signature.save(update_fields=["asked_at"])
            send_link(signature, sender)


def send_link(signature: Signature, sender: str) -> None:
    """Send the signer a personal link; the one before it works no more."""
    agreement = signature.version.agreement
    links.revoke(RECORD, signature.pk, PURPOSE)
    _link, token = links.create(
        PURPOSE,
        RECORD,
        signature.pk,
        email=signature.email,
        person=signature.person,
        days=DAYS_TO_SIGN + 1,
    )
    outbox.write(
        "agreement-sign",
        to=signature.email,
        template="agreements/email/sign",
        context={
            "agreement": agreement,
            "institution": agreement.institution.organisation,
            "sender": sender,
            "name": signature.name,
            "url": f"{settings.SOLMU_ADDRESS}{reverse('agreements:sign', args=[token])}",
            "until": agreement.sign_by,
        },
        language=signature.person.language or agreement.prevailing,
        person=signature.person,
    )


def _party_signed(party: Party, version: Version) -> None:
    done = version.signatures.filter(party=party, state=Signature.State.SIGNED).count()
    left = version.signatures.filter(party=party, state=Waiting).count()
    if left == 0 and done >= party.signers_needed:
        party.state = Party.State.SIGNED
        party.save(update_fields=["state"])


def _complete(agreement: Agreement, version: Version) -> None:
    today = clock.today()
    valid = agreement.valid
    if valid is None or valid.lower is None:
        agreement.valid = DateRange(today, valid.upper if valid else None, "[)")
    agreement.state = State.ACTIVE
    agreement.save(update_fields=["state", "valid"])
    bound: Any = agreement.valid
    agreement.parties.update(bound=bound, version=version)
    record.add(agreement, "in force", {"version": version.number, "content": version.digest})
    # The signature is kept whatever becomes of the seal: its job is tried until it is done.
    sealing.ask(SEALED, version.pk, institution=agreement.institution)
    follow("agreement", [agreement.pk])


def _close(agreement: Agreement, version: Version, state: str) -> None:
    for signature in version.signatures.filter(state=Waiting):
        links.revoke(RECORD, signature.pk, PURPOSE)
    version.signatures.filter(state=Waiting).update(state=Signature.State.CANCELLED)
    agreement.parties.filter(state__in=[Party.State.ASKED, Party.State.SIGNED]).update(
        state=Party.State.NAMED
    )
    agreement.state = state
    agreement.save(update_fields=["state"])
