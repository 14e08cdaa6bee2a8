"""API tokens by the command line."""

import pytest

from solmu.accounts import tokens
from solmu.accounts.models import ApiToken, User
from solmu.lib.tokens import token_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("Aino@solmu.example")


def test_created_token_is_printed_and_only_its_hash_kept(user, capsys):
    code = tokens.main(
        ["create", "--user", "aino@solmu.example", "--name", "Taulukko", "--days", "30"]
    )
    text = capsys.readouterr().out.strip()

    token = ApiToken.objects.get(user=user)
    assert (code, token.name, token.token_hash) == (0, "Taulukko", token_hash(text))
    assert (token.expires_at - token.created_at).days in (29, 30)


def test_token_for_nobody_is_refused(capsys):
    assert tokens.main(["create", "--user", "nobody@solmu.example"]) == 1
    assert "nobody@solmu.example" in capsys.readouterr().out


def test_tokens_are_listed_without_their_text_and_revoked(user, capsys):
    token, text = tokens.create(user, "Taulukko")
    tokens.main(["list"])
    listed = capsys.readouterr().out

    assert "Taulukko" in listed
    assert text not in listed
    assert tokens.main(["revoke", str(token.pk)]) == 0
    assert tokens.main(["revoke", str(token.pk)]) == 1
    assert not ApiToken.objects.exists()
