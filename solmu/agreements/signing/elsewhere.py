"""A signature made on paper or in another service, handed in as a PDF with its proof."""

from __future__ import annotations

from datetime import date

from django.core.files import File as DjangoFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from solmu.agreements.models import Agreement, Signature
from solmu.agreements.permissions import can_edit
from solmu.agreements.signing import record, signing
from solmu.agreements.signing.signing import SigningError
from solmu.audit import history
from solmu.files import storing
from solmu.files.holders import Holder
from solmu.files.models import File
from solmu.lib import clock
from solmu.people.viewer import Viewer
from solmu.sealing import pades

FILES = "agreement-signature"
PDF = "application/pdf"


@transaction.atomic
def hand_in(
    signature: Signature, upload: DjangoFile, *, signed_on: date, proof: str, by: Viewer
) -> Signature:
    """Write down that somebody has signed elsewhere; the PDF and how it is known are kept.

    The file is looked at first: a PDF that can be read, with whatever seal it bears told.
    """
    agreement, row = signing.locked(signature)
    proof = proof.strip()
    if not proof:
        raise SigningError(_("Say how the signature is known to be theirs."))
    if signed_on > clock.today():
        raise SigningError(_("The day of signing can't be in the future."))
    if row.asked_on is None:
        row.asked_on = clock.today()
    found = signing.obstacle(agreement, row)
    if found and found != signing.MANDATE:
        raise SigningError(signing.sentence(found))
    if not signing.may_sign(row.person, row.party, agreement, signed_on):
        raise SigningError(
            _("%(name)s had no right to sign for %(party)s on that day.")
            % {"name": row.name, "party": row.party.organisation}
        )
    told = seals_of(upload)
    with history.acting(by, gettext_noop("signature handed in")):
        file = storing.store(upload, kind=FILES, holder_id=row.pk, by=by)
        row.state, row.way = Signature.State.SIGNED, Signature.Way.UPLOADED
        row.digest, row.done_at = row.subject.digest, clock.real_now()
        row.signed_on, row.proof = signed_on, proof[:300]
        row.code_hash = ""
        row.save()
        facts = record.facts_of(row)
        facts |= {"by": by.name, "file": file.name, "sha256": file.sha256, "seals": told}
        record.add(agreement, "signed", facts)
        if row.version_id:
            signing.after_signature(agreement, row)
    return row


def seals_of(upload: DjangoFile) -> str:
    """Whose seal a PDF bears, in words; SigningError for what is no PDF that can be read."""
    try:
        kind = storing.check(upload)
    except storing.FileError as error:
        raise SigningError(str(error)) from error
    if kind != PDF:
        raise SigningError(_("Hand in a PDF: this is something else."))
    upload.seek(0)
    data = upload.read()
    upload.seek(0)
    try:
        check = pades.check(data)
    except pades.SealError as error:
        raise SigningError(_("The PDF can't be read. Save it anew and try again.")) from error
    if check is None:
        return ""
    if not check.holds:
        raise SigningError(_("The PDF has been changed after it was signed."))
    return str(check.sealed_by)


def file_of(signature: Signature) -> File | None:
    """The document that was handed in."""
    return File.objects.filter(holder_kind=FILES, holder_id=signature.pk, removed_at=None).first()


def _ids(viewer: Viewer) -> object:
    seen = Agreement.objects.visible_to(viewer)
    return Signature.objects.filter(party__agreement__in=seen.values("pk")).values("pk")


def _may_change(viewer: Viewer, pk: int) -> bool:
    # What was handed in as a signature is part of the record: nobody adds to it or takes it off.
    row = Signature.objects.select_related("party__agreement").filter(pk=pk).first()
    return (
        row is not None
        and row.state == Signature.State.WAITING
        and can_edit(viewer, row.party.agreement)
    )


def _url(pk: int) -> str:
    row = Signature.objects.select_related("party__agreement").get(pk=pk)
    return row.party.agreement.get_absolute_url()


HOLDERS = {FILES: Holder(_ids, _may_change, _url)}
