"""What the tab of signing shows: who is chosen, who has signed, who waits, and the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from solmu.agreements.models import Agreement, Signature, Version
from solmu.agreements.permissions import can_edit
from solmu.agreements.signing import elsewhere, integrity, record, signing
from solmu.files.models import File
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.sealing.models import Seal

State = Agreement.State


@dataclass(frozen=True, slots=True)
class Row:
    """One signer as the progress shows them."""

    signature: Signature
    tone: str
    word: str
    waits: bool
    file: File | None = None


class SigningPage:
    """The signing of an agreement as one viewer sees it."""

    def __init__(self, viewer: Viewer, agreement: Agreement) -> None:
        self.viewer, self.agreement = viewer, agreement

    @cached_property
    def may_edit(self) -> bool:
        """The viewer may choose signers and ask."""
        return can_edit(self.viewer, self.agreement)

    @property
    def choosing(self) -> bool:
        """Signers are being chosen."""
        return self.may_edit and self.agreement.is_open

    @cached_property
    def version(self) -> Version | None:
        """What was last sent for signing."""
        return signing.current(self.agreement)

    @cached_property
    def signatures(self) -> list[Signature]:
        """Those who were asked the last time."""
        if self.version is None:
            return []
        rows = self.version.signatures.select_related("party__organisation", "person", "version")
        return list(rows.order_by("position", "party__position", "pk"))

    @cached_property
    def rows(self) -> list[Row]:
        """Each signer with how they stand."""
        handed = [one.pk for one in self.signatures if one.way == Signature.Way.UPLOADED]
        files: dict[int, File] = {}
        if handed:
            found = File.objects.filter(
                holder_kind=elsewhere.FILES, holder_id__in=handed, removed_at=None
            )
            files = {one.holder_id: one for one in found}
        return [self._row(one, files.get(one.pk)) for one in self.signatures]

    def _row(self, one: Signature, file: File | None) -> Row:
        running = self.agreement.state == State.SIGNING
        if one.state == Signature.State.SIGNED:
            return Row(one, "lake", str(one.get_state_display()), False, file)
        if one.state == Signature.State.DECLINED:
            return Row(one, "berry", str(one.get_state_display()), False)
        if one.state == Signature.State.WAITING and running:
            if one.asked_on is None:
                return Row(one, "quiet", _("not yet their turn"), False)
            if (one.person_id, one.party.organisation_id) not in self._mandated:
                return Row(one, "berry", _("may no longer sign"), False)
            return Row(one, "berry", _("waits for them"), True)
        return Row(one, "quiet", str(one.get_state_display()), False)

    @cached_property
    def _mandated(self) -> set[tuple[int, int]]:
        return signing.mandated(self.agreement, clock.today())

    @property
    def signed(self) -> int:
        """How many have signed."""
        return sum(one.state == Signature.State.SIGNED for one in self.signatures)

    @property
    def lead(self) -> str:
        """How the signing stands, in a sentence."""
        state, count = self.agreement.state, len(self.signatures)
        told = {"signed": self.signed, "n": count}
        if state == State.SIGNING:
            return (
                ngettext(
                    "%(signed)s of %(n)s signer has signed.",
                    "%(signed)s of %(n)s signers have signed.",
                    count,
                )
                % told
            )
        if state in {State.ACTIVE, State.ENDED}:
            if not count:
                return _("Signed before it was brought to Solmu.")
            return _("All have signed.")
        if state == State.DECLINED:
            return _("Somebody declined: change the text and ask again.")
        if state == State.EXPIRED:
            return _("The time to sign ran out: ask again.")
        return _("Nobody has been asked yet: choose who signs for each party.")

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The record in words."""
        return [integrity.told(line) for line in record.lines(self.agreement)]

    @cached_property
    def broken(self) -> str:
        """Why the record doesn't hold any more."""
        return integrity.broken(self.agreement) if self.lines else ""

    @cached_property
    def seal(self) -> Seal | None:
        """The seal of what was signed."""
        if self.version is None:
            return None
        return Seal.objects.filter(subject_kind=signing.SEALED, subject_id=self.version.pk).first()

    @property
    def until(self) -> date | None:
        """The last day to sign."""
        return self.agreement.sign_by
