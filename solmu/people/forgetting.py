"""Sweeps that delete what has been kept for its time."""

from solmu.accounts import idempotency
from solmu.jobs.tasks import periodic


@periodic("17 * * * *", "people.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    """Delete the answers to repeated requests that have been kept for their time."""
    idempotency.forget_old_keys()
