"""Asking the partner's contact to confirm the partnership, and taking the answer through a link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, gettext_noop, override
from django.utils.translation import gettext as _

from solmu.audit import history
from solmu.lib import clock
from solmu.lib.periods import covers
from solmu.lib.tokens import token_hash
from solmu.lib.translated import LANGUAGES, text_in
from solmu.notifications import outbox
from solmu.partnerships import evidence
from solmu.partnerships.models import (
    Confirmation,
    Contact,
    Facet,
    Stakeholder,
    Standing,
    ValueAssessment,
)
from solmu.partnerships.partner import value
from solmu.people import links
from solmu.people.models import SignedLink
from solmu.people.viewer import Viewer

PURPOSE = "confirm-partnership"
RECORD = "confirmation"
DAYS = 30

# Translated where the history is shown.
ANSWERED = gettext_noop("The partner's answer through the link")

State = Confirmation.State

# What may be shown to the partner, and what each is called to them.
PARTS: dict[str, Promise] = {
    "contents": gettext_lazy("What we do together"),
    "themes": gettext_lazy("Themes"),
    "form": gettext_lazy("Form of the cooperation"),
    "since": gettext_lazy("Since"),
    "owners": gettext_lazy("Who looks after it"),
    "goals": gettext_lazy("Goals"),
    "next_step": gettext_lazy("Next step"),
    "value": gettext_lazy("What each gains, as we see it"),
    "level": gettext_lazy("Level"),
    "scores": gettext_lazy("Scores of value"),
    "notes": gettext_lazy("Our notes"),
}
USUAL = ("contents", "form", "since", "owners", "goals")
# Told to the partner only when ticked, and set apart on the form that asks.
INTERNAL = ("level", "scores", "notes")


class ConfirmingError(ValueError):
    """The question can't be asked or answered; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing shown to the partner."""

    key: str
    label: Any
    lines: list[str]
    # Of a text that people wrote; empty where the lines are in the language of the question.
    language: str = ""


@transaction.atomic
def ask(
    stakeholder: Stakeholder, contact: Contact, *, shows: Iterable[str], by: Viewer
) -> Confirmation:
    """Send the contact a link to what is shown, frozen, so that the answer is to exactly that."""
    stakeholder = Stakeholder.objects.select_for_update().get(pk=stakeholder.pk)
    chosen = [key for key in PARTS if key in set(shows)]
    if contact.stakeholder_id != stakeholder.pk:
        raise ConfirmingError(_("The contact person belongs to another partner."))
    if not contact.person.email:
        raise ConfirmingError(
            _("%(name)s has no e-mail address yet. Add it first.") % {"name": contact.person.name}
        )
    if not chosen:
        raise ConfirmingError(_("Choose at least one thing to show."))
    if waiting_for(stakeholder).exists():
        raise ConfirmingError(
            _("An answer is awaited already. Send that question again, or cancel it first.")
        )
    with history.acting(by):
        confirmation = Confirmation.objects.create(
            stakeholder=stakeholder,
            contact=contact,
            shows=chosen,
            shown=_frozen(stakeholder, chosen),
            language=contact.person.language or get_language() or "fi",
            asked_by_id=by.person_id,
            asked_on=clock.today(),
        )
        _send(confirmation, by.name)
    return confirmation


@transaction.atomic
def resend(confirmation: Confirmation, *, by: Viewer) -> None:
    """Send the same question again by a new link; the old link ends."""
    confirmation = _locked(confirmation)
    if confirmation.state != State.ASKED:
        raise ConfirmingError(_("It has been answered already."))
    with history.acting(by):
        _send(confirmation, by.name)


@transaction.atomic
def cancel(confirmation: Confirmation, *, by: Viewer) -> None:
    """Take the question back; its link ends."""
    confirmation = _locked(confirmation)
    if confirmation.state != State.ASKED:
        raise ConfirmingError(_("It has been answered already."))
    with history.acting(by):
        links.revoke(RECORD, confirmation.pk, PURPOSE)
        confirmation.state = State.CANCELLED
        confirmation.save(update_fields=["state"])


@transaction.atomic
def answer(link: SignedLink, *, choice: str, text: str = "") -> Confirmation:
    """Take the partner's answer: confirmed, corrected or declined. A link answers once."""
    if choice not in {State.CONFIRMED, State.CORRECTED, State.DECLINED}:
        raise ConfirmingError(_("Choose one of the answers."))
    text = text.strip()
    if choice == State.CORRECTED and not text:
        raise ConfirmingError(_("Write what should be corrected."))
    if not links.use(link):
        raise ConfirmingError(_("This has been answered already."))
    confirmation = (
        Confirmation.objects.select_for_update(of=("self",))
        .select_related("stakeholder__organisation", "stakeholder__institution__organisation")
        .select_related("contact__person", "asked_by")
        .get(pk=link.record_id)
    )
    if confirmation.state != State.ASKED:
        raise ConfirmingError(_("This has been answered already."))
    with history.acting(Viewer.system(ANSWERED)):
        confirmation.state = choice
        confirmation.answer = text
        confirmation.answered_on = clock.today()
        confirmation.save(update_fields=["state", "answer", "answered_on"])
        evidence.write_confirmation(confirmation)
    _tell(confirmation)
    return confirmation


def waiting_for(stakeholder: Stakeholder) -> Any:
    """Questions to the stakeholder that have no answer yet and whose link still works."""
    return Confirmation.objects.filter(
        stakeholder=stakeholder, state=State.ASKED, pk__in=_open_links().values("record_id")
    )


def expires(confirmations: Iterable[Confirmation]) -> dict[int, date]:
    """Until when each question can be answered; those whose link has ended are absent."""
    ids = [confirmation.pk for confirmation in confirmations]
    if not ids:
        return {}
    return {
        key: at.astimezone(clock.HELSINKI).date()
        for key, at in _open_links()
        .filter(record_id__in=ids)
        .values_list("record_id", "expires_at")
    }


def find_any(token: str) -> SignedLink | None:
    """The link of a token whether or not it still works, to say kindly what has become of it."""
    return SignedLink.objects.filter(token_hash=token_hash(token), purpose=PURPOSE).first()


def parts_in(confirmation: Confirmation, language: str) -> list[Part]:
    """What was shown, in a language."""
    texts = confirmation.shown.get("texts", {})
    frozen = texts.get(language) or texts.get("fi") or {}
    written_in = confirmation.shown.get("written_in", {})
    return [
        Part(key, PARTS[key], frozen[key], written_in.get(key, ""))
        for key in confirmation.shows
        if frozen.get(key)
    ]


def preview(stakeholder: Stakeholder) -> dict[str, list[str]]:
    """What each part would say now, in the reader's language."""
    texts: dict[str, dict[str, list[str]]] = _frozen(stakeholder, PARTS)["texts"]
    return texts[(get_language() or "fi")[:2]]


def _open_links() -> Any:
    return SignedLink.objects.filter(
        purpose=PURPOSE,
        record_kind=RECORD,
        used_at=None,
        revoked_at=None,
        expires_at__gt=clock.real_now(),
    )


def _locked(confirmation: Confirmation) -> Confirmation:
    return (
        Confirmation.objects.select_for_update(of=("self",))
        .select_related("stakeholder__organisation", "stakeholder__institution__organisation")
        .select_related("contact__person")
        .get(pk=confirmation.pk)
    )


def _frozen(stakeholder: Stakeholder, chosen: Iterable[str]) -> dict[str, Any]:
    """What is shown of each part, in every language, as it is now."""
    today = clock.today()
    rows = list(
        Standing.objects.filter(stakeholder=stakeholder).select_related(
            "level", "owner", "counterpart"
        )
    )
    now = next((row for row in rows if covers(row.valid, today)), None)
    facets = {}
    if now:
        facets = Facet.objects.in_bulk([*now.contents, *now.themes])
    assessment = (
        ValueAssessment.objects.filter(stakeholder=stakeholder, on__lte=today)
        .order_by("-on")
        .first()
    )
    texts: dict[str, dict[str, list[str]]] = {}
    for code in LANGUAGES:
        with override(code):
            told = _told(stakeholder, rows, now, facets, assessment, code)
        texts[code] = {key: told[key] for key in chosen if told[key]}
    languages = {
        "goals": now.goals_language if now else "",
        "next_step": stakeholder.next_step_language,
        "notes": stakeholder.notes_language,
    }
    written_in = {key: language for key, language in languages.items() if key in texts["fi"]}
    return {"on": today.isoformat(), "texts": texts, "written_in": written_in}


def _told(
    stakeholder: Stakeholder,
    rows: list[Standing],
    now: Standing | None,
    facets: dict[int, Facet],
    assessment: ValueAssessment | None,
    code: str,
) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {key: [] for key in PARTS}
    if now:
        told["contents"] = [
            text_in(facets[key], "name", code) for key in now.contents if key in facets
        ]
        told["themes"] = [text_in(facets[key], "name", code) for key in now.themes if key in facets]
        told["form"] = [capfirst(str(now.get_form_display()))]
        told["goals"] = [now.goals] if now.goals else []
        told["level"] = [text_in(now.level, "name", code)] if now.level else []
        if now.owner:
            told["owners"].append(_("On our side: %(name)s") % {"name": now.owner.name})
        if now.counterpart:
            told["owners"].append(_("On your side: %(name)s") % {"name": now.counterpart.name})
    active = [row for row in rows if row.state == Standing.State.ACTIVE]
    if active and (first := min(row.valid.lower or date.min for row in active)) != date.min:
        told["since"] = [date_format(first, "SHORT_DATE_FORMAT")]
    if stakeholder.next_step:
        told["next_step"] = [stakeholder.next_step]
    if stakeholder.notes:
        told["notes"] = [stakeholder.notes]
    if assessment:
        for side in value.sides(assessment):
            words = {"name": _TO_THE_PARTNER[side.key], "text": side.text}
            if side.text:
                told["value"].append(_("%(name)s: %(text)s") % words)
            if side.score is not None:
                words["text"] = f"{side.score}/{value.HIGHEST}. {side.meaning}"
                told["scores"].append(_("%(name)s: %(text)s") % words)
    return told


# The sides as the partner reads them: "you" is the partner.
_TO_THE_PARTNER: dict[str, Promise] = {
    "we_give": gettext_lazy("What we give"),
    "we_get": gettext_lazy("What we get"),
    "they_give": gettext_lazy("What you give"),
    "they_get": gettext_lazy("What you get"),
    "student": gettext_lazy("What the student gains"),
}


def _send(confirmation: Confirmation, sender: str) -> None:
    """Make a link, end the earlier ones, and write the message."""
    contact = confirmation.contact
    if contact is None:
        raise ConfirmingError(_("The contact person isn't here any more. Ask somebody else."))
    links.revoke(RECORD, confirmation.pk, PURPOSE)
    link, token = links.create(
        PURPOSE,
        RECORD,
        confirmation.pk,
        email=contact.person.email,
        person=contact.person,
        days=DAYS,
    )
    institution = confirmation.stakeholder.institution.organisation
    outbox.write(
        "confirmation",
        to=contact.person.email,
        person=contact.person,
        template="partnerships/email/confirmation",
        language=confirmation.language,
        key=f"confirmation-link-{link.pk}",
        context={
            "name": contact.person.given_name,
            "sender": sender,
            "institution": text_in(institution, "name", confirmation.language),
            "organisation": text_in(
                confirmation.stakeholder.organisation, "name", confirmation.language
            ),
            "days": DAYS,
            "link": settings.SOLMU_ADDRESS + reverse("partnerships:confirm", args=[token]),
        },
    )


def _tell(confirmation: Confirmation) -> None:
    """Tell whoever asked what the partner answered."""
    asker = confirmation.asked_by
    if asker is None or not asker.email:
        return
    contact = confirmation.contact
    outbox.write(
        "confirmation-answered",
        to=asker.email,
        person=asker,
        template="partnerships/email/confirmation_answered",
        language=asker.language or (asker.user.language if asker.user else "") or "fi",
        key=f"confirmation-answered-{confirmation.pk}",
        context={
            "organisation": confirmation.stakeholder.organisation,
            "person": contact.person.name if contact else "",
            "state": confirmation.state,
            "text": confirmation.answer,
            "link": settings.SOLMU_ADDRESS + confirmation.stakeholder.get_absolute_url(),
        },
    )
