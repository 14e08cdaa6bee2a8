"""Signing: who is asked, the signature or the refusal, and what follows when all have signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from solmu.agreements.drafting import drafting, words
from solmu.agreements.models import (
    Agreement,
    Joinder,
    Mandate,
    Party,
    Signatory,
    Signature,
    Version,
)
from solmu.agreements.signing import asking_links, mails, record
from solmu.audit import history
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.sealing import sealing

SEALED = "agreement-version"  # what composition.SEALED calls it
DAYS_TO_SIGN = 30

State = Agreement.State
Waiting = Signature.State.WAITING


class SigningError(ValueError):
    """It can't be signed or asked so; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who is asked to sign for a party; of one `turn` all are asked at the same time."""

    party: Party
    person: Person
    title: str = ""
    turn: int = 1


@dataclass(frozen=True, slots=True)
class Circumstances:
    """From where it was signed, and how the signer was identified; for the record."""

    address: str = ""
    browser: str = ""
    identified: str = ""


NOWHERE = Circumstances()


def chosen(agreement: Agreement) -> list[Signer]:
    """Those who have been chosen to sign, in their order, with the title of their mandate."""
    rows = Signatory.objects.filter(party__agreement=agreement).select_related(
        "party__organisation", "person__user"
    )
    titles = {
        (one.organisation_id, one.person_id): one.title
        for one in Mandate.objects.on(clock.today()).filter(
            organisation__agreement_parties__agreement=agreement
        )
    }
    return [
        Signer(
            row.party,
            row.person,
            titles.get((row.party.organisation_id, row.person_id), ""),
            row.turn,
        )
        for row in rows
    ]


@transaction.atomic
def ask(
    agreement: Agreement,
    signers: Iterable[Signer] | None = None,
    *,
    by: Viewer,
    sign_by: date | None = None,
) -> Version:
    """Freeze the text and ask all signers, or the first of them where an order is set.

    Without `signers`, those who have been chosen. Checks beforehand that nothing is missing and
    that each may sign for their organisation today.
    """
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    _may_follow(agreement, State.SIGNING)
    asked = list(signers) if signers is not None else chosen(agreement)
    until = sign_by or agreement.sign_by
    if until is None or (sign_by is None and until <= clock.today()):
        until = clock.today() + timedelta(days=DAYS_TO_SIGN)
    problems = problems_of(agreement, asked, sign_by=until)
    if problems:
        raise SigningError(" ".join(problems))
    # Each asking is a version of its own: what was signed or declined before stays as it was.
    version = drafting.freeze(agreement, by=by, unsigned=True)
    with history.acting(by, gettext_noop("signatures asked for")):
        for signer in asked:
            Signature.objects.create(
                version=version,
                party=signer.party,
                person=signer.person,
                position=signer.turn,
                name=signer.person.name,
                email=signer.person.email,
                title=signer.title,
                means=agreement.means,
            )
        agreement.state = State.SIGNING
        agreement.sign_by = until
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
                "sign_by": until.isoformat(),
                "means": agreement.means,
                "signers": [
                    {"name": one.name, "email": one.email, "party": str(one.party.organisation)}
                    for one in version.signatures.select_related("party__organisation")
                ],
            },
        )
        _ask_next(agreement, version, by.name)
        follow("agreement", [agreement.pk])
    return version


def problems_of(
    agreement: Agreement, signers: list[Signer], *, sign_by: date | None = None
) -> list[str]:
    """Why signatures can't be asked for, in sentences; none: they can."""
    found = []
    if missing := drafting.missing(agreement):
        found.append(
            _("Fill in first: %(names)s.")
            % {"names": ", ".join(words.label(name) for name in missing)}
        )
    if not agreement.clauses.exists():
        found.append(_("The agreement has no text yet."))
    today = clock.today()
    if sign_by and sign_by < today:
        found.append(_("The last day to sign has passed already."))
    if agreement.prevailing not in agreement.languages:
        found.append(_("Choose which of the agreement's languages prevails."))
    parties = list(agreement.parties.select_related("organisation"))
    if len(parties) < 2:
        found.append(_("An agreement needs at least two parties."))
    allowed = mandated(agreement, today)
    organisations = [party.organisation for party in parties]
    found += [
        _("%(party)s is named twice as a party: take one of them out.") % {"party": one}
        for one in dict.fromkeys(organisations)
        if organisations.count(one) > 1
    ]
    for party in parties:
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
            found += _problems_of_signer(agreement, signer, party, allowed)
    addresses: dict[str, Signer] = {}
    for signer in signers:
        email = signer.person.email.lower()
        other = addresses.setdefault(email, signer) if email else signer
        if other.person.pk != signer.person.pk:
            found.append(
                _("%(one)s and %(other)s have the same e-mail address; each needs their own.")
                % {"one": other.person.name, "other": signer.person.name}
            )
    return found


def mandated(agreement: Agreement, day: date) -> set[tuple[int, int]]:
    """The (person, organisation) pairs of those who may sign on a day."""
    rows = Mandate.objects.on(day).filter(
        organisation__agreement_parties__agreement=agreement,
    )
    return {
        (one.person_id, one.organisation_id)
        for one in rows
        # Who may sign is what the drafting institution knows, or the organisation says itself.
        if one.institution_id in {agreement.institution_id, one.organisation_id}
    }


def may_sign(person: Person, party: Party, agreement: Agreement, day: date) -> bool:
    """Tell whether a mandate known to the drafting institution covers the day."""
    return (person.pk, party.organisation_id) in mandated(agreement, day)


@transaction.atomic
def sign(
    signature: Signature, *, digest: str, by: Viewer, seen: Circumstances = NOWHERE
) -> Signature:
    """Sign what was on the screen. The last signature brings the agreement into force.

    The caller has identified the signer by the means that the agreement demands. Everything is
    checked again here under the agreement's lock: two in the same second follow each other.
    """
    agreement, row = locked(signature)
    with history.acting(by, gettext_noop("signed")):
        write_signed(agreement, row, digest=digest, seen=seen)
        after_signature(agreement, row)
    return row


def after_signature(agreement: Agreement, row: Signature) -> None:
    """Ask those whose turn it is, or bring the agreement into force."""
    version = _version_of(row)
    _party_signed(row.party, version)
    if version.signatures.filter(state=Waiting).exists():
        _ask_next(agreement, version, "")
    else:
        _complete(agreement, version)


@transaction.atomic
def decline(signature: Signature, *, reason: str, by: Viewer) -> Signature:
    """Decline to sign, with a reason: the request ends for all, and the text can be changed."""
    agreement, row = locked(signature)
    version = _version_of(row)
    with history.acting(by, gettext_noop("declined to sign")):
        write_declined(agreement, row, reason=reason)
        row.party.state = Party.State.DECLINED
        row.party.save(update_fields=["state"])
        close(agreement, version, State.DECLINED)
        mails.declined(agreement, row)
    return row


@transaction.atomic
def cancel(agreement: Agreement, *, by: Viewer) -> None:
    """Take the request back: the links end, and the agreement is a draft again."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.state != State.SIGNING:
        raise SigningError(_("There is no request to take back."))
    version = current(agreement)
    with history.acting(by, gettext_noop("request for signatures taken back")):
        record.add(agreement, "cancelled", {"by": by.name})
        if version:
            told = list(version.signatures.exclude(asked_on=None).select_related("person__user"))
            close(agreement, version, State.DRAFT)
            mails.cancelled(agreement, told, by=by)


@tasks.periodic("20 5 * * *", "agreements.expire")
def expire() -> None:
    """Close the requests whose last day has passed."""
    late = Agreement.objects.filter(state=State.SIGNING, sign_by__lt=clock.today())
    for key in late.values_list("pk", flat=True):
        with transaction.atomic():
            agreement = Agreement.objects.select_for_update().get(pk=key)
            version = current(agreement)
            late_still = agreement.sign_by and agreement.sign_by < clock.today()
            if agreement.state != State.SIGNING or version is None or not late_still:
                continue
            with history.acting(Viewer.system(gettext_noop("the time to sign ran out"))):
                record.add(agreement, "expired", {"sign_by": str(agreement.sign_by)})
                waiting = list(version.signatures.filter(state=Waiting))
                close(agreement, version, State.EXPIRED)
                mails.expired(agreement, version, waiting)


def current(agreement: Agreement) -> Version | None:
    """The version that was last sent for signing."""
    asked = agreement.versions.filter(signatures__isnull=False)
    return asked.order_by("number").last()


def locked(signature: Signature) -> tuple[Agreement, Signature]:
    """The agreement and the signature, locked in this order; what others did is seen."""
    key = Party.objects.values_list("agreement_id", flat=True).get(pk=signature.party_id)
    agreement = Agreement.objects.select_for_update().get(pk=key)
    row = Signature.objects.select_for_update().get(pk=signature.pk)
    return agreement, row


# What stands in the way of an answer, in the words that the page and the refusal share.
SIGNED, DECLINED, CANCELLED, EXPIRED, TURN, MANDATE, OVER = (
    "signed", "declined", "cancelled", "expired", "turn", "mandate", "over",
)  # fmt: skip


def obstacle(agreement: Agreement, row: Signature) -> str:
    """What stands in the way of an answer today: one of the words above; empty: nothing."""
    own = {
        Signature.State.SIGNED: SIGNED,
        Signature.State.DECLINED: DECLINED,
        Signature.State.CANCELLED: CANCELLED,
    }
    today = clock.today()
    if row.state != Waiting:
        if row.state == Signature.State.CANCELLED and agreement.state == State.EXPIRED:
            return EXPIRED
        return own[Signature.State(row.state)]
    joinder = row.joinder
    if joinder is None:
        running, until = agreement.state == State.SIGNING, agreement.sign_by
    else:
        running = joinder.state == Joinder.State.SIGNING and agreement.state == State.ACTIVE
        until = joinder.sign_by
    if not running:
        return OVER
    if until and until < today:
        return EXPIRED
    if row.asked_on is None:
        return TURN
    if not may_sign(row.person, row.party, agreement, today):
        return MANDATE
    return ""


def sentence(what: str) -> str:
    """What stands in the way, in a sentence."""
    return {
        SIGNED: _("This has been signed already."),
        DECLINED: _("This has been answered already: it was declined."),
        CANCELLED: _("The request for signatures was taken back."),
        OVER: _("The request for signatures has ended."),
        EXPIRED: _("The time to sign has run out."),
        TURN: _("Others sign before you. You get a message when it is your turn."),
        MANDATE: _("Your right to sign for the organisation has ended."),
    }[what]


def write_signed(agreement: Agreement, row: Signature, *, digest: str, seen: Circumstances) -> None:
    """Write a signature and its line of the record; the caller holds the locks."""
    if found := obstacle(agreement, row):
        raise SigningError(sentence(found))
    if digest != row.subject.digest:
        raise SigningError(_("The text has changed. Read it again before you sign."))
    row.state = Signature.State.SIGNED
    row.digest = digest
    row.done_at = clock.real_now()
    row.address, row.browser = seen.address[:60], seen.browser[:200]
    row.identified = seen.identified[:300]
    row.code_hash = ""
    row.save()
    record.add(agreement, "signed", record.facts_of(row))


def write_declined(agreement: Agreement, row: Signature, *, reason: str) -> None:
    """Write a refusal and its line of the record; the caller holds the locks."""
    reason = reason.strip()
    if not reason:
        raise SigningError(_("Say why you don't sign: it helps the others."))
    # Whoever may no longer sign may still say no.
    if (found := obstacle(agreement, row)) and found != MANDATE:
        raise SigningError(sentence(found))
    row.state, row.reason, row.done_at = Signature.State.DECLINED, reason, clock.real_now()
    row.save(update_fields=["state", "reason", "done_at"])
    record.add(
        agreement,
        "declined",
        {"signer": row.name, "party": str(row.party.organisation), "reason": reason},
    )


def close(agreement: Agreement, version: Version, state: str) -> None:
    """End a request: its links work no more, and nobody of it waits."""
    for signature in version.signatures.filter(state=Waiting):
        asking_links.revoke(signature)
    version.signatures.filter(state=Waiting).update(state=Signature.State.CANCELLED)
    agreement.parties.filter(state__in=[Party.State.ASKED, Party.State.SIGNED]).update(
        state=Party.State.NAMED
    )
    agreement.state = state
    agreement.save(update_fields=["state"])
    follow("agreement", [agreement.pk])


def _version_of(row: Signature) -> Version:
    if row.version is None:
        raise TypeError("a joinder is signed by binding.joining")
    return row.version


def _problems_of_signer(
    agreement: Agreement, signer: Signer, party: Party, allowed: set[tuple[int, int]]
) -> list[str]:
    words = {"name": signer.person.name, "party": party.organisation}
    found = []
    if not signer.person.email:
        found.append(_("%(name)s has no e-mail address yet.") % words)
    if (signer.person.pk, party.organisation_id) not in allowed:
        found.append(_("%(name)s has no right to sign for %(party)s today.") % words)
    if agreement.means == Agreement.Means.SIGN_IN and signer.person.user_id is None:
        found.append(
            _("%(name)s has no account to sign in with. Invite them, or let them use a code.")
            % words
        )
    return found


def _may_follow(agreement: Agreement, to: str) -> None:
    if to not in Agreement.NEXT[State(agreement.state)]:
        raise SigningError(
            _("Signatures can't be asked for: the agreement is “%(state)s”.")
            % {"state": agreement.get_state_display()}
        )


def _ask_next(agreement: Agreement, version: Version, sender: str) -> None:
    waiting = list(
        version.signatures.filter(state=Waiting)
        .select_related("person__user", "party__organisation")
        .order_by("position", "pk")
    )
    first = waiting[0].position if waiting else 0
    for signature in waiting:
        if signature.asked_on is None and (not agreement.in_order or signature.position == first):
            signature.asked_at, signature.asked_on = clock.real_now(), clock.today()
            signature.save(update_fields=["asked_at", "asked_on"])
            mails.ask(agreement, signature, sender=sender)


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
    agreement.parties.update(bound=bound, version=version, state=Party.State.SIGNED)
    record.add(agreement, "in force", {"version": version.number, "content": version.digest})
    # The signature is kept whatever becomes of the seal: its job is tried until it is done.
    sealing.ask(SEALED, version.pk, institution=agreement.institution)
    mails.in_force(agreement, version)
    follow("agreement", [agreement.pk])
