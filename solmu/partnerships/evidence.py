"""What partnerships give as evidence: dialogue both took part in, and answers that confirm."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from solmu.lib.periods import period
from solmu.partnerships.models import Confirmation, DialogueEntry
from solmu.people.viewer import Viewer
from solmu.ties import writing
from solmu.ties.kinds import Source
from solmu.ties.writing import Tie

DIALOGUE = "dialogue"
CONFIRMATION = "confirmation"


def dialogue_ties(entries: Iterable[DialogueEntry]) -> Iterator[Tie]:
    """The ties of dialogue entries; their stakeholders must be loaded.

    A limited entry is nobody's evidence: its very existence is for its author and the leaders.
    """
    for entry in entries:
        if entry.kind in DialogueEntry.TOGETHER and not entry.limited:
            yield Tie(
                source_kind=DIALOGUE,
                source_id=entry.pk,
                one=entry.stakeholder.institution_id,
                other=entry.stakeholder.organisation_id,
                kind=DIALOGUE,
                valid=period(entry.on, entry.on),
                institution_id=entry.stakeholder.institution_id,
            )


def confirmation_ties(confirmations: Iterable[Confirmation]) -> Iterator[Tie]:
    """The ties of confirmed partnerships, known to both ends."""
    for confirmation in confirmations:
        if confirmation.state == Confirmation.State.CONFIRMED and confirmation.answered_on:
            yield Tie(
                source_kind=CONFIRMATION,
                source_id=confirmation.pk,
                one=confirmation.stakeholder.institution_id,
                other=confirmation.stakeholder.organisation_id,
                kind=CONFIRMATION,
                valid=period(confirmation.answered_on, confirmation.answered_on),
            )


def write_dialogue(entry: DialogueEntry) -> None:
    """Write the evidence of one entry."""
    writing.write(DIALOGUE, entry.pk, dialogue_ties([entry]))


def write_confirmation(confirmation: Confirmation) -> None:
    """Write the evidence of one answer."""
    writing.write(CONFIRMATION, confirmation.pk, confirmation_ties([confirmation]))


def follow_dialogue(ids: Iterable[int]) -> None:
    """Write anew the evidence of entries that have been moved or removed."""
    entries = DialogueEntry.objects.select_related("stakeholder").in_bulk(list(ids))
    for key in ids:
        found = [entries[key]] if key in entries else []
        writing.write(DIALOGUE, key, dialogue_ties(found))


def follow_confirmations(ids: Iterable[int]) -> None:
    """Write anew the evidence of answers that have been moved or removed."""
    answers = Confirmation.objects.select_related("stakeholder").in_bulk(list(ids))
    for key in ids:
        found = [answers[key]] if key in answers else []
        writing.write(CONFIRMATION, key, confirmation_ties(found))


def follow_stakeholders(ids: Iterable[int]) -> None:
    """Write anew all evidence of stakeholders that are now another organisation's."""
    of = {"stakeholder_id__in": list(ids)}
    follow_dialogue(list(DialogueEntry.objects.filter(**of).values_list("pk", flat=True)))
    follow_confirmations(list(Confirmation.objects.filter(**of).values_list("pk", flat=True)))


def rebuild_dialogue() -> Iterator[Tie]:
    """All ties that dialogue makes."""
    entries = DialogueEntry.objects.filter(kind__in=DialogueEntry.TOGETHER, limited=False)
    return dialogue_ties(entries.select_related("stakeholder").order_by("pk").iterator())


def rebuild_confirmations() -> Iterator[Tie]:
    """All ties that confirmations make."""
    confirmed = Confirmation.objects.filter(state=Confirmation.State.CONFIRMED)
    return confirmation_ties(confirmed.select_related("stakeholder").order_by("pk").iterator())


def dialogue_sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The dialogue entries that the viewer may read, in words."""
    entries = DialogueEntry.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        entry.pk: Source(
            _("%(kind)s: %(title)s")
            % {"kind": entry.get_kind_display().capitalize(), "title": entry.title},
            f"{entry.stakeholder.get_absolute_url()}?tab=dialogue#entry-{entry.pk}",
        )
        for entry in entries.select_related("stakeholder")
    }


def confirmation_sources(viewer: Viewer, ids: Iterable[int]) -> dict[int, Source]:
    """The confirmations that the viewer may read; the other end knows its own answer."""
    answers = Confirmation.objects.visible_to(viewer).filter(pk__in=list(ids))
    return {
        answer.pk: Source(
            _("%(name)s confirmed it") % {"name": answer.contact.person.name}
            if answer.contact
            else _("Confirmed by the partner"),
            f"{answer.stakeholder.get_absolute_url()}?tab=together#confirmations",
        )
        for answer in answers.select_related("stakeholder", "contact__person")
    }
