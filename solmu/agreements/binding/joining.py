"""Joining an agreement in force: one page with its own signature, and the others' confirmation.

Nobody signs again. The others answer by the rule that the agreement had when they were asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from solmu.agreements.binding import binding, mails
from solmu.agreements.models import Agreement, Joinder, Party, Signature, Version
from solmu.agreements.signing import asking_links, chain, record, signing
from solmu.agreements.signing import mails as signing_mails
from solmu.agreements.signing.signing import NOWHERE, Circumstances
from solmu.approvals import asking
from solmu.approvals.models import Round, Voice
from solmu.approvals.rules import EVERY, MAJORITY, SILENCE
from solmu.audit import history
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.networks.models import Group, Term
from solmu.organisations.models import Affiliation, Organisation
from solmu.people.models import Person
from solmu.people.viewer import Viewer
from solmu.sealing import sealing

KIND = "agreement-joinder"  # of the approvals
SEALED = "agreement-joinder"  # what composition.SEALED calls it
DAYS_TO_SIGN = 30

Accession = Agreement.Accession
State = Joinder.State
Waiting = Signature.State.WAITING
_RULES = {
    Accession.ALL: EVERY,
    Accession.MAJORITY: MAJORITY,
    Accession.STEERING: MAJORITY,
    Accession.SILENCE: SILENCE,
}


class JoiningError(ValueError):
    """The agreement can't be joined so; the sentence says why."""


@transaction.atomic
def ask(
    agreement: Agreement,
    organisation: Organisation,
    signers: Iterable[Person],
    *,
    from_on: date,
    by: Viewer,
    called: str = "",
    contact: Person | None = None,
) -> Joinder:
    """Make the joinder page of an organisation and ask its signers; the others are asked after.

    The signers must have a mandate for the organisation, as for any signature.
    """
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    people = list(signers)
    _check(agreement, organisation, people, from_on)
    version = version_to_join(agreement)
    if version is None:
        raise JoiningError(_("There is no signed text to join."))
    with history.acting(by, gettext_noop("asked to join the agreement")):
        position = agreement.parties.count()
        party = Party.objects.create(
            agreement=agreement,
            organisation=organisation,
            position=position,
            called=called,
            contact=contact or (people[0] if people else None),
            signers_needed=len(people),
            state=Party.State.JOINING,
        )
        today = clock.today()
        for person in people:
            if not signing.may_sign(person, party, agreement, today):
                raise JoiningError(
                    _("%(name)s has no right to sign for %(party)s today.")
                    % {"name": person.name, "party": organisation}
                )
        content = page_of(agreement, party, version, from_on)
        joinder = Joinder.objects.create(
            agreement=agreement,
            party=party,
            version=version,
            from_on=from_on,
            content=content,
            digest=chain.digest_of(content),
            rule=agreement.accession,
            sign_by=today + timedelta(days=DAYS_TO_SIGN),
            by_id=by.person_id,
        )
        record.add(
            agreement,
            "joining",
            {
                "by": by.name,
                "party": str(organisation),
                "joinder": joinder.pk,
                "content": joinder.digest,
                "version": version.number,
                "from": from_on.isoformat(),
            },
        )
        for person in people:
            signature = Signature.objects.create(
                joinder=joinder,
                party=party,
                person=person,
                name=person.name,
                email=person.email,
                means=agreement.means,
                asked_at=clock.real_now(),
                asked_on=today,
            )
            signing_mails.ask(agreement, signature, sender=by.name)
    return joinder


def version_to_join(agreement: Agreement) -> Version | None:
    """The version that the parties have signed."""
    party = agreement.parties.filter(version__isnull=False).select_related("version").first()
    return party.version if party else None


def page_of(agreement: Agreement, party: Party, version: Version, from_on: date) -> dict[str, Any]:
    """What the joinder page says: shaped as an agreement's content, so that it is shown so."""
    title, text = {}, {}
    for code in agreement.languages:
        with override(code):
            words = {
                "party": party.organisation,
                "agreement": agreement.title,
                "n": version.number,
                "day": date_format(from_on, "DATE_FORMAT"),
                "digest": version.digest,
            }
            title[code] = _("Joining")
            text[code] = "\n\n".join(
                (
                    _("%(party)s joins the agreement “%(agreement)s”, version %(n)s.") % words,
                    _(
                        "It has read the agreement and is bound by it from %(day)s, or from the day"
                        " on which the other parties have confirmed, if that is later."
                    )
                    % words,
                    _("The other parties don't sign again: this page is part of the agreement."),
                    _("Digest of the agreement's text (SHA-256): %(digest)s") % words,
                )
            )
    organisation = party.organisation
    with override(agreement.prevailing):
        page_title = _("Joining: %(title)s") % {"title": agreement.title}
    return {
        "title": page_title,
        "kind": agreement.kind,
        "languages": agreement.languages,
        "prevailing": agreement.prevailing,
        "case_number": agreement.case_number,
        "parties": [
            {
                "organisation": str(organisation.uuid),
                "name": str(organisation),
                "business_id": organisation.business_id,
                "called": party.called,
                "contact": party.contact.name if party.contact else "",
            }
        ],
        "clauses": [
            {
                "key": "joining",
                "kind": "text",
                "confidential": False,
                "title": title,
                "text": text,
            }
        ],
        "goals": [],
        "duties": [],
        "joins": {"version": version.number, "digest": version.digest},
        "term": {"from": from_on.isoformat(), "to": "", "notice_months": agreement.notice_months,
                 "renews_months": None},
        "accession": agreement.accession,
        "base": None,
    }  # fmt: skip


@transaction.atomic
def sign(
    signature: Signature, *, digest: str, by: Viewer, seen: Circumstances = NOWHERE
) -> Signature:
    """Sign the joinder page; after the last signature of the joining party the others are asked."""
    agreement, row = signing.locked(signature)
    with history.acting(by, gettext_noop("signed the joining")):
        signing.write_signed(agreement, row, digest=digest, seen=seen)
        after_signature(agreement, row)
    return row


def after_signature(agreement: Agreement, row: Signature) -> None:
    """Ask the others once nobody of the joining party waits to sign."""
    joinder = _joinder_of(row)
    if not joinder.signatures.filter(state=Waiting).exists():
        _ask_others(agreement, joinder)


@transaction.atomic
def decline(signature: Signature, *, reason: str, by: Viewer) -> Signature:
    """Decline to sign the joinder page: the organisation doesn't join."""
    agreement, row = signing.locked(signature)
    with history.acting(by, gettext_noop("declined to join")):
        signing.write_declined(agreement, row, reason=reason)
        _end(agreement, _joinder_of(row), reason)
    return row


@transaction.atomic
def take_back(joinder: Joinder, *, by: Viewer) -> None:
    """Take back an asking that hasn't been decided."""
    agreement, row = _locked(joinder.pk)
    if row.state not in {State.SIGNING, State.ASKED}:
        raise JoiningError(_("This has been decided already."))
    with history.acting(by, gettext_noop("joining taken back")):
        asking.close(KIND, row.pk)
        _end(agreement, row, _("Taken back."))


@transaction.atomic
def answer(voice: Voice, *, yes: bool, note: str, by: Viewer, seen: str = "") -> Joinder:
    """Answer for a party, or from a seat; what the rule decides is done at once."""
    agreement, joinder = _locked(voice.round.subject_id)
    if joinder.state != State.ASKED:
        raise JoiningError(_("This has been decided already."))
    with history.acting(by, gettext_noop("answered about joining")):
        try:
            decided = asking.answer(voice, yes=yes, note=note, by=by, seen=seen)
        except asking.ApprovalError as error:
            raise JoiningError(str(error)) from error
        record.add(
            agreement,
            "answered",
            {
                "by": by.name,
                "party": str(voice.organisation or ""),
                "joinder": joinder.pk,
                "yes": yes,
                "note": note,
            },
        )
        if decided.state == Round.State.APPROVED:
            _confirm(agreement, joinder)
        elif decided.state == Round.State.DECLINED:
            _end(agreement, joinder, note)
    return joinder


def voices(joinder: Joinder) -> list[Voice]:
    """What the others have said."""
    last = asking.latest(KIND, joinder.pk)
    if last is None:
        return []
    return list(last.voices.select_related("organisation", "person", "by", "round").order_by("pk"))


def who_answers(voice: Voice) -> list[Person]:
    """Who is asked for a voice: a seat's holder, a party's leaders, else its contact."""
    if voice.person is not None:
        return [voice.person]
    today = clock.today()
    leaders = (
        Affiliation.objects.on(today)
        .filter(institution_id=voice.organisation_id or 0, role="leader")
        .select_related("person__user")
    )
    if people := [one.person for one in leaders]:
        return people
    joinder = Joinder.objects.get(pk=voice.round.subject_id)
    party = binding.bound_on(joinder.agreement, today).filter(
        organisation_id=voice.organisation_id or 0
    )
    found = party.select_related("contact__user").first()
    if found is None:
        return []
    if found.contact is not None:
        return [found.contact]
    signed = found.signatures.filter(state=Signature.State.SIGNED).select_related("person__user")
    return [one.person for one in signed]


def follow_rounds(ids: Iterable[int]) -> None:
    """Confirm what nobody has objected to in time: the approvals have closed those rounds."""
    rounds = Round.objects.filter(pk__in=list(ids), subject_kind=KIND, state=Round.State.APPROVED)
    for key in rounds.order_by("pk").values_list("subject_id", flat=True):
        agreement, row = _locked(key)
        if row.state == State.ASKED:
            _confirm(agreement, row)


@tasks.periodic("40 5 * * *", "agreements.end_joinders")
def sweep() -> None:
    """End what the joining party didn't sign in time."""
    today = clock.today()
    late = Joinder.objects.filter(state=State.SIGNING, sign_by__lt=today)
    for key in late.order_by("pk").values_list("pk", flat=True):
        with (
            transaction.atomic(),
            history.acting(Viewer.system(gettext_noop("the time to sign ran out"))),
        ):
            agreement, row = _locked(key)
            if row.state == State.SIGNING and row.sign_by and row.sign_by < today:
                _end(agreement, row, _("The time to sign ran out."))


def _locked(key: int) -> tuple[Agreement, Joinder]:
    """The agreement and the joinder, locked in this order."""
    of = Joinder.objects.values_list("agreement_id", flat=True).get(pk=key)
    agreement = Agreement.objects.select_for_update().get(pk=of)
    return agreement, Joinder.objects.select_for_update().get(pk=key)


def _check(
    agreement: Agreement, organisation: Organisation, people: list[Person], from_on: date
) -> None:
    if agreement.state != Agreement.State.ACTIVE or agreement.valid is None:
        raise JoiningError(_("Only an agreement in force can be joined."))
    if agreement.accession == Accession.CLOSED:
        raise JoiningError(_("The agreement doesn't let others join."))
    if agreement.accession == Accession.STEERING and not _steering(agreement):
        raise JoiningError(
            _("The steering group has nobody in it today, so there is nobody to confirm.")
        )
    if agreement.valid.lower and from_on < agreement.valid.lower:
        raise JoiningError(_("The agreement wasn't in force yet on that day."))
    if agreement.valid.upper and from_on >= agreement.valid.upper:
        raise JoiningError(_("The agreement ends before that day."))
    if not people:
        raise JoiningError(_("Choose who signs for the organisation that joins."))
    if any(not one.email for one in people):
        raise JoiningError(_("Each signer needs an e-mail address."))
    own = agreement.parties.filter(organisation=organisation)
    if own.filter(state=Party.State.JOINING).exists():
        raise JoiningError(_("%(party)s is being asked already.") % {"party": organisation})
    rest = DateRange(from_on, agreement.valid.upper, "[)")
    if own.filter(bound__overlap=rest).exists():
        raise JoiningError(_("%(party)s is a party already.") % {"party": organisation})


def _joinder_of(row: Signature) -> Joinder:
    if row.joinder is None:
        raise TypeError("a version is signed by signing.signing")
    return row.joinder


def _steering(agreement: Agreement) -> list[Term]:
    if agreement.network_id is None:
        return []
    today = clock.today()
    terms = Term.objects.on(today).filter(
        deputy=False,
        seat__valid__contains=today,
        seat__group__valid__contains=today,
        seat__group__network_id=agreement.network_id,
        seat__group__kind=Group.Kind.STEERING,
    )
    return list(terms.select_related("person", "seat").order_by("pk"))


def _ask_others(agreement: Agreement, joinder: Joinder) -> None:
    asked: dict[int, asking.Asked] = {}
    if joinder.rule == Accession.STEERING:
        for term in _steering(agreement):
            asked.setdefault(
                term.person_id,
                asking.Asked(organisation_id=term.seat.organisation_id, person_id=term.person_id),
            )
    else:
        for party in binding.bound_on(agreement, clock.today()):
            asked[party.organisation_id] = asking.Asked(organisation_id=party.organisation_id)
    by = Viewer.system(gettext_noop("the joining party has signed"))
    opened = asking.open_round(
        KIND,
        joinder.pk,
        rule=_RULES[Accession(joinder.rule)],
        days=agreement.silence_days if joinder.rule == Accession.SILENCE else None,
        content={"digest": joinder.digest},
        asked=asked.values(),
        by=by,
    )
    joinder.state, joinder.object_by = State.ASKED, opened.answer_by
    joinder.save(update_fields=["state", "object_by"])
    record.add(
        agreement,
        "others asked",
        {
            "party": str(joinder.party.organisation),
            "joinder": joinder.pk,
            "rule": joinder.rule,
            "object_by": str(joinder.object_by or ""),
        },
    )
    for voice in opened.voices.select_related("organisation", "person__user", "round"):
        for person in who_answers(voice):
            mails.ask(joinder, voice, person)


def _confirm(agreement: Agreement, joinder: Joinder) -> None:
    today = clock.today()
    party = joinder.party
    valid = agreement.valid
    if (
        agreement.state != Agreement.State.ACTIVE
        or valid is None
        or (valid.upper and valid.upper <= max(joinder.from_on, today))
    ):
        _end(agreement, joinder, _("The agreement had ended."))
        return
    party.bound = DateRange(max(joinder.from_on, today), valid.upper, "[)")
    party.state, party.version = Party.State.JOINED, joinder.version
    party.save(update_fields=["bound", "state", "version"])
    joinder.state, joinder.decided_at = State.CONFIRMED, clock.real_now()
    joinder.save(update_fields=["state", "decided_at"])
    record.add(
        agreement,
        "joined",
        {
            "party": str(party.organisation),
            "joinder": joinder.pk,
            "content": joinder.digest,
            "from": party.bound.lower.isoformat(),
        },
    )
    sealing.ask(SEALED, joinder.pk, institution=agreement.institution)
    mails.joined(joinder)
    follow("agreement", [agreement.pk])


def _end(agreement: Agreement, joinder: Joinder, note: str) -> None:
    for signature in joinder.signatures.filter(state=Waiting):
        asking_links.revoke(signature)
    joinder.signatures.filter(state=Waiting).update(state=Signature.State.CANCELLED)
    joinder.state, joinder.note = State.DECLINED, note[:300]
    joinder.decided_at = clock.real_now()
    joinder.save(update_fields=["state", "note", "decided_at"])
    party = joinder.party
    party.state = Party.State.DECLINED
    party.save(update_fields=["state"])
    record.add(
        agreement,
        "not joined",
        {"party": str(party.organisation), "joinder": joinder.pk, "note": note},
    )
    mails.not_joined(joinder)
