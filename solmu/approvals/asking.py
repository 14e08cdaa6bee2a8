"""Asking for approval: a round opens, each answers, it closes by its rule or is taken back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.approvals import rules
from solmu.approvals.models import Round, Voice
from solmu.audit import history
from solmu.jobs.tasks import periodic
from solmu.lib import clock
from solmu.lib.composed import follow
from solmu.people.viewer import Viewer


class ApprovalError(ValueError):
    """Why a round can't be opened or answered, in words for the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One who is asked: an organisation, or a person (for an organisation or themselves)."""

    organisation_id: int | None = None
    person_id: int | None = None


def content_hash(content: Mapping[str, Any]) -> str:
    """The hash of what is asked about, the same however its parts are ordered."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def open_round(
    kind: str, subject_id: int, *, rule: str, content: dict[str, Any], asked: Iterable[Asked],
    by: Viewer, days: int | None = None,
) -> Round:  # fmt: skip
    """Ask about a record as it is now; a round that is still open is closed by this one.

    Where silence is consent, `days` is how long one can object. The room above holds a lock on its
    record, so that rounds follow one another.
    """
    asked = list(dict.fromkeys(asked))
    if not asked:
        raise ApprovalError(_("There is nobody to ask."))
    if rule == rules.SILENCE and (days is None or days < 1):
        raise ApprovalError(_("Say how many days there are to object, at least one."))
    close(kind, subject_id, state=Round.State.REPLACED)
    last = latest(kind, subject_id)
    opened = Round.objects.create(
        subject_kind=kind,
        subject_id=subject_id,
        number=last.number + 1 if last else 1,
        rule=rule,
        content=content,
        content_hash=content_hash(content),
        answer_by=clock.today() + timedelta(days=days) if days else None,
        opened_by_id=by.person_id,
    )
    Voice.objects.bulk_create(
        Voice(round=opened, organisation_id=one.organisation_id, person_id=one.person_id)
        for one in asked
    )
    return opened


@transaction.atomic
def answer(voice: Voice, *, yes: bool, note: str = "", by: Viewer, seen: str = "") -> Round:
    """Write down an answer, and close the round when it is decided; returns the round.

    `seen` is the hash of what the answerer has read: an answer to something else isn't taken. The
    round is locked, so that of answers given at once each is counted and one decides.
    """
    decided = Round.objects.select_for_update().get(pk=voice.round_id)
    if not decided.is_open:
        raise ApprovalError(_("This question is closed: it is no longer answered."))
    if seen and seen != decided.content_hash:
        raise ApprovalError(_("What you read has changed. Have a look at it as it is now."))
    row = Voice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    note = note.strip()
    if not yes and not note:
        raise ApprovalError(_("Say why, so that the others know what to mend."))
    row.answer = Voice.Answer.YES if yes else Voice.Answer.NO
    row.note, row.by_id, row.at = note, by.person_id, clock.real_now()
    row.save(update_fields=["answer", "note", "by", "at"])
    answers = list(Voice.objects.filter(round=decided).values_list("answer", flat=True))
    outcome = rules.outcome(
        decided.rule, yes=answers.count("yes"), no=answers.count("no"), asked=len(answers)
    )
    if outcome != rules.OPEN:
        _close(decided, outcome)
    return decided


@periodic("30 5 * * *", "approvals.silence")
def sweep() -> None:
    """Approve what nobody has objected to by the last day; rooms above follow `approvals.Round`."""
    today = clock.today()
    due = Round.objects.filter(state=Round.State.OPEN, rule=rules.SILENCE, answer_by__lt=today)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        with (
            transaction.atomic(),
            history.acting(Viewer.system(gettext_noop("nobody objected in time"))),
        ):
            row = Round.objects.select_for_update().get(pk=pk)
            if not row.is_open or not rules.is_over(row.answer_by, today):
                continue
            answers = list(Voice.objects.filter(round=row).values_list("answer", flat=True))
            outcome = rules.outcome(
                row.rule,
                yes=answers.count("yes"),
                no=answers.count("no"),
                asked=len(answers),
                over=True,
            )
            _close(row, outcome)
            follow("approvals.Round", [row.pk])


@transaction.atomic
def close(kind: str, subject_id: int, *, state: str = Round.State.WITHDRAWN) -> Round | None:
    """Take back the question that is open, if one is; what was answered stays."""
    row = (
        Round.objects.select_for_update()
        .filter(subject_kind=kind, subject_id=subject_id, state=Round.State.OPEN)
        .first()
    )
    if row is not None:
        _close(row, state)
    return row


def latest(kind: str, subject_id: int, state: str | None = None) -> Round | None:
    """The last round about a record, or the last one that ended so."""
    rounds = Round.objects.filter(subject_kind=kind, subject_id=subject_id)
    if state is not None:
        rounds = rounds.filter(state=state)
    return rounds.order_by("-number").first()


def _close(row: Round, state: str) -> None:
    row.state, row.closed_at = state, clock.real_now()
    row.save(update_fields=["state", "closed_at"])
