"""Sealing: a code at once, the sealed file by a job that is tried until it is done."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from solmu.documents import making
from solmu.files import storing
from solmu.files.models import File
from solmu.jobs import tasks
from solmu.lib import clock
from solmu.lib.composed import composed
from solmu.organisations.models import Institution
from solmu.people.viewer import Viewer
from solmu.sealing import certificates, pades, stamping
from solmu.sealing.holders import Holder
from solmu.sealing.models import Seal, SigningCertificate

FILES = "seal"  # the kind of record that sealed files are attached to; nobody browses them
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
ATTEMPTS = tasks.ATTEMPTS
# An authority that doesn't answer is waited for so many times; then the seal is made without its
# stamp, which `lasting` adds to the document later.
_WAITS_FOR_STAMP = 2
_LEFT_BEHIND = timedelta(minutes=10)

State = Seal.State


class NotSealedError(ValueError):
    """There is no sealed file yet."""


@transaction.atomic
def ask(kind: str, subject_id: int, *, institution: Institution) -> Seal:
    """Have a record's document sealed, once; its code is known at once."""
    seal, created = Seal.objects.get_or_create(
        subject_kind=kind,
        subject_id=subject_id,
        defaults={"institution": institution, "code": new_code()},
    )
    if created:
        _enqueue(seal.pk)
    return seal


def new_code() -> str:
    """A code to check a document by: readable aloud, without letters that look alike."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def holder(kind: str) -> Holder | None:
    """How records of the kind are sealed; None for a kind of a module that is switched off."""
    found: Holder | None = composed("SEALED").get(kind)
    return found


def sealed_file(seal: Seal) -> File:
    """The sealed document, for those who may open the record: the caller has asked whether."""
    if seal.file is None:
        raise NotSealedError(seal.code)
    return seal.file


def sealed_bytes(seal: Seal) -> bytes:
    """The sealed document's bytes, for those who may open the record."""
    return sealed_file(seal).path.read_bytes()


@transaction.atomic
def try_again(seal: Seal) -> None:
    """Give a seal that failed a new round of attempts."""
    row = Seal.objects.select_for_update().get(pk=seal.pk)
    if row.state == State.FAILED:
        row.state, row.attempts = State.WAITING, 0
        row.save(update_fields=["state", "attempts"])
        _enqueue(row.pk)


@tasks.task("sealing.seal")
def seal(seal: int) -> None:
    """Make the document of a record, seal it and keep it; or note why it can't be, and try again.

    Safe to run twice: only the first file is kept, and nothing is kept by halves.
    """
    row = (
        Seal.objects.select_related("institution__organisation")
        .filter(pk=seal, state=State.WAITING)
        .first()
    )
    if row is None:
        return
    try:
        _seal(row)
    except Exception as error:
        if not _note(row, error):
            raise


@tasks.periodic("*/10 * * * *", "sealing.sweep")
def sweep() -> None:
    """Put seals in the queue again that were left waiting, as when the queue was lost."""
    before = clock.real_now() - _LEFT_BEHIND
    left = Seal.objects.filter(state=State.WAITING, asked_at__lt=before).order_by("asked_at")
    for key in left.values_list("pk", flat=True)[:1000]:
        _enqueue(key)


def _enqueue(key: int) -> None:
    tasks.enqueue("sealing.seal", key=f"sealing.seal-{key}", seal=key)


def _seal(row: Seal) -> None:
    by = holder(row.subject_kind)
    if by is None:
        raise NotSealedError(f"nobody knows how to make a document of {row.subject_kind}")
    certificate = certificates.current(row.institution)
    document = by.document(row.subject_id, row.code)
    how: dict[str, Any] = {
        "reason": document.reason,
        "name": certificate.name,
        "contact": f"{settings.SOLMU_ADDRESS}{row.get_absolute_url()}",
    }
    key_file = certificates.path_of(certificate)
    level = Seal.Level.B
    address = stamping.address_of(row.institution_id)
    if address and row.attempts < _WAITS_FOR_STAMP:
        with stamping.noting(row.institution_id):
            sealed = pades.seal(
                document.pdf, key_file, **how, authority=stamping.authority(address)
            )
        level = Seal.Level.T
    else:
        sealed = pades.seal(document.pdf, key_file, **how)
    _keep(row, by, certificate, ContentFile(sealed, document.file_name), level)


@transaction.atomic
def _keep(
    row: Seal, by: Holder, certificate: SigningCertificate, sealed: ContentFile[bytes], level: str
) -> None:
    now = Seal.objects.select_for_update().get(pk=row.pk)
    if now.state == State.SEALED:
        return
    now.file = keep_file(now, sealed)
    now.sha256 = now.file.sha256
    now.state, now.level, now.certificate = State.SEALED, level, certificate
    now.problem, now.sealed_at = "", clock.real_now()
    now.save()
    by.sealed(now.subject_id)


def keep_file(seal: Seal, sealed: ContentFile[bytes]) -> File:
    """Keep a sealed file with its seal."""
    return storing.store(sealed, kind=FILES, holder_id=seal.pk, by=Viewer.system("sealing"))


@transaction.atomic
def _note(row: Seal, error: Exception) -> bool:
    """Note an attempt that failed; True when it was the last and a person decides now."""
    now = Seal.objects.select_for_update().get(pk=row.pk)
    if now.state != State.WAITING:
        return True
    now.attempts += 1
    now.problem = f"{type(error).__name__}: {error}"[:1000]
    # What no font can show is no better at the next attempt.
    if now.attempts >= ATTEMPTS or isinstance(error, making.LettersError):
        now.state = State.FAILED
    now.save(update_fields=["attempts", "problem", "state"])
    return now.state == State.FAILED
