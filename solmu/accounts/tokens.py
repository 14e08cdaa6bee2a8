"""API tokens: made, shown once, listed and revoked; also by `solmu token`."""

import argparse
from collections.abc import Sequence
from datetime import timedelta

from solmu.accounts.models import ApiToken, User
from solmu.lib import clock
from solmu.lib.tokens import new_token, token_hash


def create(user: User, name: str, *, days: int | None = None) -> tuple[ApiToken, str]:
    """Make a token; its text is returned once and never stored."""
    text = new_token()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        token_hash=token_hash(text),
        expires_at=clock.real_now() + timedelta(days=days) if days else None,
    )
    return token, text


def revoke(token: ApiToken) -> None:
    """Make a token worthless at once."""
    token.delete()


def main(argv: Sequence[str]) -> int:
    """Make, list or revoke API tokens."""
    parser = argparse.ArgumentParser(prog="solmu token", description=main.__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("create", help="make a token and print it; it is not shown again")
    making.add_argument("--user", required=True, metavar="EMAIL", help="for whom it acts")
    making.add_argument("--name", default="command line", help="what the token is for")
    making.add_argument(
        "--days", type=int, help="for how many days it holds (default: until revoked)"
    )
    listing = verbs.add_parser("list", help="list tokens, without their text")
    listing.add_argument("--user", metavar="EMAIL", help="only this user's")
    revoking = verbs.add_parser("revoke", help="revoke a token by its number")
    revoking.add_argument("id", type=int, help="the number that list shows")
    given = parser.parse_args(argv)
    if given.verb == "create":
        return _create(given.user, given.name, given.days)
    if given.verb == "list":
        return _list(given.user)
    return _revoke(given.id)


def _create(email: str, name: str, days: int | None) -> int:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        print(f"Nobody signs in as {email}.")
        return 1
    print(create(user, name, days=days)[1])
    return 0


def _list(email: str | None) -> int:
    tokens = ApiToken.objects.select_related("user").order_by("pk")
    for token in tokens.filter(user__email__iexact=email) if email else tokens:
        until = token.expires_at.date().isoformat() if token.expires_at else "-"
        print(f"{token.pk}\t{token.user.email}\t{token.name}\t{until}")
    return 0


def _revoke(number: int) -> int:
    token = ApiToken.objects.filter(pk=number).first()
    if token is None:
        print(f"There is no token {number}.")
        return 1
    revoke(token)
    return 0
