"""The keys that sign badges: RS256, which every verifier knows; one an institution, made when first
needed, its public half published.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from jwt.algorithms import RSAAlgorithm

from solmu.lib import kept_secrets
from solmu.organisations.models import Institution
from solmu.training.certificates.models import BadgeKey

ALGORITHM = "RS256"
_BITS = 2048


def current(institution: Institution) -> BadgeKey:
    """The key that signs now; made the first time."""
    found = _newest(institution)
    return found or _make(institution)


def private(key: BadgeKey) -> Any:
    """The private half, to sign with."""
    return serialization.load_pem_private_key(kept_secrets.read(key.kept).encode(), None)


def _newest(institution: Institution) -> BadgeKey | None:
    return BadgeKey.objects.filter(institution=institution).order_by("-pk").first()


@transaction.atomic
def _make(institution: Institution) -> BadgeKey:
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if found := _newest(institution):
        return found
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    public = {name: public[name] for name in ("kty", "n", "e")}
    kid = _thumbprint(public)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return BadgeKey.objects.create(
        institution=institution,
        kid=kid,
        public={**public, "kid": kid, "use": "sig", "alg": ALGORITHM},
        kept=kept_secrets.keep(pem.decode()),
    )


def _thumbprint(public: dict[str, str]) -> str:
    """The key's name: the digest of its public half (RFC 7638)."""
    told = json.dumps(public, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(told).digest()).rstrip(b"=").decode()
