"""Logging what is said and done with a stakeholder, and the tasks that come of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.lib import clock
from solmu.partnerships import evidence, indexing
from solmu.partnerships.models import Contact, DialogueEntry, Stakeholder
from solmu.people.viewer import Viewer

FACTS = ("kind", "on", "title", "text", "contact", "due_on", "done_on", "limited", "language")


class DialogueError(ValueError):
    """The entry can't be kept as it is; the sentence says why."""


@transaction.atomic
def log(
    stakeholder: Stakeholder,
    *,
    kind: str,
    on: date,
    title: str,
    by: Viewer,
    text: str = "",
    contact: Contact | None = None,
    due_on: date | None = None,
    done_on: date | None = None,
    limited: bool = False,
    language: str = "",
) -> DialogueEntry:
    """Log a meeting, call, visit, note or task; what both sides took part in becomes evidence."""
    entry = DialogueEntry(
        stakeholder=stakeholder,
        kind=kind,
        on=on,
        title=title.strip(),
        text=text.strip(),
        contact=contact,
        due_on=due_on,
        done_on=done_on,
        limited=limited,
        language=(language or by.language or get_language() or "fi")[:2],
        author_id=by.person_id,
    )
    _check(entry)
    with history.acting(by):
        entry.save(force_insert=True)
        _follow(entry)
    return entry


@transaction.atomic
def edit(entry: DialogueEntry, *, by: Viewer, **facts: Any) -> DialogueEntry:
    """Change an entry; its evidence and search entry follow."""
    entry = (
        DialogueEntry.objects.select_for_update(of=("self",))
        .select_related("stakeholder")
        .get(pk=entry.pk)
    )
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a dialogue entry has no {name} to change")
        setattr(entry, name, value.strip() if isinstance(value, str) else value)
    _check(entry)
    # Nobody wrote what an import noted: whoever first does is its author.
    entry.author_id = entry.author_id or by.person_id
    with history.acting(by):
        entry.save(update_fields=[*facts, "author"])
        _follow(entry)
    return entry


def finish(entry: DialogueEntry, *, by: Viewer, on: date | None = None) -> DialogueEntry:
    """Mark a task done."""
    return edit(entry, by=by, done_on=on or clock.today())


def reopen(entry: DialogueEntry, *, by: Viewer) -> DialogueEntry:
    """Open a task again."""
    return edit(entry, by=by, done_on=None)


@transaction.atomic
def remove(entry: DialogueEntry, *, by: Viewer) -> None:
    """Take away an entry that was logged by mistake; the history keeps what it said."""
    key = entry.pk
    with history.acting(by):
        entry.delete()
        evidence.writing.write(evidence.DIALOGUE, key, [])
        indexing.index_dialogue([key])


def _check(entry: DialogueEntry) -> None:
    if not entry.title:
        raise DialogueError(_("Say in a few words what it was about."))
    if entry.kind not in DialogueEntry.Kind.values:
        raise DialogueError(_("There is no such kind of entry."))
    if entry.contact and entry.contact.stakeholder_id != entry.stakeholder_id:
        raise DialogueError(_("The contact person belongs to another partner."))
    if entry.kind in DialogueEntry.TOGETHER and entry.on > clock.today():
        raise DialogueError(_("Log it when it has happened; until then make it a task."))
    if entry.kind != DialogueEntry.Kind.TASK:
        entry.due_on = entry.done_on = None


def _follow(entry: DialogueEntry) -> None:
    evidence.write_dialogue(entry)
    indexing.index_dialogue([entry.pk])
