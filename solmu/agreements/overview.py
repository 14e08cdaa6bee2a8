"""What the overview says: how the agreement stands, and the one next thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.agreements.drafting import drafting, rebasing
from solmu.agreements.drafting import words as variables
from solmu.agreements.models import Agreement, Comment, Party, Version
from solmu.agreements.permissions import can_edit, spoken_for
from solmu.lib.periods import first_day, last_day
from solmu.people.viewer import Viewer

State, Voice = Agreement.State, Party.Voice


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do: what it is in a sentence, and the button that does it."""

    text: str
    verb: str = ""
    url: str = ""
    # What else could be done instead: label and address.
    others: tuple[tuple[str, str], ...] = ()


class Overview:
    """An agreement as one viewer sees it."""

    def __init__(self, viewer: Viewer, agreement: Agreement) -> None:
        self.viewer, self.agreement = viewer, agreement

    @cached_property
    def parties(self) -> list[Party]:
        """The parties with what they have said or done."""
        return [p for p in self.agreement.parties.all() if p.state != Party.State.FORMER]

    @cached_property
    def versions(self) -> list[Version]:
        """What has been frozen, the latest first."""
        rows = Version.objects.filter(agreement=self.agreement).defer("content")
        return list(rows.select_related("by").order_by("-number"))

    @cached_property
    def missing(self) -> list[str]:
        """What nobody has filled in, in people's words; only those who draft are told."""
        if not self.may_edit or not self.agreement.is_open:
            return []
        return [variables.label(name) for name in drafting.missing(self.agreement)]

    @cached_property
    def may_edit(self) -> bool:
        """The viewer drafts it."""
        return can_edit(self.viewer, self.agreement)

    @cached_property
    def newer_base(self) -> Any:
        """The template's version in use, where the draft was made of an earlier one."""
        if not self.may_edit or not self.agreement.is_open:
            return None
        return rebasing.newer(self.agreement)

    @cached_property
    def waited(self) -> list[Party]:
        """The parties whose turn it is."""
        if self.agreement.state != State.NEGOTIATION:
            return []
        return [party for party in self.parties if party.voice == Voice.WAITING]

    @property
    def waited_names(self) -> str:
        """Whose turn it is, by name."""
        return ", ".join(str(party.organisation) for party in self.waited)

    @cached_property
    def mine(self) -> list[Party]:
        """Parties that the viewer speaks for and whose turn it is."""
        speaks = {party.pk for party in spoken_for(self.viewer, self.agreement)}
        return [party for party in self.waited if party.pk in speaks]

    @cached_property
    def open_comments(self) -> int:
        """How many comments wait for an answer."""
        rows = Comment.objects.filter(agreement=self.agreement, state=Comment.State.OPEN)
        return rows.exclude(organisation_id=self.agreement.institution_id).count()

    @property
    def is_talked_of(self) -> bool:
        """The parties still say what they think of the text."""
        return self.agreement.state not in {State.ACTIVE, State.ENDED}

    @property
    def term(self) -> str:
        """When it is in force, in words."""
        valid = self.agreement.valid
        starts = first_day(valid) if valid else None
        ends = last_day(valid) if valid else None
        words = {"start": _day(starts), "end": _day(ends)}
        if starts and ends:
            return f"{words['start']}–{words['end']}"
        if starts:
            return _("from %(start)s until further notice") % words
        if ends:
            return _("from the last signature to %(end)s") % words
        return _("from the last signature until further notice")

    @property
    def lead(self) -> str:
        """How it stands, in a sentence."""
        state = self.agreement.state
        if state == State.NEGOTIATION and self.waited:
            return _("Being negotiated: %(names)s has the text.") % {"names": self.waited_names}
        if state == State.NEGOTIATION:
            return _("Being negotiated: it is the drafter's turn.")
        if state == State.ACTIVE:
            return _("In force %(term)s.") % {"term": self.term}
        if state == State.ENDED and self.agreement.end_reason:
            return _("Ended: %(reason)s") % {"reason": self.agreement.end_reason}
        words: dict[str, Any] = {
            State.DRAFT: _("A draft: only your own institution sees it."),
            State.SIGNING: _("Being signed."),
            State.DECLINED: _("Somebody declined to sign. The text can be changed and sent again."),
            State.EXPIRED: _("The time to sign ran out. It can be asked again."),
            State.ENDED: _("Ended."),
        }
        return str(words[State(state)])

    @cached_property
    def step(self) -> Step | None:
        """The one next thing to do for this viewer."""
        if self.mine:
            return Step(
                _("%(name)s asks what you think of the text.")
                % {"name": self.agreement.institution.organisation},
                _("Read and comment"),
                self._url("comments"),
            )
        if not self.may_edit:
            return None
        return self._drafter_step()

    def _drafter_step(self) -> Step | None:
        state, sign = self.agreement.state, self._url("signing")
        if state == State.SIGNING:
            return Step(_("It waits for signatures."), _("See who has signed"), sign)
        if state not in Agreement.OPEN:
            return None
        if self.missing:
            n = len(self.missing)
            text = ngettext(
                "One thing is missing from the text.", "%(n)s things are missing from the text.", n
            ) % {"n": n}
            return Step(text, _("Fill in"), self._url("variables"))
        if self.open_comments:
            text = ngettext(
                "One comment waits for your answer.",
                "%(n)s comments wait for your answer.",
                self.open_comments,
            ) % {"n": self.open_comments}
            return Step(text, _("Answer the comments"), self._url("comments"))
        send = (_("Send for comments"), self._url("send"))
        if state == State.DRAFT:
            text = _("The text is whole. Let the others read it before it is signed.")
            return Step(text, *send, ((_("Ask for signatures at once"), sign),))
        if self.waited:
            text = _("It waits for %(names)s.") % {"names": self.waited_names}
            return Step(text, others=((_("Send again"), send[1]), (_("Ask for signatures"), sign)))
        if state == State.NEGOTIATION:
            text = _("The others have said what they think.")
            return Step(text, _("Ask for signatures"), sign, ((_("Send again"), send[1]),))
        text = _("Change the text, or ask for signatures again.")
        return Step(text, _("Open the text"), self._url("text"), ((_("Ask again"), sign), send))

    def _url(self, name: str) -> str:
        return reverse(f"agreements:{name}", args=[self.agreement.pk])


def _day(day: Any) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
