"""Sealing: a code at once, the sealed file by a job that is tried until it is done."""

import secrets

from django.db import transaction

from solmu.jobs import tasks
from solmu.organisations.models import Institution
from solmu.sealing.models import Seal

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@transaction.atomic
def ask(kind: str, subject_id: int, *, institution: Institution) -> Seal:
    """Have a record's document sealed, once; its code is known at once."""
    seal, created = Seal.objects.get_or_create(
        subject_kind=kind,
        subject_id=subject_id,
        defaults={"institution": institution, "code": new_code()},
    )
    if created:
        tasks.enqueue("sealing.seal", key=f"sealing.seal-{seal.pk}", seal=seal.pk)
    return seal


def new_code() -> str:
    """A code to check a document by: readable aloud, without letters that look alike."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
