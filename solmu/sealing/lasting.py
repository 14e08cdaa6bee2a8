"""Making seals last: the proof of the time is added to the document, and renewed before it ends."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q, QuerySet

from solmu.jobs import tasks
from solmu.lib import clock
from solmu.sealing import pades, stamping
from solmu.sealing.models import Seal
from solmu.sealing.sealing import keep_file, sealed_bytes

# What is sealed today may be revoked today: only tomorrow its issuer knows of it.
_SETTLED = timedelta(days=1)
_RENEWED = timedelta(days=180)
_AT_ONCE = 2000


@tasks.periodic("40 1 * * *", "sealing.strengthen_all")
def sweep() -> None:
    """Find the seals whose proof is to be added or renewed."""
    for key in due().values_list("pk", flat=True)[:_AT_ONCE]:
        tasks.enqueue("sealing.strengthen", key=f"sealing.strengthen-{key}", seal=key)


def due() -> QuerySet[Seal]:
    """Sealed documents of institutions with a time-stamp authority, without a lasting proof."""
    now = clock.real_now()
    return (
        Seal.objects.filter(state=Seal.State.SEALED, sealed_at__lt=now - _SETTLED)
        .exclude(institution__seal_settings__authority="")
        .filter(institution__seal_settings__isnull=False)
        .filter(Q(stamped_until=None) | Q(stamped_until__lt=now.date() + _RENEWED))
        .order_by(F("stamped_until").asc(nulls_first=True), "sealed_at")
    )


@tasks.task("sealing.strengthen")
def strengthen(seal: int) -> None:
    """Add the proof to one document; the file as it was stays known. Safe to run twice."""
    row = due().filter(pk=seal).select_related("file", "certificate").first()
    if row is None or row.file is None:
        return
    address = stamping.address_of(row.institution_id)
    with stamping.noting(row.institution_id):
        stronger, until = pades.strengthen(sealed_bytes(row), stamping.authority(address))
    _keep(row, stronger, ends=until)


@transaction.atomic
def _keep(row: Seal, stronger: bytes, *, ends: date) -> None:
    now = Seal.objects.select_for_update().select_related(None).get(pk=row.pk)
    if now.sha256 != row.sha256 or row.file is None:
        return
    now.file = keep_file(now, ContentFile(stronger, row.file.name))
    now.sha256, now.level, now.stamped_until = now.file.sha256, Seal.Level.LTA, ends
    now.save(update_fields=["file", "sha256", "level", "stamped_until"])
