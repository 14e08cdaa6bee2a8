"""Signed links: made for one purpose and record, found by token, used once by a POST."""

from collections.abc import Iterable
from datetime import timedelta

from solmu.lib import clock
from solmu.lib.tokens import new_token, token_hash
from solmu.people.models import Person, SignedLink


def create(
    purpose: str,
    record_kind: str,
    record_id: int,
    *,
    email: str = "",
    person: Person | None = None,
    days: float = 30,
) -> tuple[SignedLink, str]:
    """Make a link; the token is returned once and never stored."""
    token = new_token()
    link = SignedLink.objects.create(
        token_hash=token_hash(token),
        purpose=purpose,
        record_kind=record_kind,
        record_id=record_id,
        email=email,
        person=person,
        expires_at=clock.real_now() + timedelta(days=days),
    )
    return link, token


def create_all(
    purpose: str, record_kind: str, holders: Iterable[tuple[int, Person]], *, days: float
) -> dict[int, str]:
    """Make links to many records, each for its person, in one query; the tokens by record."""
    tokens = {record: (new_token(), person) for record, person in holders}
    expires = clock.real_now() + timedelta(days=days)
    SignedLink.objects.bulk_create(
        SignedLink(
            token_hash=token_hash(token),
            purpose=purpose,
            record_kind=record_kind,
            record_id=record,
            email=person.email,
            person=person,
            expires_at=expires,
        )
        for record, (token, person) in tokens.items()
    )
    return {record: token for record, (token, _person) in tokens.items()}


def find(token: str, purpose: str) -> SignedLink | None:
    """Return the link that the token opens for this purpose, if it still holds."""
    return SignedLink.objects.filter(
        token_hash=token_hash(token),
        purpose=purpose,
        used_at=None,
        revoked_at=None,
        expires_at__gt=clock.real_now(),
    ).first()


def use(link: SignedLink) -> bool:
    """Mark the link used; False when somebody was faster."""
    changed = SignedLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(
        used_at=clock.real_now()
    )
    return changed == 1


def revoke(record_kind: str, record_id: int, purpose: str) -> int:
    """Revoke the unused links to a record; returns how many there were."""
    return SignedLink.objects.filter(
        record_kind=record_kind, record_id=record_id, purpose=purpose, used_at=None, revoked_at=None
    ).update(revoked_at=clock.real_now())
