"""The text goes to the other parties and back: sent, commented, answered, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements import indexing
from solmu.agreements.drafting import drafting, mails, wording
from solmu.agreements.drafting.drafting import DraftingError
from solmu.agreements.models import Agreement, Clause, Comment, Party, Version
from solmu.audit import history
from solmu.lib import clock
from solmu.lib.tokens import token_hash
from solmu.people import links
from solmu.people.models import Person, SignedLink
from solmu.people.viewer import Viewer

PURPOSE = "comment-agreement"
RECORD = "agreement-party"
DAYS = 60
LONGEST = 20_000

State, Voice = Agreement.State, Party.Voice
Mark = Comment.State

# Translated where the history is shown.
SAID = gettext_noop("Said through the link")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is asked for comments on behalf of a party."""

    party: Party
    person: Person


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens; `live`: it may still be answered."""

    party: Party
    person: Person | None
    live: bool


@transaction.atomic
def send(
    agreement: Agreement, receivers: Iterable[Receiver], *, by: Viewer, message: str = ""
) -> Version:
    """Send the text, frozen as it is, to the parties' contacts: it is their turn.

    Each gets a personal link; links sent before end.
    """
    row = drafting.opened(agreement)
    asked = list(receivers)
    if not asked:
        raise DraftingError(_("Choose whom to ask."))
    for one in asked:
        if one.party.agreement_id != row.pk or one.party.organisation_id == row.institution_id:
            raise DraftingError(_("Choose a party of this agreement."))
        if not one.person.email:
            raise DraftingError(
                _("%(name)s has no e-mail address yet.") % {"name": one.person.name}
            )
    if row.state != State.NEGOTIATION and State.NEGOTIATION not in Agreement.NEXT[State(row.state)]:
        raise DraftingError(_("The text can't be sent for comments now."))
    with history.acting(by, gettext_noop("sent for comments")):
        earlier = row.versions.order_by("number").last()
        version = drafting.freeze(row, by=by, note=message.strip()[:200])
        row.state = State.NEGOTIATION
        row.save(update_fields=["state"])
        for one in asked:
            held = Party.objects.select_for_update(of=("self",)).get(pk=one.party.pk)
            held.voice, held.voiced_at, held.contact = Voice.WAITING, None, one.person
            held.save(update_fields=["voice", "voiced_at", "contact"])
            links.revoke(RECORD, held.pk, PURPOSE)
            link, token = links.create(
                PURPOSE,
                RECORD,
                held.pk,
                email=one.person.email,
                person=one.person,
                days=DAYS,
            )
            again = earlier is not None and earlier.number != version.number
            mails.sent(
                row, one.person, token, key=f"agreement-comment-{link.pk}", by=by,
                message=message.strip(), again=again,
            )  # fmt: skip
    indexing.index_agreements([row.pk])
    return version


@transaction.atomic
def take_back(agreement: Agreement, *, by: Viewer) -> None:
    """Take the text back: links end, and it is the drafter's own again."""
    row = drafting.opened(agreement)
    if row.state != State.NEGOTIATION:
        raise DraftingError(_("The text isn't out for comments."))
    with history.acting(by, gettext_noop("taken back from comments")):
        for party in row.parties.filter(voice=Voice.WAITING):
            links.revoke(RECORD, party.pk, PURPOSE)
        row.parties.filter(voice=Voice.WAITING).update(voice=Voice.NONE)
        row.state = State.DRAFT
        row.save(update_fields=["state"])
    indexing.index_agreements([row.pk])


@transaction.atomic
def say(
    party: Party,
    *,
    key: str,
    text: str = "",
    suggested: str = "",
    language: str,
    by: Viewer,
    author: Person | None = None,
) -> Comment:
    """A party comments on a clause of the text that was sent, or suggests another wording for it.

    Without a key the comment is about the whole.
    """
    agreement = _negotiated(party)
    version = agreement.versions.order_by("number").last()
    content = version.content if version else drafting.content_of(agreement)
    clause = next((one for one in content["clauses"] if one["key"] == key), None)
    if key and clause is None:
        raise DraftingError(_("The clause isn't in the text any more."))
    text, suggested = _tidy(text), _tidy(suggested)
    if clause is None or not wording.differs(clause["text"].get(language, ""), suggested):
        suggested = ""
    if not text and not suggested:
        raise DraftingError(_("Write a comment, or change the wording."))
    if language not in agreement.languages:
        language = agreement.prevailing
    with history.acting(by):
        return Comment.objects.create(
            agreement=agreement,
            version=version,
            key=key,
            language=language,
            text=text,
            suggested=suggested,
            organisation_id=party.organisation_id,
            author=author,
        )


@transaction.atomic
def finish(party: Party, *, fine: bool, by: Viewer, name: str) -> Party:
    """A party says that the text is fine by it, or that its comments are done: it isn't its turn.

    The drafter is told.
    """
    agreement = _negotiated(party)
    held = Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    if held.voice == Voice.FINE and fine:
        return held
    version = agreement.versions.order_by("number").last()
    own = Comment.objects.filter(
        agreement=agreement, organisation_id=held.organisation_id, state=Mark.OPEN
    )
    if not fine and not own.exists():
        raise DraftingError(_("Write at least one comment first, or say that it is fine by you."))
    with history.acting(by, gettext_noop("answered what was sent")):
        held.voice = Voice.FINE if fine else Voice.COMMENTED
        held.voiced_at = clock.real_now()
        held.save(update_fields=["voice", "voiced_at"])
    mails.answered(agreement, held, version, fine=fine, count=own.count(), name=name)
    return held


@transaction.atomic
def accept(comment: Comment, *, by: Viewer) -> Clause:
    """Take a suggested wording into the text; variables whose values still stand stay variables."""
    row = _answerable(comment)
    agreement = row.agreement
    clause = Clause.objects.select_for_update().filter(agreement=agreement, key=row.key).first()
    if clause is None:
        raise DraftingError(_("The clause isn't in the text any more."))
    if not row.suggested:
        raise DraftingError(_("No wording was suggested."))
    field = f"text_{row.language}"
    raw = getattr(clause, field)
    new = wording.with_variables(raw, agreement.values, row.suggested)
    drafting.write_clause(clause, {field: new}, edition=clause.edition, by=by)
    with history.acting(by, gettext_noop("suggestion accepted")):
        row.state = Mark.ACCEPTED
        row.save(update_fields=["state"])
    clause.refresh_from_db()
    return clause


@transaction.atomic
def reply(comment: Comment, answer: str, *, by: Viewer, decline: bool = False) -> Comment:
    """Answer a comment, or decline a suggestion with a reason; the party sees it by its link."""
    row = _answerable(comment)
    answer = _tidy(answer)
    if not answer:
        raise DraftingError(_("Write an answer: it helps them."))
    with history.acting(by, gettext_noop("comment answered")):
        row.answer = answer
        row.state = Mark.DECLINED if decline else Mark.ANSWERED
        row.save(update_fields=["answer", "state"])
        _tell(row, by=by)
    return row


def opened(token: str) -> Opened | None:
    """What a token opens, also when it no longer works; None for one that never was."""
    link = (
        SignedLink.objects.filter(token_hash=token_hash(token), purpose=PURPOSE, record_kind=RECORD)
        .select_related("person")
        .first()
    )
    if link is None:
        return None
    party = (
        Party.objects.select_related(
            "organisation", "agreement__institution__organisation", "agreement__owner"
        )
        .filter(pk=link.record_id)
        .first()
    )
    if party is None:
        return None
    holds = link.revoked_at is None and link.expires_at > clock.real_now()
    return Opened(party, link.person, holds and party.agreement.state == State.NEGOTIATION)


def of_agreement(agreement: Agreement) -> list[Comment]:
    """Everything that was said, the earliest first."""
    rows = Comment.objects.filter(agreement=agreement)
    return list(rows.select_related("organisation", "author", "version").order_by("at", "pk"))


def waited_for(agreement: Agreement) -> list[Party]:
    """The parties whose turn it is; none: the drafter's own."""
    if agreement.state != State.NEGOTIATION:
        return []
    return [party for party in agreement.parties.all() if party.voice == Voice.WAITING]


def _negotiated(party: Party) -> Agreement:
    agreement = Agreement.objects.select_for_update().get(pk=party.agreement_id)
    if agreement.state != State.NEGOTIATION:
        raise DraftingError(_("The text isn't out for comments any more."))
    return agreement


def _tell(row: Comment, *, by: Viewer) -> None:
    """Send the answer to the one who commented, with a link where it can be gone on."""
    to, agreement = row.author, row.agreement
    if to is None or not to.email or agreement.state != State.NEGOTIATION:
        return
    party = agreement.parties.filter(organisation=row.organisation).first()
    if party is None or party.organisation_id == agreement.institution_id:
        return
    _link, token = links.create(PURPOSE, RECORD, party.pk, email=to.email, person=to, days=DAYS)
    mails.replied(row, to, token, by=by)


def _answerable(comment: Comment) -> Comment:
    drafting.opened(comment.agreement)
    row: Comment = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("agreement")
        .get(pk=comment.pk)
    )
    if row.state in {Mark.ACCEPTED, Mark.DECLINED}:
        raise DraftingError(_("This has been answered already."))
    return row


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()[:LONGEST]
