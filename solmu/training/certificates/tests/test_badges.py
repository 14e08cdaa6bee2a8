"""Badges: the credential as the standard wants it, signed by the key that is published."""

import hashlib
import json
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils.translation import override

from solmu.training.certificates import badges, issuing
from solmu.training.certificates.models import BadgeKey
from solmu.training.certificates.tests.test_certificates import SYSTEM, issued

pytestmark = pytest.mark.django_db


def _empty(facts: Any) -> bool:
    if isinstance(facts, dict):
        return any(_empty(one) for one in facts.values())
    if isinstance(facts, list):
        return not facts or any(_empty(one) for one in facts)
    return facts is None


def test_badge_holds_what_the_standard_requires() -> None:
    row = issued()
    token = badges.signed(row)
    said = jwt.decode(token, options={"verify_signature": False})

    assert said["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert said["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert (said["iss"], said["jti"]) == (said["issuer"]["id"], said["id"])
    assert said["sub"] == said["credentialSubject"]["id"]
    assert said["validFrom"].startswith(row.issued_on.isoformat())
    assert not _empty(said)
    one = said["credentialSubject"]["identifier"][0]
    email = row.enrolment.person.email.lower() + one["salt"]
    assert one["identityHash"] == f"sha256${hashlib.sha256(email.encode()).hexdigest()}"
    assert "score" not in json.dumps(said).lower()
    with override("sv"):
        assert badges.signed(row) == token


def test_badge_is_verified_by_the_published_key() -> None:
    row = issued()
    token = badges.signed(row)
    where = jwt.get_unverified_header(token)["kid"]
    client = Client()

    published = client.get("/" + where.split("/", 3)[3]).json()
    assert "d" not in published
    claims = jwt.decode(token, jwt.PyJWK(published), algorithms=["RS256"])
    profile = client.get("/" + claims["iss"].split("/", 3)[3]).json()
    assert profile["id"] == claims["iss"]
    assert profile["type"] == ["Profile"]
    slug = row.enrolment.programme.institution.organisation.slug
    assert client.get(f"/badges/{slug}/jwks.json").json()["keys"] == [published]
    achieved = claims["credentialSubject"]["achievement"]["id"]
    assert client.get("/" + achieved.split("/", 3)[3]).json()["id"] == achieved
    assert BadgeKey.objects.get().kept.find("PRIVATE") == -1


def test_changed_foreign_and_unsigned_badges_are_told() -> None:
    row = issued()
    token = badges.signed(row)
    told = badges.verify(token.encode())
    assert told is not None
    assert not told.broken
    assert badges.verify(badges.picture(row).encode()) == told

    forged = badges.picture(row).replace("#0c6b6b", "#aa0000").encode()
    assert badges.verify(forged).broken  # type: ignore[union-attr]

    head, body, signature = token.split(".")
    other = body[:40] + ("A" if body[40] != "A" else "B") + body[41:]
    for changed in (f"{head}.{other}.{signature}", f"{head}.{body}.A{signature[1:-3]}AAA"):
        found = badges.verify(changed.encode())
        assert found is None or found.broken
    foreign = jwt.encode(
        {"credentialSubject": {"id": "x"}}, "s" * 32, headers={"kid": "https://x/"}
    )
    assert badges.verify(foreign.encode()).broken  # type: ignore[union-attr]
    bare = json.dumps({"type": ["VerifiableCredential", "OpenBadgeCredential"]}).encode()
    assert badges.verify(bare).broken  # type: ignore[union-attr]
    assert badges.verify(b"%PDF-1.7") is None
    assert badges.verify(b'{"a": 1}') is None


def test_revoked_badge_is_on_the_list() -> None:
    row = issued()
    token = badges.signed(row)
    slug = row.enrolment.programme.institution.organisation.slug
    address = jwt.decode(token, options={"verify_signature": False})["credentialStatus"]["id"]
    client = Client()
    path = "/" + address.split("/", 3)[3]
    assert path == f"/badges/{slug}/revocations/"
    assert client.get(path).json()["revokedCredential"] == []

    issuing.revoke(row, why="virhe", by=SYSTEM)

    assert [one["revoked"] for one in client.get(path).json()["revokedCredential"]] == [True]
    told = badges.verify(token.encode())
    assert told is not None
    assert told.revoked_why == "virhe"
