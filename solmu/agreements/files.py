"""The files of an agreement, for one viewer: the sealed document, else the text as they read it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from solmu.agreements import document
from solmu.agreements.drafting import drafting, word
from solmu.agreements.models import Agreement, Version
from solmu.agreements.permissions import can_edit, can_see_confidential
from solmu.people.viewer import Viewer
from solmu.sealing import sealing
from solmu.sealing.models import Seal

SEALED = "agreement-version"  # what composition.SEALED calls it

State = Agreement.State


@dataclass(frozen=True, slots=True)
class Text:
    """The text that a viewer reads, and which version it is; `version` None: as it is drafted."""

    content: dict[str, Any]
    version: Version | None
    # Confidential clauses are only said to be there.
    hide: bool

    @property
    def hides(self) -> bool:
        """Something is left out."""
        return self.hide and any(clause["confidential"] for clause in self.content["clauses"])


@dataclass(frozen=True, slots=True)
class Made:
    """A file, and whether it is the sealed one."""

    stream: IO[bytes]
    sealed: bool


def text(viewer: Viewer, agreement: Agreement) -> Text:
    """What the viewer reads: drafters the draft, the others what was sent; in force what binds."""
    hide = not can_see_confidential(viewer, agreement)
    if agreement.is_open and can_edit(viewer, agreement):
        return Text(drafting.content_of(agreement), None, hide)
    version = binding(agreement)
    if version is None:
        return Text(drafting.content_of(agreement), None, hide)
    return Text(version.content, version, hide)


def binding(agreement: Agreement) -> Version | None:
    """The version that binds the parties; before that, the last one that was frozen."""
    if agreement.state in {State.ACTIVE, State.ENDED}:
        bound = [party.version_id for party in agreement.parties.all() if party.version_id]
        if bound:
            return Version.objects.filter(pk=max(bound)).first()
    return agreement.versions.order_by("number").last()


def seal_of(agreement: Agreement) -> Seal | None:
    """The latest seal of the agreement that has been made."""
    versions = Version.objects.filter(agreement=agreement).values("pk")
    seals = Seal.objects.filter(
        subject_kind=SEALED, subject_id__in=versions, state=Seal.State.SEALED
    )
    return seals.select_related("file").order_by("-subject_id").first()


def pdf(viewer: Viewer, agreement: Agreement) -> Made:
    """The PDF: the sealed file where there is one and nothing has to be left out."""
    read = text(viewer, agreement)
    if not read.hides and agreement.state in {State.ACTIVE, State.ENDED}:
        seal = seal_of(agreement)
        if seal is not None and seal.file is not None:
            return Made(sealing.sealed_file(seal).path.open("rb"), True)
    number = read.version.number if read.version else _next(agreement)
    made = document.pdf(
        read.content,
        version=number,
        watermark=_mark(agreement, read),
        hide_confidential=read.hide,
    )
    return Made(io.BytesIO(made), False)


def docx(viewer: Viewer, agreement: Agreement) -> IO[bytes]:
    """The text as a document for a word processor."""
    read = text(viewer, agreement)
    return io.BytesIO(
        word.docx(read.content, mark=_mark(agreement, read), hide_confidential=read.hide)
    )


def _next(agreement: Agreement) -> int:
    last = agreement.versions.order_by("number").last()
    return last.number + 1 if last else 1


def _mark(agreement: Agreement, read: Text) -> str:
    with override(read.content["prevailing"]):
        if read.hides:
            return _("A copy without the confidential clauses")
        if agreement.state in {State.ACTIVE, State.ENDED}:
            return ""
        return _("Draft: not signed")
